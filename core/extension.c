/* SPDX-License-Identifier: Apache-2.0 */
/* 延长: more time, once. 行政许可法 42 (20 days and 10 more, 45 and 15 more) is the pattern: by the
 * head, before the limit has passed, with a reason that the applicant is told. */
#include "core/wake.h"

#include <string.h>

#include "core/authorise.h"
#include "lib/number.h"

/* The longest extension for an outage of the system: beyond it an error is likelier. */
enum { OUTAGE_DAYS_MAX = 250, OUTAGE_SECONDS_MAX = 366 * 24 * 3600, SECOND_MS = 1000 };

static bool is_in_days(const Hs__Limit *limit)
{
    return limit != NULL && limit->span_case == HS__LIMIT__SPAN_WORKING_DAYS;
}

/* Returns @share of @whole, rounded up; 0 if the share is no fraction (lint refuses such a one). */
static int64_t share_of(const char *share, int64_t whole)
{
    struct number fraction;
    struct number product;

    if (number_from_fraction(bytes_of_text(share), &fraction) != NUMBER_OK ||
        number_multiply(fraction, (struct number){whole, 1}, &product) != NUMBER_OK) {
        return 0;
    }
    return (product.numerator + product.denominator - 1) / product.denominator;
}

/* Refuses an extension by the department's head that the stage does not provide for. */
static bool share_allows(const struct situation *situation, const Hs__Review *review,
                         const Hs__Extension *extension, struct decision *out)
{
    const Hs__Stage *stage = situation->rulebook == NULL ? NULL : situation->rulebook->stage;
    bool in_days = is_in_days(review->limit);

    if (stage == NULL || stage->extension == NULL || situation->proposal->round > 1) {
        decision_refuse(out, REFUSAL_EXTENSION_NOT_PROVIDED, review->department);
        return false;
    }
    for (size_t i = 0; i < review->n_extensions; i++) {
        if (!review->extensions[i]->outage) {
            decision_refuse(out, REFUSAL_ALREADY_EXTENDED, review->department);
            return false;
        }
    }

    int64_t most =
        share_of(stage->extension->share, in_days ? (int64_t)review->limit->working_days
                                                  : limit_elapsed_ms(review->limit) / SECOND_MS);
    if ((in_days ? extension->working_days : extension->seconds) > most) {
        decision_refuse(out, REFUSAL_EXTENSION_TOO_LONG,
                        in_days ? arena_format(situation->arena, "%lld", (long long)most) : NULL);
        return false;
    }
    return true;
}

/* An extension is in the unit of its limit, and has a reason. */
static bool extension_is_sound(const Hs__Review *review, const Hs__Extension *extension,
                               struct decision *out)
{
    bool in_days = is_in_days(review->limit);

    if (extension == NULL || review->due_at == 0 || review->limit == NULL ||
        (in_days ? extension->working_days == 0 || extension->seconds != 0
                 : extension->seconds == 0 || extension->working_days != 0) ||
        extension->working_days > OUTAGE_DAYS_MAX || extension->seconds > OUTAGE_SECONDS_MAX) {
        decision_refuse(out, REFUSAL_EXTENSION_INVALID, NULL);
        return false;
    }
    if (extension->reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
        return false;
    }
    return true;
}

static Hs__Extension *granted(const struct situation *situation, const Hs__Extension *asked,
                              struct decision *out)
{
    Hs__Extension *extension = decision_new(out, situation, &hs__extension__descriptor);

    if (extension != NULL) {
        extension->working_days = asked->working_days;
        extension->seconds = asked->seconds;
        extension->reason = asked->reason;
        extension->outage = asked->outage;
        extension->granted_by = situation->signer->name;
        extension->granted_at = situation->now_ms;
    }
    return extension;
}

/* Returns @rows with @one more; NULL if the arena is too small. */
static Hs__Extension **with(Hs__Extension *const *rows, size_t count, Hs__Extension *one,
                            struct arena *arena)
{
    Hs__Extension **more = arena_array(arena, count + 1, sizeof(Hs__Extension *));

    if (more != NULL) {
        for (size_t i = 0; i < count; i++) {
            more[i] = rows[i];
        }
        more[count] = one;
    }
    return more;
}

static void extend_review(const struct situation *situation, const Hs__Review *review,
                          const Hs__Extension *asked, struct decision *out)
{
    const struct clock_law law = decision_law(situation);
    Hs__Extension *extension = granted(situation, asked, out);
    Hs__Review later = *review;

    later.extensions = with(review->extensions, review->n_extensions, extension, situation->arena);
    later.n_extensions = review->n_extensions + 1;
    if (extension == NULL || later.extensions == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }

    struct clock_end end = review_end(&later, situation->calendar, situation->now_ms);
    later.due_at = end.due_ms < review->due_at ? review->due_at : end.due_ms;
    if (review->state == HS__REVIEW__STATE__OVERDUE && later.due_at < situation->now_ms) {
        decision_refuse(out, REFUSAL_EXTENSION_INVALID, review->department); /* still overdue */
        return;
    }
    if (later.state == HS__REVIEW__STATE__OVERDUE) {
        later.state = HS__REVIEW__STATE__OPEN;
    }
    later.rung_at = situation->now_ms;

    Hs__LimitExtended *extended = decision_event(out, situation, HS__EVENT__BODY_LIMIT_EXTENDED);
    if (extended != NULL) {
        extended->round = situation->proposal->round;
        extended->department = review->department;
        extended->extension = extension;
        extended->due_at = later.due_at;
        extended->wake_at = review_wake(&later, &law);
        extended->provisional = end.is_provisional;
    }
}

