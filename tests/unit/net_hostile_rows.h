/* SPDX-License-Identifier: Apache-2.0 */
/* net_hostile_rows.h - the table of tests/unit/net_hostile.c: what is sent, and what comes of it.
 *
 * ZMTP is described in ZeroMQ RFC 23, CURVE in RFC 25 and 26: a greeting of 64 bytes, then HELLO,
 * INITIATE and messages as frames of flags (1 more, 2 long, 4 command), size and body.
 */
#ifndef TESTS_UNIT_NET_HOSTILE_ROWS_H
#define TESTS_UNIT_NET_HOSTILE_ROWS_H

#include <stddef.h>

enum { PIECES_MAX = 4, GREETING_BYTES = 64, HELLO_BYTES = 202 };

enum kind {
    KIND_NONE,
    KIND_BYTES,  /* as written */
    KIND_HELLO,  /* a HELLO as an honest client makes it */
    KIND_RECORD, /* the first size bytes an honest client sent before; 0: all */
    KIND_RANDOM, /* size random bytes */
    KIND_ONES,   /* size bytes 0xFF */
    KIND_ZEROS,  /* size bytes 0 */
};

struct piece {
    enum kind kind;
    const char *data;
    size_t size;
};

enum outcome {
    CLOSED_AT_ONCE,  /* recognised as wrong */
    CLOSED_BY_TIMER, /* not finished in time */
};

enum manner { SENDS_ALL, SENDS_SLOWLY, SENDS_AND_ENDS };

struct row {
    const char *name;
    struct piece pieces[PIECES_MAX];
    enum outcome outcome;
    enum manner manner;
};

#define B(text)                            \
    {                                      \
        KIND_BYTES, text, sizeof(text) - 1 \
    }
#define Z4                                      "\0\0\0\0"
#define Z8                                      Z4 Z4
#define Z31                                     Z8 Z8 Z8 Z4 "\0\0\0"
#define SIGNATURE                               "\xff" Z8 "\x7f"
#define GREETING_OF(version, mechanism, server) SIGNATURE version mechanism server Z31
#define CURVE_NAME                              "CURVE" Z8 Z4 "\0\0\0"
#define GREETING                                GREETING_OF("\3\0", CURVE_NAME, "\0")
#define HELLO_HEAD                              "\4\xc8\5HELLO"
#define FRAME_LONG                              "\6"

