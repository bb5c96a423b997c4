/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "agents/events.h"
#include "lib/check.h"

/* A command handed over and not answered. */
struct sent_command {
    struct sent_command *next;
    struct sent_command *previous;
    struct runtime *runtime;
    uint64_t place;
    Hs__Command__BodyCase kind;
    struct task_key key;
};

enum err outbox_push(struct runtime *runtime, Hs__Command *command, struct arena *arena)
{
    uint8_t *id = arena_alloc(arena, COMMAND_ID_BYTES);
    uint64_t place = 0;

    if (id == NULL) {
        return ERR_FULL;
    }
    command_id_make(runtime->settings.clock.wall_ms(runtime->settings.clock.self), id);
    command->id = binary_of((struct bytes){id, COMMAND_ID_BYTES});
    struct bytes bytes = message_pack(command, arena);
    return bytes.data == NULL ? ERR_FULL : store_push_command(runtime->store, bytes, &place);
}

enum err outbox_push_receipt(struct runtime *runtime, struct task_key key, struct arena *arena)
{
    Hs__ReviewRef review = HS__REVIEW_REF__INIT;
    Hs__ReceiveReview receive = HS__RECEIVE_REVIEW__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    review.proposal = key.proposal;
    review.round = key.round;
    review.department = runtime->settings.department;
    receive.review = &review;
    command.body_case = HS__COMMAND__BODY_RECEIVE_REVIEW;
    command.receive_review = &receive;
    return outbox_push(runtime, &command, arena);
}

static void forget(struct sent_command *sent)
{
    if (sent->previous == NULL) {
        sent->runtime->sent = sent->next;
    } else {
        sent->previous->next = sent->next;
    }
    if (sent->next != NULL) {
        sent->next->previous = sent->previous;
    }
    free(sent);
}

void outbox_release(struct runtime *runtime)
{
    struct sent_command *sent = runtime->sent;

    while (sent != NULL) {
        struct sent_command *next = sent->next;

        free(sent);
        sent = next;
    }
    runtime->sent = NULL;
}

/* ---- answers ---- */

/* Why a command was refused, as far as it makes a difference. */
enum refused {
    REFUSED_ENDED,     /* the review is closed, or is none: the task is gone */
    REFUSED_FOR_NOW,   /* the same may be said anew */
    REFUSED_TO_RULES,  /* the department's setting changed: a person is to answer */
    REFUSED_TO_PERSON, /* a person must look at it */
};

static enum refused refused_because(const char *code)
{
    static const struct {
        const char *code;
        enum refused refused;
    } known[] = {
        {"OPINION_ALREADY_GIVEN", REFUSED_ENDED},
        {"UNKNOWN_PROPOSAL", REFUSED_ENDED},
        {"UNKNOWN_REVIEW", REFUSED_ENDED},
        {"PROPOSAL_ENDED", REFUSED_ENDED},
        {"NOT_YOUR_REVIEW", REFUSED_ENDED},
        {"PACKET_DIFFERS", REFUSED_ENDED}, /* the broker sends what is to be reviewed instead */
        {"COMMAND_TOO_OLD", REFUSED_FOR_NOW},
        {"RULES_MAY_NOT_ANSWER", REFUSED_TO_RULES},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].code, code) == 0) {
            return known[i].refused;
        }
    }
    return REFUSED_TO_PERSON;
}

static void keep_receipt(struct runtime *runtime, struct task_key key, const Hs__Receipt *receipt)
{
    struct arena_mark mark = arena_mark(&runtime->task_arena);
    struct bytes bytes = message_pack(receipt, &runtime->task_arena);

    if (bytes.data != NULL) {
        runtime_changed(runtime, store_put_receipt(runtime->store, key, bytes));
    }
    arena_rewind(&runtime->task_arena, mark);
}

static void log_answer(const struct runtime *runtime, const struct sent_command *sent,
                       const struct command_answer *answer)
{
    const char *event = sent->kind == HS__COMMAND__BODY_GIVE_OPINION      ? "opinion"
                        : sent->kind == HS__COMMAND__BODY_RECORD_FINDINGS ? "findings"
                                                                          : "receipt_of_review";
    const char *code = answer->refusal == NULL ? "" : answer->refusal->code;
    enum log_level level = answer->refusal != NULL                        ? LOG_WARNING
                           : sent->kind == HS__COMMAND__BODY_GIVE_OPINION ? LOG_INFO
                                                                          : LOG_DEBUG;

    log_event(runtime->settings.log, level,
              answer->refusal != NULL ? "command_refused" : "command_on_record",
              log_text("command", event), log_number("proposal", (int64_t)sent->key.proposal),
              log_number("round", sent->key.round), log_text("code", code), LOG_END);
}

static void end_opinion(struct runtime *runtime, struct task_key key,
                        const struct command_answer *answer)
{
    const Hs__Receipt *receipt =
        answer->refusal != NULL ? answer->refusal->receipt : answer->receipt;

    if (receipt != NULL) {
        keep_receipt(runtime, key, receipt);
    }
    runtime_changed(runtime, store_remove_task(runtime->store, key));
}

