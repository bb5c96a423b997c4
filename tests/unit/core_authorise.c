/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/authorise: every cell of tests/data/roles.txt, role by operation, is asked through
 * the decision of a command and the authorisation of a query: as one's own, as another's, by a
 * disabled and by an expired principal. What the schema has and the table lacks is a failure. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "core/apply.h"
#include "core/authorise.h"
#include "core/decide.h"
#include "tests/core/office.h"

enum {
    ROLES = HS__PRINCIPAL__ROLE__GATEWAY, /* the first is 1 */
    ROWS_MAX = 128,
    WORD_BYTES = 32,
    LINE_BYTES = 256,
};

#define WORD "%31s"

struct row {
    char kind[WORD_BYTES];
    char operation[WORD_BYTES];
    char foreign[WORD_BYTES];
    char cells[ROLES][WORD_BYTES];
};

/* How the one who asks stands to what it asks about. */
enum stance { STANCE_OWN, STANCE_FOREIGN, STANCE_DISABLED, STANCE_EXPIRED, STANCE_COUNT };

static const char *const stance_names[STANCE_COUNT] = {"own", "foreign", "disabled", "expired"};

struct fixture {
    struct arena arena;
    struct small_office office;
    Hs__Proposal proposal;
    struct row rows[ROWS_MAX];
    size_t row_count;
};

/* ---- the table ---- */

static void read_row(struct fixture *f, const char *line)
{
    struct row *row = &f->rows[f->row_count];
    int used = 0;
    int size = 0;

    assert_true(f->row_count < ROWS_MAX);
    assert_int_equal(
        sscanf(line, WORD WORD WORD "%n", row->kind, row->operation, row->foreign, &used), 3);
    for (size_t i = 0; i < ROLES; i++) {
        if (sscanf(line + used, WORD "%n", row->cells[i], &size) != 1) {
            fail_msg("%s %s: no cell for role %zu", row->kind, row->operation, i + 1);
        }
        used += size;
    }
    f->row_count++;
}

static void read_table(struct fixture *f)
{
    FILE *file = fopen("tests/data/roles.txt", "r");
    char line[LINE_BYTES];

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] != '#' && line[0] != '\n') {
            read_row(f, line);
        }
    }
    (void)fclose(file);
}

static const struct row *row_of(const struct fixture *f, const char *kind, const char *operation)
{
    for (size_t i = 0; i < f->row_count; i++) {
        if (strcmp(f->rows[i].kind, kind) == 0 && strcmp(f->rows[i].operation, operation) == 0) {
            return &f->rows[i];
        }
    }
    return NULL;
}

/* ---- the office ---- */

/* Submits a proposal, so that there is a round with reviews of planning and fire. */
static void open_round(struct fixture *f)
{
    struct small_packet packet = small_packet_good();
    struct decision decision;
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    struct situation situation = {
        .now_ms = OFFICE_START_MS,
        .office = &f->office.office,
        .signer = &f->office.applicant,
        .rulebook = f->office.rulebook,
        .arena = &f->arena,
    };

    body.packet = small_packet_make(&f->office, &packet);
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    decide_command(&situation, &command, &decision);
    assert_int_equal(decision.refusal, REFUSAL_NONE);
    for (size_t i = 0; i < decision.event_count; i++) {
        apply_proposal(&f->proposal, decision.events[i], (struct event_entry){i, OFFICE_START_MS},
                       &f->arena);
    }
}

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.proposal = HS__PROPOSAL__INIT};
    arena_init(&fixture.arena, 256 << 20);
    small_office_init(&fixture.office, &fixture.arena);
    open_round(&fixture);
    read_table(&fixture);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

/* ---- asking ---- */

/* One cell, and who asks. */
struct asked {
    const struct row *row;
    Hs__Principal__Role role;
    enum stance stance;
    Hs__Principal principal;
};

static bool is_departmental(Hs__Principal__Role role)
{
    return role == HS__PRINCIPAL__ROLE__REVIEWER || role == HS__PRINCIPAL__ROLE__HEAD ||
           role == HS__PRINCIPAL__ROLE__AGENT;
}

static void set_principal(struct asked *asked)
{
    Hs__Principal *principal = &asked->principal;
    bool is_foreign = asked->stance == STANCE_FOREIGN;

    *principal = (Hs__Principal)HS__PRINCIPAL__INIT;
    principal->name = asked->role != HS__PRINCIPAL__ROLE__APPLICANT ? "person:somebody"
                      : is_foreign                                  ? "person:other"
                                                                    : "person:street";
    principal->roles = &asked->role;
    principal->n_roles = 1;
    if (is_departmental(asked->role)) {
        principal->department = is_foreign ? "water" : "fire";
    }
    principal->disabled = asked->stance == STANCE_DISABLED;
    principal->expires_at = asked->stance == STANCE_EXPIRED ? OFFICE_START_MS : OFFICE_START_MS + 1;
}

