/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/packet_view.h"

#include <stdlib.h>

#include "cli/width.h"
#include "lib/check.h"
#include "lib/hash.h"
#include "proto/limits.h"
#include "proto/text/packet_text.h"

enum { LEVELS_MAX = 2 * DICTIONARY_STEPS_MAX + 1, INDENT_COLUMNS = 2 };

/* An object or a list that is being printed. */
struct level {
    json_t *node;
    void *member;    /* of an object: the next one; NULL: none is left */
    size_t position; /* in a list: of the next element */
    int indent;
    bool is_element; /* of a list, and nothing of it is printed yet */
};

/* The tree, depth first. Writes that fail show when the file is flushed. */
struct walk {
    const struct cli *cli;
    struct level levels[LEVELS_MAX];
    size_t count;
};

static void enter(struct walk *walk, json_t *node, int indent, bool is_element)
{
    require(walk->count < LEVELS_MAX); /* a path has no more names, each a list at most */
    walk->levels[walk->count++] = (struct level){
        .node = node,
        .member = json_is_object(node) ? json_object_iter(node) : NULL,
        .indent = indent,
        .is_element = is_element,
    };
}

/* Nothing of what others wrote may command the terminal. */
static const char *plain(const struct cli *cli, const char *text)
{
    return cli_memory(width_fit(text, SIZE_MAX, cli->arena));
}

static void print_scalar(const struct cli *cli, const json_t *value)
{
    if (json_is_string(value)) {
        (void)fputs(plain(cli, json_string_value(value)), cli->out);
    } else {
        char *text = cli_memory(json_dumps(value, JSON_ENCODE_ANY | PACKET_JSON_FLAGS));

        (void)fputs(text, cli->out);
        free(text);
    }
}

/* A list of words, or one without elements. */
static bool is_inline(const json_t *value)
{
    return json_is_array(value) && !json_is_object(json_array_get(value, 0));
}

static void print_inline(const struct cli *cli, const json_t *list)
{
    size_t index;
    json_t *value;

    (void)fputc('[', cli->out);
    json_array_foreach(list, index, value)
    {
        (void)fputs(index == 0 ? "" : ", ", cli->out);
        print_scalar(cli, value);
    }
    (void)fputc(']', cli->out);
}

static void print_member(struct walk *walk, struct level *level)
{
    const struct cli *cli = walk->cli;
    json_t *value = json_object_iter_value(level->member);
    int indent = level->indent;

    (void)fprintf(cli->out, "%*s%s%s:", level->is_element ? indent - INDENT_COLUMNS : indent, "",
                  level->is_element ? "- " : "", json_object_iter_key(level->member));
    level->is_element = false;
    level->member = json_object_iter_next(level->node, level->member);
    if (json_is_object(value) || (json_is_array(value) && !is_inline(value))) {
        (void)fputc('\n', cli->out);
        enter(walk, value, json_is_array(value) ? indent : indent + INDENT_COLUMNS, false);
        return;
    }
    (void)fputc(' ', cli->out);
    if (is_inline(value)) {
        print_inline(cli, value);
    } else {
        print_scalar(cli, value);
    }
    (void)fputc('\n', cli->out);
}

static void print_tree(const struct cli *cli, json_t *tree)
{
    struct walk walk = {.cli = cli};

    enter(&walk, tree, 0, false);
    while (walk.count > 0) {
        struct level *level = &walk.levels[walk.count - 1];

        if (level->member != NULL) {
            print_member(&walk, level);
        } else if (level->position < json_array_size(level->node)) {
            enter(&walk, json_array_get(level->node, level->position++),
                  level->indent + INDENT_COLUMNS, true);
        } else {
            walk.count--;
        }
    }
}

static const char *hash_text(const struct cli *cli, struct bytes bytes)
{
    char *hex = cli_memory(arena_alloc(cli->arena, 2 * bytes.size + 1));

    bytes_to_hex(bytes, hex);
    return hex;
}

static json_t *documents_to_json(const struct cli *cli, const Hs__Packet *packet)
{
    json_t *list = json_array();

    for (size_t i = 0; i < packet->n_documents; i++) {
        const Hs__Document *document = packet->documents[i];
        json_t *one = json_pack("{s:s, s:s, s:I, s:s}", "code", document->code, "name",
                                document->name, "size", (json_int_t)document->size, "hash",
                                hash_text(cli, bytes_of(document->hash)));

        cli_memory(json_array_append_new(list, one) == 0 ? list : NULL);
    }
    return list;
}

static void print_documents(const struct cli *cli, const Hs__Packet *packet)
{
    (void)fputs(packet->n_documents == 0 ? "" : "\n", cli->out);
    for (size_t i = 0; i < packet->n_documents; i++) {
        const Hs__Document *document = packet->documents[i];

        (void)fprintf(cli->out,
                      cli_text(cli, "%s  %s  %llu 字节\n  %s\n", "%s  %s  %llu bytes\n  %s\n"),
                      plain(cli, document->code), plain(cli, document->name),
                      (unsigned long long)document->size, hash_text(cli, bytes_of(document->hash)));
    }
}

int packet_show(const struct cli *cli, const Hs__Proposal *proposal, const Hs__Packet *packet,
                const struct dictionary *dictionary)
{
    struct bytes bytes = message_pack(packet, cli->arena);
    json_t *tree = packet_to_json(packet, dictionary);

    cli_memory((void *)(uintptr_t)bytes.data);
    if (tree == NULL) {
        return cli_fail(cli, STATUS_ENVIRONMENT,
                        cli_text(cli, "%s：现行字典中没有其某些字段",
                                 "%s: the dictionary in force does not know all of its fields"),
                        proposal->number);
    }

    struct hash hash = hash_of(bytes);
    const char *hex = hash_text(cli, (struct bytes){hash.bytes, sizeof hash.bytes});
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:i, s:s, s:o, s:o}", "proposalId", proposal->number,
                                "version", (int)proposal->packet_version, "packetHash", hex,
                                "packet", tree, "documents", documents_to_json(cli, packet)));
        return STATUS_DONE;
    }
    (void)fprintf(cli->out, cli_text(cli, "# %s 材料 v%u %s\n", "# %s packet v%u %s\n"),
                  proposal->number, proposal->packet_version, hex);
    print_tree(cli, tree);
    json_decref(tree);
    print_documents(cli, packet);
    return STATUS_DONE;
}
