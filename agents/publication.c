/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/publication.h"

#include <string.h>

static int64_t now_ms(const struct runtime *runtime)
{
    return runtime->settings.clock.boot_ms(runtime->settings.clock.self);
}

/* Says how many reviews are taken, where that is not what the broker was told. */
static void tell_credit(struct runtime *runtime)
{
    uint32_t credit = runtime_credit(runtime);

    if (runtime->conversation->settings.credit != credit) {
        conversation_credit(runtime->conversation, credit, now_ms(runtime));
    }
}

static void settle(struct runtime *runtime)
{
    runtime->publication = PUBLICATION_ON_RECORD;
    tell_credit(runtime);
    if (!runtime->is_ready) {
        runtime->is_ready = true;
        runtime->listener.ready(runtime->listener.self);
    }
}

static void on_published(void *self, const struct command_answer *answer)
{
    struct runtime *runtime = self;

    if (answer->kind != ANSWER_REFUSAL) {
        log_event(runtime->settings.log, LOG_INFO, "pack_on_record",
                  log_text("department", runtime->settings.department), LOG_END);
        settle(runtime);
        return;
    }
    runtime->publication = PUBLICATION_REFUSED;
    log_event(runtime->settings.log, LOG_ERROR, "pack_refused",
              log_text("department", runtime->settings.department),
              log_text("code", answer->refusal->code), log_text("reason", answer->refusal->en),
              LOG_END);
    tell_credit(runtime);
}

static void publish(struct runtime *runtime)
{
    const struct clock *clock = &runtime->settings.clock;
    struct arena_mark mark = arena_mark(&runtime->task_arena);
    Hs__Publish publish = HS__PUBLISH__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    struct conversation_command sent = {
        .is_patient = true, .answered = on_published, .self = runtime};

    command_id_make(clock->wall_ms(clock->self), sent.id);
    publish.kind = HS__PUBLISH__KIND__PACK;
    publish.definition = binary_of(runtime->settings.pack->bytes);
    command.id = binary_of((struct bytes){sent.id, sizeof sent.id});
    command.body_case = HS__COMMAND__BODY_PUBLISH;
    command.publish = &publish;
    sent.bytes = message_pack(&command, &runtime->task_arena);
    if (sent.bytes.data != NULL && conversation_command(runtime->conversation, &sent) == ERR_OK) {
        runtime->publication = PUBLICATION_ASKED;
    }
    arena_rewind(&runtime->task_arena, mark);
}

void publication_welcomed(struct runtime *runtime, const Hs__Welcome *welcome)
{
    const struct published_pack *pack = runtime->settings.pack;
    struct bytes in_force = bytes_of(welcome->pack);

    if (pack == NULL ||
        bytes_equal(in_force, (struct bytes){pack->hash.bytes, sizeof pack->hash.bytes})) {
        settle(runtime);
        return;
    }
    if (runtime->publication == PUBLICATION_ASKED) {
        return; /* the conversation asks again by itself */
    }
    if (runtime->publication == PUBLICATION_REFUSED &&
        bytes_equal(in_force, (struct bytes){runtime->refused_for.bytes, runtime->refused_size})) {
        return; /* nothing has changed since */
    }
    memset(&runtime->refused_for, 0, sizeof runtime->refused_for);
    runtime->refused_size = in_force.size == HASH_BYTES ? HASH_BYTES : 0;
    if (runtime->refused_size > 0) {
        memcpy(runtime->refused_for.bytes, in_force.data, HASH_BYTES);
    }
    publish(runtime);
}
