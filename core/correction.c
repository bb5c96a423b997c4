/* SPDX-License-Identifier: Apache-2.0 */
/* A correction while a round runs. The departments whose clock did not stop review the packet as it
 * was, so only what was asked for may change. */
#include "core/intake.h"

#include <string.h>

#include "core/comparison.h"
#include "core/expression.h"
#include "core/question.h"
#include "core/round.h"
#include "core/wake.h"
#include "lib/check.h"

/* True if @path is @asked or a part of it. "[]" in @asked stands for any element of a list. */
static bool covers(const char *asked, const char *path)
{
    while (*asked != '\0') {
        if (asked[0] == '[' && asked[1] == ']' && *path == '[') {
            path += strcspn(path, "]");
            path += *path == ']' ? 1 : 0;
            asked += 2;
            continue;
        }
        if (*asked != *path) {
            return false;
        }
        asked++;
        path++;
    }
    return *path == '\0' || *path == '.' || *path == '[';
}

static bool reads(const struct expression *expression, const char *path)
{
    size_t count = 0;

    if (expression == NULL) {
        return false;
    }

    const char *const *paths = expression_reads(expression, &count);
    for (size_t i = 0; i < count; i++) {
        if (covers(paths[i], path)) {
            return true;
        }
    }
    return false;
}

/* True if a rule called @id reads the field at @path. */
static bool rule_reads(const struct rulebook *rulebook, const char *id, const char *path)
{
    for (size_t i = 0; i < rulebook->pack_count; i++) {
        const struct compiled_pack *pack = &rulebook->packs[i];

        for (size_t j = 0; j < pack->pack->n_rules; j++) {
            const struct compiled_rule *rule = &pack->rules[j];

            if (strcmp(rule->rule->id, id) == 0 &&
                (reads(rule->each, path) || reads(rule->applies, path) ||
                 reads(rule->condition, path))) {
                return true;
            }
        }
    }
    return false;
}

/* True if the correction that @situation's proposal waits for asks for @path: by name or, where a
 * rule could not be answered for another reason, as a field that rule reads. */
static bool is_asked(const struct situation *situation, const char *path)
{
    const Hs__Proposal *proposal = situation->proposal;

    for (size_t i = 0; i < proposal->n_missing; i++) {
        const Hs__MissingField *missing = proposal->missing[i];

        if (missing->path[0] != '\0') {
            if (covers(missing->path, path)) {
                return true;
            }
            continue;
        }
        for (size_t j = 0; j < missing->n_rule_ids; j++) {
            if (rule_reads(situation->rulebook, missing->rule_ids[j], path)) {
                return true;
            }
        }
    }
    return false;
}

/* Sets @out to the path of the first field that differs and was not asked for; NULL if there is
 * none. Returns false if the arena is too small. */
static bool find_unasked_field(const struct situation *situation, const Hs__Packet *packet,
                               const char **out)
{
    struct comparison comparison;

    *out = NULL;
    if (!packets_compare(situation->packet, packet, "", situation->arena, &comparison)) {
        return false;
    }
    for (size_t i = 0; i < comparison.field_count && *out == NULL; i++) {
        if (!is_asked(situation, comparison.fields[i].path)) {
            *out = comparison.fields[i].path;
        }
    }
    return true;
}

static bool has_document(const Hs__Packet *packet, const Hs__Document *document)
{
    for (size_t i = 0; i < packet->n_documents; i++) {
        if (strcmp(packet->documents[i]->code, document->code) == 0 &&
            bytes_equal(bytes_of(packet->documents[i]->hash), bytes_of(document->hash))) {
            return true;
        }
    }
    return false;
}

/* Documents may be added. */
static const char *find_dropped_document(const struct situation *situation,
                                         const Hs__Packet *packet)
{
    for (size_t i = 0; i < situation->packet->n_documents; i++) {
        if (!has_document(packet, situation->packet->documents[i])) {
            return situation->packet->documents[i]->code;
        }
    }
    return NULL;
}

static bool waits_for_correction(const Hs__Review *review)
{
    for (size_t i = 0; i < review->n_holds; i++) {
        if (review->holds[i]->to_at == 0 &&
            review->holds[i]->reason == HS__HOLD__REASON__CORRECTION) {
            return true;
        }
    }
    return false;
}

/* Resumes what lacks nothing any more, and asks for the rest. */
static void settle_gaps(const struct situation *situation, const struct checks *checks,
                        struct decision *decision)
{
    const Hs__Stage *stage = situation->rulebook->stage;
    const struct hold_end answered = {.reason = HS__HOLD__REASON__CORRECTION,
                                      .to_ms = situation->now_ms};
    struct missing_list rest = {0};

    for (size_t i = 0; i < stage->n_seats; i++) {
        const Hs__Review *review =
            proposal_review(situation->proposal, stage->seats[i]->department);

        if (review == NULL || !waits_for_correction(review)) {
            continue;
        }
        if (checks->gaps[i].count == 0) {
            if (!wake_resume(situation, review, &answered, decision)) {
                return;
            }
        } else if (!missing_join(&rest, &checks->gaps[i], situation->arena)) {
            decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
            return;
        }
    }
    if (rest.count > 0) {
        round_ask_correction(situation, situation->proposal->id, &rest, decision);
    }
}

void decide_correction(const struct situation *situation, const Hs__Revise *revise,
                       struct decision *decision)
{
    const Hs__Packet *packet = revise->packet;

    require(situation->rulebook != NULL && situation->packet != NULL);

    const struct checks *checks = intake_check(situation, packet, decision);
    if (checks == NULL) {
        return;
    }

    const char *unasked = NULL;
    if (!find_unasked_field(situation, packet, &unasked)) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    if (unasked == NULL) {
        unasked = find_dropped_document(situation, packet);
    }
    if (unasked != NULL) {
        decision_refuse(decision, REFUSAL_CORRECTION_TOO_WIDE, unasked);
        return;
    }
    if (revise->reply[0] == '\0' && question_awaits_reply(situation->proposal)) {
        decision_refuse(decision, REFUSAL_REPLY_INCOMPLETE, "reply");
        return;
    }
    if (intake_add_revised(situation, revise, decision)) {
        settle_gaps(situation, checks, decision);
    }
}
