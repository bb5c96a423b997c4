/* SPDX-License-Identifier: Apache-2.0 */
/* Questions: a record, a department's reviews, waiting for a verdict and reading it. */
#include "library/connection.h"

enum { REVIEWS_MAX = 1000 };

enum huishen_result huishen_show(struct huishen *office, const char *proposal, const char **json)
{
    Hs__Proposal *record = NULL;

    connection_begin(office);
    enum huishen_result result = connection_show(office, proposal, &record);
    return result == HUISHEN_DONE ? connection_json(office, record, json) : result;
}

enum huishen_result huishen_reviews(struct huishen *office, const char *department,
                                    const char **json)
{
    Hs__Query__Reviews reviews = HS__QUERY__REVIEWS__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    connection_begin(office);
    reviews.department = department;
    reviews.limit = REVIEWS_MAX;
    query.body_case = HS__QUERY__BODY_REVIEWS;
    query.reviews = &reviews;
    enum huishen_result result =
        connection_query(office, &query, HS__ANSWER__BODY_REVIEWS, &answer);
    return result == HUISHEN_DONE ? connection_json(office, answer->reviews, json) : result;
}

/* What there is to say of @proposal; HUISHEN_NO_ANSWER: wait on. */
static enum huishen_result judge(struct huishen *office, const Hs__Proposal *proposal)
{
    if (proposal->status == HS__PROPOSAL__STATUS__CONCLUDED ||
        proposal->status == HS__PROPOSAL__STATUS__APPROVED ||
        proposal->status == HS__PROPOSAL__STATUS__REJECTED) {
        return HUISHEN_DONE;
    }
    return proposal->status == HS__PROPOSAL__STATUS__GATE_FAILED ||
                   proposal->status == HS__PROPOSAL__STATUS__WITHDRAWN
               ? connection_refuse(office, REFUSAL_NO_VERDICT)
               : HUISHEN_NO_ANSWER;
}

static int64_t now_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}

/* Asks for the record, and again after each thing that happens to it, until @until_ms. */
static enum huishen_result await(struct huishen *office, const char *proposal, int64_t until_ms)
{
    for (;;) {
        Hs__Proposal *record = NULL;
        Hs__FeedItem *item = NULL;

        connection_begin(office);
        enum huishen_result result = connection_show(office, proposal, &record);
        if (result == HUISHEN_DONE) {
            result = judge(office, record);
        }
        if (result != HUISHEN_NO_ANSWER) {
            return result;
        }
        enum err err = client_call_next(office->call, until_ms - now_ms(), &office->arena, &item);
        if (err != ERR_OK) {
            return connection_fail(office, err);
        }
    }
}

enum huishen_result huishen_wait_verdict(struct huishen *office, const char *proposal,
                                         int64_t timeout_ms)
{
    int64_t until_ms = now_ms() + timeout_ms;
    Hs__Proposal *record = NULL;

    connection_begin(office);
    enum huishen_result result = connection_show(office, proposal, &record);
    if (result != HUISHEN_DONE) {
        return result;
    }

    /* Watched first and asked again, so that nothing is missed between the two. */
    uint64_t id = record->id;
    result = connection_fail(office, client_call_watch(office->call, id));
    if (result == HUISHEN_DONE) {
        result = await(office, proposal, until_ms);
        client_call_unwatch(office->call, id);
    }
    return result;
}

enum huishen_result huishen_verdict(struct huishen *office, const char *proposal, const char **json)
{
    Hs__Query__GetVerdict get = HS__QUERY__GET_VERDICT__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    connection_begin(office);
    get.proposal = proposal;
    query.body_case = HS__QUERY__BODY_VERDICT;
    query.verdict = &get;
    enum huishen_result result =
        connection_query(office, &query, HS__ANSWER__BODY_VERDICT, &answer);
    return result == HUISHEN_DONE ? connection_json(office, answer->verdict, json) : result;
}
