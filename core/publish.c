/* SPDX-License-Identifier: Apache-2.0 */
/* Publishing a dictionary, a process, a pack or a calendar; and the pins that follow: per process,
 * the set of definitions by hash to which a round opened now will be held. */
#include "core/decide.h"

#include <string.h>

#include "core/authorise.h"
#include "core/lint.h"
#include "core/names.h"
#include "lib/check.h"

enum { DEFINITION_BYTES_MAX = 1024 * 1024, PINNED_PACKS_MAX = 64 };

/* A definition being published, read from its bytes. Exactly one of the messages is not NULL. */
struct publication {
    Hs__Publish__Kind kind;
    const Hs__Dictionary *dictionary;
    const Hs__Process *process;
    const Hs__Pack *pack;
    const Hs__Calendar *calendar;
    const char *id;
    uint32_t version;
    struct hash hash;
    bool set_default;
};

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
    return NULL;
}

static void name_publication(struct publication *publication, ProtobufCMessage *message)
{
    if (publication->kind == HS__PUBLISH__KIND__DICTIONARY) {
        publication->dictionary = (const Hs__Dictionary *)message;
        publication->id = publication->dictionary->id;
        publication->version = publication->dictionary->version;
    } else if (publication->kind == HS__PUBLISH__KIND__PROCESS) {
        publication->process = (const Hs__Process *)message;
        publication->id = publication->process->id;
        publication->version = publication->process->version;
    } else if (publication->kind == HS__PUBLISH__KIND__CALENDAR) {
        publication->calendar = (const Hs__Calendar *)message;
        publication->id = publication->calendar->id;
        publication->version = publication->calendar->version;
    } else {
        publication->pack = (const Hs__Pack *)message;
        publication->id = publication->pack->id;
        publication->version = publication->pack->version;
    }
}

static bool read_publication(const struct situation *situation, const Hs__Publish *publish,
                             struct publication *out, struct decision *decision)
{
    const ProtobufCMessageDescriptor *type = type_of(publish->kind);
    ProtobufCMessage *message = NULL;

    if (type == NULL || publish->definition.len > DEFINITION_BYTES_MAX) {
        decision_refuse(decision, type == NULL ? REFUSAL_MALFORMED : REFUSAL_TOO_LARGE,
                        "definition");
        return false;
    }

    enum err err = message_parse(type, bytes_of(publish->definition), situation->arena, &message);
    if (err != ERR_OK) {
        decision_refuse(decision, err == ERR_FULL ? REFUSAL_TOO_COMPLEX : REFUSAL_MALFORMED,
                        "definition");
        return false;
    }
    *out = (struct publication){
        .kind = publish->kind,
        .hash = hash_of(bytes_of(publish->definition)),
        .set_default = publish->set_default,
    };
    name_publication(out, message);
    return true;
}

static bool uses_pack(const Hs__Process *process, const char *id)
{
    if (strcmp(process->gate, id) == 0 || strcmp(process->lead, id) == 0) {
        return true;
    }
    for (size_t i = 0; i < process->n_stages; i++) {
        for (size_t j = 0; j < process->stages[i]->n_seats; j++) {
            if (strcmp(process->stages[i]->seats[j]->department, id) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* A department's agent publishes its own pack; the office the gates and the lead's, and a system
 * administrator dictionaries, processes and calendars: nobody else's rules. */
static bool may_publish(const struct situation *situation, const struct publication *publication)
{
    const Hs__Principal *signer = situation->signer;
    bool is_agent = principal_has_role(signer, HS__PRINCIPAL__ROLE__AGENT);

    if (publication->kind != HS__PUBLISH__KIND__PACK) {
        return !is_agent;
    }
    if (is_agent) {
        return strcmp(signer->department, publication->id) == 0;
    }
    for (size_t i = 0; i < situation->catalogue->process_count; i++) {
        const Hs__Process *process = situation->catalogue->processes[i];

        if (strcmp(process->gate, publication->id) == 0 ||
            strcmp(process->lead, publication->id) == 0) {
            return principal_has_role(signer, HS__PRINCIPAL__ROLE__OFFICE);
        }
    }
    return principal_has_role(signer, HS__PRINCIPAL__ROLE__OFFICE) &&
           situation->catalogue->process_count == 0;
}

static const Hs__Office__Current *current_of(Hs__Office__Current *const *rows, size_t count,
                                             const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i]->id, id) == 0) {
            return rows[i];
        }
    }
    return NULL;
}

