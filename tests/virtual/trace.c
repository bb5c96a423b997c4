/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtual/trace.h"

#include <inttypes.h>

/* Begins a line about a department, or about a clock of the whole. */
static void begin(FILE *file, int64_t at_ms, uint64_t proposal, const char *whose)
{
    (void)fprintf(file, "%" PRId64 " %" PRIu64 " %s ", at_ms, proposal, whose);
}

static const char *clock_of(Hs__Clock__Kind kind)
{
    static const char *const kinds[] = {
        "", "-total", "-correction", "-coordination", "-decision", "-consolidation", "-condition"};

    return kinds[kind];
}

/* A clock of the whole begins. */
static void started(FILE *file, int64_t at_ms, uint64_t proposal, const Hs__Clock *clock)
{
    if (clock != NULL) {
        begin(file, at_ms, proposal, clock_of(clock->kind));
        (void)fprintf(file, "started %" PRId64 " %d\n", clock->due_at, clock->provisional);
    }
}

static void opened(FILE *file, int64_t at_ms, const Hs__Event *event)
{
    const Hs__RoundOpened *round = event->round_opened;

    for (size_t i = 0; i < round->n_reviews; i++) {
        const Hs__Review *review = round->reviews[i];

        begin(file, at_ms, event->proposal, review->department);
        (void)fprintf(file, "opened %" PRId64 " %d\n", review->due_at, review->provisional);
    }
    started(file, at_ms, event->proposal, round->total);
}

static void overdue(FILE *file, const Hs__ReviewOverdue *body)
{
    static const char *const dispositions[] = {"escalate", "tacit", "wait"};
    static const char *const barriers[] = {"none",         "not_provided", "safety_critical",
                                           "not_received", "not_reminded", "clock_changed",
                                           "must_check",   "provisional"};

    (void)fprintf(file, "overdue %" PRId64 " %s %s %" PRId64 "\n", body->due_at,
                  dispositions[body->disposition], barriers[body->barrier], body->written_due_at);
}

static const char *reason_of(Hs__Hold__Reason reason)
{
    static const char *const reasons[] = {"",         "correction",    "expert_review",
                                          "hearing",  "public_notice", "applicant_request",
                                          "superior", "force_majeure"};

    return reasons[reason];
}

static void resumed(FILE *file, const Hs__ClockResumed *body)
{
    (void)fprintf(file, "resumed %s %" PRId64 " %" PRId64 " %d\n", reason_of(body->reason),
                  body->to_at, body->due_at, body->by_itself);
}

static void rung(FILE *file, const Hs__RungReached *body)
{
    (void)fputs("rung ", file);
    for (size_t i = 0; i < body->n_rungs; i++) {
        (void)fprintf(file, "%s%s", i > 0 ? "," : "", body->rungs[i]);
    }
    (void)fprintf(file, " %" PRId64 " %d\n", body->rung_at, body->reminds);
}

/* Begins a line about @department of the event's proposal. */
#define LINE(body) begin(file, at_ms, event->proposal, event->body->department)

/* The same, where no department means a clock of the whole. */
#define CLOCK_LINE(body)                                                    \
    begin(file, at_ms, event->proposal,                                     \
          event->body->department[0] == '\0' ? clock_of(event->body->clock) \
                                             : event->body->department)

void trace_event(FILE *file, int64_t at_ms, const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_ROUND_OPENED) {
        opened(file, at_ms, event);
    } else if (event->body_case == HS__EVENT__BODY_REVIEW_RECEIVED) {
        LINE(review_received);
        (void)fputs("received\n", file);
    } else if (event->body_case == HS__EVENT__BODY_REVIEW_DELIVERED) {
        LINE(review_delivered);
        (void)fputs("delivered\n", file);
    } else if (event->body_case == HS__EVENT__BODY_OPINION_GIVEN) {
        LINE(opinion_given);
        (void)fprintf(file, "opinion %d\n", event->opinion_given->late);
    } else if (event->body_case == HS__EVENT__BODY_REVIEW_OVERDUE) {
        LINE(review_overdue);
        overdue(file, event->review_overdue);
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_HELD) {
        CLOCK_LINE(clock_held);
        (void)fprintf(file, "held %s\n", reason_of(event->clock_held->hold->reason));
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_RESUMED) {
        CLOCK_LINE(clock_resumed);
        resumed(file, event->clock_resumed);
    } else if (event->body_case == HS__EVENT__BODY_RUNG_REACHED) {
        LINE(rung_reached);
        rung(file, event->rung_reached);
    } else if (event->body_case == HS__EVENT__BODY_DEADLINE_MOVED &&
               event->deadline_moved->due_at != event->deadline_moved->from_at) {
        CLOCK_LINE(deadline_moved);
        (void)fprintf(file, "moved %" PRId64 " %" PRId64 "\n", event->deadline_moved->from_at,
                      event->deadline_moved->due_at);
    } else if (event->body_case == HS__EVENT__BODY_LIMIT_EXTENDED) {
        LINE(limit_extended);
        (void)fprintf(file, "extended %" PRId64 "\n", event->limit_extended->due_at);
    } else if (event->body_case == HS__EVENT__BODY_REVIEW_REMINDED) {
        LINE(review_reminded);
        (void)fputs("reminded\n", file);
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_PASSED) {
        begin(file, at_ms, event->proposal, clock_of(event->clock_passed->kind));
        (void)fprintf(file, "passed %" PRId64 "\n", event->clock_passed->due_at);
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_STARTED) {
        started(file, at_ms, event->proposal, event->clock_started->clock);
    } else if (event->body_case == HS__EVENT__BODY_VERDICT_ISSUED) {
        started(file, at_ms, event->proposal, event->verdict_issued->decision);
    }
}

/* Returns the word of @command and sets @proposal to the one it is about. */
static const char *word_of(const Hs__Command *command, uint64_t *proposal)
{
    const Hs__ReviewRef *review = NULL;
    const char *word = NULL;

    if (command->body_case == HS__COMMAND__BODY_GIVE_OPINION) {
        review = command->give_opinion->review;
        word = "opinion";
    } else if (command->body_case == HS__COMMAND__BODY_HOLD_CLOCK) {
        review = command->hold_clock->review;
        word = "hold";
    } else if (command->body_case == HS__COMMAND__BODY_RESUME_CLOCK) {
        review = command->resume_clock->review;
        word = "resume";
    } else if (command->body_case == HS__COMMAND__BODY_EXTEND_LIMIT) {
        review = command->extend_limit->review;
        word = "extend";
    } else if (command->body_case == HS__COMMAND__BODY_REMIND_REVIEW) {
        review = command->remind_review->review;
        word = "remind";
    } else if (command->body_case == HS__COMMAND__BODY_DELIVER_REVIEW) {
        review = command->deliver_review->review;
        word = "deliver";
    }
    *proposal = review == NULL ? 0 : review->proposal;
    return word;
}

void trace_refusal(FILE *file, int64_t at_ms, const Hs__Command *command, const char *code)
{
    uint64_t proposal = 0;
    const char *word = word_of(command, &proposal);

    begin(file, at_ms, proposal, "~");
    (void)fprintf(file, "refused %s %s\n", word == NULL ? "?" : word, code);
}
