/* SPDX-License-Identifier: Apache-2.0 */
/* keys.h - the two key pairs of a principal, and the folder in which they are kept.
 *
 * One CURVE pair says who is at the other end of a connection; one Ed25519 pair signs what is said.
 * They stand in the files `curve.key` and `sign.key` of the principal's own folder, readable by
 * their owner alone:
 *
 *     huishen curve key 1            huishen sign key 1
 *     public <40 characters, Z85>    public <64 hex digits>
 *     secret <40 characters, Z85>    secret <64 hex digits: the seed>
 */
#ifndef NET_KEYS_H
#define NET_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/signature.h"

enum {
    CURVE_KEY_BYTES = 32,
    CURVE_TEXT_BYTES = 41,       /* Z85, with the terminator */
    FINGERPRINT_TEXT_BYTES = 80, /* sixteen groups of four hex digits, with the terminator */
    KEYS_REASON_BYTES = 512,     /* a sentence about a path */
};

/* A CURVE pair in the text form (Z85) that ZeroMQ takes. */
struct curve_pair {
    char public_key[CURVE_TEXT_BYTES];
    char secret[CURVE_TEXT_BYTES];
};

struct keys {
    struct curve_pair curve;
    struct sign_key sign;
};

/* What others may know of a principal's keys. */
struct public_keys {
    uint8_t curve[CURVE_KEY_BYTES];
    uint8_t sign[SIGN_PUBLIC_BYTES];
};

/* Sets @out to a new random pair. */
void curve_pair_generate(struct curve_pair *out);

/* Reads the 40 characters @text as a CURVE key. Returns false, with @out undefined, if it is none.
 */
bool curve_key_from_text(const char *text, uint8_t out[CURVE_KEY_BYTES]);
void curve_key_to_text(const uint8_t key[CURVE_KEY_BYTES], char out[CURVE_TEXT_BYTES]);

/* Sets @out to new random pairs. */
void keys_generate(struct keys *out);

/* Writes @keys into @folder, which is made (mode 0700) if it is missing.
 *
 * Errors, with a sentence that names the file at @reason:
 *   ERR_EXISTS  the folder holds a key already; nothing is changed
 *   others      as those of os/files.h; no key is left behind */
enum err keys_save(const struct keys *keys, const char *folder, char reason[KEYS_REASON_BYTES]);

/* Reads the keys in @folder.
 *
 * Errors (@out is untouched), with a sentence that names the file at @reason:
 *   ERR_ABSENT   a file is missing
 *   ERR_DENIED   a file may be read by others, or not by us
 *   ERR_CORRUPT  a file is not as described above, or its halves do not belong together
 *   ERR_IO       the operating system refused */
enum err keys_load(const char *folder, struct keys *out, char reason[KEYS_REASON_BYTES]);

/* Sets @out to the public halves of @keys. */
void keys_public(const struct keys *keys, struct public_keys *out);

/* Writes the fingerprint of @keys at @out, for two people to compare: the BLAKE2b-256 hash of the
 * CURVE and the Ed25519 public key, as in "9f31 02aa ...". */
void keys_fingerprint(const struct public_keys *keys, char out[FINGERPRINT_TEXT_BYTES]);

/* Overwrites @keys with zeros in a way the compiler keeps. */
void keys_wipe(struct keys *keys);

#endif
