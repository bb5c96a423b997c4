/* SPDX-License-Identifier: Apache-2.0 */
/* touch.h - which departments a new packet concerns: those of whose inputs one is another now.
 *
 * The inputs of a department are the fields its rules read (inputs.h), the documents its seat
 * names, and its rules themselves with the settings and derived fields they use. Who is not touched
 * keeps its opinion. A change that touches nobody is said to be so: somebody may have forgotten to
 * ask for it.
 */
#ifndef CORE_TOUCH_H
#define CORE_TOUCH_H

#include "core/comparison.h"
#include "core/rulebook.h"

/* What of one department's inputs changed; nothing if all counts are 0 and the pack is the same. */
struct touch {
    const char **paths; /* inputs, sorted */
    size_t path_count;
    const char **documents; /* codes, sorted */
    size_t document_count;
    const char **rules; /* ids of rules that are new, gone or worded otherwise */
    size_t rule_count;
    bool is_pack_changed;
};

/* What changed from one round to the next. */
struct new_round {
    const struct rulebook *before; /* what the last round was held to */
    const struct rulebook *now;
    const struct comparison *changes;
};

/* Finds what touches the department of seat @index of the rulebook that is now in force. Returns
 * false if @arena is too small. */
bool touch_find(const struct new_round *round, size_t index, struct arena *arena,
                struct touch *out);

bool touch_is_any(const struct touch *touch);

/* What changed and touches no department, nor the office's own checks. */
struct unread {
    const char **paths; /* of the packet, sorted */
    size_t path_count;
    const char **documents; /* codes that no seat names */
    size_t document_count;
};

/* Finds what nobody reads. Returns false if @arena is too small. */
bool unread_find(const struct new_round *round, struct arena *arena, struct unread *out);

/* True if @seat looks at documents of @code. */
bool seat_names_document(const Hs__Seat *seat, const char *code);

#endif
