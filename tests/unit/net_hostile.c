/* SPDX-License-Identifier: Apache-2.0 */
/* What strangers may send to the broker's port, byte by byte, and what becomes of it.
 *
 * Each row of the table is a connection of its own; all are open at once. Whatever one sends,
 * nothing of it is delivered, its connection ends, and an honest client is served afterwards.
 */
#include "tests/unit/net_office.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/random.h"
#include "tests/unit/net_hostile_rows.h"

enum {
    HANDSHAKE_MS = 2500,
    AT_ONCE_MS = HANDSHAKE_MS / 2,
    SLOW_MS = 100, /* between two bytes of a slow row */
    SENT_BYTES_MAX = 1024 * 1024,
    RECORD_BYTES_MAX = 8192,
    HELLO_KEY_AT = 82, /* of the client's key, after flags, size, name, version and 72 zeros */
    HELLO_NONCE_AT = 114,
    HELLO_BOX_AT = 122,
    MUTATIONS = 150,
};

/* A stranger's connection. */
struct connection {
    const struct row *row;
    int fd;
    uint8_t *data; /* what it sends */
    size_t size;
    size_t sent;
    int64_t opened_ns;
    int64_t last_ns;   /* when a byte was sent last */
    int64_t closed_ns; /* 0: still open */
};

struct fixture {
    struct office office;
    struct curve_pair fire;
    uint8_t record[RECORD_BYTES_MAX]; /* all that an honest client sent */
    size_t record_size;
    struct connection connections[MUTATIONS > ARRAY_COUNT(rows) ? MUTATIONS : ARRAY_COUNT(rows)];
    size_t count;
};

/* ---- connections ---- */

/* Connects to 127.0.0.1 at the port of @endpoint, without blocking from then on. */
static int connect_to(const char *endpoint)
{
    unsigned port = 0;

    assert_int_equal(sscanf(endpoint, "tcp://127.0.0.1:%u", &port), 1);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* Sends what is due of @connection: all that fits, or one byte now and then. */
static void send_due(struct connection *connection, int64_t now_ns)
{
    bool is_slow = connection->row->manner == SENDS_SLOWLY;
    size_t left = connection->size - connection->sent;

    if (left == 0 ||
        (is_slow && now_ns - connection->last_ns < (int64_t)SLOW_MS * OFFICE_NS_PER_MS)) {
        return;
    }
    ssize_t sent = send(connection->fd, connection->data + connection->sent, is_slow ? 1 : left,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
        connection->sent += (size_t)sent;
        connection->last_ns = now_ns;
    }
    if (connection->sent == connection->size && connection->row->manner == SENDS_AND_ENDS) {
        (void)shutdown(connection->fd, SHUT_WR);
    }
}

/* Throws away what came for @connection and notes the time if that was the end. */
static void receive_end(struct connection *connection, int64_t now_ns)
{
    uint8_t ignored[1024];
    ssize_t got;

    do {
        got = recv(connection->fd, ignored, sizeof ignored, MSG_DONTWAIT);
    } while (got > 0);
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        connection->closed_ns = now_ns;
    }
}

/* Opens the connection of @row, which sends @data, size bytes of which it takes over. */
static void open_connection(struct fixture *f, const struct row *row, uint8_t *data, size_t size)
{
    struct connection *connection = &f->connections[f->count];

    *connection = (struct connection){
        .row = row,
        .fd = connect_to(router_endpoint(f->office.router)),
        .data = data,
        .size = size,
        .opened_ns = clock_monotonic_ns(),
    };
    f->count++;
    if (size == 0 && row->manner == SENDS_AND_ENDS) {
        (void)shutdown(connection->fd, SHUT_WR);
    }
}

/* Runs the office until every connection has been closed by it. */
static void run_until_all_closed(struct fixture *f)
{
    int64_t deadline_ns = office_deadline_ns();
    size_t open_count = f->count;

    while (open_count > 0) {
        int64_t now_ns = clock_monotonic_ns();

        open_count = 0;
        for (size_t i = 0; i < f->count; i++) {
            if (f->connections[i].closed_ns == 0) {
                send_due(&f->connections[i], now_ns);
                receive_end(&f->connections[i], now_ns);
                open_count++;
            }
        }
        office_turn(&f->office, deadline_ns);
    }
}

