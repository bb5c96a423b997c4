/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/review_ref.h"

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
