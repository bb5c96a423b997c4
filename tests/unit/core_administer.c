/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/administer: who may be enrolled and changed, and what a department needs. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/apply.h"
#include "core/decide.h"
#include "tests/core/office.h"

#define ROLE(name) HS__PRINCIPAL__ROLE__##name

enum { KEY_BYTES = 32, TITLE_BYTES = 257 };

struct fixture {
    struct arena arena;
    struct small_office office;
    struct situation situation;
    struct decision decision;
    uint8_t key[KEY_BYTES];
    Hs__Principal__Role role;
    Hs__Words title;
    Hs__Principal principal; /* one that may be enrolled */
};

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){
        .role = ROLE(APPLICANT), .title = HS__WORDS__INIT, .principal = HS__PRINCIPAL__INIT};
    arena_init(&fixture.arena, 16 << 20);
    small_office_init(&fixture.office, &fixture.arena);
    fixture.situation = (struct situation){
        .now_ms = OFFICE_START_MS,
        .office = &fixture.office.office,
        .signer = &fixture.office.security,
        .arena = &fixture.arena,
    };
    fixture.principal.name = "person:new";
    fixture.principal.n_roles = 1;
    fixture.principal.roles = &fixture.role;
    fixture.principal.curve_key = (ProtobufCBinaryData){KEY_BYTES, fixture.key};
    fixture.principal.sign_key = (ProtobufCBinaryData){KEY_BYTES, fixture.key};
    fixture.principal.title = &fixture.title;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static enum refusal enrol(struct fixture *f)
{
    Hs__Enrol body = HS__ENROL__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.principal = &f->principal;
    command.body_case = HS__COMMAND__BODY_ENROL;
    command.enrol = &body;
    decide_command(&f->situation, &command, &f->decision);
    return f->decision.refusal;
}

static enum refusal change(struct fixture *f, const Hs__Principal *named, Hs__ChangePrincipal body)
{
    Hs__Command command = HS__COMMAND__INIT;

    f->situation.named = named;
    body.name = named->name;
    command.body_case = HS__COMMAND__BODY_CHANGE_PRINCIPAL;
    command.change_principal = &body;
    decide_command(&f->situation, &command, &f->decision);
    return f->decision.refusal;
}

static void who_is_enrolled_gets_the_next_number(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(enrol(f), REFUSAL_NONE);

    assert_int_equal(f->decision.event_count, 1);
    assert_int_equal(f->decision.events[0]->principal_enrolled->principal->number, 1);
    apply_office(&f->office.office, f->decision.events[0], &f->arena);
    f->principal.name = "person:next";
    assert_int_equal(enrol(f), REFUSAL_NONE);
    assert_int_equal(f->decision.events[0]->principal_enrolled->principal->number, 2);
}

static void assert_invalid(struct fixture *f, const char *detail)
{
    assert_int_equal(enrol(f), REFUSAL_PRINCIPAL_INVALID);
    assert_string_equal(f->decision.detail, detail);
    assert_int_equal(f->decision.event_count, 0);
}

static void a_malformed_name_is_refused(void **state)
{
    static const char *const names[] = {"",        "office",   "person:", "person:a/b",
                                        "fire",    "agent:",   "agent:x", "agent:fire/",
                                        "robot:x", "person:\n"};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        f->principal.name = names[i];
        assert_invalid(f, "name");
    }
}

static void keys_roles_and_title_have_their_form(void **state)
{
    struct fixture *f = *state;
    char long_title[TITLE_BYTES + 1];

    f->principal.curve_key.len = KEY_BYTES - 1;
    assert_invalid(f, "keys");
    f->principal.curve_key.len = KEY_BYTES;
    f->principal.n_roles = 0;
    assert_invalid(f, "roles");
    f->principal.n_roles = 1;
    memset(long_title, 'x', TITLE_BYTES);
    long_title[TITLE_BYTES] = '\0';
    f->title.en = long_title;
    assert_invalid(f, "title");
}

static void an_agent_has_its_departments_name_and_no_other_role(void **state)
{
    struct fixture *f = *state;
    Hs__Principal__Role roles[] = {ROLE(AGENT), ROLE(REVIEWER)};

    f->role = ROLE(AGENT);
    assert_invalid(f, "department");
    f->principal.name = "agent:fire/1";
    f->principal.department = "planning";
    assert_invalid(f, "department");
    f->principal.department = "fire";
    f->principal.roles = roles;
    f->principal.n_roles = 2;
    assert_invalid(f, "department");
    f->principal.n_roles = 1;
    assert_int_equal(enrol(f), REFUSAL_NONE);
}

static void a_reviewer_needs_a_department_that_exists(void **state)
{
    struct fixture *f = *state;

    f->role = ROLE(REVIEWER);
    assert_int_equal(enrol(f), REFUSAL_UNKNOWN_DEPARTMENT);
    f->principal.department = "water";
    assert_int_equal(enrol(f), REFUSAL_UNKNOWN_DEPARTMENT);
    f->principal.department = "fire";
    assert_int_equal(enrol(f), REFUSAL_NONE);
}

static void a_name_and_a_key_belong_to_one(void **state)
{
    struct fixture *f = *state;

    f->situation.key_owner = &f->office.planner;
    assert_int_equal(enrol(f), REFUSAL_KEY_ALREADY_ENROLLED);
    assert_string_equal(f->decision.detail, "person:planning");
    f->situation.named = &f->office.planner;
    assert_int_equal(enrol(f), REFUSAL_PRINCIPAL_EXISTS);
}

