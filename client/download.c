/* SPDX-License-Identifier: Apache-2.0 */
#include "client/download.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/files.h"

enum { NO_FD = -1, FILE_MODE = 0644 };

enum err download_begin(struct download *download, struct conversation *conversation,
                        const struct hash *hash, const char *path)
{
    *download = (struct download){.conversation = conversation, .fd = NO_FD, .hash = *hash};

    int length = snprintf(download->path, sizeof download->path, "%s", path);
    int partial_length =
        snprintf(download->partial, sizeof download->partial, "%s.part-%ld", path, (long)getpid());
    if (length < 0 || partial_length < 0 || (size_t)partial_length >= sizeof download->partial) {
        return ERR_INVALID;
    }
    hasher_init(&download->hasher);
    download->fd = open(download->partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    return download->fd < 0 ? files_err(errno) : ERR_OK;
}

void download_release(struct download *download)
{
    if (download->fd < 0) {
        return;
    }
    (void)close(download->fd); /* what counts was synced before the file got its name */
    download->fd = NO_FD;
    if (download->state != DOWNLOAD_DONE) {
        (void)unlink(download->partial); /* a leftover harms nobody */
    }
}

static void fail(struct download *download, const char *reason)
{
    download->state = DOWNLOAD_FAILED;
    (void)snprintf(download->reason, sizeof download->reason, "%s", reason);
}

static void ask(struct download *download, int64_t now_ms)
{
    Hs__DocumentGet get = HS__DOCUMENT_GET__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;

    get.hash = binary_of((struct bytes){download->hash.bytes, sizeof download->hash.bytes});
    get.offset = download->stored;
    message.body_case = HS__CLIENT_MESSAGE__BODY_DOCUMENT_GET;
    message.document_get = &get;
    download->heard_ms = now_ms;
    (void)conversation_send(download->conversation, &message, now_ms); /* silence asks again */
}

void download_reconnected(struct download *download, int64_t now_ms)
{
    if (download->state == DOWNLOAD_RUNS) {
        ask(download, now_ms);
    }
}

void download_turn(struct download *download, int64_t now_ms)
{
    if (download->state == DOWNLOAD_RUNS && now_ms - download->heard_ms >= CLIENT_RESEND_FIRST_MS) {
        ask(download, now_ms);
    }
}

/* The file takes its name only here. */
static void complete(struct download *download)
{
    if (!hash_equal(hasher_finish(&download->hasher), download->hash)) {
        fail(download, "what arrived is not the document that was asked for");
        return;
    }
    if (fsync(download->fd) != 0 || rename(download->partial, download->path) != 0) {
        fail(download, strerror(errno));
        return;
    }
    download->state = DOWNLOAD_DONE;
}

static bool write_all(struct download *download, struct bytes bytes)
{
    size_t done = 0;

    while (done < bytes.size) {
        ssize_t count = write(download->fd, bytes.data + done, bytes.size - done);

        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            fail(download, strerror(errno));
            return false;
        }
        done += (size_t)count;
    }
    return true;
}

static bool is_about(const struct download *download, ProtobufCBinaryData hash)
{
    return bytes_equal(bytes_of(hash),
                       (struct bytes){download->hash.bytes, sizeof download->hash.bytes});
}

static bool fits(const struct download *download, const Hs__DocumentChunk *chunk)
{
    bool is_same_size = download->stored == 0 || chunk->size == download->size;

    return is_same_size && chunk->size <= DOCUMENT_BYTES_MAX &&
           chunk->chunk.len <= DOCUMENT_CHUNK_BYTES &&
           chunk->chunk.len <= chunk->size - chunk->offset &&
           (chunk->chunk.len > 0 || chunk->size == 0);
}

void download_take(struct download *download, const Hs__DocumentChunk *chunk, int64_t now_ms)
{
    if (download->state != DOWNLOAD_RUNS || !is_about(download, chunk->hash) ||
        chunk->offset != download->stored) {
        return; /* not ours, or the answer to a question asked twice */
    }
    if (chunk->offset > chunk->size || !fits(download, chunk)) {
        fail(download, "the chunk does not fit the document");
        return;
    }
    if (!write_all(download, bytes_of(chunk->chunk))) {
        return;
    }
    hasher_add(&download->hasher, bytes_of(chunk->chunk));
    download->size = chunk->size;
    download->stored += chunk->chunk.len;
    if (download->stored == download->size) {
        complete(download);
    } else {
        ask(download, now_ms);
    }
}

void download_refused(struct download *download, const Hs__DocumentState *said)
{
    if (download->state == DOWNLOAD_RUNS && is_about(download, said->hash) &&
        said->error[0] != '\0') {
        fail(download, said->error);
    }
}
