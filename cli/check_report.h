/* SPDX-License-Identifier: Apache-2.0 */
/* check_report.h - every machine check of a process run over a packet: what all departments would
 * find, before anything is submitted and without a broker. */
#ifndef CLI_CHECK_REPORT_H
#define CLI_CHECK_REPORT_H

#include "cli/definitions.h"
#include "core/findings.h"
#include "core/suggestion.h"

enum { CHECK_ENTRIES_MAX = 128, CHECK_MISSING_MAX = 1024 };

/* One pack, or one owner's part of it. */
struct check_entry {
    const char *id;    /* of the pack: gate, construction, fire */
    const char *owner; /* NULL: the whole pack */
    const Hs__Words *title;
    bool is_gate;
    bool is_lead;
    bool is_involved; /* false: the process does not ask this department; there are no findings */
    bool is_incomplete;
    Hs__Opinion__Result result; /* what it suggests, unless it is incomplete */
    struct finding_counts counts;
    const struct findings *findings;
};

/* A field that a must-check needs, or (path empty) why one cannot be answered. */
struct check_missing {
    const char *path;
    const char *reason;
    const char *rules; /* their ids, between spaces */
};

struct check_report {
    struct facts facts;
    struct check_entry entries[CHECK_ENTRIES_MAX]; /* the gate, the lead, the seats in order */
    size_t entry_count;
    struct check_missing missing[CHECK_MISSING_MAX];
    size_t missing_count;
};

/* Runs all checks of @set over @packet, those of @department only unless it is NULL. Returns an
 * exit status, and has said why where it is not STATUS_DONE. */
int check_run(const struct cli *cli, const struct definition_set *set, const Hs__Packet *packet,
              const char *department, struct check_report *out);

/* True if @row is to be told to people: it failed or is unknown, and is of @entry's owner. */
bool check_is_told(const struct check_entry *entry, const struct finding_row *row);

#endif