/* ---- what they send ---- */

/* Writes at @out a HELLO that the broker accepts: anyone who knows its public key can make one. */
static void make_hello(const struct curve_pair *broker, uint8_t out[HELLO_BYTES])
{
    static const uint8_t zeros[64];
    uint8_t broker_key[CURVE_KEY_BYTES];
    uint8_t secret[CURVE_KEY_BYTES];
    uint8_t nonce[24] = "CurveZMQHELLO---";

    assert_true(curve_key_from_text(broker->public_key, broker_key));
    memset(out, 0, HELLO_BYTES);
    memcpy(out, HELLO_HEAD "\1", sizeof HELLO_HEAD);
    assert_int_equal(crypto_box_keypair(out + HELLO_KEY_AT, secret), 0);
    out[HELLO_NONCE_AT + 7] = 1;
    memcpy(nonce + 16, out + HELLO_NONCE_AT, 8);
    assert_int_equal(
        crypto_box_easy(out + HELLO_BOX_AT, zeros, sizeof zeros, nonce, broker_key, secret), 0);
}

/* Writes @piece at @out and returns its size. */
static size_t write_piece(const struct fixture *f, const struct piece *piece, uint8_t *out)
{
    switch (piece->kind) {
    case KIND_NONE:
        return 0;
    case KIND_BYTES:
        memcpy(out, piece->data, piece->size);
        return piece->size;
    case KIND_HELLO:
        make_hello(&f->office.curve, out);
        return HELLO_BYTES;
    case KIND_RECORD:
        memcpy(out, f->record, piece->size == 0 ? f->record_size : piece->size);
        return piece->size == 0 ? f->record_size : piece->size;
    case KIND_RANDOM:
        random_bytes(out, piece->size);
        return piece->size;
    case KIND_ONES:
        memset(out, 0xff, piece->size);
        return piece->size;
    case KIND_ZEROS:
        memset(out, 0, piece->size);
        return piece->size;
    }
    return 0;
}

static void open_row(struct fixture *f, const struct row *row)
{
    uint8_t *data = malloc(SENT_BYTES_MAX);
    size_t size = 0;

    assert_non_null(data);
    for (size_t i = 0; i < PIECES_MAX; i++) {
        size += write_piece(f, &row->pieces[i], data + size);
    }
    open_connection(f, row, data, size);
}

/* ---- recording an honest client ---- */

/* Listens on a free port of 127.0.0.1 and writes its endpoint. */
static int listen_somewhere(char endpoint[ENDPOINT_BYTES_MAX])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(endpoint, ENDPOINT_BYTES_MAX, "tcp://127.0.0.1:%u",
                   (unsigned)ntohs(address.sin_port));
    return fd;
}

/* Moves what is there from one end to the other, and into @f's record if asked to. */
static void pass_on(struct fixture *f, int from, int to, bool is_recorded)
{
    uint8_t data[RECORD_BYTES_MAX];
    ssize_t got = recv(from, data, sizeof data, MSG_DONTWAIT);

    if (got <= 0) {
        return;
    }
    assert_int_equal(send(to, data, (size_t)got, MSG_NOSIGNAL), got);
    if (is_recorded) {
        assert_true((size_t)got <= sizeof f->record - f->record_size);
        memcpy(f->record + f->record_size, data, (size_t)got);
        f->record_size += (size_t)got;
    }
}

