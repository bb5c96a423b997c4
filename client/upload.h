/* SPDX-License-Identifier: Apache-2.0 */
/* upload.h - one file on its way to the broker's documents.
 *
 * The broker is first asked how much of the document it has; what is missing follows in chunks, at
 * most DOCUMENT_CREDIT in flight, and again from where the broker stands after an error, a silence
 * or a new connection. Reads the file on the caller's thread, a chunk at a time.
 *
 * Times are milliseconds of a clock that never goes back.
 */
#ifndef CLIENT_UPLOAD_H
#define CLIENT_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "client/conversation.h"
#include "lib/hash.h"

enum upload_state {
    UPLOAD_RUNS,
    UPLOAD_DONE,   /* the broker has the document and found its hash right */
    UPLOAD_FAILED, /* reason says why */
};

enum { UPLOAD_REASON_BYTES = 160 };

struct upload {
    struct conversation *conversation; /* borrowed */
    int fd;
    struct hash hash;
    uint64_t size;
    uint64_t stored; /* what the broker said it has */
    uint64_t offset; /* of the next chunk to send */
    unsigned in_flight;
    bool is_asking;   /* the answer to an empty chunk is awaited */
    bool must_return; /* an error was said: once nothing is in flight, begin again from stored */
    unsigned restarts;
    int64_t heard_ms;
    enum upload_state state;
    bool is_refused; /* reason is the broker's code */
    char reason[UPLOAD_REASON_BYTES];
};

/* Begins to upload the file @path at @now_ms: reads it once for its hash and size.
 *
 * Errors (there is nothing to release):
 *   ERR_ABSENT   there is no such file
 *   ERR_INVALID  it is no regular file
 *   ERR_FULL     it is larger than DOCUMENT_BYTES_MAX
 *   ERR_DENIED, ERR_IO */
enum err upload_begin(struct upload *upload, struct conversation *conversation, const char *path,
                      int64_t now_ms);

/* Takes in what the broker says of a document; of another one, it is ignored. */
void upload_take(struct upload *upload, const Hs__DocumentState *said, int64_t now_ms);

/* Sends what may be sent now: to be called in every turn, and in any case after
 * CLIENT_RESEND_FIRST_MS. */
void upload_turn(struct upload *upload, int64_t now_ms);

/* Says that a new connection stands. */
void upload_reconnected(struct upload *upload, int64_t now_ms);

/* Closes the file. May be called twice. */
void upload_release(struct upload *upload);

#endif
