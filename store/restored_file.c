/* SPDX-License-Identifier: Apache-2.0 */
#include "store/restored_file.h"

#include <inttypes.h>
#include <stdio.h>

#include "os/files.h"

enum { FILE_MODE = 0600, TEXT_BYTES_MAX = 256, ARENA_BYTES = 1024, HEX_BYTES = 2 * HASH_BYTES + 1 };

struct path {
    char text[FILES_PATH_BYTES_MAX];
};

static bool find_path(const char *folder, struct path *out)
{
    int size = snprintf(out->text, sizeof out->text, "%s/restored", folder);

    return size >= 0 && (size_t)size < sizeof out->text;
}

enum err restored_file_write(const char *folder, const struct restored_record *record)
{
    char hex[HEX_BYTES];
    char text[TEXT_BYTES_MAX];
    struct path path = {{0}};

    if (!find_path(folder, &path)) {
        return ERR_INVALID;
    }
    bytes_to_hex((struct bytes){record->hash.bytes, sizeof record->hash.bytes}, hex);
    (void)snprintf(text, sizeof text, "huishen restored 1\n%" PRIu64 "\n%s\n%" PRId64 "\n",
                   record->seq, hex, record->at_ms); /* fits */
    return file_write(path.text, bytes_of_text(text), FILE_MODE);
}

enum err restored_file_read(const char *folder, struct restored_record *out)
{
    struct restored_record record = {0};
    struct arena arena;
    struct bytes bytes;
    struct path path = {{0}};
    char hex[HEX_BYTES] = "";

    if (!find_path(folder, &path)) {
        return ERR_INVALID;
    }
    arena_init(&arena, ARENA_BYTES);
    enum err err = file_read(path.text, TEXT_BYTES_MAX, &arena, &bytes);
    if (err == ERR_OK && (sscanf((const char *)bytes.data,
                                 "huishen restored 1\n%" SCNu64 "\n%64[0-9a-f]\n%" SCNd64 "\n",
                                 &record.seq, hex, &record.at_ms) != 3 ||
                          !bytes_from_hex(hex, record.hash.bytes, sizeof record.hash.bytes))) {
        err = ERR_CORRUPT;
    }
    if (err == ERR_OK) {
        *out = record;
    }
    arena_release(&arena);
    return err == ERR_FULL ? ERR_CORRUPT : err;
}

enum err restored_file_remove(const char *folder)
{
    struct path path = {{0}};

    if (!find_path(folder, &path)) {
        return ERR_INVALID;
    }
    enum err err = file_remove(path.text);
    return err == ERR_ABSENT ? ERR_OK : err;
}
