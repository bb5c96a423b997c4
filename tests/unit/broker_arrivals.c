/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of broker/arrivals: who is decided in a turn, and that nobody waits for ever. */
#include "tests/lib/test.h"

#include <string.h>

#include "broker/arrivals.h"
#include "broker/limits.h"

enum { ARRIVALS_MAX = 512, TURNS_MAX = 64 };

struct fixture {
    struct arena arena;
    struct arrivals arrivals;
    struct arrival all[ARRIVALS_MAX];
    size_t count;
    struct shares shares;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof fixture);
    arena_init(&fixture.arena, 64 << 20);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    arena_release(&((struct fixture *)*state)->arena);
    return 0;
}

/* Returns a frame with an envelope of @count commands. */
static struct bytes frame_of(struct fixture *f, size_t count)
{
    Hs__Envelope envelope = HS__ENVELOPE__INIT;
    Hs__SignedEnvelope outer = HS__SIGNED_ENVELOPE__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;
    ProtobufCBinaryData *commands = arena_array(&f->arena, count, sizeof *commands);
    static uint8_t command[300];

    for (size_t i = 0; i < count; i++) {
        commands[i] = (ProtobufCBinaryData){i % sizeof command, command};
    }
    envelope.office = "test";
    envelope.seen_seq = 300;
    envelope.commands = commands;
    envelope.n_commands = count;
    outer.algorithm = HS__SIGNED_ENVELOPE__ALGORITHM__ED25519;
    outer.envelope = binary_of(message_pack(&envelope, &f->arena));
    message.body_case = HS__CLIENT_MESSAGE__BODY_ENVELOPE;
    message.envelope = &outer;
    return message_pack(&message, &f->arena);
}

static struct arrival *arrive(struct fixture *f, const char *user, size_t commands)
{
    struct arrival *arrival = &f->all[f->count++];

    assert_true(f->count <= ARRIVALS_MAX);
    arrival->message.principal = user;
    arrival->message.body = frame_of(f, commands);
    arrivals_add(&f->arrivals, arrival);
    return arrival;
}

/* Takes one turn's share of @user's commands, and everybody's number of envelopes. */
static size_t take_turn(struct fixture *f, const char *user, size_t *envelopes)
{
    size_t commands = 0;

    *envelopes = 0;
    shares_begin(&f->shares, &f->arrivals);
    for (struct arrival *arrival = shares_take(&f->shares); arrival != NULL;
         arrival = shares_take(&f->shares)) {
        commands += strcmp(arrival->message.principal, user) == 0 ? arrival->commands : 0;
        (*envelopes)++;
        memset(arrival, 0xA5, sizeof *arrival); /* as good as freed */
    }
    return commands;
}

static void commands_are_counted_before_they_are_read(void **state)
{
    static const uint8_t garbage[] = {0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3};
    struct fixture *f = *state;

    assert_int_equal(arrive(f, "a", 1)->commands, 1);
    assert_int_equal(arrive(f, "a", 4096)->commands, 4096);
    struct arrival *arrival = &f->all[f->count++];
    arrival->message = (struct router_message){.principal = "a", .body = {garbage, 9}};
    arrivals_add(&f->arrivals, arrival);
    assert_int_equal(arrival->commands, 1);
}

static void who_is_alone_is_decided_as_far_as_the_turn_goes(void **state)
{
    struct fixture *f = *state;
    size_t envelopes = 0;

    for (int i = 0; i < 5; i++) {
        (void)arrive(f, "a", 200);
    }

    assert_int_equal(take_turn(f, "a", &envelopes), 1000);
    assert_int_equal(envelopes, 5);
    assert_int_equal(f->arrivals.bytes, 0);
}

static void a_share_is_a_number_of_commands_and_not_of_envelopes(void **state)
{
    struct fixture *f = *state;
    size_t envelopes = 0;

    for (int i = 0; i < 4; i++) {
        (void)arrive(f, "a", 100);
        (void)arrive(f, "b", 100);
    }

    assert_int_equal(take_turn(f, "a", &envelopes), 200);
    assert_int_equal(envelopes, 4);
    assert_int_equal(take_turn(f, "a", &envelopes), 200);
    assert_null(f->arrivals.first);
    assert_null(f->arrivals.last);
}

static void an_envelope_above_the_share_comes_after_all_shares_and_one_a_turn(void **state)
{
    struct fixture *f = *state;

    struct arrival *large = arrive(f, "a", 4000);
    struct arrival *behind = arrive(f, "a", 1);
    struct arrival *second = arrive(f, "b", 4000);
    struct arrival *small = arrive(f, "c", 1);
    (void)arrive(f, "c", TURN_PRINCIPAL_COMMANDS);

    shares_begin(&f->shares, &f->arrivals);
    assert_ptr_equal(shares_take(&f->shares), small);
    assert_ptr_equal(shares_take(&f->shares), large);
    assert_null(shares_take(&f->shares));
    shares_begin(&f->shares, &f->arrivals);
    assert_ptr_equal(shares_take(&f->shares), behind);
    assert_non_null(shares_take(&f->shares)); /* the rest of c */
    assert_ptr_equal(shares_take(&f->shares), second);
}

static void every_envelope_has_its_turn(void **state)
{
    struct fixture *f = *state;
    const char *users[] = {"a", "b", "c", "d"};
    size_t seen = 0;
    size_t turns = 0;

    for (size_t i = 0; i < 200; i++) {
        (void)arrive(f, users[i * 7 % 4], i % 9 == 0 ? 1000 : 1 + i % 100);
    }
    while (f->arrivals.first != NULL && turns < TURNS_MAX) {
        size_t envelopes = 0;

        (void)take_turn(f, "a", &envelopes);
        assert_true(envelopes > 0);
        seen += envelopes;
        turns++;
    }

    assert_int_equal(seen, 200);
    assert_int_equal(f->arrivals.bytes, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(commands_are_counted_before_they_are_read),
        TEST(who_is_alone_is_decided_as_far_as_the_turn_goes),
        TEST(a_share_is_a_number_of_commands_and_not_of_envelopes),
        TEST(an_envelope_above_the_share_comes_after_all_shares_and_one_a_turn),
        TEST(every_envelope_has_its_turn),
    };

    return cmocka_run_group_tests_name("broker_arrivals", tests, NULL, NULL);
}