/* The head extends what runs; the office, for an outage, also what has passed unanswered. */
static void decide_extend_review(const struct situation *situation, const Hs__ExtendLimit *extend,
                                 struct decision *out)
{
    bool is_outage = extend->extension != NULL && extend->extension->outage;
    Hs__Principal__Role role = is_outage ? HS__PRINCIPAL__ROLE__OFFICE : HS__PRINCIPAL__ROLE__HEAD;
    Hs__Review *review = NULL;

    if (!principal_has_role(situation->signer, role)) {
        decision_refuse(out, REFUSAL_NOT_ALLOWED, NULL);
        return;
    }
    if (!(is_outage ? decision_review(situation, extend->review, out, &review)
                    : decision_own_review(situation, extend->review, out, &review))) {
        return;
    }

    bool is_running = review->state == HS__REVIEW__STATE__OPEN ||
                      (is_outage && (review->state == HS__REVIEW__STATE__OVERDUE ||
                                     review->state == HS__REVIEW__STATE__HELD));
    if (situation->proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW || !is_running) {
        decision_refuse(out, REFUSAL_CLOCK_NOT_RUNNING, review->department);
        return;
    }
    if (extension_is_sound(review, extend->extension, out) &&
        (is_outage || share_allows(situation, review, extend->extension, out))) {
        extend_review(situation, review, extend->extension, out);
    }
}

/* Why the applicant's clock is not extended; NONE if it is. */
static enum refusal refusal_of_request(const struct situation *situation, const Hs__Clock *clock,
                                       const Hs__Limit *more, const Hs__Extension *extension)
{
    if (strcmp(situation->proposal->applicant, situation->signer->name) != 0) {
        return REFUSAL_NOT_YOUR_PROPOSAL;
    }
    if (clock == NULL || clock->passed) {
        return REFUSAL_CLOCK_NOT_RUNNING;
    }
    if (more == NULL) {
        return REFUSAL_EXTENSION_NOT_PROVIDED;
    }
    if (clock->n_extensions > 0) {
        return REFUSAL_ALREADY_EXTENDED;
    }
    return extension == NULL || extension->reason[0] == '\0' ? REFUSAL_REASON_MISSING
                                                             : REFUSAL_NONE;
}

/* The applicant's clock, once, by what the stage gives. */
static void decide_extend_correction(const struct situation *situation,
                                     const Hs__ExtendLimit *extend, struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;
    const Hs__Clock *clock = proposal_clock(proposal, HS__CLOCK__KIND__CORRECTION);
    const Hs__Stage *stage = situation->rulebook == NULL ? NULL : situation->rulebook->stage;
    const Hs__Limit *more = stage == NULL ? NULL : stage->correction_more;
    Hs__Extension asked = HS__EXTENSION__INIT;

    enum refusal refusal = refusal_of_request(situation, clock, more, extend->extension);
    if (refusal != REFUSAL_NONE || clock == NULL || more == NULL || extend->extension == NULL) {
        decision_refuse(out, refusal, proposal->number);
        return;
    }
    asked.reason = extend->extension->reason;
    asked.working_days = is_in_days(more) ? more->working_days : 0;
    asked.seconds = (uint32_t)(limit_elapsed_ms(more) / SECOND_MS);

    Hs__Extension *extension = granted(situation, &asked, out);
    Hs__LimitExtended *extended = decision_event(out, situation, HS__EVENT__BODY_LIMIT_EXTENDED);
    if (extension == NULL || extended == NULL) {
        return;
    }

    const struct clock_terms terms = {
        .limit = clock->limit,
        .from_ms = clock->since_at,
        .extensions = &extension,
        .extension_count = 1,
        .now_ms = situation->now_ms,
    };
    struct clock_end end = clock_end_of(&terms, situation->calendar);
    extended->round = proposal->round;
    extended->extension = extension;
    extended->due_at = end.due_ms < clock->due_at ? clock->due_at : end.due_ms;
    extended->provisional = end.is_provisional;
}

void decide_extend(const struct situation *situation, const Hs__ExtendLimit *extend,
                   struct decision *out)
{
    if (extend->review == NULL) {
        decision_refuse(out, REFUSAL_MALFORMED, "review");
    } else if (situation->proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
    } else if (extend->review->department[0] == '\0') {
        decide_extend_correction(situation, extend, out);
    } else {
        decide_extend_review(situation, extend, out);
    }
}
