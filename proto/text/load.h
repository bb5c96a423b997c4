/* SPDX-License-Identifier: Apache-2.0 */
/* load.h - files of people: YAML (.yaml, .yml) or JSON (.json), as a message or as a packet.
 *
 *     struct text_errors errors;
 *     struct text_file file = {.path = path, .arena = &arena, .errors = &errors};
 *
 *     text_errors_init(&errors, TEXT_EN);
 *     if (load_message(&file, &hs__pack__descriptor, &message) != ERR_OK) {
 *         for (size_t i = 0; i < errors.count; i++) {
 *             fprintf(stderr, "%s\n", text_error_line(&errors.rows[i], path, &arena));
 *         }
 *     }
 *
 * What a reader of files has to say afterwards about a path of the message (a defect that
 * core/lint.h found) gets its line from load_line().
 */
#ifndef PROTO_TEXT_LOAD_H
#define PROTO_TEXT_LOAD_H

#include "lib/arena.h"
#include "lib/err.h"
#include "proto/dictionary.h"
#include "proto/message.h"
#include "proto/text/error.h"
#include "proto/text/tree.h"

enum {
    LOAD_BYTES_MAX = 1024 * 1024,
    LOAD_ARENA_BYTES = 64 * 1024 * 1024, /* enough for any file that is not refused */
};

/* A file to be read. The first three are the caller's; tree is set by what reads the file, as soon
 * as its syntax is known to be right. */
struct text_file {
    const char *path;
    struct arena *arena;
    struct text_errors *errors;
    struct tree *tree;
};

/* Errors of all three (the output is untouched, @file->errors has one more at least, in the order
 * of the lines): ERR_ABSENT   there is no such file ERR_DENIED   it may not be read ERR_IO the
 * operating system refuses otherwise ERR_FULL     it is larger than LOAD_BYTES_MAX, or the arena
 * has no room for it ERR_INVALID  it is no file of a known kind, or not what it should be */

/* Reads the file with at most @nodes_max values; what it means is not looked at. */
enum err load_tree(struct text_file *file, size_t nodes_max);

/* Reads a message of @type. A pack, a dictionary or a process has at most TREE_NODES_MAX values,
 * another message TREE_NODES_CONFIG_MAX. */
enum err load_message(struct text_file *file, const ProtobufCMessageDescriptor *type,
                      ProtobufCMessage **out);

/* Reads a proposal file; proto/text/packet_text.h says what that is. */
enum err load_packet(struct text_file *file, const struct dictionary *dictionary, Hs__Packet **out);

/* Returns the line on which @path of the loaded message stands, or what is above it; 0 if nothing
 * is known of it. */
unsigned load_line(const struct text_file *file, const char *path);

#endif
