/* SPDX-License-Identifier: Apache-2.0 */
/* dictionary.h - the fields a process knows, as a tree to look paths up in, and packets held
 * against them.
 *
 * A path of the dictionary is names between dots; [] behind a name makes it a list of objects:
 * `technical.fire.lanes[].clear_width_m`. A name is a letter or '_' followed by letters, digits and
 * '_'; the name `cfg` is not free at the root, where rules find the settings. In a packet brackets
 * hold what names the element: its id where the list has a field `id` (a text or a code), else its
 * position from 0, without leading zeros.
 *
 * An element's id is 1 to PACKET_ELEMENT_ID_BYTES_MAX bytes of UTF-8 without control characters,
 * '[' and ']'. It may hold dots: a path is read up to the closing bracket.
 *
 * Pure. The index borrows the message it was made from; both are only read afterwards.
 */
#ifndef PROTO_DICTIONARY_H
#define PROTO_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "lib/bytes.h"
#include "proto/limits.h"
#include "proto/message.h"

enum dictionary_kind {
    DICTIONARY_OBJECT,  /* children */
    DICTIONARY_LIST,    /* of objects that have these children */
    DICTIONARY_FIELD,   /* field: given by the applicant */
    DICTIONARY_DERIVED, /* derived: computed, never given */
};

/* Invariant: children are sorted by name, each name once; names[i] is the name of children[i]. Only
 * an object or a list has any, and then at least one. */
struct dictionary_node {
    enum dictionary_kind kind;
    const char *name; /* empty at the root */
    const Hs__FieldDefinition *field;
    const Hs__DerivedField *derived;
    const struct dictionary_node *children;
    const char *const *names;
    size_t child_count;
    const struct dictionary_node *id; /* of a list: the child that names its elements, or NULL */
};

struct dictionary;

enum { DICTIONARY_FAULT_BYTES = 256, PACKET_FAULT_BYTES = 512 };

/* What is wrong with a dictionary: where, as a path of the message (fields[3].path), and why. */
struct dictionary_fault {
    char path[64];
    char zh[DICTIONARY_FAULT_BYTES];
    char en[DICTIONARY_FAULT_BYTES];
};

/* Makes the index over @source, which it borrows, in @arena.
 *
 * Returns NULL, with @fault filled, if a path is malformed, given twice, both a field and something
 * that has fields, or both a list and an object; if a derived field lies in a list; if a list's
 * `id` is neither text nor code; if a limit is passed; or if it does not fit into @arena. A field
 * without a type is let pass: it accepts no value. */
struct dictionary *dictionary_index(const Hs__Dictionary *source, struct arena *arena,
                                    struct dictionary_fault *fault);

/* Returns the object at the root, which always is one. */
const struct dictionary_node *dictionary_root(const struct dictionary *dictionary);

/* Returns the child @name of @node, or NULL. O(log n). */
const struct dictionary_node *dictionary_child(const struct dictionary_node *node,
                                               struct bytes name);

/* Returns the name of a child of @node that @name was probably meant to be, or NULL. */
const char *dictionary_nearest(const struct dictionary_node *node, const char *name);

/* Returns the node at @path, which names elements as `[]`: rows[].width, or rows[] or rows for the
 * list itself. The empty path is the root. NULL if there is none. */
const struct dictionary_node *dictionary_find(const struct dictionary *dictionary,
                                              struct bytes path);

/* The same for a path of a packet: rows[L2].width. What stands in brackets must be an element's id
 * or a position, as the list has it, and is not looked up in any packet. */
const struct dictionary_node *dictionary_find_concrete(const struct dictionary *dictionary,
                                                       struct bytes path);

/* True if @label may name an element of a list: an id if @list has them, else a position below
 * PACKET_LIST_MAX. */
bool dictionary_label_is_valid(const struct dictionary_node *list, struct bytes label);

/* What is wrong with a packet: where, as a path of the packet, cut to fit and without control
 * characters (empty: the whole), and why. */
struct packet_fault {
    char path[PACKET_FAULT_BYTES];
    char zh[PACKET_FAULT_BYTES];
    char en[PACKET_FAULT_BYTES];
};

/* True if @packet, which may come from anyone, is a packet of @dictionary:
 *   - fields are sorted by path, each path once, and stand in the dictionary as something that is
 *     given, with a value of the field's type
 *   - a number is in its one canonical form and an INTEGER is whole; a code is one of the field's;
 *     codes do not repeat; a date exists
 *   - each list has its count, and exactly that many elements, each with at least one field and,
 * where the list has ids, with its `id`, which equals the name in the path
 *   - documents are sorted by code, then hash, none twice; hashes have PACKET_HASH_BYTES
 *   - texts are UTF-8 without control characters but tab, line feed and carriage return
 *   - the limits are kept
 * Else fills @fault with the first fault found. Takes O(n log n) for n fields. */
bool packet_check(const Hs__Packet *packet, const struct dictionary *dictionary,
                  struct packet_fault *fault);

#endif
