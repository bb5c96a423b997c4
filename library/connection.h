/* SPDX-License-Identifier: Apache-2.0 */
/* connection.h - what the functions of huishen.h share: the connection, and how it says why. */
#ifndef LIBRARY_CONNECTION_H
#define LIBRARY_CONNECTION_H

#include <jansson.h>

#include "client/call.h"
#include "core/refusal.h"
#include "library/huishen.h"
#include "proto/text/error.h"

enum {
    LIBRARY_ARENA_BYTES = 128 * 1024 * 1024, /* one answer at its largest, and its JSON */
    LIBRARY_JSON_BYTES_MAX = 64 * 1024 * 1024,
    LIBRARY_DOCUMENTS_MAX = 64,
};

/* Texts and what is handed out live in the arena, which each call begins anew. settings borrows
 * from the connection's own copies. */
struct huishen {
    struct arena arena;
    struct arena own; /* copies of the settings */
    enum huishen_language language;
    struct client_settings settings;
    struct keys keys;
    struct client_call *call; /* NULL if it could not be opened */
    const char *code;
    const char *reason;
};

/* Begins a call: forgets the last one's reason and what it handed out. */
void connection_begin(struct huishen *office);

/* Each says why, and returns what the call ends with. */
enum huishen_result connection_refuse(struct huishen *office, enum refusal refusal);
enum huishen_result connection_refused(struct huishen *office, const Hs__Refusal *refusal);
enum huishen_result connection_fail(struct huishen *office, enum err err);
enum huishen_result connection_invalid(struct huishen *office, const char *reason);
enum huishen_result connection_errors(struct huishen *office, const struct text_errors *errors);

/* Returns @zh or @en, as the caller reads. */
const char *connection_text(const struct huishen *office, const char *zh, const char *en);

/* The language of the errors of proto/text. */
enum text_language connection_language(const struct huishen *office);

/* Asks @query and sets @answer, in the arena, to an answer of kind @body. */
enum huishen_result connection_query(struct huishen *office, Hs__Query *query,
                                     Hs__Answer__BodyCase body, Hs__Answer **answer);

/* Asks for the record of @proposal, a number or an id. */
enum huishen_result connection_show(struct huishen *office, const char *proposal,
                                    Hs__Proposal **out);

/* Sends @command under @given's id, a new one if it has none, and sets @given to what it came to.
 */
enum huishen_result connection_command(struct huishen *office, Hs__Command *command,
                                       struct huishen_command *given);

/* Sets @out, in the arena, to @message as JSON. */
enum huishen_result connection_json(struct huishen *office, const void *message, const char **out);

#endif
