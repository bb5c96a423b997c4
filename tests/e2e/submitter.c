/* SPDX-License-Identifier: Apache-2.0 */
/* submitter - a client under load that writes down every answer, for history.py to judge.
 *
 * Submits variations of packets already on record, keeps a number of them unanswered, and repeats a
 * tenth of the acknowledged ones with the same id and bytes: the receipt must be the same, byte for
 * byte. What is sent is written to its file first, and is a function of the seed, its position and
 * the moment of its first sending; so a submitter that was killed and is started again with the
 * same file and seed goes on with exactly the commands that it had not seen answered.
 *
 * With --reuse-id or --old-id it sends at the end a command that must be refused, and prints how it
 * was answered; that is not part of the history.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/client.h"
#include "lib/check.h"
#include "os/files.h"

enum {
    COUNT_MAX = 1 << 20, /* submissions of one file; each takes some 64 bytes of memory */
    LIKES_MAX = 16,
    ARENA_BYTES = 64 * 1024 * 1024, /* packets of --like, and one command being made */
    FILE_BYTES_MAX = 512 * 1024 * 1024,
    REPEAT_ONE_IN = 10,
    REPEAT_AFTER = 16, /* answers between an acknowledgement and its repetition */
    TEXT_BYTES = 128,  /* of 64 bytes in base64 */
    PATH_BYTES = 1024,
    OLD_ID_DAYS = 31,
};

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

enum state { STATE_NEW, STATE_UNKNOWN, STATE_ACKNOWLEDGED, STATE_REFUSED };
enum probe { PROBE_NONE, PROBE_REUSE_ID, PROBE_OLD_ID };

/* One submission; its position in the list and sent_ms name it. */
struct submission {
    struct submitter *owner;
    int64_t sent_ms;
    struct hash receipt; /* of its first receipt's bytes */
    enum state state;
    bool is_waiting; /* sent on this run and not answered */
    bool is_repeated;
};

struct options {
    const char *home;
    const char *office;
    const char *account;
    const char *broker;
    const char *out;
    const char *likes[LIKES_MAX];
    size_t like_count;
    uint64_t count;
    uint64_t inflight;
    uint64_t seed;
    uint64_t seconds; /* 0: until all are answered */
    enum probe probe;
};

struct submitter {
    struct options options;
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t terminated;
    struct client *client;
    struct client_settings settings;
    struct keys keys;
    struct keys broker_keys;
    struct clock clock;
    struct arena arena;
    FILE *out;
    Hs__Packet *packets[LIKES_MAX]; /* in the arena */
    size_t packet_count;

    struct submission *list; /* options.count of them */
    uint64_t next;           /* position of the first that was never sent */
    uint64_t resumed;        /* positions below it were looked at for resending */
    uint64_t repeats_next;   /* positions below it were looked at for repeating */
    uint64_t waiting;
    uint64_t answered; /* submissions with an answer that is final */
    uint64_t acknowledged;
    uint64_t refused;
    uint64_t repeats;
    bool is_probing;
    bool has_unsynced;
    bool has_ended;
    int status;
};

/* ---- ending ---- */

static void end(struct submitter *submitter, int status)
{
    if (submitter->has_ended) {
        return;
    }
    submitter->has_ended = true;
    submitter->status = status;
    client_close(submitter->client);
    uv_close((uv_handle_t *)&submitter->timer, NULL);
    uv_close((uv_handle_t *)&submitter->terminated, NULL);
}

static void on_time_over(uv_timer_t *timer)
{
    end(timer->data, 0);
}

static void on_terminated(uv_signal_t *handle, int number)
{
    (void)number;
    end(handle->data, 0);
}

/* ---- commands ---- */

static uint64_t position_of(const struct submission *submission)
{
    return (uint64_t)(submission - submission->owner->list);
}

/* Returns a number drawn from the seed for @position: the same in every run. */
static struct hash draw(const struct submitter *submitter, uint64_t position)
{
    uint8_t input[16];

    bytes_put_u64(input, submitter->options.seed);
    bytes_put_u64(input + 8, position);
    return hash_of((struct bytes){input, sizeof input});
}

