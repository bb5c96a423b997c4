/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of client/conversation: what is sent and when, what counts as an answer, and when the other
 * side is no longer believed. */
#include "tests/unit/fake_broker.h"

#include "client/conversation.h"

struct fixture {
    struct fake_broker fake;
    struct conversation conversation;
    struct conversation_settings settings;
    struct sign_key key;
    int64_t now_ms;
    bool is_full; /* nothing can be sent */

    unsigned welcomes;
    unsigned answers;
    struct command_answer answer; /* the last one; its messages are gone */
    char code[64];                /* of the last refusal */
    bool had_head;                /* the last receipt came complete */
    unsigned query_answers;
    unsigned items;
    unsigned problems;
    enum client_problem problem;
};

static bool on_send(void *self, struct bytes frame)
{
    struct fixture *f = self;

    if (f->is_full) {
        return false;
    }
    fake_take(&f->fake, frame);
    return true;
}

static void on_welcomed(void *self, const Hs__Welcome *welcome)
{
    (void)welcome;
    ((struct fixture *)self)->welcomes++;
}

static void on_feed(void *self, const Hs__FeedItem *item)
{
    (void)item;
    ((struct fixture *)self)->items++;
}

static void on_problem(void *self, enum client_problem problem, const char *detail)
{
    struct fixture *f = self;

    assert_non_null(detail);
    f->problems++;
    f->problem = problem;
}

static void on_answer(void *self, const struct command_answer *answer)
{
    struct fixture *f = self;

    f->answers++;
    f->answer = *answer;
    f->had_head = answer->receipt != NULL && answer->receipt->head != NULL;
    if (answer->refusal != NULL) {
        (void)snprintf(f->code, sizeof f->code, "%s", answer->refusal->code);
    }
}

static void on_query_answer(void *self, const Hs__Answer *answer)
{
    (void)answer;
    ((struct fixture *)self)->query_answers++;
}

static void start(struct fixture *f, const struct seen_head *seen)
{
    const struct client_handlers handlers = {
        .self = f, .welcomed = on_welcomed, .feed = on_feed, .problem = on_problem};

    f->settings.author = (struct envelope_author){FAKE_OFFICE, "person:street", &f->key};
    f->settings.department = "";
    f->settings.seen = *seen;
    memcpy(f->settings.broker_key, f->fake.key.public_key, sizeof f->settings.broker_key);
    conversation_init(&f->conversation, &f->settings, &handlers,
                      &(struct conversation_sender){.self = f, .send = on_send});
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    const uint8_t seed[SIGN_SEED_BYTES] = {9};

    assert_non_null(f);
    fake_init(&f->fake);
    sign_key_from_seed(seed, &f->key);
    f->now_ms = 1000000;
    start(f, &(struct seen_head){0});
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    conversation_release(&f->conversation);
    fake_release(&f->fake);
    free(f);
    return 0;
}

static void hear(struct fixture *f, bool has_head)
{
    conversation_receive(&f->conversation, fake_bundle(&f->fake, has_head), f->now_ms);
}

static void turn_after(struct fixture *f, int64_t span_ms)
{
    f->now_ms += span_ms;
    conversation_turn(&f->conversation, f->now_ms);
}

static void connect_and_welcome(struct fixture *f)
{
    conversation_connected(&f->conversation, f->now_ms);
    (void)fake_say_welcome(&f->fake);
    hear(f, false);
    turn_after(f, 0);
}

static ProtobufCBinaryData id_of(const struct fixture *f, size_t index)
{
    const Hs__Envelope *envelope = fake_envelope((struct fake_broker *)(uintptr_t)&f->fake);

    return fake_command((struct fake_broker *)(uintptr_t)&f->fake, envelope, index)->id;
}

/* Gives the conversation a command with @reason_size bytes in it. */
static enum err ask(struct fixture *f, size_t reason_size, bool is_patient)
{
    struct conversation_command asked = {
        .is_patient = is_patient, .answered = on_answer, .self = f};
    char *reason = arena_alloc(&f->fake.arena, reason_size + 1);
    Hs__Withdraw withdraw = HS__WITHDRAW__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    assert_non_null(reason);
    memset(reason, 'x', reason_size);
    command_id_make(f->now_ms, asked.id);
    withdraw.proposal = 1;
    withdraw.reason = reason;
    command.id = binary_of((struct bytes){asked.id, sizeof asked.id});
    command.body_case = HS__COMMAND__BODY_WITHDRAW;
    command.withdraw = &withdraw;
    asked.bytes = message_pack(&command, &f->fake.arena);
    return conversation_command(&f->conversation, &asked);
}

