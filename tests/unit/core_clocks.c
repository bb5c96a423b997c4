/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of what becomes of clocks: limits in working days, the ladder, holds, extensions, silence.
 * docs/clocks.md is what they hold the core to. A scenario's trace is compared whole. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "core/apply.h"
#include "core/decide.h"
#include "lib/civil.h"
#include "lib/text.h"
#include "tests/core/office.h"

#define RESULT(name)  HS__OPINION__RESULT__##name
#define REASON(name)  HS__HOLD__REASON__##name
#define BARRIER(name) HS__REVIEW__BARRIER__##name

enum { PLANNING, FIRE, TRACE_BYTES = 65536, WAKES_MAX = 1000, OFFSET_MINUTES = 480 };

struct fixture {
    struct arena arena;
    struct small_office office;
    Hs__Principal head; /* of fire */
    Hs__Calendar calendar_message;
    struct calendar *calendar;
    Hs__Proposal proposal;
    Hs__Packet *packet;
    int64_t now_ms;
    struct decision decision;
    char trace[TRACE_BYTES];
    size_t trace_size;
};

/* ---- the office ---- */

static Hs__Limit *limit_of(struct fixture *f, Hs__Limit__SpanCase unit, uint32_t count)
{
    Hs__Limit *limit = message_new(&hs__limit__descriptor, &f->arena);

    assert_non_null(limit);
    limit->span_case = unit;
    limit->working_days = count; /* the members of the span are one place */
    return limit;
}

#define DAYS(count)    limit_of(f, HS__LIMIT__SPAN_WORKING_DAYS, count)
#define HOURS(count)   limit_of(f, HS__LIMIT__SPAN_HOURS, count)
#define SECONDS(count) limit_of(f, HS__LIMIT__SPAN_SECONDS, count)

static Hs__Rung *rung_of(struct fixture *f, const char *id, Hs__Rung__AtCase at, Hs__Limit *offset)
{
    Hs__Rung *rung = message_new(&hs__rung__descriptor, &f->arena);
    bool is_pressing = at == HS__RUNG__AT_AFTER || at == HS__RUNG__AT_UNRECEIVED;

    assert_non_null(rung);
    rung->id = id;
    rung->to = is_pressing ? "head" : "department";
    rung->at_case = at;
    if (at == HS__RUNG__AT_HALF) {
        rung->half = true;
    } else {
        rung->before = offset; /* one place for all */
    }
    return rung;
}

/* March 2026 with a Friday off, a Saturday of work and a half day; the year is published. */
static void make_calendar(struct fixture *f)
{
    static Hs__OfficeHours hours = HS__OFFICE_HOURS__INIT;
    static Hs__CalendarYear year = HS__CALENDAR_YEAR__INIT;
    static Hs__CalendarYear *years[] = {&year};
    static Hs__CalendarYear__Holiday holiday = HS__CALENDAR_YEAR__HOLIDAY__INIT;
    static Hs__CalendarYear__Holiday *holidays[] = {&holiday};
    static const char *off[] = {"2026-04-06"};
    static const char *work[] = {"2026-03-28"};

    hours.open = "09:00";
    hours.lunch_from = "12:00";
    hours.lunch_to = "14:00";
    hours.close = "17:30";
    holiday.n_days = 1;
    holiday.days = off;
    year.year = 2026;
    year.notice = "通知";
    year.issued = "2025-11-04";
    year.n_holidays = 1;
    year.holidays = holidays;
    year.n_work_days = 1;
    year.work_days = work;
    f->calendar_message = (Hs__Calendar)HS__CALENDAR__INIT;
    f->calendar_message.id = "days";
    f->calendar_message.version = 1;
    f->calendar_message.utc_offset_minutes = OFFSET_MINUTES;
    f->calendar_message.hours = &hours;
    f->calendar_message.n_years = 1;
    f->calendar_message.years = years;
    f->calendar = calendar_build(&f->calendar_message, &f->arena);
    assert_non_null(f->calendar);
}

static void make_ladder(struct fixture *f)
{
    Hs__Stage *stage = f->office.process->stages[0];
    Hs__Rung **ladder = arena_array(&f->arena, 8, sizeof *ladder);

    assert_non_null(ladder);
    ladder[0] = rung_of(f, "unreceived", HS__RUNG__AT_UNRECEIVED, HOURS(1));
    ladder[1] = rung_of(f, "half", HS__RUNG__AT_HALF, NULL);
    ladder[1]->least_days = 5;
    ladder[2] = rung_of(f, "day_before", HS__RUNG__AT_BEFORE, DAYS(1));
    ladder[3] = rung_of(f, "due_day", HS__RUNG__AT_BEFORE, DAYS(0));
    ladder[4] = rung_of(f, "last_hours", HS__RUNG__AT_BEFORE, HOURS(2));
    ladder[5] = rung_of(f, "head", HS__RUNG__AT_AFTER, DAYS(1));
    ladder[6] = rung_of(f, "leader", HS__RUNG__AT_AFTER, DAYS(2));
    ladder[7] = rung_of(f, "group", HS__RUNG__AT_AFTER, DAYS(3));
    ladder[7]->repeats = true;
    stage->ladder = ladder;
    stage->n_ladder = 8;
}