static void take_opinion_answer(struct runtime *runtime, struct task_key key,
                                const struct command_answer *answer)
{
    if (answer->refusal == NULL) {
        end_opinion(runtime, key, answer);
        return;
    }
    switch (refused_because(answer->refusal->code)) {
    case REFUSED_ENDED:
        end_opinion(runtime, key, answer);
        break;
    case REFUSED_TO_RULES:
        runtime->rules.may_answer = false;
        runtime_redo(runtime, key);
        break;
    case REFUSED_FOR_NOW:
        runtime_redo(runtime, key);
        break;
    case REFUSED_TO_PERSON:
        runtime_leave(runtime, key);
        break;
    }
}

/* Makes a command that was refused for now again, under a new id, while the review is open. */
static void make_again(struct runtime *runtime, const struct sent_command *sent)
{
    struct arena_mark mark = arena_mark(&runtime->task_arena);
    enum task_state state = TASK_NEW;

    if (sent->kind == HS__COMMAND__BODY_RECORD_FINDINGS) {
        runtime_redo(runtime, sent->key);
    } else if (store_state(runtime->store, sent->key, &state) == ERR_OK) {
        runtime_changed(runtime, outbox_push_receipt(runtime, sent->key, &runtime->task_arena));
        arena_rewind(&runtime->task_arena, mark);
    }
}

/* What the answer to any command but an opinion means: a refusal may say that the review is none of
 * ours, or that the command lay here too long. */
static void take_other_answer(struct runtime *runtime, const struct sent_command *sent,
                              const struct command_answer *answer)
{
    if (answer->refusal == NULL) {
        return;
    }
    switch (refused_because(answer->refusal->code)) {
    case REFUSED_ENDED:
        runtime_changed(runtime, store_remove_task(runtime->store, sent->key));
        break;
    case REFUSED_FOR_NOW:
        make_again(runtime, sent);
        break;
    case REFUSED_TO_RULES:
    case REFUSED_TO_PERSON:
        break; /* an opinion can still be given */
    }
}

static void on_answered(void *self, const struct command_answer *answer)
{
    struct sent_command *sent = self;
    struct runtime *runtime = sent->runtime;

    log_answer(runtime, sent, answer);
    runtime_changed(runtime, store_remove_command(runtime->store, sent->place));
    if (sent->kind == HS__COMMAND__BODY_GIVE_OPINION) {
        take_opinion_answer(runtime, sent->key, answer);
    } else {
        take_other_answer(runtime, sent, answer);
    }
    forget(sent);
}

/* ---- handing over ---- */

static const Hs__ReviewRef *review_of(const Hs__Command *command)
{
    if (command->body_case == HS__COMMAND__BODY_GIVE_OPINION) {
        return command->give_opinion->review;
    }
    if (command->body_case == HS__COMMAND__BODY_RECORD_FINDINGS) {
        return command->record_findings->review;
    }
    if (command->body_case == HS__COMMAND__BODY_RECEIVE_REVIEW) {
        return command->receive_review->review;
    }
    return NULL;
}

static enum err give(struct runtime *runtime, uint64_t place, const Hs__Command *command,
                     struct bytes bytes)
{
    const Hs__ReviewRef *review = review_of(command);
    struct sent_command *sent = calloc(1, sizeof *sent);

    require(sent != NULL);
    if (review == NULL || command->id.len != COMMAND_ID_BYTES) {
        free(sent);
        return ERR_CORRUPT;
    }
    *sent = (struct sent_command){
        .next = runtime->sent,
        .runtime = runtime,
        .place = place,
        .kind = command->body_case,
        .key = {review->proposal, review->round},
    };
    if (sent->next != NULL) {
        sent->next->previous = sent;
    }
    runtime->sent = sent;

    struct conversation_command handed = {
        .bytes = bytes, .is_patient = true, .answered = on_answered, .self = sent};
    memcpy(handed.id, command->id.data, sizeof handed.id);
    enum err err = conversation_command(runtime->conversation, &handed);
    if (err != ERR_OK) {
        forget(sent);
    }
    return err;
}

static enum err hand_over(void *self, uint64_t place, struct bytes bytes)
{
    struct runtime *runtime = self;
    struct arena_mark mark = arena_mark(&runtime->task_arena);

    if (runtime->conversation->commands.count >= RUNTIME_PENDING_MAX) {
        return ERR_FULL; /* the rest when some are answered */
    }

    const Hs__Command *command =
        message_read(&hs__command__descriptor, bytes, &runtime->task_arena);
    enum err err = command == NULL ? ERR_CORRUPT : give(runtime, place, command, bytes);
    arena_rewind(&runtime->task_arena, mark);
    if (err == ERR_OK) {
        runtime->handed = place;
    }
    return err;
}

enum err outbox_hand_over(struct runtime *runtime)
{
    enum err err = store_each_command(runtime->store, runtime->handed, hand_over, runtime);

    return err == ERR_FULL ? ERR_OK : err;
}
