/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/runtime.h"

#include <string.h>

#include "agents/events.h"
#include "agents/outbox.h"
#include "agents/publication.h"
#include "lib/check.h"

/* ---- ends ---- */

static void end(struct runtime *runtime, enum runtime_end why)
{
    if (!runtime->has_ended) {
        runtime->has_ended = true;
        runtime->conversation->is_stopped = true; /* nothing is acknowledged any more */
        runtime->listener.ended(runtime->listener.self, why);
    }
}

void runtime_fail(struct runtime *runtime, enum err err)
{
    log_event(runtime->settings.log, LOG_ERROR, "store_failed", log_err(err), LOG_END);
    end(runtime, RUNTIME_STORE_FAILED);
}

void runtime_changed(struct runtime *runtime, enum err err)
{
    runtime->has_changed = true;
    if (err != ERR_OK && !runtime->has_ended) {
        runtime_fail(runtime, err);
    }
}

/* ---- tasks ---- */

static const Hs__ReviewTask *read_body(struct runtime *runtime, const struct task *task)
{
    return message_read(&hs__review_task__descriptor, task->body, &runtime->task_arena);
}

void runtime_redo(struct runtime *runtime, struct task_key key)
{
    enum task_state state = TASK_NEW;

    if (store_state(runtime->store, key, &state) != ERR_OK) {
        return; /* it ended meanwhile */
    }
    runtime_changed(runtime, store_set_state(runtime->store, key, TASK_NEW));
    queue_add(&runtime->queue, key, 1); /* it is late already: at once */
}

void runtime_leave(struct runtime *runtime, struct task_key key)
{
    enum task_state state = TASK_NEW;

    if (store_state(runtime->store, key, &state) == ERR_OK) {
        runtime_changed(runtime, store_set_state(runtime->store, key, TASK_LEFT));
    }
}

static void retry_waiting(struct runtime *runtime)
{
    struct queue_entry entry;

    while (queue_take(&runtime->waiting, &entry)) {
        queue_add(&runtime->queue, entry.key, entry.due_ms);
    }
}

/* Stores what was decided of @task: its command and its new state, in this turn's commit. */
static void record(struct runtime *runtime, const struct task *task, const Hs__ReviewTask *review,
                   struct handling *handling)
{
    bool is_too_large =
        handling->command != NULL && message_size(handling->command) > CLIENT_ENVELOPE_BYTES_MAX;

    if (is_too_large) {
        *handling = (struct handling){.what = HANDLED_LEFT, .reason = "the opinion is too large"};
    }
    if (handling->command != NULL) {
        enum err err = outbox_push(runtime, handling->command, &runtime->task_arena);

        runtime_changed(runtime, err);
    }
    enum task_state state = handling->what == HANDLED_ANSWERED ? TASK_ANSWERED : TASK_LEFT;
    runtime_changed(runtime, store_set_state(runtime->store, task->key, state));
    log_event(runtime->settings.log, handling->reason != NULL ? LOG_WARNING : LOG_DEBUG,
              handling->what == HANDLED_ANSWERED ? "review_answered" : "review_left_to_person",
              log_text("review", review->review_id),
              log_text("reason", handling->reason == NULL ? "" : handling->reason), LOG_END);
}

static void decide_task(struct runtime *runtime, const struct queue_entry *entry)
{
    struct task task = {0};
    struct handling handling = {.what = HANDLED_LEFT, .reason = "the review cannot be read"};
    enum err err = store_task(runtime->store, entry->key, &runtime->task_arena, &task);

    if (err == ERR_ABSENT || (err == ERR_OK && task.state != TASK_NEW)) {
        return; /* it ended meanwhile, or is done */
    }
    const Hs__ReviewTask *review = err == ERR_OK ? read_body(runtime, &task) : NULL;
    if (review == NULL) {
        runtime_fail(runtime, err == ERR_OK ? ERR_CORRUPT : err);
        return;
    }
    runtime->handler.handle(runtime->handler.self, review, &runtime->task_arena, &handling);
    if (handling.what == HANDLED_WAITS) {
        queue_add(&runtime->waiting, entry->key, entry->due_ms);
        return;
    }
    record(runtime, &task, review, &handling);
}

static void decide_tasks(struct runtime *runtime)
{
    struct queue_entry entry;

    for (int i = 0; i < RUNTIME_TASKS_PER_TURN && !runtime->has_ended; i++) {
        if (!queue_take(&runtime->queue, &entry)) {
            return;
        }
        decide_task(runtime, &entry);
        arena_clear(&runtime->task_arena);
    }
}

