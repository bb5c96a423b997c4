/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - any message of the schema as JSON, and back; proto/text/schema_text.h has the rules.
 *
 * Unset messages and members of a oneof are left out. 64-bit integers are texts, bytes are base64.
 */
#ifndef PROTO_TEXT_JSON_H
#define PROTO_TEXT_JSON_H

#include <jansson.h>

#include "lib/arena.h"
#include "lib/err.h"
#include "proto/message.h"
#include "proto/text/error.h"

/* Returns @message as JSON, its members in the order of the schema's fields; the caller releases
 * it. Instants stand in the zone that is @utc_offset_minutes east of Greenwich; one out of range of
 * instant_to_text() is a text of its number. NULL if memory is exhausted or a text is not UTF-8. */
json_t *message_to_json(const void *message, int utc_offset_minutes);

/* Reads a message of @type from @json into @arena. Errors as message_from_tree() has them. */
enum err message_from_json(const json_t *json, const ProtobufCMessageDescriptor *type,
                           struct arena *arena, ProtobufCMessage **out, struct text_errors *errors);

#endif
