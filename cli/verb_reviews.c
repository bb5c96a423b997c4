/* SPDX-License-Identifier: Apache-2.0 */
/* huishen reviews: what a department still has to answer. */
#include <string.h>

#include "cli/check_view.h"
#include "cli/clock_view.h"
#include "cli/delta.h"
#include "cli/intake_view.h"
#include "cli/message_text.h"
#include "cli/opinion_versions.h"
#include "cli/published.h"
#include "cli/review_ref.h"
#include "cli/rounds_view.h"
#include "cli/stamp.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "core/refusal.h"

enum { LINES_MAX = 1000, TITLE_COLUMNS_MAX = 40 };

static void print_reviews(const struct cli *cli, const Hs__Answer__Reviews *reviews,
                          int offset_minutes)
{
    static const struct table_column columns[] = {
        {.title = {"审查任务", "review"}},
        {.title = {"名称", "title"}, .columns_max = TITLE_COLUMNS_MAX},
        {.title = {"状态", "state"}},
        {.title = {"时限", "due"}},
        {.title = {"中止计时", "held for"}},
        {.title = {"接收", "received"}},
    };
    struct table table;

    table_init(&table, cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < reviews->n_reviews; i++) {
        const Hs__ReviewLine *line = reviews->reviews[i];
        char received[STAMP_BYTES];

        stamp_write(line->review->received_at, offset_minutes, received);
        table_add(&table, (const char *const[]){line->review_id, line->title,
                                                word_of_review(cli, line->review->state),
                                                clock_due(cli, line->review, offset_minutes),
                                                clock_standing(cli, line->review, offset_minutes),
                                                received});
    }
    table_print_or(&table, (struct phrase){"没有待答复的审查任务", "no reviews to answer"});
}

static int ask(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Query__Reviews reviews = HS__QUERY__REVIEWS__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;
    const char *department = arguments_value(arguments, "department");
    int offset_minutes = session_offset_minutes(session);

    reviews.department = department == NULL ? "" : department;
    reviews.limit = LINES_MAX;
    query.body_case = HS__QUERY__BODY_REVIEWS;
    query.reviews = &reviews;
    int status = session_query(session, &query, &answer);
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, message_json(answer->reviews, offset_minutes));
    } else {
        print_reviews(cli, answer->reviews, offset_minutes);
    }
    return STATUS_DONE;
}

/* One review whole. */
struct shown {
    const struct review_target *target;
    const Hs__Review *review;
    const char *packet_hash;
    const struct check_report *report;
    const struct opinion_versions *versions;
    const Hs__Office *office;
    int offset_minutes;
};

static void print_line(const struct cli *cli, struct phrase title, const char *text)
{
    (void)fprintf(cli->out, "%s%s%s\n", cli_phrase(cli, title), cli_text(cli, "：", ": "), text);
}

static void print_review(const struct cli *cli, const struct shown *shown)
{
    const Hs__Review *review = shown->review;
    char received[STAMP_BYTES];

    stamp_write(review->received_at, shown->offset_minutes, received);
    print_line(cli, (struct phrase){"审查任务", "review"}, shown->target->id);
    print_line(cli, (struct phrase){"名称", "title"}, shown->target->proposal->title);
    print_line(cli, (struct phrase){"参审事由", "involved for"}, word_of(cli, review->reason));
    print_line(cli, (struct phrase){"状态", "state"}, word_of_review(cli, review->state));
    print_line(cli, (struct phrase){"时限", "due"}, clock_due(cli, review, shown->offset_minutes));
    print_line(cli, (struct phrase){"接收", "received"}, received);
    print_line(cli, (struct phrase){"材料", "packet"}, shown->packet_hash);
    clock_view_review(cli, review, shown->offset_minutes);
    questions_print(cli, shown->target->proposal, shown->offset_minutes);
    opinion_versions_print(cli, shown->office, shown->versions);
    (void)fprintf(
        cli->out, "\n%s\n",
        cli_text(cli, "机审提示（不是意见）", "what the machine check finds; no opinion"));
    check_report_print(cli, shown->report);
}