/* Lets the honest agent send one message through us, and keeps every byte it sent. */
static void record_an_honest_client(struct fixture *f)
{
    char endpoint[ENDPOINT_BYTES_MAX];
    int listener = listen_somewhere(endpoint);
    void *client = office_socket(&f->office);
    int64_t deadline_ns = office_deadline_ns();
    int near = -1;

    assert_int_equal(zmq_setsockopt(client, ZMQ_CURVE_SERVERKEY, f->office.curve.public_key, 40),
                     0);
    assert_int_equal(zmq_setsockopt(client, ZMQ_CURVE_PUBLICKEY, f->fire.public_key, 40), 0);
    assert_int_equal(zmq_setsockopt(client, ZMQ_CURVE_SECRETKEY, f->fire.secret, 40), 0);
    assert_int_equal(zmq_connect(client, endpoint), 0);
    assert_int_equal(zmq_send(client, "opinion", 7, 0), 7);
    while (near < 0) {
        near = accept(listener, NULL, NULL);
        office_turn(&f->office, deadline_ns);
    }
    int far = connect_to(router_endpoint(f->office.router));
    while (f->office.received == 0) {
        pass_on(f, near, far, true);
        pass_on(f, far, near, false);
        office_turn(&f->office, deadline_ns);
    }
    (void)close(near);
    (void)close(far);
    (void)close(listener);
    office_drop(&f->office, client);
}

/* ---- tests ---- */

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL) {
        return -1;
    }
    office_open(&f->office, (struct router_options){.handshake_ms = HANDSHAKE_MS});
    curve_pair_generate(&f->fire);
    office_enrol(&f->office, &f->fire, "agent:fire/1");
    record_an_honest_client(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < f->count; i++) {
        (void)close(f->connections[i].fd);
        free(f->connections[i].data);
    }
    office_close(&f->office);
    free(f);
    return 0;
}

/* Nothing came through but the one message that was recorded, and the office still works. */
static void assert_nothing_was_delivered(struct fixture *f)
{
    struct router_counts counts = router_counts(f->office.router);

    assert_int_equal(f->office.received, 1);
    assert_int_equal(zap_counts(f->office.zap).admitted, 1);
    assert_int_equal(counts.dropped_anonymous + counts.dropped_chosen_id + counts.dropped_empty +
                         counts.dropped_parts,
                     0);
    office_serves_an_honest_client(&f->office);
}

static void every_row_ends_as_listed_and_delivers_nothing(void **state)
{
    struct fixture *f = *state;
    size_t wrong = 0;

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        open_row(f, &rows[i]);
    }
    run_until_all_closed(f);

    for (size_t i = 0; i < f->count; i++) {
        const struct connection *connection = &f->connections[i];
        int64_t took_ms = (connection->closed_ns - connection->opened_ns) / OFFICE_NS_PER_MS;
        enum outcome outcome = took_ms < AT_ONCE_MS ? CLOSED_AT_ONCE : CLOSED_BY_TIMER;

        if (outcome != connection->row->outcome) {
            print_error("%s: closed after %d ms\n", connection->row->name, (int)took_ms);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    assert_nothing_was_delivered(f);
}

static void mutations_of_an_honest_conversation_deliver_nothing(void **state)
{
    static const struct row mutation = {.name = "mutation"};
    struct fixture *f = *state;
    uint8_t seed[randombytes_SEEDBYTES];
    uint32_t draws[MUTATIONS][3];
    char hex[2 * sizeof seed + 1];

    random_bytes(seed, sizeof seed);
    bytes_to_hex((struct bytes){seed, sizeof seed}, hex);
    print_message("seed %s\n", hex);
    randombytes_buf_deterministic(draws, sizeof draws, seed);
    for (size_t i = 0; i < MUTATIONS; i++) {
        uint8_t *data = malloc(f->record_size);

        assert_non_null(data);
        memcpy(data, f->record, f->record_size);
        data[draws[i][0] % f->record_size] ^= (uint8_t)(1U << draws[i][1] % 8);
        size_t size = i % 2 == 0 ? f->record_size : draws[i][2] % f->record_size;
        open_connection(f, &mutation, data, size);
    }
    run_until_all_closed(f);

    assert_nothing_was_delivered(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_row_ends_as_listed_and_delivers_nothing),
        TEST(mutations_of_an_honest_conversation_deliver_nothing),
    };

    return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
