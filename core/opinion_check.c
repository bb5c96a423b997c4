/* SPDX-License-Identifier: Apache-2.0 */
/* What an opinion must say to be one: its result, who speaks, its parts, its items. */
#include "core/opinion.h"

#include <string.h>

#include "core/authorise.h"
#include "core/claim.h"
#include "lib/text.h"

static void add_fault(struct opinion_faults *faults, enum refusal refusal, const char *path)
{
    if (faults->count < OPINION_FAULTS_MAX) {
        faults->rows[faults->count++] = (struct opinion_fault){refusal, path == NULL ? "" : path};
    }
}

/* ---- the result and its parts ---- */

static bool is_giveable(Hs__Opinion__Result result)
{
    return result >= HS__OPINION__RESULT__AGREE && result <= HS__OPINION__RESULT__NOT_COMPETENT;
}

/* The worst first: how one result weighs against another in an opinion of several parts. */
static int weight_of(Hs__Opinion__Result result)
{
    switch (result) {
    case HS__OPINION__RESULT__DISAGREE:
        return 4;
    case HS__OPINION__RESULT__CONDITIONAL:
        return 3;
    case HS__OPINION__RESULT__AGREE:
        return 2;
    case HS__OPINION__RESULT__NOT_INVOLVED:
        return 1;
    case HS__OPINION__RESULT__UNSPECIFIED:
    case HS__OPINION__RESULT__NOT_COMPETENT:
    case HS__OPINION__RESULT__TACIT:
    case HS__OPINION__RESULT__OVERDUE:
    case _HS__OPINION__RESULT_IS_INT_SIZE:
        break;
    }
    return 0;
}

static bool demands(Hs__Opinion__Result result)
{
    return result == HS__OPINION__RESULT__DISAGREE || result == HS__OPINION__RESULT__CONDITIONAL;
}

static bool needs_reason(const Hs__Opinion *opinion)
{
    return !opinion->by_rules && (opinion->result == HS__OPINION__RESULT__NOT_COMPETENT ||
                                  opinion->result == HS__OPINION__RESULT__NOT_INVOLVED);
}

static bool has_owner(const Hs__Department *department, const char *owner)
{
    for (size_t i = 0; department != NULL && i < department->n_owners; i++) {
        if (strcmp(department->owners[i]->id, owner) == 0) {
            return true;
        }
    }
    return false;
}

static bool names_twice(const Hs__Opinion *opinion, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(opinion->parts[i]->owner, opinion->parts[index]->owner) == 0) {
            return true;
        }
    }
    return false;
}

/* One part for each owner, the result the worst of them. A person who answers for a department of
 * several owners may leave the parts out only when the result says the same for all. */
static void check_parts(const Hs__Opinion *opinion, const Hs__Department *department,
                        struct opinion_faults *faults)
{
    int worst = 0;

    if (opinion->n_parts == 0) {
        return;
    }
    if (department == NULL || opinion->n_parts != department->n_owners ||
        opinion->n_parts > OPINION_PARTS_MAX) {
        add_fault(faults, REFUSAL_PARTS_INVALID, "parts");
        return;
    }
    for (size_t i = 0; i < opinion->n_parts; i++) {
        const Hs__Part *part = opinion->parts[i];

        if (!has_owner(department, part->owner) || names_twice(opinion, i) ||
            weight_of(part->result) == 0 || part->n_items > 0) {
            add_fault(faults, REFUSAL_PARTS_INVALID,
                      arena_format(faults->arena, "parts[%zu]: %s", i, part->owner));
        }
        worst = weight_of(part->result) > worst ? weight_of(part->result) : worst;
    }
    if (worst != weight_of(opinion->result)) {
        add_fault(faults, REFUSAL_PARTS_INVALID, "result");
    }
}

/* ---- the items ---- */

/* True if an item of severity must is there (of @owner, unless NULL). */
static bool has_must_item(const Hs__Opinion *opinion, const char *owner)
{
    for (size_t i = 0; i < opinion->n_items; i++) {
        const Hs__Item *item = opinion->items[i];

        if (item->severity == HS__ITEM__SEVERITY__MUST &&
            (owner == NULL || strcmp(item->owner, owner) == 0)) {
            return true;
        }
    }
    return false;
}

