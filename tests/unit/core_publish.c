/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of publishing: versions, whose pack it is, what is not sound, and the pins that follow; and
 * of the roles that may stand together. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/apply.h"
#include "core/authorise.h"
#include "core/decide.h"
#include "core/lint.h"
#include "core/suggestion.h"
#include "tests/core/office.h"

struct fixture {
    struct arena arena;
    struct small_office office;
    struct catalogue catalogue;
    const Hs__Dictionary *dictionaries[1];
    const Hs__Process *processes[1];
    struct decision decision;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof fixture);
    arena_init(&fixture.arena, 64 << 20);
    small_office_init(&fixture.office, &fixture.arena);
    fixture.dictionaries[0] = fixture.office.dictionary;
    fixture.processes[0] = fixture.office.process;
    fixture.catalogue = (struct catalogue){
        .dictionaries = fixture.dictionaries,
        .dictionary_count = 1,
        .processes = fixture.processes,
        .process_count = 1,
    };
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static enum refusal publish(struct fixture *f, const Hs__Principal *signer, Hs__Publish__Kind kind,
                            const void *definition)
{
    struct situation situation = {
        .now_ms = OFFICE_START_MS,
        .office = &f->office.office,
        .signer = signer,
        .catalogue = &f->catalogue,
        .arena = &f->arena,
    };
    Hs__Publish body = HS__PUBLISH__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.kind = kind;
    body.definition = binary_of(message_pack(definition, &f->arena));
    command.body_case = HS__COMMAND__BODY_PUBLISH;
    command.publish = &body;
    decide_command(&situation, &command, &f->decision);
    for (size_t i = 0; i < f->decision.event_count; i++) {
        apply_office(&f->office.office, f->decision.events[i], &f->arena);
    }
    return f->decision.refusal;
}

static enum refusal publish_pack(struct fixture *f, const Hs__Principal *signer,
                                 const Hs__Pack *pack)
{
    return publish(f, signer, HS__PUBLISH__KIND__PACK, pack);
}

static void publish_all(struct fixture *f)
{
    Hs__Principal planning_agent = f->office.fire_agent;

    planning_agent.department = "planning";
    f->office.office.n_processes = 0; /* as before anything was published */
    assert_int_equal(
        publish(f, &f->office.chief, HS__PUBLISH__KIND__DICTIONARY, f->office.dictionary),
        REFUSAL_NONE);
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, f->office.process),
                     REFUSAL_NONE);
    assert_int_equal(publish_pack(f, &f->office.chief, f->office.packs[0]), REFUSAL_NONE);
    assert_int_equal(publish_pack(f, &f->office.chief, f->office.packs[2]), REFUSAL_NONE);
    assert_int_equal(publish_pack(f, &planning_agent, f->office.packs[3]), REFUSAL_NONE);
}

static void pins_are_set_when_the_last_part_is_there(void **state)
{
    struct fixture *f = *state;

    publish_all(f);
    assert_int_equal(f->office.office.n_pins, 0);

    assert_int_equal(publish_pack(f, &f->office.fire_agent, f->office.packs[1]), REFUSAL_NONE);
    assert_int_equal(f->decision.event_count, 2);
    assert_int_equal(f->decision.events[1]->body_case, HS__EVENT__BODY_PINS_SET);
    const Hs__PinsSet *set = f->decision.events[1]->pins_set;
    assert_int_equal(set->pins->n_packs, 4);
    struct hash hash = hash_of(message_pack(set->pins, &f->arena));
    assert_memory_equal(set->hash.data, hash.bytes, sizeof hash.bytes);
    assert_string_equal(set->pins->packs[1]->id, "fire");
    hash = hash_of(message_pack(f->office.packs[1], &f->arena));
    assert_memory_equal(set->pins->packs[1]->hash.data, hash.bytes, sizeof hash.bytes);
    assert_int_equal(f->office.office.n_pins, 1);
}

static void the_same_pack_again_is_nothing(void **state)
{
    struct fixture *f = *state;

    publish_all(f);
    assert_int_equal(publish_pack(f, &f->office.fire_agent, f->office.packs[1]), REFUSAL_NONE);
    assert_int_equal(publish_pack(f, &f->office.fire_agent, f->office.packs[1]), REFUSAL_NONE);
    assert_int_equal(f->decision.event_count, 0);
}

static void a_version_is_used_once_and_only_rises(void **state)
{
    struct fixture *f = *state;
    Hs__Pack pack = *f->office.packs[1];

    publish_all(f);
    pack.version = 5;
    assert_int_equal(publish_pack(f, &f->office.fire_agent, &pack), REFUSAL_NONE);
    pack.rules[0]->condition = "lane.width_m >= 5.0";
    assert_int_equal(publish_pack(f, &f->office.fire_agent, &pack), REFUSAL_PACK_VERSION_REUSED);
    pack.version = 4;
    assert_int_equal(publish_pack(f, &f->office.fire_agent, &pack), REFUSAL_PACK_OLDER);
    pack.version = 6;
    assert_int_equal(publish_pack(f, &f->office.fire_agent, &pack), REFUSAL_NONE);
}

