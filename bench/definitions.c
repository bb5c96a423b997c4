/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/definitions.h"

#include <string.h>

#include "lib/check.h"
#include "lib/hash.h"

enum { RULES_MAX = 8, TEXT_FIELDS = 4, NUMBER_DIGITS = 8 };

const char *const bench_departments[BENCH_DEPARTMENTS] = {"planning", "fire", "utilities",
                                                          "urban_management"};

/* A field and what a packet says in it: a number in hundredths, a flag (0 or 1), or a text. */
struct field_row {
    const char *path;
    Hs__FieldDefinition__Type type;
    int64_t value;
};

/* Sorted by path, as a packet is. */
static const struct field_row field_rows[] = {
    {"fire.hydrants", HS__FIELD_DEFINITION__TYPE__NUMBER, 300},
    {"fire.lane_width_m", HS__FIELD_DEFINITION__TYPE__NUMBER, 450},
    {"fire.plan", HS__FIELD_DEFINITION__TYPE__TEXT, 0},
    {"fire.slope_share", HS__FIELD_DEFINITION__TYPE__NUMBER, 5},
    {"fire.turning_radius_m", HS__FIELD_DEFINITION__TYPE__NUMBER, 925},
    {"gate.approved", HS__FIELD_DEFINITION__TYPE__BOOL, 1},
    {"gate.consent_share", HS__FIELD_DEFINITION__TYPE__NUMBER, 83},
    {"gate.funded", HS__FIELD_DEFINITION__TYPE__BOOL, 1},
    {"lead.area_m2", HS__FIELD_DEFINITION__TYPE__NUMBER, 1250000},
    {"lead.budget_wan", HS__FIELD_DEFINITION__TYPE__NUMBER, 48050},
    {"lead.chaired", HS__FIELD_DEFINITION__TYPE__BOOL, 1},
    {"planning.density", HS__FIELD_DEFINITION__TYPE__NUMBER, 28},
    {"planning.green_share", HS__FIELD_DEFINITION__TYPE__NUMBER, 35},
    {"planning.height_m", HS__FIELD_DEFINITION__TYPE__NUMBER, 2410},
    {"planning.setback_m", HS__FIELD_DEFINITION__TYPE__NUMBER, 620},
    {"planning.statement", HS__FIELD_DEFINITION__TYPE__TEXT, 0},
    {"urban_management.bins", HS__FIELD_DEFINITION__TYPE__NUMBER, 1200},
    {"urban_management.facade", HS__FIELD_DEFINITION__TYPE__TEXT, 0},
    {"urban_management.sign_height_m", HS__FIELD_DEFINITION__TYPE__NUMBER, 310},
    {"urban_management.sweep_width_m", HS__FIELD_DEFINITION__TYPE__NUMBER, 280},
    {"urban_management.walkway_m", HS__FIELD_DEFINITION__TYPE__NUMBER, 190},
    {"utilities.gas_distance_m", HS__FIELD_DEFINITION__TYPE__NUMBER, 150},
    {"utilities.pipe_depth_m", HS__FIELD_DEFINITION__TYPE__NUMBER, 110},
    {"utilities.power_kw", HS__FIELD_DEFINITION__TYPE__NUMBER, 63000},
    {"utilities.route", HS__FIELD_DEFINITION__TYPE__TEXT, 0},
    {"utilities.water_l_s", HS__FIELD_DEFINITION__TYPE__NUMBER, 1525},
};

enum { FIELD_COUNT = sizeof field_rows / sizeof field_rows[0] };