static void make_id(const struct submitter *submitter, uint64_t position, int64_t at_ms,
                    uint8_t id[COMMAND_ID_BYTES])
{
    uint8_t stamp[8];
    struct hash drawn = draw(submitter, position);

    bytes_put_u64(stamp, (uint64_t)at_ms);
    memcpy(id, stamp + 2, 6);
    memcpy(id + 6, drawn.bytes, COMMAND_ID_BYTES - 6);
}

/* Returns the packet of @position: one of those on record, with a few of its numbers changed in a
 * way that no two positions of a seed share. */
static Hs__Packet *make_packet(struct submitter *submitter, uint64_t position)
{
    Hs__Packet *packet =
        message_copy(submitter->packets[position % submitter->packet_count], &submitter->arena);
    struct hash drawn = draw(submitter, position);

    require(packet != NULL);
    for (size_t i = 0; i < packet->n_fields; i++) {
        Hs__Field *field = packet->fields[i];

        if (field->value_case != HS__FIELD__VALUE_NUMBER) {
            continue;
        }
        if (strcmp(field->path, "estate.population") == 0) {
            field->number->units = (int64_t)(1000 + position);
        } else if (strcmp(field->path, "estate.land_area_m2") == 0) {
            field->number->units = 20000 + drawn.bytes[10] * 256 + drawn.bytes[11];
            field->number->places = 0;
        }
    }
    return packet;
}

/* Returns the bytes of the Submit of @packet under @id, in the arena. */
static struct bytes make_command(struct submitter *submitter, Hs__Packet *packet,
                                 const uint8_t id[COMMAND_ID_BYTES])
{
    Hs__Submit submit = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    submit.packet = packet;
    submit.title = "load";
    command.id = binary_of((struct bytes){id, COMMAND_ID_BYTES});
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &submit;
    struct bytes bytes = message_pack(&command, &submitter->arena);
    require(bytes.data != NULL);
    return bytes;
}

/* ---- the file ---- */

static void write_base64(struct bytes bytes, char out[TEXT_BYTES])
{
    require(bytes.size <= 64);
    sodium_bin2base64(out, TEXT_BYTES, bytes.data, bytes.size, sodium_base64_VARIANT_ORIGINAL);
}

static void write_start(struct submitter *submitter, uint64_t position, const char *answer)
{
    uint8_t id[COMMAND_ID_BYTES];
    char text[TEXT_BYTES];

    make_id(submitter, position, submitter->list[position].sent_ms, id);
    write_base64((struct bytes){id, sizeof id}, text);
    (void)fprintf(submitter->out,
                  "{\"op\": \"submit\", \"position\": %" PRIu64
                  ", \"command\": \"%s\", \"sent\": %" PRId64 ", \"answer\": \"%s\"",
                  position, text, submitter->list[position].sent_ms, answer);
    submitter->has_unsynced = true;
}

static void write_receipt(struct submitter *submitter, uint64_t position,
                          const Hs__Receipt *receipt, struct hash whole)
{
    char leaf[TEXT_BYTES];
    char head[TEXT_BYTES];
    char packet[TEXT_BYTES];
    char all[TEXT_BYTES];
    struct bytes packed = message_pack(make_packet(submitter, position), &submitter->arena);

    require(packed.data != NULL);
    struct hash packet_hash = hash_of(packed);
    struct hash head_hash = hash_of(bytes_of(receipt->head->head));
    write_base64(bytes_of(receipt->leaf), leaf);
    write_base64((struct bytes){head_hash.bytes, HASH_BYTES}, head);
    write_base64((struct bytes){packet_hash.bytes, HASH_BYTES}, packet);
    write_base64((struct bytes){whole.bytes, HASH_BYTES}, all);
    write_start(submitter, position, "receipt");
    (void)fprintf(
        submitter->out,
        ", \"proposal\": \"%" PRIu64 "\", \"number\": \"%s\", \"seq\": \"%" PRIu64
        "\", \"index\": %" PRIu32
        ", \"leaf\": \"%s\", \"head\": \"%s\", \"packet\": \"%s\", \"receipt\": \"%s\"}\n",
        receipt->result->proposal, receipt->result->number, receipt->seq, receipt->index, leaf,
        head, packet, all);
}

/* What was written is on disk before anything that follows from it leaves. */
static void sync_file(struct submitter *submitter)
{
    if (!submitter->has_unsynced) {
        return;
    }
    if (fflush(submitter->out) != 0 || fdatasync(fileno(submitter->out)) != 0) {
        (void)fprintf(stderr, "submitter: %s: %s\n", submitter->options.out, strerror(errno));
        end(submitter, 4);
    }
    submitter->has_unsynced = false;
}

