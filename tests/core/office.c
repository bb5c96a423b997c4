/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/office.h"

#include "lib/check.h"

static void *make(struct small_office *office, const ProtobufCMessageDescriptor *type)
{
    void *message = message_new(type, office->arena);

    require(message != NULL);
    return message;
}

static Hs__Words *words(struct small_office *office, const char *zh)
{
    Hs__Words *made = make(office, &hs__words__descriptor);

    made->zh = zh;
    made->en = zh;
    return made;
}

static Hs__FieldDefinition *field(struct small_office *office, const char *path,
                                  Hs__FieldDefinition__Type type)
{
    Hs__FieldDefinition *made = make(office, &hs__field_definition__descriptor);

    made->path = path;
    made->type = type;
    made->label = words(office, path);
    return made;
}

static void make_dictionary(struct small_office *office)
{
    Hs__Dictionary *dictionary = make(office, &hs__dictionary__descriptor);
    Hs__FieldDefinition **fields = arena_array(office->arena, 4, sizeof(Hs__FieldDefinition *));

    require(fields != NULL);
    fields[0] = field(office, "gate.ok", HS__FIELD_DEFINITION__TYPE__BOOL);
    fields[1] = field(office, "lane.width_m", HS__FIELD_DEFINITION__TYPE__NUMBER);
    fields[2] = field(office, "lead.ok", HS__FIELD_DEFINITION__TYPE__BOOL);
    fields[3] = field(office, "style", HS__FIELD_DEFINITION__TYPE__BOOL);
    dictionary->id = "small";
    dictionary->version = 1;
    dictionary->n_fields = 4;
    dictionary->fields = fields;
    office->dictionary = dictionary;
}

static Hs__Pack *pack_of(struct small_office *office, const char *id, const char *rule_id,
                         const char *condition, Hs__Rule__OnFail on_fail)
{
    Hs__Pack *pack = make(office, &hs__pack__descriptor);
    Hs__Rule *rule = make(office, &hs__rule__descriptor);
    Hs__Rule **rules = arena_array(office->arena, 1, sizeof(Hs__Rule *));
    Hs__Citation *citation = make(office, &hs__citation__descriptor);
    Hs__Citation **citations = arena_array(office->arena, 1, sizeof(Hs__Citation *));
    Hs__Source *source = make(office, &hs__source__descriptor);
    Hs__Source **sources = arena_array(office->arena, 1, sizeof(Hs__Source *));

    require(rules != NULL && citations != NULL && sources != NULL);
    citation->source = "NOTICE";
    citation->clause = "1";
    citation->confidence = HS__CITATION__CONFIDENCE__HIGH;
    source->id = "NOTICE";
    source->title = "通知";
    source->verified = true;
    rule->id = rule_id;
    rule->severity = HS__RULE__SEVERITY__MUST;
    rule->on_fail = on_fail;
    rule->condition = condition;
    rule->text = words(office, rule_id);
    citations[0] = citation;
    rule->n_citations = 1;
    rule->citations = citations;
    rules[0] = rule;
    sources[0] = source;
    pack->id = id;
    pack->version = 1;
    pack->n_rules = 1;
    pack->rules = rules;
    pack->n_sources = 1;
    pack->sources = sources;
    return pack;
}

static Hs__Seat *seat_of(struct small_office *office, const char *department, uint32_t seconds)
{
    Hs__Seat *seat = make(office, &hs__seat__descriptor);

    seat->department = department;
    seat->reason = words(office, "始终参审");
    if (seconds > 0) {
        seat->limit = make(office, &hs__limit__descriptor);
        seat->limit->span_case = HS__LIMIT__SPAN_SECONDS;
        seat->limit->seconds = seconds;
        seat->limit->basis = "设定";
    }
    return seat;
}

static void make_process(struct small_office *office)
{
    Hs__Process *process = make(office, &hs__process__descriptor);
    Hs__Stage *stage = make(office, &hs__stage__descriptor);
    Hs__Stage **stages = arena_array(office->arena, 1, sizeof(Hs__Stage *));
    Hs__Seat **seats = arena_array(office->arena, 2, sizeof(Hs__Seat *));

    require(stages != NULL && seats != NULL);
    seats[0] = seat_of(office, "planning", 0);
    seats[1] = seat_of(office, "fire", OFFICE_LIMIT_SECONDS);
    stage->id = "review";
    stage->kind = HS__STAGE__KIND__REVIEW;
    stage->title = words(office, "会审");
    stage->n_seats = 2;
    stage->seats = seats;
    stages[0] = stage;
    process->id = "small_review";
    process->version = 1;
    process->title = words(office, "小会审");
    process->dictionary = "small";
    process->gate = "gate";
    process->lead = "construction";
    process->n_stages = 1;
    process->stages = stages;
    office->process = process;
}

void small_office_compile(struct small_office *office)
{
    static const uint8_t pins[32] = {7};
    struct rulebook_sources sources = {
        .process = office->process,
        .dictionary = office->dictionary,
        .packs = (const Hs__Pack *const *)office->packs,
        .pack_count = 4,
        .pins = pins,
    };
    const char *reason = "";

    office->rulebook = rulebook_compile(&sources, office->arena, &reason);
    require(office->rulebook != NULL);
}

