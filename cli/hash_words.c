/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/hash_words.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static const char consonants[] = "bdfghjklmnprstvz";
static const char vowels[] = "aiou";

/* Of each letter of a word: which letters it is of, and where its bits stand in the 16. */
static const struct {
    const char *letters;
    unsigned shift;
    unsigned mask;
} places[HASH_WORD_LETTERS] = {
    {consonants, 12, 15}, {vowels, 10, 3}, {consonants, 6, 15}, {vowels, 4, 3}, {consonants, 0, 15},
};

/* Returns the two bytes of word @index of @hash; behind the last those that check it. */
static unsigned bits_of(const struct hash *hash, size_t index)
{
    const struct hash check = hash_of((struct bytes){hash->bytes, HASH_BYTES});
    const uint8_t *at = index < HASH_WORDS - 1 ? hash->bytes + 2 * index : check.bytes;

    return (unsigned)at[0] << 8 | at[1];
}

void hash_to_words(const struct hash *hash, char out[HASH_WORDS_BYTES])
{
    for (size_t i = 0; i < HASH_WORDS; i++) {
        unsigned bits = bits_of(hash, i);
        char *word = out + i * (HASH_WORD_LETTERS + 1);

        for (size_t j = 0; j < HASH_WORD_LETTERS; j++) {
            word[j] = places[j].letters[bits >> places[j].shift & places[j].mask];
        }
        word[HASH_WORD_LETTERS] = ' ';
    }
    out[HASH_WORDS_BYTES - 1] = '\0';
}

/* Adds the letter @c of place @place to @bits. False if it is none. */
static bool add_letter(char c, size_t place, unsigned *bits)
{
    const char *found = strchr(places[place].letters, tolower((unsigned char)c));

    if (found == NULL) {
        return false;
    }
    *bits |= (unsigned)(found - places[place].letters) << places[place].shift;
    return true;
}

bool hash_from_words(const char *text, struct hash *out)
{
    unsigned words[HASH_WORDS] = {0};
    size_t letters = 0;
    struct hash hash;

    for (; *text != '\0'; text++) {
        if (strchr(" \t\r\n-", *text) != NULL) {
            continue;
        }
        if (letters == (size_t)HASH_WORDS * HASH_WORD_LETTERS ||
            !add_letter(*text, letters % HASH_WORD_LETTERS, &words[letters / HASH_WORD_LETTERS])) {
            return false;
        }
        letters++;
    }
    if (letters < (size_t)HASH_WORDS * HASH_WORD_LETTERS) {
        return false;
    }
    for (size_t i = 0; i < HASH_WORDS - 1; i++) {
        hash.bytes[2 * i] = (uint8_t)(words[i] >> 8);
        hash.bytes[2 * i + 1] = (uint8_t)(words[i] & 0xff);
    }
    if (bits_of(&hash, HASH_WORDS - 1) != words[HASH_WORDS - 1]) {
        return false;
    }
    *out = hash;
    return true;
}
