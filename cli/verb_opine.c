/* SPDX-License-Identifier: Apache-2.0 */
/* huishen opine: the one opinion of a review, by a person: drafted, released, given, put right. */
#include <string.h>
#include <strings.h>

#include "cli/opinion_file.h"
#include "cli/review_ref.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "lib/check.h"
#include "lib/hash.h"

/* A command about a review, and how it is told that it was done. */
struct sending {
    Hs__Command *command;
    const Hs__Opinion *opinion; /* NULL: none was given */
    const char *state;          /* for --json; NULL: it is the opinion */
    const char *words;
};

struct rectification {
    Hs__Opinion *opinion;
    const char *reason;
};

/* Sets @value to the result called @word. What only the system records is one, for the broker to
 * refuse, but it is not offered. */
static bool read_result(const struct cli *cli, const char *word, int *value)
{
    for (int i = HS__OPINION__RESULT__AGREE; i <= HS__OPINION__RESULT__OVERDUE; i++) {
        if (strcasecmp(word_in_schema(cli, &hs__opinion__result__descriptor, i), word) == 0) {
            *value = i;
            return true;
        }
    }
    (void)cli_fail(
        cli, STATUS_INVALID,
        cli_text(cli, "--result 不能是 %s，只能是 %s", "--result cannot be %s; it is one of %s"),
        word, "agree|conditional|disagree|not_involved|not_competent");
    return false;
}

/* Puts what --close names into @opinion. */
static void close_items(const struct cli *cli, const struct arguments *arguments,
                        Hs__Opinion *opinion)
{
    opinion->closed_items =
        cli_memory(arena_array(cli->arena, ARGUMENT_OPTIONS_MAX, sizeof *opinion->closed_items));
    for (size_t i = 0; i < arguments->option_count; i++) {
        const struct option_given *given = &arguments->options[i];

        if (strcmp(given->option->name, "close") == 0) {
            opinion->closed_items[opinion->n_closed_items++] = given->value;
        }
    }
}

/* Sets @out to the opinion that the options state; without --file there is no text behind it. */
static int read_opinion(struct cli *cli, const struct arguments *arguments,
                        struct opinion_file *out)
{
    const char *result = arguments_value(arguments, "result");
    const char *reason = arguments_value(arguments, "reason");
    const char *file = arguments_value(arguments, "file");
    int value = 0;

    if (file != NULL) {
        return opinion_file_load(cli, file, out);
    }
    if (!read_result(cli, result, &value)) {
        return STATUS_INVALID;
    }
    *out = (struct opinion_file){.opinion =
                                     cli_memory(message_new(&hs__opinion__descriptor, cli->arena))};
    out->opinion->result = (Hs__Opinion__Result)value;
    out->opinion->reason = reason == NULL ? "" : reason;
    close_items(cli, arguments, out->opinion);
    return STATUS_DONE;
}

static const Hs__Review *find_review(const struct review_target *target)
{
    for (size_t i = 0; i < target->proposal->n_reviews; i++) {
        const Hs__Review *review = target->proposal->reviews[i];

        if (strcmp(review->department, target->ref.department) == 0) {
            return review;
        }
    }
    return NULL; /* no such review, as the broker will say */
}

/* The packet that the review is about: a correction may have brought a newer one for others. */
static ProtobufCBinaryData packet_under_review(const struct review_target *target)
{
    const Hs__Review *review = find_review(target);

    return review == NULL ? target->proposal->packet : review->packet;
}

/* ---- what is sent ---- */

/* Sends @command about @target and tells that it was done: what @opinion says, and the state where
 * that is not an opinion given. Either may be NULL. */