static int set_up(void **state)
{
    static struct fixture fixture;
    static Hs__Principal__Role head_role = HS__PRINCIPAL__ROLE__HEAD;
    static Hs__ExtensionRule extension = HS__EXTENSION_RULE__INIT;
    struct fixture *f = &fixture;

    fixture = (struct fixture){.proposal = HS__PROPOSAL__INIT};
    arena_init(&f->arena, 64 << 20);
    small_office_init(&f->office, &f->arena);
    make_calendar(f);
    make_ladder(f);
    f->head = f->office.fireman;
    f->head.name = "person:chief-fire";
    f->head.roles = &head_role;
    extension.share = "1/2";
    f->office.process->calendar = "days";
    f->office.process->stages[0]->extension = &extension;
    f->office.process->stages[0]->seats[FIRE]->limit = DAYS(5);
    small_office_compile(&f->office);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

/* ---- time ---- */

/* Returns the instant of "2026-03-10 17:30" in China. */
static int64_t instant_of(const char *local)
{
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;

    assert_int_equal(sscanf(local, "%d-%d-%d %d:%d", &year, &month, &day, &hour, &minute), 5);
    return (int64_t)civil_day(year * 10000 + month * 100 + day) * CIVIL_DAY_MS +
           ((int64_t)hour * 60 + minute - OFFSET_MINUTES) * 60000;
}

static const char *local_of(struct fixture *f, int64_t at_ms)
{
    int64_t local_ms = at_ms + OFFSET_MINUTES * 60000;
    int32_t date = civil_date((int32_t)(local_ms / CIVIL_DAY_MS));
    int minutes = (int)(local_ms % CIVIL_DAY_MS / 60000);

    return arena_format(&f->arena, "%02d-%02d %02d:%02d%s", date / 100 % 100, date % 100,
                        minutes / 60, minutes % 60, local_ms % 60000 == 0 ? "" : "+");
}

static struct situation situation_of(struct fixture *f, const Hs__Principal *signer)
{
    return (struct situation){
        .now_ms = f->now_ms,
        .office = &f->office.office,
        .signer = signer,
        .proposal = f->proposal.id == 0 ? NULL : &f->proposal,
        .packet = f->packet,
        .rulebook = f->office.rulebook,
        .calendar = f->calendar,
        .arena = &f->arena,
    };
}

static void apply_all(struct fixture *f)
{
    for (size_t i = 0; i < f->decision.event_count; i++) {
        apply_proposal(&f->proposal, f->decision.events[i], (struct event_entry){i + 1, f->now_ms},
                       &f->arena);
    }
}

/* ---- the trace ---- */

static const char *rungs_text(struct fixture *f, const Hs__RungReached *reached)
{
    const char *text = "";

    for (size_t i = 0; i < reached->n_rungs; i++) {
        text = arena_format(&f->arena, "%s %s", text, reached->rungs[i]);
    }
    return text;
}

static const char *overdue_text(const Hs__ReviewOverdue *overdue)
{
    switch (overdue->disposition) {
    case HS__SILENCE__DISPOSITION__ESCALATE:
        return "overdue, escalated";
    case HS__SILENCE__DISPOSITION__TACIT:
        return "silent, consent";
    case HS__SILENCE__DISPOSITION__WAIT:
        return "overdue, waited for";
    case _HS__SILENCE__DISPOSITION_IS_INT_SIZE:
        break;
    }
    return "?";
}

static const char *event_text(struct fixture *f, const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_RUNG_REACHED) {
        return arena_format(&f->arena, "%s%s", event->rung_reached->department,
                            rungs_text(f, event->rung_reached));
    }
    if (event->body_case == HS__EVENT__BODY_REVIEW_OVERDUE) {
        return arena_format(&f->arena, "%s %s", event->review_overdue->department,
                            overdue_text(event->review_overdue));
    }
    if (event->body_case == HS__EVENT__BODY_CLOCK_RESUMED) {
        return arena_format(&f->arena, "%s resumed, due %s", event->clock_resumed->department,
                            local_of(f, event->clock_resumed->due_at));
    }
    if (event->body_case == HS__EVENT__BODY_DEADLINE_MOVED) {
        return arena_format(&f->arena, "%s moved %s to %s", event->deadline_moved->department,
                            local_of(f, event->deadline_moved->from_at),
                            local_of(f, event->deadline_moved->due_at));
    }
    if (event->body_case == HS__EVENT__BODY_CLOCK_HELD) {
        return arena_format(&f->arena, "%s held", event->clock_held->department);
    }
    if (event->body_case == HS__EVENT__BODY_CORRECTION_REQUESTED) {
        return arena_format(&f->arena, "asked for %zu", event->correction_requested->n_missing);
    }
    if (event->body_case == HS__EVENT__BODY_CLOCK_PASSED) {
        return "the whole passed";
    }
    if (event->body_case == HS__EVENT__BODY_CORRECTION_LAPSED) {
        return "lapsed";
    }
    return event->body_case == HS__EVENT__BODY_VERDICT_ISSUED ? "verdict" : "?";
}

static void trace_decision(struct fixture *f)
{
    for (size_t i = 0; i < f->decision.event_count; i++) {
        int size = snprintf(f->trace + f->trace_size, TRACE_BYTES - f->trace_size, "%s %s\n",
                            local_of(f, f->now_ms), event_text(f, f->decision.events[i]));

        assert_true(size > 0 && f->trace_size + (size_t)size < TRACE_BYTES);
        f->trace_size += (size_t)size;
    }
}

static void assert_trace(struct fixture *f, const char *expected)
{
    assert_string_equal(f->trace, expected);
    f->trace_size = 0;
    f->trace[0] = '\0';
}

/* ---- the passing of time ---- */

/* Finds whose clock wakes first, the proposal's under the name "". */
static int64_t next_wake(struct fixture *f, const char **department)
{
    int64_t next_ms = f->proposal.wake_at == 0 ? INT64_MAX : f->proposal.wake_at;

    *department = "";
    for (size_t i = 0; i < f->proposal.n_reviews; i++) {
        const Hs__Review *review = f->proposal.reviews[i];

        if (review->wake_at != 0 && review->wake_at < next_ms) {
            next_ms = review->wake_at;
            *department = review->department;
        }
    }
    return next_ms;
}

/* Wakes every clock whose time has come by f->now_ms. */
static void wake_all(struct fixture *f)
{
    const char *department = NULL;

    for (int i = 0; f->proposal.status == HS__PROPOSAL__STATUS__IN_REVIEW ||
                    f->proposal.status == HS__PROPOSAL__STATUS__INCOMPLETE;
         i++) {
        assert_true(i < WAKES_MAX); /* it comes to an end */
        if (next_wake(f, &department) > f->now_ms) {
            return;
        }
        struct situation situation = situation_of(f, NULL);
        decide_wake(&situation, department, &f->decision);
        assert_true(f->decision.event_count > 0);
        trace_decision(f);
        apply_all(f);
    }
}

