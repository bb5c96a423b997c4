/* SPDX-License-Identifier: Apache-2.0 */
/* opinion.h - what the files of core/ that decide about opinions share. */
#ifndef CORE_OPINION_H
#define CORE_OPINION_H

#include "core/decide.h"

/* True if @opinion can be the answer of @review by the signer; else @out is refused. */
bool opinion_fits(const struct situation *situation, const Hs__Review *review,
                  const Hs__Opinion *opinion, struct decision *out);

#endif
