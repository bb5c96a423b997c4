/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "client/client.h"
#include "lib/check.h"
#include "os/clock.h"
#include "os/random.h"

enum { MATERIAL_ARENA_BYTES = 1 << 20, AGENT_CREDIT = CONC_MAX };

/* One connection. */
struct peer {
    struct load *load;
    struct client *client;
    struct client_settings settings; /* the client's, which borrows them */
    size_t department;               /* of an agent */
    bool is_welcomed;
};

/* Room for one unit in flight. */
struct slot {
    struct load *load;
    struct peer *submitter;
    struct unit *unit; /* known once it is acknowledged */
    struct hash packet;
    int64_t start_ns;
    bool is_busy;
};

struct load {
    struct load_settings settings;
    char broker_curve[CURVE_TEXT_BYTES];
    uv_loop_t loop;
    uv_timer_t timer;
    struct peer submitters[SUBMITTERS_MAX];
    struct peer agents[BENCH_DEPARTMENTS];
    struct slot *slots; /* settings.conc of them */

    struct arena material;
    Hs__Packet *packet;   /* of the next submission */
    Hs__Opinion *opinion; /* the packet's hash is set for each */
    struct arena arena;   /* of one command */

    const struct load_phase *phase; /* NULL: between phases */
    int64_t phase_end_ns;
    uint64_t phase_submitted;
    uint64_t phase_done;
    uint64_t submitted;
    uint64_t done;
    int64_t heard_ns; /* when anything was last answered */
    enum err err;
};

/* Ends the phase with @err; the first reason is the one that is told. */
static void fail(struct load *load, enum err err, const char *what, const char *detail)
{
    if (load->err == ERR_OK) {
        fprintf(stderr, "the load ends: %s%s%s\n", what, detail[0] == '\0' ? "" : ": ", detail);
        load->err = err;
    }
    uv_stop(&load->loop);
}

/* ---- answers ---- */

static void submit(struct slot *slot);

/* Writes down the receipt of @answer. Returns false, having failed, if it is none. */
static bool take_receipt(struct load *load, const struct command_answer *answer)
{
    const Hs__Receipt *receipt = answer->receipt;
    struct ack ack;

    load->heard_ns = clock_monotonic_ns();
    if (answer->kind != ANSWER_RECEIPT) {
        fail(load, ERR_CORRUPT, "a command was not taken",
             answer->kind == ANSWER_REFUSAL ? answer->refusal->code : "UNCHANGED");
        return false;
    }
    require(receipt->leaf.len == sizeof ack.leaf.bytes); /* the client checked it */
    ack = (struct ack){.seq = receipt->seq, .index = receipt->index};
    memcpy(ack.command, answer->command_id, sizeof ack.command);
    memcpy(ack.leaf.bytes, receipt->leaf.data, sizeof ack.leaf.bytes);
    book_acknowledge(load->settings.book, &ack);
    return true;
}

static void end_unit(struct load *load, struct slot *slot)
{
    slot->unit->slot = NULL;
    slot->unit = NULL;
    slot->is_busy = false;
    load->done++;
    load->phase_done++;
    submit(slot);
}

static void look_whether_done(struct load *load, struct unit *unit)
{
    if (unit->done_ns == 0 && unit_is_complete(unit)) {
        unit->done_ns = clock_monotonic_ns();
        if (unit->slot != NULL) {
            end_unit(load, unit->slot);
        }
    }
}

static void on_submitted(void *self, const struct command_answer *answer)
{
    struct slot *slot = self;
    struct load *load = slot->load;

    if (!take_receipt(load, answer)) {
        return;
    }

    const Hs__Receipt__Result *result = answer->receipt->result;
    struct unit *unit = result == NULL ? NULL : book_unit(load->settings.book, result->proposal);
    if (unit == NULL || result->gate_failed || result->incomplete || unit->is_submitted) {
        fail(load, ERR_CORRUPT, "a submission led to no new proposal", "");
        return;
    }
    unit->load = load;
    unit->slot = slot;
    unit->start_ns = slot->start_ns;
    unit->packet = slot->packet;
    unit->is_submitted = true;
    (void)snprintf(unit->number, sizeof unit->number, "%s", result->number);
    slot->unit = unit;
    if (load->phase != NULL && load->phase->is_unanswered) {
        unit->done_ns = clock_monotonic_ns();
        end_unit(load, slot);
    } else {
        look_whether_done(load, unit);
    }
}

