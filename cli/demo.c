/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo.h"

#include <string.h>
#include <unistd.h>

#include "cli/feed_line.h"
#include "cli/packet_input.h"
#include "cli/published.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/words.h"
#include "lib/text.h"
#include "os/files.h"

enum { OPINIONS_BYTES_MAX = 4096 };

/* A sample and what became of it. */
struct shown_sample {
    const char *name; /* of its file, without .yaml */
    const char *number;
    Hs__Proposal *proposal;
};

struct demo {
    struct cli *cli;
    struct session *session;
    const struct dictionary *dictionary;
    struct shown_sample samples[DEMO_SAMPLES_MAX];
    size_t count;
};

static int submit(struct demo *demo, const char *path, struct shown_sample *out)
{
    Hs__Submit submit = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;
    int status =
        packet_input_load(demo->cli, path, demo->dictionary, &submit.packet, &submit.title);

    if (status != STATUS_DONE) {
        return status;
    }
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &submit;
    status = session_command(demo->session, &command, &receipt);
    if (status == STATUS_DONE) {
        out->number = receipt->result->number;
    }
    return status;
}

static int submit_all(struct demo *demo, const char *folder)
{
    struct cli *cli = demo->cli;
    const char *const *names = NULL;
    size_t count = 0;
    enum err err = folder_list(folder, cli->arena, &names, &count);
    int status = err == ERR_OK ? STATUS_DONE
                               : cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", folder, err_text(err));

    for (size_t i = 0; i < count && demo->count < DEMO_SAMPLES_MAX && status == STATUS_DONE; i++) {
        const char *end = strstr(names[i], ".yaml");

        if (end != NULL) {
            struct shown_sample *sample = &demo->samples[demo->count++];

            sample->name = cli_format(cli, "%.*s", (int)(end - names[i]), names[i]);
            status = submit(demo, cli_format(cli, "%s/%s", folder, names[i]), sample);
        }
    }
    return status;
}

/* Asks for every sample's record. Sets @open to how many still wait for somebody. */
static int look(struct demo *demo, size_t *open)
{
    int status = STATUS_DONE;

    *open = 0;
    for (size_t i = 0; i < demo->count && status == STATUS_DONE; i++) {
        struct shown_sample *sample = &demo->samples[i];

        status = session_show(demo->session, sample->number, &sample->proposal);
        if (status == STATUS_DONE && sample->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW) {
            (*open)++;
        }
    }
    return status;
}

/* Prints what happens until the feed is quiet for @quiet_ms. */
static int print_feed(struct demo *demo, uint64_t quiet_ms)
{
    const struct cli *cli = demo->cli;
    int offset_minutes = session_offset_minutes(demo->session);

    for (;;) {
        Hs__FeedItem *item = NULL;
        int status = session_next(demo->session, quiet_ms, &item);

        if (status != STATUS_DONE || item == NULL) {
            return status;
        }
        const char *line = feed_line(cli, item, offset_minutes);
        if (line != NULL && !cli->is_json) {
            (void)fprintf(cli->out, "%s\n", line); /* shows when out is flushed */
            (void)fflush(cli->out);
        }
    }
}

/* The opinions on @proposal in one text; where @is_short, without those that agree. */
static const char *opinions_of(const struct cli *cli, const Hs__Proposal *proposal, bool is_short)
{
    struct text_builder list;

    text_builder_init(&list, cli->arena, OPINIONS_BYTES_MAX);
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (!is_short || review->result != HS__OPINION__RESULT__AGREE) {
            text_builder_add_format(&list, "%s%s %s", list.size > 0 ? ", " : "", review->department,
                                    word_of_result(cli, review->result));
        }
    }
    if (list.size == 0) {
        return proposal->n_reviews > 0 ? cli_text(cli, "均同意", "all agree") : "-";
    }
    const char *text = text_builder_finish(&list);
    return text == NULL ? "…" : text;
}

static const char *outcome_of(const struct cli *cli, const Hs__Proposal *proposal)
{
    return proposal->outcome == HS__VERDICT__OUTCOME__UNSPECIFIED
               ? word_of_status(cli, proposal->status)
               : word_of_outcome(cli, proposal->outcome);
}

/* All of it, but on a terminal what fits into 80 columns: the samples are in the order of their
 * numbers, and most departments agree. */
static void print_table(const struct demo *demo)
{
    static const struct table_column columns[] = {{.title = {"编号", "number"}},
                                                  {.title = {"结果", "outcome"}},
                                                  {.title = {"意见", "opinions"}},
                                                  {.title = {"样例", "sample"}}};
    const struct cli *cli = demo->cli;
    bool is_short = isatty(fileno(cli->out)) == 1;
    struct table table;

    table_init(&table, cli, columns, is_short ? 3 : 4);
    for (size_t i = 0; i < demo->count; i++) {
        const struct shown_sample *sample = &demo->samples[i];

        table_add(&table, (const char *const[]){sample->number, outcome_of(cli, sample->proposal),
                                                opinions_of(cli, sample->proposal, is_short),
                                                sample->name});
    }
    (void)fputc('\n', cli->out); /* shows when out is flushed */
    table_print(&table);
}

static void print_json(const struct demo *demo)
{
    const struct cli *cli = demo->cli;
    json_t *all = json_array();

    for (size_t i = 0; i < demo->count; i++) {
        const Hs__Proposal *proposal = demo->samples[i].proposal;
        json_t *one = json_pack(
            "{s:s, s:s, s:s, s:s}", "sample", demo->samples[i].name, "proposalId", proposal->number,
            "status", word_in_schema(cli, &hs__proposal__status__descriptor, (int)proposal->status),
            "outcome",
            word_in_schema(cli, &hs__verdict__outcome__descriptor, (int)proposal->outcome));

        cli_memory(json_array_append_new(all, one) == 0 ? all : NULL);
    }
    cli_json(cli, json_pack("{s:o}", "samples", all));
}

static int follow(struct demo *demo)
{
    uint64_t until_ms = session_now_ms() + (uint64_t)DEMO_SECONDS_MAX * 1000;
    size_t open = 0;
    int status = print_feed(demo, 0);

    while (status == STATUS_DONE) {
        status = look(demo, &open);
        if (status != STATUS_DONE || open == 0 || session_now_ms() >= until_ms) {
            break;
        }
        status = print_feed(demo, 100);
    }
    if (status == STATUS_DONE) {
        status = print_feed(demo, 0); /* what came with the last look */
    }
    if (status != STATUS_DONE) {
        return status;
    }
    if (demo->cli->is_json) {
        print_json(demo);
    } else {
        print_table(demo);
    }
    return open == 0 ? STATUS_DONE
                     : cli_fail(demo->cli, STATUS_REFUSED,
                                cli_text(demo->cli, "%zu 个样例在 %d 秒内没有结果",
                                         "%zu samples came to nothing in %d s"),
                                open, DEMO_SECONDS_MAX);
}

int demo_show(struct cli *cli, const struct home *home, const char *samples)
{
    struct demo *demo = cli_memory(arena_alloc(cli->arena, sizeof *demo));

    demo->cli = cli;
    int status = session_open(cli, home, &demo->session);
    if (status == STATUS_DONE) {
        status = published_dictionary(cli, demo->session, "", &demo->dictionary);
    }
    if (status == STATUS_DONE) {
        status = session_watch(demo->session, 0);
    }
    if (status == STATUS_DONE) {
        status = submit_all(demo, samples);
    }
    if (status == STATUS_DONE) {
        status = follow(demo);
    }
    session_close(demo->session);
    return status;
}
