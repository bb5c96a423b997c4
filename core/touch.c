/* SPDX-License-Identifier: Apache-2.0 */
#include "core/touch.h"

#include <string.h>

#include "core/inputs.h"

bool seat_names_document(const Hs__Seat *seat, const char *code)
{
    for (size_t i = 0; i < seat->n_documents; i++) {
        if (strcmp(seat->documents[i], code) == 0) {
            return true;
        }
    }
    return false;
}

bool touch_is_any(const struct touch *touch)
{
    return touch->path_count > 0 || touch->document_count > 0 || touch->is_pack_changed;
}

static bool is_packed_the_same(const void *one, const void *other, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct bytes a = message_pack(one, arena);
    struct bytes b = message_pack(other, arena);
    bool is_same = a.data != NULL && b.data != NULL && bytes_equal(a, b);

    arena_rewind(arena, mark);
    return is_same;
}

/* ---- definitions: settings and derived fields are read like fields ---- */

static const Hs__Setting *setting_named(const Hs__Process *process, const char *name)
{
    for (size_t i = 0; i < process->n_settings; i++) {
        if (strcmp(process->settings[i]->name, name) == 0) {
            return process->settings[i];
        }
    }
    return NULL;
}

static const char *derivation_of(const Hs__Dictionary *dictionary, const char *path)
{
    for (size_t i = 0; i < dictionary->n_derived; i++) {
        if (strcmp(dictionary->derived[i]->path, path) == 0) {
            return dictionary->derived[i]->expression;
        }
    }
    return NULL;
}

/* True if the setting or the derived field that @input names is defined otherwise now. */
static bool is_redefined(const struct new_round *round, const char *input, struct arena *arena)
{
    const char *now = derivation_of(round->now->source, input);

    if (now != NULL) {
        const char *before = derivation_of(round->before->source, input);
        return before == NULL || strcmp(before, now) != 0;
    }
    if (strncmp(input, "cfg.", 4) != 0) {
        return false;
    }

    const Hs__Setting *new = setting_named(round->now->process, input + 4);
    const Hs__Setting *old = setting_named(round->before->process, input + 4);
    return new == NULL || old == NULL || !is_packed_the_same(old, new, arena);
}

static bool is_touched(const struct new_round *round, const char *input, struct arena *arena)
{
    const struct comparison *changes = round->changes;

    for (size_t i = 0; i < changes->field_count; i++) {
        if (input_covers(input, changes->fields[i].path)) {
            return true;
        }
    }
    return round->before != round->now && is_redefined(round, input, arena);
}

/* ---- rules ---- */

static const Hs__Rule *rule_named(const Hs__Pack *pack, const char *id)
{
    for (size_t i = 0; i < pack->n_rules; i++) {
        if (strcmp(pack->rules[i]->id, id) == 0) {
            return pack->rules[i];
        }
    }
    return NULL;
}

/* Notes the rules of @pack that @other lacks or, if @is_worded, words otherwise. */
static void note_rules(const Hs__Pack *pack, const Hs__Pack *other, bool is_worded,
                       struct arena *arena, struct touch *out)
{
    for (size_t i = 0; i < pack->n_rules; i++) {
        const Hs__Rule *rule = pack->rules[i];
        const Hs__Rule *same = rule_named(other, rule->id);

        if (same == NULL || (is_worded && !is_packed_the_same(rule, same, arena))) {
            out->rules[out->rule_count++] = rule->id;
        }
    }
}

static bool find_rules(const struct new_round *round, const char *department, struct arena *arena,
                       struct touch *out)
{
    const Hs__Pack none = HS__PACK__INIT;
    const struct compiled_pack *old = rulebook_pack(round->before, department);
    const struct compiled_pack *new = rulebook_pack(round->now, department);
    const Hs__Pack *before = old == NULL ? &none : old->pack;
    const Hs__Pack *now = new == NULL ? &none : new->pack;