static void on_received(void *self, const struct command_answer *answer)
{
    (void)take_receipt(self, answer);
}

static void on_given(void *self, const struct command_answer *answer)
{
    struct unit_part *part = self;
    struct load *load = part->unit->load;

    if (take_receipt(load, answer)) {
        part->is_given = true;
        look_whether_done(load, part->unit);
    }
}

/* ---- what is sent ---- */

static bool may_submit(const struct load *load)
{
    return load->phase != NULL && load->err == ERR_OK &&
           (load->phase->submissions == 0 || load->phase_submitted < load->phase->submissions);
}

static void submit(struct slot *slot)
{
    struct load *load = slot->load;
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    if (slot->is_busy || !may_submit(load)) {
        return;
    }
    definitions_renumber(load->packet, ++load->submitted);
    load->phase_submitted++;
    arena_clear(&load->arena);
    struct bytes bytes = message_pack(load->packet, &load->arena);
    require(bytes.data != NULL);
    slot->packet = hash_of(bytes);
    slot->start_ns = clock_monotonic_ns();
    slot->is_busy = true;
    body.packet = load->packet;
    body.title = "测量";
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;

    const struct client_asker asker = {.answered = on_submitted, .self = slot};
    if (client_command(slot->submitter->client, &command, asker, NULL) != ERR_OK) {
        fail(load, ERR_IO, "a submission cannot be sent", "");
    }
}

static void answer_review(struct peer *agent, struct unit *unit, const Hs__ReviewTask *task)
{
    struct load *load = agent->load;
    Hs__ReceiveReview receive = HS__RECEIVE_REVIEW__INIT;
    Hs__GiveOpinion give = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    struct client_asker asker = {.answered = on_received, .self = load};

    receive.review = task->review;
    command.body_case = HS__COMMAND__BODY_RECEIVE_REVIEW;
    command.receive_review = &receive;
    enum err err = client_command(agent->client, &command, asker, NULL);

    load->opinion->packet = task->packet_hash;
    give.review = task->review;
    give.opinion = load->opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &give;
    asker = (struct client_asker){.answered = on_given, .self = &unit->parts[agent->department]};
    if (err == ERR_OK) {
        err = client_command(agent->client, &command, asker, NULL);
    }
    if (err != ERR_OK) {
        fail(load, ERR_IO, "an opinion cannot be sent", "");
    }
}

static bool packet_fits(const Hs__ReviewTask *task)
{
    struct hash hash = hash_of(bytes_of(task->packet));

    return bytes_equal(bytes_of(task->packet_hash), (struct bytes){hash.bytes, sizeof hash.bytes});
}

static void on_review(void *self, const Hs__ReviewTask *task)
{
    struct peer *agent = self;
    struct load *load = agent->load;
    struct unit *unit = book_unit(load->settings.book, task->review->proposal);

    if (load->phase != NULL && load->phase->is_unanswered) {
        return;
    }
    if (unit == NULL || !packet_fits(task)) {
        fail(load, ERR_CORRUPT, "a review does not fit its packet", task->review_id);
        return;
    }
    unit->load = load;
    answer_review(agent, unit, task);
}

