/* SPDX-License-Identifier: Apache-2.0 */
/* bindings.h - the fields of a rule as JSON, and values as JSON: what `eval` reads and prints.
 *
 * Plain JSON, and two tagged forms: {"$date": "2026-03-10"} is a date, {"$number": "21/4"} a number
 * written as a fraction. Numbers have at most 15 digits, 6 of them after the point, and mean their
 * decimal text. null is absence. What is written here can be read here.
 */
#ifndef PROTO_TEXT_BINDINGS_H
#define PROTO_TEXT_BINDINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "core/value.h"
#include "lib/arena.h"
#include "lib/err.h"

/* How to read JSON that goes to bindings_read(): repeated names are errors, a text may hold U+0000.
 */
enum { BINDINGS_JSON_FLAGS = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY };

enum { BINDINGS_PATH_BYTES = 256 };

/* What is wrong with bindings: where, as a path cut to fit, and why, a static English sentence. */
struct bindings_fault {
    char path[BINDINGS_PATH_BYTES];
    const char *reason;
};

/* Makes a root of the object @json, in @arena, which everything is copied into. An object in a list
 * is labelled by its "id", if that is a short text without brackets that no element before it has.
 * Errors (@root is undefined; @fault says where):
 *   ERR_INVALID  @json is no object, a number is not of the form above, a tag is malformed, a name
 *                is empty, or lists and objects are nested deeper than LIMIT_DATA_NESTING
 *   ERR_FULL     the arena is full or a list is too long */
enum err bindings_read(const json_t *json, struct arena *arena, struct value *root,
                       struct bindings_fault *fault);

/* Returns @value as JSON, which the caller releases: true, false, null (also for what is absent or
 * unknown), text, list, object; a whole number as an integer, another as {"$number": "21/4"}, a
 * date as {"$date": "2026-03-10"}. NULL if it holds more than a rule's result may. */
json_t *bindings_write(const struct value *value);

#endif