static bool knows_matter(const Hs__Process *process, const char *matter)
{
    for (size_t i = 0; i < process->n_matters; i++) {
        if (strcmp(process->matters[i]->code, matter) == 0) {
            return true;
        }
    }
    return matter[0] == '\0' || process->n_matters == 0;
}

/* The result that @item stands under: that of its owner's part, else the whole's. */
static Hs__Opinion__Result result_over(const Hs__Opinion *opinion, const Hs__Item *item)
{
    for (size_t i = 0; i < opinion->n_parts; i++) {
        if (item->owner[0] != '\0' && strcmp(opinion->parts[i]->owner, item->owner) == 0) {
            return opinion->parts[i]->result;
        }
    }
    return opinion->result;
}

/* An item being looked at. */
struct item_check {
    const Hs__Opinion *opinion;
    const Hs__Item *item;
    size_t index;
    const struct opinion_frame *frame;
    struct opinion_faults *faults;
};

static void add_item_fault(const struct item_check *check, enum refusal refusal, const char *field)
{
    add_fault(check->faults, refusal,
              arena_format(check->faults->arena, "items[%zu].%s", check->index, field));
}

/* What must change has a basis, and is said only where the result demands it. On a full sheet it
 * also says what is wrong and, where it is a condition, how it is closed; a rule says both itself.
 */
static void check_must(const struct item_check *check)
{
    const Hs__Item *item = check->item;
    const Hs__Process *process = check->frame->process;
    Hs__Opinion__Result result = result_over(check->opinion, item);

    if (item->basis[0] == '\0') {
        add_item_fault(check, REFUSAL_BASIS_MISSING, "basis");
    }
    if (!demands(result)) {
        add_item_fault(check, REFUSAL_MUST_NOT_DEMAND, "severity");
    }
    if (process == NULL || process->sheet != HS__PROCESS__SHEET__FULL || check->opinion->by_rules) {
        return;
    }
    if (item->defect[0] == '\0') {
        add_item_fault(check, REFUSAL_DEFECT_MISSING, "defect");
    }
    if (result == HS__OPINION__RESULT__CONDITIONAL && item->closing[0] == '\0') {
        add_item_fault(check, REFUSAL_CLOSING_MISSING, "closing");
    }
}

static void check_item(const struct item_check *check)
{
    const Hs__Item *item = check->item;
    const struct opinion_frame *frame = check->frame;

    if (item->id[0] != '\0') {
        add_item_fault(check, REFUSAL_ITEM_INVALID, "id");
    }
    if (item->severity == HS__ITEM__SEVERITY__UNSPECIFIED) {
        add_item_fault(check, REFUSAL_ITEM_INVALID, "severity");
    }
    if (item->demand[0] == '\0') {
        add_item_fault(check, REFUSAL_ITEM_INVALID, "demand");
    }
    int32_t date = 0;
    if (item->close_by[0] != '\0' && !date_from_text(bytes_of_text(item->close_by), &date)) {
        add_item_fault(check, REFUSAL_ITEM_INVALID, "close_by");
    }
    if (item->owner[0] != '\0' && !has_owner(frame->department, item->owner)) {
        add_item_fault(check, REFUSAL_ITEM_INVALID,
                       arena_format(check->faults->arena, "owner: %s", item->owner));
    }
    if (frame->process != NULL && !knows_matter(frame->process, item->matter)) {
        add_item_fault(check, REFUSAL_ITEM_INVALID,
                       arena_format(check->faults->arena, "matter: %s", item->matter));
    }
    if (item->severity == HS__ITEM__SEVERITY__MUST) {
        check_must(check);
    }
}

/* Who disagrees or sets conditions says what must change and on which basis, for itself and in each
 * part: only an item of severity must needs a basis, so advice alone is not enough. */