static void on_feed(void *self, const Hs__FeedItem *item)
{
    struct peer *submitter = self;
    struct load *load = submitter->load;
    const Hs__VerdictIssued *issued = item->event->verdict_issued;

    if (load->phase != NULL && load->phase->feed != NULL) {
        load->phase->feed(load->phase->self, item);
    }
    if (item->event->body_case != HS__EVENT__BODY_VERDICT_ISSUED) {
        return;
    }

    struct unit *unit = book_unit(load->settings.book, item->event->proposal);
    if (unit == NULL || unit->has_verdict || issued->verdict.len != sizeof unit->verdict.bytes) {
        fail(load, ERR_CORRUPT, "a verdict is not one or came twice", item->proposal);
        return;
    }
    memcpy(unit->verdict.bytes, issued->verdict.data, sizeof unit->verdict.bytes);
    unit->outcome = (uint32_t)issued->outcome;
    unit->has_verdict = true;
    look_whether_done(load, unit);
}

/* ---- connections ---- */

static void on_welcomed(void *self, const Hs__Welcome *welcome)
{
    struct peer *peer = self;

    (void)welcome;
    peer->is_welcomed = true;
}

static void on_problem(void *self, enum client_problem problem, const char *detail)
{
    struct peer *peer = self;

    fail(peer->load, ERR_CORRUPT, client_problem_code(problem), detail == NULL ? "" : detail);
}

static enum err open_peer(struct load *load, struct peer *peer,
                          const struct bench_principal *principal, const char *department)
{
    const bool is_agent = department[0] != '\0';
    const struct client_handlers handlers = {
        .self = peer,
        .welcomed = on_welcomed,
        .review = is_agent ? on_review : NULL,
        .feed = is_agent ? NULL : on_feed,
        .problem = on_problem,
    };

    peer->load = load;
    peer->settings = (struct client_settings){
        .endpoint = load->settings.endpoint,
        .broker_curve = load->broker_curve,
        .keys = &principal->keys,
        .office = OFFICE_ID,
        .principal = principal->name,
        .department = department,
        .credit = is_agent ? AGENT_CREDIT : 0,
        .clock = clock_real(),
    };
    memcpy(peer->settings.broker_key, load->settings.office->broker.sign.public_key,
           sizeof peer->settings.broker_key);
    random_bytes(peer->settings.instance, sizeof peer->settings.instance);
    enum err err = client_open(&load->loop, &peer->settings, &handlers, &peer->client);
    if (err == ERR_OK && !is_agent && !client_watch(peer->client, 0)) {
        err = ERR_FULL;
    }
    return err;
}

static size_t agents_of(const struct load *load)
{
    return load->settings.has_no_agents ? 0 : BENCH_DEPARTMENTS;
}

static enum err open_peers(struct load *load)
{
    const struct bench_office *office = load->settings.office;
    enum err err = ERR_OK;

    for (size_t i = 0; i < agents_of(load) && err == ERR_OK; i++) {
        load->agents[i].department = i;
        err = open_peer(load, &load->agents[i], &office->agents[i], bench_departments[i]);
    }
    for (uint32_t i = 0; i < office->submitter_count && err == ERR_OK; i++) {
        err = open_peer(load, &load->submitters[i], &office->submitters[i], "");
    }
    if (err != ERR_OK) {
        fail(load, err, "a connection cannot be opened", err_text(err));
    }
    return err;
}

static bool all_are_welcomed(const struct load *load)
{
    for (size_t i = 0; i < agents_of(load); i++) {
        if (!load->agents[i].is_welcomed) {
            return false;
        }
    }
    for (uint32_t i = 0; i < load->settings.office->submitter_count; i++) {
        if (!load->submitters[i].is_welcomed) {
            return false;
        }
    }
    return true;
}

/* Welcomes come with the loop's turns: the timer makes sure that there are some. */
static enum err wait_for_welcomes(struct load *load)
{
    int64_t end_ns = clock_monotonic_ns() + (int64_t)LOAD_WELCOME_MS * 1000000;

    while (!all_are_welcomed(load) && load->err == ERR_OK) {
        if (clock_monotonic_ns() > end_ns) {
            fail(load, ERR_TIMEOUT, "not every connection was welcomed in time", "");
            break;
        }
        (void)uv_run(&load->loop, UV_RUN_ONCE); /* says whether there is more: there is the timer */
    }
    return load->err;
}

