/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/against.h"

#include "cli/comparison_view.h"
#include "cli/words.h"

static int too_complex(const struct cli *cli)
{
    return cli_fail(cli, STATUS_INVALID,
                    cli_text(cli, "内容过于复杂", "this needs more memory than it may use"));
}

static const struct rulebook *compile(const struct cli *cli, const struct definition_set *set,
                                      const char **reason)
{
    const struct rulebook_sources sources = {
        .process = set->process,
        .dictionary = set->dictionary,
        .packs = set->packs,
        .pack_count = set->pack_count,
    };

    return rulebook_compile(&sources, cli->arena, reason);
}

int against_run(const struct cli *cli, const struct definition_set *set, const Hs__Packet *before,
                const Hs__Packet *after, struct against_report *out)
{
    const char *reason = "";
    const struct rulebook *rulebook = compile(cli, set, &reason);

    if (rulebook == NULL) {
        return cli_fail(cli, STATUS_INVALID, "%s: %s", set->process->id, reason);
    }

    const Hs__Stage *stage = rulebook->stage;
    const struct new_round round = {rulebook, rulebook, &out->changes};
    *out = (struct against_report){.dictionary = rulebook->dictionary};
    if (!packets_compare(before, after, stage->document_list, cli->arena, &out->changes) ||
        !unread_find(&round, cli->arena, &out->unread)) {
        return too_complex(cli);
    }
    out->seats = cli_memory(arena_array(cli->arena, stage->n_seats, sizeof *out->seats));
    for (size_t i = 0; i < stage->n_seats; i++) {
        struct against_seat *seat = &out->seats[out->seat_count++];
        const Hs__Department *department =
            department_named(set->departments, stage->seats[i]->department);

        seat->department = stage->seats[i]->department;
        seat->title = department == NULL ? NULL : department->title;
        if (!touch_find(&round, i, cli->arena, &seat->touch)) {
            return too_complex(cli);
        }
    }
    return STATUS_DONE;
}

/* ---- JSON ---- */

static void append(json_t *array, json_t *value)
{
    cli_memory(json_array_append_new(array, cli_memory(value)) == 0 ? array : NULL);
}

static json_t *texts_to_json(const char *const *texts, size_t count)
{
    json_t *json = json_array();

    for (size_t i = 0; i < count; i++) {
        append(json, json_string(texts[i]));
    }
    return json;
}

json_t *against_to_json(const struct against_report *report)
{
    json_t *asked = json_array();
    json_t *kept = json_array();

    for (size_t i = 0; i < report->seat_count; i++) {
        const struct against_seat *seat = &report->seats[i];
        const struct touch *touch = &seat->touch;

        if (!touch_is_any(touch)) {
            append(kept, json_string(seat->department));
            continue;
        }
        append(asked, json_pack("{s:s, s:o, s:o}", "department", seat->department, "inputs",
                                texts_to_json(touch->paths, touch->path_count), "documents",
                                texts_to_json(touch->documents, touch->document_count)));
    }
    return json_pack("{s:o, s:o, s:o, s:{s:o, s:o}}", "changes",
                     comparison_to_json(&report->changes, report->dictionary), "asked", asked,
                     "kept", kept, "unread", "fields",
                     texts_to_json(report->unread.paths, report->unread.path_count), "documents",
                     texts_to_json(report->unread.documents, report->unread.document_count));
}

/* ---- text; failed writes show when out is flushed ---- */

static void print_texts(const struct cli *cli, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(cli->out, "%s%s", i == 0 ? "" : cli_text(cli, "、", ", "), texts[i]);
    }
}

static void print_seat(const struct cli *cli, const struct against_seat *seat)
{
    const struct touch *touch = &seat->touch;

    (void)fprintf(cli->out, "  %s  %s  ", seat->department, word_of(cli, seat->title));
    print_texts(cli, touch->paths, touch->path_count);
    (void)fputs(touch->path_count > 0 && touch->document_count > 0 ? cli_text(cli, "、", ", ") : "",
                cli->out);
    print_texts(cli, touch->documents, touch->document_count);
    (void)fputc('\n', cli->out);
}

static void print_unread(const struct cli *cli, const struct unread *unread)
{
    if (unread->path_count == 0 && unread->document_count == 0) {
        return;
    }
    (void)fprintf(cli->out, "\n%s\n  ",
                  cli_text(cli, "没有规则或部门看的改动（不会因此请任何部门再审）：",
                           "changes that no rule and no department looks at; nobody is asked again "
                           "for them:"));
    print_texts(cli, unread->paths, unread->path_count);
    (void)fputs(unread->path_count > 0 && unread->document_count > 0 ? cli_text(cli, "、", ", ")
                                                                     : "",
                cli->out);
    print_texts(cli, unread->documents, unread->document_count);
    (void)fputc('\n', cli->out);
}

void against_print(const struct cli *cli, const struct against_report *report)
{
    (void)fprintf(cli->out, "\n%s\n", cli_text(cli, "改动：", "changes:"));
    comparison_print(cli, &report->changes, report->dictionary);
    (void)fprintf(cli->out, "\n%s\n",
                  cli_text(cli, "须再审的部门（另加上一轮提出过意见条目的部门）：",
                           "departments to be asked again (and those that raised items before):"));
    for (size_t i = 0; i < report->seat_count; i++) {
        if (touch_is_any(&report->seats[i].touch)) {
            print_seat(cli, &report->seats[i]);
        }
    }
    (void)fprintf(cli->out, "\n%s\n  ",
                  cli_text(cli, "沿用原意见的部门：", "departments whose opinions are carried:"));
    size_t shown = 0;
    for (size_t i = 0; i < report->seat_count; i++) {
        if (!touch_is_any(&report->seats[i].touch)) {
            (void)fprintf(cli->out, "%s%s", shown == 0 ? "" : cli_text(cli, "、", ", "),
                          report->seats[i].department);
            shown++;
        }
    }
    (void)fputc('\n', cli->out);
    print_unread(cli, &report->unread);
}