/* ---- turns ---- */

/* The last head is stored with whatever else is: a commit of its own for each would cost more than
 * the few heads that a kill may lose are worth. */
static void store_head_seen(struct runtime *runtime)
{
    const struct seen_head *seen = &runtime->conversation->witness.seen;

    if (seen->seq > runtime->stored_head.seq) {
        runtime->stored_head = *seen;
        runtime_changed(runtime, store_set_head(runtime->store, seen));
    }
}

static void commit(struct runtime *runtime)
{
    if (runtime->has_changed && !runtime->has_ended) {
        store_head_seen(runtime);
    }
    if (runtime->has_ended) {
        store_abort(runtime->store);
        return;
    }
    runtime->has_changed = false;

    enum err err = store_commit(runtime->store);
    if (err == ERR_OK) {
        err = outbox_hand_over(runtime);
    }
    if (err != ERR_OK) {
        runtime_fail(runtime, err);
    }
}

static bool on_turn(void *self)
{
    struct runtime *runtime = self;

    if (runtime->has_ended) {
        return false;
    }
    decide_tasks(runtime);
    commit(runtime);
    return runtime->queue.count > 0 && !runtime->has_ended;
}

/* ---- what the broker sends ---- */

static void on_review(void *self, const Hs__ReviewTask *review)
{
    struct runtime *runtime = self;
    struct task task = {.key = {review->review->proposal, review->review->round},
                        .state = TASK_NEW};
    enum task_state known = TASK_NEW;

    if (runtime->has_ended) {
        return;
    }
    if (strcmp(review->review->department, runtime->settings.department) != 0) {
        log_event(runtime->settings.log, LOG_WARNING, "review_of_another_department",
                  log_text("review", review->review_id), LOG_END);
        return;
    }
    if (store_state(runtime->store, task.key, &known) == ERR_OK) {
        return; /* lent again: its commands are in the outbox, or a person has it */
    }
    task.body = message_pack(review, &runtime->task_arena);
    if (task.body.data == NULL) {
        runtime_fail(runtime, ERR_FULL);
        return;
    }
    runtime_changed(runtime, store_put_task(runtime->store, &task));
    runtime_changed(runtime, outbox_push_receipt(runtime, task.key, &runtime->task_arena));
    arena_clear(&runtime->task_arena);
    queue_add(&runtime->queue, task.key, review->due_at);
    log_event(runtime->settings.log, LOG_DEBUG, "review_stored",
              log_text("review", review->review_id), LOG_END);
}

static void drop_task(struct runtime *runtime, struct task_key key)
{
    runtime_changed(runtime, store_remove_task(runtime->store, key));
    log_event(runtime->settings.log, LOG_INFO, "review_ended",
              log_number("proposal", (int64_t)key.proposal), log_number("round", key.round),
              LOG_END);
}

static void on_review_ended(void *self, const Hs__ReviewRef *review)
{
    struct runtime *runtime = self;
    struct task_key key = {review->proposal, review->round};
    enum task_state state = TASK_NEW;

    if (!runtime->has_ended && strcmp(review->department, runtime->settings.department) == 0 &&
        store_state(runtime->store, key, &state) == ERR_OK) {
        drop_task(runtime, key);
    }
}

static void on_problem(void *self, enum client_problem problem, const char *detail)
{
    struct runtime *runtime = self;

    log_event(runtime->settings.log, LOG_ERROR, "broker_problem",
              log_text("code", client_problem_code(problem)), log_text("detail", detail), LOG_END);
    if (problem == PROBLEM_HISTORY_DIFFERS) {
        end(runtime, RUNTIME_HISTORY_DIFFERS);
    } else if (problem == PROBLEM_WRONG_BROKER) {
        end(runtime, RUNTIME_WRONG_BROKER);
    }
}

static void on_lost(void *self)
{
    struct runtime *runtime = self;

    runtime->is_lost = true;
    log_event(runtime->settings.log, LOG_WARNING, "connection_lost", LOG_END);
}

static void on_denied(void *self)
{
    const struct runtime *runtime = self;

    log_event(runtime->settings.log, LOG_WARNING, "connection_refused",
              log_text("reason", "the key is not enrolled, or this is another broker"), LOG_END);
}

/* ---- what a connection begins with ---- */

