/* SPDX-License-Identifier: Apache-2.0 */
/* Files that people write: YAML and JSON as trees, messages, packets, fields of a rule; and the
 * definitions they hold, linted. What is read is written as JSON and read again as the same. */
#include <stdlib.h>

#include "core/calendar.h"
#include "core/lint.h"
#include "lib/check.h"
#include "proto/text/bindings.h"
#include "proto/text/json.h"
#include "proto/text/json_tree.h"
#include "proto/text/message_tree.h"
#include "proto/text/packet_text.h"
#include "proto/text/yaml.h"
#include "tests/fuzz/making.h"
#include "tests/fuzz/target.h"

enum { ARENA_BYTES = 64 << 20, UTC_OFFSET_MINUTES = 480 };

static const ProtobufCMessageDescriptor *const types[] = {
    &hs__dictionary__descriptor,     &hs__pack__descriptor,
    &hs__process__descriptor,        &hs__calendar__descriptor,
    &hs__opinion__descriptor,        &hs__office_config__descriptor,
    &hs__agent_config__descriptor,   &hs__department_list__descriptor,
    &hs__proposal__descriptor,       &hs__verdict_document__descriptor,
    &hs__broker_message__descriptor,
};

enum { TYPE_COUNT = sizeof types / sizeof types[0] };

static const char dictionary_text[] =
    "{id: small, version: 1, fields: ["
    "{path: name, type: text}, {path: when, type: date}, {path: ok, type: bool},"
    "{path: count, type: integer}, {path: area, type: number},"
    "{path: kind, type: code, codes: [{code: road}, {code: gas}]},"
    "{path: kinds, type: codes, codes: [{code: road}, {code: gas}]},"
    "{path: notes, type: texts},"
    "{path: 'lanes[].id', type: text}, {path: 'lanes[].width', type: number},"
    "{path: 'rows[].amount', type: number}, {path: 'rows[].cells[].x', type: integer}]}";

static struct text_errors errors;
static struct arena arena = {.capacity_bytes = ARENA_BYTES};

/* Reads the dictionary of the packets once, into memory that is kept. */
static const struct dictionary *small_dictionary(void)
{
    static struct arena kept;
    static const struct dictionary *dictionary;
    struct dictionary_fault fault;
    struct tree *tree = NULL;
    ProtobufCMessage *source = NULL;

    if (dictionary == NULL) {
        arena_init(&kept, ARENA_BYTES);
        require(yaml_read(bytes_of_text(dictionary_text), TREE_NODES_MAX, &kept, &tree, &errors) ==
                ERR_OK);
        require(message_from_tree(tree, &hs__dictionary__descriptor, &kept, &source, &errors) ==
                ERR_OK);
        dictionary = dictionary_index((const Hs__Dictionary *)source, &kept, &fault);
        require(dictionary != NULL);
    }
    return dictionary;
}

/* What a text says as JSON or YAML, read with an error or without. */
static struct tree *read_tree(struct bytes text, bool is_json)
{
    struct tree *tree = NULL;
    enum err err = is_json ? json_tree_read(text, TREE_NODES_MAX, &arena, &tree, &errors)
                           : yaml_read(text, TREE_NODES_MAX, &arena, &tree, &errors);

    require((err == ERR_OK) == (tree != NULL));
    require(err == ERR_OK || errors.count > 0);
    return tree;
}

static void show_errors(void)
{
    text_errors_sort(&errors);
    for (size_t i = 0; i < errors.count; i++) {
        require(errors.rows[i].reason[0] != '\0');
        require(text_error_line(&errors.rows[i], "f", &arena) != NULL);
    }
}

/* JSON says the same, but for instants that are out of its range. */
static void test_json(const ProtobufCMessage *message)
{
    ProtobufCMessage *again = NULL;
    json_t *json = message_to_json(message, UTC_OFFSET_MINUTES);

    require(json != NULL);
    if (message_from_json(json, message->descriptor, &arena, &again, &errors) == ERR_OK) {
        require(bytes_equal(message_pack(again, &arena), message_pack(message, &arena)));
    } else {
        require(errors.count > 0);
    }
    json_decref(json);
}