static size_t envelopes(const struct fixture *f)
{
    return fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_ENVELOPE);
}

/* ---- hello ---- */

static void hello_comes_first_and_nothing_else_before_the_welcome(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ask(f, 1, true), ERR_OK);
    conversation_connected(&f->conversation, f->now_ms);
    turn_after(f, 100);

    assert_int_equal(f->fake.received_count, 1);
    assert_int_equal(f->fake.received[0]->body_case, HS__CLIENT_MESSAGE__BODY_HELLO);
    assert_int_equal(envelopes(f), 0);
}

static void hello_is_said_again_after_a_silence(void **state)
{
    struct fixture *f = *state;

    conversation_connected(&f->conversation, f->now_ms);
    turn_after(f, CLIENT_RESEND_FIRST_MS - 1);
    assert_int_equal(f->fake.received_count, 1);
    turn_after(f, 1);
    assert_int_equal(f->fake.received_count, 2);
    turn_after(f, CLIENT_RESEND_FIRST_MS);

    assert_int_equal(f->fake.received_count, 2);
    turn_after(f, CLIENT_RESEND_FIRST_MS);
    assert_int_equal(f->fake.received_count, 3);
}

static void heartbeats_follow_every_five_seconds(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(conversation_wake_ms(&f->conversation), f->now_ms + CLIENT_HEARTBEAT_MS);
    turn_after(f, CLIENT_HEARTBEAT_MS - 1);
    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_HEARTBEAT), 0);
    turn_after(f, 1);

    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_HEARTBEAT), 1);
}

static void a_client_that_was_frozen_says_hello_again(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    turn_after(f, CLIENT_SESSION_MS);

    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_HELLO), 2);
}

static void a_broker_that_is_quiet_for_long_is_greeted_again(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    for (int i = 1; i < CLIENT_QUIET_MS / CLIENT_HEARTBEAT_MS; i++) {
        turn_after(f, CLIENT_HEARTBEAT_MS);
    }
    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_HELLO), 1);
    turn_after(f, CLIENT_HEARTBEAT_MS);
    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_HELLO), 2);
    (void)fake_say_welcome(&f->fake);
    hear(f, false);
    turn_after(f, CLIENT_HEARTBEAT_MS);

    assert_int_equal(f->welcomes, 2);
    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_HELLO), 2);
}

static void a_broker_that_wants_a_hello_gets_one_and_what_was_unanswered_again(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    for (int i = 0; i < 2; i++) { /* the second finds the hello on its way */
        Hs__BrokerMessage *message = fake_say(&f->fake);

        message->body_case = HS__BROKER_MESSAGE__BODY_HELLO_WANTED;
        message->hello_wanted = fake_new(&f->fake, &hs__hello_wanted__descriptor);
        hear(f, false);
        turn_after(f, 0);
    }
    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_HELLO), 2);
    (void)fake_say_welcome(&f->fake);
    hear(f, false);
    turn_after(f, 0);

    assert_int_equal(f->welcomes, 2);
    assert_int_equal(envelopes(f), 2);
}

static void another_broker_is_not_spoken_to(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ask(f, 1, true), ERR_OK);
    conversation_connected(&f->conversation, f->now_ms);
    fake_say_welcome(&f->fake)->office = "elsewhere";
    hear(f, false);
    turn_after(f, CLIENT_RESEND_MAX_MS);

    assert_int_equal(f->problem, PROBLEM_WRONG_BROKER);
    assert_int_equal(f->welcomes, 0);
    assert_int_equal(envelopes(f), 0);
    assert_int_equal(conversation_wake_ms(&f->conversation), INT64_MAX);
}

/* ---- commands ---- */

static void commands_of_a_turn_travel_in_one_signed_envelope(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(f, 10, true), ERR_OK);
    }
    assert_int_equal(conversation_wake_ms(&f->conversation), 0);
    turn_after(f, 0);

    const Hs__ClientMessage *message = fake_last(&f->fake, HS__CLIENT_MESSAGE__BODY_ENVELOPE);
    const Hs__Envelope *envelope = fake_envelope(&f->fake);
    uint8_t key_id[SIGN_KEY_ID_BYTES];
    sign_key_id(f->key.public_key, key_id);
    assert_int_equal(envelopes(f), 1);
    assert_int_equal(envelope->n_commands, 3);
    assert_string_equal(envelope->office, FAKE_OFFICE);
    assert_string_equal(envelope->signer, "person:street");
    assert_int_equal(envelope->seen_seq, f->fake.seq);
    assert_memory_equal(message->envelope->key_id.data, key_id, sizeof key_id);
    assert_true(signature_verify(f->key.public_key, TAG_ENVELOPE, FAKE_OFFICE,
                                 bytes_of(message->envelope->envelope),
                                 message->envelope->signature.data));
}

