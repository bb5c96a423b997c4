/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/first_ack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "client/client.h"
#include "lib/check.h"
#include "os/clock.h"

enum { MATERIAL_ARENA_BYTES = 1 << 20 };

struct trial {
    const struct first_ack_settings *settings;
    uv_loop_t loop;
    uv_timer_t timer;
    struct client_settings client_settings;
    char broker_curve[CURVE_TEXT_BYTES];
    struct client *clients[FIRST_ACK_ATTEMPTS_MAX];
    size_t client_count;
    struct arena arena;
    int64_t start_ns;
    int64_t acknowledged_ns; /* 0: not yet */
    enum err err;
};

static void fail(struct trial *trial, enum err err, const char *what)
{
    if (trial->err == ERR_OK) {
        fprintf(stderr, "restart: %s\n", what);
        trial->err = err;
    }
}

static void on_submitted(void *self, const struct command_answer *answer)
{
    struct trial *trial = self;
    int64_t now_ns = clock_monotonic_ns();

    if (answer->kind != ANSWER_RECEIPT) {
        fail(trial, ERR_CORRUPT,
             answer->kind == ANSWER_REFUSAL ? answer->refusal->code : "UNCHANGED");
        return;
    }
    if (trial->acknowledged_ns == 0) {
        trial->acknowledged_ns = now_ns;
    }

    const Hs__Receipt *receipt = answer->receipt;
    struct ack ack = {.seq = receipt->seq, .index = receipt->index};
    memcpy(ack.command, answer->command_id, sizeof ack.command);
    memcpy(ack.leaf.bytes, receipt->leaf.data, sizeof ack.leaf.bytes);
    book_acknowledge(trial->settings->book, &ack);
}

/* Begins another connection with a submission. */
static void try_again(struct trial *trial)
{
    const struct client_handlers handlers = {.self = trial};
    const struct client_asker asker = {.answered = on_submitted, .self = trial};
    struct client **client = &trial->clients[trial->client_count];
    Hs__Submit submit = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    if (client_open(&trial->loop, &trial->client_settings, &handlers, client) != ERR_OK) {
        fail(trial, ERR_IO, "a connection cannot be opened");
        return;
    }
    trial->client_count++;
    arena_clear(&trial->arena);
    submit.packet = definitions_packet(trial->client_count, &trial->arena);
    submit.title = "测量";
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &submit;
    if (client_command(*client, &command, asker, NULL) != ERR_OK) {
        fail(trial, ERR_IO, "a submission cannot be sent");
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct trial *trial = timer->data;

    if (trial->client_count < FIRST_ACK_ATTEMPTS_MAX) {
        try_again(trial);
    }
}

static void run(struct trial *trial)
{
    int64_t end_ns = clock_monotonic_ns() + (int64_t)FIRST_ACK_WAIT_MS * 1000000;

    try_again(trial);
    trial->start_ns = clock_monotonic_ns();
    if (trial->err == ERR_OK) {
        trial->err = trial->settings->start(trial->settings->self);
    }
    while (trial->err == ERR_OK && trial->acknowledged_ns == 0) {
        if (clock_monotonic_ns() > end_ns) {
            fail(trial, ERR_TIMEOUT, "no submission was acknowledged in time");
        }
        (void)uv_run(&trial->loop, UV_RUN_ONCE); /* the timer keeps it turning */
    }
}

static void trial_init(struct trial *trial)
{
    const struct bench_office *office = trial->settings->office;
    struct public_keys halves;

    arena_init(&trial->arena, MATERIAL_ARENA_BYTES);
    keys_public(&office->broker, &halves);
    curve_key_to_text(halves.curve, trial->broker_curve);
    trial->client_settings = (struct client_settings){
        .endpoint = trial->settings->endpoint,
        .broker_curve = trial->broker_curve,
        .keys = &office->submitters[0].keys,
        .office = OFFICE_ID,
        .principal = office->submitters[0].name,
        .department = "",
        .clock = clock_real(),
    };
    memcpy(trial->client_settings.broker_key, halves.sign, sizeof halves.sign);
    int rc = uv_loop_init(&trial->loop);
    require(rc == 0);
    rc = uv_timer_init(&trial->loop, &trial->timer);
    require(rc == 0);
    trial->timer.data = trial;
    rc = uv_timer_start(&trial->timer, on_timer, FIRST_ACK_STEP_MS, FIRST_ACK_STEP_MS);
    require(rc == 0);
}

static void trial_release(struct trial *trial)
{
    for (size_t i = 0; i < trial->client_count; i++) {
        client_close(trial->clients[i]);
    }
    uv_close((uv_handle_t *)&trial->timer, NULL);
    (void)uv_run(&trial->loop, UV_RUN_DEFAULT); /* until every handle is closed */
    int rc = uv_loop_close(&trial->loop);
    require(rc == 0);
    arena_release(&trial->arena);
}

enum err first_ack_measure(const struct first_ack_settings *settings, double *elapsed_ms)
{
    struct trial *trial = calloc(1, sizeof *trial);

    require(trial != NULL);
    trial->settings = settings;
    trial_init(trial);
    run(trial);

    enum err err = trial->err;
    if (err == ERR_OK) {
        *elapsed_ms = (double)(trial->acknowledged_ns - trial->start_ns) / 1e6;
    }
    trial_release(trial);
    free(trial);
    return err;
}
