/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the project's own files: each is read as what it is, and the samples as packets. The
 * samples of the domain's description lie beside the project and are passed over when they do not.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/files.h"
#include "proto/text/json_tree.h"
#include "proto/text/load.h"
#include "proto/text/message_tree.h"
#include "proto/text/packet_text.h"

enum { SAMPLES = 15 };

struct fixture {
    struct arena arena;
    struct text_errors errors;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    arena_init(&fixture.arena, LOAD_ARENA_BYTES);
    text_errors_init(&fixture.errors, TEXT_EN);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    arena_release(&((struct fixture *)*state)->arena);
    return 0;
}

static void fail_with(struct fixture *f, const char *path)
{
    for (size_t i = 0; i < f->errors.count; i++) {
        print_error("%s\n", text_error_line(&f->errors.rows[i], path, &f->arena));
    }
    fail_msg("%s cannot be read", path);
}

static ProtobufCMessage *load(struct fixture *f, const char *path,
                              const ProtobufCMessageDescriptor *type)
{
    struct text_file file = {.path = path, .arena = &f->arena, .errors = &f->errors};
    ProtobufCMessage *message = NULL;

    if (load_message(&file, type, &message) != ERR_OK) {
        fail_with(f, path);
    }
    return message;
}

static struct dictionary *load_dictionary(struct fixture *f)
{
    struct dictionary_fault fault;
    ProtobufCMessage *source = load(f, "configs/dictionary.yaml", &hs__dictionary__descriptor);
    struct dictionary *dictionary =
        dictionary_index((const Hs__Dictionary *)source, &f->arena, &fault);

    if (dictionary == NULL) {
        fail_msg("configs/dictionary.yaml: %s: %s", fault.path, fault.en);
    }
    return dictionary;
}

/* Reads what packet_to_json() makes of @packet, by way of its text, and compares the bytes. */
static void assert_returns(struct fixture *f, const Hs__Packet *packet,
                           const struct dictionary *dictionary)
{
    json_t *json = packet_to_json(packet, dictionary);
    struct tree *tree = NULL;
    Hs__Packet *again = NULL;

    assert_non_null(json);
    char *text = json_dumps(json, PACKET_JSON_FLAGS);
    json_decref(json);
    assert_non_null(text);
    assert_int_equal(
        json_tree_read(bytes_of_text(text), TREE_NODES_MAX, &f->arena, &tree, &f->errors), ERR_OK);
    free(text);
    if (packet_from_tree(tree, dictionary, &f->arena, &again, &f->errors) != ERR_OK) {
        fail_with(f, "packet_to_json()");
    }
    assert_true(bytes_equal(message_pack(packet, &f->arena), message_pack(again, &f->arena)));
}

/* Reads every sample of @folder; returns how many. */
static size_t read_samples(struct fixture *f, const char *folder)
{
    struct dictionary *dictionary = load_dictionary(f);
    const char *const *names = NULL;
    size_t count = 0;

    if (folder_list(folder, &f->arena, &names, &count) != ERR_OK) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        const char *path = arena_format(&f->arena, "%s/%s", folder, names[i]);
        struct text_file file = {.path = path, .arena = &f->arena, .errors = &f->errors};
        Hs__Packet *packet = NULL;

        if (load_packet(&file, dictionary, &packet) != ERR_OK) {
            fail_with(f, path);
        }
        assert_true(packet->n_fields > 50);
        assert_int_not_equal(packet_text_at(packet, "project.name")[0], '\0');
        assert_returns(f, packet, dictionary);
    }
    return count;
}

static void every_sample_is_a_packet_and_comes_back_from_its_json(void **state)
{
    assert_int_equal(read_samples(*state, "configs/samples"), SAMPLES);
}

static void every_sample_of_the_domain_is_a_packet(void **state)
{
    size_t count = read_samples(*state, "../shared/domain/samples");

    if (count == 0) {
        print_message("passed over: the domain's samples are not beside the project\n");
        skip();
    }
    assert_int_equal(count, SAMPLES);
}

static void every_definition_of_the_project_is_its_message(void **state)
{
    struct fixture *f = *state;

    load(f, "configs/dictionary.yaml", &hs__dictionary__descriptor);
    load(f, "configs/departments.yaml", &hs__department_list__descriptor);
    load(f, "configs/processes/joint_review.yaml", &hs__process__descriptor);
    load(f, "configs/processes/joint_review_units.yaml", &hs__process__descriptor);
    load(f, "configs/processes/packs/gate.yaml", &hs__pack__descriptor);
    load(f, "configs/processes/packs/construction.yaml", &hs__pack__descriptor);
    load(f, "agents/fire/rules.yaml", &hs__pack__descriptor);
    load(f, "agents/planning/rules.yaml", &hs__pack__descriptor);
    load(f, "agents/utilities/rules.yaml", &hs__pack__descriptor);
    load(f, "agents/urban_management/rules.yaml", &hs__pack__descriptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_sample_is_a_packet_and_comes_back_from_its_json,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_sample_of_the_domain_is_a_packet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_definition_of_the_project_is_its_message, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("samples", tests, NULL, NULL);
}
