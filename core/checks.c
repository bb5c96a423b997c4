/* SPDX-License-Identifier: Apache-2.0 */
#include "core/checks.h"

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

/* Decides whether the department of seat @index is involved; an involvement that cannot be answered
 * is a missing field like any other. */
static bool find_involvement(const struct run *run, size_t index)
{
    struct checks *checks = run->checks;
    const struct expression *when = checks->rulebook->when[index];
    const char *department = checks->rulebook->stage->seats[index]->department;
    const struct asker asker = {department, department};
    struct evaluation answer;

    if (when == NULL) {
        checks->is_involved[index] = true;
        return true;
    }
    expression_evaluate(when, &(struct scope){.root = checks->facts.root}, run->arena, &answer);
    if (answer.kind == EVALUATION_VALUE && answer.value->kind == VALUE_BOOL) {
        checks->is_involved[index] = answer.value->truth;
        return true;
    }
    if (answer.kind != EVALUATION_UNKNOWN) {
        return missing_note(&checks->missing, "", &asker, fault_zh(answer.fault), run->arena);
    }
    for (size_t i = 0; i < answer.missing_count; i++) {
        if (!missing_note(&checks->missing, answer.missing[i], &asker, "", run->arena)) {
            return false;
        }
    }
    return true;
}

static bool run_seat(const struct run *run, size_t index)
{
    struct checks *checks = run->checks;
    const struct rulebook *rulebook = checks->rulebook;
    const struct compiled_pack *pack =
        rulebook_pack(rulebook, rulebook->stage->seats[index]->department);
    bool is_told_to_all = rulebook->process->completeness == HS__PROCESS__COMPLETENESS__ALL;
    struct findings findings;

    if (!find_involvement(run, index)) {
        return false;
    }
    if (!checks->is_involved[index] || pack == NULL) {
        return true;
    }
    return findings_run(pack, &checks->facts, run->arena, &findings) &&
           missing_note_findings(is_told_to_all ? &checks->missing : &checks->gaps[index],
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
    return true;
}
