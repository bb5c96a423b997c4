/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of agents/runtime: a review from its arrival to its receipt, over refusals, restarts and
 * deaths, against a fake broker without sockets. */
#include "tests/unit/fake_broker.h"

#include <unistd.h>

#include "agents/runtime.h"
#include "os/files.h"

enum { MAP_BYTES = 64 * 1024 * 1024, CREDIT = 100 };

struct fixture {
    struct fake_broker fake;
    char folder[64];
    struct sign_key key;
    struct log log;
    struct published_pack pack;
    int64_t now_ms;

    /* What the office has. */
    Hs__Dictionary *dictionary;
    Hs__Process *process;
    Hs__Pack *rules;
    Hs__Pins *pins;
    Hs__Office *office;
    struct hash dictionary_hash;
    struct hash process_hash;
    struct hash pins_hash;
    struct bytes pack_in_force; /* hash; empty: none */
    const char *open[8];        /* the list of open reviews */
    size_t open_count;
    const char *refuses_opinions; /* the code, or NULL */
    const char *refuses_others;   /* receipts of reviews, findings */
    const char *refuses_pack;     /* the code, or NULL */
    bool is_deaf;                 /* answers no envelope */
    bool has_no_definitions;

    /* What it was told: opinions and findings in order of arrival. */
    size_t served; /* messages of the fake that were answered */
    const Hs__GiveOpinion *opinions[64];
    size_t opinion_count;
    const Hs__RecordFindings *findings[64];
    size_t finding_count;
    size_t receive_count;
    size_t publish_count;

    /* The agent. */
    struct store *store;
    struct runtime runtime;
    struct conversation conversation;
    unsigned ready;
    unsigned ends;
    enum runtime_end end;
};

/* ---- definitions ---- */

static void add_field(struct fixture *f, const char *path, Hs__FieldDefinition__Type type)
{
    Hs__FieldDefinition *field = fake_new(&f->fake, &hs__field_definition__descriptor);

    field->path = path;
    field->type = type;
    f->dictionary->fields[f->dictionary->n_fields++] = field;
}

static void add_rule(struct fixture *f, const char *id, const char *condition,
                     Hs__Rule__OnFail on_fail)
{
    Hs__Rule *rule = fake_new(&f->fake, &hs__rule__descriptor);
    Hs__Words *text = fake_new(&f->fake, &hs__words__descriptor);
    Hs__Citation *citation = fake_new(&f->fake, &hs__citation__descriptor);
    Hs__Citation **citations = arena_array(&f->fake.arena, 1, sizeof *citations);

    text->zh = "车道净宽";
    text->en = "clear width";
    citation->source = "GB";
    citation->clause = "1.1";
    citation->confidence = HS__CITATION__CONFIDENCE__HIGH;
    citations[0] = citation;
    rule->id = id;
    rule->severity = HS__RULE__SEVERITY__MUST;
    rule->on_fail = on_fail;
    rule->condition = condition;
    rule->text = text;
    rule->matter = "fire";
    rule->owner = strcmp(id, "F-2") == 0 ? "gas" : "water";
    rule->n_citations = 1;
    rule->citations = citations;
    f->rules->rules[f->rules->n_rules++] = rule;
}

static ProtobufCBinaryData hash_field(struct fixture *f, const void *message, struct hash *hash)
{
    *hash = hash_of(message_pack(message, &f->fake.arena));
    return fake_bytes(&f->fake, hash->bytes, sizeof hash->bytes);
}

static void make_process(struct fixture *f)
{
    Hs__Stage *stage = fake_new(&f->fake, &hs__stage__descriptor);
    Hs__Seat *seat = fake_new(&f->fake, &hs__seat__descriptor);

    f->process = fake_new(&f->fake, &hs__process__descriptor);
    f->process->id = "joint_review";
    f->process->version = 1;
    f->process->dictionary = "small";
    f->process->stages = arena_array(&f->fake.arena, 1, sizeof(Hs__Stage *));
    f->process->stages[f->process->n_stages++] = stage;
    stage->id = "review";
    stage->kind = HS__STAGE__KIND__REVIEW;
    stage->seats = arena_array(&f->fake.arena, 1, sizeof(Hs__Seat *));
    stage->seats[stage->n_seats++] = seat;
    seat->department = "fire";
}