static void an_envelope_is_closed_at_its_limit(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(ask(f, CLIENT_ENVELOPE_BYTES_MAX / 3, true), ERR_OK);
    }
    turn_after(f, 0);

    assert_int_equal(envelopes(f), 3);
    for (size_t i = 0; i < f->fake.received_count; i++) {
        if (f->fake.received[i]->body_case == HS__CLIENT_MESSAGE__BODY_ENVELOPE) {
            assert_true(f->fake.received[i]->envelope->envelope.len <= CLIENT_ENVELOPE_BYTES_MAX);
        }
    }
}

static void a_command_above_the_envelope_limit_travels_alone(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, CLIENT_ENVELOPE_BYTES_MAX, true), ERR_OK);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);

    assert_int_equal(envelopes(f), 2);
    assert_int_equal(ask(f, CLIENT_COMMAND_BYTES_MAX, true), ERR_INVALID);
}

static void a_receipt_without_head_is_the_bundles(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    fake_commit(&f->fake);
    fake_say_receipt(&f->fake, fake_receipt(&f->fake, id_of(f, 0)));
    hear(f, true);

    assert_int_equal(f->answers, 1);
    assert_int_equal(f->answer.kind, ANSWER_RECEIPT);
    assert_true(f->had_head);
    assert_int_equal(f->conversation.commands.count, 0);
    assert_int_equal(f->conversation.witness.seen.seq, f->fake.seq);
}

static void a_repeated_receipt_is_told_once(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    ProtobufCBinaryData id = id_of(f, 0);
    fake_commit(&f->fake);
    for (int i = 0; i < 2; i++) {
        fake_say_receipt(&f->fake, fake_receipt(&f->fake, id));
        hear(f, true);
    }
    turn_after(f, CLIENT_RESEND_MAX_MS / 4);

    assert_int_equal(f->answers, 1);
    assert_int_equal(f->problems, 0);
    assert_int_equal(envelopes(f), 1);
}

static void a_command_is_sent_again_after_a_silence_with_the_same_bytes(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    struct bytes first = bytes_of(fake_envelope(&f->fake)->commands[0]);
    assert_int_equal(ask(f, 2, true), ERR_OK);
    turn_after(f, 0);
    turn_after(f, CLIENT_RESEND_FIRST_MS);

    const Hs__Envelope *again = fake_envelope(&f->fake);
    assert_int_equal(envelopes(f), 3);
    assert_int_equal(again->n_commands, 2);
    assert_true(bytes_equal(bytes_of(again->commands[0]), first));
}

static void all_unanswered_are_sent_again_after_a_reconnect(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    fake_commit(&f->fake);
    fake_say_receipt(&f->fake, fake_receipt(&f->fake, id_of(f, 0)));
    hear(f, true);
    ProtobufCBinaryData unanswered = id_of(f, 1);
    conversation_lost(&f->conversation);
    fake_forget(&f->fake);
    connect_and_welcome(f);

    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_HELLO), 1);
    assert_int_equal(fake_envelope(&f->fake)->n_commands, 1);
    assert_true(bytes_equal(bytes_of(id_of(f, 0)), bytes_of(unanswered)));
}

static void nothing_is_sent_while_there_is_no_room_and_all_when_there_is(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    f->is_full = true;
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    assert_int_equal(conversation_wake_ms(&f->conversation), f->now_ms + CLIENT_RETRY_MS);
    f->is_full = false;
    turn_after(f, CLIENT_RETRY_MS);

    assert_int_equal(envelopes(f), 1);
}

static void a_refusal_is_final(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    (void)fake_say_refusal(&f->fake, id_of(f, 0), "UNKNOWN_PROPOSAL");
    hear(f, false);
    turn_after(f, CLIENT_RESEND_MAX_MS / 4);

    assert_int_equal(f->answer.kind, ANSWER_REFUSAL);
    assert_string_equal(f->code, "UNKNOWN_PROPOSAL");
    assert_int_equal(envelopes(f), 1);
}

static void a_temporary_refusal_is_no_answer_to_the_patient(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    (void)fake_say_refusal(&f->fake, id_of(f, 0), "STORE_FULL");
    hear(f, false);
    assert_int_equal(f->answers, 0);
    turn_after(f, CLIENT_RESEND_FIRST_MS);

    assert_int_equal(envelopes(f), 2);
    assert_int_equal(f->conversation.commands.count, 1);
}

