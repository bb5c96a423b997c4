/* SPDX-License-Identifier: Apache-2.0 */
#include "core/checks.h"

#include <string.h>

#include "core/evaluate.h"
#include "lib/check.h"

/* One run of the checks. */
struct run {
    struct checks *checks;
    struct arena *arena;
};

static bool run_office_checks(const struct run *run)
{
    struct checks *checks = run->checks;
    const struct rulebook *rulebook = checks->rulebook;

    if (rulebook->gate != NULL &&
        !findings_run(rulebook->gate, &checks->facts, run->arena, &checks->gate)) {
        return false;
    }
    if (rulebook->lead != NULL &&
        !findings_run(rulebook->lead, &checks->facts, run->arena, &checks->lead)) {
        return false;
    }
    return missing_note_findings(&checks->missing, &checks->gate, run->arena) &&
           missing_note_findings(&checks->missing, &checks->lead, run->arena);
}

/* Sets @is_true to whether @when is true of the packet; NULL always is. What cannot be answered is
 * a missing field like any other, asked for by @asker. Returns false if the arena is too small. */
static bool find_truth(const struct run *run, const struct expression *when,
                       const struct asker *asker, bool *is_true)
{
    struct checks *checks = run->checks;
    struct evaluation answer;

    *is_true = when == NULL;
    if (when == NULL) {
        return true;
    }
    expression_evaluate(when, &(struct scope){.root = checks->facts.root}, run->arena, &answer);
    if (answer.kind == EVALUATION_VALUE && answer.value->kind == VALUE_BOOL) {
        *is_true = answer.value->truth;
        return true;
    }
    if (answer.kind != EVALUATION_UNKNOWN) {
        return missing_note(&checks->missing, "", asker, fault_zh(answer.fault), run->arena);
    }
    for (size_t i = 0; i < answer.missing_count; i++) {
        if (!missing_note(&checks->missing, answer.missing[i], asker, "", run->arena)) {
            return false;
        }
    }
    return true;
}

/* The first class that is true of the packet; one that cannot be answered ends the search. */
static bool find_class(const struct run *run)
{
    struct checks *checks = run->checks;
    const struct rulebook *rulebook = checks->rulebook;

    for (size_t i = 0; i < rulebook->stage->n_classes && checks->limit_class == NULL; i++) {
        const Hs__LimitClass *limit_class = rulebook->stage->classes[i];
        const struct asker asker = {rulebook->process->id, limit_class->id};
        size_t missing = checks->missing.count;
        bool is_true = false;

        if (!find_truth(run, rulebook->classes[i], &asker, &is_true)) {
            return false;
        }
        if (checks->missing.count > missing) {
            break;
        }
        checks->limit_class = is_true ? limit_class : NULL;
    }
    return true;
}

static bool has_open_must(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        Hs__Finding__State state = findings->rows[i].finding->state;

        if (findings->rows[i].rule->rule->severity == HS__RULE__SEVERITY__MUST &&
            (state == HS__FINDING__STATE__FAILED || state == HS__FINDING__STATE__UNKNOWN)) {
            return true;
        }
    }
    return false;
}

static bool run_seat(const struct run *run, size_t index)
{
    const char *department = run->checks->rulebook->stage->seats[index]->department;
    const struct asker asker = {department, department};
    struct checks *checks = run->checks;
    const struct rulebook *rulebook = checks->rulebook;
    const struct compiled_pack *pack = rulebook_pack(rulebook, department);
    bool is_told_to_all = rulebook->process->completeness == HS__PROCESS__COMPLETENESS__ALL;
    struct findings findings;

    if (!find_truth(run, rulebook->when[index], &asker, &checks->is_involved[index])) {
        return false;
    }
    if (!checks->is_involved[index] || pack == NULL) {
        return true;
    }
    if (!findings_run(pack, &checks->facts, run->arena, &findings)) {
        return false;
    }
    checks->must_open[index] = has_open_must(&findings);
    return missing_note_findings(is_told_to_all ? &checks->missing : &checks->gaps[index],
                                 &findings, run->arena);
}

bool checks_run(const struct rulebook *rulebook, const Hs__Packet *packet, struct arena *arena,
                struct checks *out)
{
    const struct run run = {.checks = out, .arena = arena};

    *out = (struct checks){.rulebook = rulebook};
    if (!facts_build(packet, rulebook, arena, &out->facts) || !run_office_checks(&run)) {
        return false;
    }
    require(rulebook->stage->n_seats <= LIMIT_SEATS); /* lint holds a stage to it */
    for (size_t i = 0; i < rulebook->stage->n_seats; i++) {
        if (!run_seat(&run, i)) {
            return false;
        }
    }
    return find_class(&run);
}

void checks_waive(struct checks *checks, const char *rule_id)
{
    for (size_t i = 0; i < checks->gate.count; i++) {
        Hs__Finding *finding = checks->gate.rows[i].finding;

        if (finding->state == HS__FINDING__STATE__FAILED &&
            strcmp(finding->rule_id, rule_id) == 0) {
            finding->state = HS__FINDING__STATE__WAIVED;
        }
    }
}