/* ---- answers ---- */

static void take_receipt(struct submitter *submitter, struct submission *submission,
                         const Hs__Receipt *receipt)
{
    struct arena_mark mark = arena_mark(&submitter->arena);
    struct bytes packed = message_pack(receipt, &submitter->arena);

    require(packed.data != NULL);
    struct hash whole = hash_of(packed);
    write_receipt(submitter, position_of(submission), receipt, whole);
    arena_rewind(&submitter->arena, mark);
    if (submission->state != STATE_ACKNOWLEDGED) {
        submission->state = STATE_ACKNOWLEDGED;
        submission->receipt = whole;
        submitter->answered++;
        submitter->acknowledged++;
    } else if (!hash_equal(submission->receipt, whole)) {
        (void)fprintf(stderr, "submitter: the receipt of %" PRIu64 " differs when asked again\n",
                      position_of(submission));
        end(submitter, 1);
    }
}

static void on_answer(void *self, const struct command_answer *answer)
{
    struct submission *submission = self;
    struct submitter *submitter = submission->owner;

    submission->is_waiting = false;
    submitter->waiting--;
    if (answer->kind == ANSWER_RECEIPT) {
        take_receipt(submitter, submission, answer->receipt);
        return;
    }
    const char *code = answer->kind == ANSWER_REFUSAL ? answer->refusal->code : "UNCHANGED";
    write_start(submitter, position_of(submission), "refusal");
    (void)fprintf(submitter->out, ", \"code\": \"%s\"}\n", code);
    if (submission->state == STATE_ACKNOWLEDGED) {
        (void)fprintf(stderr, "submitter: %" PRIu64 " was acknowledged, then refused: %s\n",
                      position_of(submission), code);
        end(submitter, 1);
    } else {
        submission->state = STATE_REFUSED;
        submitter->answered++;
        submitter->refused++;
    }
}

static void on_probe_answer(void *self, const struct command_answer *answer)
{
    struct submitter *submitter = self;

    (void)printf("%s\n", answer->kind == ANSWER_REFUSAL   ? answer->refusal->code
                         : answer->kind == ANSWER_RECEIPT ? "RECEIPT"
                                                          : "UNCHANGED");
    end(submitter, 0);
}

/* ---- sending ---- */

static bool send_bytes(struct submitter *submitter, const uint8_t id[COMMAND_ID_BYTES],
                       struct bytes bytes, command_answered_fn answered, void *self)
{
    struct conversation_command command = {
        .bytes = bytes, .is_patient = true, .answered = answered, .self = self};

    memcpy(command.id, id, COMMAND_ID_BYTES);
    return conversation_command(client_conversation(submitter->client), &command) == ERR_OK;
}

static void send_one(struct submitter *submitter, uint64_t position)
{
    struct submission *submission = &submitter->list[position];
    struct arena_mark mark = arena_mark(&submitter->arena);
    uint8_t id[COMMAND_ID_BYTES];

    if (submission->state == STATE_NEW) {
        submission->sent_ms = submitter->clock.wall_ms(submitter->clock.self);
        submission->state = STATE_UNKNOWN;
        write_start(submitter, position, "unknown");
        (void)fprintf(submitter->out, "}\n");
    }
    make_id(submitter, position, submission->sent_ms, id);
    struct bytes bytes = make_command(submitter, make_packet(submitter, position), id);
    if (!send_bytes(submitter, id, bytes, on_answer, submission)) {
        (void)fprintf(stderr, "submitter: the client takes no more commands\n");
        end(submitter, 4);
    } else {
        submission->is_waiting = true;
        submitter->waiting++;
    }
    arena_rewind(&submitter->arena, mark);
}

