/* SPDX-License-Identifier: Apache-2.0 */
/* answer.h - how the broker answers a command, and who is told.
 *
 * Answers are borrowed: they live until the function that is given one returns.
 */
#ifndef CLIENT_ANSWER_H
#define CLIENT_ANSWER_H

#include <stdint.h>

#include "client/limits.h"
#include "proto/message.h"

enum answer_kind {
    ANSWER_RECEIPT,   /* on record: receipt, checked, with its head */
    ANSWER_REFUSAL,   /* no: refusal; nothing was changed, and nothing will come of this command */
    ANSWER_UNCHANGED, /* what was asked for is already so */
};

struct command_answer {
    enum answer_kind kind;
    uint8_t command_id[COMMAND_ID_BYTES];
    const Hs__Receipt *receipt; /* NULL unless kind is ANSWER_RECEIPT */
    const Hs__Refusal *refusal; /* NULL unless kind is ANSWER_REFUSAL */
};

typedef void (*command_answered_fn)(void *self, const struct command_answer *answer);

/* @answer->refusal is set where the query was refused. */
typedef void (*query_answered_fn)(void *self, const Hs__Answer *answer);

#endif