static void a_temporary_refusal_is_an_answer_to_the_others(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, false), ERR_OK);
    turn_after(f, 0);
    (void)fake_say_refusal(&f->fake, id_of(f, 0), "STORE_FULL");
    hear(f, false);

    assert_int_equal(f->answers, 1);
    assert_string_equal(f->code, "STORE_FULL");
}

static void unchanged_is_an_answer(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    fake_say_unchanged(&f->fake, id_of(f, 0));
    hear(f, false);

    assert_int_equal(f->answer.kind, ANSWER_UNCHANGED);
    assert_int_equal(f->conversation.commands.count, 0);
}

static void a_refused_envelope_answers_the_impatient_and_keeps_the_patient(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    assert_int_equal(ask(f, 1, false), ERR_OK);
    turn_after(f, 0);
    (void)fake_say_refusal(&f->fake, (ProtobufCBinaryData){0}, "BAD_SIGNATURE");
    hear(f, false);

    assert_int_equal(f->problem, PROBLEM_ENVELOPE_REFUSED);
    assert_int_equal(f->answers, 1);
    assert_string_equal(f->code, "BAD_SIGNATURE");
    assert_int_equal(f->conversation.commands.count, 1);
}

/* ---- proofs ---- */

static void a_receipt_with_a_wrong_signature_is_no_answer(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    Hs__Receipt *receipt = fake_receipt(&f->fake, id_of(f, 0));
    receipt->head = fake_head(&f->fake);
    receipt->head->signature.data[3] ^= 1;
    fake_say_receipt(&f->fake, receipt);
    hear(f, false);

    assert_int_equal(f->problem, PROBLEM_RECEIPT_INVALID);
    assert_int_equal(f->answers, 0);
    assert_int_equal(f->conversation.commands.count, 1);
}

static void a_receipt_of_another_entry_is_no_answer(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    Hs__Receipt *receipt = fake_receipt(&f->fake, id_of(f, 0));
    receipt->leaf.data[0] ^= 1;
    fake_say_receipt(&f->fake, receipt);
    hear(f, true);

    assert_int_equal(f->problem, PROBLEM_RECEIPT_INVALID);
    assert_int_equal(f->answers, 0);
}

static void a_bundle_whose_head_is_not_signed_is_dropped(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    const uint8_t seed[SIGN_SEED_BYTES] = {66};
    fake_say_unchanged(&f->fake, id_of(f, 0));
    sign_key_from_seed(seed, &f->fake.key);
    hear(f, true);

    assert_int_equal(f->problem, PROBLEM_MESSAGE_INVALID);
    assert_int_equal(f->answers, 0);
}

static void another_hash_at_the_same_seq_ends_the_conversation(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    f->fake.hash = hash_of(bytes_of_text("another history"));
    hear(f, true);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, CLIENT_RESEND_MAX_MS);

    assert_int_equal(f->problem, PROBLEM_HISTORY_DIFFERS);
    assert_true(f->conversation.is_stopped);
    assert_int_equal(envelopes(f), 0);
}

static void a_broker_that_lost_what_it_had_shown_ends_the_conversation(void **state)
{
    struct fixture *f = *state;
    struct seen_head seen = {.seq = f->fake.seq + 2, .hash = hash_of(bytes_of_text("later"))};

    conversation_release(&f->conversation);
    start(f, &seen);
    conversation_connected(&f->conversation, f->now_ms);
    const Hs__Hello *hello = f->fake.received[0]->hello;
    assert_int_equal(hello->seen_seq, seen.seq);
    (void)fake_say_welcome(&f->fake);
    hear(f, false);

    assert_int_equal(f->problem, PROBLEM_HISTORY_DIFFERS);
    assert_int_equal(f->welcomes, 0);
}

static void a_later_head_is_remembered_and_told_with_the_next_hello(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    fake_commit(&f->fake);
    hear(f, true);
    conversation_lost(&f->conversation);
    connect_and_welcome(f);

    const Hs__ClientMessage *hello = fake_last(&f->fake, HS__CLIENT_MESSAGE__BODY_HELLO);
    assert_int_equal(hello->hello->seen_seq, f->fake.seq);
    assert_memory_equal(hello->hello->seen_hash.data, f->fake.hash.bytes, HASH_BYTES);
    assert_int_equal(f->problems, 0);
}

static void rubbish_is_dropped_and_the_conversation_goes_on(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    conversation_receive(&f->conversation, bytes_of_text("rubbish"), f->now_ms);
    assert_int_equal(f->problem, PROBLEM_MESSAGE_INVALID);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);

    assert_int_equal(envelopes(f), 1);
}

/* ---- queries and watching ---- */

