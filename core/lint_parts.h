/* SPDX-License-Identifier: Apache-2.0 */
/* lint_parts.h - for the files of lint alone: what they share. lint.h says what lint does. */
#ifndef CORE_LINT_PARTS_H
#define CORE_LINT_PARTS_H

#include "core/lint.h"
#include "core/typecheck.h"

/* What an expression is checked with; types is NULL where there is nothing to check it against. */
struct check {
    const struct type_source *types;
    const struct expression_element *element;
    enum type_kind wanted;
};

/* Adds a defect at @path with @subject behind the sentences. */
void defects_add_about(struct defects *defects, const char *path, const char *zh, const char *en,
                       const char *subject);

/* Returns the path LIST[INDEX].FIELD, or LIST[INDEX] where @field is empty, in the defects' arena.
 */
const char *lint_path(struct defects *defects, const char *list, size_t index, const char *field);

/* Adds what is wrong with the expression @text at @path. */
void lint_expression(const char *text, const char *path, const struct check *check,
                     struct defects *defects);

/* Adds what is wrong with the id and the version of a definition. */
void lint_head(const char *id, uint32_t version, struct defects *defects);

/* Adds what is wrong with @when, a rule over the packet; empty always holds. */
void lint_when(const Hs__Process *process, const Hs__Dictionary *dictionary, const char *when,
               const char *path, struct defects *defects);

/* Adds what is wrong with the limits of stage @index, its classes and its ladder. */
void lint_clocks(const Hs__Process *process, size_t index, const Hs__Dictionary *dictionary,
                 struct defects *defects);

#endif
