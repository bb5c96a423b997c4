/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/trusted_time and core/timekeeping: what is believed of a clock, what is recorded of
 * it, and that neither steps nor restarts nor reboots make time early. */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/apply.h"
#include "core/decide.h"
#include "tests/core/office.h"

#define SUSPICION(name) HS__TRUSTED_TIME__SUSPICION__##name

#define START_MS INT64_C(1800000000000)
#define BOOT_MS  INT64_C(5000000)
#define DAY_MS   (INT64_C(24) * 3600 * 1000)
#define HOUR_MS  (INT64_C(3600) * 1000)

struct fixture {
    struct arena arena;
    struct small_office office;
    struct time_reading reading;
    struct time_rules rules;
    int64_t last_ms;
    struct trusted_time time; /* as judged last */
};

/* Takes the judgement's event to the office's record, as a turn does. */
static void record(struct fixture *f)
{
    struct situation situation = {.now_ms = f->time.now_ms,
                                  .office = &f->office.office,
                                  .reading = &f->reading,
                                  .arena = &f->arena};
    struct decision decision;

    decide_time(&situation, &f->time, f->last_ms, &decision);
    assert_int_equal(decision.refusal, REFUSAL_NONE);
    for (size_t i = 0; i < decision.event_count; i++) {
        apply_office(&f->office.office, decision.events[i], &f->arena);
    }
}

static void judge(struct fixture *f)
{
    f->time = trusted_time_judge(f->office.office.time, &f->reading, &f->rules, f->last_ms);
}

/* A turn that records something: its time is that of the last entry from now on. */
static void turn(struct fixture *f)
{
    judge(f);
    record(f);
    f->last_ms = f->time.now_ms;
}

/* Both clocks go on. */
static void pass(struct fixture *f, int64_t ms)
{
    f->reading.wall_ms += ms;
    f->reading.boot_ms += ms;
}

static void reboot(struct fixture *f, int64_t wall_ms)
{
    f->reading.boot_id = "boot-2";
    f->reading.boot_ms = 20000;
    f->reading.wall_ms = wall_ms;
}

static struct decision confirm(struct fixture *f, const Hs__Principal *signer)
{
    struct situation situation = {.now_ms = f->time.now_ms,
                                  .office = &f->office.office,
                                  .signer = signer,
                                  .reading = &f->reading,
                                  .arena = &f->arena};
    Hs__ConfirmClock body = HS__CONFIRM_CLOCK__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    struct decision decision;

    body.reason = "compared with the time signal";
    command.body_case = HS__COMMAND__BODY_CONFIRM_CLOCK;
    command.confirm_clock = &body;
    decide_command(&situation, &command, &decision);
    for (size_t i = 0; i < decision.event_count; i++) {
        apply_office(&f->office.office, decision.events[i], &f->arena);
    }
    return decision;
}

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){
        .reading = {START_MS, BOOT_MS, "boot-1", true},
        .rules = {.gap_ms_max = 7 * DAY_MS},
        .last_ms = START_MS,
    };
    arena_init(&fixture.arena, 64 << 20);
    small_office_init(&fixture.office, &fixture.arena);
    turn(&fixture); /* anchored */
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static void assert_suspect(const struct fixture *f, Hs__TrustedTime__Suspicion suspicion)
{
    assert_int_equal(f->time.suspicion, suspicion);
}

static void a_clock_within_two_seconds_of_the_boot_clock_is_believed(void **state)
{
    struct fixture *f = *state;
    static const int64_t steps_ms[] = {0, 1, TIME_SLACK_MS, -1, -TIME_SLACK_MS};

    pass(f, HOUR_MS);
    for (size_t i = 0; i < ARRAY_COUNT(steps_ms); i++) {
        f->reading.wall_ms = START_MS + HOUR_MS + steps_ms[i];
        judge(f);

        assert_suspect(f, SUSPICION(NONE));
        assert_int_equal(f->time.change, TIME_AS_KNOWN);
        assert_true(f->time.now_ms == f->reading.wall_ms);
    }
}

