/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/review_ref.h"

#include <string.h>

#include "core/names.h"

const char *review_department(const char *id)
{
    struct review_name name;

    return review_name_from_text(id, &name) ? name.department : NULL;
}

int review_find(struct cli *cli, struct session *session, const char *id, struct review_target *out)
{
    struct review_name name;
    Hs__Proposal *proposal = NULL;

    if (!review_name_from_text(id, &name)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "%s 不是审查任务编号，应如 LJHS-2026-0007/1/fire",
                                 "%s is no review; one is written LJHS-2026-0007/1/fire"),
                        id);
    }

    int status = session_show(
        session, cli_format(cli, "%.*s", (int)name.proposal_size, name.proposal), &proposal);
    if (status != STATUS_DONE) {
        return status;
    }
    out->proposal = proposal;
    hs__review_ref__init(&out->ref);
    out->ref.proposal = proposal->id;
    out->ref.round = name.round;
    out->ref.department = name.department;
    out->id = cli_format(cli, "%s/%u/%s", proposal->number, name.round, name.department);
    return STATUS_DONE;
}

int review_or_proposal_find(struct cli *cli, struct session *session, const char *id,
                            struct review_target *out)
{
    Hs__Proposal *proposal = NULL;

    if (strchr(id, '/') != NULL) {
        return review_find(cli, session, id, out);
    }

    int status = session_show(session, id, &proposal);
    if (status != STATUS_DONE) {
        return status;
    }
    out->proposal = proposal;
    hs__review_ref__init(&out->ref);
    out->ref.proposal = proposal->id;
    out->ref.round = proposal->round;
    out->id = proposal->number;
    return STATUS_DONE;
}

bool review_target_is_whole(const struct review_target *target)
{
    return target->ref.department[0] == '\0';
}

const Hs__Review *review_in(const Hs__Proposal *proposal, const struct review_target *target)
{
    for (size_t i = 0; i < proposal->n_reviews && target->ref.round == proposal->round; i++) {
        if (strcmp(proposal->reviews[i]->department, target->ref.department) == 0) {
            return proposal->reviews[i];
        }
    }
    return NULL;
}