/* Time passes until @local, every clock waking at its instant. */
static void until(struct fixture *f, const char *local)
{
    const int64_t end_ms = instant_of(local);
    const char *department = NULL;

    while (f->proposal.id != 0 && next_wake(f, &department) <= end_ms) {
        int64_t wake_ms = next_wake(f, &department);

        if (f->proposal.status != HS__PROPOSAL__STATUS__IN_REVIEW &&
            f->proposal.status != HS__PROPOSAL__STATUS__INCOMPLETE) {
            break;
        }
        f->now_ms = wake_ms > f->now_ms ? wake_ms : f->now_ms;
        wake_all(f);
    }
    f->now_ms = end_ms;
}

/* Time passes without the broker: everything wakes only at @local. */
static void down_until(struct fixture *f, const char *local)
{
    f->now_ms = instant_of(local);
    wake_all(f);
}

/* ---- commands ---- */

static enum refusal run(struct fixture *f, const Hs__Principal *signer, const Hs__Command *command)
{
    struct situation situation = situation_of(f, signer);

    decide_command(&situation, command, &f->decision);
    apply_all(f);
    return f->decision.refusal;
}

/* Opens the round at @local; planning has agreed, fire's review is the one that is left. */
static void open_at(struct fixture *f, const char *local)
{
    struct small_packet packet = small_packet_good();
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    f->now_ms = instant_of(local);
    body.packet = small_packet_make(&f->office, &packet);
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_NONE);
    f->packet = body.packet;
}

static Hs__Review *fire_of(struct fixture *f)
{
    return f->proposal.reviews[FIRE];
}

static Hs__ReviewRef *ref_of(struct fixture *f, const char *department)
{
    Hs__ReviewRef *ref = message_new(&hs__review_ref__descriptor, &f->arena);

    assert_non_null(ref);
    ref->proposal = 1;
    ref->round = f->proposal.round;
    ref->department = department;
    return ref;
}

static enum refusal agree(struct fixture *f, const Hs__Principal *signer)
{
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Opinion opinion = HS__OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    opinion.result = RESULT(AGREE);
    body.review = ref_of(f, signer->department);
    body.opinion = &opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    return run(f, signer, &command);
}

static enum refusal receive(struct fixture *f)
{
    Hs__ReceiveReview body = HS__RECEIVE_REVIEW__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.review = ref_of(f, "fire");
    command.body_case = HS__COMMAND__BODY_RECEIVE_REVIEW;
    command.receive_review = &body;
    return run(f, &f->office.fire_agent, &command);
}

struct holding {
    const char *department;
    Hs__Hold__Reason reason;
    const char *until;
};

static enum refusal hold(struct fixture *f, const Hs__Principal *signer, struct holding holding)
{
    Hs__HoldClock body = HS__HOLD_CLOCK__INIT;
    Hs__Hold *asked = message_new(&hs__hold__descriptor, &f->arena);
    Hs__Command command = HS__COMMAND__INIT;

    assert_non_null(asked);
    asked->reason = holding.reason;
    asked->document = "听证〔2026〕1号";
    asked->ends_at = instant_of(holding.until);
    body.review = ref_of(f, holding.department);
    body.hold = asked;
    command.body_case = HS__COMMAND__BODY_HOLD_CLOCK;
    command.hold_clock = &body;
    return run(f, signer, &command);
}

static enum refusal answer_hold(struct fixture *f, bool approved, const char *reason)
{
    Hs__AnswerHold body = HS__ANSWER_HOLD__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.review = ref_of(f, "fire");
    body.approved = approved;
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_ANSWER_HOLD;
    command.answer_hold = &body;
    return run(f, &f->office.chief, &command);
}

static enum refusal resume(struct fixture *f, const char *department, Hs__Hold__Reason reason)
{
    Hs__ResumeClock body = HS__RESUME_CLOCK__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.review = ref_of(f, department);
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_RESUME_CLOCK;
    command.resume_clock = &body;
    return run(f, &f->office.chief, &command);
}

static enum refusal extend(struct fixture *f, const Hs__Principal *signer, uint32_t days,
                           bool outage)
{
    Hs__ExtendLimit body = HS__EXTEND_LIMIT__INIT;
    Hs__Extension *extension = message_new(&hs__extension__descriptor, &f->arena);
    Hs__Command command = HS__COMMAND__INIT;

    assert_non_null(extension);
    extension->working_days = days;
    extension->reason = "案情复杂";
    extension->outage = outage;
    body.review = ref_of(f, "fire");
    body.extension = extension;
    command.body_case = HS__COMMAND__BODY_EXTEND_LIMIT;
    command.extend_limit = &body;
    return run(f, signer, &command);
}

static enum refusal extend_correction(struct fixture *f, const Hs__Principal *signer,
                                      const char *reason)
{
    Hs__ExtendLimit body = HS__EXTEND_LIMIT__INIT;
    Hs__Extension extension = HS__EXTENSION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    extension.reason = reason;
    body.review = ref_of(f, "");
    body.extension = &extension;
    command.body_case = HS__COMMAND__BODY_EXTEND_LIMIT;
    command.extend_limit = &body;
    return run(f, signer, &command);
}

static enum refusal remind(struct fixture *f)
{
    Hs__RemindReview body = HS__REMIND_REVIEW__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.review = ref_of(f, "fire");
    command.body_case = HS__COMMAND__BODY_REMIND_REVIEW;
    command.remind_review = &body;
    return run(f, &f->office.chief, &command);
}

static enum refusal reopen(struct fixture *f, Hs__Reopening__Ground ground, const char *reason)
{
    Hs__ReopenReview body = HS__REOPEN_REVIEW__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.review = ref_of(f, "fire");
    body.ground = ground;
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_REOPEN_REVIEW;
    command.reopen_review = &body;
    return run(f, &f->office.chief, &command);
}

