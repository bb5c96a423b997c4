/* SPDX-License-Identifier: Apache-2.0 */
#include "core/suggestion.h"

#include <string.h>

#include "lib/text.h"

enum { ITEM_TEXT_BYTES_MAX = 16 * 1024, SHOWN_VALUES_MAX = 8 };

static const Hs__Source *source_of(const struct compiled_pack *pack, const char *id)
{
    for (size_t i = 0; i < pack->pack->n_sources; i++) {
        if (strcmp(pack->pack->sources[i]->id, id) == 0) {
            return pack->pack->sources[i];
        }
    }
    return NULL;
}

bool citation_needs_checking(const struct compiled_pack *pack, const Hs__Citation *citation)
{
    const Hs__Source *source = source_of(pack, citation->source);

    return citation->confidence != HS__CITATION__CONFIDENCE__HIGH || citation->clause[0] == '\0' ||
           (source != NULL && !source->verified);
}

const char *rule_basis(const struct compiled_pack *pack, const Hs__Rule *rule, struct arena *arena)
{
    struct text_builder text;

    text_builder_init(&text, arena, ITEM_TEXT_BYTES_MAX);
    for (size_t i = 0; i < rule->n_citations; i++) {
        const Hs__Citation *citation = rule->citations[i];
        const Hs__Source *source = source_of(pack, citation->source);

        text_builder_add(&text, i == 0 ? "" : "；");
        text_builder_add(&text, source == NULL ? citation->source : source->title);
        if (citation->clause[0] != '\0') {
            text_builder_add(&text, " ");
            text_builder_add(&text, citation->clause);
        }
        if (citation_needs_checking(pack, citation)) {
            text_builder_add(&text, "（引用前请核对）");
        }
    }
    return text_builder_finish(&text);
}

/* Returns the one of the two that is in @language. */
static const char *say(enum finding_language language, const char *zh, const char *en)
{
    return language == FINDING_ZH ? zh : en;
}

static void add_value(struct text_builder *text, const struct value *value,
                      enum finding_language language)
{
    char decimal[NUMBER_TEXT_BYTES];
    char date[TEXT_DATE_BYTES];

    switch (value->kind) {
    case VALUE_BOOL:
        text_builder_add(text,
                         value->truth ? say(language, "是", "yes") : say(language, "否", "no"));
        break;
    case VALUE_NUMBER:
        if (number_to_decimal(value->number, decimal)) {
            text_builder_add(text, decimal);
        } else {
            text_builder_add_number(text, value->number);
        }
        break;
    case VALUE_TEXT:
        text_builder_add_bytes(text, value->text);
        break;
    case VALUE_DATE:
        date_to_text(value->date, date);
        text_builder_add(text, date);
        break;
    case VALUE_LIST:
        text_builder_add_format(text, "%u", value->list.count);
        text_builder_add(text,
                         say(language, "项", value->list.count == 1 ? " element" : " elements"));
        break;
    case VALUE_ABSENT:
    case VALUE_NULL:
    case VALUE_OBJECT:
    case VALUE_UNKNOWN:
    case VALUE_FAULT:
        text_builder_add(text, say(language, "未提供", "not given"));
        break;
    }
}

/* The label and unit of the field a path names, from the dictionary; the path itself if it has none
 * there (a setting). */
struct shown_field {
    const char *label;
    const char *unit;
};

static const char *label_in(const Hs__Words *label, enum finding_language language)
{
    return say(language, label->zh, label->en[0] == '\0' ? label->zh : label->en);
}

static struct shown_field shown_field(const struct rulebook *rulebook, const char *path,
                                      enum finding_language language)
{
    const Hs__Dictionary *source = rulebook->source;

    for (size_t i = 0; i < source->n_fields; i++) {
        const Hs__FieldDefinition *field = source->fields[i];

        if (strcmp(field->path, path) == 0 && field->label != NULL) {
            return (struct shown_field){label_in(field->label, language), field->unit};
        }
    }
    for (size_t i = 0; i < source->n_derived; i++) {
        const Hs__DerivedField *field = source->derived[i];

        if (strcmp(field->path, path) == 0 && field->label != NULL) {
            return (struct shown_field){label_in(field->label, language), ""};
        }
    }
    return (struct shown_field){path, ""};
}

/* Returns the value that @path, as expression_reads() gives it, has for @row: below the element if
 * it leads through the rule's list, else below the root. NULL if there is none to show. */
