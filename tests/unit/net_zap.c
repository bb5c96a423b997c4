/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of net/zap as ZeroMQ would ask it, and as it never would: whatever is asked, an answer
 * comes, and only a known key's is 200. */
#include "tests/unit/net_office.h"

enum { FRAMES_MAX = 12, TEXT_BYTES = 128 };

/* A request, and what is answered. Frames end with the first that is NULL. */
struct conversation {
    const char *name;
    const char *frames[FRAMES_MAX];
    const char *status;
};

#define KEY      "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
#define STRANGER "ssssssssssssssssssssssssssssssss"

static const struct conversation conversations[] = {
    {"known", {"1.0", "id", "huishen", "127.0.0.1", "", "CURVE", KEY}, "200"},
    {"unknown", {"1.0", "id", "huishen", "127.0.0.1", "", "CURVE", STRANGER}, "300"},
    {"no address", {"1.0", "id", "huishen", "", "", "CURVE", STRANGER}, "300"},
    {"empty domain", {"1.0", "id", "", "127.0.0.1", "", "CURVE", KEY}, "400"},
    {"other domain", {"1.0", "id", "global", "127.0.0.1", "", "CURVE", KEY}, "400"},
    {"longer domain", {"1.0", "id", "huishen2", "127.0.0.1", "", "CURVE", KEY}, "400"},
    {"other version", {"2.0", "id", "huishen", "127.0.0.1", "", "CURVE", KEY}, "400"},
    {"no version", {"", "id", "huishen", "127.0.0.1", "", "CURVE", KEY}, "400"},
    {"null mechanism", {"1.0", "id", "huishen", "127.0.0.1", "", "NULL"}, "400"},
    {"null with a key", {"1.0", "id", "huishen", "127.0.0.1", "", "NULL", KEY}, "400"},
    {"plain", {"1.0", "id", "huishen", "127.0.0.1", "", "PLAIN", "user", "secret"}, "400"},
    {"lower case", {"1.0", "id", "huishen", "127.0.0.1", "", "curve", KEY}, "400"},
    {"short key", {"1.0", "id", "huishen", "127.0.0.1", "", "CURVE", "kkkk"}, "400"},
    {"long key", {"1.0", "id", "huishen", "127.0.0.1", "", "CURVE", KEY "k"}, "400"},
    {"empty key", {"1.0", "id", "huishen", "127.0.0.1", "", "CURVE", ""}, "400"},
    {"no key", {"1.0", "id", "huishen", "127.0.0.1", "", "CURVE"}, "400"},
    {"second key", {"1.0", "id", "huishen", "127.0.0.1", "", "CURVE", KEY, KEY}, "400"},
    {"many frames",
     {"1.0", "id", "huishen", "127.0.0.1", "", "CURVE", KEY, "a", "b", "c", "d"},
     "400"},
    {"version only", {"1.0"}, "400"},
    {"version and id", {"1.0", "id"}, "400"},
    {"empty frame", {""}, "400"},
};

struct fixture {
    struct office office;
    void *asker;
    size_t refusals;
    char address[TEXT_BYTES];
    const char *name;         /* of the known key */
    const char *expected_key; /* in a call of refused() */
};

static const char *find(void *self, const uint8_t key[CURVE_KEY_BYTES])
{
    struct fixture *f = self;

    return memcmp(key, KEY, CURVE_KEY_BYTES) == 0 ? f->name : NULL;
}

static void refused(void *self, const uint8_t key[CURVE_KEY_BYTES], const char *address)
{
    struct fixture *f = self;

    assert_memory_equal(key, f->expected_key, CURVE_KEY_BYTES);
    (void)snprintf(f->address, sizeof f->address, "%s", address);
    f->refusals++;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL) {
        return -1;
    }
    const struct zap_principals principals = {.find = find, .refused = refused, .self = f};
    f->name = "agent:fire/1";
    f->expected_key = STRANGER;
    f->office.context = context_new();
    assert_int_equal(uv_loop_init(&f->office.loop), 0);
    (void)uv_timer_init(&f->office.loop, &f->office.alarm);
    f->office.alarm.data = &f->office;
    (void)uv_timer_start(&f->office.alarm, office_wake, 5, 5);
    assert_int_equal(zap_open(f->office.context, &f->office.loop, &principals, &f->office.zap),
                     ERR_OK);
    f->asker = zmq_socket(f->office.context, ZMQ_REQ);
    assert_int_equal(zmq_connect(f->asker, "inproc://zeromq.zap.01"), 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    (void)zmq_close(f->asker);
    office_close(&f->office);
    free(f);
    return 0;
}

