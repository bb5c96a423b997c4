/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/signature.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/hash.h"

_Static_assert(crypto_sign_BYTES == SIGNATURE_BYTES && crypto_sign_SEEDBYTES == SIGN_SEED_BYTES &&
                   crypto_sign_PUBLICKEYBYTES == SIGN_PUBLIC_BYTES &&
                   crypto_sign_SECRETKEYBYTES == SIGN_SECRET_BYTES,
               "the sizes are Ed25519's");

void sign_key_from_seed(const uint8_t seed[SIGN_SEED_BYTES], struct sign_key *out)
{
    int rc = crypto_sign_seed_keypair(out->public_key, out->secret, seed);

    require(rc == 0);
}

void sign_key_seed(const struct sign_key *key, uint8_t seed[SIGN_SEED_BYTES])
{
    memcpy(seed, key->secret, SIGN_SEED_BYTES);
}

void sign_key_wipe(struct sign_key *key)
{
    sodium_memzero(key, sizeof *key);
}

void sign_key_id(const uint8_t public_key[SIGN_PUBLIC_BYTES], uint8_t out[SIGN_KEY_ID_BYTES])
{
    struct hash hash = hash_of((struct bytes){public_key, SIGN_PUBLIC_BYTES});

    memcpy(out, hash.bytes, SIGN_KEY_ID_BYTES);
}

/* Writes the size of @text and @text at @out and returns where the next piece goes. */
static uint8_t *put_text(uint8_t *out, const char *text, size_t size)
{
    bytes_put_u32(out, (uint32_t)size);
    memcpy(out + sizeof(uint32_t), text, size);
    return out + sizeof(uint32_t) + size;
}

/* Returns the text that is signed, which the caller frees, and sets @size to its size. */
static uint8_t *make_signed_text(const char *tag, const char *office, struct bytes bytes,
                                 size_t *size)
{
    size_t tag_size = strlen(tag);
    size_t office_size = strlen(office);

    require(tag_size <= UINT32_MAX && office_size <= UINT32_MAX);
    *size = 2 * sizeof(uint32_t) + tag_size + office_size + bytes.size;

    uint8_t *text = malloc(*size);
    require(text != NULL); /* exhausted memory ends the process; sizes were bounded before */
    uint8_t *end = put_text(put_text(text, tag, tag_size), office, office_size);
    if (bytes.size > 0) {
        memcpy(end, bytes.data, bytes.size);
    }
    return text;
}

void signature_make(const struct sign_key *key, const char *tag, const char *office,
                    struct bytes bytes, uint8_t out[SIGNATURE_BYTES])
{
    size_t size;
    uint8_t *text = make_signed_text(tag, office, bytes, &size);
    int rc = crypto_sign_detached(out, NULL, text, size, key->secret);

    free(text);
    require(rc == 0);
}

bool signature_verify(const uint8_t public_key[SIGN_PUBLIC_BYTES], const char *tag,
                      const char *office, struct bytes bytes,
                      const uint8_t signature[SIGNATURE_BYTES])
{
    size_t size;
    uint8_t *text = make_signed_text(tag, office, bytes, &size);
    int rc = crypto_sign_verify_detached(signature, text, size, public_key);

    free(text);
    return rc == 0;
}
