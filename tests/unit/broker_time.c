/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of broker/turn with clocks that lie: deadlines are recorded once and never early, over
 * steps both ways, restarts and reboots, and what is doubted stays so until it is confirmed. */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "broker/turn.h"
#include "os/random.h"
#include "tests/unit/store_office.h"

#define SUSPICION(name) HS__TRUSTED_TIME__SUSPICION__##name

#define BOOT_MS INT64_C(3600000)
#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

struct fixture {
    struct office office;
    struct library *library;
    struct directory directory;
    struct turn *turn;
    struct arena arena;
    int64_t wall_ms;
    int64_t boot_ms;
    char boot_id[TIME_BOOT_ID_BYTES];
    int64_t pause_ms; /* the process stands for so long after its next look at the wall clock */
    bool is_synchronised;
    struct time_rules rules;
    uint8_t commands;
};

/* ---- a broker ---- */

static int64_t wall_of(void *self)
{
    struct fixture *f = self;
    const int64_t wall_ms = f->wall_ms;

    f->wall_ms += f->pause_ms;
    f->boot_ms += f->pause_ms;
    f->pause_ms = 0;
    return wall_ms;
}

static int64_t boot_of(void *self)
{
    return ((struct fixture *)self)->boot_ms;
}

static bool is_synchronised_of(void *self)
{
    return ((struct fixture *)self)->is_synchronised;
}

static void start(struct fixture *f)
{
    struct turn_settings settings = {
        .library = f->library = library_new(),
        .directory = &f->directory,
        .key = &f->office.key,
        .time = {.clock = {.wall_ms = wall_of, .boot_ms = boot_of, .self = f},
                 .is_synchronised = is_synchronised_of,
                 .rules = f->rules,
                 .rate = 1},
    };
    struct transaction *txn = NULL;

    directory_init(&f->directory);
    if (f->office.journal == NULL) {
        office_open(&f->office);
        assert_int_equal(journal_read_begin(f->office.journal, &txn), ERR_OK);
        assert_int_equal(directory_load(&f->directory, txn), ERR_OK);
        journal_read_end(txn);
    }
    settings.journal = f->office.journal;
    memcpy(settings.time.boot_id, f->boot_id, sizeof f->boot_id);
    f->turn = turn_new(&settings);
}

static void stop(struct fixture *f)
{
    turn_free(f->turn);
    library_free(f->library);
    directory_release(&f->directory);
    office_close(&f->office);
}

static void restart(struct fixture *f)
{
    stop(f);
    start(f);
}

static void reboot(struct fixture *f)
{
    stop(f);
    (void)snprintf(f->boot_id, sizeof f->boot_id, "boot-%" PRId64, f->boot_ms + f->wall_ms);
    f->boot_ms = 0;
    start(f);
}

static void pass(struct fixture *f, int64_t ms)
{
    f->wall_ms += ms;
    f->boot_ms += ms;
}

static void found(struct fixture *f)
{
    static const uint8_t curve_key[32] = {1};
    Hs__Genesis genesis = HS__GENESIS__INIT;

    genesis.office = OFFICE_ID;
    genesis.prefix = "LJHS";
    genesis.broker_curve_key = office_binary(curve_key, sizeof curve_key);
    genesis.broker_sign_key = office_binary(f->office.key.public_key, SIGN_PUBLIC_BYTES);
    assert_int_equal(turn_begin(f->turn), ERR_OK);
    turn_genesis(f->turn, &genesis);
    assert_int_equal(turn_end(f->turn), ERR_OK);
}