static const struct rule_row {
    const char *pack;
    const char *id;
    const char *condition;
    Hs__Rule__OnFail on_fail;
} rule_rows[] = {
    {"gate", "GATE-1", "gate.approved == true", HS__RULE__ON_FAIL__REJECT},
    {"gate", "GATE-2", "gate.funded == true", HS__RULE__ON_FAIL__REJECT},
    {"gate", "GATE-3", "gate.consent_share >= 2.0 / 3.0", HS__RULE__ON_FAIL__REJECT},
    {"lead", "LEAD-1", "lead.chaired == true", HS__RULE__ON_FAIL__CONDITION},
    {"lead", "LEAD-2", "lead.budget_wan <= lead.area_m2 * 0.1", HS__RULE__ON_FAIL__CONDITION},
    {"lead", "LEAD-3", "lead.area_m2 > 0", HS__RULE__ON_FAIL__CONDITION},
    {"planning", "PL-1", "planning.density <= 0.3", HS__RULE__ON_FAIL__REJECT},
    {"planning", "PL-2", "planning.green_share >= 0.3", HS__RULE__ON_FAIL__CONDITION},
    {"planning", "PL-3", "planning.height_m <= 27", HS__RULE__ON_FAIL__REJECT},
    {"planning", "PL-4", "planning.setback_m >= planning.height_m / 4", HS__RULE__ON_FAIL__REJECT},
    {"planning", "PL-5", "planning.statement != ''", HS__RULE__ON_FAIL__CONDITION},
    {"fire", "FI-1", "fire.lane_width_m >= 4", HS__RULE__ON_FAIL__REJECT},
    {"fire", "FI-2", "fire.turning_radius_m >= 9", HS__RULE__ON_FAIL__REJECT},
    {"fire", "FI-3", "fire.slope_share <= 0.08", HS__RULE__ON_FAIL__REJECT},
    {"fire", "FI-4", "fire.hydrants >= 2 || lead.area_m2 < 500", HS__RULE__ON_FAIL__CONDITION},
    {"fire", "FI-5", "fire.plan != ''", HS__RULE__ON_FAIL__CONDITION},
    {"utilities", "UT-1", "utilities.gas_distance_m >= 1", HS__RULE__ON_FAIL__REJECT},
    {"utilities", "UT-2", "utilities.pipe_depth_m >= 0.7", HS__RULE__ON_FAIL__REJECT},
    {"utilities", "UT-3", "utilities.power_kw <= 800", HS__RULE__ON_FAIL__CONDITION},
    {"utilities", "UT-4", "utilities.water_l_s >= 15", HS__RULE__ON_FAIL__CONDITION},
    {"utilities", "UT-5", "utilities.route != ''", HS__RULE__ON_FAIL__CONDITION},
    {"urban_management", "UM-1", "urban_management.bins >= 10", HS__RULE__ON_FAIL__CONDITION},
    {"urban_management", "UM-2", "urban_management.sign_height_m >= 3", HS__RULE__ON_FAIL__REJECT},
    {"urban_management", "UM-3", "urban_management.sweep_width_m >= 2.5",
     HS__RULE__ON_FAIL__CONDITION},
    {"urban_management", "UM-4", "urban_management.walkway_m >= 1.5", HS__RULE__ON_FAIL__REJECT},
    {"urban_management", "UM-5", "urban_management.facade != ''", HS__RULE__ON_FAIL__CONDITION},
};

/* What texts are made of: Chinese, as in an office's own packets. */
static const char sentence[] = "消防车道保持畅通；";

static void *make(const ProtobufCMessageDescriptor *type, struct arena *arena)
{
    void *message = message_new(type, arena);

    require(message != NULL); /* the caller's arena is sized for these few */
    return message;
}

static void *make_array(struct arena *arena, size_t count, size_t size)
{
    void *array = arena_array(arena, count, size);

    require(array != NULL);
    return array;
}

static Hs__Words *words(const char *text, struct arena *arena)
{
    Hs__Words *made = make(&hs__words__descriptor, arena);

    made->zh = text;
    made->en = text;
    return made;
}

Hs__Dictionary *definitions_dictionary(struct arena *arena)
{
    Hs__Dictionary *dictionary = make(&hs__dictionary__descriptor, arena);

    dictionary->id = "bench";
    dictionary->version = 1;
    dictionary->fields = make_array(arena, FIELD_COUNT, sizeof(Hs__FieldDefinition *));
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        Hs__FieldDefinition *field = make(&hs__field_definition__descriptor, arena);

        field->path = field_rows[i].path;
        field->type = field_rows[i].type;
        field->label = words(field_rows[i].path, arena);
        dictionary->fields[dictionary->n_fields++] = field;
    }
    return dictionary;
}

