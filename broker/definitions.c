/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/definitions.h"

#include "store/bodies.h"

static bool read_definition(void *self, struct bytes hash, struct arena *arena, struct bytes *out)
{
    struct definition_body body;

    if (body_definition(self, hash, arena, &body) != ERR_OK) {
        return false;
    }
    *out = body.bytes;
    return true;
}

struct definition_source definitions_of(struct transaction *txn)
{
    return (struct definition_source){.read = read_definition, .self = txn};
}
