/* SPDX-License-Identifier: Apache-2.0 */
/* failure.h - why a call into the store failed, in words for a log line.
 *
 * Beside the code that decides what happens next: which entry, which table, what LMDB or the system
 * said. The text is set by the file that met the failure and by no other.
 */
#ifndef STORE_FAILURE_H
#define STORE_FAILURE_H

enum { FAILURE_TEXT_BYTES = 256 };

struct failure {
    char text[FAILURE_TEXT_BYTES]; /* empty: nothing failed */
};

/* Sets the text, cut at its limit. A NULL @failure is ignored. */
void failure_set(struct failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