static void a_pack_that_does_not_lint_is_refused_with_the_place(void **state)
{
    static const char *const conditions[] = {
        "lane.width_m >=",       "lane.widht_m >= 4.0", "lane.width_m == 'wide'",
        "lane.width_m",          "cfg.absent > 1",      "1 / 0 >",
        "style && lane.width_m",
    };
    struct fixture *f = *state;

    publish_all(f);
    for (size_t i = 0; i < ARRAY_COUNT(conditions); i++) {
        f->office.packs[1]->rules[0]->condition = conditions[i];
        assert_int_equal(publish_pack(f, &f->office.fire_agent, f->office.packs[1]),
                         REFUSAL_PACK_INVALID);
        assert_non_null(strstr(f->decision.detail, "rules[0].condition"));
    }
    f->office.packs[1]->rules[0]->condition = "lane.width_m >= 4.0";
    f->office.packs[1]->rules[0]->n_citations = 0;
    assert_int_equal(publish_pack(f, &f->office.fire_agent, f->office.packs[1]),
                     REFUSAL_PACK_INVALID);
}

static void what_rests_on_a_statute_is_not_waivable(void **state)
{
    struct fixture *f = *state;
    Hs__Pack *gate = f->office.packs[2];

    publish_all(f);
    gate->version = 2;
    gate->rules[0]->waivable = true;
    gate->sources[0]->statute = true;
    assert_int_equal(publish_pack(f, &f->office.chief, gate), REFUSAL_PACK_INVALID);
    gate->sources[0]->statute = false;
    assert_int_equal(publish_pack(f, &f->office.chief, gate), REFUSAL_NONE);
    f->office.packs[0]->version = 2;
    f->office.packs[0]->rules[0]->waivable = true; /* no gate at all */
    assert_int_equal(publish_pack(f, &f->office.chief, f->office.packs[0]), REFUSAL_PACK_INVALID);
}

static void nobody_publishes_anothers_rules(void **state)
{
    struct fixture *f = *state;

    publish_all(f);
    assert_int_equal(publish_pack(f, &f->office.chief, f->office.packs[1]), REFUSAL_NOT_ALLOWED);
    assert_int_equal(publish_pack(f, &f->office.fire_agent, f->office.packs[2]),
                     REFUSAL_NOT_ALLOWED);
    assert_int_equal(publish_pack(f, &f->office.fireman, f->office.packs[1]), REFUSAL_NOT_ALLOWED);
    assert_int_equal(
        publish(f, &f->office.fire_agent, HS__PUBLISH__KIND__PROCESS, f->office.process),
        REFUSAL_NOT_ALLOWED);
}

static void a_process_that_does_not_lint_is_refused(void **state)
{
    struct fixture *f = *state;
    Hs__Process process = *f->office.process;
    Hs__Seat *seat = process.stages[0]->seats[0];
    Hs__Silence silence = HS__SILENCE__INIT;

    f->office.office.n_processes = 0;
    seat->when = "lane.width_m > ";
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, &process),
                     REFUSAL_DEFINITION_INVALID);
    seat->when = "";
    silence.disposition = HS__SILENCE__DISPOSITION__TACIT;
    seat->silence = &silence;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, &process),
                     REFUSAL_DEFINITION_INVALID);
    seat->silence = NULL;
    seat->department = "nobody";
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, &process),
                     REFUSAL_DEFINITION_INVALID);
    seat->department = "planning";
    process.n_stages = 0;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, &process),
                     REFUSAL_DEFINITION_INVALID);
}

static void the_documents_of_a_stage_are_held_to_the_dictionary(void **state)
{
    static const char *twice[] = {"A02", "A02"};
    struct fixture *f = *state;
    Hs__Process process = *f->office.process;
    Hs__Stage *stage = process.stages[0];

    f->office.office.n_processes = 0;
    stage->document_list = "sheets[].code";
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, &process),
                     REFUSAL_DEFINITION_INVALID);
    stage->document_list = "style";
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, &process),
                     REFUSAL_DEFINITION_INVALID);
    stage->document_list = "";
    stage->seats[0]->documents = twice;
    stage->seats[0]->n_documents = 2;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, &process),
                     REFUSAL_DEFINITION_INVALID);
    stage->seats[0]->n_documents = 1;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, &process),
                     REFUSAL_NONE);
}