/* ---- phases ---- */

static void on_tick(uv_timer_t *timer)
{
    struct load *load = timer->data;
    int64_t now_ns = clock_monotonic_ns();

    if (load->phase == NULL) {
        return;
    }
    if (load->phase->tick != NULL) {
        load->phase->tick(load->phase->self);
    }
    if (now_ns - load->heard_ns > (int64_t)LOAD_STALL_MS * 1000000) {
        fail(load, ERR_TIMEOUT, "the broker answers nothing", "");
    }
}

static bool is_over(const struct load *load)
{
    const struct load_phase *phase = load->phase;

    if (load->err != ERR_OK) {
        return true;
    }
    if (phase->duration_ms > 0 && clock_monotonic_ns() >= load->phase_end_ns) {
        return true;
    }
    return phase->submissions > 0 && load->phase_done >= phase->submissions;
}

enum err load_run(struct load *load, const struct load_phase *phase)
{
    int64_t now_ns = clock_monotonic_ns();

    load->phase = phase;
    load->phase_end_ns = now_ns + phase->duration_ms * 1000000;
    load->phase_submitted = 0;
    load->phase_done = 0;
    load->heard_ns = now_ns;
    for (uint32_t i = 0; i < load->settings.conc; i++) {
        submit(&load->slots[i]);
    }
    while (!is_over(load)) {
        (void)uv_run(&load->loop, UV_RUN_ONCE); /* as above */
    }
    load->phase = NULL;
    return load->err;
}

uint64_t load_done(const struct load *load)
{
    return load->done;
}

/* ---- opening and closing ---- */

static void make_slots(struct load *load)
{
    load->slots = calloc(load->settings.conc, sizeof *load->slots);
    require(load->slots != NULL);
    for (uint32_t i = 0; i < load->settings.conc; i++) {
        load->slots[i].load = load;
        load->slots[i].submitter = &load->submitters[i % load->settings.office->submitter_count];
    }
}

static void make_material(struct load *load)
{
    arena_init(&load->material, MATERIAL_ARENA_BYTES);
    arena_init(&load->arena, MATERIAL_ARENA_BYTES);
    load->packet = definitions_packet(0, &load->material);
    load->opinion = definitions_opinion(&load->material);
}

enum err load_open(const struct load_settings *settings, struct load **out)
{
    struct load *load = calloc(1, sizeof *load);
    struct public_keys halves;

    require(load != NULL);
    load->settings = *settings;
    keys_public(&settings->office->broker, &halves);
    curve_key_to_text(halves.curve, load->broker_curve);
    make_slots(load);
    make_material(load);
    int rc = uv_loop_init(&load->loop);
    require(rc == 0);
    rc = uv_timer_init(&load->loop, &load->timer);
    require(rc == 0);
    load->timer.data = load;
    rc = uv_timer_start(&load->timer, on_tick, LOAD_TICK_MS, LOAD_TICK_MS);
    require(rc == 0);

    enum err err = open_peers(load);
    if (err == ERR_OK) {
        err = wait_for_welcomes(load);
    }
    if (err != ERR_OK) {
        load_close(load);
        return err;
    }
    *out = load;
    return ERR_OK;
}

void load_close(struct load *load)
{
    if (load == NULL) {
        return;
    }
    for (size_t i = 0; i < BENCH_DEPARTMENTS; i++) {
        client_close(load->agents[i].client);
    }
    for (uint32_t i = 0; i < SUBMITTERS_MAX; i++) {
        client_close(load->submitters[i].client);
    }
    uv_close((uv_handle_t *)&load->timer, NULL);
    (void)uv_run(&load->loop, UV_RUN_DEFAULT); /* until every handle is closed */
    int rc = uv_loop_close(&load->loop);
    require(rc == 0);
    arena_release(&load->material);
    arena_release(&load->arena);
    free(load->slots);
    free(load);
}
