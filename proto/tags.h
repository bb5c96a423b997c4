/* SPDX-License-Identifier: Apache-2.0 */
/* tags.h - what signatures are for. A tag is never reused for another purpose. */
#ifndef PROTO_TAGS_H
#define PROTO_TAGS_H

#define TAG_ENVELOPE "huishen.v1 envelope" /* an author, over an envelope's bytes */
#define TAG_HEAD     "huishen.v1 head"     /* the broker, over a head's bytes */

#endif
