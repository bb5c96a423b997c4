/* SPDX-License-Identifier: Apache-2.0 */
/* download.h - one document on its way from the broker into a file.
 *
 * Asked for chunk by chunk, each when the one before it is there; asked again after a silence or a
 * new connection. The file gets its name only when the whole has its hash.
 *
 * Times are milliseconds of a clock that never goes back.
 */
#ifndef CLIENT_DOWNLOAD_H
#define CLIENT_DOWNLOAD_H

#include <stdint.h>

#include "client/conversation.h"
#include "lib/hash.h"

enum download_state {
    DOWNLOAD_RUNS,
    DOWNLOAD_DONE,   /* the file is there */
    DOWNLOAD_FAILED, /* reason says why; there is no file */
};

enum { DOWNLOAD_REASON_BYTES = 160, DOWNLOAD_PATH_BYTES = 4096 };

struct download {
    struct conversation *conversation; /* borrowed */
    int fd;
    struct hash hash;
    struct hasher hasher;
    uint64_t size;   /* 0 until the first chunk */
    uint64_t stored; /* what is in the file: what is asked for next */
    int64_t heard_ms;
    enum download_state state;
    char path[DOWNLOAD_PATH_BYTES];
    char partial[DOWNLOAD_PATH_BYTES]; /* the name until it is whole */
    char reason[DOWNLOAD_REASON_BYTES];
};

/* Begins to fetch the document @hash into the file @path, in place of any that is there.
 *
 * Errors (there is nothing to release): ERR_ABSENT (the folder), ERR_DENIED, ERR_NO_SPACE, ERR_IO,
 * ERR_INVALID if the path is too long. */
enum err download_begin(struct download *download, struct conversation *conversation,
                        const struct hash *hash, const char *path);

/* Take in a chunk, or what the broker says of a document; of another one, it is ignored. */
void download_take(struct download *download, const Hs__DocumentChunk *chunk, int64_t now_ms);
void download_refused(struct download *download, const Hs__DocumentState *said);

/* Asks again after a silence: to be called at least every CLIENT_RESEND_FIRST_MS. */
void download_turn(struct download *download, int64_t now_ms);

/* Says that a new connection stands; the first one also. */
void download_reconnected(struct download *download, int64_t now_ms);

/* Closes the file, and removes it if it is not whole. May be called twice. */
void download_release(struct download *download);

#endif