    if (before == now || is_packed_the_same(before, now, arena)) {
        return true;
    }
    out->is_pack_changed = true;
    out->rules = arena_array(arena, before->n_rules + now->n_rules, sizeof *out->rules);
    if (out->rules == NULL) {
        return false;
    }
    note_rules(now, before, true, arena, out);
    note_rules(before, now, false, arena, out);
    return true;
}

bool touch_find(const struct new_round *round, size_t index, struct arena *arena, struct touch *out)
{
    const Hs__Seat *seat = round->now->stage->seats[index];
    const struct comparison *changes = round->changes;
    struct inputs inputs;

    *out = (struct touch){0};
    if (!inputs_of_seat(round->now, index, arena, &inputs) ||
        !find_rules(round, seat->department, arena, out)) {
        return false;
    }
    out->paths = arena_array(arena, inputs.count, sizeof *out->paths);
    out->documents = arena_array(arena, changes->document_count, sizeof *out->documents);
    if (out->paths == NULL || out->documents == NULL) {
        return false;
    }
    for (size_t i = 0; i < inputs.count; i++) {
        if (is_touched(round, inputs.paths[i], arena)) {
            out->paths[out->path_count++] = inputs.paths[i];
        }
    }
    for (size_t i = 0; i < changes->document_count; i++) {
        if (seat_names_document(seat, changes->documents[i].code)) {
            out->documents[out->document_count++] = changes->documents[i].code;
        }
    }
    return true;
}

/* ---- what nobody reads ---- */

/* The inputs of everybody, the office's own checks among them. */
static bool find_readers(const struct rulebook *rulebook, struct arena *arena,
                         struct inputs **out_readers, size_t *out_count)
{
    const Hs__Stage *stage = rulebook->stage;
    struct inputs *readers = arena_array(arena, stage->n_seats + 2, sizeof *readers);
    size_t count = 0;

    if (readers == NULL) {
        return false;
    }
    for (size_t i = 0; i < stage->n_seats; i++) {
        if (!inputs_of_seat(rulebook, i, arena, &readers[count++])) {
            return false;
        }
    }
    if (rulebook->gate != NULL &&
        !inputs_of_pack(rulebook, rulebook->gate, arena, &readers[count++])) {
        return false;
    }
    if (rulebook->lead != NULL &&
        !inputs_of_pack(rulebook, rulebook->lead, arena, &readers[count++])) {
        return false;
    }
    *out_readers = readers;
    *out_count = count;
    return true;
}

static bool is_read(const struct inputs *readers, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (inputs_cover(&readers[i], path)) {
            return true;
        }
    }
    return false;
}

static bool is_named(const Hs__Stage *stage, const char *code)
{
    for (size_t i = 0; i < stage->n_seats; i++) {
        if (seat_names_document(stage->seats[i], code)) {
            return true;
        }
    }
    return false;
}

bool unread_find(const struct new_round *round, struct arena *arena, struct unread *out)
{
    const struct comparison *changes = round->changes;
    struct inputs *readers = NULL;
    size_t count = 0;

    *out = (struct unread){
        .paths = arena_array(arena, changes->field_count, sizeof *out->paths),
        .documents = arena_array(arena, changes->document_count, sizeof *out->documents),
    };
    if (out->paths == NULL || out->documents == NULL ||
        !find_readers(round->now, arena, &readers, &count)) {
        return false;
    }
    for (size_t i = 0; i < changes->field_count; i++) {
        const struct field_change *change = &changes->fields[i];

        /* What a row says of a document is told under the document's code. */
        if (!change->is_listed && !is_read(readers, count, change->path)) {
            out->paths[out->path_count++] = change->path;
        }
    }
    for (size_t i = 0; i < changes->document_count; i++) {
        if (!is_named(round->now->stage, changes->documents[i].code)) {
            out->documents[out->document_count++] = changes->documents[i].code;
        }
    }
    return true;
}
