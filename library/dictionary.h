/* SPDX-License-Identifier: Apache-2.0 */
/* dictionary.h - the office's dictionary, by which a packet is read from JSON. */
#ifndef LIBRARY_DICTIONARY_H
#define LIBRARY_DICTIONARY_H

#include "library/connection.h"
#include "proto/dictionary.h"

/* Asks for the dictionary in force of @process (empty: the office's default); in the arena. */
enum huishen_result dictionary_ask(struct huishen *office, const char *process,
                                   const struct dictionary **out);

#endif