static void take_department(struct runtime *runtime, const Hs__Office *office)
{
    runtime->rules.department = NULL;
    arena_clear(&runtime->office_arena);
    for (size_t i = 0; i < office->n_departments; i++) {
        if (strcmp(office->departments[i]->id, runtime->settings.department) == 0) {
            runtime->rules.department =
                message_copy(office->departments[i], &runtime->office_arena);
        }
    }
    if (runtime->rules.department == NULL) {
        log_event(runtime->settings.log, LOG_ERROR, "department_unknown",
                  log_text("department", runtime->settings.department), LOG_END);
        return;
    }
    runtime->rules.may_answer = runtime->rules.department->answer == HS__DEPARTMENT__ANSWER__RULES;
    retry_waiting(runtime);
}

static void on_office(void *self, const Hs__Answer *answer)
{
    struct runtime *runtime = self;

    if (answer->body_case == HS__ANSWER__BODY_OFFICE) {
        take_department(runtime, answer->office);
    } else if (answer->body_case == HS__ANSWER__BODY_REFUSAL) {
        log_event(runtime->settings.log, LOG_ERROR, "office_refused",
                  log_text("code", answer->refusal->code), LOG_END);
    }
}

/* The tasks that are in no list of open reviews. */
struct absentees {
    struct runtime *runtime;
    const Hs__Answer__Reviews *open;
    struct queue found;
};

static bool is_open(const Hs__Answer__Reviews *open, const char *review_id)
{
    for (size_t i = 0; i < open->n_reviews; i++) {
        if (strcmp(open->reviews[i]->review_id, review_id) == 0) {
            return true;
        }
    }
    return false;
}

static enum err look_for_absentee(void *self, const struct task *task)
{
    struct absentees *absentees = self;
    struct arena *arena = &absentees->runtime->task_arena;
    struct arena_mark mark = arena_mark(arena);
    const Hs__ReviewTask *review = read_body(absentees->runtime, task);

    /* An opinion in the outbox is answered by itself. */
    if (review != NULL && task->state != TASK_ANSWERED &&
        !is_open(absentees->open, review->review_id)) {
        queue_add(&absentees->found, task->key, 0);
    }
    arena_rewind(arena, mark);
    return ERR_OK;
}

static void on_open_reviews(void *self, const Hs__Answer *answer)
{
    struct runtime *runtime = self;
    struct absentees absentees = {.runtime = runtime, .open = answer->reviews};
    struct queue_entry entry;

    if (runtime->has_ended || answer->body_case != HS__ANSWER__BODY_REVIEWS ||
        answer->reviews->n_reviews >= RUNTIME_REVIEWS_MAX) {
        return; /* an incomplete list proves nothing */
    }
    queue_init(&absentees.found);
    enum err err = store_each_task(runtime->store, look_for_absentee, &absentees);
    if (err != ERR_OK) {
        runtime_fail(runtime, err);
    }
    while (!runtime->has_ended && queue_take(&absentees.found, &entry)) {
        drop_task(runtime, entry.key);
    }
    queue_release(&absentees.found);
}

static void ask_office(struct runtime *runtime)
{
    Hs__Query__GetOffice office = HS__QUERY__GET_OFFICE__INIT;
    Hs__Query__Reviews reviews = HS__QUERY__REVIEWS__INIT;
    Hs__Query query = HS__QUERY__INIT;

    query.body_case = HS__QUERY__BODY_OFFICE;
    query.office = &office;
    (void)conversation_query(runtime->conversation, &query, on_office, runtime);
    reviews.department = runtime->settings.department;
    reviews.limit = RUNTIME_REVIEWS_MAX;
    query.body_case = HS__QUERY__BODY_REVIEWS;
    query.reviews = &reviews;
    /* Either question not taken, for want of room, is asked by the next connection. */
    (void)conversation_query(runtime->conversation, &query, on_open_reviews, runtime);
}

static void on_welcomed(void *self, const Hs__Welcome *welcome)
{
    struct runtime *runtime = self;

    if (runtime->has_ended) {
        return;
    }
    runtime->settings.log->utc_offset_minutes = welcome->utc_offset_minutes;
    log_event(runtime->settings.log, runtime->is_lost || !runtime->is_ready ? LOG_INFO : LOG_DEBUG,
              "welcomed", log_text("office", welcome->office),
              log_number("credit", runtime->conversation->settings.credit), LOG_END);
    runtime->is_lost = false;
    rulebooks_retry(&runtime->rulebooks);
    retry_waiting(runtime);
    publication_welcomed(runtime, welcome);
    if (runtime->conversation->is_welcomed) { /* not, where another hello is about to be said */
        ask_office(runtime);
    }
}

