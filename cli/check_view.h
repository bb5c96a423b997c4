/* SPDX-License-Identifier: Apache-2.0 */
/* check_view.h - a report of machine checks as people and scripts see it. */
#ifndef CLI_CHECK_VIEW_H
#define CLI_CHECK_VIEW_H

#include "cli/check_report.h"

/* Returns the JSON of @report, {"departments", "gate", "missing"}, which the caller releases. */
json_t *check_report_to_json(const struct cli *cli, const struct check_report *report);

/* Prints @report on out. */
void check_report_print(const struct cli *cli, const struct check_report *report);

#endif