/* ---- the limit and the ladder ---- */

static void a_limit_in_working_days_ends_at_close_of_business(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    assert_int_equal(fire_of(f)->due_at, instant_of("2026-03-17 17:30"));

    f->now_ms = instant_of("2026-03-17 17:30");
    assert_int_equal(agree(f, &f->office.fireman), REFUSAL_NONE);
    assert_false(fire_of(f)->late);
}

static void an_answer_a_millisecond_later_is_late(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    f->now_ms = instant_of("2026-03-17 17:30") + 1;

    assert_int_equal(agree(f, &f->office.fireman), REFUSAL_NONE);
    assert_int_equal(f->decision.events[0]->body_case, HS__EVENT__BODY_REVIEW_OVERDUE);
    assert_true(fire_of(f)->late);
}

static void the_ladder_comes_in_order_each_rung_once(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    until(f, "2026-03-25 00:00");

    assert_trace(f, "03-10 11:20 fire unreceived\n"
                    "03-13 09:00 fire half\n"
                    "03-16 09:00 fire day_before\n"
                    "03-17 09:00 fire due_day\n"
                    "03-17 15:30 fire last_hours\n"
                    "03-17 17:30+ fire overdue, escalated\n"
                    "03-18 09:00 fire head\n"
                    "03-19 09:00 fire leader\n"
                    "03-20 09:00 fire group\n"
                    "03-23 09:00 fire group\n"
                    "03-24 09:00 fire group\n");
}

static void nobody_is_alarmed_about_what_was_received(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    until(f, "2026-03-13 08:59");

    assert_trace(f, "");
}

static void the_receipt_alarm_counts_office_hours(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 17:10");
    until(f, "2026-03-11 12:00");

    assert_trace(f, "03-11 09:40 fire unreceived\n");
}

static void a_short_limit_leaves_out_what_would_come_before_delivery(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->seats[FIRE]->limit = DAYS(1);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    until(f, "2026-03-11 18:00");

    assert_trace(f, "03-11 09:00 fire due_day\n"
                    "03-11 15:30 fire last_hours\n"
                    "03-11 17:30+ fire overdue, escalated\n");
}

static void rungs_missed_while_down_come_together_and_count_once(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    down_until(f, "2026-03-17 10:00");
    assert_trace(f, "03-17 10:00 fire half day_before due_day\n");
    assert_int_equal(fire_of(f)->reminders, 1);

    down_until(f, "2026-03-24 10:00");
    assert_trace(f, "03-24 10:00 fire overdue, escalated\n"
                    "03-24 10:00 fire head leader group\n");
}

static void a_limit_in_elapsed_time_has_its_own_ladder(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->seats[FIRE]->limit = HOURS(10);
    f->office.process->stages[0]->ladder[1]->least_days = 0;
    f->office.process->stages[0]->ladder[5]->after = HOURS(3);
    f->office.process->stages[0]->ladder[5]->repeats = true;
    open_at(f, "2026-03-10 10:00");
    assert_int_equal(receive(f), REFUSAL_NONE);
    until(f, "2026-03-11 02:00");

    assert_trace(f, "03-10 15:00 fire half\n"
                    "03-10 18:00 fire last_hours\n"
                    "03-10 20:00+ fire overdue, escalated\n"
                    "03-10 23:00 fire head\n"
                    "03-11 02:00 fire head\n");
}

/* ---- holds ---- */

static void a_hold_moves_the_limit_by_its_working_days(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    until(f, "2026-03-12 15:00");
    assert_int_equal(hold(f, &f->office.chief,
                          (struct holding){"fire", REASON(EXPERT_REVIEW), "2026-03-27 10:00"}),
                     REFUSAL_NONE);
    assert_int_equal(fire_of(f)->state, HS__REVIEW__STATE__HELD);
    until(f, "2026-03-19 10:00");
    assert_int_equal(resume(f, "fire", REASON(UNSPECIFIED)), REFUSAL_NONE);

    assert_int_equal(fire_of(f)->state, HS__REVIEW__STATE__OPEN);
    assert_int_equal(fire_of(f)->due_at, instant_of("2026-03-24 17:30"));
    until(f, "2026-03-24 18:00");
    assert_trace(f, "03-20 09:00 fire half\n"
                    "03-23 09:00 fire day_before\n"
                    "03-24 09:00 fire due_day\n"
                    "03-24 15:30 fire last_hours\n"
                    "03-24 17:30+ fire overdue, escalated\n");
}

static void a_hold_ends_by_itself_at_its_instant(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    assert_int_equal(
        hold(f, &f->office.chief, (struct holding){"fire", REASON(HEARING), "2026-03-12 10:00"}),
        REFUSAL_NONE);
    down_until(f, "2026-03-16 12:00");

    assert_trace(f, "03-16 12:00 fire resumed, due 03-19 17:30\n");
    assert_int_equal(fire_of(f)->holds[0]->to_at, instant_of("2026-03-12 10:00"));
}

static void holds_that_overlap_count_once(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    assert_int_equal(
        hold(f, &f->office.chief, (struct holding){"fire", REASON(HEARING), "2026-03-13 10:00"}),
        REFUSAL_NONE);
    until(f, "2026-03-11 10:00");
    assert_int_equal(
        hold(f, &f->office.chief, (struct holding){"fire", REASON(SUPERIOR), "2026-03-16 10:00"}),
        REFUSAL_NONE);
    until(f, "2026-03-13 12:00");
    assert_int_equal(fire_of(f)->state, HS__REVIEW__STATE__HELD); /* for the other */
    until(f, "2026-03-16 12:00");

    assert_int_equal(fire_of(f)->due_at, instant_of("2026-03-23 17:30"));
}

