/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/await.h"

#include "cli/proposal_view.h"

/* What there is to say of @proposal; STATUS_NO_ANSWER: wait on. */
static int judge(const Hs__Proposal *proposal, enum await_what what)
{
    bool is_without_verdict = proposal->status == HS__PROPOSAL__STATUS__GATE_FAILED ||
                              proposal->status == HS__PROPOSAL__STATUS__WITHDRAWN;

    if (what == AWAIT_END) {
        return proposal_is_ended(proposal) ? STATUS_DONE : STATUS_NO_ANSWER;
    }
    if (proposal->status == HS__PROPOSAL__STATUS__CONCLUDED ||
        proposal->status == HS__PROPOSAL__STATUS__APPROVED ||
        proposal->status == HS__PROPOSAL__STATUS__REJECTED) {
        return STATUS_DONE;
    }
    return is_without_verdict ? STATUS_REFUSED : STATUS_NO_ANSWER;
}

int await_proposal(struct session *session, const char *proposal, enum await_what what,
                   uint64_t timeout_ms, Hs__Proposal **out)
{
    uint64_t until_ms = session_now_ms() + timeout_ms;
    bool is_watching = false;

    for (;;) {
        Hs__FeedItem *item = NULL;
        int status = session_show(session, proposal, out);

        if (status == STATUS_DONE && !is_watching) {
            /* Its id is known now; asked again after this, so that nothing is missed. */
            status = session_watch(session, (*out)->id);
            if (status == STATUS_DONE) {
                status = session_show(session, proposal, out);
            }
            is_watching = true;
        }
        if (status != STATUS_DONE) {
            return status;
        }

        int judged = judge(*out, what);
        uint64_t now_ms = session_now_ms();
        if (judged != STATUS_NO_ANSWER || now_ms >= until_ms) {
            return judged;
        }
        status = session_next(session, until_ms - now_ms, &item);
        if (status != STATUS_DONE) {
            return status;
        }
    }
}
