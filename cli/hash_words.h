/* SPDX-License-Identifier: Apache-2.0 */
/* hash_words.h - a hash in words that can be read out over the telephone and typed from paper.
 *
 * Two bytes are a word of five letters, consonants and vowels in turn, the highest bits first:
 * b d f g h j k l m n p r s t v z for four bits, a i o u for two. The 32 bytes of a hash are
 * sixteen words; a seventeenth, the first two bytes of the hash of the hash, finds what was
 * mistyped.
 */
#ifndef CLI_HASH_WORDS_H
#define CLI_HASH_WORDS_H

#include <stdbool.h>

#include "lib/hash.h"

enum {
    HASH_WORDS = 17,
    HASH_WORD_LETTERS = 5,
    HASH_WORDS_BYTES = HASH_WORDS * (HASH_WORD_LETTERS + 1), /* a blank or the terminator each */
};

/* Writes the words of @hash at @out, divided by blanks. */
void hash_to_words(const struct hash *hash, char out[HASH_WORDS_BYTES]);

/* Reads the words in @text, which may be in capitals and divided by blanks, hyphens and line ends.
 * False if they are not those of a hash. */
bool hash_from_words(const char *text, struct hash *out);

#endif