static const Hs__Office__Current *in_force(const Hs__Office *office,
                                           const struct publication *publication)
{
    if (publication->kind == HS__PUBLISH__KIND__DICTIONARY) {
        return current_of(office->dictionaries, office->n_dictionaries, publication->id);
    }
    if (publication->kind == HS__PUBLISH__KIND__PROCESS) {
        return current_of(office->processes, office->n_processes, publication->id);
    }
    if (publication->kind == HS__PUBLISH__KIND__CALENDAR) {
        return current_of(office->calendars, office->n_calendars, publication->id);
    }
    return current_of(office->packs, office->n_packs, publication->id);
}

static bool version_follows(const Hs__Office__Current *current,
                            const struct publication *publication, struct decision *out)
{
    bool is_pack = publication->kind == HS__PUBLISH__KIND__PACK;

    if (current == NULL || publication->version > current->version) {
        return true;
    }
    if (publication->version == current->version) {
        decision_refuse(out,
                        is_pack ? REFUSAL_PACK_VERSION_REUSED : REFUSAL_DEFINITION_VERSION_REUSED,
                        publication->id);
    } else {
        decision_refuse(out, is_pack ? REFUSAL_PACK_OLDER : REFUSAL_DEFINITION_OLDER,
                        publication->id);
    }
    return false;
}

static const Hs__Dictionary *dictionary_named(const struct situation *situation, const char *id)
{
    for (size_t i = 0; i < situation->catalogue->dictionary_count; i++) {
        if (strcmp(situation->catalogue->dictionaries[i]->id, id) == 0) {
            return situation->catalogue->dictionaries[i];
        }
    }
    return NULL;
}

static void lint_pack_everywhere(const struct situation *situation, const Hs__Pack *pack,
                                 struct defects *defects)
{
    bool is_used = false;

    for (size_t i = 0; i < situation->catalogue->process_count; i++) {
        const Hs__Process *process = situation->catalogue->processes[i];

        if (uses_pack(process, pack->id)) {
            is_used = true;
            lint_pack(pack, dictionary_named(situation, process->dictionary), process,
                      strcmp(process->gate, pack->id) == 0, defects);
        }
    }
    if (!is_used) {
        lint_pack(pack, NULL, NULL, false, defects);
    }
}

/* Adds what the packs in force have against @process over @dictionary. */
static void lint_packs_of(const struct situation *situation, const Hs__Process *process,
                          const Hs__Dictionary *dictionary, struct defects *defects)
{
    for (size_t i = 0; i < situation->catalogue->pack_count; i++) {
        const Hs__Pack *pack = situation->catalogue->packs[i];

        if (uses_pack(process, pack->id)) {
            lint_pack(pack, dictionary, process, strcmp(process->gate, pack->id) == 0, defects);
        }
    }
}

/* A new dictionary takes no field away from what is in force over the old one. */
static void lint_users_of(const struct situation *situation, const Hs__Dictionary *dictionary,
                          struct defects *defects)
{
    for (size_t i = 0; i < situation->catalogue->process_count; i++) {
        const Hs__Process *process = situation->catalogue->processes[i];

        if (strcmp(process->dictionary, dictionary->id) == 0) {
            lint_process(process, dictionary, situation->office, defects);
            lint_packs_of(situation, process, dictionary, defects);
        }
    }
}

static bool is_sound(const struct situation *situation, const struct publication *publication,
                     struct decision *out)
{
    struct defects *defects = arena_alloc(situation->arena, sizeof *defects);

