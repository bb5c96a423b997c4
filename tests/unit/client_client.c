/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of client/client: the conversation over real sockets, through refusals and restarts. */
#include "tests/unit/fake_server.h"

#include "client/client.h"

enum { DEADLINE_MS = 20000 };

struct fixture {
    uv_loop_t loop;
    uv_timer_t deadline;
    bool is_late;
    struct fake_server server;
    struct keys keys;
    struct client_settings settings;
    struct client *client;
    bool is_deaf; /* the broker answers no command */
    bool closes_in_answer;

    unsigned welcomes;
    unsigned answers;
    unsigned losses;
    unsigned denials;
};

static bool answer(struct fake_server *server, const Hs__ClientMessage *message)
{
    struct fixture *f = server->self;

    if (message->body_case == HS__CLIENT_MESSAGE__BODY_HELLO) {
        (void)fake_say_welcome(&server->broker);
        return false;
    }
    if (message->body_case != HS__CLIENT_MESSAGE__BODY_ENVELOPE || f->is_deaf) {
        return false;
    }
    const Hs__Envelope *envelope = fake_open(&server->broker, message);
    fake_commit(&server->broker);
    for (size_t i = 0; i < envelope->n_commands; i++) {
        fake_say_receipt(
            &server->broker,
            fake_receipt(&server->broker, fake_command(&server->broker, envelope, i)->id));
    }
    return true;
}

static void on_welcomed(void *self, const Hs__Welcome *welcome)
{
    (void)welcome;
    ((struct fixture *)self)->welcomes++;
}

static void on_lost(void *self)
{
    ((struct fixture *)self)->losses++;
}

static void on_denied(void *self)
{
    ((struct fixture *)self)->denials++;
}

static void on_answer(void *self, const struct command_answer *command_answer)
{
    struct fixture *f = self;

    assert_int_equal(command_answer->kind, ANSWER_RECEIPT);
    f->answers++;
    if (f->closes_in_answer) {
        client_close(f->client);
        f->client = NULL;
    }
}