static int send(struct cli *cli, struct session *session, const struct review_target *target,
                const struct sending *sending)
{
    Hs__Receipt *receipt = NULL;
    int status = session_command(session, sending->command, &receipt);

    if (status != STATUS_DONE) {
        return status;
    }
    json_t *told = cli->is_json ? json_pack("{s:s}", "reviewId", target->id) : NULL;
    if (told != NULL && sending->opinion != NULL) {
        json_object_set_new(told, "result",
                            json_string(word_in_schema(cli, &hs__opinion__result__descriptor,
                                                       (int)sending->opinion->result)));
    }
    if (told != NULL && sending->state != NULL) {
        json_object_set_new(told, "state", json_string(sending->state));
    }
    if (told != NULL) {
        cli_json(cli, told);
        return STATUS_DONE;
    }
    (void)fprintf(cli->out, "%s  %s%s%s\n", target->id,
                  sending->opinion == NULL ? "" : word_of_result(cli, sending->opinion->result),
                  sending->opinion == NULL || sending->words == NULL ? "" : "  ",
                  sending->words == NULL ? "" : sending->words);
    return STATUS_DONE;
}

static int give(struct cli *cli, struct session *session, struct review_target *target,
                Hs__Opinion *opinion)
{
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    const struct sending sending = {.command = &command, .opinion = opinion};

    body.review = &target->ref;
    body.opinion = opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    return send(cli, session, target, &sending);
}

static int draft(struct cli *cli, struct session *session, struct review_target *target,
                 Hs__Opinion *opinion)
{
    Hs__DraftOpinion body = HS__DRAFT_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    const struct sending sending = {.command = &command,
                                    .opinion = opinion,
                                    .state = "drafted",
                                    .words = cli_text(cli, "已存为草稿", "drafted")};

    body.review = &target->ref;
    body.opinion = opinion;
    command.body_case = HS__COMMAND__BODY_DRAFT_OPINION;
    command.draft_opinion = &body;
    return send(cli, session, target, &sending);
}

static int rectify(struct cli *cli, struct session *session, struct review_target *target,
                   const struct rectification *rectification)
{
    Hs__RectifyOpinion body = HS__RECTIFY_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    const struct sending sending = {.command = &command,
                                    .opinion = rectification->opinion,
                                    .state = "rectified",
                                    .words = cli_text(cli, "已更正", "rectified")};

    body.review = &target->ref;
    body.opinion = rectification->opinion;
    body.reason = rectification->reason;
    command.body_case = HS__COMMAND__BODY_RECTIFY_OPINION;
    command.rectify_opinion = &body;
    return send(cli, session, target, &sending);
}

/* ---- the ways to opine ---- */

