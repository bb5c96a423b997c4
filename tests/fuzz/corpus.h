/* SPDX-License-Identifier: Apache-2.0 */
/* corpus.h - kept inputs, packed: a text file a target, an input a line.
 *
 *     name part part ...
 *
 * A part is hex digits, or "a text" with the escapes \" \\ \n \t \xHH; COUNT* before it repeats it.
 * So a megabyte that matters is a line that can be read. Lines that begin with # are remarks.
 */
#ifndef TESTS_FUZZ_CORPUS_H
#define TESTS_FUZZ_CORPUS_H

#include "lib/bytes.h"

enum { CORPUS_NAME_BYTES = 96, CORPUS_INPUT_BYTES_MAX = 8 * 1024 * 1024 };

/* A corpus being read: the lines that are left, borrowed, and room for one input. */
struct corpus {
    struct bytes rest;
    uint8_t *room;
};

/* An input with its name. */
struct corpus_input {
    char name[CORPUS_NAME_BYTES];
    struct bytes bytes; /* until the next one is taken */
};

/* Makes @corpus read @text. corpus_close() gives its room back. */
void corpus_open(struct corpus *corpus, struct bytes text);
void corpus_close(struct corpus *corpus);

/* Takes the next input of @corpus into @out. Returns false at the end. A line that cannot be read
 * ends the program, which names it. */
bool corpus_next(struct corpus *corpus, struct corpus_input *out);

/* Prints @input as a line of a corpus. */
void corpus_print(const struct corpus_input *input);

#endif
