/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/export.h"

#include "lib/check.h"
#include "proto/text/json.h"
#include "store/journal.h"

enum { ARENA_BYTES = 64 << 20, MAP_BYTES = 1 << 30, OFFSET_MINUTES = 480 };

static json_t *definition_of(const Hs__Publish *publish, struct arena *arena)
{
    const ProtobufCMessageDescriptor *type = NULL;

    switch (publish->kind) {
    case HS__PUBLISH__KIND__DICTIONARY:
        type = &hs__dictionary__descriptor;
        break;
    case HS__PUBLISH__KIND__PROCESS:
        type = &hs__process__descriptor;
        break;
    case HS__PUBLISH__KIND__PACK:
        type = &hs__pack__descriptor;
        break;
    case HS__PUBLISH__KIND__CALENDAR:
        type = &hs__calendar__descriptor;
        break;
    case HS__PUBLISH__KIND__UNSPECIFIED:
    case _HS__PUBLISH__KIND_IS_INT_SIZE:
        break;
    }
    const void *definition =
        type == NULL ? NULL : message_read(type, bytes_of(publish->definition), arena);
    return definition == NULL ? json_null() : message_to_json(definition, OFFSET_MINUTES);
}

static void add_received(json_t *line, const struct entry *entry, struct arena *arena)
{
    const Hs__Received *received = message_read(&hs__received__descriptor, entry->bytes, arena);
    const Hs__Envelope *envelope =
        received == NULL
            ? NULL
            : message_read(&hs__envelope__descriptor, bytes_of(received->envelope), arena);
    json_t *commands = json_array();
    json_t *definitions = json_array();

    require(envelope != NULL);
    for (size_t i = 0; i < envelope->n_commands; i++) {
        const Hs__Command *command =
            message_read(&hs__command__descriptor, bytes_of(envelope->commands[i]), arena);

        (void)json_array_append_new(
            commands, command == NULL ? json_null() : message_to_json(command, OFFSET_MINUTES));
        (void)json_array_append_new(definitions, command != NULL && command->body_case ==
                                                                        HS__COMMAND__BODY_PUBLISH
                                                     ? definition_of(command->publish, arena)
                                                     : json_null());
    }
    (void)json_object_set_new(line, "signer", json_string(envelope->signer));
    (void)json_object_set_new(line, "commands", commands);
    (void)json_object_set_new(line, "definitions", definitions);
}

static void add_event(json_t *line, const struct entry *entry, struct arena *arena)
{
    const Hs__EventEntry *outer = message_read(&hs__event_entry__descriptor, entry->bytes, arena);
    const Hs__Event *event =
        outer == NULL ? NULL : message_read(&hs__event__descriptor, bytes_of(outer->event), arena);

    require(event != NULL);
    (void)json_object_set_new(line, "received", json_integer((json_int_t)outer->received));
    (void)json_object_set_new(line, "index", json_integer(outer->index));
    (void)json_object_set_new(line, "event", message_to_json(event, OFFSET_MINUTES));
}

static void write_entry(const struct entry *entry, struct arena *arena, FILE *file)
{
    json_t *line = json_pack("{s:I, s:s, s:I}", "seq", (json_int_t)entry->seq, "kind",
                             entry_kind_name(entry->kind), "at", (json_int_t)entry->at_ms);

    require(line != NULL);
    if (entry->kind == ENTRY_RECEIVED) {
        add_received(line, entry, arena);
    } else if (entry->kind == ENTRY_EVENT) {
        add_event(line, entry, arena);
    }
    int rc = json_dumpf(line, file, JSON_COMPACT);
    require(rc == 0);
    (void)fputc('\n', file);
    json_decref(line);
}

void export_journal(const char *folder, FILE *file)
{
    const struct journal_options options = {
        .folder = folder, .map_bytes = MAP_BYTES, .read_only = true};
    struct journal *journal = NULL;
    struct transaction *txn = NULL;
    struct arena arena;
    struct entry entry;
    uint64_t last = 0;
    enum err err = journal_open(&options, &journal, NULL);

    require(err == ERR_OK);
    err = journal_read_begin(journal, &txn);
    require(err == ERR_OK && journal_last_seq(txn, &last) == ERR_OK);
    arena_init(&arena, ARENA_BYTES);
    for (uint64_t seq = 1; seq <= last; seq++) {
        arena_clear(&arena);
        err = journal_entry(txn, seq, &arena, &entry);
        require(err == ERR_OK);
        write_entry(&entry, &arena, file);
    }
    arena_release(&arena);
    journal_read_end(txn);
    journal_close(journal);
}
