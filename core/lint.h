/* SPDX-License-Identifier: Apache-2.0 */
/* lint.h - what is wrong with a definition before it counts: a dictionary, a process, a pack.
 *
 * The broker refuses to publish what has a defect; `huishen lint` shows them all. A defect names
 * the place as a path of the message (rules[3].condition), which a loader turns into a line of the
 * file.
 */
#ifndef CORE_LINT_H
#define CORE_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "proto/message.h"

struct defect {
    const char *path;
    const char *zh;
    const char *en;
};

enum { DEFECTS_MAX = 100 };

/* Defects found so far; those beyond DEFECTS_MAX are counted in total only. */
struct defects {
    struct defect rows[DEFECTS_MAX];
    size_t count; /* of rows */
    size_t total;
    struct arena *arena; /* where the texts live */
};

void defects_init(struct defects *defects, struct arena *arena);

/* Adds a defect at @path with its two sentences, which are copied. */
void defects_add(struct defects *defects, const char *path, const char *zh, const char *en);

/* Adds the defects of @dictionary: its paths, its types, its derived fields' expressions. */
void lint_dictionary(const Hs__Dictionary *dictionary, struct defects *defects);

/* Adds the defects of @process, its matters included. With @dictionary, its expressions are checked
 * against it; NULL leaves that out. A defect is also: a limit in working days without a calendar to
 * count them, tacit consent without a basis or for a department that is safety-critical in @office
 * (NULL: unknown). */
void lint_process(const Hs__Process *process, const Hs__Dictionary *dictionary,
                  const Hs__Office *office, struct defects *defects);

/* Adds the defects of @pack. With @dictionary and @process, expressions are checked against the
 * dictionary's fields and the process's settings, and matters against the process's; NULL leaves
 * that out. @as_gate: the pack is the process's gate, so a gate that rests on a statute must not be
 * marked waivable. */
void lint_pack(const Hs__Pack *pack, const Hs__Dictionary *dictionary, const Hs__Process *process,
               bool as_gate, struct defects *defects);

/* Adds the defects of the documents that stage @index of @process names: a code that a seat names
 * twice or without words, a list that @dictionary (NULL: that is left out) does not have as a field
 * of the elements of one list. */
void lint_documents(const Hs__Process *process, size_t index, const Hs__Dictionary *dictionary,
                    struct defects *defects);

/* Adds the defects of the matters that @process lists: names that are none, that are there twice,
 * or without words in Chinese. */
void lint_matters(const Hs__Process *process, struct defects *defects);

/* Adds the defects of the incompatible pairs of @process: names that are none or there twice, sides
 * that are empty or name a matter that the process does not list. What is no plain name is taken
 * for the id of a rule; whether one has it is said by lint_pair_rules(), with the packs. */
void lint_pairs(const Hs__Process *process, struct defects *defects);
void lint_pair_rules(const Hs__Process *process, const Hs__Pack *const *packs, size_t count,
                     struct defects *defects);

/* Adds a defect for every rule of @pack whose matter is not among those of @process. A rule may
 * have none, and a process without a list takes any. */
void lint_rule_matters(const Hs__Pack *pack, const Hs__Process *process, struct defects *defects);

/* Adds a defect for every rule of @pack with an owner that the department of its name in @office
 * does not have; none if @office has no such department. */
void lint_owners(const Hs__Pack *pack, const Hs__Office *office, struct defects *defects);

/* Adds the defects of @calendar: dates and times of day that do not exist, a day named twice, years
 * out of order, hours that do not follow one another. */
void lint_calendar(const Hs__Calendar *calendar, struct defects *defects);

/* Adds a defect for every setting of @process that neither a rule of @packs nor a `when` of its
 * seats reads. */
void lint_settings(const Hs__Process *process, const Hs__Pack *const *packs, size_t count,
                   struct defects *defects);

#endif
