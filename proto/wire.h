/* SPDX-License-Identifier: Apache-2.0 */
/* wire.h - a look at the fields of a message that is not read yet: to weigh it without the cost of
 * reading it. Whether it is sound, message_parse() finds. */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

/* Returns the bytes of the last field @number of @message (a message, text or bytes), borrowed from
 * it; data is NULL if there is none before what cannot be read. */
struct bytes wire_find(struct bytes message, uint32_t number);

/* Returns how many times such a field stands in @message before what cannot be read. */
size_t wire_count(struct bytes message, uint32_t number);

#endif
