/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of every kind that is read from outside or from a disk: what is let in is canonical,
 * and fits its arena. */
#include "lib/check.h"
#include "tests/fuzz/making.h"
#include "tests/fuzz/target.h"

enum { ARENA_BYTES = 64 << 20 };

static const ProtobufCMessageDescriptor *const types[] = {
    &hs__client_message__descriptor, &hs__broker_message__descriptor,
    &hs__bundle__descriptor,         &hs__signed_envelope__descriptor,
    &hs__envelope__descriptor,       &hs__command__descriptor,
    &hs__received__descriptor,       &hs__event_entry__descriptor,
    &hs__event__descriptor,          &hs__head__descriptor,
    &hs__signed_head__descriptor,    &hs__receipt__descriptor,
    &hs__proposal__descriptor,       &hs__office__descriptor,
    &hs__principal__descriptor,      &hs__packet__descriptor,
    &hs__opinion__descriptor,        &hs__verdict__descriptor,
    &hs__dictionary__descriptor,     &hs__pack__descriptor,
    &hs__process__descriptor,        &hs__calendar__descriptor,
    &hs__pins__descriptor,           &hs__verdict_document__descriptor,
    &hs__office_config__descriptor,  &hs__agent_config__descriptor,
};

enum { TYPE_COUNT = sizeof types / sizeof types[0] };

/* What is let in is canonical: packing it gives the very bytes. */
static void test_bytes(const ProtobufCMessage *message, struct bytes bytes, struct arena *arena)
{
    require(bytes_equal(message_pack(message, arena), bytes));

    const void *copy = message_copy(message, arena);
    if (copy != NULL) { /* the largest fit once */
        require(message_size(copy) == bytes.size);
    }
}

/* With less room it is the same or "it does not fit", and never "it is invalid". */
static void test_room(const ProtobufCMessage *message, struct bytes bytes, size_t room)
{
    ProtobufCMessage *again = NULL;
    struct arena arena;

    arena_init(&arena, room);
    enum err err = message_parse(message->descriptor, bytes, &arena, &again);
    require(err == ERR_OK || err == ERR_FULL);
    require(arena.used_bytes <= room);
    arena_release(&arena);
}

static void test_parsed(const ProtobufCMessage *message, struct bytes bytes,
                        struct choices *choices, struct arena *arena)
{
    test_bytes(message, bytes, arena);
    test_room(message, bytes, (size_t)choose(choices, 256) * (bytes.size / 8 + 16));
}

void fuzz_message(struct bytes input)
{
    static const char *const departments[] = {"planning", "fire"};
    static struct arena arena = {.capacity_bytes = ARENA_BYTES};
    struct choices choices = {input};
    const ProtobufCMessageDescriptor *type = types[choose(&choices, TYPE_COUNT)];
    unsigned shape = choose(&choices, 8);
    ProtobufCMessage *message = NULL;

    arena_clear(&arena);
    if (shape == 0) { /* made, then read back */
        const struct making making = {.choices = &choices,
                                      .arena = &arena,
                                      .now_ms = 1000000,
                                      .proposal = 1,
                                      .round = 1,
                                      .departments = departments,
                                      .department_count = 2};
        ProtobufCMessage *made = make_message(&making, type);

        if (made != NULL) {
            struct bytes bytes = message_pack(made, &arena);

            require(message_parse(type, bytes, &arena, &message) == ERR_OK);
            test_parsed(message, bytes, &choices, &arena);
        }
    } else if (message_parse(type, choices.rest, &arena, &message) == ERR_OK) {
        struct choices rest = {choices.rest};

        test_parsed(message, choices.rest, &rest, &arena);
    } else {
        require(arena.used_bytes <= ARENA_BYTES);
    }
}