static const char whole[] = "/all"; /* behind an operation: of the proposal, no department's */

static bool is_of_whole(const char *operation)
{
    return strstr(operation, whole) != NULL;
}

/* Gives the body of a command or a query what it is about: the proposal, and fire's review. */
static void set_subject(struct fixture *f, ProtobufCMessage *body, const char *department)
{
    const ProtobufCMessageDescriptor *type = body->descriptor;
    const ProtobufCFieldDescriptor *review =
        protobuf_c_message_descriptor_get_field_by_name(type, "review");
    const ProtobufCFieldDescriptor *proposal =
        protobuf_c_message_descriptor_get_field_by_name(type, "proposal");

    if (review != NULL && review->descriptor == &hs__review_ref__descriptor) {
        Hs__ReviewRef *ref = message_new(&hs__review_ref__descriptor, &f->arena);

        ref->proposal = f->proposal.id;
        ref->round = f->proposal.round;
        ref->department = department;
        memcpy((uint8_t *)body + review->offset, &ref, sizeof ref);
    }
    if (proposal != NULL && proposal->type == PROTOBUF_C_TYPE_UINT64) {
        memcpy((uint8_t *)body + proposal->offset, &f->proposal.id, sizeof f->proposal.id);
    }
}

static void *body_for(struct fixture *f, const char *operation,
                      const ProtobufCMessageDescriptor *type, uint32_t *body_case)
{
    const char *name = arena_format(&f->arena, "%.*s", (int)strcspn(operation, "/"), operation);
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(type, name);

    if (field == NULL || field->type != PROTOBUF_C_TYPE_MESSAGE) {
        fail_msg("tests/data/roles.txt: %s has no %s", type->short_name, operation);
        return NULL;
    }

    ProtobufCMessage *body = message_new(field->descriptor, &f->arena);
    set_subject(f, body, is_of_whole(operation) ? "" : "fire");
    *body_case = field->id;
    return body;
}

static enum refusal ask_command(struct fixture *f, const struct asked *asked)
{
    static const struct catalogue catalogue;
    struct decision decision;
    Hs__Command command = HS__COMMAND__INIT;
    uint32_t body_case = 0;
    struct situation situation = {
        .now_ms = OFFICE_START_MS,
        .office = &f->office.office,
        .signer = &asked->principal,
        .proposal = &f->proposal,
        .rulebook = f->office.rulebook,
        .catalogue = &catalogue,
        .arena = &f->arena,
    };

    /* The bodies share one place: a pointer to any of them is a pointer to each. */
    command.submit = body_for(f, asked->row->operation, &hs__command__descriptor, &body_case);
    command.body_case = (Hs__Command__BodyCase)body_case;
    decide_command(&situation, &command, &decision);
    return decision.refusal;
}

/* Whose the subject of a query or a message is, by what it is refused with. */
static enum refusal ask_subject(const struct fixture *f, const struct asked *asked)
{
    if (strcmp(asked->row->foreign, "UNKNOWN_PROPOSAL") == 0 &&
        !authorise_proposal(&asked->principal, &f->proposal)) {
        return REFUSAL_UNKNOWN_PROPOSAL;
    }
    if (strcmp(asked->row->foreign, "NOT_YOUR_REVIEW") == 0 &&
        !authorise_department(&asked->principal, "fire")) {
        return REFUSAL_NOT_YOUR_REVIEW;
    }
    return REFUSAL_NONE;
}

static enum operation operation_of_message(const char *name)
{
    if (strcmp(name, "watch") == 0) {
        return OPERATION_WATCH;
    }
    return strcmp(name, "document_put") == 0 ? OPERATION_DOCUMENT_PUT : OPERATION_DOCUMENT_GET;
}

static enum refusal ask_other(struct fixture *f, const struct asked *asked)
{
    enum operation operation = operation_of_message(asked->row->operation);

    if (strcmp(asked->row->kind, "query") == 0) {
        Hs__Query query = HS__QUERY__INIT;
        uint32_t body_case = 0;

        query.show = body_for(f, asked->row->operation, &hs__query__descriptor, &body_case);
        query.body_case = (Hs__Query__BodyCase)body_case;
        operation = operation_of_query(&query);
    }

    enum refusal refusal = authorise(&asked->principal, operation, OFFICE_START_MS);
    return refusal == REFUSAL_NONE ? ask_subject(f, asked) : refusal;
}