static void what_is_in_force_still_holds_under_a_new_definition(void **state)
{
    struct fixture *f = *state;
    Hs__Dictionary dictionary = *f->office.dictionary;
    Hs__Process process = *f->office.process;
    Hs__Setting setting = HS__SETTING__INIT;
    Hs__Setting *settings[] = {&setting};

    publish_all(f);
    f->catalogue.packs = (const Hs__Pack *const *)f->office.packs;
    f->catalogue.pack_count = 4;
    dictionary.version = 2;
    dictionary.n_fields--; /* "style", which planning's rule reads */
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__DICTIONARY, &dictionary),
                     REFUSAL_DEFINITION_INVALID);
    assert_non_null(strstr(f->decision.detail, "style"));
    dictionary.n_fields++;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__DICTIONARY, &dictionary),
                     REFUSAL_NONE);

    f->office.packs[1]->rules[0]->condition = "lane.width_m >= cfg.width";
    process.version = 2;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, &process),
                     REFUSAL_DEFINITION_INVALID);
    setting.name = "width";
    setting.value_case = HS__SETTING__VALUE_NUMBER;
    setting.number = "4";
    process.n_settings = 1;
    process.settings = settings;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__PROCESS, &process),
                     REFUSAL_NONE);
}

static void a_rule_is_about_a_matter_of_its_process(void **state)
{
    struct fixture *f = *state;
    Hs__Code fire = HS__CODE__INIT;
    Hs__Code *matters[] = {&fire};
    struct defects defects;

    fire.code = "fire";
    f->office.process->matters = matters;
    f->office.process->n_matters = 1;
    f->office.packs[1]->rules[0]->matter = "lane";
    defects_init(&defects, &f->arena);
    lint_rule_matters(f->office.packs[1], f->office.process, &defects);
    lint_matters(f->office.process, &defects);
    assert_int_equal(defects.total, 2);
    assert_string_equal(defects.rows[0].path, "rules[0].matter");
    assert_string_equal(defects.rows[1].path, "matters[0].label");

    f->office.packs[1]->rules[0]->matter = "";
    defects_init(&defects, &f->arena);
    lint_rule_matters(f->office.packs[1], f->office.process, &defects);
    assert_int_equal(defects.total, 0);
}

static void a_pair_names_matters_and_rules_that_there_are(void **state)
{
    struct fixture *f = *state;
    Hs__IncompatiblePair pair = HS__INCOMPATIBLE_PAIR__INIT;
    Hs__IncompatiblePair *pairs[] = {&pair, &pair};
    Hs__Code fire = HS__CODE__INIT;
    Hs__Code *matters[] = {&fire};
    const char *one[] = {"fire", "FI-1"};
    const char *other[] = {"trees", "UM-9"};
    struct defects defects;

    fire.code = "fire";
    f->office.process->matters = matters;
    f->office.process->n_matters = 1;
    f->office.process->incompatible = pairs;
    f->office.process->n_incompatible = 2;
    pair.id = "lane_or_trees";
    pair.one = one;
    pair.n_one = 2;
    defects_init(&defects, &f->arena);
    lint_pairs(f->office.process, &defects);
    assert_int_equal(defects.total,
                     5); /* each: no title, an empty side; the second is there twice */
    assert_string_equal(defects.rows[0].path, "incompatible[0].title");
    assert_string_equal(defects.rows[1].path, "incompatible[0].other");
    assert_string_equal(defects.rows[2].path, "incompatible[1].id");

    pair.title = f->office.process->title;
    pair.other = other;
    pair.n_other = 2;
    f->office.process->n_incompatible = 1;
    defects_init(&defects, &f->arena);
    lint_pairs(f->office.process, &defects);
    lint_pair_rules(f->office.process, (const Hs__Pack *const *)f->office.packs, 4, &defects);
    assert_int_equal(defects.total, 2);
    assert_non_null(strstr(defects.rows[0].en, "trees"));
    assert_non_null(strstr(defects.rows[1].en, "UM-9"));
}

static void a_rules_owner_is_one_of_its_department(void **state)
{
    struct fixture *f = *state;

    publish_all(f);
    f->office.packs[1]->version++;
    f->office.packs[1]->rules[0]->owner = "north";
    assert_int_equal(publish_pack(f, &f->office.fire_agent, f->office.packs[1]),
                     REFUSAL_PACK_INVALID);
    assert_non_null(strstr(f->decision.detail, "rules[0].owner"));
}

static void a_setting_is_read_by_a_rule_or_a_seat(void **state)
{
    struct fixture *f = *state;
    Hs__Setting setting = HS__SETTING__INIT;
    Hs__Setting *settings[] = {&setting};
    struct defects defects;

    setting.name = "width";
    f->office.process->settings = settings;
    f->office.process->n_settings = 1;
    defects_init(&defects, &f->arena);
    lint_settings(f->office.process, (const Hs__Pack *const *)f->office.packs, 4, &defects);
    assert_int_equal(defects.total, 1);
    assert_string_equal(defects.rows[0].path, "settings[0]");

    f->office.process->stages[0]->seats[1]->when = "lane.width_m < cfg.width";
    defects_init(&defects, &f->arena);
    lint_settings(f->office.process, (const Hs__Pack *const *)f->office.packs, 4, &defects);
    assert_int_equal(defects.total, 0);
}