static void print_review_json(const struct cli *cli, const struct shown *shown)
{
    json_t *json = json_pack("{s:s, s:s, s:s, s:o, s:o}", "reviewId", shown->target->id, "title",
                             shown->target->proposal->title, "packetHash", shown->packet_hash,
                             "review", message_json(shown->review, shown->offset_minutes), "check",
                             check_report_to_json(cli, shown->report));

    opinion_versions_to_json(shown->versions, shown->offset_minutes, cli_memory(json));
    cli_json(cli, json);
}

/* Runs the pack that the round is held to over the packet of the review, as the department's agent
 * does: a correction may have brought a newer one for others. */
static int check(struct cli *cli, struct session *session, const struct shown *shown,
                 struct check_report *report)
{
    Hs__Proposal proposal = *shown->target->proposal;
    const struct dictionary *dictionary = NULL;
    struct definition_set set;
    Hs__Packet *packet = NULL;

    proposal.packet_version = shown->review->packet_version;
    int status = published_packet(cli, session, &proposal, &packet, &dictionary);
    if (status == STATUS_DONE) {
        status = published_pinned(cli, session, proposal.pins, &set);
    }
    return status == STATUS_DONE ? check_run(cli, &set, packet, shown->review->department, report)
                                 : status;
}

static const char *hash_text(const struct cli *cli, struct bytes hash)
{
    char *hex = cli_memory(arena_alloc(cli->arena, 2 * hash.size + 1));

    bytes_to_hex(hash, hex);
    return hex;
}

/* The items of earlier rounds that the department has to settle. */
static void print_own_items(const struct cli *cli, const struct shown *shown)
{
    const Hs__Proposal *proposal = shown->target->proposal;
    Hs__AnsweredItem **rows =
        cli_memory(arena_array(cli->arena, proposal->n_answered, sizeof(Hs__AnsweredItem *)));
    size_t count = 0;

    for (size_t i = 0; i < proposal->n_answered; i++) {
        if (strcmp(proposal->answered[i]->department, shown->review->department) == 0) {
            rows[count++] = proposal->answered[i];
        }
    }
    answered_print(cli, rows, count, cli->out);
}

static int show_changes(struct cli *cli, struct session *session, const struct shown *shown)
{
    struct delta delta;
    int status = delta_load_review(cli, session, shown->target->proposal, shown->review, &delta);

    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        json_t *all = delta_to_json(&delta);

        cli_memory(
            json_object_set_new(all, "reviewId", json_string(shown->target->id)) == 0 ? all : NULL);
        cli_json(cli, all);
        return STATUS_DONE;
    }
    delta_print(cli, &delta);
    print_own_items(cli, shown);
    return STATUS_DONE;
}

/* A person of the department has the review before them: 阅件, stamped the first time. Whether they
 * are one of it the broker knows. */
static void mark_opened(struct session *session, const struct shown *shown)
{
    Hs__MarkReview body = HS__MARK_REVIEW__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__ReviewRef ref = shown->target->ref;

    if (shown->review->opened_at != 0 || shown->review->state == HS__REVIEW__STATE__CLOSED) {
        return;
    }
    body.review = &ref;
    body.mark = HS__MARK_REVIEW__MARK__OPENED;
    command.body_case = HS__COMMAND__BODY_MARK_REVIEW;
    command.mark_review = &body;
    session_command_quietly(session, &command);
}

/* Asks for everything that is shown of the review but its record. */
static int ask_rest(struct cli *cli, struct session *session, const struct arguments *arguments,
                    struct shown *shown)
{
    struct check_report *report = cli_memory(arena_alloc(cli->arena, sizeof *report));
    struct opinion_versions *versions = cli_memory(arena_alloc(cli->arena, sizeof *versions));
    Hs__Office *office = NULL;
    int status = check(cli, session, shown, report);

    *versions = (struct opinion_versions){.target = shown->target, .review = shown->review};
    if (status == STATUS_DONE) {
        status = session_office(session, &office);
    }
    if (status == STATUS_DONE) {
        status = opinion_versions_ask_draft(session, versions);
    }
    if (status == STATUS_DONE && arguments_have(arguments, "versions")) {
        status = opinion_versions_ask(cli, session, versions);
    }
    shown->report = report;
    shown->versions = versions;
    shown->office = office;
    return status;
}

static int show_whole(struct cli *cli, struct session *session, const struct arguments *arguments,
                      struct shown *shown)
{
    shown->packet_hash = hash_text(cli, bytes_of(shown->review->packet));

