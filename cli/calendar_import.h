/* SPDX-License-Identifier: Apache-2.0 */
/* calendar_import.h - a calendar becomes the one in force in an office. */
#ifndef CLI_CALENDAR_IMPORT_H
#define CLI_CALENDAR_IMPORT_H

#include "cli/cli.h"

/* Publishes the calendar in the file @path in the office of the cli's home, says what is different
 * from the one in force before, and makes the file the home's. Returns an exit status:
 * STATUS_INVALID after saying every defect, with its line. */
int calendar_import(struct cli *cli, const char *path);

#endif
