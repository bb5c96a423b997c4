/* SPDX-License-Identifier: Apache-2.0 */
/* inputs.h - what a department's answer depends on, as its rules say it.
 *
 * An input is a path of the dictionary with [] for any element of a list: a change of a field that
 * it covers may change the answer. `rows[]` alone stands for which elements there are; a path that
 * goes on below (`rows[].width`) stands for that too. A derived field is an input together with
 * everything it is computed from, and so is a setting, cfg.NAME.
 */
#ifndef CORE_INPUTS_H
#define CORE_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/rulebook.h"
#include "lib/arena.h"

/* Sorted, each path once; borrowed from the rulebook or in the arena it was made in. */
struct inputs {
    const char **paths;
    size_t count;
};

/* True if the field at @path, of a packet, is or is part of what @input stands for. */
bool input_covers(const char *input, const char *path);

/* True if any of @inputs covers @path. */
bool inputs_cover(const struct inputs *inputs, const char *path);

/* Finds the inputs of one rule, of a whole pack, or of the department of seat @index: its pack's,
 * and those of the seat's `when`. Return false if @arena is too small. */
bool inputs_of_rule(const struct rulebook *rulebook, const struct compiled_rule *rule,
                    struct arena *arena, struct inputs *out);
bool inputs_of_pack(const struct rulebook *rulebook, const struct compiled_pack *pack,
                    struct arena *arena, struct inputs *out);
bool inputs_of_seat(const struct rulebook *rulebook, size_t index, struct arena *arena,
                    struct inputs *out);

#endif