    if (defects == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return false;
    }
    defects_init(defects, situation->arena);
    if (publication->dictionary != NULL) {
        lint_dictionary(publication->dictionary, defects);
        lint_users_of(situation, publication->dictionary, defects);
    } else if (publication->process != NULL) {
        const Hs__Dictionary *dictionary =
            dictionary_named(situation, publication->process->dictionary);

        lint_process(publication->process, dictionary, situation->office, defects);
        lint_packs_of(situation, publication->process, dictionary, defects);
    } else if (publication->calendar != NULL) {
        lint_calendar(publication->calendar, defects);
    } else {
        lint_pack_everywhere(situation, publication->pack, defects);
        lint_owners(publication->pack, situation->office, defects);
    }
    if (defects->total == 0) {
        return true;
    }
    decision_refuse(
        out, publication->pack != NULL ? REFUSAL_PACK_INVALID : REFUSAL_DEFINITION_INVALID,
        arena_format(situation->arena, "%s: %s", defects->rows[0].path, defects->rows[0].en));
    return false;
}

static void add_published(const struct situation *situation, const struct publication *publication,
                          struct decision *out)
{
    Hs__DefinitionPublished *published =
        decision_new(out, situation, &hs__definition_published__descriptor);
    Hs__Event *event = decision_add(out, situation, 0);
    uint8_t *hash = arena_copy(
        situation->arena, (struct bytes){publication->hash.bytes, sizeof publication->hash.bytes});

