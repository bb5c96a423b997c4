/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h - the bounds of what a rule may be and may do, each with its reason. */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

#include <stdint.h>

enum {
    /* The longest rule of the first packs has 204 bytes. */
    LIMIT_EXPRESSION_BYTES = 64 * 1024,

    /* Parentheses, brackets and arguments within one another: bounds every recursion over a rule.
     */
    LIMIT_EXPRESSION_NESTING = 64,

    /* Variables in force at one place: one a level of nesting, and the element of an `each`. */
    LIMIT_EXPRESSION_VARIABLES = LIMIT_EXPRESSION_NESTING + 1,

    /* Parts evaluated and elements visited in one evaluation: some 20 ms. Only nested macros over
     * long lists can come near it. */
    LIMIT_EVALUATION_STEPS = 1000 * 1000,

    /* What one text or one list made by an evaluation may hold: map and + can double them. */
    LIMIT_RESULT_TEXT_BYTES = 1024 * 1024,
    LIMIT_RESULT_ELEMENTS = 64 * 1024,

    /* Lists and objects within one another in the data of a rule; bounds the length of a path. */
    LIMIT_DATA_NESTING = 32,

    /* The same in what an evaluation makes, the data in it included. */
    LIMIT_VALUE_NESTING = LIMIT_DATA_NESTING + LIMIT_EXPRESSION_NESTING,

    /* Elements that a path can name by position: beyond it a number is a label only. */
    LIMIT_DATA_ELEMENTS = 4096,

    /* Longer than a path of any dictionary. */
    LIMIT_PATH_BYTES = 4 * 1024,

    /* Departments in one stage; bounds the events of one decision. */
    LIMIT_SEATS = 64,

    /* What applying the events of one command may take: a copy of the reviews of a round, of their
     * holds and of its conflicts, a struct or a pointer for each event. */
    LIMIT_APPLY_BYTES = 512 * 1024,

    /* Incompatible pairs of one process; bounds what a claim says. */
    LIMIT_PAIRS = 64,

    /* Claims of one opinion that the record keeps, those that can contradict first; 64 opinions of
     * them are read in the least arena a command has. */
    LIMIT_CLAIMS = 64,

    /* Conflicts and mergers of one round; one of either is some hundred bytes of the record. */
    LIMIT_CONFLICTS = 128,
    LIMIT_MERGERS = 128,

    /* A reason, a demand or a document's number that the record keeps. */
    LIMIT_REASON_BYTES = 2 * 1024,

    /* Reports of one check of a rule; a rule with more has been seen to be wrong. */
    LIMIT_CHECK_REPORTS = 32,
};

/* The documents that one packet names: each, and all together. */
#define LIMIT_DOCUMENT_BYTES  (UINT64_C(512) * 1024 * 1024)
#define LIMIT_DOCUMENTS_BYTES (UINT64_C(4) * 1024 * 1024 * 1024)

#endif
