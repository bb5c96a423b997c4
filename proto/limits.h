/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h - the bounds of dictionaries and packets, each with its reason. */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

enum {
    /* A dictionary. The first one has some 200 fields, the deepest four steps down. */
    DICTIONARY_FIELDS_MAX = 4096, /* derived ones included */
    DICTIONARY_STEPS_MAX = 10,    /* names in a path; bounds every recursion over the tree */
    DICTIONARY_NAME_BYTES_MAX = 64,
    DICTIONARY_PATH_BYTES_MAX = 256,
    DICTIONARY_CODES_MAX = 1024, /* words of one field */

    /* A packet, as a file and as a message; the largest sample has 8 KiB. */
    PACKET_BYTES_MAX = 1024 * 1024,

    PACKET_FIELDS_MAX = 16 * 1024,
    PACKET_DOCUMENTS_MAX = 1024,
    PACKET_HASH_BYTES = 32, /* BLAKE2b-256 */

    /* An element of a list, which rules can name by its position up to here. */
    PACKET_LIST_MAX = 4096,

    PACKET_ELEMENT_ID_BYTES_MAX = 64,
    PACKET_PATH_BYTES_MAX = 512, /* a path of the dictionary with the ids of elements in it */

    PACKET_TEXT_BYTES_MAX = 64 * 1024,
    PACKET_CODE_BYTES_MAX = 256, /* also the code of a document */
    PACKET_NAME_BYTES_MAX = 255, /* of a document: what file systems take */

    /* An exact decimal. A double gives back 15 digits as they were written. */
    PACKET_NUMBER_DIGITS_MAX = 15,
    PACKET_NUMBER_PLACES_MAX = 6,
};

#define PACKET_NUMBER_UNITS_MAX INT64_C(999999999999999) /* PACKET_NUMBER_DIGITS_MAX nines */

#endif
