/* SPDX-License-Identifier: Apache-2.0 */
/* tamper.h - copies of a real journal that are altered, and what the verifier says of them.
 *
 * Between tamper_begin() and tamper_end() the copy is open and its entries can be taken and put; it
 * is the pristine one again at each begin. Whatever cannot be done ends the program with 4.
 */
#ifndef TESTS_TAMPER_TAMPER_H
#define TESTS_TAMPER_TAMPER_H

#include "lib/arena.h"
#include "os/files.h"
#include "proto/message.h"
#include "store/journal.h"
#include "store/verify.h"

enum { TAMPER_MAP_BYTES = 1 << 30 };

struct tamper {
    char work[64]; /* holds pristine/ and altered/ */
    char altered[96];
    char scratch[96];
    struct arena files; /* the pristine files */
    struct bytes data;
    struct bytes head;
    struct database *database; /* of altered/, while it is being altered */
    struct transaction *txn;
    struct arena arena; /* of one alteration */
    uint64_t last;
    unsigned passed;
    unsigned failed;
};

/* What the verifier must find: its first fault lies in from..to. from 0: nothing. */
struct expected {
    uint64_t from;
    uint64_t to;
};

/* What another release would have written. */
struct other_release {
    const char *format; /* huishen.v1 */
    uint64_t views;
};

/* The first fault of several. */
struct found {
    uint64_t count;
    uint64_t seq;
    char name[32];
    char detail[VERIFY_DETAIL_BYTES];
};

/* Copies the journal in @folder; tamper_release() removes the copies. */
void tamper_init(struct tamper *tamper, const char *folder);
void tamper_release(struct tamper *tamper);

void tamper_die(const char *what, const char *why) __attribute__((noreturn));
void tamper_must(enum err err, const char *what);

/* Makes altered/ the same as the pristine copy; the second also opens it. */
void tamper_restore(struct tamper *tamper);
void tamper_begin(struct tamper *tamper);
void tamper_reopen(struct tamper *tamper); /* as it was left, for another alteration */
void tamper_end(struct tamper *tamper);

/* Writes @bytes over the file @name of altered/. */
void tamper_write(const struct tamper *tamper, const char *name, struct bytes bytes);

/* Removes the head file and makes one that fits what altered/ then holds. */
void tamper_adopt_head(const struct tamper *tamper);

/* Copies altered/ over the journal in @folder, which nobody has open. */
void tamper_give_back(struct tamper *tamper, const char *folder);

/* Returns the number of faults of altered/, and sets @out to the first. @kept: a head kept outside;
 * @sign_key: the office's, known from elsewhere. Both may be NULL. */
uint64_t tamper_verify(const struct tamper *tamper, const struct kept_head *kept,
                       const uint8_t *sign_key, struct found *out);

/* Verifies altered/, compares with what is @expected, counts and prints. */
void tamper_judge(struct tamper *tamper, const char *what, struct expected expected);
void tamper_judge_with(struct tamper *tamper, const char *what, struct expected expected,
                       const struct kept_head *witness);

/* Makes the views anew and expects a fault whose detail begins with @expected; NULL: none. */
void tamper_judge_views(struct tamper *tamper, const char *what, const char *expected);

/* Counts and prints one judgement. */
void tamper_verdict(struct tamper *tamper, bool is_right, const char *what,
                    const struct found *found);

/* Returns a copy of the stored form of entry @seq, to be altered. */
struct bytes tamper_take(struct tamper *tamper, uint64_t seq);

/* Stores @value as entry @seq; the second makes its checksum right for that place. */
void tamper_put(struct tamper *tamper, uint64_t seq, struct bytes value);
void tamper_put_checked(struct tamper *tamper, uint64_t seq, struct bytes value);
void tamper_drop(struct tamper *tamper, uint64_t seq);

/* Returns the kind of a stored form. */
enum entry_kind tamper_kind_of(struct bytes value);

/* Returns the head that covers entry @seq of the pristine journal; @seq itself if it is one. */
uint64_t tamper_head_of(struct tamper *tamper, uint64_t seq);

/* Returns what the last head says, as somebody may have kept it outside. */
struct kept_head tamper_last_head(struct tamper *tamper);

/* Returns the head before the last one, 0 if there is none. */
uint64_t tamper_head_before_last(struct tamper *tamper);

/* Makes the journal in @folder one that another release wrote: its genesis names @format, and its
 * views are of version @views (thief.c). */
void thief_make_other(struct tamper *tamper, const char *keys, const char *folder,
                      const struct other_release *release);

/* What one who holds the office's key can do: writes histories anew in @count ways (thief.c). */
void thief_attacks(struct tamper *tamper, const char *keys, unsigned count, uint64_t seed);

#endif