static void make_definitions(struct fixture *f)
{
    Hs__Pins__PinnedPack *pinned = fake_new(&f->fake, &hs__pins__pinned_pack__descriptor);
    struct hash pack_hash;

    f->dictionary = fake_new(&f->fake, &hs__dictionary__descriptor);
    f->dictionary->id = "small";
    f->dictionary->version = 1;
    f->dictionary->fields = arena_array(&f->fake.arena, 2, sizeof(Hs__FieldDefinition *));
    add_field(f, "style", HS__FIELD_DEFINITION__TYPE__BOOL);
    add_field(f, "width", HS__FIELD_DEFINITION__TYPE__NUMBER);
    f->rules = fake_new(&f->fake, &hs__pack__descriptor);
    f->rules->id = "fire";
    f->rules->version = 1;
    f->rules->rules = arena_array(&f->fake.arena, 2, sizeof(Hs__Rule *));
    add_rule(f, "F-1", "width >= 4", HS__RULE__ON_FAIL__REJECT);
    add_rule(f, "F-2", "style", HS__RULE__ON_FAIL__CONDITION);
    make_process(f);

    f->pins = fake_new(&f->fake, &hs__pins__descriptor);
    f->pins->process_id = "joint_review";
    f->pins->process = hash_field(f, f->process, &f->process_hash);
    f->pins->dictionary = hash_field(f, f->dictionary, &f->dictionary_hash);
    pinned->id = "fire";
    pinned->hash = hash_field(f, f->rules, &pack_hash);
    f->pins->packs = arena_array(&f->fake.arena, 1, sizeof(Hs__Pins__PinnedPack *));
    f->pins->packs[f->pins->n_packs++] = pinned;
    (void)hash_field(f, f->pins, &f->pins_hash);
    f->pack =
        (struct published_pack){.bytes = message_pack(f->rules, &f->fake.arena), .hash = pack_hash};
}

static void make_office(struct fixture *f, Hs__Department__Answer answer)
{
    Hs__Department *department = fake_new(&f->fake, &hs__department__descriptor);

    f->office = fake_new(&f->fake, &hs__office__descriptor);
    f->office->id = FAKE_OFFICE;
    f->office->departments = arena_array(&f->fake.arena, 1, sizeof(Hs__Department *));
    f->office->departments[f->office->n_departments++] = department;
    department->id = "fire";
    department->answer = answer;
}

/* ---- the broker ---- */

static void answer_definition(struct fixture *f, Hs__Answer *answer, struct bytes hash)
{
    Hs__Answer__Definition *definition = fake_new(&f->fake, &hs__answer__definition__descriptor);
    const void *message = NULL;

    if (f->has_no_definitions) {
        answer->refusal = fake_new(&f->fake, &hs__refusal__descriptor);
        answer->refusal->code = "UNKNOWN_DEFINITION";
        answer->body_case = HS__ANSWER__BODY_REFUSAL;
        return;
    }
    answer->body_case = HS__ANSWER__BODY_DEFINITION;
    answer->definition = definition;
    if (memcmp(hash.data, f->pins_hash.bytes, HASH_BYTES) == 0) {
        definition->pins = f->pins;
        return;
    }
    if (memcmp(hash.data, f->process_hash.bytes, HASH_BYTES) == 0) {
        definition->kind = HS__PUBLISH__KIND__PROCESS;
        message = f->process;
    } else if (memcmp(hash.data, f->dictionary_hash.bytes, HASH_BYTES) == 0) {
        definition->kind = HS__PUBLISH__KIND__DICTIONARY;
        message = f->dictionary;
    } else {
        assert_memory_equal(hash.data, f->pack.hash.bytes, HASH_BYTES);
        definition->kind = HS__PUBLISH__KIND__PACK;
        message = f->rules;
    }
    definition->definition = binary_of(message_pack(message, &f->fake.arena));
}