/* Gives, drafts or rectifies what the options state. */
static int opine(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    const char *reason = arguments_value(arguments, "reason");
    struct review_target target;
    struct opinion_file file;
    int status = read_opinion(cli, arguments, &file);

    if (status == STATUS_DONE) {
        status = review_find(cli, session, arguments->words[0], &target);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    require(file.opinion != NULL);
    if (file.opinion->packet.len == 0) {
        file.opinion->packet = packet_under_review(&target);
    }
    if (arguments_have(arguments, "draft")) {
        status = draft(cli, session, &target, file.opinion);
    } else if (arguments_have(arguments, "rectify")) {
        const struct rectification rectification = {file.opinion, reason};

        status = rectify(cli, session, &target, &rectification);
    } else {
        status = give(cli, session, &target, file.opinion);
    }
    if (status == STATUS_REFUSED && file.text.path != NULL) {
        opinion_file_explain(cli, session, &file, &target);
    }
    return status;
}

/* Gives the draft byte for byte: what is signed is what was read. */
static int release(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Query__GetOpinion get = HS__QUERY__GET_OPINION__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;
    struct review_target target;
    int status = review_find(cli, session, arguments->words[0], &target);

    if (status == STATUS_DONE) {
        get.review = &target.ref;
        get.draft = true;
        query.body_case = HS__QUERY__BODY_OPINION;
        query.opinion = &get;
        status = session_query(session, &query, &answer);
    }
    if (status != STATUS_DONE) {
        return status;
    }

    struct bytes bytes = message_pack(answer->opinion, cli->arena);
    (void)cli_memory((void *)(uintptr_t)bytes.data);
    struct hash hash = hash_of(bytes);
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    const struct sending sending = {.command = &command, .opinion = answer->opinion};

    body.review = &target.ref;
    body.opinion = answer->opinion;
    body.draft = (ProtobufCBinaryData){sizeof hash.bytes, hash.bytes};
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    return send(cli, session, &target, &sending);
}

static int send_back(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__SendBackDraft body = HS__SEND_BACK_DRAFT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    const struct sending sending = {.command = &command,
                                    .state = "sent_back",
                                    .words = cli_text(cli, "草稿已退回", "draft sent back")};
    struct review_target target;
    int status = review_find(cli, session, arguments->words[0], &target);

    if (status != STATUS_DONE) {
        return status;
    }

    const Hs__Review *review = find_review(&target);
    body.review = &target.ref;
    body.reason = arguments_value(arguments, "send-back");
    if (review != NULL && review->draft != NULL) {
        body.draft = review->draft->opinion;
    }
    command.body_case = HS__COMMAND__BODY_SEND_BACK_DRAFT;
    command.send_back_draft = &body;
    return send(cli, session, &target, &sending);
}

/* True if what is asked for is one thing, and has what it needs; else says what is wrong. */
static bool options_agree(const struct cli *cli, const struct arguments *arguments)
{
    static const char *const ways[] = {"draft", "release", "send-back", "rectify"};
    bool has_result = arguments_have(arguments, "result");
    bool has_file = arguments_have(arguments, "file");
    bool is_of_draft =
        arguments_have(arguments, "release") || arguments_have(arguments, "send-back");
    size_t count = 0;

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        count += arguments_have(arguments, ways[i]) ? 1 : 0;
    }
    if (count > 1) {
        (void)cli_fail(cli, STATUS_INVALID,
                       cli_text(cli, "--draft、--release、--send-back、--rectify 只能给出其一",
                                "--draft, --release, --send-back, --rectify: give one of them"));
        return false;
    }
    if (is_of_draft ? has_result || has_file : has_result == has_file) {
        (void)cli_fail(cli, STATUS_INVALID,
                       is_of_draft ? cli_text(cli, "处理草稿时不能再给出 --result 或 --file",
                                              "the draft says it all: no --result, no --file")
                                   : cli_text(cli, "请给出 --result 或 --file 之一",
                                              "give either --result or --file"));
        return false;
    }
    if (arguments_have(arguments, "rectify") &&
        (!has_file || !arguments_have(arguments, "reason"))) {
        (void)cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "更正须给出 --reason 和 --file", "--rectify needs --reason and --file"));
        return false;
    }
    return true;
}

/* Unless told otherwise, the department's own account answers for it. */
static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *result = arguments_value(arguments, "result");
    int ignored;

    if (!options_agree(cli, arguments) || (result != NULL && !read_result(cli, result, &ignored))) {
        return STATUS_INVALID;
    }
    if (cli->account == NULL) {
        cli->fallback_account = review_department(arguments->words[0]);
    }
    if (arguments_have(arguments, "release")) {
        return session_do(cli, arguments, release);
    }
    return session_do(cli, arguments, arguments_have(arguments, "send-back") ? send_back : opine);
}

static const struct option options[] = {
    {.name = "close",
     .value = "ITEM",
     .is_repeatable = true,
     .help = {"本部门上轮的该条意见已闭合，可多次给出",
              "that item of the department's is closed; may be repeated"}},
    {.name = "result",
     .value = "RESULT",
     .help = {"agree、conditional、disagree、not_involved 或 not_competent",
              "agree, conditional, disagree, not_involved or not_competent"}},
    {.name = "reason",
     .value = "TEXT",
     .help = {"理由；not_involved、not_competent 和 --rectify 必填",
              "the reason; not_involved, not_competent and --rectify need one"}},
    {.name = "file",
     .value = "FILE",
     .help = {"整份意见（YAML 或 JSON）", "the whole opinion, YAML or JSON"}},
    {.name = "draft",
     .help = {"存为部门内草稿，不出具", "keep it as a draft in the department; do not give it"}},
    {.name = "release", .help = {"按草稿原样出具（签发）", "give the draft as it is"}},
    {.name = "send-back",
     .value = "REASON",
     .help = {"退回草稿，附理由", "send the draft back, with the reason"}},
    {.name = "rectify",
     .help = {"更正已出具的意见，须 --reason 和 --file",
              "put right an opinion that was given; needs --reason and --file"}},
};

