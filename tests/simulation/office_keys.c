/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/office_keys.h"

#include <string.h>

#include "lib/hash.h"

void office_key(const char *name, struct sign_key *sign, uint8_t curve[CURVE_KEY_BYTES])
{
    struct hash seed = hash_of(bytes_of_text(name));
    struct hash other = hash_of((struct bytes){seed.bytes, sizeof seed.bytes});

    sign_key_from_seed(seed.bytes, sign);
    memcpy(curve, other.bytes, CURVE_KEY_BYTES);
}
