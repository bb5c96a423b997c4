/* SPDX-License-Identifier: Apache-2.0 */
/* audit.h - is everything that was acknowledged on record, once, and as it was?
 *
 * A figure counts only if it is. What is wrong is said on standard error.
 */
#ifndef BENCH_AUDIT_H
#define BENCH_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/book.h"
#include "bench/office.h"

/* Asks the broker at @endpoint for every proposal and compares number, packet and verdict with what
 * @book says was acknowledged. Returns true if all are the same. */
bool audit_answers(const struct bench_office *office, const char *endpoint,
                   const struct book *book);

/* Checks the whole journal, whose broker has ended: the chain, the heads, every author's signature;
 * then that each ack of @book names the entry and the command that its receipt was given for, and
 * that each submission, opinion and verdict acknowledged is there exactly once. Sorts the acks of
 * @book. Returns true if all holds. */
bool audit_journal(const struct bench_office *office, struct book *book);

#endif