static void answer_query(struct fixture *f, const Hs__Query *query)
{
    Hs__Answer *answer = fake_say_answer(&f->fake, query->id);

    if (query->body_case == HS__QUERY__BODY_OFFICE) {
        answer->body_case = HS__ANSWER__BODY_OFFICE;
        answer->office = f->office;
    } else if (query->body_case == HS__QUERY__BODY_DEFINITION) {
        answer_definition(f, answer, bytes_of(query->definition->hash));
    } else {
        Hs__Answer__Reviews *reviews = fake_new(&f->fake, &hs__answer__reviews__descriptor);

        assert_int_equal(query->body_case, HS__QUERY__BODY_REVIEWS);
        reviews->reviews = arena_array(&f->fake.arena, 8, sizeof(Hs__ReviewLine *));
        for (size_t i = 0; i < f->open_count; i++) {
            Hs__ReviewLine *line = fake_new(&f->fake, &hs__review_line__descriptor);

            line->review_id = f->open[i];
            reviews->reviews[reviews->n_reviews++] = line;
        }
        answer->body_case = HS__ANSWER__BODY_REVIEWS;
        answer->reviews = reviews;
    }
}

/* Returns the code with which @command is refused, or NULL. */
static const char *take_command(struct fixture *f, const Hs__Command *command)
{
    if (command->body_case == HS__COMMAND__BODY_GIVE_OPINION) {
        f->opinions[f->opinion_count++ % ARRAY_COUNT(f->opinions)] = command->give_opinion;
        return f->refuses_opinions;
    }
    if (command->body_case == HS__COMMAND__BODY_RECORD_FINDINGS) {
        f->findings[f->finding_count++ % ARRAY_COUNT(f->findings)] = command->record_findings;
        return f->refuses_others;
    }
    if (command->body_case == HS__COMMAND__BODY_PUBLISH) {
        f->publish_count++;
        if (f->refuses_pack == NULL) {
            f->pack_in_force = (struct bytes){f->pack.hash.bytes, HASH_BYTES};
        }
        return f->refuses_pack;
    }
    assert_int_equal(command->body_case, HS__COMMAND__BODY_RECEIVE_REVIEW);
    f->receive_count++;
    return f->refuses_others;
}

static void answer_envelope(struct fixture *f, const Hs__ClientMessage *message)
{
    const Hs__Envelope *envelope = fake_open(&f->fake, message);

    if (f->is_deaf) {
        return;
    }
    fake_commit(&f->fake);
    for (size_t i = 0; i < envelope->n_commands; i++) {
        const Hs__Command *command = fake_command(&f->fake, envelope, i);
        const char *code = take_command(f, command);

        if (code != NULL) {
            (void)fake_say_refusal(&f->fake, command->id, code);
        } else {
            fake_say_receipt(&f->fake, fake_receipt(&f->fake, command->id));
        }
    }
}

/* Answers what has come in; returns false if there was nothing to answer. */
static bool serve(struct fixture *f)
{
    if (f->served == f->fake.received_count) {
        return false;
    }
    while (f->served < f->fake.received_count) {
        const Hs__ClientMessage *message = f->fake.received[f->served++];

        if (message->body_case == HS__CLIENT_MESSAGE__BODY_HELLO) {
            fake_say_welcome(&f->fake)->pack = binary_of(f->pack_in_force);
        } else if (message->body_case == HS__CLIENT_MESSAGE__BODY_QUERY) {
            answer_query(f, message->query);
        } else if (message->body_case == HS__CLIENT_MESSAGE__BODY_ENVELOPE) {
            answer_envelope(f, message);
        }
    }
    if (f->fake.bundle_count > 0) {
        conversation_receive(&f->conversation, fake_bundle(&f->fake, true), f->now_ms);
    }
    return true;
}

/* Runs agent and broker until neither has anything to say. */
static void run(struct fixture *f)
{
    do {
        conversation_turn(&f->conversation, f->now_ms);
    } while (serve(f) || conversation_wake_ms(&f->conversation) == 0);
}

/* ---- the agent ---- */

static bool on_send(void *self, struct bytes frame)
{
    fake_take(&((struct fixture *)self)->fake, frame);
    return true;
}

static void on_ready(void *self)
{
    ((struct fixture *)self)->ready++;
}

static void on_ended(void *self, enum runtime_end end)
{
    struct fixture *f = self;

    f->ends++;
    f->end = end;
}

static int64_t read_clock(void *self)
{
    return ((struct fixture *)self)->now_ms;
}