/* Sends what an earlier run left unanswered, then what is due to be repeated, then new ones. */
static bool send_next(struct submitter *submitter)
{
    for (; submitter->resumed < submitter->next; submitter->resumed++) {
        const struct submission *submission = &submitter->list[submitter->resumed];

        if (submission->state == STATE_UNKNOWN && !submission->is_waiting) {
            send_one(submitter, submitter->resumed++);
            return true;
        }
    }
    bool has_all = submitter->next == submitter->options.count;
    while (submitter->repeats_next < submitter->next &&
           (has_all || submitter->repeats_next + REPEAT_AFTER < submitter->next)) {
        uint64_t position = submitter->repeats_next;
        struct submission *submission = &submitter->list[position];

        if (submission->is_waiting) {
            break; /* in order: it is repeated once its answer is there */
        }
        submitter->repeats_next++;
        if (submission->state == STATE_ACKNOWLEDGED &&
            draw(submitter, position).bytes[20] % REPEAT_ONE_IN == 0) {
            submitter->repeats++;
            send_one(submitter, position);
            return true;
        }
    }
    if (!has_all) {
        submitter->next++;
        submitter->resumed = submitter->next;
        send_one(submitter, submitter->next - 1);
    }
    return !has_all;
}

/* Sends the command that must be refused. */
static void send_probe(struct submitter *submitter)
{
    struct arena_mark mark = arena_mark(&submitter->arena);
    int64_t sent_ms = submitter->list[0].sent_ms;
    uint8_t id[COMMAND_ID_BYTES];

    submitter->is_probing = true;
    if (submitter->options.probe == PROBE_REUSE_ID) {
        make_id(submitter, 0, sent_ms, id);
    } else {
        make_id(submitter, COUNT_MAX, sent_ms - OLD_ID_DAYS * day_ms, id);
    }
    struct bytes bytes = make_command(submitter, make_packet(submitter, COUNT_MAX), id);
    if (!send_bytes(submitter, id, bytes, on_probe_answer, submitter)) {
        end(submitter, 4);
    }
    arena_rewind(&submitter->arena, mark);
}

static bool on_turn(void *self)
{
    struct submitter *submitter = self;

    if (submitter->has_ended || submitter->packet_count < submitter->options.like_count ||
        submitter->is_probing) {
        return false;
    }
    while (!submitter->has_ended && submitter->waiting < submitter->options.inflight &&
           send_next(submitter)) {
    }
    sync_file(submitter);
    if (submitter->waiting == 0 && submitter->next == submitter->options.count &&
        submitter->repeats_next == submitter->next && !submitter->has_ended) {
        if (submitter->options.probe == PROBE_NONE) {
            end(submitter, 0);
        } else {
            send_probe(submitter);
        }
    }
    return false;
}

/* ---- the packets to begin with ---- */

static void ask_packets(struct submitter *submitter);

static void on_packet(void *self, const Hs__Answer *answer)
{
    struct submitter *submitter = self;

    if (answer->body_case != HS__ANSWER__BODY_PACKET) {
        (void)fprintf(stderr, "submitter: there is no packet of proposal %s\n",
                      submitter->options.likes[submitter->packet_count]);
        end(submitter, 1);
        return;
    }
    Hs__Packet *packet = message_copy(answer->packet, &submitter->arena);
    require(packet != NULL);
    submitter->packets[submitter->packet_count++] = packet;
    ask_packets(submitter);
}

static void ask_packets(struct submitter *submitter)
{
    Hs__Query__GetPacket get = HS__QUERY__GET_PACKET__INIT;
    Hs__Query query = HS__QUERY__INIT;

    if (submitter->packet_count == submitter->options.like_count) {
        return;
    }
    get.proposal = strtoull(submitter->options.likes[submitter->packet_count], NULL, 10);
    query.body_case = HS__QUERY__BODY_PACKET;
    query.packet = &get;
    (void)client_query(submitter->client, &query, on_packet, submitter); /* one is never too many */
}

static void on_problem(void *self, enum client_problem problem, const char *detail)
{
    struct submitter *submitter = self;

    (void)fprintf(stderr, "submitter: %s: %s: %s\n", client_problem_code(problem),
                  client_problem_en(problem), detail);
    end(submitter, 1);
}

/* ---- what an earlier run left ---- */

