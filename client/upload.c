/* SPDX-License-Identifier: Apache-2.0 */
#include "client/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/files.h"

enum { NO_FD = -1 };

/* Reads @size bytes at @offset into @out; false if the file does not have them. */
static bool read_at(int fd, uint64_t offset, uint8_t *out, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t count = pread(fd, out + done, size - done, (off_t)(offset + done));

        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        done += (size_t)count;
    }
    return true;
}

static size_t chunk_size(const struct upload *upload, uint64_t offset)
{
    uint64_t left = upload->size - offset;

    return left < DOCUMENT_CHUNK_BYTES ? (size_t)left : DOCUMENT_CHUNK_BYTES;
}

static enum err hash_file(struct upload *upload)
{
    struct hasher hasher;
    uint8_t chunk[16 * 1024];

    hasher_init(&hasher);
    for (uint64_t offset = 0; offset < upload->size;) {
        uint64_t left = upload->size - offset;
        size_t size = left < sizeof chunk ? (size_t)left : sizeof chunk;

        if (!read_at(upload->fd, offset, chunk, size)) {
            return ERR_IO;
        }
        hasher_add(&hasher, (struct bytes){chunk, size});
        offset += size;
    }
    upload->hash = hasher_finish(&hasher);
    return ERR_OK;
}

static enum err open_file(struct upload *upload, const char *path)
{
    struct stat status;

    /* A FIFO would wait for its writer; a plain file does not know O_NONBLOCK. */
    upload->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (upload->fd < 0) {
        return files_err(errno);
    }
    if (fstat(upload->fd, &status) != 0) {
        return files_err(errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return ERR_INVALID;
    }
    upload->size = (uint64_t)status.st_size;
    return upload->size > DOCUMENT_BYTES_MAX ? ERR_FULL : hash_file(upload);
}

enum err upload_begin(struct upload *upload, struct conversation *conversation, const char *path,
                      int64_t now_ms)
{
    *upload = (struct upload){.conversation = conversation, .heard_ms = now_ms};

    enum err err = open_file(upload, path);
    if (err != ERR_OK) {
        upload_release(upload);
        return err;
    }
    upload_reconnected(upload, now_ms);
    return ERR_OK;
}

void upload_release(struct upload *upload)
{
    if (upload->fd >= 0) {
        (void)close(upload->fd); /* it was only read */
    }
    upload->fd = NO_FD;
}

static void fail(struct upload *upload, const char *reason)
{
    upload->state = UPLOAD_FAILED;
    (void)snprintf(upload->reason, sizeof upload->reason, "%s", reason);
}

/* Sends @chunk, which may be empty, as the bytes at @offset; false if there is no room. */
static bool send_chunk(struct upload *upload, uint64_t offset, struct bytes chunk, int64_t now_ms)
{
    Hs__DocumentPut put = HS__DOCUMENT_PUT__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;

    put.hash = binary_of((struct bytes){upload->hash.bytes, sizeof upload->hash.bytes});
    put.size = upload->size;
    put.offset = offset;
    put.chunk = binary_of(chunk);
    message.body_case = HS__CLIENT_MESSAGE__BODY_DOCUMENT_PUT;
    message.document_put = &put;
    if (!conversation_send(upload->conversation, &message, now_ms)) {
        return false;
    }
    upload->in_flight++;
    return true;
}

/* Begins again by asking how much is there. */
static void ask(struct upload *upload, int64_t now_ms)
{
    upload->heard_ms = now_ms;
    upload->must_return = false;
    upload->in_flight = 0;
    upload->is_asking = true;
    (void)send_chunk(upload, upload->stored, (struct bytes){0}, now_ms); /* silence asks again */
}

void upload_reconnected(struct upload *upload, int64_t now_ms)
{
    if (upload->state == UPLOAD_RUNS) {
        ask(upload, now_ms);
    }
}

static void note_error(struct upload *upload, const Hs__DocumentState *said)
{
    if (upload->must_return) {
        return; /* a chunk behind the one that failed fails with it */
    }
    upload->restarts++;
    if (upload->restarts > DOCUMENT_RESTARTS_MAX) {
        upload->is_refused = true;
        fail(upload, said->error);
        return;
    }
    upload->must_return = true;
}

static bool is_about(const struct upload *upload, const Hs__DocumentState *said)
{
    return bytes_equal(bytes_of(said->hash),
                       (struct bytes){upload->hash.bytes, sizeof upload->hash.bytes});
}

void upload_take(struct upload *upload, const Hs__DocumentState *said, int64_t now_ms)
{
    if (upload->state != UPLOAD_RUNS || !is_about(upload, said)) {
        return;
    }
    upload->heard_ms = now_ms;
    if (upload->in_flight > 0) {
        upload->in_flight--;
    }
    if (said->complete) {
        upload->stored = upload->size;
        upload->state = UPLOAD_DONE;
        return;
    }
    if (said->stored > upload->size) {
        fail(upload, "the broker has more of the document than there is");
        return;
    }
    if (said->stored > upload->stored) {
        upload->restarts = 0;
    }
    upload->stored = said->stored;
    if (upload->is_asking) {
        upload->is_asking = false;
        upload->offset = said->stored;
    }
    if (said->error[0] != '\0') {
        note_error(upload, said);
    }
}

static void send_next(struct upload *upload, int64_t now_ms)
{
    uint8_t chunk[DOCUMENT_CHUNK_BYTES];
    size_t size = chunk_size(upload, upload->offset);

    if (!read_at(upload->fd, upload->offset, chunk, size)) {
        fail(upload, "the file changed while it was sent");
        return;
    }
    if (send_chunk(upload, upload->offset, (struct bytes){chunk, size}, now_ms)) {
        upload->offset += size;
    }
}

void upload_turn(struct upload *upload, int64_t now_ms)
{
    bool is_silent = now_ms - upload->heard_ms >= CLIENT_RESEND_FIRST_MS;

    if (upload->state != UPLOAD_RUNS) {
        return;
    }
    if (is_silent || (upload->must_return && upload->in_flight == 0)) {
        ask(upload, now_ms);
        return;
    }
    while (upload->state == UPLOAD_RUNS && !upload->is_asking && !upload->must_return &&
           upload->in_flight < DOCUMENT_CREDIT && upload->offset < upload->size) {
        unsigned before = upload->in_flight;

        send_next(upload, now_ms);
        if (upload->in_flight == before) {
            return; /* no room now */
        }
    }
}
