/* SPDX-License-Identifier: Apache-2.0 */
/* source.h - what any text must be before its syntax is looked at. */
#ifndef PROTO_TEXT_SOURCE_H
#define PROTO_TEXT_SOURCE_H

#include "lib/err.h"
#include "proto/text/error.h"

/* Takes a byte order mark from the front of @bytes. ERR_INVALID, with an error added that names the
 * line, if the rest is not UTF-8. */
enum err source_begin(struct bytes *bytes, struct text_errors *errors);

/* Returns the line, from 1, of the byte at @offset. */
unsigned source_line(struct bytes bytes, size_t offset);

#endif
