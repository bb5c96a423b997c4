/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures for simulated years: two thirds of a seed's time would go into Ed25519, whose
 * arithmetic is libsodium's and not ours. In its place stands a keyed hash that any holder of the
 * public key could make, so nothing here proves that signatures cannot be forged; everything else
 * about them (who signs what, over which bytes, checked where) is as it is. `--ed25519` gives the
 * real ones.
 */
#include "tests/simulation/signing.h"

#include <sodium.h>
#include <string.h>

static bool is_real;

int __real_crypto_sign_detached(unsigned char *signature, unsigned long long *size,
                                const unsigned char *text, unsigned long long text_size,
                                const unsigned char *secret);
int __real_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *text,
                                       unsigned long long size, const unsigned char *public_key);
int __wrap_crypto_sign_detached(unsigned char *signature, unsigned long long *size,
                                const unsigned char *text, unsigned long long text_size,
                                const unsigned char *secret);
int __wrap_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *text,
                                       unsigned long long size, const unsigned char *public_key);

void signing_real(void)
{
    is_real = true;
}

static int stand_in(unsigned char *signature, const unsigned char *text, unsigned long long size,
                    const unsigned char *public_key)
{
    return crypto_generichash(signature, crypto_sign_BYTES, text, size, public_key,
                              crypto_sign_PUBLICKEYBYTES);
}

int __wrap_crypto_sign_detached(unsigned char *signature, unsigned long long *size,
                                const unsigned char *text, unsigned long long text_size,
                                const unsigned char *secret)
{
    if (is_real) {
        return __real_crypto_sign_detached(signature, size, text, text_size, secret);
    }
    return stand_in(signature, text, text_size, secret + crypto_sign_SEEDBYTES);
}

int __wrap_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *text,
                                       unsigned long long size, const unsigned char *public_key)
{
    unsigned char right[crypto_sign_BYTES];

    (void)stand_in(right, text, size, public_key); /* always 0 for these sizes */
    if (!is_real && memcmp(right, signature, sizeof right) == 0) {
        return 0;
    }
    return __real_crypto_sign_verify_detached(signature, text, size,
                                              public_key); /* the founding's */
}
