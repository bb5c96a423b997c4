/* SPDX-License-Identifier: Apache-2.0 */
/* facts.h - what rules read: a packet's fields, the derived fields, the settings (cfg.NAME). */
#ifndef CORE_FACTS_H
#define CORE_FACTS_H

#include "core/rulebook.h"

struct facts {
    const struct value *root;
    const struct rulebook *rulebook;
};

/* Makes the facts of @packet, which packet_check() found sound, in @arena. Texts are borrowed from
 * the packet and the rulebook. Returns false if they do not fit. */
bool facts_build(const Hs__Packet *packet, const struct rulebook *rulebook, struct arena *arena,
                 struct facts *out);

#endif
