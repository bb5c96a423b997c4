/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - the ids that people read and write: proposal numbers and review ids, and the days of a
 * local calendar that numbers need.
 *
 * A proposal is shown as PREFIX-YEAR-NUMBER with at least four digits (LJHS-2026-0007), a review as
 * PROPOSAL/ROUND/DEPARTMENT, an item as REVIEW#N.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"

enum {
    NAME_BYTES_MAX = 64,      /* of a department, a process, a principal's own part */
    PROPOSAL_NUMBER_MAX = 64, /* bytes of a proposal's number */
};

/* Returns the year of @at_ms (Unix milliseconds, UTC) where local time is UTC + @offset_minutes. */
uint32_t year_at(int64_t at_ms, int offset_minutes);

/* Returns PREFIX-YEAR-NUMBER in @arena; NULL if it does not fit. */
char *proposal_number(struct arena *arena, const char *prefix, uint32_t year, uint32_t number);

/* Returns NUMBER/ROUND/DEPARTMENT in @arena; NULL if it does not fit. */
char *review_id(struct arena *arena, const char *number, uint32_t round, const char *department);

/* A review id taken apart; the texts are borrowed from the id. */
struct review_name {
    const char *proposal;
    size_t proposal_size;
    uint32_t round;
    const char *department;
};

/* Reads "LJHS-2026-0007/1/fire". Returns false if @id is not of that form. */
bool review_name_from_text(const char *id, struct review_name *out);

/* True if @text is 1 to NAME_BYTES_MAX characters of a-z, 0-9, '_' and '-', beginning with a
 * letter: what a department, a process, a pack or a rule's setting may be called. */
bool name_is_plain(const char *text);

/* True if @name is the name of a principal: office, person:NAME, agent:DEPARTMENT/N, gateway:N,
 * office:ID, each part plain or, for a person, any UTF-8 without control characters, '/' and ':'.
 */
bool principal_name_is_valid(const char *name);

#endif