/* ---- definitions ---- */

static void on_definition(void *self, const Hs__Answer *answer)
{
    struct definition_fetch *fetch = self;
    struct runtime *runtime = fetch->runtime;
    bool is_there = answer->body_case == HS__ANSWER__BODY_DEFINITION;

    fetch->is_used = false;
    if (runtime->has_ended) {
        return;
    }
    runtime_changed(runtime, rulebooks_take(&runtime->rulebooks, &fetch->hash,
                                            is_there ? answer->definition : NULL));
    retry_waiting(runtime);
}

static bool fetch_definition(void *self, const struct hash *hash)
{
    struct runtime *runtime = self;
    struct definition_fetch *fetch = runtime->fetches;
    Hs__Query__GetDefinition get = HS__QUERY__GET_DEFINITION__INIT;
    Hs__Query query = HS__QUERY__INIT;

    while (fetch->is_used) {
        fetch++;
        require(fetch < runtime->fetches + DEFINITIONS_WANTED_MAX);
    }
    *fetch = (struct definition_fetch){.runtime = runtime, .hash = *hash};
    get.hash = binary_of((struct bytes){fetch->hash.bytes, sizeof fetch->hash.bytes});
    query.body_case = HS__QUERY__BODY_DEFINITION;
    query.definition = &get;
    fetch->is_used = conversation_query(runtime->conversation, &query, on_definition, fetch) != 0;
    return fetch->is_used;
}

/* ---- life ---- */

static enum err take_up(void *self, const struct task *task)
{
    struct runtime *runtime = self;
    struct arena_mark mark = arena_mark(&runtime->task_arena);
    const Hs__ReviewTask *review = task->state == TASK_NEW ? read_body(runtime, task) : NULL;

    if (task->state == TASK_NEW && review == NULL) {
        return ERR_CORRUPT;
    }
    if (review != NULL) {
        queue_add(&runtime->queue, task->key, review->due_at);
    }
    arena_rewind(&runtime->task_arena, mark);
    return ERR_OK;
}

enum err runtime_init(struct runtime *runtime, const struct runtime_settings *settings,
                      const struct runtime_listener *listener, struct store *store)
{
    const struct definition_fetcher fetcher = {fetch_definition, runtime};

    *runtime = (struct runtime){.settings = *settings, .listener = *listener, .store = store};
    rulebooks_init(&runtime->rulebooks, settings->department, store, &fetcher);
    runtime->rules = (struct rules_handler){.rulebooks = &runtime->rulebooks};
    runtime->handler = settings->runs_rules ? handler_rules(&runtime->rules) : handler_desk();
    queue_init(&runtime->queue);
    queue_init(&runtime->waiting);
    arena_init(&runtime->task_arena, RUNTIME_ARENA_BYTES);
    arena_init(&runtime->office_arena, RUNTIME_ARENA_BYTES);

    enum err err = store_head(store, &runtime->stored_head);
    return err != ERR_OK ? err : store_each_task(store, take_up, runtime);
}

uint32_t runtime_credit(const struct runtime *runtime)
{
    bool takes = runtime->settings.pack == NULL || runtime->publication == PUBLICATION_ON_RECORD;

    return takes ? runtime->settings.credit : 0;
}

struct client_handlers runtime_handlers(struct runtime *runtime)
{
    return (struct client_handlers){
        .self = runtime,
        .welcomed = on_welcomed,
        .lost = on_lost,
        .denied = on_denied,
        .review = on_review,
        .review_ended = on_review_ended,
        .problem = on_problem,
        .turn = on_turn,
    };
}

void runtime_attach(struct runtime *runtime, struct conversation *conversation)
{
    runtime->conversation = conversation;
}

void runtime_stop(struct runtime *runtime)
{
    if (runtime->has_ended || runtime->conversation == NULL) {
        return;
    }
    runtime->has_changed = true;
    commit(runtime);
    runtime->has_ended = true;
}

void runtime_release(struct runtime *runtime)
{
    outbox_release(runtime);
    rulebooks_release(&runtime->rulebooks);
    queue_release(&runtime->queue);
    queue_release(&runtime->waiting);
    arena_release(&runtime->task_arena);
    arena_release(&runtime->office_arena);
}
