/* SPDX-License-Identifier: Apache-2.0 */
/* err.h - the one list of environment failures (refusals are answers, bugs are require()). */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#define ERR_LIST(X)                                \
    X(ERR_OK, "success")                           \
    X(ERR_FULL, "limit reached")                   \
    X(ERR_EXISTS, "already present")               \
    X(ERR_ABSENT, "not present")                   \
    X(ERR_INVALID, "input is not valid")           \
    X(ERR_CORRUPT, "stored data fails its checks") \
    X(ERR_NO_SPACE, "no space left on the disk")   \
    X(ERR_TIMEOUT, "no answer in time")            \
    X(ERR_DENIED, "access refused")                \
    X(ERR_IO, "the operating system refused the operation")

#define ERR_ENUM(code, text) code,
enum err { ERR_LIST(ERR_ENUM) };
#undef ERR_ENUM

/* Returns a static, never-NULL description of @code, fit to follow "name: " in a log line. */
const char *err_text(enum err code);

#endif