static Hs__Principal principal(struct small_office *office, const char *name,
                               Hs__Principal__Role role, const char *department)
{
    Hs__Principal made = HS__PRINCIPAL__INIT;
    Hs__Principal__Role *roles = arena_array(office->arena, 1, sizeof *roles);

    require(roles != NULL);
    roles[0] = role;
    made.name = name;
    made.n_roles = 1;
    made.roles = roles;
    made.department = department;
    made.number = 1;
    return made;
}

static void make_people(struct small_office *office)
{
    office->applicant = principal(office, "person:street", HS__PRINCIPAL__ROLE__APPLICANT, "");
    office->other_applicant = principal(office, "person:other", HS__PRINCIPAL__ROLE__APPLICANT, "");
    office->planner =
        principal(office, "person:planning", HS__PRINCIPAL__ROLE__REVIEWER, "planning");
    office->fireman = principal(office, "person:fire", HS__PRINCIPAL__ROLE__REVIEWER, "fire");
    office->fire_agent = principal(office, "agent:fire/1", HS__PRINCIPAL__ROLE__AGENT, "fire");
    office->chief = principal(office, "person:office", HS__PRINCIPAL__ROLE__OFFICE, "");
    office->security =
        principal(office, "person:security", HS__PRINCIPAL__ROLE__SECURITY_ADMIN, "");
}

static Hs__Department *department(struct small_office *office, const char *id,
                                  Hs__Department__Answer answer)
{
    Hs__Department *made = make(office, &hs__department__descriptor);

    made->id = id;
    made->title = words(office, id);
    made->answer = answer;
    return made;
}

static void make_record(struct small_office *office)
{
    Hs__Office__Current *current = make(office, &hs__office__current__descriptor);

    office->office = (Hs__Office)HS__OFFICE__INIT;
    office->office.id = "test";
    office->office.prefix = "LJHS";
    office->office.utc_offset_minutes = 480;
    office->office.default_process = "small_review";
    office->office.departments = arena_array(office->arena, 2, sizeof(Hs__Department *));
    office->office.processes = arena_array(office->arena, 1, sizeof(Hs__Office__Current *));
    require(office->office.departments != NULL && office->office.processes != NULL);
    office->office.departments[0] = department(office, "planning", HS__DEPARTMENT__ANSWER__PERSON);
    office->office.departments[1] = department(office, "fire", HS__DEPARTMENT__ANSWER__RULES);
    office->office.n_departments = 2;
    current->id = "small_review";
    current->version = 1;
    office->office.processes[0] = current;
    office->office.n_processes = 1;
}

void small_office_init(struct small_office *office, struct arena *arena)
{
    *office = (struct small_office){.arena = arena};
    make_record(office);
    make_dictionary(office);
    office->packs[0] =
        pack_of(office, "construction", "CO-1", "lead.ok == true", HS__RULE__ON_FAIL__CONDITION);
    office->packs[1] =
        pack_of(office, "fire", "FI-1", "lane.width_m >= 4.0", HS__RULE__ON_FAIL__REJECT);
    office->packs[2] =
        pack_of(office, "gate", "GATE-1", "gate.ok == true", HS__RULE__ON_FAIL__REJECT);
    office->packs[3] =
        pack_of(office, "planning", "PL-1", "style == true", HS__RULE__ON_FAIL__CONDITION);
    make_process(office);
    small_office_compile(office);
    make_people(office);
}

struct small_packet small_packet_good(void)
{
    return (struct small_packet){.gate_ok = true, .lead_ok = true, .width_cm = 450, .style = true};
}

static void add_flag(struct small_office *office, Hs__Packet *packet, const char *path, bool value)
{
    Hs__Field *made = make(office, &hs__field__descriptor);

    made->path = path;
    made->value_case = HS__FIELD__VALUE_FLAG;
    made->flag = value;
    packet->fields[packet->n_fields++] = made;
}

static void add_width(struct small_office *office, Hs__Packet *packet, int64_t width_cm)
{
    Hs__Field *made = make(office, &hs__field__descriptor);

    made->path = "lane.width_m";
    made->value_case = HS__FIELD__VALUE_NUMBER;
    made->number = make(office, &hs__number__descriptor);
    made->number->units = width_cm;
    made->number->places = 2;
    while (made->number->places > 0 && made->number->units % 10 == 0) {
        made->number->units /= 10;
        made->number->places--;
    }
    packet->fields[packet->n_fields++] = made;
}

Hs__Packet *small_packet_make(struct small_office *office, const struct small_packet *packet)
{
    Hs__Packet *made = make(office, &hs__packet__descriptor);

    made->fields = arena_array(office->arena, 4, sizeof(Hs__Field *));
    require(made->fields != NULL);
    if (!packet->gate_absent) {
        add_flag(office, made, "gate.ok", packet->gate_ok);
    }
    if (!packet->width_absent) {
        add_width(office, made, packet->width_cm);
    }
    add_flag(office, made, "lead.ok", packet->lead_ok);
    add_flag(office, made, "style", packet->style);
    return made;
}