static void start_as(struct fixture *f, bool runs_rules)
{
    const struct clock clock = {read_clock, read_clock, f};
    const struct runtime_settings settings = {
        .department = "fire",
        .pack = runs_rules ? &f->pack : NULL,
        .runs_rules = runs_rules,
        .credit = CREDIT,
        .clock = clock,
        .log = &f->log,
    };
    struct conversation_settings own = {.author = {FAKE_OFFICE, "agent:fire/1", &f->key},
                                        .department = "fire"};
    const struct runtime_listener listener = {f, on_ready, on_ended};
    const struct conversation_sender sender = {f, on_send};

    log_init(&f->log, STDERR_FILENO, LOG_ERROR + 1, 0, clock);
    assert_int_equal(store_open(f->folder, MAP_BYTES, &f->store), ERR_OK);
    assert_int_equal(runtime_init(&f->runtime, &settings, &listener, f->store), ERR_OK);
    own.credit = runtime_credit(&f->runtime);
    assert_int_equal(store_head(f->store, &own.seen), ERR_OK);
    memcpy(own.broker_key, f->fake.key.public_key, sizeof own.broker_key);
    const struct client_handlers handlers = runtime_handlers(&f->runtime);
    conversation_init(&f->conversation, &own, &handlers, &sender);
    runtime_attach(&f->runtime, &f->conversation);
}

static void start(struct fixture *f)
{
    start_as(f, true);
}

/* Ends the agent as SIGKILL does: what is not committed is gone. */
static void kill_agent(struct fixture *f)
{
    runtime_release(&f->runtime);
    conversation_release(&f->conversation);
    store_close(f->store);
    f->store = NULL;
}