static void a_step_beyond_two_seconds_is_suspect(void **state)
{
    struct fixture *f = *state;

    pass(f, HOUR_MS);
    f->reading.wall_ms += TIME_SLACK_MS + 1;
    judge(f);
    assert_suspect(f, SUSPICION(AHEAD));
    assert_int_equal(f->time.change, TIME_SUSPECTED);
    assert_true(f->time.now_ms == START_MS + HOUR_MS);

    f->reading.wall_ms -= 2 * (TIME_SLACK_MS + 1);
    judge(f);
    assert_suspect(f, SUSPICION(BEHIND));
    assert_int_equal(f->time.change, TIME_SUSPECTED);
    assert_true(f->time.now_ms == START_MS + HOUR_MS);
}

static void small_steps_do_not_add_up(void **state)
{
    struct fixture *f = *state;

    pass(f, HOUR_MS);
    f->reading.wall_ms += TIME_SLACK_MS;
    turn(f);
    assert_suspect(f, SUSPICION(NONE));
    pass(f, HOUR_MS);
    f->reading.wall_ms += 1;
    turn(f);

    assert_suspect(f, SUSPICION(AHEAD));
    assert_true(f->time.now_ms == START_MS + 2 * HOUR_MS);
}

static void suspicion_outlives_the_step_back(void **state)
{
    struct fixture *f = *state;

    f->reading.wall_ms += HOUR_MS;
    turn(f);
    f->reading.wall_ms -= HOUR_MS;
    turn(f);

    assert_suspect(f, SUSPICION(AHEAD));
    assert_int_equal(f->time.change, TIME_AS_KNOWN); /* recorded once */
}

static void time_goes_on_by_the_boot_clock_while_suspect(void **state)
{
    struct fixture *f = *state;

    f->reading.wall_ms += HOUR_MS;
    turn(f);
    pass(f, 5000);
    turn(f);
    assert_true(f->time.now_ms == START_MS + 5000);
    f->reading.wall_ms = 0;
    pass(f, 5000);
    turn(f);
    assert_true(f->time.now_ms == START_MS + 10000);
}

static void suspicion_outlives_a_reboot_and_keeps_its_beginning(void **state)
{
    struct fixture *f = *state;

    f->reading.wall_ms += HOUR_MS;
    turn(f);
    int64_t since_ms = f->office.office.time->since_at;
    pass(f, 7000);
    turn(f);
    reboot(f, START_MS + DAY_MS);
    turn(f);
    assert_suspect(f, SUSPICION(AHEAD));
    assert_true(f->time.now_ms == START_MS + 7000); /* of the reboot nothing is known */
    assert_true(f->office.office.time->since_at == since_ms);

    pass(f, 3000);
    turn(f);
    assert_int_equal(f->time.change, TIME_AS_KNOWN);
    assert_true(f->time.now_ms == START_MS + 10000);
}

struct reboot_row {
    int64_t gap_ms; /* from the last entry to the wall clock */
    bool is_synchronised;
    bool believes;
    Hs__TrustedTime__Suspicion suspicion;
};

static void a_reboot_is_judged_by_the_last_entry(void **state)
{
    struct fixture *f = *state;
    static const struct reboot_row rows[] = {
        {0, true, false, SUSPICION(NONE)},
        {-TIME_SLACK_MS, true, false, SUSPICION(NONE)},
        {-TIME_SLACK_MS - 1, true, false, SUSPICION(BACKWARD)},
        {-TIME_SLACK_MS - 1, true, true, SUSPICION(BACKWARD)},
        {7 * DAY_MS, true, false, SUSPICION(NONE)},
        {7 * DAY_MS + 1, true, false, SUSPICION(LONG_GAP)},
        {7 * DAY_MS + 1, true, true, SUSPICION(NONE)},
        {HOUR_MS, false, false, SUSPICION(UNSYNCHRONISED)},
        {HOUR_MS, false, true, SUSPICION(NONE)},
    };

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct reboot_row *row = &rows[i];

        reboot(f, f->last_ms + row->gap_ms);
        f->reading.is_synchronised = row->is_synchronised;
        f->rules.believes_reboot = row->believes;
        judge(f);

        assert_suspect(f, row->suspicion);
        assert_int_equal(f->time.change,
                         row->suspicion == SUSPICION(NONE) ? TIME_ANCHORED_ANEW : TIME_SUSPECTED);
        assert_true(f->time.now_ms ==
                    f->last_ms +
                        (row->suspicion == SUSPICION(NONE) && row->gap_ms > 0 ? row->gap_ms : 0));
    }
}