    if (published == NULL || event == NULL || hash == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    published->kind = publication->kind;
    published->id = publication->id;
    published->version = publication->version;
    published->hash = (ProtobufCBinaryData){sizeof publication->hash.bytes, hash};
    published->set_default = publication->set_default;
    event->body_case = HS__EVENT__BODY_DEFINITION_PUBLISHED;
    event->definition_published = published;
}

/* The hash by which @id is in force once @publication counts; NULL if it is not published. */
static bool hash_in_force(const struct situation *situation, const struct publication *publication,
                          Hs__Publish__Kind kind, const char *id, ProtobufCBinaryData *out)
{
    struct publication wanted = {.kind = kind, .id = id};
    const Hs__Office__Current *current = in_force(situation->office, &wanted);

    if (publication->kind == kind && strcmp(publication->id, id) == 0) {
        *out = binary_of((struct bytes){publication->hash.bytes, sizeof publication->hash.bytes});
        return true;
    }
    if (current == NULL) {
        return false;
    }
    *out = current->hash;
    return true;
}

/* The packs a process needs, without repeats, sorted. */
struct pack_names {
    const char *names[PINNED_PACKS_MAX];
    size_t count;
};

static bool add_name(struct pack_names *names, const char *name)
{
    size_t place = 0;

    if (name[0] == '\0') {
        return true;
    }
    while (place < names->count && strcmp(names->names[place], name) < 0) {
        place++;
    }
    if (place < names->count && strcmp(names->names[place], name) == 0) {
        return true;
    }
    if (names->count == PINNED_PACKS_MAX) {
        return false;
    }
    memmove(&names->names[place + 1], &names->names[place],
            (names->count - place) * sizeof names->names[0]);
    names->names[place] = name;
    names->count++;
    return true;
}

static bool collect_names(const Hs__Process *process, struct pack_names *names)
{
    bool fits = add_name(names, process->gate) && add_name(names, process->lead);

    for (size_t i = 0; i < process->n_stages; i++) {
        for (size_t j = 0; j < process->stages[i]->n_seats; j++) {
            fits = fits && add_name(names, process->stages[i]->seats[j]->department);
        }
    }
    return fits;
}

static Hs__Pins__PinnedPack *pinned(const struct situation *situation,
                                    const struct publication *publication, const char *name)
{
    Hs__Pins__PinnedPack *pack = message_new(&hs__pins__pinned_pack__descriptor, situation->arena);

    if (pack == NULL ||
        !hash_in_force(situation, publication, HS__PUBLISH__KIND__PACK, name, &pack->hash)) {
        return NULL;
    }
    pack->id = name;
    return pack;
}

/* Returns the pins of @process as they are with @publication; NULL if a part is not published. */
static Hs__Pins *pins_of(const struct situation *situation, const struct publication *publication,
                         const Hs__Process *process)
{
    struct pack_names names = {.count = 0};
    Hs__Pins *pins = message_new(&hs__pins__descriptor, situation->arena);

    if (pins == NULL || !collect_names(process, &names)) {
        return NULL;
    }
    pins->process_id = process->id;
    pins->packs = arena_array(situation->arena, names.count, sizeof(Hs__Pins__PinnedPack *));
    if (pins->packs == NULL ||
        !hash_in_force(situation, publication, HS__PUBLISH__KIND__PROCESS, process->id,
                       &pins->process) ||
        !hash_in_force(situation, publication, HS__PUBLISH__KIND__DICTIONARY, process->dictionary,
                       &pins->dictionary) ||
        (process->calendar[0] != '\0' &&
         !hash_in_force(situation, publication, HS__PUBLISH__KIND__CALENDAR, process->calendar,
                        &pins->calendar))) {
        return NULL;
    }
    for (size_t i = 0; i < names.count; i++) {
        pins->packs[i] = pinned(situation, publication, names.names[i]);
        if (pins->packs[i] == NULL) {
            return NULL;
        }
    }
    pins->n_packs = names.count;
    return pins;
}

static void add_pins(const struct situation *situation, const struct publication *publication,
                     const Hs__Process *process, struct decision *out)
{
    Hs__Pins *pins = pins_of(situation, publication, process);
    struct bytes bytes = pins == NULL ? (struct bytes){0} : message_pack(pins, situation->arena);

    if (bytes.data == NULL) {
        return; /* not complete: submissions to this process wait for what is missing */
    }

    struct hash *hash = arena_alloc(situation->arena, sizeof *hash);
    Hs__PinsSet *set = decision_new(out, situation, &hs__pins_set__descriptor);
    Hs__Event *event = decision_add(out, situation, 0);
    if (hash == NULL || set == NULL || event == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    *hash = hash_of(bytes);
    set->pins = pins;
    set->hash = (ProtobufCBinaryData){sizeof hash->bytes, hash->bytes};
    event->body_case = HS__EVENT__BODY_PINS_SET;
    event->pins_set = set;
}

static bool touches(const struct publication *publication, const Hs__Process *process)
{
    if (publication->pack != NULL) {
        return uses_pack(process, publication->id);
    }
    return strcmp(publication->calendar != NULL ? process->calendar : process->dictionary,
                  publication->id) == 0;
}

/* Every process that the publication touches gets new pins. */
static void add_all_pins(const struct situation *situation, const struct publication *publication,
                         struct decision *out)
{
    if (publication->process != NULL) {
        add_pins(situation, publication, publication->process, out);
        return;
    }
    for (size_t i = 0; i < situation->catalogue->process_count; i++) {
        const Hs__Process *process = situation->catalogue->processes[i];

        if (touches(publication, process) && out->refusal == REFUSAL_NONE) {
            add_pins(situation, publication, process, out);
        }
    }
}

void decide_publish(const struct situation *situation, const Hs__Publish *publish,
                    struct decision *out)
{
    /* In the arena, because the events borrow from it. */
    struct publication *publication = arena_alloc(situation->arena, sizeof *publication);

    require(situation->catalogue != NULL);
    if (publication == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    if (!read_publication(situation, publish, publication, out)) {
        return;
    }
    if (!may_publish(situation, publication)) {
        decision_refuse(out, REFUSAL_NOT_ALLOWED, publication->id);
        return;
    }

    const Hs__Office__Current *current = in_force(situation->office, publication);
    if (current != NULL &&
        bytes_equal(bytes_of(current->hash),
                    (struct bytes){publication->hash.bytes, sizeof publication->hash.bytes})) {
        return; /* already in force */
    }
    if (!version_follows(current, publication, out) || !is_sound(situation, publication, out)) {
        return;
    }
    add_published(situation, publication, out);
    if (out->refusal == REFUSAL_NONE) {
        add_all_pins(situation, publication, out);
    }
}