static void join(struct fixture *f)
{
    conversation_connected(&f->conversation, f->now_ms);
    run(f);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    const uint8_t seed[SIGN_SEED_BYTES] = {5};

    assert_non_null(f);
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/huishen-agents-runtime-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    fake_init(&f->fake);
    sign_key_from_seed(seed, &f->key);
    f->now_ms = 1000000;
    make_definitions(f);
    make_office(f, HS__DEPARTMENT__ANSWER__RULES);
    f->pack_in_force = (struct bytes){f->pack.hash.bytes, HASH_BYTES};
    start(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    kill_agent(f);
    fake_release(&f->fake);
    assert_int_equal(folder_remove(f->folder), ERR_OK);
    free(f);
    return 0;
}

static Hs__Field *make_field(struct fixture *f, const char *path)
{
    Hs__Field *field = fake_new(&f->fake, &hs__field__descriptor);

    field->path = path;
    return field;
}

/* Says a review of @proposal: @width_cm 0 leaves the width out. */
static void say_review(struct fixture *f, uint64_t proposal, int64_t width_cm)
{
    Hs__Packet *packet = fake_new(&f->fake, &hs__packet__descriptor);
    Hs__ReviewTask *task = fake_new(&f->fake, &hs__review_task__descriptor);
    Hs__BrokerMessage *message = fake_say(&f->fake);

    packet->fields = arena_array(&f->fake.arena, 2, sizeof(Hs__Field *));
    Hs__Field *style = make_field(f, "style");
    style->value_case = HS__FIELD__VALUE_FLAG;
    style->flag = true;
    packet->fields[packet->n_fields++] = style;
    if (width_cm > 0) {
        Hs__Field *width = make_field(f, "width");

        width->value_case = HS__FIELD__VALUE_NUMBER;
        width->number = fake_new(&f->fake, &hs__number__descriptor);
        width->number->units = width_cm;
        width->number->places = 2;
        while (width->number->places > 0 && width->number->units % 10 == 0) {
            width->number->units /= 10;
            width->number->places--;
        }
        packet->fields[packet->n_fields++] = width;
    }
    struct bytes bytes = message_pack(packet, &f->fake.arena);
    struct hash hash = hash_of(bytes);
    task->review = fake_new(&f->fake, &hs__review_ref__descriptor);
    task->review->proposal = proposal;
    task->review->round = 1;
    task->review->department = "fire";
    task->review_id = arena_format(&f->fake.arena, "LJHS-2026-%04d/1/fire", (int)proposal);
    task->due_at = 5000000 - (int64_t)proposal;
    task->pins = fake_bytes(&f->fake, f->pins_hash.bytes, HASH_BYTES);
    task->packet_hash = fake_bytes(&f->fake, hash.bytes, HASH_BYTES);
    task->packet = binary_of(bytes);
    message->body_case = HS__BROKER_MESSAGE__BODY_REVIEW;
    message->review = task;
}

static void hear(struct fixture *f)
{
    conversation_receive(&f->conversation, fake_bundle(&f->fake, true), f->now_ms);
}

static size_t tasks_left(struct fixture *f, uint64_t proposals, enum task_state state)
{
    size_t count = 0;

    for (uint64_t i = 1; i <= proposals; i++) {
        enum task_state found = TASK_NEW;

        count += store_state(f->store, (struct task_key){i, 1}, &found) == ERR_OK && found == state;
    }
    return count;
}

static enum err count_command(void *self, uint64_t place, struct bytes command)
{
    (void)place;
    (void)command;
    (*(size_t *)self)++;
    return ERR_OK;
}

static size_t outbox_left(struct fixture *f)
{
    size_t count = 0;

    assert_int_equal(store_each_command(f->store, 0, count_command, &count), ERR_OK);
    return count;
}

/* ---- the pack ---- */

static void an_agent_whose_pack_is_on_record_is_ready_and_takes_reviews(void **state)
{
    struct fixture *f = *state;

    join(f);

    assert_int_equal(f->ready, 1);
    assert_int_equal(f->publish_count, 0);
    assert_int_equal(f->conversation.settings.credit, CREDIT);
    assert_int_equal(fake_last(&f->fake, HS__CLIENT_MESSAGE__BODY_HELLO)->hello->credit, CREDIT);
}

static void another_pack_is_published_before_reviews_are_taken(void **state)
{
    struct fixture *f = *state;

    f->pack_in_force = (struct bytes){0};
    join(f);

    assert_int_equal(f->fake.received[0]->hello->credit, 0);
    assert_int_equal(f->publish_count, 1);
    assert_int_equal(f->ready, 1);
    assert_int_equal(fake_last(&f->fake, HS__CLIENT_MESSAGE__BODY_HELLO)->hello->credit, CREDIT);
}

static void a_refused_pack_means_no_reviews_and_is_not_published_again(void **state)
{
    struct fixture *f = *state;

    f->pack_in_force = (struct bytes){f->pins_hash.bytes, HASH_BYTES};
    f->refuses_pack = "PACK_OLDER";
    join(f);
    conversation_lost(&f->conversation);
    join(f);

    assert_int_equal(f->publish_count, 1);
    assert_int_equal(f->ready, 0);
    assert_int_equal(fake_last(&f->fake, HS__CLIENT_MESSAGE__BODY_HELLO)->hello->credit, 0);
}

static void the_part_of_one_owner_is_a_pack_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct published_pack part;
    Hs__Pack *copy = message_copy(f->rules, &f->fake.arena);

    assert_int_equal(pack_publish(copy, "gas", "gas", &f->fake.arena, &part), ERR_OK);

    Hs__Pack *read = message_read(&hs__pack__descriptor, part.bytes, &f->fake.arena);
    assert_string_equal(read->id, "gas");
    assert_int_equal(read->n_rules, 1);
    assert_string_equal(read->rules[0]->id, "F-2");
    assert_string_equal(read->rules[0]->owner, "");
    assert_true(hash_equal(part.hash, hash_of(part.bytes)));
    copy = message_copy(f->rules, &f->fake.arena);
    assert_int_equal(pack_publish(copy, "x", "nobody", &f->fake.arena, &part), ERR_ABSENT);
    assert_int_equal(pack_publish(f->rules, "water", "", &f->fake.arena, &part), ERR_INVALID);
}

/* ---- reviews ---- */

static void a_review_is_received_and_answered_by_the_rules(void **state)
{
    struct fixture *f = *state;
    struct bytes receipt;

    join(f);
    say_review(f, 1, 350);
    say_review(f, 2, 400);
    hear(f);
    run(f);

    assert_int_equal(f->receive_count, 2);
    assert_int_equal(f->opinion_count, 2);
    assert_int_equal(f->opinions[0]->review->proposal, 2); /* due sooner */
    assert_int_equal(f->opinions[0]->opinion->result, HS__OPINION__RESULT__AGREE);
    assert_int_equal(f->opinions[1]->opinion->result, HS__OPINION__RESULT__DISAGREE);
    assert_int_equal(f->opinions[1]->opinion->n_items, 1);
    assert_true(f->opinions[1]->opinion->by_rules);
    assert_int_equal(tasks_left(f, 2, TASK_NEW) + tasks_left(f, 2, TASK_ANSWERED), 0);
    assert_int_equal(outbox_left(f), 0);
    assert_int_equal(store_receipt(f->store, (struct task_key){1, 1}, &f->fake.arena, &receipt),
                     ERR_OK);
}