static void a_believed_reboot_anchors_the_new_boot_clock(void **state)
{
    struct fixture *f = *state;

    reboot(f, START_MS + DAY_MS);
    turn(f);
    assert_string_equal(f->office.office.time->anchor->boot_id, "boot-2");
    pass(f, HOUR_MS);
    f->reading.wall_ms += HOUR_MS;
    turn(f);

    assert_suspect(f, SUSPICION(AHEAD));
    assert_true(f->time.now_ms == START_MS + DAY_MS + HOUR_MS);
}

static void the_office_ends_the_suspicion(void **state)
{
    struct fixture *f = *state;

    f->reading.wall_ms += HOUR_MS;
    turn(f);
    struct decision decision = confirm(f, &f->office.chief);

    assert_int_equal(decision.refusal, REFUSAL_NONE);
    assert_int_equal(decision.event_count, 1);
    const Hs__ClockConfirmed *confirmed = decision.events[0]->clock_confirmed;
    assert_true(confirmed->from_at == START_MS);
    assert_true(confirmed->anchor->trusted_at == START_MS + HOUR_MS);
    assert_int_equal(confirmed->suspicion, SUSPICION(AHEAD));
    pass(f, 1000);
    turn(f);
    assert_suspect(f, SUSPICION(NONE));
    assert_true(f->time.now_ms == START_MS + HOUR_MS + 1000);
}

static void a_clock_confirmed_behind_the_journal_stands_until_it_comes_up(void **state)
{
    struct fixture *f = *state;

    f->reading.wall_ms -= HOUR_MS;
    turn(f);
    assert_suspect(f, SUSPICION(BEHIND));
    (void)confirm(f, &f->office.chief);
    pass(f, HOUR_MS - 1);
    turn(f);
    assert_suspect(f, SUSPICION(NONE));
    assert_true(f->time.now_ms == START_MS);
    pass(f, 2);
    turn(f);
    assert_true(f->time.now_ms == START_MS + 1);
}

static void a_clock_that_is_believed_needs_no_confirmation(void **state)
{
    struct fixture *f = *state;
    struct decision decision = confirm(f, &f->office.chief);

    assert_int_equal(decision.refusal, REFUSAL_NONE);
    assert_int_equal(decision.event_count, 0);
}

static void only_the_office_and_the_system_administrator_confirm(void **state)
{
    struct fixture *f = *state;
    Hs__Principal__Role role = HS__PRINCIPAL__ROLE__SYSTEM_ADMIN;
    Hs__Principal admin = f->office.security;

    admin.roles = &role;
    f->reading.wall_ms += HOUR_MS;
    turn(f);
    assert_int_equal(confirm(f, &f->office.security).refusal, REFUSAL_NOT_ALLOWED);
    assert_int_equal(confirm(f, &f->office.applicant).refusal, REFUSAL_NOT_ALLOWED);
    assert_int_equal(confirm(f, &f->office.fire_agent).refusal, REFUSAL_NOT_ALLOWED);
    assert_int_equal(confirm(f, &admin).event_count, 1);
}

