/* SPDX-License-Identifier: Apache-2.0 */
/* An office in virtual time, driven by lines of JSON: the real core, turn and store, no network.
 *
 * usage: office FOLDER START_MS [trace]   (an empty folder for the journal)
 *
 * Each line of stdin is one object with one of these members:
 *
 *   {"clock": MS}      the clock goes on to that instant; whatever it brings on the way is recorded
 *                      at exactly its instant
 *   {"jump": MS}       the clock is set, forward or back; what it passed over is recorded now
 *   {"down": MS}       the same while the office is closed: the journal is closed and opened again
 *   {"enrol": NAME, "role": ROLE, "department": ID}
 *   {"department": {...}}                    defined, as the proto/text/ mapping has it
 *   {"departments": FILE}
 *   {"body": {"kind": KIND, "setDefault": true}, "file": FILE}   published; or "definition": {...};
 *                      "as": NAME, else the office; of a pack "owner": ID, only that owner's rules
 *   {"as": NAME, "command": {...}}           any command
 *   {"as": NAME, "submit": FILE, "process": ID}
 *   {"as": NAME, "revise": ID, "file": FILE, "reply": {...}}   the reply where there is one
 *   {"record": ID}                           prints {"record": {...}, "countedDays": {...}}, the
 *                      proposal's record and the days that count of each of its reviews
 *
 * Prints {"at": MS, "event": {...}} for each event, {"refused": CODE, "detail": WORDS} for a
 * refusal, and {"done": LINE} after each line, flushed; with trace the lines of
 * tests/virtual/trace.h instead of all three. A line it does not understand ends it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/pack.h"
#include "broker/definitions.h"
#include "core/lamp.h"
#include "lib/check.h"
#include "proto/text/json.h"
#include "proto/text/load.h"
#include "proto/text/packet_text.h"
#include "store/views.h"
#include "tests/virtual/model.h"
#include "tests/virtual/trace.h"

enum { OFFSET_MINUTES = 480, MAP_BYTES = 1 << 30 };

struct desk {
    struct model model;
    struct arena kept; /* the dictionary */
    struct dictionary *dictionary;
    size_t line;
    bool is_traced;
    const Hs__Command *command; /* of the last turn */
};

static void print_json(json_t *json)
{
    if (json == NULL || json_dumpf(json, stdout, JSON_COMPACT) != 0) {
        model_fail("no JSON to print");
    }
    (void)putchar('\n');
    json_decref(json);
}

static void tell_event(const struct desk *desk, const Hs__Event *event)
{
    int64_t now_ms = turn_now_ms(desk->model.turn);

    if (desk->is_traced) {
        trace_event(stdout, now_ms, event);
    } else {
        print_json(json_pack("{s:I, s:o}", "at", (json_int_t)now_ms, "event",
                             message_to_json(event, OFFSET_MINUTES)));
    }
}

static void tell_refusal(const struct desk *desk, const struct reply *reply)
{
    if (desk->is_traced) {
        trace_refusal(stdout, turn_now_ms(desk->model.turn), desk->command,
                      refusal_code(reply->refusal));
    } else {
        print_json(json_pack("{s:s, s:s}", "refused", refusal_code(reply->refusal), "detail",
                             reply->detail == NULL ? "" : reply->detail));
    }
}

/* Prints what the last turn came to. */
static void tell(const struct desk *desk)
{
    size_t count = 0;
    const struct happening *happenings = turn_happenings(desk->model.turn, &count);

    for (size_t i = 0; i < count; i++) {
        tell_event(desk, happenings[i].event);
    }
    const struct reply *replies = turn_replies(desk->model.turn, &count);
    for (size_t i = 0; i < count; i++) {
        if (replies[i].kind == REPLY_REFUSAL) {
            tell_refusal(desk, &replies[i]);
        }
    }
}

/* ---- the clock ---- */

/* Records all that the clock brings at the instant at which it stands. */
static void ring(struct desk *desk)
{
    size_t happened = 0;

    do {
        happened = model_turn(&desk->model, NULL, 0);
        tell(desk);
    } while (happened > 0);
}