static void definitions_are_asked_for_once(void **state)
{
    struct fixture *f = *state;

    join(f);
    for (uint64_t i = 1; i <= 20; i++) {
        say_review(f, i, 400);
    }
    hear(f);
    run(f);
    size_t queries = fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_QUERY);
    say_review(f, 21, 400);
    hear(f);
    run(f);
    kill_agent(f);
    start(f);
    join(f);
    say_review(f, 22, 400);
    hear(f);
    run(f);

    assert_int_equal(f->opinion_count, 22);
    assert_int_equal(queries, 2 + 4); /* office, reviews; pins, process, dictionary, pack */
    assert_int_equal(fake_count(&f->fake, HS__CLIENT_MESSAGE__BODY_QUERY), queries + 2);
}

static void a_must_rule_that_is_unknown_is_left_to_a_person(void **state)
{
    struct fixture *f = *state;

    join(f);
    say_review(f, 1, 0);
    hear(f);
    run(f);

    assert_int_equal(f->opinion_count, 0);
    assert_int_equal(f->finding_count, 1);
    assert_int_equal(f->findings[0]->suggestion->result, HS__OPINION__RESULT__UNSPECIFIED);
    assert_int_equal(f->findings[0]->n_findings, 1);
    assert_int_equal(f->findings[0]->findings[0]->state, HS__FINDING__STATE__UNKNOWN);
    assert_int_equal(tasks_left(f, 1, TASK_LEFT), 1);
}

static void where_persons_answer_findings_are_recorded(void **state)
{
    struct fixture *f = *state;

    make_office(f, HS__DEPARTMENT__ANSWER__PERSON);
    join(f);
    say_review(f, 1, 350);
    hear(f);
    run(f);

    assert_int_equal(f->opinion_count, 0);
    assert_int_equal(f->finding_count, 1);
    assert_int_equal(f->findings[0]->suggestion->result, HS__OPINION__RESULT__DISAGREE);
    assert_int_equal(tasks_left(f, 1, TASK_LEFT), 1);
}

static void a_desk_keeps_reviews_for_people(void **state)
{
    struct fixture *f = *state;

    kill_agent(f);
    start_as(f, false);
    join(f);
    say_review(f, 1, 400);
    hear(f);
    run(f);

    assert_int_equal(f->ready, 1);
    assert_int_equal(f->receive_count, 1);
    assert_int_equal(f->opinion_count + f->finding_count, 0);
    assert_int_equal(tasks_left(f, 1, TASK_LEFT), 1);
}

static void definitions_that_nobody_has_leave_the_review_to_a_person(void **state)
{
    struct fixture *f = *state;

    f->has_no_definitions = true;
    join(f);
    say_review(f, 1, 400);
    hear(f);
    run(f);

    assert_int_equal(f->opinion_count, 0);
    assert_int_equal(tasks_left(f, 1, TASK_LEFT), 1);
}

static void a_review_that_ended_elsewhere_is_dropped(void **state)
{
    struct fixture *f = *state;

    make_office(f, HS__DEPARTMENT__ANSWER__PERSON);
    join(f);
    say_review(f, 1, 400);
    hear(f);
    run(f);
    Hs__BrokerMessage *message = fake_say(&f->fake);
    message->body_case = HS__BROKER_MESSAGE__BODY_REVIEW_ENDED;
    message->review_ended = fake_new(&f->fake, &hs__review_ended__descriptor);
    message->review_ended->review = fake_new(&f->fake, &hs__review_ref__descriptor);
    message->review_ended->review->proposal = 1;
    message->review_ended->review->round = 1;
    message->review_ended->review->department = "fire";
    hear(f);
    run(f);

    assert_int_equal(tasks_left(f, 1, TASK_LEFT), 0);
}

static void reviews_that_ended_while_it_was_away_are_dropped(void **state)
{
    struct fixture *f = *state;

    make_office(f, HS__DEPARTMENT__ANSWER__PERSON);
    join(f);
    say_review(f, 1, 400);
    say_review(f, 2, 400);
    hear(f);
    run(f);
    kill_agent(f);
    f->open[0] = "LJHS-2026-0002/1/fire";
    f->open_count = 1;
    start(f);
    join(f);

    assert_int_equal(tasks_left(f, 1, TASK_LEFT), 0);
    assert_int_equal(tasks_left(f, 2, TASK_LEFT), 1);
}