static Hs__Rule *make_rule(const struct rule_row *row, struct arena *arena)
{
    Hs__Rule *rule = make(&hs__rule__descriptor, arena);
    Hs__Citation *citation = make(&hs__citation__descriptor, arena);

    citation->source = "BENCH";
    citation->clause = "1";
    citation->confidence = HS__CITATION__CONFIDENCE__HIGH;
    rule->id = row->id;
    rule->severity = HS__RULE__SEVERITY__MUST;
    rule->on_fail = row->on_fail;
    rule->condition = row->condition;
    rule->text = words(row->id, arena);
    rule->n_citations = 1;
    rule->citations = make_array(arena, 1, sizeof(Hs__Citation *));
    rule->citations[0] = citation;
    return rule;
}

Hs__Pack *definitions_pack(const char *id, struct arena *arena)
{
    Hs__Pack *pack = make(&hs__pack__descriptor, arena);
    Hs__Source *source = make(&hs__source__descriptor, arena);

    source->id = "BENCH";
    source->title = "测量用规则";
    pack->id = id;
    pack->version = 1;
    pack->rules = make_array(arena, RULES_MAX, sizeof(Hs__Rule *));
    for (size_t i = 0; i < sizeof rule_rows / sizeof rule_rows[0]; i++) {
        if (strcmp(rule_rows[i].pack, id) == 0) {
            require(pack->n_rules < RULES_MAX);
            pack->rules[pack->n_rules++] = make_rule(&rule_rows[i], arena);
        }
    }
    pack->n_sources = 1;
    pack->sources = make_array(arena, 1, sizeof(Hs__Source *));
    pack->sources[0] = source;
    return pack;
}

static Hs__Seat *make_seat(const char *department, struct arena *arena)
{
    Hs__Seat *seat = make(&hs__seat__descriptor, arena);

    seat->department = department;
    seat->reason = words("始终参审", arena);
    seat->limit = make(&hs__limit__descriptor, arena);
    seat->limit->span_case = HS__LIMIT__SPAN_HOURS;
    seat->limit->hours = 24; /* none passes in a run: deadlines are stored, not met */
    seat->limit->basis = "测量";
    return seat;
}

Hs__Process *definitions_process(struct arena *arena)
{
    Hs__Process *process = make(&hs__process__descriptor, arena);
    Hs__Stage *stage = make(&hs__stage__descriptor, arena);

    stage->id = "review";
    stage->kind = HS__STAGE__KIND__REVIEW;
    stage->title = words("会审", arena);
    stage->seats = make_array(arena, BENCH_DEPARTMENTS, sizeof(Hs__Seat *));
    for (size_t i = 0; i < BENCH_DEPARTMENTS; i++) {
        stage->seats[stage->n_seats++] = make_seat(bench_departments[i], arena);
    }
    process->id = "bench_review";
    process->version = 1;
    process->title = words("测量用会审", arena);
    process->dictionary = "bench";
    process->gate = "gate";
    process->lead = "lead";
    process->n_stages = 1;
    process->stages = make_array(arena, 1, sizeof(Hs__Stage *));
    process->stages[0] = stage;
    return process;
}

Hs__Process *definitions_burst(uint32_t seconds, struct arena *arena)
{
    Hs__Process *process = definitions_process(arena);
    const Hs__Stage *stage = process->stages[0];

    process->id = "bench_burst";
    for (size_t i = 0; i < stage->n_seats; i++) {
        stage->seats[i]->limit->span_case = HS__LIMIT__SPAN_SECONDS;
        stage->seats[i]->limit->seconds = seconds;
    }
    return process;
}

Hs__Department *definitions_department(const char *id, struct arena *arena)
{
    Hs__Department *department = make(&hs__department__descriptor, arena);

    department->id = id;
    department->title = words(id, arena);
    department->answer = HS__DEPARTMENT__ANSWER__RULES;
    return department;
}