static const struct value *value_read(const struct finding_row *row, const struct facts *facts,
                                      const char *path)
{
    const struct value *value = facts->root;
    size_t list_size = strlen(row->rule->rule->each);

    if (list_size > 0 && strncmp(path, row->rule->rule->each, list_size) == 0 &&
        strncmp(path + list_size, "[].", 3) == 0) {
        value = row->element;
        path += list_size + 3;
    }
    while (value != NULL && *path != '\0') {
        size_t size = strcspn(path, ".[");

        if (path[size] == '[' || value->kind != VALUE_OBJECT) {
            return NULL;
        }
        value = value_get(value, (struct bytes){(const uint8_t *)path, size});
        path += size + (path[size] == '.' ? 1 : 0);
    }
    return value;
}

const char *finding_defect(const struct finding_row *row, const struct facts *facts,
                           enum finding_language language, struct arena *arena)
{
    size_t count = 0;
    const char *const *paths = expression_reads(row->rule->condition, &count);
    struct text_builder text;
    size_t shown = 0;

    text_builder_init(&text, arena, ITEM_TEXT_BYTES_MAX);
    for (size_t i = 0; i < count && shown < SHOWN_VALUES_MAX; i++) {
        const struct value *value = value_read(row, facts, paths[i]);
        struct shown_field field = shown_field(facts->rulebook, paths[i], language);

        if (value == NULL || strncmp(paths[i], "cfg.", 4) == 0) {
            continue;
        }
        text_builder_add(&text, shown == 0 ? "" : say(language, "，", ", "));
        text_builder_add(&text, field.label);
        text_builder_add(&text, " ");
        add_value(&text, value, language);
        text_builder_add(&text, field.unit);
        shown++;
    }
    return text_builder_finish(&text);
}

static const char *place_of(const struct finding_row *row, struct arena *arena)
{
    return row->element == NULL ? "" : value_path(row->element, arena);
}

Hs__Item *finding_item(const struct findings *findings, const struct finding_row *row,
                       const struct facts *facts, struct arena *arena)
{
    const Hs__Rule *rule = row->rule->rule;
    Hs__Item *item = message_new(&hs__item__descriptor, arena);

    if (item == NULL) {
        return NULL;
    }
    item->rule_id = rule->id;
    item->matter = rule->matter;
    item->place = place_of(row, arena);
    item->defect = finding_defect(row, facts, FINDING_ZH, arena);
    item->demand = rule->text == NULL ? rule->id : rule->text->zh;
    item->basis = rule_basis(findings->pack, rule, arena);
    item->severity = finding_result(row) == HS__OPINION__RESULT__AGREE ? HS__ITEM__SEVERITY__ADVICE
                                                                       : HS__ITEM__SEVERITY__MUST;
    item->owner = rule->owner;
    return item->place == NULL || item->defect == NULL || item->basis == NULL ? NULL : item;
}

static bool suggest_items(const struct findings *findings, const struct facts *facts,
                          struct arena *arena, Hs__Opinion *opinion)
{
    opinion->items = arena_array(arena, findings->count, sizeof(Hs__Item *));
    if (opinion->items == NULL) {
        return false;
    }
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_row *row = &findings->rows[i];

        if (row->finding->state != HS__FINDING__STATE__FAILED) {
            continue;
        }
        opinion->items[opinion->n_items] = finding_item(findings, row, facts, arena);
        if (opinion->items[opinion->n_items] == NULL) {
            return false;
        }
        opinion->n_items++;
    }
    return true;
}

static bool suggest_parts(const struct findings *findings, const Hs__Department *department,
                          struct arena *arena, Hs__Opinion *opinion)
{
    opinion->parts = arena_array(arena, department->n_owners, sizeof(Hs__Part *));
    if (opinion->parts == NULL) {
        return false;
    }
    for (size_t i = 0; i < department->n_owners; i++) {
        Hs__Part *part = message_new(&hs__part__descriptor, arena);

        if (part == NULL) {
            return false;
        }
        part->owner = department->owners[i]->id;
        part->result = findings_result(findings, part->owner);
        opinion->parts[opinion->n_parts++] = part;
    }
    return true;
}

Hs__Opinion *findings_suggest(const struct findings *findings, const struct facts *facts,
                              const Hs__Department *department, const uint8_t *packet_hash,
                              struct arena *arena)
{
    Hs__Opinion *opinion = message_new(&hs__opinion__descriptor, arena);

    if (opinion == NULL || !suggest_items(findings, facts, arena, opinion) ||
        !suggest_parts(findings, department, arena, opinion)) {
        return NULL;
    }
    opinion->result = findings_result(findings, NULL);
    opinion->by_rules = true;
    opinion->packet = (ProtobufCBinaryData){32, (uint8_t *)(uintptr_t)packet_hash};
    if (findings->pack->hash != NULL) {
        opinion->pack = (ProtobufCBinaryData){32, (uint8_t *)(uintptr_t)findings->pack->hash};
    }
    return opinion;
}