static void a_query_is_asked_until_it_is_answered(void **state)
{
    struct fixture *f = *state;
    Hs__Query__GetOffice office = HS__QUERY__GET_OFFICE__INIT;
    Hs__Query query = HS__QUERY__INIT;

    connect_and_welcome(f);
    query.body_case = HS__QUERY__BODY_OFFICE;
    query.office = &office;
    uint64_t id = conversation_query(&f->conversation, &query, on_query_answer, f);
    turn_after(f, 0);
    turn_after(f, CLIENT_RESEND_FIRST_MS);
    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_QUERY), 2);
    for (int i = 0; i < 2; i++) {
        (void)fake_say_answer(&f->fake, id);
        hear(f, false);
    }
    turn_after(f, CLIENT_RESEND_MAX_MS / 4);

    assert_true(id > 0);
    assert_int_equal(f->query_answers, 1);
    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_QUERY), 2);
}

static void what_is_watched_is_watched_on_every_connection_before_queries(void **state)
{
    struct fixture *f = *state;
    Hs__Query__GetOffice office = HS__QUERY__GET_OFFICE__INIT;
    Hs__Query query = HS__QUERY__INIT;

    query.body_case = HS__QUERY__BODY_OFFICE;
    query.office = &office;
    assert_true(conversation_query(&f->conversation, &query, on_query_answer, f) > 0);
    assert_true(conversation_watch(&f->conversation, 7));
    assert_true(conversation_watch(&f->conversation, 7));
    for (int i = 0; i < 2; i++) {
        fake_forget(&f->fake);
        connect_and_welcome(f);

        assert_int_equal(f->fake.received_count, 3);
        assert_int_equal(f->fake.received[1]->body_case, HS__CLIENT_MESSAGE__BODY_WATCH);
        assert_int_equal(f->fake.received[1]->watch->proposal, 7);
        assert_int_equal(f->fake.received[2]->body_case, HS__CLIENT_MESSAGE__BODY_QUERY);
        conversation_lost(&f->conversation);
    }
}

static void a_command_forgotten_is_not_sent_again(void **state)
{
    struct fixture *f = *state;

    connect_and_welcome(f);
    assert_int_equal(ask(f, 1, true), ERR_OK);
    turn_after(f, 0);
    conversation_forget(&f->conversation, id_of(f, 0).data);
    turn_after(f, CLIENT_RESEND_FIRST_MS);

    assert_int_equal(envelopes(f), 1);
    assert_int_equal(f->answers, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hello_comes_first_and_nothing_else_before_the_welcome),
        TEST(hello_is_said_again_after_a_silence),
        TEST(heartbeats_follow_every_five_seconds),
        TEST(a_client_that_was_frozen_says_hello_again),
        TEST(a_broker_that_is_quiet_for_long_is_greeted_again),
        TEST(a_broker_that_wants_a_hello_gets_one_and_what_was_unanswered_again),
        TEST(another_broker_is_not_spoken_to),
        TEST(commands_of_a_turn_travel_in_one_signed_envelope),
        TEST(an_envelope_is_closed_at_its_limit),
        TEST(a_command_above_the_envelope_limit_travels_alone),
        TEST(a_receipt_without_head_is_the_bundles),
        TEST(a_repeated_receipt_is_told_once),
        TEST(a_command_is_sent_again_after_a_silence_with_the_same_bytes),
        TEST(all_unanswered_are_sent_again_after_a_reconnect),
        TEST(nothing_is_sent_while_there_is_no_room_and_all_when_there_is),
        TEST(a_refusal_is_final),
        TEST(a_temporary_refusal_is_no_answer_to_the_patient),
        TEST(a_temporary_refusal_is_an_answer_to_the_others),
        TEST(unchanged_is_an_answer),
        TEST(a_refused_envelope_answers_the_impatient_and_keeps_the_patient),
        TEST(a_receipt_with_a_wrong_signature_is_no_answer),
        TEST(a_receipt_of_another_entry_is_no_answer),
        TEST(a_bundle_whose_head_is_not_signed_is_dropped),
        TEST(another_hash_at_the_same_seq_ends_the_conversation),
        TEST(a_broker_that_lost_what_it_had_shown_ends_the_conversation),
        TEST(a_later_head_is_remembered_and_told_with_the_next_hello),
        TEST(rubbish_is_dropped_and_the_conversation_goes_on),
        TEST(a_query_is_asked_until_it_is_answered),
        TEST(what_is_watched_is_watched_on_every_connection_before_queries),
        TEST(a_command_forgotten_is_not_sent_again),
    };

    return cmocka_run_group_tests_name("client_conversation", tests, NULL, NULL);
}
