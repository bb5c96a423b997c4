/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fields.h"

#include <string.h>

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static bool words_of(const struct field_types *types, const Hs__FieldDefinition *field,
                     struct type *out)
{
    const char **words = arena_array(types->arena, field->n_codes, sizeof *words);

    if (words == NULL) {
        return false;
    }
    for (size_t i = 0; i < field->n_codes; i++) {
        words[i] = field->codes[i]->code;
    }
    out->words = words;
    out->word_count = field->n_codes;
    return true;
}

static struct type type_of(Hs__FieldDefinition__Type type)
{
    switch (type) {
    case HS__FIELD_DEFINITION__TYPE__BOOL:
        return (struct type){.kind = TYPE_BOOL};
    case HS__FIELD_DEFINITION__TYPE__INTEGER:
    case HS__FIELD_DEFINITION__TYPE__NUMBER:
        return (struct type){.kind = TYPE_NUMBER};
    case HS__FIELD_DEFINITION__TYPE__TEXT:
    case HS__FIELD_DEFINITION__TYPE__CODE:
        return (struct type){.kind = TYPE_TEXT};
    case HS__FIELD_DEFINITION__TYPE__DATE:
        return (struct type){.kind = TYPE_DATE};
    case HS__FIELD_DEFINITION__TYPE__CODES:
    case HS__FIELD_DEFINITION__TYPE__TEXTS:
        return (struct type){.kind = TYPE_LIST, .element = TYPE_TEXT};
    case HS__FIELD_DEFINITION__TYPE__UNSPECIFIED:
    case _HS__FIELD_DEFINITION__TYPE_IS_INT_SIZE:
        break;
    }
    return (struct type){.kind = TYPE_ANY};
}

/* An inner place: a list if fields continue it with [], an object if with a dot. */
static bool find_inner(const char *field, const char *path, struct type *out)
{
    size_t size = strlen(path);

    if (!begins_with(field, path)) {
        return false;
    }
    if (strncmp(field + size, "[]", 2) == 0) {
        *out = (struct type){.kind = TYPE_LIST, .element = TYPE_OBJECT};
        return true;
    }
    if (field[size] == '.') {
        *out = (struct type){.kind = TYPE_OBJECT};
        return true;
    }
    return false;
}

static bool find_setting(const struct field_types *types, const char *name, struct type *out)
{
    if (types->process == NULL) {
        *out = (struct type){.kind = TYPE_ANY};
        return true;
    }
    for (size_t i = 0; i < types->process->n_settings; i++) {
        const Hs__Setting *setting = types->process->settings[i];

        if (strcmp(setting->name, name) == 0) {
            out->kind = setting->value_case == HS__SETTING__VALUE_NUMBER ? TYPE_NUMBER
                        : setting->value_case == HS__SETTING__VALUE_FLAG ? TYPE_BOOL
                                                                         : TYPE_TEXT;
            return true;
        }
    }
    return false;
}

static bool find_derived(const struct field_types *types, const char *path, struct type *out)
{
    for (size_t i = 0; i < types->derived_count; i++) {
        const Hs__DerivedField *derived = types->dictionary->derived[i];

        if (strcmp(derived->path, path) == 0) {
            *out = type_of(derived->type);
            return true;
        }
        if (find_inner(derived->path, path, out)) {
            return true;
        }
    }
    return false;
}

static bool find_type(const void *self, const char *path, struct type *out)
{
    const struct field_types *types = self;

    *out = (struct type){.kind = TYPE_OBJECT};
    if (path[0] == '\0' || strcmp(path, "cfg") == 0) {
        return true;
    }
    if (begins_with(path, "cfg.")) {
        return find_setting(types, path + strlen("cfg."), out);
    }
    for (size_t i = 0; i < types->dictionary->n_fields; i++) {
        const Hs__FieldDefinition *field = types->dictionary->fields[i];

        if (strcmp(field->path, path) == 0) {
            *out = type_of(field->type);
            return words_of(types, field, out);
        }
        if (find_inner(field->path, path, out)) {
            return true;
        }
    }
    return find_derived(types, path, out);
}

/* The name that @field has right below @path, in the arena; NULL if it is not below it. */
static const char *name_below(const struct field_types *types, const char *field, const char *path)
{
    size_t size = strlen(path);

    if (size > 0 && (!begins_with(field, path) || field[size] != '.')) {
        return NULL;
    }

    const char *name = size == 0 ? field : field + size + 1;
    return arena_copy(types->arena, (struct bytes){(const uint8_t *)name, strcspn(name, ".[")});
}

static void add_name(const char **names, size_t *count, const char *name)
{
    if (name == NULL || (*count > 0 && strcmp(names[*count - 1], name) == 0)) {
        return;
    }
    names[(*count)++] = name;
}

static const char *const *find_names(const void *self, const char *path, size_t *count)
{
    const struct field_types *types = self;
    const Hs__Dictionary *dictionary = types->dictionary;
    size_t settings = types->process == NULL ? 0 : types->process->n_settings;
    const char **names = arena_array(
        types->arena, dictionary->n_fields + types->derived_count + settings, sizeof *names);

    *count = 0;
    if (names == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < settings && strcmp(path, "cfg") == 0; i++) {
        add_name(names, count, types->process->settings[i]->name);
    }
    for (size_t i = 0; i < dictionary->n_fields; i++) {
        add_name(names, count, name_below(types, dictionary->fields[i]->path, path));
    }
    for (size_t i = 0; i < types->derived_count; i++) {
        add_name(names, count, name_below(types, dictionary->derived[i]->path, path));
    }
    return names;
}

struct type_source field_type_source(const struct field_types *types)
{
    return (struct type_source){.self = types, .find = find_type, .names = find_names};
}
