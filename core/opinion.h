/* SPDX-License-Identifier: Apache-2.0 */
/* opinion.h - the sheet of an opinion: what it must say to be one.
 *
 * The rules are those of the review sheet (domain 7.3 and 7.4): who objects or sets conditions says
 * what must change and on which basis; who steps aside says why. The broker refuses the first
 * fault; the command line shows all of them, each with its line in the file.
 */
#ifndef CORE_OPINION_H
#define CORE_OPINION_H

#include "core/decide.h"

enum { OPINION_FAULTS_MAX = 32, OPINION_ITEMS_MAX = 1024, OPINION_PARTS_MAX = 64 };

/* Why an opinion is refused, and where in it: items[1].basis. */
struct opinion_fault {
    enum refusal refusal;
    const char *path;
};

/* Faults found so far; those beyond OPINION_FAULTS_MAX are left out. */
struct opinion_faults {
    struct opinion_fault rows[OPINION_FAULTS_MAX];
    size_t count;
    struct arena *arena; /* where the paths live */
};

/* Whose opinion it is, and what it may be about. NULL: that is not looked at. */
struct opinion_frame {
    const Hs__Department *department;
    const Hs__Process *process;
};

/* Adds what is wrong with @opinion, in the order in which it is read, to @faults:
 * RESULT_INVALID, REASON_MISSING, PARTS_INVALID, TOO_LARGE, ITEMS_MISSING, ITEM_INVALID,
 * BASIS_MISSING, MUST_NOT_DEMAND; where the process asks for a full sheet also DEFECT_MISSING and
 * CLOSING_MISSING. */
void opinion_check(const Hs__Opinion *opinion, const struct opinion_frame *frame,
                   struct opinion_faults *faults);

/* ---- for the files of core/ that decide about opinions ---- */

/* The review a command is about, once it is known to exist. */
struct opinion_target {
    const Hs__Proposal *proposal;
    Hs__Review *review;
};

/* Sets @target to the review of the present round that @ref names, if it is the signer's
 * department's; else @out is refused. */
bool opinion_find_own(const struct situation *situation, const Hs__ReviewRef *ref,
                      struct opinion_target *target, struct decision *out);

/* True if the review of @target can be answered: while its round runs; after that, only one
 * recorded as overdue. A silence taken for consent is still followed by an opinion in writing. */
bool opinion_is_answerable(const struct opinion_target *target);

/* True if the signer, a person, may give the opinion of @target anew: while a confirmed conflict of
 * its department is not settled. */
bool opinion_is_restatable(const struct situation *situation, const struct opinion_target *target);

/* True if the signer may give opinions of @target's department; else @out is refused with
 * SIGN_OFF_NEEDED. Where the head signs off, only the head; an agent speaks for the rules. */
bool opinion_is_signed_off(const struct situation *situation, const struct opinion_target *target,
                           struct decision *out);

/* True if the draft of @target's review waits to be released and is the one that @named (a hash)
 * names; else @out is refused with NO_DRAFT or DRAFT_DIFFERS. */
bool opinion_draft_fits(const struct opinion_target *target, ProtobufCBinaryData named,
                        struct decision *out);

/* Returns the hash of the bytes of @opinion in the situation's arena; NULL, with @out refused as
 * TOO_COMPLEX, when that is full. */
struct hash *opinion_hash(const struct situation *situation, const Hs__Opinion *opinion,
                          struct decision *out);

/* True if @opinion can be the answer of @review by the signer; else @out is refused. */
bool opinion_fits(const struct situation *situation, const Hs__Review *review,
                  const Hs__Opinion *opinion, struct decision *out);

#endif