/* A proposal is on record whose review of fire is due a day after the last entry; returns when. */
static int64_t submit(struct fixture *f)
{
    f->office.now_ms = journal_head(f->office.journal)->at_ms - 1000; /* office_begin() adds it */
    office_begin(&f->office);
    office_submit(&f->office, 10, NULL);
    office_commit(&f->office);
    return f->office.now_ms + WORKING_DAY_MS;
}

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.wall_ms = OFFICE_TIME,
                               .boot_ms = BOOT_MS,
                               .boot_id = "boot-1",
                               .is_synchronised = true,
                               .rules = {.gap_ms_max = 7 * DAY_MS}};
    office_init(&fixture.office);
    arena_init(&fixture.arena, 16 << 20);
    start(&fixture);
    found(&fixture);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    stop(f);
    office_open(&f->office);
    office_release(&f->office);
    arena_release(&f->arena);
    return 0;
}

/* Runs a turn without commands; returns how many deadlines it recorded. */
static size_t tick(struct fixture *f)
{
    size_t count = 0;
    size_t overdue = 0;

    assert_int_equal(turn_begin(f->turn), ERR_OK);
    (void)turn_alarms(f->turn);
    assert_int_equal(turn_end(f->turn), ERR_OK);
    const struct happening *happenings = turn_happenings(f->turn, &count);
    for (size_t i = 0; i < count; i++) {
        overdue += happenings[i].event->body_case == HS__EVENT__BODY_REVIEW_OVERDUE;
    }
    return overdue;
}

static Hs__TrustedTime__Suspicion suspicion(struct fixture *f)
{
    struct turn_outlook outlook;

    assert_true(turn_look(f->turn, &outlook));
    return outlook.time.suspicion;
}

/* The office says that the clock is right, in a turn of its own. */
static const struct reply *confirm(struct fixture *f)
{
    Hs__SignedEnvelope outer = HS__SIGNED_ENVELOPE__INIT;
    Hs__Envelope envelope = HS__ENVELOPE__INIT;
    Hs__ConfirmClock body = HS__CONFIRM_CLOCK__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    uint8_t *signature = arena_alloc(&f->arena, SIGNATURE_BYTES);
    uint8_t id[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, f->commands++};
    size_t count = 0;

    random_bytes(id + 8, 8);
    command.id = (ProtobufCBinaryData){sizeof id, id};
    command.body_case = HS__COMMAND__BODY_CONFIRM_CLOCK;
    command.confirm_clock = &body;
    ProtobufCBinaryData bytes = binary_of(message_pack(&command, &f->arena));
    envelope.office = OFFICE_ID;
    envelope.signer = "office";
    envelope.n_commands = 1;
    envelope.commands = &bytes;
    outer.envelope = binary_of(message_pack(&envelope, &f->arena));
    outer.algorithm = HS__SIGNED_ENVELOPE__ALGORITHM__ED25519;
    signature_make(&f->office.key, TAG_ENVELOPE, OFFICE_ID, bytes_of(outer.envelope), signature);
    outer.signature = (ProtobufCBinaryData){SIGNATURE_BYTES, signature};

    assert_int_equal(turn_begin(f->turn), ERR_OK);
    turn_envelope(f->turn, message_copy(&outer, &f->arena), "office", NULL);
    assert_int_equal(turn_end(f->turn), ERR_OK);
    const struct reply *replies = turn_replies(f->turn, &count);
    assert_int_equal(count, 1);
    return replies;
}

/* ---- tests ---- */

static void a_deadline_is_recorded_after_its_instant_and_once(void **state)
{
    struct fixture *f = *state;
    int64_t due_ms = submit(f);

    pass(f, due_ms - f->wall_ms);
    assert_int_equal(tick(f), 0);
    pass(f, 1);
    assert_int_equal(tick(f), 1);
    assert_true(journal_head(f->office.journal)->at_ms == due_ms + 1);
    restart(f);
    pass(f, DAY_MS);
    assert_int_equal(tick(f), 0);
}

