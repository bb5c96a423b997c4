/* SPDX-License-Identifier: Apache-2.0 */
/* against.h - who would be asked again if one packet followed another in a new round: known without
 * a broker, by the same functions the broker uses. Opinions and their items are not known here: who
 * raised some is asked again in any case. */
#ifndef CLI_AGAINST_H
#define CLI_AGAINST_H

#include "cli/definitions.h"
#include "core/touch.h"

/* One seat that is touched, or is not. */
struct against_seat {
    const char *department;
    const Hs__Words *title;
    struct touch touch;
};

struct against_report {
    const struct dictionary *dictionary;
    struct comparison changes;
    struct against_seat *seats;
    size_t seat_count;
    struct unread unread;
};

/* Compares @after with @before by the definitions of @set. Returns an exit status, and has said why
 * where it is not STATUS_DONE. */
int against_run(const struct cli *cli, const struct definition_set *set, const Hs__Packet *before,
                const Hs__Packet *after, struct against_report *out);

/* Returns {"changes", "asked": [{department, inputs, documents}], "kept": [...], "unread":
 * {"fields", "documents"}}, for the caller to release. */
json_t *against_to_json(const struct against_report *report);

void against_print(const struct cli *cli, const struct against_report *report);

#endif