static void check_demands(const Hs__Opinion *opinion, struct opinion_faults *faults)
{
    if (demands(opinion->result) && !has_must_item(opinion, NULL)) {
        add_fault(faults, REFUSAL_ITEMS_MISSING, "items");
    }
    for (size_t i = 0; i < opinion->n_parts; i++) {
        const Hs__Part *part = opinion->parts[i];

        if (demands(part->result) && !has_must_item(opinion, part->owner)) {
            add_fault(faults, REFUSAL_ITEMS_MISSING,
                      arena_format(faults->arena, "parts[%zu]: %s", i, part->owner));
        }
    }
}

void opinion_check(const Hs__Opinion *opinion, const struct opinion_frame *frame,
                   struct opinion_faults *faults)
{
    if (!is_giveable(opinion->result)) {
        add_fault(faults, REFUSAL_RESULT_INVALID, "result");
        return;
    }
    if (needs_reason(opinion) && opinion->reason[0] == '\0') {
        add_fault(faults, REFUSAL_REASON_MISSING, "reason");
    }
    check_parts(opinion, frame->department, faults);
    if (opinion->n_items > OPINION_ITEMS_MAX) {
        add_fault(faults, REFUSAL_TOO_LARGE, "items");
        return;
    }
    for (size_t i = 0; i < opinion->n_items; i++) {
        const struct item_check check = {opinion, opinion->items[i], i, frame, faults};

        check_item(&check);
    }
    check_demands(opinion, faults);
}

/* ---- the decision ---- */

/* An agent speaks for its department only where the department let its rules answer, and a person
 * never in the rules' name. */
static bool may_speak(const struct situation *situation, const Hs__Opinion *opinion,
                      const Hs__Department *department)
{
    bool is_agent = principal_has_role(situation->signer, HS__PRINCIPAL__ROLE__AGENT);
    bool rules_answer = department != NULL && department->answer == HS__DEPARTMENT__ANSWER__RULES;

    return is_agent ? opinion->by_rules && rules_answer : !opinion->by_rules;
}

bool opinion_is_signed_off(const struct situation *situation, const struct opinion_target *target,
                           struct decision *out)
{
    const Hs__Department *department = decision_department(situation, target->review->department);

    if (department == NULL || department->sign_off != HS__DEPARTMENT__SIGN_OFF__HEAD ||
        principal_has_role(situation->signer, HS__PRINCIPAL__ROLE__HEAD) ||
        principal_has_role(situation->signer, HS__PRINCIPAL__ROLE__AGENT)) {
        return true;
    }
    decision_refuse(out, REFUSAL_SIGN_OFF_NEEDED, department->id);
    return false;
}

struct hash *opinion_hash(const struct situation *situation, const Hs__Opinion *opinion,
                          struct decision *out)
{
    struct bytes bytes = message_pack(opinion, situation->arena);
    struct hash *hash = arena_alloc(situation->arena, sizeof *hash);

    if (bytes.data == NULL || hash == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return NULL;
    }
    *hash = hash_of(bytes);
    return hash;
}

bool opinion_fits(const struct situation *situation, const Hs__Review *review,
                  const Hs__Opinion *opinion, struct decision *out)
{
    const struct opinion_frame frame = {
        .department = decision_department(situation, review->department),
        .process = situation->rulebook == NULL ? NULL : situation->rulebook->process,
    };
    struct opinion_faults faults = {.arena = situation->arena};

    if (opinion == NULL) {
        decision_refuse(out, REFUSAL_RESULT_INVALID, NULL);
        return false;
    }
    if (!may_speak(situation, opinion, frame.department)) {
        decision_refuse(out, REFUSAL_RULES_MAY_NOT_ANSWER, review->department);
        return false;
    }
    if (opinion->packet.len > 0 &&
        !bytes_equal(bytes_of(opinion->packet), bytes_of(review->packet))) {
        decision_refuse(out, REFUSAL_PACKET_DIFFERS, NULL);
        return false;
    }
    if (!claims_marks_fit(opinion, situation->proposal, review->department)) {
        decision_refuse(out, REFUSAL_ITEM_INVALID, "against");
        return false;
    }
    opinion_check(opinion, &frame, &faults);
    if (faults.count > 0) {
        decision_refuse(out, faults.rows[0].refusal, faults.rows[0].path);
        return false;
    }
    return true;
}