static void after_a_step_forward_nothing_fires_until_it_is_confirmed(void **state)
{
    struct fixture *f = *state;
    int64_t due_ms = submit(f);

    f->wall_ms += 2 * DAY_MS;
    assert_int_equal(tick(f), 0);
    assert_int_equal(suspicion(f), SUSPICION(AHEAD));
    assert_true(journal_head(f->office.journal)->at_ms < due_ms);
    restart(f); /* killed, on the same boot */
    assert_int_equal(suspicion(f), SUSPICION(AHEAD));
    pass(f, 3 * DAY_MS); /* due by the boot clock too */
    assert_int_equal(tick(f), 0);

    assert_int_equal(confirm(f)->kind, REPLY_RECEIPT);
    assert_int_equal(suspicion(f), SUSPICION(NONE));
    assert_int_equal(tick(f), 1);
    assert_true(journal_head(f->office.journal)->at_ms == f->wall_ms);
}

static void a_pause_between_two_looks_is_no_step(void **state)
{
    struct fixture *f = *state;
    struct turn_outlook outlook;

    pass(f, HOUR_MS);
    f->pause_ms = HOUR_MS;

    assert_true(turn_look(f->turn, &outlook));
    assert_int_equal(outlook.time.suspicion, SUSPICION(NONE));
    assert_true(outlook.time.now_ms == f->wall_ms);
}

static void after_a_step_back_nothing_fires_and_time_does_not_go_back(void **state)
{
    struct fixture *f = *state;
    int64_t due_ms = submit(f);

    f->wall_ms -= HOUR_MS;
    assert_int_equal(tick(f), 0);
    assert_int_equal(suspicion(f), SUSPICION(BEHIND));
    pass(f, DAY_MS + 1); /* due by the boot clock, not by the wall clock */
    assert_int_equal(tick(f), 0);

    assert_int_equal(confirm(f)->kind, REPLY_RECEIPT);
    int64_t confirmed_ms = journal_head(f->office.journal)->at_ms;
    assert_true(confirmed_ms > due_ms); /* stamped by the boot clock */
    assert_int_equal(tick(f), 1);       /* of the journal's time, which does not go back */
    assert_true(journal_head(f->office.journal)->at_ms == confirmed_ms);
}

static void a_step_while_the_broker_was_down_is_seen_by_the_next(void **state)
{
    struct fixture *f = *state;

    (void)submit(f);
    stop(f);
    pass(f, HOUR_MS);
    f->wall_ms += DAY_MS;
    start(f);
    assert_int_equal(tick(f), 0);
    assert_int_equal(suspicion(f), SUSPICION(AHEAD));
}

static void a_deadline_that_passed_while_the_broker_was_down_fires_at_once(void **state)
{
    struct fixture *f = *state;

    (void)submit(f);
    stop(f);
    pass(f, DAY_MS + 1);
    start(f);
    assert_int_equal(tick(f), 1);
}

static void a_suspicion_is_recorded_once(void **state)
{
    struct fixture *f = *state;

    f->wall_ms += HOUR_MS;
    (void)tick(f);
    uint64_t seq = journal_head(f->office.journal)->seq;
    for (int i = 0; i < 3; i++) {
        pass(f, HOUR_MS);
        (void)tick(f);
        restart(f);
    }
    assert_int_equal(journal_head(f->office.journal)->seq, seq);
}

static void after_a_reboot_an_unsynchronised_clock_fires_nothing(void **state)
{
    struct fixture *f = *state;

    (void)submit(f);
    pass(f, DAY_MS + 1);
    f->is_synchronised = false;
    reboot(f);
    assert_int_equal(tick(f), 0);
    assert_int_equal(suspicion(f), SUSPICION(UNSYNCHRONISED));
    f->is_synchronised = true; /* too late: what was doubted is confirmed by a person */
    assert_int_equal(tick(f), 0);
    reboot(f);
    assert_int_equal(tick(f), 0);
    assert_int_equal(suspicion(f), SUSPICION(UNSYNCHRONISED));
    assert_int_equal(confirm(f)->kind, REPLY_RECEIPT);
    assert_int_equal(tick(f), 1);
}

