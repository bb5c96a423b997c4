/* SPDX-License-Identifier: Apache-2.0 */
#include "store/document_paths.h"

#include <stdio.h>
#include <string.h>

enum { HEX_BYTES = 2 * HASH_BYTES + 1 };

static bool fits(int length)
{
    return length >= 0 && length < FILES_PATH_BYTES_MAX;
}

bool document_path_of(const struct documents *documents, const struct hash *hash,
                      struct document_path *out)
{
    char hex[HEX_BYTES];

    bytes_to_hex((struct bytes){hash->bytes, HASH_BYTES}, hex);
    return fits(
        snprintf(out->text, sizeof out->text, "%s/%.2s/%s", documents->folder, hex, hex + 2));
}

bool document_path_folder(const struct documents *documents, const struct hash *hash,
                          struct document_path *out)
{
    char hex[HEX_BYTES];

    bytes_to_hex((struct bytes){hash->bytes, HASH_BYTES}, hex);
    return fits(snprintf(out->text, sizeof out->text, "%s/%.2s", documents->folder, hex));
}

bool document_path_partials(const struct documents *documents, struct document_path *out)
{
    return fits(snprintf(out->text, sizeof out->text, "%s/partial", documents->folder));
}

bool document_path_partial(const struct documents *documents, const struct hash *hash,
                           struct document_path *out)
{
    char hex[HEX_BYTES];

    bytes_to_hex((struct bytes){hash->bytes, HASH_BYTES}, hex);
    return fits(snprintf(out->text, sizeof out->text, "%s/partial/%s", documents->folder, hex));
}

bool document_path_in(const struct document_path *folder, const char *name,
                      struct document_path *out)
{
    return fits(snprintf(out->text, sizeof out->text, "%s/%s", folder->text, name));
}

bool document_hash_of(const char *folder, const char *name, struct hash *out)
{
    char hex[HEX_BYTES];

    if (strlen(folder) != 2 || strlen(name) != HEX_BYTES - 3) {
        return false;
    }
    memcpy(hex, folder, 2);
    memcpy(hex + 2, name, HEX_BYTES - 2);
    return bytes_from_hex(hex, out->bytes, HASH_BYTES);
}
