/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opinion_versions.h"

#include "cli/message_text.h"
#include "cli/sheet.h"
#include "cli/stamp.h"
#include "lib/check.h"

static int ask(struct session *session, Hs__Query__GetOpinion *get, Hs__Opinion **out)
{
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    query.body_case = HS__QUERY__BODY_OPINION;
    query.opinion = get;
    int status = session_query(session, &query, &answer);
    if (status == STATUS_DONE) {
        *out = answer->opinion;
    }
    return status;
}

int opinion_versions_ask_draft(struct session *session, struct opinion_versions *versions)
{
    Hs__ReviewRef ref = versions->target->ref;
    Hs__Query__GetOpinion get = HS__QUERY__GET_OPINION__INIT;

    if (versions->review->draft == NULL) {
        return STATUS_DONE;
    }
    get.review = &ref;
    get.draft = true;
    return ask(session, &get, &versions->draft);
}

int opinion_versions_ask(struct cli *cli, struct session *session,
                         struct opinion_versions *versions)
{
    Hs__ReviewRef ref = versions->target->ref;
    size_t count = versions->review->n_rectifications + 1;
    int status = STATUS_DONE;

    versions->rows = cli_memory(arena_array(cli->arena, count, sizeof(Hs__Opinion *)));
    for (size_t i = 0; i < count && status == STATUS_DONE; i++) {
        Hs__Query__GetOpinion get = HS__QUERY__GET_OPINION__INIT;

        get.review = &ref;
        get.version = (uint32_t)i + 1;
        status = ask(session, &get, &versions->rows[i]);
        versions->count += status == STATUS_DONE ? 1 : 0;
    }
    return status;
}

/* One who did something, and when. */
struct act {
    struct phrase what;
    const char *who;
    int64_t at_ms;
};

static void print_act(const struct cli *cli, const Hs__Office *office, const struct act *act)
{
    char stamp[STAMP_BYTES];

    stamp_write(act->at_ms, office->utc_offset_minutes, stamp);
    (void)fprintf(cli->out, "\n%s  %s  %s\n", cli_phrase(cli, act->what), act->who, stamp);
}

static void print_draft(const struct cli *cli, const Hs__Office *office,
                        const struct opinion_versions *versions)
{
    const Hs__Draft *draft = versions->review->draft;
    const struct act drafted = {
        {"草稿（未出具）", "draft, not given"}, draft->drafted_by, draft->drafted_at};
    const struct act sent_back = {
        {"草稿退回", "draft sent back"}, draft->sent_back_by, draft->sent_back_at};
    const struct sheet_opinion opinion = {office, versions->target->ref.department,
                                          versions->draft};

    print_act(cli, office, &drafted);
    sheet_print_opinion(cli, &opinion, cli->out);
    if (draft->sent_back_at != 0) {
        print_act(cli, office, &sent_back);
        (void)fprintf(cli->out, "    %s\n", draft->sent_back_reason);
    }
}

/* Who gave @review's opinion; one that came after tacit consent is told apart until it counts. */
static struct act act_of_giving(const Hs__Review *review)
{
    const Hs__LateOpinion *late = review->opinion.len == 0 ? review->late_opinion : NULL;

    if (late != NULL) {
        return (struct act){{"逾期意见，不计入", "late opinion, does not count"},
                            late->given_by[0] == '\0' ? late->signer : late->given_by,
                            late->given_at};
    }
    return (struct act){{"第一版，已出具", "version 1, given"},
                        review->given_by[0] == '\0' ? review->signer : review->given_by,
                        review->given_at};
}

static void print_version(const struct cli *cli, const Hs__Office *office,
                          const struct opinion_versions *versions, size_t index)
{
    const Hs__Review *review = versions->review;
    const struct act given = act_of_giving(review);
    const struct sheet_opinion opinion = {office, versions->target->ref.department,
                                          versions->rows[index]};

    if (index == 0) {
        print_act(cli, office, &given);
    } else {
        const Hs__Rectification *row = review->rectifications[index - 1];
        const char *zh = cli_format(cli, "第%zu版，更正", index + 1);
        const char *en = cli_format(cli, "version %zu, rectified", index + 1);
        const struct act rectified = {{zh, en}, row->rectified_by, row->rectified_at};

        print_act(cli, office, &rectified);
        (void)fprintf(cli->out, "    %s\n", row->reason);
    }
    sheet_print_opinion(cli, &opinion, cli->out);
}

void opinion_versions_print(const struct cli *cli, const Hs__Office *office,
                            const struct opinion_versions *versions)
{
    require(versions->count == 0 || versions->count == versions->review->n_rectifications + 1);
    if (versions->draft != NULL) {
        print_draft(cli, office, versions);
    }
    for (size_t i = 0; i < versions->count; i++) {
        print_version(cli, office, versions, i);
    }
}

void opinion_versions_to_json(const struct opinion_versions *versions, int offset_minutes,
                              json_t *json)
{
    json_t *list = versions->count == 0 ? NULL : cli_memory(json_array());

    if (versions->draft != NULL) {
        json_object_set_new(json, "draft", message_json(versions->draft, offset_minutes));
    }
    for (size_t i = 0; i < versions->count; i++) {
        json_array_append_new(list, message_json(versions->rows[i], offset_minutes));
    }
    if (list != NULL) {
        json_object_set_new(json, "versions", list);
    }
}