static void after_a_reboot_a_synchronised_clock_is_recorded_and_fires(void **state)
{
    struct fixture *f = *state;
    size_t count = 0;
    int64_t due_ms = submit(f);

    pass(f, DAY_MS + 1);
    reboot(f);
    assert_int_equal(tick(f), 1);
    const struct happening *happenings = turn_happenings(f->turn, &count);
    assert_int_equal(happenings[0].event->body_case, HS__EVENT__BODY_CLOCK_GAP);
    assert_true(happenings[0].event->clock_gap->from_at == due_ms - DAY_MS);
    assert_true(happenings[0].event->clock_gap->anchor->trusted_at == due_ms + 1);
}

static void where_reboots_are_believed_the_length_of_the_gap_is_not_asked(void **state)
{
    struct fixture *f = *state;

    (void)submit(f);
    f->rules.believes_reboot = true;
    f->is_synchronised = false;
    pass(f, 400 * DAY_MS);
    reboot(f);
    assert_int_equal(tick(f), 1);
    f->wall_ms -= HOUR_MS;
    reboot(f);
    assert_int_equal(tick(f), 0);
    assert_int_equal(suspicion(f), SUSPICION(BACKWARD));
}

static void a_confirmation_of_a_clock_that_is_believed_changes_nothing(void **state)
{
    struct fixture *f = *state;
    uint64_t seq = journal_head(f->office.journal)->seq;

    assert_int_equal(confirm(f)->kind, REPLY_UNCHANGED);
    assert_int_equal(journal_head(f->office.journal)->seq, seq);
}

/* Takes @event in as a replay does; returns what it says of it. */
static enum err take(struct fixture *f, const Hs__Event *event)
{
    office_begin(&f->office);
    uint64_t seq = journal_next_seq(f->office.journal);
    enum err err = ledger_record(f->office.ledger, event, seq, f->office.now_ms, NULL);

    journal_abort(f->office.journal);
    arena_clear(&f->office.arena);
    return err;
}

static void a_damaged_event_about_the_clock_is_no_record(void **state)
{
    struct fixture *f = *state;
    Hs__ClockAnchor anchor = HS__CLOCK_ANCHOR__INIT;
    Hs__ClockSuspected suspected = HS__CLOCK_SUSPECTED__INIT;
    Hs__ClockGap gap = HS__CLOCK_GAP__INIT;
    Hs__Event event = HS__EVENT__INIT;

    event.body_case = HS__EVENT__BODY_CLOCK_GAP;
    event.clock_gap = &gap;
    assert_int_equal(take(f, &event), ERR_CORRUPT); /* without an anchor */
    gap.anchor = &anchor;
    assert_int_equal(take(f, &event), ERR_CORRUPT); /* of no boot */
    anchor.boot_id = "boot-1";
    assert_int_equal(take(f, &event), ERR_OK);
    anchor.trusted_at = -1;
    assert_int_equal(take(f, &event), ERR_CORRUPT);
    anchor.trusted_at = 0;
    event.body_case = HS__EVENT__BODY_CLOCK_SUSPECTED;
    event.clock_suspected = &suspected;
    suspected.anchor = &anchor;
    assert_int_equal(take(f, &event), ERR_CORRUPT); /* of nothing */
    suspected.suspicion = SUSPICION(AHEAD);
    assert_int_equal(take(f, &event), ERR_OK);
    assert_int_equal(suspicion(f), SUSPICION(NONE)); /* nothing of it was committed */
}

/* ---- random histories ---- */

/* What is really so. The wall clock is in error by error_ms; the kernel says that it is
 * synchronised only where it is right, and the operator confirms it only then. */
struct truth {
    uint64_t seed;
    uint64_t random;
    int64_t now_ms;
    int64_t error_ms;
    int64_t due_ms;
    size_t fired;
};

static int64_t draw(struct truth *truth, int64_t below)
{
    truth->random = truth->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(truth->random >> 33) % below;
}

