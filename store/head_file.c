/* SPDX-License-Identifier: Apache-2.0 */
#include "store/head_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/check.h"
#include "os/files.h"

enum {
    SEQ_OFFSET = 8,
    AT_OFFSET = 16,
    HASH_OFFSET = 24,
    SIZE_OFFSET = 56,
    BYTES_OFFSET = 58,
    CHECKED_BYTES = HEAD_FILE_SLOT_BYTES - CHECKSUM_BYTES,
    FILE_MODE = 0600,
};

static const uint8_t magic[SEQ_OFFSET] = {'H', 'S', 'H', 'E', 'A', 'D', '1', 0};

static void encode(const struct head_record *record, uint8_t slot[HEAD_FILE_SLOT_BYTES])
{
    require(record->size <= HEAD_BYTES_MAX);
    memset(slot, 0, HEAD_FILE_SLOT_BYTES);
    memcpy(slot, magic, sizeof magic);
    bytes_put_u64(slot + SEQ_OFFSET, record->seq);
    bytes_put_u64(slot + AT_OFFSET, (uint64_t)record->at_ms);
    memcpy(slot + HASH_OFFSET, record->hash.bytes, HASH_BYTES);
    bytes_put_u16(slot + SIZE_OFFSET, (uint16_t)record->size);
    memcpy(slot + BYTES_OFFSET, record->bytes, record->size);
    bytes_put_u64(slot + CHECKED_BYTES, checksum_of((struct bytes){slot, CHECKED_BYTES}));
}

static bool decode(const uint8_t slot[HEAD_FILE_SLOT_BYTES], struct head_record *out)
{
    size_t size = bytes_get_u16(slot + SIZE_OFFSET);

    uint64_t check = checksum_of((struct bytes){slot, CHECKED_BYTES});

    if (memcmp(slot, magic, sizeof magic) != 0 || bytes_get_u64(slot + CHECKED_BYTES) != check ||
        size > HEAD_BYTES_MAX) {
        return false;
    }
    *out = (struct head_record){
        .seq = bytes_get_u64(slot + SEQ_OFFSET),
        .at_ms = (int64_t)bytes_get_u64(slot + AT_OFFSET),
        .size = size,
    };
    memcpy(out->hash.bytes, slot + HASH_OFFSET, HASH_BYTES);
    memcpy(out->bytes, slot + BYTES_OFFSET, size);
    return true;
}

/* Reads slot @index. A slot that is not there, torn, or never written has seq 0; one that the
 * system does not give is an error, for what it knows may not be forgotten. */
static enum err read_slot(int fd, unsigned index, struct head_record *out)
{
    uint8_t slot[HEAD_FILE_SLOT_BYTES];
    ssize_t count;

    do {
        count = pread(fd, slot, sizeof slot, (off_t)index * HEAD_FILE_SLOT_BYTES);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return files_err(errno);
    }
    if (count != (ssize_t)sizeof slot || !decode(slot, out)) {
        *out = (struct head_record){.seq = 0};
    }
    return ERR_OK;
}

enum err head_file_open(const char *path, bool read_only, struct head_file *out)
{
    struct head_file opened = {.newest = HEAD_FILE_SLOTS - 1};
    struct head_record record = {.seq = 0};

    opened.fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW);
    if (opened.fd < 0) {
        return files_err(errno);
    }
    for (unsigned i = 0; i < HEAD_FILE_SLOTS; i++) {
        enum err err = read_slot(opened.fd, i, &record);

        if (err != ERR_OK) {
            head_file_close(&opened);
            return err;
        }
        if (record.seq > opened.last.seq) {
            opened.last = record;
            opened.newest = i;
        }
    }
    *out = opened;
    return ERR_OK;
}

enum err head_file_create(const char *path)
{
    static const uint8_t zeros[HEAD_FILE_SLOTS * HEAD_FILE_SLOT_BYTES];

    return file_write(path, (struct bytes){zeros, sizeof zeros}, FILE_MODE);
}

enum err head_file_write(struct head_file *file, const struct head_record *record)
{
    uint8_t slot[HEAD_FILE_SLOT_BYTES];
    unsigned older = (file->newest + 1) % HEAD_FILE_SLOTS;
    ssize_t count;

    encode(record, slot);
    do {
        count = pwrite(file->fd, slot, sizeof slot, (off_t)older * HEAD_FILE_SLOT_BYTES);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return files_err(errno);
    }
    if (count != (ssize_t)sizeof slot) {
        return ERR_IO;
    }
    file->newest = older;
    file->last = *record;
    return ERR_OK;
}

enum err head_file_sync(const struct head_file *file)
{
    return fdatasync(file->fd) == 0 ? ERR_OK : files_err(errno);
}

void head_file_close(struct head_file *file)
{
    if (file->fd >= 0) {
        (void)close(file->fd); /* nothing is buffered on our side */
    }
    file->fd = -1;
}

enum err head_file_save(const char *path, const struct head_record *record)
{
    uint8_t slots[HEAD_FILE_SLOTS * HEAD_FILE_SLOT_BYTES] = {0};

    encode(record, slots);
    return file_write(path, (struct bytes){slots, sizeof slots}, FILE_MODE);
}
