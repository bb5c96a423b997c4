/* SPDX-License-Identifier: Apache-2.0 */
#include "core/facts.h"

#include "core/evaluate.h"

static bool place_codes(struct value *place, const Hs__Codes *codes, struct arena *arena)
{
    value_fill(place, value_of_list());
    for (size_t i = 0; i < codes->n_codes; i++) {
        struct value word = value_of_text(bytes_of_text(codes->codes[i]));

        if (value_append(place, (struct bytes){0}, word, arena) == NULL) {
            return false;
        }
    }
    return true;
}

static bool place_field(struct value *place, const Hs__Field *field, struct arena *arena)
{
    struct number number;

    switch (field->value_case) {
    case HS__FIELD__VALUE_FLAG:
        value_fill(place, value_of_bool(field->flag != 0));
        return true;
    case HS__FIELD__VALUE_NUMBER:
        if (number_from_decimal(field->number->units, field->number->places, &number) !=
            NUMBER_OK) {
            return false;
        }
        value_fill(place, value_of_number(number));
        return true;
    case HS__FIELD__VALUE_TEXT:
        value_fill(place, value_of_text(bytes_of_text(field->text)));
        return true;
    case HS__FIELD__VALUE_DATE:
        value_fill(place, value_of_date(field->date));
        return true;
    case HS__FIELD__VALUE_CODES:
        return place_codes(place, field->codes, arena);
    case HS__FIELD__VALUE_COUNT:
        value_fill(place, value_of_list());
        return true;
    case HS__FIELD__VALUE__NOT_SET:
    case _HS__FIELD__VALUE__CASE_IS_INT_SIZE:
        break;
    }
    return false;
}

static bool place_fields(const Hs__Packet *packet, struct value *root, struct arena *arena)
{
    for (size_t i = 0; i < packet->n_fields; i++) {
        const Hs__Field *field = packet->fields[i];
        struct value *place = value_place(root, bytes_of_text(field->path), arena);

        if (place == NULL || !place_field(place, field, arena)) {
            return false;
        }
    }
    return true;
}

static bool setting_value(const Hs__Setting *setting, struct value *out)
{
    struct number number;

    switch (setting->value_case) {
    case HS__SETTING__VALUE_NUMBER:
        if (number_from_fraction(bytes_of_text(setting->number), &number) != NUMBER_OK) {
            return false;
        }
        *out = value_of_number(number);
        return true;
    case HS__SETTING__VALUE_FLAG:
        *out = value_of_bool(setting->flag != 0);
        return true;
    case HS__SETTING__VALUE_TEXT:
        *out = value_of_text(bytes_of_text(setting->text));
        return true;
    case HS__SETTING__VALUE__NOT_SET:
    case _HS__SETTING__VALUE__CASE_IS_INT_SIZE:
        break;
    }
    return false;
}

static bool place_settings(const Hs__Process *process, struct value *root, struct arena *arena)
{
    struct value *settings = value_set(root, bytes_of_text("cfg"), value_of_object(), arena);

    for (size_t i = 0; settings != NULL && i < process->n_settings; i++) {
        struct value value;

        if (!setting_value(process->settings[i], &value) ||
            value_set(settings, bytes_of_text(process->settings[i]->name), value, arena) == NULL) {
            return false;
        }
    }
    return settings != NULL;
}

/* Derived fields may read those before them: each is computed and placed in turn. */
static bool place_derived(const struct rulebook *rulebook, struct value *root, struct arena *arena)
{
    for (size_t i = 0; i < rulebook->source->n_derived; i++) {
        const char *path = rulebook->source->derived[i]->path;
        struct evaluation answer;

        expression_evaluate(rulebook->derived[i], &(struct scope){.root = root}, arena, &answer);
        struct value *place = value_place(root, bytes_of_text(path), arena);
        if (place == NULL) {
            return false;
        }
        value_fill(place, *answer.value);
    }
    return true;
}

bool facts_build(const Hs__Packet *packet, const struct rulebook *rulebook, struct arena *arena,
                 struct facts *out)
{
    struct value *root = arena_alloc(arena, sizeof *root);

    if (root == NULL) {
        return false;
    }
    *root = value_of_object();
    if (!place_fields(packet, root, arena) || !place_settings(rulebook->process, root, arena) ||
        !place_derived(rulebook, root, arena)) {
        return false;
    }
    *out = (struct facts){.root = root, .rulebook = rulebook};
    return true;
}