static void advance(struct desk *desk, int64_t to_ms)
{
    int64_t next_ms = 0;

    while (model_next_wake(&desk->model, &next_ms) && next_ms <= to_ms) {
        if (next_ms > desk->model.wall_ms) {
            desk->model.wall_ms = next_ms;
        }
        ring(desk);
    }
    desk->model.wall_ms = to_ms;
    ring(desk);
}

static void jump(struct desk *desk, int64_t to_ms)
{
    desk->model.wall_ms = to_ms;
    ring(desk);
}

static void down(struct desk *desk, int64_t to_ms)
{
    model_close(&desk->model);
    desk->model.wall_ms = to_ms;
    model_open(&desk->model);
    ring(desk);
}

/* ---- orders ---- */

static const char *text_of(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));

    return text == NULL ? "" : text;
}

static void give(struct desk *desk, const char *author, Hs__Command *command)
{
    desk->command = command;
    (void)model_turn(&desk->model, &(struct order){author, command}, 1);
    tell(desk);
    if (command->body_case == HS__COMMAND__BODY_PUBLISH) {
        ring(desk); /* open clocks follow another calendar */
    }
}

static void *message_in(struct desk *desk, const json_t *json,
                        const ProtobufCMessageDescriptor *type)
{
    struct text_errors errors;
    ProtobufCMessage *message = NULL;

    text_errors_init(&errors, TEXT_EN);
    if (message_from_json(json, type, &desk->model.arena, &message, &errors) != ERR_OK) {
        model_fail("line %zu: %s: %s", desk->line, errors.rows[0].path, errors.rows[0].reason);
    }
    return message;
}

static void *message_at(const char *path, const ProtobufCMessageDescriptor *type,
                        struct arena *arena)
{
    struct text_errors errors;
    struct text_file file = {.path = path, .arena = arena, .errors = &errors};
    ProtobufCMessage *message = NULL;

    text_errors_init(&errors, TEXT_EN);
    if (load_message(&file, type, &message) != ERR_OK) {
        model_fail("%s", text_error_line(&errors.rows[0], path, arena));
    }
    return message;
}

static Hs__Packet *packet_at(struct desk *desk, const char *path)
{
    struct text_errors errors;
    struct text_file file = {.path = path, .arena = &desk->model.arena, .errors = &errors};
    Hs__Packet *packet = NULL;

    text_errors_init(&errors, TEXT_EN);
    if (load_packet(&file, desk->dictionary, &packet) != ERR_OK) {
        model_fail("%s", text_error_line(&errors.rows[0], path, &desk->model.arena));
    }
    return packet;
}

static Hs__Command *command_new(struct desk *desk, Hs__Command__BodyCase body)
{
    Hs__Command *command = message_new(&hs__command__descriptor, &desk->model.arena);

    require(command != NULL);
    command->body_case = body;
    return command;
}

static void submit(struct desk *desk, const json_t *line)
{
    Hs__Command *command = command_new(desk, HS__COMMAND__BODY_SUBMIT);

    command->submit = message_new(&hs__submit__descriptor, &desk->model.arena);
    command->submit->packet = packet_at(desk, text_of(line, "submit"));
    command->submit->process = text_of(line, "process");
    command->submit->title = packet_text_at(command->submit->packet, "project.name");
    give(desk, text_of(line, "as"), command);
}

static void revise(struct desk *desk, const json_t *line)
{
    Hs__Command *command = command_new(desk, HS__COMMAND__BODY_REVISE);

    command->revise = message_new(&hs__revise__descriptor, &desk->model.arena);
    command->revise->proposal = (uint64_t)json_integer_value(json_object_get(line, "revise"));
    command->revise->packet = packet_at(desk, text_of(line, "file"));
    if (json_object_get(line, "reply") != NULL) {
        Hs__Reply *reply = message_in(desk, json_object_get(line, "reply"), &hs__reply__descriptor);

        command->revise->reply = reply->text;
        command->revise->n_items = reply->n_items;
        command->revise->items = reply->items;
    }
    give(desk, text_of(line, "as"), command);
}

/* ---- founding ---- */

/* Who publishes: the office, or who is named. */
static const char *author_of(const json_t *line)
{
    return json_object_get(line, "as") == NULL ? "office" : text_of(line, "as");
}