const struct verb verb_opine = {
    .name = "opine",
    .words = "REVIEW (--result R | --file F) [--draft | --rectify] | --release | --send-back T",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"出具一个审查任务的意见", "give the one opinion of a review"},
    .manual =
        {"出具一个审查任务的意见，一轮一次，不能更改。conditional 和 disagree 须用 --file 列明\n"
         "意见条目，强制性条目须有依据，条件须写明如何销项；not_involved 和 not_competent 须有\n"
         "reason。文件有误时逐处列出：文件:行: 路径: 原因。文件例：\n"
         "  result: conditional\n"
         "  items:\n"
         "  - severity: must             # 或 advice\n"
         "    matter: fire               # 流程所列事项之一\n"
         "    place: 消防车道 L2\n"
         "    drawing: 总平面图          # 可再写 sheet（图号）、axis（轴线）\n"
         "    defect: 净宽 3.4 米\n"
         "    demand: 净宽不小于 4.0 米\n"
         "    basis: GB 50016-2014 7.1.8\n"
         "    closing: 附修改后的总平面图\n    close_by: 2026-06-30\n"
         "第二份意见被拒绝：refused: OPINION_ALREADY_GIVEN。\n"
         "--draft 存为部门内草稿，只有本部门看得到；部门设 sign_off: head 的，审查人员起草，\n"
         "负责人以 --release 按原样出具，两人均记录在案，或以 --send-back 退回。其他部门尚未\n"
         "全部答复时，笔误可以 --rectify 更正；答复时间不变，各版均可查阅（reviews）。\n"
         "第二轮起，本部门上轮的每条强制性意见须说明是否闭合：已闭合的用 --close（文件中\n"
         "closed_items），未闭合的在新条目中以 earlier 写明原编号。未改动的内容新提意见须写\n"
         "ground（applicant_change、safety、law、earlier_error）和 ground_reason，并记录在案。\n"
         "没有 --as、配置也未指定账户时，以与部门同名的账户办理。\n"
         "--json 输出 {\"reviewId\", \"result\"}，未出具的另有 \"state\"。",
         "Gives the opinion of a review: once a round, and it cannot be changed. conditional\n"
         "and disagree need items, so a file; an item of severity must needs a basis, and a\n"
         "condition says how it is closed; not_involved and not_competent need a reason.\n"
         "What is wrong with a file is said place by place, file:line: path: reason.\n"
         "  result: conditional\n"
         "  items:\n"
         "  - severity: must             # or advice\n"
         "    matter: fire               # one of the process's\n"
         "    place: fire lane L2\n"
         "    drawing: site plan         # also its sheet, its axis\n"
         "    defect: it is 3.4 m wide\n"
         "    demand: a clear width of 4.0 m\n"
         "    basis: GB 50016-2014 7.1.8\n"
         "    closing: the site plan as changed\n    close_by: 2026-06-30\n"
         "A second opinion is refused: OPINION_ALREADY_GIVEN. --draft keeps it in the\n"
         "department, which alone sees it. In a department with sign_off: head, reviewers\n"
         "draft; the head gives the draft as it is with --release, and both are on record, or\n"
         "returns it with --send-back. While others have yet to answer, a slip is put right\n"
         "with --rectify: when it was given stays, and every version can be read (reviews).\n"
         "From round 2 on each must-item of the department is settled: closed by --close\n"
         "(in a file: closed_items), or still open as an item that names it as `earlier`.\n"
         "A new item on what did not change needs a `ground` (applicant_change, safety, law,\n"
         "earlier_error) with a ground_reason, and is counted. Without --as, and if the\n"
         "configuration names no account, the account named like the department acts.\n"
         "With --json: {\"reviewId\", \"result\"}, and \"state\" where none was given."},
    .example = "huishen --as fire opine LJHS-2026-0007/1/fire --result agree\n"
               "huishen --as fire opine LJHS-2026-0007/1/fire --file opinion.yaml\n"
               "huishen --as li opine LJHS-2026-0007/1/fire --draft --file opinion.yaml\n"
               "huishen --as chief opine LJHS-2026-0007/1/fire --release",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
