/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/pack.h"

#include <string.h>

static void keep_rules_of(Hs__Pack *pack, const char *owner)
{
    size_t kept = 0;

    for (size_t i = 0; i < pack->n_rules; i++) {
        if (strcmp(pack->rules[i]->owner, owner) == 0) {
            pack->rules[i]->owner = "";
            pack->rules[kept++] = pack->rules[i];
        }
    }
    pack->n_rules = kept;
}

enum err pack_publish(Hs__Pack *file, const char *department, const char *owner,
                      struct arena *arena, struct published_pack *out)
{
    if (owner[0] != '\0') {
        keep_rules_of(file, owner);
        if (file->n_rules == 0) {
            return ERR_ABSENT;
        }
        file->id = department;
    }
    if (strcmp(file->id, department) != 0) {
        return ERR_INVALID;
    }

    struct bytes bytes = message_pack(file, arena);
    if (bytes.data == NULL) {
        return ERR_FULL;
    }
    *out = (struct published_pack){.bytes = bytes, .hash = hash_of(bytes)};
    return ERR_OK;
}
