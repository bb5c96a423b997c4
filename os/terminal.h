/* SPDX-License-Identifier: Apache-2.0 */
/* terminal.h - the terminal of this process while a program has the whole of it: keys as they are
 * pressed, no echo, a screen of its own.
 *
 * However the program ends, but by SIGKILL, the terminal is given back as it was: by
 * terminal_close(), at exit(), and before a signal that ends the process does so. That needs one
 * variable of the process, so there is one terminal at a time.
 */
#ifndef OS_TERMINAL_H
#define OS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/bytes.h"
#include "lib/err.h"

struct terminal;

struct terminal_size {
    size_t rows;
    size_t columns;
};

/* What there is to take: of bytes as many as were given room. */
struct terminal_input {
    size_t size;
    bool is_resized;
    bool is_ending; /* a signal asks the program to end, or the terminal is gone */
};

/* True if both standard input and standard output are a terminal that can be taken. */
bool terminal_is_there(void);

/* Takes the terminal of standard input and output.
 *
 * Errors: ERR_INVALID if they are none; ERR_IO if the system refuses. */
enum err terminal_open(struct terminal **out);

/* Returns a descriptor that can be read when terminal_take() has something. */
int terminal_descriptor(const struct terminal *terminal);

/* Returns what has come, with its bytes in @buffer; never waits. */
struct terminal_input terminal_take(struct terminal *terminal, char *buffer, size_t buffer_size);

struct terminal_size terminal_size(const struct terminal *terminal);

/* Sends @bytes. Errors: ERR_IO if the terminal is gone. */
enum err terminal_send(struct terminal *terminal, struct bytes bytes);

/* Gives the terminal back. Accepts NULL. */
void terminal_close(struct terminal *terminal);

#endif