static void a_garbled_record_is_no_anchor_and_clears_no_suspicion(void **state)
{
    struct fixture *f = *state;
    Hs__ClockAnchor anchors[] = {HS__CLOCK_ANCHOR__INIT, HS__CLOCK_ANCHOR__INIT,
                                 HS__CLOCK_ANCHOR__INIT};
    Hs__TrustedTime garbled = HS__TRUSTED_TIME__INIT;

    anchors[1] = (Hs__ClockAnchor){anchors[1].base, "boot-1", UINT64_MAX, START_MS};
    anchors[2] = (Hs__ClockAnchor){anchors[2].base, "boot-1", BOOT_MS, INT64_MAX};
    f->office.office.time = &garbled;
    f->reading.is_synchronised = false;
    for (size_t i = 0; i <= ARRAY_COUNT(anchors); i++) {
        garbled.anchor = i == ARRAY_COUNT(anchors) ? NULL : &anchors[i];
        garbled.suspicion = SUSPICION(NONE);
        assert_false(trusted_time_anchor_is_sound(garbled.anchor));
        judge(f);
        assert_suspect(f, SUSPICION(UNSYNCHRONISED));
        garbled.suspicion = SUSPICION(AHEAD);
        judge(f);
        assert_suspect(f, SUSPICION(AHEAD));
        assert_true(f->time.now_ms == f->last_ms);
    }
}

static void a_clock_may_say_anything(void **state)
{
    struct fixture *f = *state;
    static const int64_t values_ms[] = {INT64_MIN, -1, 0, TIME_MS_MAX, INT64_MAX};

    for (size_t i = 0; i < ARRAY_COUNT(values_ms) * ARRAY_COUNT(values_ms); i++) {
        f->reading.wall_ms = values_ms[i / ARRAY_COUNT(values_ms)];
        f->reading.boot_ms = values_ms[i % ARRAY_COUNT(values_ms)];
        turn(f);
        assert_true(f->time.now_ms >= START_MS && f->time.now_ms <= 2 * TIME_MS_MAX);
        assert_true(trusted_time_anchor_is_sound(f->office.office.time->anchor));
        (void)confirm(f, &f->office.chief);
        assert_true(trusted_time_anchor_is_sound(f->office.office.time->anchor));
    }
}

/* ---- random histories ---- */

/* What should be believed, told plainly: where the boot clock's zero lies, and since when it is
 * doubted. */
struct model {
    unsigned boot; /* whose zero is known */
    int64_t zero_ms;
    bool is_suspect;
    int64_t last_ms;
};

/* The machine as it really is. */
struct machine {
    uint64_t random;
    unsigned boot;
    int64_t boot_ms;
    int64_t wall_ms;
};

static uint64_t draw(struct machine *machine, uint64_t below)
{
    machine->random =
        machine->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (machine->random >> 33) % below;
}

static int64_t model_turn(struct model *model, const struct machine *machine,
                          const struct time_rules *rules, bool is_synchronised)
{
    int64_t by_boot_ms = model->zero_ms + machine->boot_ms;
    int64_t now_ms = model->last_ms;

    if (model->boot != machine->boot) {
        int64_t gap_ms = machine->wall_ms - model->last_ms;
        bool is_forward = gap_ms >= -TIME_SLACK_MS;
        bool is_usual = is_synchronised && gap_ms <= rules->gap_ms_max;

        model->is_suspect =
            model->is_suspect || !is_forward || !(is_usual || rules->believes_reboot);
        now_ms = !model->is_suspect && gap_ms > 0 ? machine->wall_ms : model->last_ms;
        model->zero_ms = (model->is_suspect ? now_ms : machine->wall_ms) - machine->boot_ms;
        model->boot = machine->boot;
    } else {
        int64_t off_ms = machine->wall_ms - by_boot_ms;
        bool is_off = off_ms > TIME_SLACK_MS || off_ms < -TIME_SLACK_MS;
        bool begins = is_off && !model->is_suspect;

        model->is_suspect = model->is_suspect || is_off;
        now_ms = model->is_suspect ? by_boot_ms : machine->wall_ms;
        now_ms = now_ms < model->last_ms ? model->last_ms : now_ms;
        model->zero_ms = begins ? now_ms - machine->boot_ms : model->zero_ms;
    }
    model->last_ms = now_ms;
    return now_ms;
}

