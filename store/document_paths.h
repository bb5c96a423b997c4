/* SPDX-License-Identifier: Apache-2.0 */
/* document_paths.h - where documents are, for documents*.c. Each function is false if the path
 * would be longer than the kernel takes. */
#ifndef STORE_DOCUMENT_PATHS_H
#define STORE_DOCUMENT_PATHS_H

#include "os/files.h"
#include "store/documents.h"

struct document_path {
    char text[FILES_PATH_BYTES_MAX];
};

/* documents/ab/cdef... */
bool document_path_of(const struct documents *documents, const struct hash *hash,
                      struct document_path *out);

/* documents/ab */
bool document_path_folder(const struct documents *documents, const struct hash *hash,
                          struct document_path *out);

/* documents/partial */
bool document_path_partials(const struct documents *documents, struct document_path *out);

/* documents/partial/HASH */
bool document_path_partial(const struct documents *documents, const struct hash *hash,
                           struct document_path *out);

/* @folder/@name */
bool document_path_in(const struct document_path *folder, const char *name,
                      struct document_path *out);

/* Reads the hash from @folder and @name, "ab" and "cdef...". False if they are no document's. */
bool document_hash_of(const char *folder, const char *name, struct hash *out);

#endif