static void who_administers_cannot_be_made_a_reviewer(void **state)
{
    struct fixture *f = *state;
    Hs__Principal__Role roles[] = {ROLE(SYSTEM_ADMIN), ROLE(APPLICANT)};
    Hs__ChangePrincipal body = HS__CHANGE_PRINCIPAL__INIT;

    f->principal.roles = roles;
    f->principal.n_roles = 2;
    assert_int_equal(enrol(f), REFUSAL_ROLES_INCOMPATIBLE);
    body.roles = roles;
    body.n_roles = 2;
    assert_int_equal(change(f, &f->office.applicant, body), REFUSAL_ROLES_INCOMPATIBLE);
    assert_int_equal(f->decision.event_count, 0);
}

static void nobody_takes_the_administration_from_himself(void **state)
{
    struct fixture *f = *state;
    Hs__ChangePrincipal disabling = HS__CHANGE_PRINCIPAL__INIT;
    Hs__ChangePrincipal renouncing = HS__CHANGE_PRINCIPAL__INIT;
    Hs__Principal__Role roles[] = {ROLE(APPLICANT)};

    disabling.disabled = true;
    renouncing.roles = roles;
    renouncing.n_roles = 1;
    assert_int_equal(change(f, &f->office.security, disabling), REFUSAL_NOT_ALLOWED);
    assert_int_equal(change(f, &f->office.security, renouncing), REFUSAL_NOT_ALLOWED);
    assert_int_equal(change(f, &f->office.applicant, disabling), REFUSAL_NONE);
}

static void an_enrolment_that_has_ended_is_refused(void **state)
{
    struct fixture *f = *state;

    f->principal.expires_at = OFFICE_START_MS;
    assert_invalid(f, "expires_at");
    f->principal.expires_at = -1;
    assert_invalid(f, "expires_at");
    f->principal.expires_at = OFFICE_START_MS + 1;
    assert_int_equal(enrol(f), REFUSAL_NONE);
}

static void a_change_sets_keeps_or_lifts_the_last_day(void **state)
{
    struct fixture *f = *state;
    Hs__Principal *planner = &f->office.planner;
    Hs__ChangePrincipal body = HS__CHANGE_PRINCIPAL__INIT;

    body.expires_at = -1;
    assert_int_equal(change(f, planner, body), REFUSAL_PRINCIPAL_INVALID);
    body.expires_at = 5;
    assert_int_equal(change(f, planner, body), REFUSAL_NONE);
    apply_principal(planner, f->decision.events[0], &f->arena);
    assert_int_equal(planner->expires_at, 5);

    body.expires_at = 0;
    assert_int_equal(change(f, planner, body), REFUSAL_NONE);
    apply_principal(planner, f->decision.events[0], &f->arena);
    assert_int_equal(planner->expires_at, 5);

    body.unlimited = true;
    assert_int_equal(change(f, planner, body), REFUSAL_NONE);
    apply_principal(planner, f->decision.events[0], &f->arena);
    assert_int_equal(planner->expires_at, 0);
}

static void a_department_needs_an_id_words_and_owners_that_differ(void **state)
{
    struct fixture *f = *state;
    Hs__Department department = HS__DEPARTMENT__INIT;
    Hs__DefineDepartment body = HS__DEFINE_DEPARTMENT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Department__Owner owner = HS__DEPARTMENT__OWNER__INIT;
    Hs__Department__Owner *owners[] = {&owner, &owner};
    Hs__Principal system = f->office.security;
    Hs__Principal__Role role = ROLE(SYSTEM_ADMIN);

    system.roles = &role;
    f->situation.signer = &system;
    command.body_case = HS__COMMAND__BODY_DEFINE_DEPARTMENT;
    command.define_department = &body;
    body.department = &department;
    department.id = "water";
    decide_command(&f->situation, &command, &f->decision);
    assert_int_equal(f->decision.refusal, REFUSAL_DEFINITION_INVALID);

    f->title.zh = "供水";
    department.title = &f->title;
    owner.id = "north";
    department.owners = owners;
    department.n_owners = 2;
    decide_command(&f->situation, &command, &f->decision);
    assert_int_equal(f->decision.refusal, REFUSAL_DEFINITION_INVALID);

    department.n_owners = 1;
    decide_command(&f->situation, &command, &f->decision);
    assert_int_equal(f->decision.refusal, REFUSAL_NONE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(who_is_enrolled_gets_the_next_number),
        T(a_malformed_name_is_refused),
        T(keys_roles_and_title_have_their_form),
        T(an_agent_has_its_departments_name_and_no_other_role),
        T(a_reviewer_needs_a_department_that_exists),
        T(a_name_and_a_key_belong_to_one),
        T(who_administers_cannot_be_made_a_reviewer),
        T(nobody_takes_the_administration_from_himself),
        T(an_enrolment_that_has_ended_is_refused),
        T(a_change_sets_keeps_or_lifts_the_last_day),
        T(a_department_needs_an_id_words_and_owners_that_differ),
    };

    return cmocka_run_group_tests_name("administer", tests, NULL, NULL);
}
