/* SPDX-License-Identifier: Apache-2.0 */
/* packet_reader.h - the fields of a packet as they are read from a tree: a part of
 * packet_from_tree(), which is declared in proto/text/packet_text.h.
 *
 * Errors are added to the reader's errors; exhausted memory is marked in is_full, and what was to
 * be made then is missing. Reading goes on after either.
 */
#ifndef PROTO_TEXT_PACKET_READER_H
#define PROTO_TEXT_PACKET_READER_H

#include "proto/dictionary.h"
#include "proto/text/error.h"
#include "proto/text/tree.h"

/* A field that was read, and where. */
struct packet_found {
    Hs__Field *field;
    const struct tree *tree;
};

struct packet_reader {
    struct arena *arena;
    struct text_errors *errors;
    bool is_full;
    struct packet_found *found;
    size_t count;
    size_t capacity;
    char path[PACKET_PATH_BYTES_MAX + 1]; /* of where the reader is */
    size_t path_size;
};

/* Adds an error at @tree. */
void packet_reader_refuse(struct packet_reader *reader, const struct tree *tree,
                          enum text_reason reason);

/* Returns @pointer; marks the reader if it is NULL. */
void *packet_reader_memory(struct packet_reader *reader, void *pointer);

/* Puts the three @parts behind the path. Returns false, with an error at @tree, if the path
 * is then too long. */
bool packet_reader_enter(struct packet_reader *reader, const struct tree *tree,
                         const char *const parts[3]);

/* Cuts the path to the @path_size bytes it had. */
void packet_reader_leave(struct packet_reader *reader, size_t path_size);

/* Returns a new field at the path, or NULL. */
Hs__Field *packet_reader_add(struct packet_reader *reader, const struct tree *tree);

/* Adds the field that @definition describes with the value of @tree. */
void packet_reader_value(struct packet_reader *reader, const struct tree *tree,
                         const Hs__FieldDefinition *definition);

#endif
