/* SPDX-License-Identifier: Apache-2.0 */
/* signature.h - Ed25519 over a purpose, an office and bytes.
 *
 * What is signed is `size(tag) tag size(office) office bytes`, each size as four bytes, most
 * significant first: no two triples give the same text, so a signature made for one purpose or one
 * office never holds for another. Any implementation of Ed25519 (RFC 8032) can check it.
 *
 * Pure: the caller brings the random seed. Each call copies the bytes once, beside their prefix.
 */
#ifndef LIB_SIGNATURE_H
#define LIB_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

enum {
    SIGNATURE_BYTES = 64,
    SIGN_SEED_BYTES = 32,
    SIGN_PUBLIC_BYTES = 32,
    SIGN_SECRET_BYTES = 64,
    SIGN_KEY_ID_BYTES = 8,
};

/* A key pair. The secret half is the seed followed by the public key. */
struct sign_key {
    uint8_t public_key[SIGN_PUBLIC_BYTES];
    uint8_t secret[SIGN_SECRET_BYTES];
};

/* Sets @out to the key pair that belongs to @seed, which must be random and secret. */
void sign_key_from_seed(const uint8_t seed[SIGN_SEED_BYTES], struct sign_key *out);

/* Writes the seed of @key at @seed. */
void sign_key_seed(const struct sign_key *key, uint8_t seed[SIGN_SEED_BYTES]);

/* Overwrites @key with zeros in a way the compiler keeps. */
void sign_key_wipe(struct sign_key *key);

/* Writes the short name of @public_key at @out: the first bytes of its BLAKE2b-256 hash. */
void sign_key_id(const uint8_t public_key[SIGN_PUBLIC_BYTES], uint8_t out[SIGN_KEY_ID_BYTES]);

/* Writes at @out the signature by @key of @bytes for the purpose @tag in @office. The same input
 * always gives the same signature. */
void signature_make(const struct sign_key *key, const char *tag, const char *office,
                    struct bytes bytes, uint8_t out[SIGNATURE_BYTES]);

/* True if @signature was made by the owner of @public_key over the same @tag, @office and @bytes.
 * False too for a public key of small order or a signature in a second form. */
bool signature_verify(const uint8_t public_key[SIGN_PUBLIC_BYTES], const char *tag,
                      const char *office, struct bytes bytes,
                      const uint8_t signature[SIGNATURE_BYTES]);

#endif