static void a_basis_is_sure_with_a_clause_of_a_source_that_was_seen(void **state)
{
    struct fixture *f = *state;
    const struct compiled_pack *pack = rulebook_pack(f->office.rulebook, "fire");
    Hs__Citation *citation = f->office.packs[1]->rules[0]->citations[0];

    assert_false(citation_needs_checking(pack, citation));
    citation->clause = "";
    assert_true(citation_needs_checking(pack, citation));
    citation->clause = "1";
    citation->confidence = HS__CITATION__CONFIDENCE__MEDIUM;
    assert_true(citation_needs_checking(pack, citation));
    citation->confidence = HS__CITATION__CONFIDENCE__HIGH;
    f->office.packs[1]->sources[0]->verified = false;
    assert_true(citation_needs_checking(pack, citation));
}

static void other_definitions_have_versions_like_packs(void **state)
{
    struct fixture *f = *state;
    Hs__Dictionary dictionary = *f->office.dictionary;

    publish_all(f);
    dictionary.n_fields--;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__DICTIONARY, &dictionary),
                     REFUSAL_DEFINITION_VERSION_REUSED);
    dictionary.n_fields++;
    dictionary.version = 3;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__DICTIONARY, &dictionary),
                     REFUSAL_NONE);
    dictionary.version = 2;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__DICTIONARY, &dictionary),
                     REFUSAL_DEFINITION_OLDER);
}

static void a_definition_larger_than_the_limit_is_refused(void **state)
{
    struct fixture *f = *state;
    Hs__Dictionary dictionary = *f->office.dictionary;
    size_t size = 1024 * 1024;
    char *id = arena_alloc(&f->arena, size + 1);

    memset(id, 'a', size);
    dictionary.id = id;
    assert_int_equal(publish(f, &f->office.chief, HS__PUBLISH__KIND__DICTIONARY, &dictionary),
                     REFUSAL_TOO_LARGE);
}

static void bytes_that_are_no_definition_are_refused(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(publish(f, &f->office.fire_agent, HS__PUBLISH__KIND__PACK, f->office.process),
                     REFUSAL_MALFORMED);
    assert_int_equal(
        publish(f, &f->office.chief, HS__PUBLISH__KIND__UNSPECIFIED, f->office.process),
        REFUSAL_MALFORMED);
}

static void who_administers_does_nothing_else(void **state)
{
    const Hs__Principal__Role alone[] = {HS__PRINCIPAL__ROLE__SECURITY_ADMIN};
    const Hs__Principal__Role two_admins[] = {HS__PRINCIPAL__ROLE__SECURITY_ADMIN,
                                              HS__PRINCIPAL__ROLE__SYSTEM_ADMIN};
    const Hs__Principal__Role reviewing[] = {HS__PRINCIPAL__ROLE__SYSTEM_ADMIN,
                                             HS__PRINCIPAL__ROLE__REVIEWER};
    const Hs__Principal__Role head[] = {HS__PRINCIPAL__ROLE__HEAD, HS__PRINCIPAL__ROLE__REVIEWER};

    (void)state;
    assert_true(roles_compatible(alone, 1));
    assert_false(roles_compatible(two_admins, 2));
    assert_false(roles_compatible(reviewing, 2));
    assert_true(roles_compatible(head, 2));
    assert_false(roles_compatible(alone, 0));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(pins_are_set_when_the_last_part_is_there),
        T(the_same_pack_again_is_nothing),
        T(a_version_is_used_once_and_only_rises),
        T(a_pack_that_does_not_lint_is_refused_with_the_place),
        T(what_rests_on_a_statute_is_not_waivable),
        T(nobody_publishes_anothers_rules),
        T(a_process_that_does_not_lint_is_refused),
        T(the_documents_of_a_stage_are_held_to_the_dictionary),
        T(what_is_in_force_still_holds_under_a_new_definition),
        T(a_rule_is_about_a_matter_of_its_process),
        T(a_pair_names_matters_and_rules_that_there_are),
        T(a_rules_owner_is_one_of_its_department),
        T(a_setting_is_read_by_a_rule_or_a_seat),
        T(a_basis_is_sure_with_a_clause_of_a_source_that_was_seen),
        T(other_definitions_have_versions_like_packs),
        T(a_definition_larger_than_the_limit_is_refused),
        T(bytes_that_are_no_definition_are_refused),
        T(who_administers_does_nothing_else),
    };

    return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