/* Something happens to the machine; true if its operator confirms the clock. */
static bool disturb(struct machine *machine)
{
    static const int64_t steps_ms[] = {1, 999, 2000, 2001, 60000, HOUR_MS, 30 * DAY_MS};
    int64_t step_ms = steps_ms[draw(machine, ARRAY_COUNT(steps_ms))];
    int64_t passed_ms = (int64_t)draw(machine, 3 * HOUR_MS);

    machine->boot_ms += passed_ms;
    machine->wall_ms += passed_ms;
    switch (draw(machine, 8)) {
    case 0:
        machine->wall_ms += step_ms;
        break;
    case 1:
        machine->wall_ms -= step_ms;
        break;
    case 2:
        machine->boot++;
        machine->boot_ms = (int64_t)draw(machine, 60000);
        machine->wall_ms += (int64_t)draw(machine, 10 * DAY_MS) - DAY_MS;
        break;
    case 3:
        return true;
    default:
        break;
    }
    return false;
}

/* The office's record as it is read again by a broker that was killed. */
static void read_again(struct fixture *f, struct arena *spare)
{
    struct bytes bytes = message_pack(f->office.office.time, &f->arena);

    arena_clear(spare);
    f->office.office.time = message_read(&hs__trusted_time__descriptor, bytes, spare);
    assert_non_null(f->office.office.time);
}

static void live(struct fixture *f, uint64_t seed, struct arena *spare)
{
    enum { STEPS = 60 };
    struct machine machine = {.random = seed, .boot_ms = BOOT_MS, .wall_ms = f->last_ms};
    struct model model = {.boot = UINT32_MAX, .last_ms = f->last_ms};
    char boot_id[TIME_BOOT_ID_BYTES];

    f->rules.believes_reboot = draw(&machine, 2) == 0;
    for (int step = 0; step < STEPS; step++) {
        bool confirms = disturb(&machine);
        int64_t before_ms = f->last_ms;

        (void)snprintf(boot_id, sizeof boot_id, "%" PRIu64 "-%u", seed, machine.boot);
        f->reading = (struct time_reading){machine.wall_ms, machine.boot_ms, boot_id,
                                           draw(&machine, 4) != 0};
        turn(f);
        int64_t now_ms = model_turn(&model, &machine, &f->rules, f->reading.is_synchronised);
        if (f->time.now_ms != now_ms || f->time.now_ms < before_ms ||
            (f->time.suspicion != SUSPICION(NONE)) != model.is_suspect) {
            fail_msg("seed %" PRIu64 ", step %d: %" PRId64 " suspicion %d, the model says %" PRId64
                     " suspect %d",
                     seed, step, f->time.now_ms, (int)f->time.suspicion, now_ms, model.is_suspect);
        }
        if (confirms && model.is_suspect) {
            (void)confirm(f, &f->office.chief);
            model.is_suspect = false;
            model.zero_ms = machine.wall_ms - machine.boot_ms;
        }
        read_again(f, spare);
    }
}

static void random_histories_agree_with_the_model(void **state)
{
    enum { HISTORIES = 2000 };
    struct fixture *f = *state;
    struct arena spare;

    arena_init(&spare, 1 << 16);
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        struct arena_mark mark = arena_mark(&f->arena);

        f->office.office.time = NULL;
        f->last_ms = START_MS;
        live(f, seed, &spare);
        f->office.office.time = NULL;
        arena_rewind(&f->arena, mark);
    }
    arena_release(&spare);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_clock_within_two_seconds_of_the_boot_clock_is_believed),
        CASE(a_step_beyond_two_seconds_is_suspect),
        CASE(small_steps_do_not_add_up),
        CASE(suspicion_outlives_the_step_back),
        CASE(time_goes_on_by_the_boot_clock_while_suspect),
        CASE(suspicion_outlives_a_reboot_and_keeps_its_beginning),
        CASE(a_reboot_is_judged_by_the_last_entry),
        CASE(a_believed_reboot_anchors_the_new_boot_clock),
        CASE(the_office_ends_the_suspicion),
        CASE(a_clock_confirmed_behind_the_journal_stands_until_it_comes_up),
        CASE(a_clock_that_is_believed_needs_no_confirmation),
        CASE(only_the_office_and_the_system_administrator_confirm),
        CASE(a_garbled_record_is_no_anchor_and_clears_no_suspicion),
        CASE(a_clock_may_say_anything),
        CASE(random_histories_agree_with_the_model),
    };

    return cmocka_run_group_tests_name("trusted_time", tests, NULL, NULL);
}
