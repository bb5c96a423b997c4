/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rulebook.h"

#include <string.h>

static const char out_of_memory[] = "it needs more memory than it may use";

/* One compilation: where it builds, and what went wrong first. */
struct compilation {
    struct arena *arena;
    const char *reason; /* NULL: nothing yet */
};

static bool fail(struct compilation *compilation, const char *reason)
{
    if (compilation->reason == NULL) {
        compilation->reason = reason == NULL ? out_of_memory : reason;
    }
    return false;
}

/* Sets @out to the compiled @text, NULL if it is empty. */
static bool compile(struct compilation *compilation, const char *where, const char *text,
                    const char *list, const struct expression **out)
{
    struct expression_element element = {.name = "item", .list_path = list};
    struct expression_refusal refusal;

    *out = NULL;
    if (text[0] == '\0') {
        return true;
    }
    *out = expression_compile(bytes_of_text(text), list == NULL ? NULL : &element,
                              compilation->arena, &refusal);
    if (*out == NULL) {
        return fail(compilation,
                    arena_format(compilation->arena, "%s: %s", where, fault_en(refusal.fault)));
    }
    return true;
}

static bool compile_rule(struct compilation *compilation, const Hs__Rule *rule,
                         struct compiled_rule *out)
{
    const char *list = rule->each[0] == '\0' ? NULL : rule->each;

    out->rule = rule;
    return compile(compilation, rule->id, rule->each, NULL, &out->each) &&
           compile(compilation, rule->id, rule->applies, list, &out->applies) &&
           compile(compilation, rule->id, rule->condition, list, &out->condition);
}

static bool compile_pack(struct compilation *compilation, const Hs__Pack *pack, const uint8_t *hash,
                         struct compiled_pack *out)
{
    out->pack = pack;
    out->hash = hash;
    out->rules = arena_array(compilation->arena, pack->n_rules, sizeof(struct compiled_rule));
    if (out->rules == NULL) {
        return fail(compilation, NULL);
    }
    for (size_t i = 0; i < pack->n_rules; i++) {
        if (!compile_rule(compilation, pack->rules[i], &out->rules[i])) {
            return false;
        }
    }
    return true;
}

static bool compile_packs(struct compilation *compilation, const struct rulebook_sources *sources,
                          struct rulebook *rulebook)
{
    rulebook->packs =
        arena_array(compilation->arena, sources->pack_count, sizeof(struct compiled_pack));
    if (rulebook->packs == NULL) {
        return fail(compilation, NULL);
    }
    for (size_t i = 0; i < sources->pack_count; i++) {
        const uint8_t *hash = sources->pack_hashes == NULL ? NULL : sources->pack_hashes[i];

        if (!compile_pack(compilation, sources->packs[i], hash, &rulebook->packs[i])) {
            return false;
        }
        rulebook->pack_count++;
    }
    return true;
}

static bool compile_derived(struct compilation *compilation, struct rulebook *rulebook)
{
    const Hs__Dictionary *source = rulebook->source;

    rulebook->derived =
        arena_array(compilation->arena, source->n_derived, sizeof(struct expression *));
    if (rulebook->derived == NULL) {
        return fail(compilation, NULL);
    }
    for (size_t i = 0; i < source->n_derived; i++) {
        if (!compile(compilation, source->derived[i]->path, source->derived[i]->expression, NULL,
                     &rulebook->derived[i])) {
            return false;
        }
    }
    return true;
}

static bool compile_classes(struct compilation *compilation, struct rulebook *rulebook)
{
    const Hs__Stage *stage = rulebook->stage;

    rulebook->classes =
        arena_array(compilation->arena, stage->n_classes, sizeof(struct expression *));
    if (rulebook->classes == NULL) {
        return fail(compilation, NULL);
    }
    for (size_t i = 0; i < stage->n_classes; i++) {
        if (!compile(compilation, stage->classes[i]->id, stage->classes[i]->when, NULL,
                     &rulebook->classes[i])) {
            return false;
        }
    }
    return true;
}

static bool compile_stage(struct compilation *compilation, struct rulebook *rulebook)
{
    const Hs__Process *process = rulebook->process;

    for (size_t i = 0; i < process->n_stages && rulebook->stage == NULL; i++) {
        if (process->stages[i]->kind == HS__STAGE__KIND__REVIEW) {
            rulebook->stage = process->stages[i];
        }
    }
    if (rulebook->stage == NULL) {
        return fail(compilation, "the process has no stage of kind review");
    }
    rulebook->when =
        arena_array(compilation->arena, rulebook->stage->n_seats, sizeof(struct expression *));
    if (rulebook->when == NULL) {
        return fail(compilation, NULL);
    }
    for (size_t i = 0; i < rulebook->stage->n_seats; i++) {
        const Hs__Seat *seat = rulebook->stage->seats[i];

        if (!compile(compilation, seat->department, seat->when, NULL, &rulebook->when[i])) {
            return false;
        }
    }
    return compile_classes(compilation, rulebook);
}

static bool build(struct compilation *compilation, const struct rulebook_sources *sources,
                  struct rulebook *rulebook)
{
    struct dictionary_fault fault = {0};

    rulebook->process = sources->process;
    rulebook->source = sources->dictionary;
    rulebook->pins = sources->pins;
    rulebook->dictionary = dictionary_index(sources->dictionary, compilation->arena, &fault);
    if (rulebook->dictionary == NULL) {
        return fail(compilation, arena_format(compilation->arena, "%s: %s", fault.path, fault.en));
    }
    if (!compile_derived(compilation, rulebook) || !compile_stage(compilation, rulebook) ||
        !compile_packs(compilation, sources, rulebook)) {
        return false;
    }
    rulebook->gate = rulebook_pack(rulebook, rulebook->process->gate);
    rulebook->lead = rulebook_pack(rulebook, rulebook->process->lead);
    return true;
}

struct rulebook *rulebook_compile(const struct rulebook_sources *sources, struct arena *arena,
                                  const char **reason)
{
    struct compilation compilation = {.arena = arena};
    struct rulebook *rulebook = arena_alloc(arena, sizeof *rulebook);

    if (rulebook == NULL || !build(&compilation, sources, rulebook)) {
        *reason = compilation.reason == NULL ? out_of_memory : compilation.reason;
        return NULL;
    }
    return rulebook;
}

const struct compiled_pack *rulebook_pack(const struct rulebook *rulebook, const char *id)
{
    for (size_t i = 0; i < rulebook->pack_count; i++) {
        if (strcmp(rulebook->packs[i].pack->id, id) == 0) {
            return &rulebook->packs[i];
        }
    }
    return NULL;
}
