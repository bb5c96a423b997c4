/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/comparison_view.h"

#include <stdlib.h>

#include "cli/width.h"
#include "cli/words.h"
#include "proto/text/packet_text.h"

/* The word of the JSON; what people read for it stands in word_of_kind(). */
static const char *const kinds[] = {
    [CHANGE_ADDED] = "added",
    [CHANGE_REMOVED] = "removed",
    [CHANGE_CHANGED] = "changed",
};

static const char *word_of_kind(const struct cli *cli, enum change_kind kind)
{
    switch (kind) {
    case CHANGE_ADDED:
        return cli_text(cli, "新增", "added");
    case CHANGE_REMOVED:
        return cli_text(cli, "删去", "removed");
    case CHANGE_CHANGED:
        break;
    }
    return cli_text(cli, "改动", "changed");
}

/* Returns what people call the field at @path; NULL if the dictionary does not. */
static const Hs__Words *label_of(const struct dictionary *dictionary, const char *path)
{
    const struct dictionary_node *node = dictionary_find_concrete(dictionary, bytes_of_text(path));

    return node == NULL || node->field == NULL ? NULL : node->field->label;
}

static json_t *value_of(const Hs__Field *field)
{
    return cli_memory(field == NULL ? json_null() : packet_value_to_json(field));
}

static json_t *field_to_json(const struct field_change *change, const struct dictionary *dictionary)
{
    const Hs__Words *label = label_of(dictionary, change->path);

    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "path", change->path, "zh",
                     label == NULL ? "" : label->zh, "en", label == NULL ? "" : label->en, "change",
                     kinds[change->kind], "before", value_of(change->before), "after",
                     value_of(change->after));
}

static void append(json_t *array, json_t *value)
{
    cli_memory(json_array_append_new(array, cli_memory(value)) == 0 ? array : NULL);
}

json_t *comparison_to_json(const struct comparison *comparison, const struct dictionary *dictionary)
{
    json_t *fields = json_array();
    json_t *documents = json_array();

    for (size_t i = 0; i < comparison->field_count; i++) {
        append(fields, field_to_json(&comparison->fields[i], dictionary));
    }
    for (size_t i = 0; i < comparison->document_count; i++) {
        const struct document_change *change = &comparison->documents[i];

        append(documents,
               json_pack("{s:s, s:s}", "code", change->code, "change", kinds[change->kind]));
    }
    return json_pack("{s:o, s:o}", "fields", fields, "documents", documents);
}

/* Nothing of what others wrote may command the terminal. */
static const char *plain(const struct cli *cli, const char *text)
{
    return cli_memory(width_fit(text, SIZE_MAX, cli->arena));
}

static void print_value(const struct cli *cli, const Hs__Field *field)
{
    json_t *value = value_of(field);
    char *text = NULL;

    if (json_is_null(value)) {
        (void)fputs(cli_text(cli, "（无）", "(none)"), cli->out);
    } else if (json_is_string(value)) {
        (void)fputs(plain(cli, json_string_value(value)), cli->out);
    } else {
        text = cli_memory(json_dumps(value, JSON_ENCODE_ANY | PACKET_JSON_FLAGS));
        (void)fputs(plain(cli, text), cli->out);
    }
    free(text);
    json_decref(value);
}

static void print_field(const struct cli *cli, const struct field_change *change,
                        const struct dictionary *dictionary)
{
    (void)fprintf(cli->out, "  %s  %s  %s\n      ", word_of_kind(cli, change->kind),
                  plain(cli, change->path), word_of(cli, label_of(dictionary, change->path)));
    print_value(cli, change->before);
    (void)fputs(" → ", cli->out);
    print_value(cli, change->after);
    (void)fputc('\n', cli->out);
}

void comparison_print(const struct cli *cli, const struct comparison *comparison,
                      const struct dictionary *dictionary)
{
    if (comparison->field_count == 0 && comparison->document_count == 0) {
        (void)fprintf(cli->out, "  %s\n", cli_text(cli, "没有改动", "nothing changed"));
    }
    for (size_t i = 0; i < comparison->field_count; i++) {
        print_field(cli, &comparison->fields[i], dictionary);
    }
    for (size_t i = 0; i < comparison->document_count; i++) {
        const struct document_change *change = &comparison->documents[i];

        (void)fprintf(cli->out, "  %s  %s %s\n", word_of_kind(cli, change->kind),
                      cli_text(cli, "文件", "document"), plain(cli, change->code));
    }
}
