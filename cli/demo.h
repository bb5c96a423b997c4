/* SPDX-License-Identifier: Apache-2.0 */
/* demo.h - a whole office shown at work: the samples submitted to it, what happens to them as it
 * happens, and what came of each. */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "cli/home.h"

enum { DEMO_SAMPLES_MAX = 64, DEMO_SECONDS_MAX = 120 };

/* Submits every file of @samples, a folder, to the broker of @home, prints what happens and then a
 * table of the outcomes. Returns STATUS_DONE if each came to a verdict, a failed gate or a
 * correction within DEMO_SECONDS_MAX; STATUS_REFUSED if one did not; or another exit status after
 * saying why. */
int demo_show(struct cli *cli, const struct home *home, const char *samples);

#endif