static void take_line(struct submitter *submitter, const char *line, size_t size)
{
    json_t *json = json_loadb(line, size, 0, NULL);
    const char *answer = NULL;
    const char *receipt = "";
    json_int_t position = -1;
    json_int_t sent = 0;

    if (json_unpack(json, "{s:s, s:I, s:I, s?s}", "answer", &answer, "position", &position, "sent",
                    &sent, "receipt", &receipt) == 0 &&
        position >= 0 && (uint64_t)position < submitter->options.count) {
        struct submission *submission = &submitter->list[position];

        if (submission->state == STATE_NEW) {
            submission->state = STATE_UNKNOWN;
            submission->sent_ms = sent;
        }
        if (strcmp(answer, "refusal") == 0 && submission->state == STATE_UNKNOWN) {
            submission->state = STATE_REFUSED;
            submitter->answered++;
        } else if (strcmp(answer, "receipt") == 0 && submission->state == STATE_UNKNOWN) {
            submission->state = STATE_ACKNOWLEDGED;
            submitter->answered++;
            (void)sodium_base642bin(submission->receipt.bytes, HASH_BYTES, receipt, strlen(receipt),
                                    NULL, NULL, NULL,
                                    sodium_base64_VARIANT_ORIGINAL); /* it is as we wrote it */
        }
        if ((uint64_t)position >= submitter->next) {
            submitter->next = (uint64_t)position + 1;
        }
    }
    json_decref(json);
}

/* Opens the file, reads what is in it, and cuts off a line that was not finished. */
static bool open_file(struct submitter *submitter)
{
    struct arena arena;
    struct bytes text = {0};
    size_t begin = 0;

    arena_init(&arena, FILE_BYTES_MAX + ARENA_BLOCK_BYTES);
    if (file_read(submitter->options.out, FILE_BYTES_MAX, &arena, &text) == ERR_OK) {
        for (size_t i = 0; i < text.size; i++) {
            if (text.data[i] == '\n') {
                take_line(submitter, (const char *)text.data + begin, i - begin);
                begin = i + 1;
            }
        }
    }
    arena_release(&arena);
    submitter->out = fopen(submitter->options.out, "ae");
    return submitter->out != NULL && ftruncate(fileno(submitter->out), (off_t)begin) == 0;
}

/* ---- the run ---- */

static bool read_keys(struct submitter *submitter)
{
    const struct options *options = &submitter->options;
    char reason[KEYS_REASON_BYTES] = "";
    char path[PATH_BYTES];

    (void)snprintf(path, sizeof path, "%s/keys/person:%s", options->home, options->account);
    if (keys_load(path, &submitter->keys, reason) != ERR_OK) {
        (void)fprintf(stderr, "submitter: %s\n", reason);
        return false;
    }
    (void)snprintf(path, sizeof path, "%s/keys/office", options->home);
    if (keys_load(path, &submitter->broker_keys, reason) != ERR_OK) {
        (void)fprintf(stderr, "submitter: %s\n", reason);
        return false;
    }
    return true;
}

static bool connect_client(struct submitter *submitter, char principal[PATH_BYTES])
{
    const struct client_handlers handlers = {
        .self = submitter, .problem = on_problem, .turn = on_turn};

    (void)snprintf(principal, PATH_BYTES, "person:%s", submitter->options.account);
    submitter->settings = (struct client_settings){
        .endpoint = submitter->options.broker,
        .broker_curve = submitter->broker_keys.curve.public_key,
        .keys = &submitter->keys,
        .office = submitter->options.office,
        .principal = principal,
        .department = "",
        .clock = submitter->clock,
    };
    memcpy(submitter->settings.broker_key, submitter->broker_keys.sign.public_key,
           WITNESS_KEY_BYTES);
    return client_open(&submitter->loop, &submitter->settings, &handlers, &submitter->client) ==
           ERR_OK;
}

/* Whoever started this may hold SIGTERM back until it can be heeded. */
static void let_termination_in(void)
{
    sigset_t set;

    (void)sigemptyset(&set); /* both always 0 */
    (void)sigaddset(&set, SIGTERM);
    int rc = pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    require(rc == 0);
}