static void define(struct desk *desk, Hs__Department *department)
{
    Hs__Command *command = command_new(desk, HS__COMMAND__BODY_DEFINE_DEPARTMENT);

    command->define_department =
        message_new(&hs__define_department__descriptor, &desk->model.arena);
    command->define_department->department = department;
    give(desk, "person:admin", command);
}

static void define_all(struct desk *desk, const char *path)
{
    const Hs__DepartmentList *list =
        message_at(path, &hs__department_list__descriptor, &desk->model.arena);

    for (size_t i = 0; i < list->n_departments; i++) {
        define(desk, list->departments[i]);
    }
}

static const ProtobufCMessageDescriptor *type_of(Hs__Publish__Kind kind)
{
    switch (kind) {
    case HS__PUBLISH__KIND__DICTIONARY:
        return &hs__dictionary__descriptor;
    case HS__PUBLISH__KIND__PROCESS:
        return &hs__process__descriptor;
    case HS__PUBLISH__KIND__PACK:
        return &hs__pack__descriptor;
    case HS__PUBLISH__KIND__CALENDAR:
        return &hs__calendar__descriptor;
    case HS__PUBLISH__KIND__UNSPECIFIED:
    case _HS__PUBLISH__KIND_IS_INT_SIZE:
        break;
    }
    model_fail("nothing of that kind is published");
}

/* Keeps an index of the dictionary, for packets. */
static void keep_dictionary(struct desk *desk, struct bytes definition)
{
    struct dictionary_fault fault;

    arena_clear(&desk->kept);
    void *copy = message_read(&hs__dictionary__descriptor, definition, &desk->kept);
    desk->dictionary = copy == NULL ? NULL : dictionary_index(copy, &desk->kept, &fault);
    require(desk->dictionary != NULL);
}

/* Returns the pack that the agent of an owner makes of @pack. */
static struct bytes part_of(struct desk *desk, Hs__Pack *pack, const json_t *line)
{
    const char *owner = text_of(line, "owner");
    struct published_pack part = {.bytes = {0}};

    if (pack_publish(pack, owner, owner, &desk->model.arena, &part) != ERR_OK) {
        model_fail("line %zu: %s has no rules", desk->line, owner);
    }
    return part.bytes;
}

static void publish(struct desk *desk, const json_t *line)
{
    Hs__Command *command = command_new(desk, HS__COMMAND__BODY_PUBLISH);
    Hs__Publish *body = message_in(desk, json_object_get(line, "body"), &hs__publish__descriptor);
    const ProtobufCMessageDescriptor *type = type_of(body->kind);
    const json_t *given = json_object_get(line, "definition");
    void *definition = given == NULL ? message_at(text_of(line, "file"), type, &desk->model.arena)
                                     : message_in(desk, given, type);
    struct bytes bytes = {0};

    if (json_object_get(line, "owner") != NULL) {
        bytes = part_of(desk, (Hs__Pack *)definition, line);
    } else {
        bytes = message_pack(definition, &desk->model.arena);
    }
    if (body->kind == HS__PUBLISH__KIND__DICTIONARY) {
        keep_dictionary(desk, bytes);
    }
    body->definition = binary_of(bytes);
    command->publish = body;
    give(desk, author_of(line), command);
}

static void enrol(struct desk *desk, const json_t *line)
{
    Hs__Principal *roles = NULL;
    json_t *principal = json_pack("{s:[O]}", "roles", json_object_get(line, "role"));

    roles = message_in(desk, principal, &hs__principal__descriptor);
    Hs__Principal__Role role = roles->roles[0];
    json_decref(principal);
    model_enrol(&desk->model, text_of(line, "enrol"), role, text_of(line, "department"));
    tell(desk);
}

/* ---- lines ---- */

/* Returns what the limits of @proposal, which has reviews, are measured by. */
static struct lamp_measure measure_of(struct desk *desk, struct transaction *txn,
                                      const Hs__Proposal *proposal)
{
    struct definition_source source = definitions_of(txn);
    struct lamp_measure measure = {.utc_offset_minutes = OFFSET_MINUTES};
    Hs__Office *office = NULL;
    const struct rulebook *rulebook =
        library_rulebook(desk->model.library, bytes_of(proposal->pins), &source);

    if (rulebook == NULL || view_office(txn, &desk->model.arena, &office) != ERR_OK) {
        model_fail("line %zu: no rulebook", desk->line);
    }
    measure.calendar =
        library_calendar(desk->model.library, office, rulebook->process->calendar, &source);
    return measure;
}