/* Asks with the frames of @conversation and writes the frames of the answer as texts at @answer. */
static size_t ask(struct fixture *f, const struct conversation *conversation,
                  char answer[FRAMES_MAX][TEXT_BYTES])
{
    int64_t deadline_ns = office_deadline_ns();
    size_t count = 0;
    int has_more = 1;

    for (size_t i = 0; conversation->frames[i] != NULL; i++) {
        const char *frame = conversation->frames[i];
        int flags = conversation->frames[i + 1] != NULL ? ZMQ_SNDMORE : 0;

        assert_true(zmq_send(f->asker, frame, strlen(frame), flags) >= 0);
    }
    while (has_more) {
        size_t size = sizeof has_more;
        int got = zmq_recv(f->asker, answer[count], TEXT_BYTES - 1, ZMQ_DONTWAIT);

        if (got < 0) {
            office_turn(&f->office, deadline_ns);
            continue;
        }
        answer[count][got] = '\0';
        count++;
        assert_int_equal(zmq_getsockopt(f->asker, ZMQ_RCVMORE, &has_more, &size), 0);
        assert_true(count < FRAMES_MAX);
    }
    return count;
}

static void every_request_has_its_answer(void **state)
{
    struct fixture *f = *state;
    char answer[FRAMES_MAX][TEXT_BYTES];

    for (size_t i = 0; i < ARRAY_COUNT(conversations); i++) {
        const struct conversation *conversation = &conversations[i];
        bool is_admitted = strcmp(conversation->status, "200") == 0;

        size_t count = ask(f, conversation, answer);

        if (count != 6 || strcmp(answer[2], conversation->status) != 0) {
            fail_msg("%s: %zu frames, status %s", conversation->name, count, answer[2]);
        }
        assert_string_equal(answer[0], "1.0");
        assert_string_equal(answer[1],
                            conversation->frames[1] != NULL ? conversation->frames[1] : "");
        assert_string_equal(answer[4], is_admitted ? "agent:fire/1" : "");
        assert_string_equal(answer[5], "");
    }

    struct zap_counts counts = zap_counts(f->office.zap);
    assert_int_equal(counts.admitted, 1);
    assert_int_equal(counts.unknown, 2);
    assert_int_equal(counts.malformed, ARRAY_COUNT(conversations) - 3);
}

static void an_unknown_key_is_told_with_its_address(void **state)
{
    struct fixture *f = *state;
    char answer[FRAMES_MAX][TEXT_BYTES];

    (void)ask(f, &conversations[1], answer);
    assert_int_equal(f->refusals, 1);
    assert_string_equal(f->address, "127.0.0.1");

    (void)ask(f, &conversations[2], answer);
    assert_int_equal(f->refusals, 2);
    assert_string_equal(f->address, "");
}

static void a_name_that_cannot_be_one_admits_nobody(void **state)
{
    struct fixture *f = *state;
    char answer[FRAMES_MAX][TEXT_BYTES];
    char name[ZAP_NAME_BYTES_MAX + 2];

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    f->expected_key = KEY;
    f->name = name;
    (void)ask(f, &conversations[0], answer);
    assert_string_equal(answer[2], "300");
    f->name = "";
    (void)ask(f, &conversations[0], answer);
    assert_string_equal(answer[2], "300");

    assert_int_equal(zap_counts(f->office.zap).admitted, 0);
}

static void the_expected_stranger_is_refused_for_good(void **state)
{
    struct fixture *f = *state;
    char answer[FRAMES_MAX][TEXT_BYTES];

    zap_expect_stranger(f->office.zap, (const uint8_t *)STRANGER);
    assert_false(zap_refused_stranger(f->office.zap));
    (void)ask(f, &conversations[1], answer);

    assert_string_equal(answer[2], "400");
    assert_true(zap_refused_stranger(f->office.zap));
    assert_int_equal(f->refusals, 0);
    assert_int_equal(zap_counts(f->office.zap).unknown, 0);
}

static void a_stranger_that_somebody_knows_is_not_refused(void **state)
{
    struct fixture *f = *state;
    char answer[FRAMES_MAX][TEXT_BYTES];

    zap_expect_stranger(f->office.zap, (const uint8_t *)KEY);
    (void)ask(f, &conversations[0], answer);

    assert_string_equal(answer[2], "200");
    assert_false(zap_refused_stranger(f->office.zap));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_request_has_its_answer),
        TEST(an_unknown_key_is_told_with_its_address),
        TEST(a_name_that_cannot_be_one_admits_nobody),
        TEST(the_expected_stranger_is_refused_for_good),
        TEST(a_stranger_that_somebody_knows_is_not_refused),
    };

    return cmocka_run_group_tests_name("zap", tests, NULL, NULL);
}
