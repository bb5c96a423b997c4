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

/* True if @opinion can be the answer of @review by the signer; else @out is refused. */
bool opinion_fits(const struct situation *situation, const Hs__Review *review,
                  const Hs__Opinion *opinion, struct decision *out);

#endif