static void disturb(struct fixture *f, struct truth *truth)
{
    static const int64_t steps_ms[] = {500, 1999, 2500, 90000, HOUR_MS, 3 * DAY_MS};
    int64_t step_ms = steps_ms[draw(truth, ARRAY_COUNT(steps_ms))];
    int64_t passed_ms = draw(truth, 4 * HOUR_MS);

    truth->now_ms += passed_ms;
    f->boot_ms += passed_ms;
    switch (draw(truth, 8)) {
    case 0:
        truth->error_ms += step_ms;
        break;
    case 1:
        truth->error_ms -= step_ms;
        break;
    case 2:
        truth->error_ms = 0; /* set right */
        break;
    case 3:
        restart(f);
        break;
    case 4:
        f->is_synchronised = truth->error_ms == 0 && draw(truth, 2) == 0;
        f->wall_ms = truth->now_ms + truth->error_ms;
        reboot(f);
        break;
    default:
        break;
    }
    f->is_synchronised = f->is_synchronised && truth->error_ms == 0;
    f->wall_ms = truth->now_ms + truth->error_ms;
}

static void check(struct fixture *f, struct truth *truth)
{
    int64_t last_ms = journal_head(f->office.journal)->at_ms;
    size_t fired = tick(f);

    truth->fired += fired;
    if (truth->fired > 1 || turn_now_ms(f->turn) < last_ms ||
        turn_now_ms(f->turn) > truth->now_ms + TIME_SLACK_MS ||
        (fired > 0 && (truth->now_ms < truth->due_ms - TIME_SLACK_MS ||
                       turn_now_ms(f->turn) <= truth->due_ms))) {
        fail_msg("seed %" PRIu64 ": fired %zu, now %" PRId64 ", last %" PRId64 ", truly %" PRId64
                 ", due %" PRId64,
                 truth->seed, truth->fired, turn_now_ms(f->turn), last_ms, truth->now_ms,
                 truth->due_ms);
    }
}

static void live(struct fixture *f, struct truth *truth)
{
    enum { STEPS = 25 };

    truth->due_ms = submit(f);
    truth->fired = 0;
    for (int step = 0; step < STEPS; step++) {
        disturb(f, truth);
        check(f, truth);
        if (truth->error_ms == 0 && draw(truth, 3) == 0) {
            (void)confirm(f);
        }
    }
    truth->error_ms = 0;
    truth->now_ms += 2 * DAY_MS;
    f->boot_ms += 2 * DAY_MS;
    f->wall_ms = truth->now_ms;
    (void)confirm(f);
    check(f, truth);
    assert_int_equal(truth->fired, 1); /* none is lost */
    arena_clear(&f->arena);
}

static void random_histories_fire_each_deadline_once_and_never_early(void **state)
{
    enum { HISTORIES = 60 };
    struct fixture *f = *state;
    struct truth truth = {.now_ms = f->wall_ms};

    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        truth.seed = seed;
        truth.random = seed;
        live(f, &truth);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_deadline_is_recorded_after_its_instant_and_once),
        CASE(after_a_step_forward_nothing_fires_until_it_is_confirmed),
        CASE(a_pause_between_two_looks_is_no_step),
        CASE(after_a_step_back_nothing_fires_and_time_does_not_go_back),
        CASE(a_step_while_the_broker_was_down_is_seen_by_the_next),
        CASE(a_deadline_that_passed_while_the_broker_was_down_fires_at_once),
        CASE(a_suspicion_is_recorded_once),
        CASE(after_a_reboot_an_unsynchronised_clock_fires_nothing),
        CASE(after_a_reboot_a_synchronised_clock_is_recorded_and_fires),
        CASE(where_reboots_are_believed_the_length_of_the_gap_is_not_asked),
        CASE(a_confirmation_of_a_clock_that_is_believed_changes_nothing),
        CASE(a_damaged_event_about_the_clock_is_no_record),
        CASE(random_histories_fire_each_deadline_once_and_never_early),
    };

    return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
