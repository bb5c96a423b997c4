/* SPDX-License-Identifier: Apache-2.0 */
/* The offices of world.h, one of each kind, made once and kept. */
#include "tests/fuzz/world_office.h"

#include "lib/check.h"

enum { KEPT_BYTES = 64 << 20, RUNGS = 4, OFFSET_MINUTES = 480 };

enum trait {
    TRAIT_BY_DEPARTMENT = 1, /* each department's clock stands for what it lacks */
    TRAIT_CLOCKS = 2,        /* a ladder, extensions, limits of everything */
    TRAIT_CONFLICTS = 4,     /* incompatible demands, sealed opinions, two rounds, waivers */
    TRAIT_TACIT = 8,         /* silence of planning is consent, its limit in working days */
};

static void *make(struct small_office *office, const ProtobufCMessageDescriptor *type)
{
    void *message = message_new(type, office->arena);

    require(message != NULL);
    return message;
}

static void *array_of(struct small_office *office, size_t count)
{
    void *array = arena_array(office->arena, count, sizeof(void *));

    require(array != NULL);
    return array;
}

static Hs__Limit *limit_of(struct small_office *office, Hs__Limit__SpanCase unit, uint32_t count)
{
    Hs__Limit *limit = make(office, &hs__limit__descriptor);

    limit->span_case = unit;
    limit->working_days = count; /* the members of the span are one place */
    limit->basis = "设定";
    return limit;
}

static Hs__Rung *rung_of(struct small_office *office, Hs__Rung__AtCase at, uint32_t seconds)
{
    static const char *const ids[] = {"unreceived", "half", "before", "after"};
    Hs__Rung *rung = make(office, &hs__rung__descriptor);

    rung->id = ids[at - HS__RUNG__AT_UNRECEIVED];
    rung->to = at == HS__RUNG__AT_HALF || at == HS__RUNG__AT_BEFORE ? "department" : "head";
    rung->at_case = at;
    if (at == HS__RUNG__AT_HALF) {
        rung->half = true;
    } else {
        rung->before = limit_of(office, HS__LIMIT__SPAN_SECONDS, seconds); /* one place for all */
    }
    return rung;
}

static void add_clocks(struct small_office *office, Hs__Stage *stage)
{
    stage->ladder = array_of(office, RUNGS);
    stage->n_ladder = RUNGS;
    stage->ladder[0] = rung_of(office, HS__RUNG__AT_UNRECEIVED, 5);
    stage->ladder[1] = rung_of(office, HS__RUNG__AT_HALF, 0);
    stage->ladder[2] = rung_of(office, HS__RUNG__AT_BEFORE, 10);
    stage->ladder[3] = rung_of(office, HS__RUNG__AT_AFTER, 20);
    stage->ladder[3]->repeats = true;
    stage->extension = make(office, &hs__extension_rule__descriptor);
    stage->extension->share = "1/2";
    stage->correction = limit_of(office, HS__LIMIT__SPAN_MINUTES, 5);
    stage->correction_more = limit_of(office, HS__LIMIT__SPAN_MINUTES, 2);
    stage->total = limit_of(office, HS__LIMIT__SPAN_HOURS, 1);
    stage->question_window = limit_of(office, HS__LIMIT__SPAN_SECONDS, 30);
    stage->rereview_limit = limit_of(office, HS__LIMIT__SPAN_SECONDS, 30);
}

static void add_conflicts(struct small_office *office, Hs__Stage *stage)
{
    Hs__IncompatiblePair *pair = make(office, &hs__incompatible_pair__descriptor);

    pair->id = "lane_or_trees";
    pair->title = make(office, &hs__words__descriptor);
    pair->title->zh = "车道与树木";
    pair->one = array_of(office, 1);
    pair->one[0] = "width";
    pair->n_one = 1;
    pair->other = array_of(office, 1);
    pair->other[0] = "matter";
    pair->n_other = 1;
    office->process->incompatible = array_of(office, 1);
    office->process->incompatible[0] = pair;
    office->process->n_incompatible = 1;
    stage->sealed = true;
    stage->rounds_max = 2;
}

static const struct calendar *make_calendar(struct small_office *office)
{
    Hs__Calendar *calendar = make(office, &hs__calendar__descriptor);
    Hs__CalendarYear *year = make(office, &hs__calendar_year__descriptor);

    calendar->id = "days";
    calendar->version = 1;
    calendar->utc_offset_minutes = OFFSET_MINUTES;
    calendar->hours = make(office, &hs__office_hours__descriptor);
    calendar->hours->open = "09:00";
    calendar->hours->lunch_from = "12:00";
    calendar->hours->lunch_to = "14:00";
    calendar->hours->close = "17:30";
    year->year = 1970;
    year->notice = "通知";
    year->issued = "1969-11-04";
    calendar->years = array_of(office, 1);
    calendar->years[0] = year;
    calendar->n_years = 1;

    const struct calendar *built = calendar_build(calendar, office->arena);
    require(built != NULL);
    return built;
}

static void add_tacit(struct small_office *office, Hs__Seat *planning)
{
    planning->silence = make(office, &hs__silence__descriptor);
    planning->silence->disposition = HS__SILENCE__DISPOSITION__TACIT;
    planning->silence->basis = "办法第9条";
    planning->silence->written = limit_of(office, HS__LIMIT__SPAN_HOURS, 1);
    planning->limit = limit_of(office, HS__LIMIT__SPAN_WORKING_DAYS, 2);
    office->process->calendar = "days";
}

const struct kept_office *kept_office(unsigned kind)
{
    static struct kept_office offices[WORLD_KINDS];
    static struct arena arena;
    struct kept_office *kept = &offices[kind];
    struct small_office *office = &kept->small;

    require(kind < WORLD_KINDS);
    if (office->rulebook != NULL) {
        return kept;
    }
    if (arena.capacity_bytes == 0) {
        arena_init(&arena, KEPT_BYTES);
    }
    small_office_init(office, &arena);

    Hs__Stage *stage = office->process->stages[0];
    if ((kind & TRAIT_BY_DEPARTMENT) != 0) {
        office->process->completeness = HS__PROCESS__COMPLETENESS__DEPARTMENT;
    }
    if ((kind & TRAIT_CLOCKS) != 0) {
        add_clocks(office, stage);
    }
    if ((kind & TRAIT_CONFLICTS) != 0) {
        office->packs[2]->rules[0]->waivable = true; /* the gate's */
        add_conflicts(office, stage);
    }
    if ((kind & TRAIT_TACIT) != 0) {
        add_tacit(office, stage->seats[0]);
        kept->calendar = make_calendar(office);
    }
    small_office_compile(office);
    return kept;
}