static void lint(const ProtobufCMessage *message)
{
    static struct defects defects;
    struct arena built;

    defects_init(&defects, &arena);
    if (message->descriptor == &hs__dictionary__descriptor) {
        lint_dictionary((const Hs__Dictionary *)message, &defects);
    } else if (message->descriptor == &hs__process__descriptor) {
        lint_process((const Hs__Process *)message, NULL, NULL, &defects);
    } else if (message->descriptor == &hs__pack__descriptor) {
        lint_pack((const Hs__Pack *)message, NULL, NULL, false, &defects);
        lint_pack((const Hs__Pack *)message, NULL, NULL, true, &defects);
    } else if (message->descriptor == &hs__calendar__descriptor) {
        lint_calendar((const Hs__Calendar *)message, &defects);
        arena_init(&built, ARENA_BYTES);
        require((calendar_build((const Hs__Calendar *)message, &built) != NULL) ==
                (defects.total == 0));
        arena_release(&built);
    }
}

static void read_message(struct bytes text, bool is_json, const ProtobufCMessageDescriptor *type)
{
    struct tree *tree = read_tree(text, is_json);
    ProtobufCMessage *message = NULL;

    if (tree != NULL && message_from_tree(tree, type, &arena, &message, &errors) == ERR_OK) {
        struct bytes bytes = message_pack(message, &arena);
        ProtobufCMessage *parsed = NULL;

        require(message_parse(type, bytes, &arena, &parsed) == ERR_OK);
        test_json(message);
        lint(message);
    } else {
        require(errors.count > 0);
    }
}

static void make_and_lint(struct choices *choices, const ProtobufCMessageDescriptor *type)
{
    static const char *const departments[] = {"planning", "fire"};
    const struct making making = {.choices = choices,
                                  .arena = &arena,
                                  .now_ms = 1000000,
                                  .departments = departments,
                                  .department_count = 2};
    ProtobufCMessage *message = make_message(&making, type);

    if (message != NULL) {
        test_json(message);
        lint(message);
    }
}

static void read_packet(struct bytes text, bool is_json)
{
    const struct dictionary *dictionary = small_dictionary();
    struct tree *tree = read_tree(text, is_json);
    struct packet_fault fault;
    Hs__Packet *packet = NULL;
    Hs__Packet *again = NULL;

    if (tree == NULL || packet_from_tree(tree, dictionary, &arena, &packet, &errors) != ERR_OK) {
        require(errors.count > 0);
        return;
    }
    require(packet_check(packet, dictionary, &fault));

    json_t *json = packet_to_json(packet, dictionary);
    require(json != NULL);
    char *written = json_dumps(json, PACKET_JSON_FLAGS);
    json_decref(json);
    tree = read_tree(bytes_of_text(written), true);
    require(tree != NULL);
    require(packet_from_tree(tree, dictionary, &arena, &again, &errors) == ERR_OK);
    require(bytes_equal(message_pack(packet, &arena), message_pack(again, &arena)));
    free(written);
}

/* A packet as a peer sends it, which may be anything. */
static void check_packet(struct bytes bytes)
{
    struct packet_fault fault;
    ProtobufCMessage *packet = NULL;

    if (message_parse(&hs__packet__descriptor, bytes, &arena, &packet) == ERR_OK &&
        packet_check((const Hs__Packet *)packet, small_dictionary(), &fault)) {
        json_t *json = packet_to_json((const Hs__Packet *)packet, small_dictionary());

        require(json != NULL);
        json_decref(json);
    }
}

static void read_bindings(struct bytes text)
{
    struct bindings_fault fault;
    struct value root;
    json_error_t error;
    json_t *json = json_loadb((const char *)text.data, text.size, BINDINGS_JSON_FLAGS, &error);

    if (json != NULL && bindings_read(json, &arena, &root, &fault) == ERR_OK) {
        json_t *again = bindings_write(&root);

        require(again != NULL);
        json_decref(again);
    }
    json_decref(json);
}

void fuzz_loader(struct bytes input)
{
    struct choices choices = {input};
    unsigned shape = choose(&choices, 8);
    const ProtobufCMessageDescriptor *type = types[choose(&choices, TYPE_COUNT)];

    arena_clear(&arena);
    text_errors_init(&errors, shape % 2 == 0 ? TEXT_EN : TEXT_ZH);
    if (shape < 4) {
        read_message(choices.rest, shape < 2, type);
    } else if (shape == 4) {
        read_packet(choices.rest, type == types[0]);
    } else if (shape == 5) {
        check_packet(choices.rest);
    } else if (shape == 6) {
        make_and_lint(&choices, type);
    } else {
        read_bindings(choices.rest);
    }
    show_errors();
}
