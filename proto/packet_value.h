/* SPDX-License-Identifier: Apache-2.0 */
/* packet_value.h - one value of a packet held against its field's definition: a part of
 * packet_check(), which is declared in proto/dictionary.h.
 *
 * What refuses returns false, so that it can stand in a return statement.
 */
#ifndef PROTO_PACKET_VALUE_H
#define PROTO_PACKET_VALUE_H

#include "proto/dictionary.h"

/* Fills @fault: the place @path, cut to fit and without control characters, and two sentences. */
bool packet_refuse(struct packet_fault *fault, const char *path, const char *zh, const char *en);

/* Two sentences that a number ends. */
struct packet_limit {
    const char *zh;
    const char *en;
    size_t value;
};

extern const struct packet_limit packet_limit_list; /* PACKET_LIST_MAX */

bool packet_refuse_limit(struct packet_fault *fault, const char *path, struct packet_limit limit);

/* Says that the field at @path is of @type, which the value is not. */
bool packet_refuse_type(struct packet_fault *fault, const char *path, const char *type);

/* True if @text is UTF-8 of at most @bytes_max bytes without control characters but tab, line feed
 * and carriage return. */
bool packet_text_is_plain(const char *text, size_t bytes_max);

/* True if @field has a value that @definition allows; else fills @fault. */
bool packet_value_check(const Hs__Field *field, const Hs__FieldDefinition *definition,
                        struct packet_fault *fault);

#endif