static void on_late(uv_timer_t *timer)
{
    ((struct fixture *)timer->data)->is_late = true;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct public_keys public_keys;

    assert_non_null(f);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    assert_int_equal(uv_timer_init(&f->loop, &f->deadline), 0);
    f->deadline.data = f;
    assert_int_equal(uv_timer_start(&f->deadline, on_late, DEADLINE_MS, 0), 0);
    server_init(&f->server, &f->loop);
    f->server.answer = answer;
    f->server.self = f;
    keys_generate(&f->keys);
    keys_public(&f->keys, &public_keys);
    memcpy(f->server.known, public_keys.curve, sizeof f->server.known);
    server_listen(&f->server, "tcp://127.0.0.1:0");
    f->settings = (struct client_settings){
        .endpoint = f->server.endpoint,
        .broker_curve = f->server.curve.public_key,
        .keys = &f->keys,
        .office = FAKE_OFFICE,
        .principal = "person:street",
        .department = "",
        .clock = clock_real(),
    };
    memcpy(f->settings.broker_key, f->server.broker.key.public_key, WITNESS_KEY_BYTES);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    client_close(f->client);
    server_release(&f->server);
    uv_close((uv_handle_t *)&f->deadline, NULL);
    assert_int_equal(uv_run(&f->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    free(f);
    return 0;
}

static void open_client(struct fixture *f)
{
    const struct client_handlers handlers = {
        .self = f, .welcomed = on_welcomed, .lost = on_lost, .denied = on_denied};

    assert_int_equal(client_open(&f->loop, &f->settings, &handlers, &f->client), ERR_OK);
}

/* Runs the loop until *@counter is at least @wanted. */
static void run_until(struct fixture *f, const unsigned *counter, unsigned wanted)
{
    while (*counter < wanted && !f->is_late) {
        (void)uv_run(&f->loop, UV_RUN_ONCE);
    }
    assert_true(*counter >= wanted);
}

static void ask(struct fixture *f)
{
    Hs__Withdraw withdraw = HS__WITHDRAW__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    const struct client_asker asker = {on_answer, f, true};
    uint8_t id[COMMAND_ID_BYTES] = {0};

    withdraw.proposal = 1;
    command.body_case = HS__COMMAND__BODY_WITHDRAW;
    command.withdraw = &withdraw;
    assert_int_equal(client_command(f->client, &command, asker, id), ERR_OK);
    assert_int_not_equal(bytes_get_u64(id + 8), 0);
}

static void commands_are_answered(void **state)
{
    enum { COUNT = 5000 };
    struct fixture *f = *state;

    open_client(f);
    for (int i = 0; i < COUNT; i++) {
        ask(f);
    }
    run_until(f, &f->answers, COUNT);

    assert_int_equal(f->answers, COUNT);
    assert_int_equal(fake_count(&f->server.broker, HS__CLIENT_MESSAGE__BODY_ENVELOPE), 2);
    assert_true(client_is_welcomed(f->client));
}

static void a_command_with_an_id_keeps_it(void **state)
{
    uint8_t kept[COMMAND_ID_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    Hs__Withdraw withdraw = HS__WITHDRAW__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    uint8_t id[COMMAND_ID_BYTES] = {0};
    struct fixture *f = *state;

    open_client(f);
    command.id = (ProtobufCBinaryData){sizeof kept, kept};
    command.body_case = HS__COMMAND__BODY_WITHDRAW;
    command.withdraw = &withdraw;
    assert_int_equal(
        client_command(f->client, &command, (struct client_asker){on_answer, f, true}, id), ERR_OK);
    run_until(f, &f->answers, 1);

    assert_memory_equal(id, kept, sizeof kept);
}

static void a_restarted_broker_is_found_again_and_asked_again(void **state)
{
    struct fixture *f = *state;
    char endpoint[ENDPOINT_BYTES_MAX];

    (void)snprintf(endpoint, sizeof endpoint, "%s", f->server.endpoint);
    f->is_deaf = true;
    open_client(f);
    ask(f);
    run_until(f, &f->welcomes, 1);
    while (fake_count(&f->server.broker, HS__CLIENT_MESSAGE__BODY_ENVELOPE) == 0 && !f->is_late) {
        (void)uv_run(&f->loop, UV_RUN_ONCE);
    }
    server_shut(&f->server);
    run_until(f, &f->losses, 1);
    assert_false(client_is_welcomed(f->client));
    f->is_deaf = false;
    server_listen(&f->server, endpoint);
    run_until(f, &f->answers, 1);

    assert_int_equal(f->welcomes, 2);
    assert_int_equal(f->answers, 1);
}

static void a_key_enrolled_later_gets_in(void **state)
{
    struct fixture *f = *state;

    f->server.lets_in = false;
    open_client(f);
    ask(f);
    run_until(f, &f->denials, 2);
    assert_int_equal(f->welcomes, 0);
    assert_true(client_refusals(f->client) > 0);
    f->server.lets_in = true;
    run_until(f, &f->answers, 1);

    assert_int_equal(f->welcomes, 1);
}

static void a_client_may_be_closed_by_what_it_calls(void **state)
{
    struct fixture *f = *state;

    f->closes_in_answer = true;
    open_client(f);
    ask(f);
    ask(f);
    run_until(f, &f->answers, 1);

    assert_int_equal(f->answers, 1);
    assert_null(f->client);
}

static void an_endpoint_of_no_accepted_form_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct client_handlers handlers = {0};

    f->settings.endpoint = "pgm://127.0.0.1:1";

    assert_int_equal(client_open(&f->loop, &f->settings, &handlers, &f->client), ERR_INVALID);
    assert_null(f->client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(commands_are_answered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_command_with_an_id_keeps_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_restarted_broker_is_found_again_and_asked_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_key_enrolled_later_gets_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_client_may_be_closed_by_what_it_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_endpoint_of_no_accepted_form_is_refused, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("client_client", tests, NULL, NULL);
}