static void a_department_asks_and_the_office_decides(void **state)
{
    struct fixture *f = *state;
    const struct holding hearing = {"fire", REASON(HEARING), "2026-03-20 10:00"};

    open_at(f, "2026-03-10 10:20");
    assert_int_equal(answer_hold(f, true, ""), REFUSAL_NO_HOLD_ASKED);
    assert_int_equal(hold(f, &f->office.fireman, hearing), REFUSAL_NONE);
    assert_int_equal(fire_of(f)->state, HS__REVIEW__STATE__OPEN);
    assert_int_equal(hold(f, &f->office.fireman, hearing), REFUSAL_ALREADY_HELD);
    assert_int_equal(answer_hold(f, false, ""), REFUSAL_REASON_MISSING);
    assert_int_equal(answer_hold(f, false, "无须听证"), REFUSAL_NONE);
    assert_null(fire_of(f)->hold_asked);
    assert_int_equal(hold(f, &f->office.fireman, hearing), REFUSAL_NONE);
    assert_int_equal(answer_hold(f, true, ""), REFUSAL_NONE);

    assert_int_equal(fire_of(f)->state, HS__REVIEW__STATE__HELD);
    assert_string_equal(fire_of(f)->holds[0]->asked_by, "person:fire");
    assert_string_equal(fire_of(f)->holds[0]->approved_by, "person:office");
    assert_null(fire_of(f)->hold_asked);
}

static void a_hold_without_reason_document_or_end_is_refused(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");

    assert_int_equal(
        hold(f, &f->office.chief, (struct holding){"fire", REASON(CORRECTION), "2026-03-20 10:00"}),
        REFUSAL_HOLD_INVALID);
    assert_int_equal(
        hold(f, &f->office.chief, (struct holding){"fire", REASON(HEARING), "2026-03-10 10:20"}),
        REFUSAL_HOLD_INVALID);
    assert_int_equal(
        hold(f, &f->office.chief, (struct holding){"fire", REASON(HEARING), "2028-03-10 10:20"}),
        REFUSAL_HOLD_INVALID);
    assert_int_equal(
        hold(f, &f->office.planner, (struct holding){"fire", REASON(HEARING), "2026-03-20 10:00"}),
        REFUSAL_NOT_YOUR_REVIEW);
    assert_int_equal(resume(f, "fire", REASON(HEARING)), REFUSAL_CLOCK_NOT_HELD);
}

static void a_whole_proposal_is_held_and_goes_on_with_its_total(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->total = DAYS(15);
    open_at(f, "2026-03-10 10:20");
    const int64_t due_ms = fire_of(f)->due_at;
    assert_int_equal(hold(f, &f->office.fireman,
                          (struct holding){"", REASON(FORCE_MAJEURE), "2026-03-12 10:00"}),
                     REFUSAL_NOT_ALLOWED);
    assert_int_equal(
        hold(f, &f->office.chief, (struct holding){"", REASON(FORCE_MAJEURE), "2026-03-20 10:00"}),
        REFUSAL_NONE);
    assert_int_equal(f->proposal.reviews[PLANNING]->state, HS__REVIEW__STATE__HELD);
    assert_int_equal(fire_of(f)->state, HS__REVIEW__STATE__HELD);
    until(f, "2026-03-11 10:00");
    assert_int_equal(resume(f, "", REASON(UNSPECIFIED)), REFUSAL_NONE);

    assert_int_equal(fire_of(f)->due_at, due_ms + CIVIL_DAY_MS);
    assert_int_equal(f->proposal.clocks[0]->kind, HS__CLOCK__KIND__TOTAL);
    assert_int_equal(f->proposal.clocks[0]->due_at, instant_of("2026-03-31 17:30"));
    assert_int_equal(resume(f, "", REASON(UNSPECIFIED)), REFUSAL_CLOCK_NOT_HELD);
}

static void the_total_is_recorded_as_passed_and_ends_nothing(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->total = DAYS(1);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    until(f, "2026-03-12 10:00");

    assert_trace(f, "03-11 17:30+ the whole passed\n");
    assert_true(f->proposal.clocks[0]->passed);
    assert_int_equal(f->proposal.status, HS__PROPOSAL__STATUS__IN_REVIEW);
}

/* ---- extensions ---- */

static void a_head_extends_once_by_at_most_half(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    assert_int_equal(extend(f, &f->office.fireman, 3, false), REFUSAL_NOT_ALLOWED);
    assert_int_equal(extend(f, &f->head, 4, false), REFUSAL_EXTENSION_TOO_LONG);
    assert_int_equal(extend(f, &f->head, 0, false), REFUSAL_EXTENSION_INVALID);
    assert_int_equal(extend(f, &f->head, 3, false), REFUSAL_NONE);
    assert_int_equal(extend(f, &f->head, 1, false), REFUSAL_ALREADY_EXTENDED);

    assert_int_equal(fire_of(f)->due_at, instant_of("2026-03-20 17:30"));
}

static void after_the_limit_only_an_outage_extends(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    until(f, "2026-03-18 10:00");
    assert_int_equal(extend(f, &f->head, 3, false), REFUSAL_CLOCK_NOT_RUNNING);
    assert_int_equal(extend(f, &f->office.chief, 0, true), REFUSAL_EXTENSION_INVALID);
    assert_int_equal(extend(f, &f->office.chief, 2, true), REFUSAL_NONE);

    assert_int_equal(fire_of(f)->state, HS__REVIEW__STATE__OPEN);
    assert_int_equal(fire_of(f)->result, RESULT(UNSPECIFIED));
    assert_int_equal(fire_of(f)->due_at, instant_of("2026-03-19 17:30"));
}

static void no_extension_where_the_stage_gives_none(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->extension = NULL;
    open_at(f, "2026-03-10 10:20");

    assert_int_equal(extend(f, &f->head, 1, false), REFUSAL_EXTENSION_NOT_PROVIDED);
}

/* ---- silence ---- */

static void provide_for_consent(struct fixture *f)
{
    static Hs__Silence silence = HS__SILENCE__INIT;

    silence.disposition = HS__SILENCE__DISPOSITION__TACIT;
    silence.basis = "本辖区通知";
    silence.written = DAYS(1);
    f->office.process->stages[0]->seats[FIRE]->silence = &silence;
}