static void a_review_lent_again_is_not_answered_again(void **state)
{
    struct fixture *f = *state;

    f->is_deaf = true;
    join(f);
    say_review(f, 1, 400);
    hear(f);
    run(f);
    say_review(f, 1, 400);
    hear(f);
    run(f);

    assert_int_equal(outbox_left(f), 2);
    assert_int_equal(tasks_left(f, 1, TASK_ANSWERED), 1);
}

/* ---- refusals ---- */

static void an_opinion_given_by_another_ends_the_task(void **state)
{
    struct fixture *f = *state;

    f->refuses_opinions = "OPINION_ALREADY_GIVEN";
    join(f);
    say_review(f, 1, 400);
    hear(f);
    run(f);

    assert_int_equal(f->opinion_count, 1);
    assert_int_equal(outbox_left(f), 0);
    assert_int_equal(tasks_left(f, 1, TASK_ANSWERED), 0);
}

static void an_opinion_too_old_is_given_anew(void **state)
{
    struct fixture *f = *state;

    f->refuses_opinions = "COMMAND_TOO_OLD";
    join(f);
    say_review(f, 1, 400);
    hear(f);
    conversation_turn(&f->conversation, f->now_ms); /* asks for definitions */
    while (f->opinion_count == 0) {
        (void)serve(f);
        conversation_turn(&f->conversation, f->now_ms);
    }
    f->refuses_opinions = NULL;
    run(f);

    assert_int_equal(f->opinion_count, 2);
    assert_int_equal(outbox_left(f), 0);
}

static void what_else_was_too_old_is_said_anew_while_the_review_is_open(void **state)
{
    struct fixture *f = *state;

    f->refuses_opinions = "RULES_MAY_NOT_ANSWER"; /* so that findings are recorded */
    f->refuses_others = "COMMAND_TOO_OLD";
    join(f);
    say_review(f, 1, 400);
    hear(f);
    conversation_turn(&f->conversation, f->now_ms); /* asks for definitions */
    while (f->finding_count == 0) {
        (void)serve(f);
        conversation_turn(&f->conversation, f->now_ms);
    }
    f->refuses_others = NULL;
    run(f);

    assert_true(f->receive_count >= 2);
    assert_int_equal(f->finding_count, 2);
    assert_int_equal(tasks_left(f, 1, TASK_LEFT), 1);
    assert_int_equal(outbox_left(f), 0);
}

static void rules_that_may_not_answer_leave_findings(void **state)
{
    struct fixture *f = *state;

    f->refuses_opinions = "RULES_MAY_NOT_ANSWER";
    join(f);
    say_review(f, 1, 400);
    hear(f);
    run(f);

    assert_int_equal(f->opinion_count, 1);
    assert_int_equal(f->finding_count, 1);
    assert_int_equal(tasks_left(f, 1, TASK_LEFT), 1);
    assert_int_equal(outbox_left(f), 0);
}

/* ---- deaths ---- */

static void killed_before_the_commit_it_has_said_nothing(void **state)
{
    struct fixture *f = *state;

    join(f);
    say_review(f, 1, 400);
    hear(f);
    size_t sent = f->fake.received_count;
    kill_agent(f);
    start(f);
    assert_int_equal(f->fake.received_count, sent);
    assert_int_equal(outbox_left(f), 0);
    join(f);
    say_review(f, 1, 400); /* lent again: it was never received */
    hear(f);
    run(f);

    assert_int_equal(f->receive_count, 1);
    assert_int_equal(f->opinion_count, 1);
}

static void killed_before_the_answers_it_sends_the_same_bytes_again(void **state)
{
    struct fixture *f = *state;

    join(f);
    say_review(f, 1, 400);
    hear(f);
    run(f);
    f->is_deaf = true;
    say_review(f, 2, 400);
    hear(f);
    run(f);
    const Hs__Envelope *first = fake_envelope(&f->fake);
    assert_int_equal(first->n_commands, 2);
    kill_agent(f);
    f->is_deaf = false;
    f->open[0] = "LJHS-2026-0002/1/fire";
    f->open_count = 1;
    start(f);
    join(f);

    const Hs__Envelope *second = fake_envelope(&f->fake);
    assert_int_equal(second->n_commands, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(bytes_equal(bytes_of(first->commands[i]), bytes_of(second->commands[i])));
    }
    assert_int_equal(f->opinion_count, 2);
    assert_int_equal(outbox_left(f), 0);
}

