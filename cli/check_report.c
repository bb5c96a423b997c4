/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_report.h"

#include <string.h>

#include "core/evaluate.h"

/* One run. */
struct check {
    const struct cli *cli;
    const struct definition_set *set;
    const struct rulebook *rulebook;
    const char *department; /* NULL: all */
    struct check_report *out;
};

static bool is_owned(const struct finding_row *row, const char *owner)
{
    return owner == NULL || strcmp(row->rule->rule->owner, owner) == 0;
}

bool check_is_told(const struct check_entry *entry, const struct finding_row *row)
{
    return is_owned(row, entry->owner) && (row->finding->state == HS__FINDING__STATE__FAILED ||
                                           row->finding->state == HS__FINDING__STATE__UNKNOWN);
}

/* ---- what is missing ---- */

static void note_missing(struct check *check, const char *path, const char *reason,
                         const char *rule_id)
{
    struct check_report *out = check->out;

    for (size_t i = 0; i < out->missing_count && path[0] != '\0'; i++) {
        if (strcmp(out->missing[i].path, path) == 0) {
            if (strstr(out->missing[i].rules, rule_id) == NULL) {
                out->missing[i].rules =
                    cli_format(check->cli, "%s %s", out->missing[i].rules, rule_id);
            }
            return;
        }
    }
    if (out->missing_count < CHECK_MISSING_MAX) {
        out->missing[out->missing_count++] =
            (struct check_missing){.path = path, .reason = reason, .rules = rule_id};
    }
}

/* Notes what each unknown must-check of @findings waits for. */
static void note_unknown(struct check *check, const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_row *row = &findings->rows[i];
        const Hs__Finding *finding = row->finding;

        if (finding->state != HS__FINDING__STATE__UNKNOWN ||
            row->rule->rule->severity != HS__RULE__SEVERITY__MUST) {
            continue;
        }
        for (size_t k = 0; k < finding->n_missing; k++) {
            note_missing(check, finding->missing[k], "", finding->rule_id);
        }
        if (finding->n_missing == 0) {
            note_missing(check, "", finding->reason, finding->rule_id);
        }
    }
}

/* ---- entries ---- */

static void add_entry(struct check *check, struct check_entry entry)
{
    if (entry.findings != NULL) {
        entry.counts = findings_count(entry.findings, entry.owner);
        entry.result = findings_result(entry.findings, entry.owner);
        entry.is_incomplete = findings_incomplete(entry.findings, entry.owner);
    } else {
        entry.result = HS__OPINION__RESULT__NOT_INVOLVED;
    }
    if (check->out->entry_count < CHECK_ENTRIES_MAX) {
        check->out->entries[check->out->entry_count++] = entry;
    }
}

/* Adds an entry for each owner of a department that has some, else one. */
static void add_entries(struct check *check, struct check_entry entry)
{
    const Hs__Department *department = department_named(check->set->departments, entry.id);

    entry.title = department == NULL ? NULL : department->title;
    if (department == NULL || department->n_owners == 0 || entry.findings == NULL) {
        add_entry(check, entry);
        return;
    }
    for (size_t i = 0; i < department->n_owners; i++) {
        entry.owner = department->owners[i]->id;
        entry.title = department->owners[i]->title;
        add_entry(check, entry);
    }
}

/* Runs @pack and adds what it finds under @entry. Returns false if memory does not suffice. */
static bool add_pack(struct check *check, const struct compiled_pack *pack,
                     struct check_entry entry)
{
    struct findings *findings = cli_memory(arena_alloc(check->cli->arena, sizeof *findings));

    if (pack == NULL) {
        return true;
    }
    entry.id = pack->pack->id;
    if (check->department != NULL && strcmp(check->department, entry.id) != 0) {
        return true;
    }
    if (!findings_run(pack, &check->out->facts, check->cli->arena, findings)) {
        return false;
    }
    note_unknown(check, findings);
    entry.findings = findings;
    entry.is_involved = true;
    add_entries(check, entry);
    return true;
}

/* Whether the process asks the department of seat @index; what cannot be answered counts as yes,
 * and what it waits for is missing. */
static bool is_involved(struct check *check, size_t index)
{
    const struct expression *when = check->rulebook->when[index];
    const char *department = check->rulebook->stage->seats[index]->department;
    const struct scope scope = {.root = check->out->facts.root};
    struct evaluation answer;

    if (when == NULL) {
        return true;
    }
    expression_evaluate(when, &scope, check->cli->arena, &answer);
    for (size_t i = 0; answer.kind == EVALUATION_UNKNOWN && i < answer.missing_count; i++) {
        note_missing(check, answer.missing[i], "", department);
    }
    return answer.kind != EVALUATION_VALUE || answer.value->kind != VALUE_BOOL ||
           answer.value->truth;
}

static bool add_seats(struct check *check)
{
    const Hs__Stage *stage = check->rulebook->stage;

    for (size_t i = 0; i < stage->n_seats; i++) {
        const char *department = stage->seats[i]->department;
        bool is_asked = check->department == NULL || strcmp(check->department, department) == 0;

        if (is_asked && !is_involved(check, i)) {
            add_entries(check, (struct check_entry){.id = department});
        } else if (!add_pack(check, rulebook_pack(check->rulebook, department),
                             (struct check_entry){0})) {
            return false;
        }
    }
    return true;
}

static bool run_all(struct check *check)
{
    return add_pack(check, check->rulebook->gate, (struct check_entry){.is_gate = true}) &&
           add_pack(check, check->rulebook->lead, (struct check_entry){.is_lead = true}) &&
           add_seats(check);
}

int check_run(const struct cli *cli, const struct definition_set *set, const Hs__Packet *packet,
              const char *department, struct check_report *out)
{
    const struct rulebook_sources sources = {
        .process = set->process,
        .dictionary = set->dictionary,
        .packs = set->packs,
        .pack_count = set->pack_count,
    };
    const char *reason = NULL;
    struct check check = {.cli = cli, .set = set, .department = department, .out = out};

    *out = (struct check_report){0};
    check.rulebook = rulebook_compile(&sources, cli->arena, &reason);
    if (check.rulebook == NULL) {
        return cli_fail(cli, STATUS_INVALID, "%s: %s", set->process->id, reason);
    }
    if (!facts_build(packet, check.rulebook, cli->arena, &out->facts) || !run_all(&check)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "内容过于复杂", "this needs more memory than it may use"));
    }
    if (out->entry_count == 0) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "流程 %s 中没有部门 %s", "%s has no department %s"),
                        set->process->id, department == NULL ? "" : department);
    }
    return STATUS_DONE;
}