static void silence_is_consent_when_every_condition_holds(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    until(f, "2026-03-17 18:00");

    assert_trace(f, "03-13 09:00 fire half\n"
                    "03-16 09:00 fire day_before\n"
                    "03-17 09:00 fire due_day\n"
                    "03-17 15:30 fire last_hours\n"
                    "03-17 17:30+ fire silent, consent\n");
    assert_int_equal(fire_of(f)->state, HS__REVIEW__STATE__CLOSED);
    assert_int_equal(fire_of(f)->result, RESULT(TACIT));
    assert_int_equal(fire_of(f)->written_due_at, instant_of("2026-03-18 17:30"));
}

/* Silence passes; it is not consent, for @barrier. */
static void assert_barred(struct fixture *f, Hs__Review__Barrier barrier)
{
    until(f, "2026-04-30 18:00");
    assert_int_equal(fire_of(f)->state, HS__REVIEW__STATE__OVERDUE);
    assert_int_equal(fire_of(f)->result, RESULT(OVERDUE));
    assert_int_equal(fire_of(f)->barrier, barrier);
}

static void a_safety_critical_department_never_consents_by_silence(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    f->office.office.departments[FIRE]->safety_critical = true;
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);

    assert_barred(f, BARRIER(SAFETY_CRITICAL));
}

static void a_late_receipt_bars_consent(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    open_at(f, "2026-03-10 10:20");
    until(f, "2026-03-13 09:01"); /* half was at 09:00 */
    assert_int_equal(receive(f), REFUSAL_NONE);

    assert_barred(f, BARRIER(NOT_RECEIVED));
}

static void one_reminder_is_not_enough_and_a_persons_counts(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    down_until(f, "2026-03-17 16:00");
    assert_int_equal(fire_of(f)->reminders, 1);
    assert_int_equal(remind(f), REFUSAL_NONE);
    until(f, "2026-03-17 18:00");

    assert_int_equal(fire_of(f)->result, RESULT(TACIT));
}

static void reminders_missed_while_down_bar_consent(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    down_until(f, "2026-03-18 08:00");

    assert_barred(f, BARRIER(NOT_REMINDED));
}

static void a_hold_or_an_extension_bars_consent(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    assert_int_equal(extend(f, &f->head, 1, false), REFUSAL_NONE);

    assert_barred(f, BARRIER(CLOCK_CHANGED));
}

static void a_failed_must_check_bars_consent(void **state)
{
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    provide_for_consent(f);
    packet.width_cm = 300;
    f->now_ms = instant_of("2026-03-10 10:20");
    body.packet = small_packet_make(&f->office, &packet);
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_NONE);
    assert_int_equal(receive(f), REFUSAL_NONE);

    assert_barred(f, BARRIER(MUST_CHECK));
}

static void a_provisional_date_bars_consent(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    f->calendar_message.n_years = 0;
    f->calendar = calendar_build(&f->calendar_message, &f->arena);
    open_at(f, "2026-03-10 10:20");
    assert_true(fire_of(f)->provisional);
    assert_int_equal(receive(f), REFUSAL_NONE);

    assert_barred(f, BARRIER(PROVISIONAL));
}

static void what_is_waited_for_is_not_pressed(void **state)
{
    struct fixture *f = *state;
    static Hs__Silence silence = HS__SILENCE__INIT;

    silence.disposition = HS__SILENCE__DISPOSITION__WAIT;
    f->office.process->stages[0]->seats[FIRE]->silence = &silence;
    open_at(f, "2026-03-10 10:20");
    until(f, "2026-03-17 15:30");
    f->trace_size = 0;
    until(f, "2026-03-31 15:30");

    assert_trace(f, "03-17 17:30+ fire overdue, waited for\n");
}

static void a_late_opinion_stands_beside_the_silence_until_the_lead_reopens(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    until(f, "2026-03-18 10:00");
    assert_int_equal(reopen(f, HS__REOPENING__GROUND__SAFETY, "安全"), REFUSAL_NO_LATE_OPINION);
    assert_int_equal(agree(f, &f->office.fireman), REFUSAL_NONE);
    assert_int_equal(fire_of(f)->result, RESULT(TACIT));
    assert_int_equal(fire_of(f)->late_opinion->result, RESULT(AGREE));
    assert_int_equal(agree(f, &f->office.fireman), REFUSAL_OPINION_ALREADY_GIVEN);
    assert_int_equal(reopen(f, HS__REOPENING__GROUND__UNSPECIFIED, "安全"), REFUSAL_GROUND_MISSING);
    assert_int_equal(reopen(f, HS__REOPENING__GROUND__SAFETY, ""), REFUSAL_REASON_MISSING);
    assert_int_equal(reopen(f, HS__REOPENING__GROUND__SAFETY, "安全"), REFUSAL_NONE);

    assert_int_equal(fire_of(f)->result, RESULT(AGREE));
    assert_true(fire_of(f)->late);
}

static void why_a_late_opinion_counts_is_kept_with_the_review(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    until(f, "2026-03-18 10:00");
    assert_int_equal(agree(f, &f->office.fireman), REFUSAL_NONE);
    assert_null(fire_of(f)->reopening);
    const uint64_t seq = fire_of(f)->late_opinion->seq;
    assert_true(seq > 0);
    assert_int_equal(reopen(f, HS__REOPENING__GROUND__SAFETY, "安全"), REFUSAL_NONE);

    assert_int_equal(fire_of(f)->reopening->ground, HS__REOPENING__GROUND__SAFETY);
    assert_string_equal(fire_of(f)->reopening->reason, "安全");
    assert_string_equal(fire_of(f)->reopening->reopened_by, f->office.chief.name);
    assert_int_equal(fire_of(f)->reopening->reopened_at, f->now_ms);
    assert_int_equal(fire_of(f)->opinion_seq, seq);
}