static void killed_while_definitions_are_awaited_it_goes_on(void **state)
{
    struct fixture *f = *state;

    join(f);
    say_review(f, 1, 400);
    hear(f);
    conversation_turn(&f->conversation, f->now_ms);
    kill_agent(f);
    f->served = f->fake.received_count; /* what was in flight is lost */
    f->open[0] = "LJHS-2026-0001/1/fire";
    f->open_count = 1;
    start(f);
    assert_int_equal(tasks_left(f, 1, TASK_NEW), 1);
    join(f);

    assert_int_equal(f->receive_count, 1);
    assert_int_equal(f->opinion_count, 1);
    assert_int_equal(outbox_left(f), 0);
}

static void reviews_are_decided_while_there_is_no_connection(void **state)
{
    struct fixture *f = *state;

    join(f);
    say_review(f, 1, 400);
    hear(f);
    run(f);
    say_review(f, 2, 400);
    hear(f);
    conversation_lost(&f->conversation);
    conversation_turn(&f->conversation, f->now_ms);
    assert_int_equal(tasks_left(f, 2, TASK_ANSWERED), 1);
    join(f);

    assert_int_equal(f->opinion_count, 2);
}

static void another_history_ends_the_agent_also_after_a_restart(void **state)
{
    struct fixture *f = *state;

    join(f);
    say_review(f, 1, 400);
    hear(f);
    run(f);
    runtime_stop(&f->runtime);
    kill_agent(f);
    f->fake.seq -= 2;
    start(f);
    join(f);

    assert_int_equal(f->ends, 1);
    assert_int_equal(f->end, RUNTIME_HISTORY_DIFFERS);
    assert_int_equal(conversation_wake_ms(&f->conversation), INT64_MAX);
}

static void thousands_of_reviews_at_once_are_all_answered(void **state)
{
    enum { COUNT = 2000 };
    struct fixture *f = *state;

    join(f);
    for (uint64_t i = 1; i <= COUNT; i++) {
        say_review(f, i, 350 + (int64_t)i % 100);
    }
    hear(f);
    run(f);

    assert_int_equal(f->receive_count, COUNT);
    assert_int_equal(f->opinion_count, COUNT);
    assert_int_equal(outbox_left(f), 0);
    assert_int_equal(f->ends, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_agent_whose_pack_is_on_record_is_ready_and_takes_reviews),
        TEST(another_pack_is_published_before_reviews_are_taken),
        TEST(a_refused_pack_means_no_reviews_and_is_not_published_again),
        TEST(the_part_of_one_owner_is_a_pack_of_its_own),
        TEST(a_review_is_received_and_answered_by_the_rules),
        TEST(definitions_are_asked_for_once),
        TEST(a_must_rule_that_is_unknown_is_left_to_a_person),
        TEST(where_persons_answer_findings_are_recorded),
        TEST(a_desk_keeps_reviews_for_people),
        TEST(definitions_that_nobody_has_leave_the_review_to_a_person),
        TEST(a_review_that_ended_elsewhere_is_dropped),
        TEST(reviews_that_ended_while_it_was_away_are_dropped),
        TEST(a_review_lent_again_is_not_answered_again),
        TEST(an_opinion_given_by_another_ends_the_task),
        TEST(an_opinion_too_old_is_given_anew),
        TEST(what_else_was_too_old_is_said_anew_while_the_review_is_open),
        TEST(rules_that_may_not_answer_leave_findings),
        TEST(killed_before_the_commit_it_has_said_nothing),
        TEST(killed_before_the_answers_it_sends_the_same_bytes_again),
        TEST(killed_while_definitions_are_awaited_it_goes_on),
        TEST(reviews_are_decided_while_there_is_no_connection),
        TEST(another_history_ends_the_agent_also_after_a_restart),
        TEST(thousands_of_reviews_at_once_are_all_answered),
    };

    return cmocka_run_group_tests_name("agents_runtime", tests, NULL, NULL);
}