static const struct row rows[] = {
    /* Not ZMTP 3, or not all of its greeting. */
    {"nothing", {{KIND_NONE, NULL, 0}}, CLOSED_BY_TIMER, SENDS_ALL},
    {"nothing, then the end", {{KIND_NONE, NULL, 0}}, CLOSED_AT_ONCE, SENDS_AND_ENDS},
    {"one byte", {B("\xff")}, CLOSED_BY_TIMER, SENDS_ALL},
    {"signature only", {B(SIGNATURE)}, CLOSED_BY_TIMER, SENDS_ALL},
    {"signature and version", {B(SIGNATURE "\3\0")}, CLOSED_BY_TIMER, SENDS_ALL},
    {"greeting without its last byte", {{KIND_BYTES, GREETING, 63}}, CLOSED_BY_TIMER, SENDS_ALL},
    {"greeting, then the end", {B(GREETING)}, CLOSED_AT_ONCE, SENDS_AND_ENDS},
    {"greeting a byte at a time", {B(GREETING)}, CLOSED_BY_TIMER, SENDS_SLOWLY},
    {"http", {B("GET / HTTP/1.1\r\nHost: broker\r\n\r\n")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"tls", {B("\x16\3\1\2\0\1\0\1\xfc\3\3")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"ssh", {B("SSH-2.0-OpenSSH_9.2\r\n")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"zeros", {{KIND_ZEROS, NULL, 4096}}, CLOSED_AT_ONCE, SENDS_ALL},
    {"a megabyte of ones", {{KIND_ONES, NULL, 1024 * 1024}}, CLOSED_AT_ONCE, SENDS_ALL},

    /* Older versions know no encryption. */
    {"zmtp 1, no identity", {B("\1\0")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"zmtp 1, identity, message", {B("\6\0agent\5\0text")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"zmtp 1, long frame", {B("\xff" Z4 "\0\0\0\6\0agent")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"zmtp 1 by revision", {B(SIGNATURE "\0\5\0\0")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"zmtp 2.0", {B(SIGNATURE "\1\5\0\0")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"zmtp 2.0 and a message", {B(SIGNATURE "\1\5\0\0\0\4text")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"revision 2, which is nobody's", {B(SIGNATURE "\2\5\0\0")}, CLOSED_BY_TIMER, SENDS_ALL},
    {"zmtp 3.255", {B(GREETING_OF("\3\xff", CURVE_NAME, "\0"))}, CLOSED_BY_TIMER, SENDS_ALL},
    {"zmtp 255", {B(GREETING_OF("\xff\0", CURVE_NAME, "\0"))}, CLOSED_BY_TIMER, SENDS_ALL},

    /* Other mechanisms. */
    {"null", {B(GREETING_OF("\3\0", "NULL" Z8 Z8, "\0"))}, CLOSED_AT_ONCE, SENDS_ALL},
    {"null and ready",
     {B(GREETING_OF("\3\0", "NULL" Z8 Z8, "\0")), B("\4\6\5READY"), B("\0\4text")},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"plain", {B(GREETING_OF("\3\0", "PLAIN" Z8 Z4 "\0\0\0", "\0"))}, CLOSED_AT_ONCE, SENDS_ALL},
    {"gssapi", {B(GREETING_OF("\3\0", "GSSAPI" Z8 Z4 "\0\0", "\0"))}, CLOSED_AT_ONCE, SENDS_ALL},
    {"no mechanism", {B(GREETING_OF("\3\0", Z8 Z8 Z4, "\0"))}, CLOSED_AT_ONCE, SENDS_ALL},
    {"lower case",
     {B(GREETING_OF("\3\0", "curve" Z8 Z4 "\0\0\0", "\0"))},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"a longer name",
     {B(GREETING_OF("\3\0", "CURVE2" Z8 Z4 "\0\0", "\0"))},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"a name without end",
     {B(GREETING_OF("\3\0", "CURVECURVECURVECURVE", "\0"))},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"two servers", {B(GREETING_OF("\3\0", CURVE_NAME, "\1"))}, CLOSED_BY_TIMER, SENDS_ALL},

    /* The first command. */
    {"greeting only", {B(GREETING)}, CLOSED_BY_TIMER, SENDS_ALL},
    {"ready", {B(GREETING), B("\4\6\5READY")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"ping", {B(GREETING), B("\4\7\4PING\0\0")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"error", {B(GREETING), B("\4\7\5ERROR\0")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"a message", {B(GREETING), B("\0\4text")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"an empty command", {B(GREETING), B("\4\0")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"an empty message", {B(GREETING), B("\0\0")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"an encrypted message",
     {B(GREETING), B("\4\x21\7MESSAGE"), {KIND_RANDOM, NULL, 25}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"initiate",
     {B(GREETING), B(FRAME_LONG Z4 "\0\0\1\1\x08INITIATE"), {KIND_RANDOM, NULL, 248}},
     CLOSED_AT_ONCE,
     SENDS_ALL},

    /* HELLO. */
    {"hello, cut",
     {B(GREETING), B(HELLO_HEAD "\1\0"), {KIND_ZEROS, NULL, 100}},
     CLOSED_BY_TIMER,
     SENDS_ALL},
    {"hello, too short",
     {B(GREETING), B("\4\xc7\5HELLO\1\0"), {KIND_ZEROS, NULL, 191}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"hello, too long",
     {B(GREETING), B("\4\xc9\5HELLO\1\0"), {KIND_ZEROS, NULL, 193}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"hello of version 2",
     {B(GREETING), B(HELLO_HEAD "\2\0"), {KIND_RANDOM, NULL, 192}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"hello of zeros",
     {B(GREETING), B(HELLO_HEAD "\1\0"), {KIND_ZEROS, NULL, 192}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"hello of random bytes",
     {B(GREETING), B(HELLO_HEAD "\1\0"), {KIND_RANDOM, NULL, 192}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"a good hello", {B(GREETING), {KIND_HELLO, NULL, 0}}, CLOSED_BY_TIMER, SENDS_ALL},
    {"a good hello, then the end",
     {B(GREETING), {KIND_HELLO, NULL, 0}},
     CLOSED_AT_ONCE,
     SENDS_AND_ENDS},
    {"hello twice",
     {B(GREETING), {KIND_HELLO, NULL, 0}, {KIND_HELLO, NULL, 0}},
     CLOSED_AT_ONCE,
     SENDS_ALL},

    /* After a good HELLO. */
    {"then ready",
     {B(GREETING), {KIND_HELLO, NULL, 0}, B("\4\6\5READY")},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"then a message",
     {B(GREETING), {KIND_HELLO, NULL, 0}, B("\0\4text")},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"then an encrypted message",
     {B(GREETING), {KIND_HELLO, NULL, 0}, B("\4\x21\7MESSAGE"), {KIND_RANDOM, NULL, 25}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"then a short initiate",
     {B(GREETING), {KIND_HELLO, NULL, 0}, B("\4\x0a\x08INITIATEx")},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"then an initiate of random bytes",
     {B(GREETING),
      {KIND_HELLO, NULL, 0},
      B(FRAME_LONG Z4 "\0\0\1\1\x08INITIATE"),
      {KIND_RANDOM, NULL, 248}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"then an initiate of zeros",
     {B(GREETING),
      {KIND_HELLO, NULL, 0},
      B(FRAME_LONG Z4 "\0\0\1\1\x08INITIATE"),
      {KIND_ZEROS, NULL, 248}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"then a cut initiate",
     {B(GREETING),
      {KIND_HELLO, NULL, 0},
      B(FRAME_LONG Z4 "\0\0\1\1\x08INITIATE"),
      {KIND_ZEROS, NULL, 100}},
     CLOSED_BY_TIMER,
     SENDS_ALL},

    /* Sizes. */
    {"2^63 bytes", {B(GREETING), B(FRAME_LONG "\x80" Z4 "\0\0\0")}, CLOSED_AT_ONCE, SENDS_ALL},
    {"2^64-1 bytes", {B(GREETING), B(FRAME_LONG), {KIND_ONES, NULL, 8}}, CLOSED_AT_ONCE, SENDS_ALL},
    {"2^63-1 bytes",
     {B(GREETING), B(FRAME_LONG "\x7f"), {KIND_ONES, NULL, 7}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"4 GiB", {B(GREETING), B(FRAME_LONG "\0\0\0\1" Z4)}, CLOSED_AT_ONCE, SENDS_ALL},
    {"one more than allowed",
     {B(GREETING), B(FRAME_LONG Z4 "\0\x40\0\1")},
     CLOSED_AT_ONCE,
     SENDS_ALL},
    {"as much as allowed, never sent",
     {B(GREETING), B(FRAME_LONG Z4 "\0\x40\0\0")},
     CLOSED_BY_TIMER,
     SENDS_ALL},
    {"every flag and size", {B(GREETING), {KIND_ONES, NULL, 64}}, CLOSED_AT_ONCE, SENDS_ALL},
    {"half of a size", {B(GREETING), B(FRAME_LONG Z4)}, CLOSED_BY_TIMER, SENDS_ALL},

    /* What an honest client said, said again. */
    {"a conversation replayed", {{KIND_RECORD, NULL, 0}}, CLOSED_AT_ONCE, SENDS_ALL},
    {"its greeting and hello", {{KIND_RECORD, NULL, 64 + HELLO_BYTES}}, CLOSED_BY_TIMER, SENDS_ALL},
    {"without its greeting", {B(GREETING), {KIND_RECORD, NULL, 0}}, CLOSED_AT_ONCE, SENDS_ALL},
    {"slowly", {{KIND_RECORD, NULL, 0}}, CLOSED_BY_TIMER, SENDS_SLOWLY},
    {"random bytes", {{KIND_RANDOM, NULL, 4096}}, CLOSED_AT_ONCE, SENDS_ALL},
    {"random bytes for a greeting",
     {B(SIGNATURE "\3"), {KIND_RANDOM, NULL, 4096}},
     CLOSED_AT_ONCE,
     SENDS_ALL},
};

#endif