/* Planning answered only when the round had its verdict. */
static void a_round_that_is_reopened_hears_what_came_after_the_verdict(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    assert_int_equal(agree(f, &f->office.planner), REFUSAL_NONE);
    until(f, "2026-03-18 10:00");
    f->proposal.reviews[PLANNING]->after_verdict = true;
    assert_int_equal(agree(f, &f->office.fireman), REFUSAL_NONE);
    assert_int_equal(reopen(f, HS__REOPENING__GROUND__LAW, "强制性条文"), REFUSAL_NONE);

    assert_false(f->proposal.reviews[PLANNING]->after_verdict);
    assert_true(f->proposal.past_rounds[0]->reviews[PLANNING]->after_verdict);
    assert_int_equal(f->proposal.status, HS__PROPOSAL__STATUS__CONCLUDED);
}

/* Planning was overdue when the round was reopened. */
static void an_opinion_given_to_what_was_carried_is_of_the_round_it_was_given_in(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    assert_int_equal(agree(f, &f->office.planner), REFUSAL_NONE);
    until(f, "2026-03-18 10:00");
    assert_int_equal(agree(f, &f->office.fireman), REFUSAL_NONE);
    assert_int_equal(reopen(f, HS__REOPENING__GROUND__LAW, "强制性条文"), REFUSAL_NONE);
    f->proposal.reviews[PLANNING]->state = HS__REVIEW__STATE__OVERDUE;
    f->proposal.reviews[PLANNING]->result = RESULT(OVERDUE);
    assert_int_equal(f->proposal.reviews[PLANNING]->carried_from, 1);
    assert_int_equal(agree(f, &f->office.planner), REFUSAL_NONE);

    assert_int_equal(f->proposal.reviews[PLANNING]->carried_from, 2);
    assert_true(f->proposal.reviews[PLANNING]->after_verdict);
    assert_true(f->proposal.reviews[PLANNING]->carried_forward); /* as in the verdict */
}

static void a_late_opinion_opens_another_round_after_the_verdict(void **state)
{
    struct fixture *f = *state;

    provide_for_consent(f);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    assert_int_equal(agree(f, &f->office.planner), REFUSAL_NONE);
    until(f, "2026-03-18 10:00");
    assert_int_equal(f->proposal.status, HS__PROPOSAL__STATUS__CONCLUDED);
    const ProtobufCBinaryData verdict = f->proposal.verdict;
    assert_int_equal(agree(f, &f->office.fireman), REFUSAL_NONE);
    assert_int_equal(f->proposal.round, 1);
    assert_int_equal(reopen(f, HS__REOPENING__GROUND__LAW, "强制性条文"), REFUSAL_NONE);

    assert_int_equal(f->proposal.round, 2);
    assert_int_equal(f->proposal.status, HS__PROPOSAL__STATUS__CONCLUDED);
    assert_int_equal(f->proposal.rounds_granted, 1);
    assert_int_equal(fire_of(f)->result, RESULT(AGREE));
    assert_int_equal(fire_of(f)->carried_from, 1);
    assert_int_equal(f->proposal.reviews[PLANNING]->carried_from, 1);
    assert_int_equal(f->proposal.past_rounds[0]->reviews[FIRE]->result, RESULT(TACIT));
    assert_true(bytes_equal(bytes_of(f->proposal.past_rounds[0]->verdict), bytes_of(verdict)));
    assert_false(bytes_equal(bytes_of(f->proposal.verdict), bytes_of(verdict)));
}

/* ---- questions ---- */

static enum refusal ask(struct fixture *f, const Hs__Principal *signer, const char *text)
{
    Hs__AskApplicant body = HS__ASK_APPLICANT__INIT;
    Hs__Question *question = message_new(&hs__question__descriptor, &f->arena);
    Hs__Question **questions = arena_array(&f->arena, 1, sizeof *questions);
    Hs__Command command = HS__COMMAND__INIT;

    assert_non_null(question);
    assert_non_null(questions);
    question->text = text;
    questions[0] = question;
    body.review = ref_of(f, signer->department);
    body.questions = questions;
    body.n_questions = 1;
    command.body_case = HS__COMMAND__BODY_ASK_APPLICANT;
    command.ask_applicant = &body;
    return run(f, signer, &command);
}

static enum refusal reply(struct fixture *f, const char *text)
{
    Hs__Revise body = HS__REVISE__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.packet = f->packet;
    body.reply = text;
    command.body_case = HS__COMMAND__BODY_REVISE;
    command.revise = &body;
    return run(f, &f->office.applicant, &command);
}

static void questions_are_gathered_into_one_correction(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->question_window = HOURS(4);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    assert_int_equal(ask(f, &f->office.fireman, "车道做法？"), REFUSAL_NONE);
    until(f, "2026-03-10 12:00");
    assert_int_equal(ask(f, &f->office.planner, "立面材料？"), REFUSAL_NONE);
    until(f, "2026-03-10 18:00");

    assert_trace(f, "03-10 14:20 planning held\n"
                    "03-10 14:20 fire held\n"
                    "03-10 14:20 asked for 2\n");
    assert_int_equal(reply(f, ""), REFUSAL_REPLY_INCOMPLETE);
    assert_int_equal(ask(f, &f->office.fireman, "再问"), REFUSAL_CORRECTION_ALREADY_ASKED);
    until(f, "2026-03-12 10:00");
    assert_int_equal(reply(f, "见附件"), REFUSAL_NONE);
    assert_int_equal(fire_of(f)->state, HS__REVIEW__STATE__OPEN);
    assert_int_equal(fire_of(f)->due_at, instant_of("2026-03-19 17:30"));
    assert_string_equal(f->proposal.correction_reply, "见附件");
    assert_int_equal(f->proposal.n_missing, 0);
}

static void a_question_of_one_that_has_answered_is_not_sent(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->question_window = HOURS(4);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    assert_int_equal(ask(f, &f->office.fireman, ""), REFUSAL_REASON_MISSING);
    assert_int_equal(ask(f, &f->office.fireman, "车道做法？"), REFUSAL_NONE);
    assert_int_equal(agree(f, &f->office.fireman), REFUSAL_NONE);
    until(f, "2026-03-10 18:00");

    assert_trace(f, "");
}