static int run(struct submitter *submitter)
{
    char principal[PATH_BYTES];

    submitter->clock = clock_real();
    arena_init(&submitter->arena, ARENA_BYTES);
    submitter->list = calloc(submitter->options.count, sizeof *submitter->list);
    require(submitter->list != NULL);
    for (uint64_t i = 0; i < submitter->options.count; i++) {
        submitter->list[i].owner = submitter;
    }
    if (!open_file(submitter) || !read_keys(submitter) || uv_loop_init(&submitter->loop) != 0 ||
        !connect_client(submitter, principal)) {
        (void)fprintf(stderr, "submitter: cannot begin\n");
        return 4;
    }
    submitter->timer.data = submitter;
    submitter->terminated.data = submitter;
    (void)uv_timer_init(&submitter->loop, &submitter->timer); /* always 0 */
    int rc = uv_signal_init(&submitter->loop, &submitter->terminated);
    require(rc == 0);
    rc = uv_signal_start(&submitter->terminated, on_terminated, SIGTERM);
    require(rc == 0);
    let_termination_in();
    if (submitter->options.seconds > 0) {
        rc = uv_timer_start(&submitter->timer, on_time_over, submitter->options.seconds * 1000, 0);
        require(rc == 0);
    }
    ask_packets(submitter);
    client_wake(submitter->client);
    (void)uv_run(&submitter->loop, UV_RUN_DEFAULT); /* until end() closed everything */
    sync_file(submitter);
    (void)uv_loop_close(&submitter->loop);
    (void)fprintf(stderr,
                  "submitter: %" PRIu64 " acknowledged, %" PRIu64 " refused, %" PRIu64
                  " repeated, %" PRIu64 " unanswered\n",
                  submitter->acknowledged, submitter->refused, submitter->repeats,
                  submitter->waiting);
    return submitter->status;
}

static bool read_number(const char *text, uint64_t max, uint64_t *out)
{
    char *rest = NULL;

    errno = 0;
    *out = strtoull(text, &rest, 10);
    return errno == 0 && rest != text && *rest == '\0' && *out <= max;
}

static bool read_option(struct options *options, int letter)
{
    switch (letter) {
    case 'h':
        options->home = optarg;
        return true;
    case 'f':
        options->office = optarg;
        return true;
    case 'a':
        options->account = optarg;
        return true;
    case 'b':
        options->broker = optarg;
        return true;
    case 'o':
        options->out = optarg;
        return true;
    case 'l':
        if (options->like_count == LIKES_MAX) {
            return false;
        }
        options->likes[options->like_count++] = optarg;
        return true;
    case 'n':
        return read_number(optarg, COUNT_MAX, &options->count) && options->count > 0;
    case 'k':
        return read_number(optarg, CLIENT_PENDING_MAX, &options->inflight) && options->inflight > 0;
    case 's':
        return read_number(optarg, UINT64_MAX, &options->seed);
    case 't':
        return read_number(optarg, 24 * 3600, &options->seconds);
    case 'r':
        options->probe = PROBE_REUSE_ID;
        return true;
    case 'd':
        options->probe = PROBE_OLD_ID;
        return true;
    default:
        return false;
    }
}

static const struct option long_options[] = {
    {"home", required_argument, NULL, 'h'},
    {"office", required_argument, NULL, 'f'},
    {"as", required_argument, NULL, 'a'},
    {"broker", required_argument, NULL, 'b'},
    {"out", required_argument, NULL, 'o'},
    {"like", required_argument, NULL, 'l'},
    {"count", required_argument, NULL, 'n'},
    {"inflight", required_argument, NULL, 'k'},
    {"seed", required_argument, NULL, 's'},
    {"seconds", required_argument, NULL, 't'},
    {"reuse-id", no_argument, NULL, 'r'},
    {"old-id", no_argument, NULL, 'd'},
    {NULL, 0, NULL, 0},
};

int main(int argc, char **argv)
{
    struct submitter submitter = {
        .options = {.account = "street", .count = 1, .inflight = 1, .seed = 1}};
    struct options *options = &submitter.options;
    int letter = getopt_long(argc, argv, "", long_options, NULL);

    while (letter != -1 && read_option(options, letter)) {
        letter = getopt_long(argc, argv, "", long_options, NULL);
    }
    if (letter != -1 || optind < argc || options->home == NULL || options->office == NULL ||
        options->broker == NULL || options->out == NULL || options->like_count == 0) {
        (void)fprintf(stderr, "usage: submitter --home H --office ID --broker ENDPOINT --out FILE "
                              "--like PROPOSAL... [--as street] [--count N] [--inflight K] "
                              "[--seed S] [--seconds T] [--reuse-id | --old-id]\n");
        return 2;
    }
    int status = run(&submitter);
    free(submitter.list);
    arena_release(&submitter.arena);
    if (submitter.out != NULL) {
        (void)fclose(submitter.out); /* synced already */
    }
    return status;
}