/* ---- what is expected ---- */

static enum refusal expected(const struct asked *asked)
{
    const char *cell = asked->row->cells[asked->role - 1];
    enum refusal foreign = REFUSAL_NONE;

    if (asked->stance == STANCE_DISABLED) {
        return REFUSAL_PRINCIPAL_DISABLED;
    }
    if (asked->stance == STANCE_EXPIRED) {
        return REFUSAL_PRINCIPAL_EXPIRED;
    }
    if (strcmp(cell, "-") == 0) {
        return REFUSAL_NOT_ALLOWED;
    }
    if (strcmp(cell, "yes") != 0 && !refusal_find(asked->row->foreign, &foreign)) {
        fail_msg("tests/data/roles.txt: %s %s: %s, and no code for another's", asked->row->kind,
                 asked->row->operation, cell);
    }
    if (strcmp(cell, "never") == 0) {
        return foreign;
    }
    return asked->stance == STANCE_FOREIGN && strcmp(cell, "own") == 0 ? foreign : REFUSAL_NONE;
}

/* Any other refusal is about what was asked, and none of who asks. */
static bool is_about_who(enum refusal refusal)
{
    return refusal == REFUSAL_NOT_ALLOWED || refusal == REFUSAL_PRINCIPAL_DISABLED ||
           refusal == REFUSAL_PRINCIPAL_EXPIRED || refusal == REFUSAL_NOT_YOUR_PROPOSAL ||
           refusal == REFUSAL_NOT_YOUR_REVIEW || refusal == REFUSAL_UNKNOWN_PROPOSAL;
}

static void ask(struct fixture *f, struct asked *asked)
{
    struct arena_mark mark = arena_mark(&f->arena);

    set_principal(asked);

    enum refusal wanted = expected(asked);
    enum refusal got =
        strcmp(asked->row->kind, "command") == 0 ? ask_command(f, asked) : ask_other(f, asked);
    bool is_right = wanted == REFUSAL_NONE ? !is_about_who(got) : got == wanted;
    if (!is_right) {
        fail_msg("%s %s by role %d, %s: %s, not %s", asked->row->kind, asked->row->operation,
                 (int)asked->role, stance_names[asked->stance], refusal_code(got),
                 refusal_code(wanted));
    }
    arena_rewind(&f->arena, mark);
}

static void every_cell_of_the_table_is_as_written(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < f->row_count; i++) {
        for (int role = 1; role <= ROLES; role++) {
            for (int stance = 0; stance < STANCE_COUNT; stance++) {
                struct asked asked = {.row = &f->rows[i],
                                      .role = (Hs__Principal__Role)role,
                                      .stance = (enum stance)stance};

                ask(f, &asked);
            }
        }
    }
}

/* Counts the bodies of @type, each of which must have a row. */
static size_t count_bodies(const struct fixture *f, const char *kind,
                           const ProtobufCMessageDescriptor *type)
{
    size_t count = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];

        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0) {
            continue;
        }
        count++;
        if (row_of(f, kind, field->name) == NULL) {
            fail_msg("tests/data/roles.txt has no row for the %s %s", kind, field->name);
        }
    }
    return count;
}

static void every_operation_has_a_row_and_every_row_an_operation(void **state)
{
    static const char *const messages[] = {"watch", "document_put", "document_get"};
    struct fixture *f = *state;
    size_t count = count_bodies(f, "command", &hs__command__descriptor) +
                   count_bodies(f, "query", &hs__query__descriptor);
    size_t wholes = 0;

    for (size_t i = 0; i < ARRAY_COUNT(messages); i++) {
        assert_non_null(row_of(f, "message", messages[i]));
    }
    for (size_t i = 0; i < f->row_count; i++) {
        wholes += is_of_whole(f->rows[i].operation) ? 1 : 0;
    }
    assert_int_equal(f->row_count - wholes, count + ARRAY_COUNT(messages));
    assert_int_equal(f->row_count - wholes, OPERATION_COUNT);
}

static void a_role_of_the_schema_has_a_column(void **state)
{
    (void)state;
    assert_int_equal(hs__principal__role__descriptor.n_values, ROLES + 1);
}

static void what_is_no_operation_is_nobodys(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(authorise(&f->office.chief, OPERATION_COUNT, OFFICE_START_MS),
                     REFUSAL_NOT_ALLOWED);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_cell_of_the_table_is_as_written),
        T(every_operation_has_a_row_and_every_row_an_operation),
        T(a_role_of_the_schema_has_a_column),
        T(what_is_no_operation_is_nobodys),
    };

    return cmocka_run_group_tests_name("authorise", tests, NULL, NULL);
}