static void a_correction_that_is_not_answered_lapses(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->correction = DAYS(2);
    f->office.process->stages[0]->correction_more = DAYS(1);
    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    assert_int_equal(ask(f, &f->office.fireman, "车道做法？"), REFUSAL_NONE);
    until(f, "2026-03-10 10:20");
    assert_trace(f, "03-10 10:20 fire held\n03-10 10:20 asked for 1\n");
    assert_int_equal(extend_correction(f, &f->office.other_applicant, "请延"),
                     REFUSAL_NOT_YOUR_PROPOSAL);
    assert_int_equal(extend_correction(f, &f->office.applicant, ""), REFUSAL_REASON_MISSING);
    assert_int_equal(extend_correction(f, &f->office.applicant, "请延"), REFUSAL_NONE);
    assert_int_equal(extend_correction(f, &f->office.applicant, "再延"), REFUSAL_ALREADY_EXTENDED);
    until(f, "2026-03-20 10:00");

    assert_trace(f, "03-13 17:30+ lapsed\n");
    assert_int_equal(f->proposal.status, HS__PROPOSAL__STATUS__LAPSED);
    assert_int_equal(reply(f, "迟了"), REFUSAL_PROPOSAL_ENDED);
}

/* ---- a new calendar ---- */

static void close_a_day(struct fixture *f)
{
    static const char *off[] = {"2026-03-12"};

    f->calendar_message.years[0]->holidays[0]->days = off;
    f->calendar = calendar_build(&f->calendar_message, &f->arena);
    assert_non_null(f->calendar);
}

static void recompute(struct fixture *f)
{
    struct situation situation = situation_of(f, NULL);

    decide_recompute(&situation, &f->decision);
    trace_decision(f);
    apply_all(f);
}

static void a_new_day_off_moves_the_limit_later(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    assert_int_equal(receive(f), REFUSAL_NONE);
    close_a_day(f);
    recompute(f);
    recompute(f);
    until(f, "2026-03-18 12:00");

    assert_trace(f, "03-10 10:20 fire moved 03-17 17:30 to 03-18 17:30\n"
                    "03-16 09:00 fire half\n"
                    "03-17 09:00 fire day_before\n"
                    "03-18 09:00 fire due_day\n");
}

static void a_limit_that_passes_before_its_turn_is_computed_first(void **state)
{
    struct fixture *f = *state;

    open_at(f, "2026-03-10 10:20");
    until(f, "2026-03-17 16:00");
    f->trace_size = 0;
    close_a_day(f);
    until(f, "2026-03-18 18:00");

    assert_trace(f, "03-17 17:30+ fire moved 03-17 17:30 to 03-18 17:30\n"
                    "03-18 09:00 fire due_day\n"
                    "03-18 15:30 fire last_hours\n"
                    "03-18 17:30+ fire overdue, escalated\n");
}

static void a_limit_is_never_moved_earlier(void **state)
{
    struct fixture *f = *state;
    static const char *work[] = {"2026-03-14"};

    open_at(f, "2026-03-10 10:20");
    f->calendar_message.years[0]->work_days = work;
    f->calendar = calendar_build(&f->calendar_message, &f->arena);
    recompute(f);

    assert_trace(f, "");
    assert_int_equal(fire_of(f)->due_at, instant_of("2026-03-17 17:30"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_limit_in_working_days_ends_at_close_of_business),
        CASE(an_answer_a_millisecond_later_is_late),
        CASE(the_ladder_comes_in_order_each_rung_once),
        CASE(nobody_is_alarmed_about_what_was_received),
        CASE(the_receipt_alarm_counts_office_hours),
        CASE(a_short_limit_leaves_out_what_would_come_before_delivery),
        CASE(rungs_missed_while_down_come_together_and_count_once),
        CASE(a_limit_in_elapsed_time_has_its_own_ladder),
        CASE(a_hold_moves_the_limit_by_its_working_days),
        CASE(a_hold_ends_by_itself_at_its_instant),
        CASE(holds_that_overlap_count_once),
        CASE(a_department_asks_and_the_office_decides),
        CASE(a_hold_without_reason_document_or_end_is_refused),
        CASE(a_whole_proposal_is_held_and_goes_on_with_its_total),
        CASE(the_total_is_recorded_as_passed_and_ends_nothing),
        CASE(a_head_extends_once_by_at_most_half),
        CASE(after_the_limit_only_an_outage_extends),
        CASE(no_extension_where_the_stage_gives_none),
        CASE(silence_is_consent_when_every_condition_holds),
        CASE(a_safety_critical_department_never_consents_by_silence),
        CASE(a_late_receipt_bars_consent),
        CASE(one_reminder_is_not_enough_and_a_persons_counts),
        CASE(reminders_missed_while_down_bar_consent),
        CASE(a_hold_or_an_extension_bars_consent),
        CASE(a_failed_must_check_bars_consent),
        CASE(a_provisional_date_bars_consent),
        CASE(what_is_waited_for_is_not_pressed),
        CASE(a_late_opinion_stands_beside_the_silence_until_the_lead_reopens),
        CASE(why_a_late_opinion_counts_is_kept_with_the_review),
        CASE(a_round_that_is_reopened_hears_what_came_after_the_verdict),
        CASE(an_opinion_given_to_what_was_carried_is_of_the_round_it_was_given_in),
        CASE(a_late_opinion_opens_another_round_after_the_verdict),
        CASE(questions_are_gathered_into_one_correction),
        CASE(a_question_of_one_that_has_answered_is_not_sent),
        CASE(a_correction_that_is_not_answered_lapses),
        CASE(a_new_day_off_moves_the_limit_later),
        CASE(a_limit_that_passes_before_its_turn_is_computed_first),
        CASE(a_limit_is_never_moved_earlier),
    };

    return cmocka_run_group_tests_name("clocks", tests, NULL, NULL);
#undef CASE
}