static json_t *counted_days(struct desk *desk, struct transaction *txn,
                            const Hs__Proposal *proposal)
{
    struct lamp_measure measure = {0};
    json_t *days = json_object();

    if (proposal->n_reviews > 0) {
        measure = measure_of(desk, txn, proposal);
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];
        struct lamp_reading reading = lamp_read(review, &measure, turn_now_ms(desk->model.turn));

        (void)json_object_set_new(days, review->department, json_integer(reading.counted_days));
    }
    return days;
}

static void record(struct desk *desk, uint64_t id)
{
    struct transaction *txn = NULL;
    Hs__Proposal *proposal = NULL;

    if (journal_read_begin(desk->model.journal, &txn) != ERR_OK ||
        view_proposal(txn, id, &desk->model.arena, &proposal) != ERR_OK) {
        model_fail("line %zu: no proposal %llu", desk->line, (unsigned long long)id);
    }
    json_t *counted = counted_days(desk, txn, proposal);
    journal_read_end(txn);
    print_json(json_pack("{s:o, s:o}", "record", message_to_json(proposal, OFFSET_MINUTES),
                         "countedDays", counted));
}

static void obey(struct desk *desk, const json_t *line)
{
    const json_t *member = NULL;

    if ((member = json_object_get(line, "clock")) != NULL) {
        advance(desk, json_integer_value(member));
    } else if ((member = json_object_get(line, "jump")) != NULL) {
        jump(desk, json_integer_value(member));
    } else if ((member = json_object_get(line, "down")) != NULL) {
        down(desk, json_integer_value(member));
    } else if ((member = json_object_get(line, "command")) != NULL) {
        give(desk, text_of(line, "as"), message_in(desk, member, &hs__command__descriptor));
    } else if (json_object_get(line, "submit") != NULL) {
        submit(desk, line);
    } else if (json_object_get(line, "revise") != NULL) {
        revise(desk, line);
    } else if ((member = json_object_get(line, "record")) != NULL) {
        record(desk, (uint64_t)json_integer_value(member));
    } else if (json_object_get(line, "enrol") != NULL) {
        enrol(desk, line);
    } else if ((member = json_object_get(line, "department")) != NULL) {
        define(desk, message_in(desk, member, &hs__department__descriptor));
    } else if (json_object_get(line, "departments") != NULL) {
        define_all(desk, text_of(line, "departments"));
    } else if (json_object_get(line, "body") != NULL) {
        publish(desk, line);
    } else {
        model_fail("line %zu is not understood", desk->line);
    }
}

static void serve(struct desk *desk)
{
    char *text = NULL;
    size_t room = 0;
    json_error_t error;

    while (getline(&text, &room, stdin) > 0) {
        json_t *line = json_loads(text, 0, &error);

        desk->line++;
        if (line == NULL) {
            model_fail("line %zu: %s", desk->line, error.text);
        }
        arena_clear(&desk->model.arena);
        obey(desk, line);
        json_decref(line);
        if (!desk->is_traced) {
            (void)printf("{\"done\":%zu}\n", desk->line);
            (void)fflush(stdout);
        }
    }
    free(text);
}

int main(int argc, char **argv)
{
    static struct desk desk = {.model = {.map_bytes = MAP_BYTES}};

    if (argc != 3 && (argc != 4 || strcmp(argv[3], "trace") != 0)) {
        (void)fputs("usage: office FOLDER START_MS [trace]\n", stderr);
        return 2;
    }
    desk.is_traced = argc == 4;
    desk.model.folder = argv[1];
    desk.model.wall_ms = strtoll(argv[2], NULL, 10);
    arena_init(&desk.kept, LOAD_ARENA_BYTES);
    model_found(&desk.model);
    serve(&desk);
    model_close(&desk.model);
    arena_release(&desk.kept);
    return 0;
}