/* ---- packets and opinions ---- */

/* Returns a text of whole sentences, of at least @bytes bytes beyond @head. */
static char *make_text(const char *head, size_t bytes, struct arena *arena)
{
    size_t count = (bytes + sizeof sentence - 2) / (sizeof sentence - 1);
    size_t head_size = strlen(head);
    char *text = make_array(arena, head_size + count * (sizeof sentence - 1) + 1, 1);

    memcpy(text, head, head_size);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + head_size + i * (sizeof sentence - 1), sentence, sizeof sentence - 1);
    }
    return text;
}

/* Returns @hundredths in the only form that has these bytes: as few places as it needs. */
static Hs__Number *make_number(int64_t hundredths, struct arena *arena)
{
    Hs__Number *number = make(&hs__number__descriptor, arena);

    number->units = hundredths;
    number->places = 2;
    while (number->places > 0 && number->units % 10 == 0) {
        number->units /= 10;
        number->places--;
    }
    return number;
}

static Hs__Field *make_field(const struct field_row *row, const char *text, struct arena *arena)
{
    Hs__Field *field = make(&hs__field__descriptor, arena);

    field->path = row->path;
    if (row->type == HS__FIELD_DEFINITION__TYPE__BOOL) {
        field->value_case = HS__FIELD__VALUE_FLAG;
        field->flag = row->value != 0;
    } else if (row->type == HS__FIELD_DEFINITION__TYPE__TEXT) {
        field->value_case = HS__FIELD__VALUE_TEXT;
        field->text = text;
    } else {
        field->value_case = HS__FIELD__VALUE_NUMBER;
        field->number = make_number(row->value, arena);
    }
    return field;
}

Hs__Packet *definitions_packet(uint64_t number, struct arena *arena)
{
    Hs__Packet *packet = make(&hs__packet__descriptor, arena);
    const char *head = make_text("00000000 ", 0, arena);

    packet->fields = make_array(arena, FIELD_COUNT, sizeof(Hs__Field *));
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        packet->fields[packet->n_fields++] = make_field(&field_rows[i], head, arena);
    }

    /* The texts make up what the other fields leave of the size. */
    size_t left = BENCH_PACKET_BYTES - message_size(packet);
    const char *text = make_text(head, left / TEXT_FIELDS, arena);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (packet->fields[i]->value_case == HS__FIELD__VALUE_TEXT) {
            packet->fields[i]->text = text;
        }
    }
    definitions_renumber(packet, number);
    return packet;
}

void definitions_renumber(Hs__Packet *packet, uint64_t number)
{
    char digits[NUMBER_DIGITS];

    for (size_t i = NUMBER_DIGITS; i > 0; i--) {
        digits[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    for (size_t i = 0; i < packet->n_fields; i++) {
        if (packet->fields[i]->value_case == HS__FIELD__VALUE_TEXT) {
            /* Ours: make_text() allocated it. */
            memcpy((char *)(uintptr_t)packet->fields[i]->text, digits, sizeof digits);
        }
    }
}

Hs__Opinion *definitions_opinion(struct arena *arena)
{
    static const uint8_t no_hash[HASH_BYTES] = {0};
    Hs__Opinion *opinion = make(&hs__opinion__descriptor, arena);
    Hs__Item *item = make(&hs__item__descriptor, arena);

    item->matter = "works";
    item->place = "沿街立面";
    item->demand = "施工前公示工期与联系人";
    item->severity = HS__ITEM__SEVERITY__ADVICE;
    item->closing = "现场查看";
    opinion->result = HS__OPINION__RESULT__AGREE;
    opinion->by_rules = true;
    opinion->packet = binary_of((struct bytes){no_hash, sizeof no_hash});
    opinion->n_items = 1;
    opinion->items = make_array(arena, 1, sizeof(Hs__Item *));
    opinion->items[0] = item;
    opinion->reason = make_text("", BENCH_OPINION_BYTES - message_size(opinion), arena);
    return opinion;
}
