/* SPDX-License-Identifier: Apache-2.0 */
/* library.h - the definitions in use, compiled once: a rulebook for each pins, the calendars,
 * the catalogue of what is in force.
 *
 * A cache and nothing more: everything in it comes from the journal by hash and can be dropped at
 * any time between turns. Rulebooks and messages handed out stay valid until library_trim().
 */
#ifndef BROKER_LIBRARY_H
#define BROKER_LIBRARY_H

#include "core/decide.h"
#include "core/rulebook.h"
#include "lib/hash.h"

enum {
    LIBRARY_RULEBOOKS_MAX = 64,                /* kept; an office has few in use at a time */
    LIBRARY_CALENDARS_MAX = 16,                /* the same */
    LIBRARY_RULEBOOK_BYTES = 64 * 1024 * 1024, /* that one may take, its messages included */
};

/* Where definitions are read from. Sets @out to the bytes named by @hash, in @arena; false if there
 * are none. */
struct definition_source {
    bool (*read)(void *self, struct bytes hash, struct arena *arena, struct bytes *out);
    void *self;
};

struct library;

struct library *library_new(void);
void library_free(struct library *library);

/* Returns the rulebook of the pins named by @hash, or NULL if they, or a part of them, are not
 * there or do not compile. */
const struct rulebook *library_rulebook(struct library *library, struct bytes hash,
                                        const struct definition_source *source);

/* Returns the rulebook that @process (empty: the default) opens rounds under now; NULL if there is
 * no such process or a part of it is not published. */
const struct rulebook *library_current(struct library *library, const Hs__Office *office,
                                       const char *process, const struct definition_source *source);

/* Returns the calendar @id in force in @office; NULL if there is none or it does not compile. Valid
 * until library_trim(). */
const struct calendar *library_calendar(struct library *library, const Hs__Office *office,
                                        const char *id, const struct definition_source *source);

/* Returns the messages of all definitions in force in @office. Valid until the next call. */
const struct catalogue *library_catalogue(struct library *library, const Hs__Office *office,
                                          const struct definition_source *source);

/* Drops the rulebooks and calendars least recently used beyond their number. Between turns only. */
void library_trim(struct library *library);

#endif
