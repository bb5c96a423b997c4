/* SPDX-License-Identifier: Apache-2.0 */
#include "store/documents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/files.h"
#include "store/document_paths.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, HASHING_BYTES = 64 * 1024 };

enum err documents_open(const char *folder, struct documents *out)
{
    struct documents documents = {.folder = folder};
    struct document_path path = {.text = ""};

    if (!document_path_partials(&documents, &path)) {
        return ERR_INVALID;
    }

    enum err err = folder_make(path.text, FOLDER_MODE);
    if (err == ERR_OK) {
        *out = documents;
    }
    return err;
}

/* Sets @size to the bytes of the file @path. */
static enum err size_of(const char *path, uint64_t *size)
{
    struct stat status;

    if (lstat(path, &status) != 0) {
        return files_err(errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return ERR_INVALID;
    }
    *size = (uint64_t)status.st_size;
    return ERR_OK;
}

bool document_exists(const struct documents *documents, const struct hash *hash)
{
    struct document_path path = {.text = ""};
    uint64_t size = 0;

    return document_path_of(documents, hash, &path) && size_of(path.text, &size) == ERR_OK;
}

bool document_claim(const struct documents *documents, const struct hash *hash, uint64_t size)
{
    struct document_path path = {.text = ""};
    uint64_t stored = 0;

    return document_path_of(documents, hash, &path) && size_of(path.text, &stored) == ERR_OK &&
           stored == size && utimensat(AT_FDCWD, path.text, NULL, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Reads up to @size bytes at @offset; sets @count to how many there were. */
static enum err read_at(int fd, uint64_t offset, uint8_t *out, size_t size, size_t *count)
{
    size_t used = 0;

    while (used < size) {
        ssize_t got = pread(fd, out + used, size - used, (off_t)(offset + used));

        if (got < 0 && errno != EINTR) {
            return files_err(errno);
        }
        if (got == 0) {
            break;
        }
        used += got > 0 ? (size_t)got : 0;
    }
    *count = used;
    return ERR_OK;
}

static enum err write_at(int fd, uint64_t offset, struct bytes bytes)
{
    size_t used = 0;

    while (used < bytes.size) {
        ssize_t put = pwrite(fd, bytes.data + used, bytes.size - used, (off_t)(offset + used));

        if (put < 0 && errno != EINTR) {
            return files_err(errno);
        }
        used += put > 0 ? (size_t)put : 0;
    }
    return ERR_OK;
}

/* Compares the hash of the whole file with @hash. ERR_INVALID if it differs. */
static enum err compare_hash(int fd, const struct hash *hash)
{
    uint8_t buffer[HASHING_BYTES];
    struct hasher hasher;
    uint64_t offset = 0;
    size_t count = 0;

    hasher_init(&hasher);
    do {
        enum err err = read_at(fd, offset, buffer, sizeof buffer, &count);

        if (err != ERR_OK) {
            return err;
        }
        hasher_add(&hasher, (struct bytes){buffer, count});
        offset += count;
    } while (count == sizeof buffer);
    return hash_equal(hasher_finish(&hasher), *hash) ? ERR_OK : ERR_INVALID;
}

/* Makes the name of the complete document durable, and that of its folder: a process that ended
 * right after it gave them left that to the next one. */
static enum err sync_names(const struct documents *documents, const struct hash *hash)
{
    struct document_path folder = {.text = ""};

    if (!document_path_folder(documents, hash, &folder)) {
        return ERR_INVALID;
    }
    enum err err = folder_sync(folder.text);
    return err == ERR_OK ? folder_sync(documents->folder) : err;
}

/* Gives the partial file its name, once it is right and on disk. */
static enum err complete(const struct documents *documents, const struct hash *hash, int fd)
{
    struct document_path partial = {.text = ""};
    struct document_path folder = {.text = ""};
    struct document_path path = {.text = ""};
    enum err err = compare_hash(fd, hash);

    if (!document_path_partial(documents, hash, &partial) ||
        !document_path_folder(documents, hash, &folder) ||
        !document_path_of(documents, hash, &path)) {
        return ERR_IO;
    }
    if (err == ERR_INVALID) {
        (void)file_remove(partial.text); /* the error says so */
        return err;
    }
    if (err == ERR_OK && fsync(fd) != 0) {
        err = files_err(errno);
    }
    if (err == ERR_OK) {
        err = folder_make(folder.text, FOLDER_MODE);
    }
    if (err == ERR_OK && rename(partial.text, path.text) != 0) {
        err = files_err(errno);
    }
    return err == ERR_OK ? sync_names(documents, hash) : err;
}

/* Adds @chunk to the open partial file and sets @out. */
static enum err add_chunk(const struct documents *documents, const struct document_chunk *chunk,
                          int fd, struct document_state *out)
{
    struct stat status;
    enum err err = ERR_OK;

    if (fstat(fd, &status) != 0) {
        return files_err(errno);
    }
    out->stored = (uint64_t)status.st_size;
    if (out->stored > chunk->size) {
        return ftruncate(fd, 0) == 0 ? ERR_INVALID : files_err(errno); /* another size was named */
    }
    if (chunk->bytes.size > 0 && chunk->offset != out->stored) {
        return ERR_EXISTS;
    }
    if (chunk->bytes.size > chunk->size - out->stored) {
        return ERR_INVALID;
    }
    err = write_at(fd, out->stored, chunk->bytes);
    if (err != ERR_OK) {
        bool is_undone = ftruncate(fd, status.st_size) == 0;
        return is_undone ? err : ERR_IO; /* a torn chunk is found by the hash, at the latest */
    }
    out->stored += chunk->bytes.size;
    if (out->stored < chunk->size) {
        return ERR_OK;
    }
    err = complete(documents, &chunk->hash, fd);
    out->is_complete = err == ERR_OK;
    out->stored = err == ERR_INVALID ? 0 : out->stored;
    return err;
}

enum err document_put(const struct documents *documents, const struct document_chunk *chunk,
                      struct document_state *out)
{
    struct document_path path = {.text = ""};

    *out = (struct document_state){0};
    if (chunk->size > DOCUMENT_BYTES_MAX || chunk->bytes.size > DOCUMENT_CHUNK_BYTES) {
        return ERR_FULL;
    }
    if (document_path_of(documents, &chunk->hash, &path) &&
        size_of(path.text, &out->stored) == ERR_OK) {
        enum err err = sync_names(documents, &chunk->hash);

        out->is_complete = err == ERR_OK;
        return err;
    }
    if (!document_path_partial(documents, &chunk->hash, &path)) {
        return ERR_INVALID;
    }

    int fd = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0) {
        return files_err(errno);
    }

    enum err err = add_chunk(documents, chunk, fd, out);
    (void)close(fd); /* what counts was synced */
    return err;
}

/* Reads the chunk at @out->offset of the open file @fd of @out->size bytes. */
static enum err read_chunk(int fd, struct arena *arena, struct document_chunk *out)
{
    uint64_t left = out->size - out->offset;
    size_t size = left < DOCUMENT_CHUNK_BYTES ? (size_t)left : DOCUMENT_CHUNK_BYTES;
    size_t count = 0;
    uint8_t *data = arena_alloc(arena, size);

    if (data == NULL) {
        return ERR_FULL;
    }

    enum err err = read_at(fd, out->offset, data, size, &count);
    if (err == ERR_OK && count != size) {
        return ERR_IO;
    }
    if (err == ERR_OK) {
        out->bytes = (struct bytes){data, size};
    }
    return err;
}

enum err document_get(const struct documents *documents, struct arena *arena,
                      struct document_chunk *out)
{
    struct document_path path = {.text = ""};

    if (!document_path_of(documents, &out->hash, &path)) {
        return ERR_INVALID;
    }

    enum err err = size_of(path.text, &out->size);
    if (err != ERR_OK) {
        return err;
    }
    if (out->offset > out->size) {
        return ERR_INVALID;
    }

    int fd = open(path.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return files_err(errno);
    }
    err = read_chunk(fd, arena, out);
    (void)close(fd); /* only read */
    return err;
}

enum err document_check(const struct documents *documents, const struct hash *hash)
{
    struct document_path path = {.text = ""};

    if (!document_path_of(documents, hash, &path)) {
        return ERR_INVALID;
    }

    int fd = open(path.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return files_err(errno);
    }

    enum err err = compare_hash(fd, hash);
    (void)close(fd); /* only read */
    return err == ERR_INVALID ? ERR_CORRUPT : err;
}