    int status = ask_rest(cli, session, arguments, shown);
    if (status == STATUS_DONE && cli->is_json) {
        print_review_json(cli, shown);
    } else if (status == STATUS_DONE) {
        print_review(cli, shown);
    }
    return status;
}

static int show(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    int status = review_find(cli, session, arguments->words[0], &target);

    if (status != STATUS_DONE) {
        return status;
    }

    struct shown shown = {.target = &target,
                          .review = review_in(target.proposal, &target),
                          .offset_minutes = session_offset_minutes(session)};
    if (shown.review == NULL) {
        return cli_refused(cli, refusal_code(REFUSAL_UNKNOWN_REVIEW),
                           cli_format(cli, "%s: %s",
                                      cli_text(cli, refusal_zh(REFUSAL_UNKNOWN_REVIEW),
                                               refusal_en(REFUSAL_UNKNOWN_REVIEW)),
                                      target.id));
    }
    status = arguments_have(arguments, "changes") ? show_changes(cli, session, &shown)
                                                  : show_whole(cli, session, arguments, &shown);
    if (status == STATUS_DONE) {
        mark_opened(session, &shown);
    }
    return status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    if (arguments->word_count == 0 && arguments_have(arguments, "versions")) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "--versions 须给出 REVIEW", "--versions needs a REVIEW"));
    }
    return session_do(cli, arguments, arguments->word_count == 0 ? ask : show);
}

static const struct option options[] = {
    {.name = "changes",
     .help = {"该任务：本部门所看内容与上一轮相比改了什么",
              "of REVIEW: what changed of what the department looks at"}},
    {.name = "department",
     .value = "ID",
     .help = {"部门；缺省为本账户所属部门", "the department; by default the account's own"}},
    {.name = "versions",
     .help = {"一并印出已出具意见的各版", "also print every version of the opinion given"}},
};

const struct verb verb_reviews = {
    .name = "reviews",
    .words = "[REVIEW [--versions]]",
    .words_max = 1,
    .needs_home = true,
    .summary = {"部门待办的审查任务", "what a department still has to answer"},
    .manual =
        {"列出一个部门尚待答复的审查任务，时限早的在前；没有时，终端上说明一句，管道中无输出。\n"
         "给出 REVIEW 时显示这一个任务：状态、时限、材料哈希，以及按本轮固定的规则包对其材料\n"
         "所作的机审提示：建议的结果，每条未过或未知的规则（同 check）。提示不是意见。\n"
         "草稿只向本部门显示；--versions 另印出已出具意见的各版，更正前的、逾期不计入的也在内。\n"
         "材料本身：huishen show ID --packet。--changes 改为印出本部门所看内容的改动和本部门\n"
         "上轮意见及其答复。部门人员首次这样查看本部门的任务，即记为阅件。\n"
         "--json 输出 {\"reviews\": [{reviewId, title, review}]}；给出 REVIEW 时为\n"
         "{\"reviewId\", \"title\", \"packetHash\", \"review\", \"check\"}，check 同 check "
         "--json；有草稿时另有 draft，给出 --versions 时另有 versions。",
         "Lists the reviews that a department has yet to answer, the earliest deadline\n"
         "first; if there is none a terminal is told so and a pipe gets nothing. With REVIEW\n"
         "it shows that one: its state, when it is due, the hash of its packet, and what the\n"
         "machine check finds in it by the pack that the round is held to: the suggested\n"
         "result and every rule that failed or is unknown, as `check` prints them. That is\n"
         "no opinion. A draft is shown to its own department; --versions also prints every\n"
         "version of the opinion that was given, also of a late one that does not count. The\n"
         "packet itself: huishen show ID --packet. --changes prints instead\n"
         "what changed of what the department looks at, and its items of the round before\n"
         "with the applicant's answers. The first time that a reviewer of the department looks\n"
         "at it so is recorded: the review was opened.\n"
         "With --json: {\"reviews\": [{reviewId, title, review}]}, with REVIEW {\"reviewId\",\n"
         "\"title\", \"packetHash\", \"review\", \"check\"}, check as `check --json` prints it;\n"
         "with a draft also draft, with --versions also versions."},
    .example = "huishen --as fire reviews\nhuishen reviews --department fire\n"
               "huishen --as fire reviews LJHS-2026-0007/1/fire",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
