/* SPDX-License-Identifier: Apache-2.0 */
/* calendar_file.h - the working days as a file: the home's own, or those that come with the
 * program. Both functions return an exit status and have said why on err where it is not
 * STATUS_DONE. */
#ifndef CLI_CALENDAR_FILE_H
#define CLI_CALENDAR_FILE_H

#include "cli/cli.h"
#include "core/calendar.h"

/* Sets @out to the calendar in the file @path; in the cli's arena. */
int calendar_load(const struct cli *cli, const char *path, struct calendar **out);

/* Sets @out to the home's calendar if it has one, else to the one that comes with the program. */
int calendar_load_installed(const struct cli *cli, struct calendar **out);

#endif
