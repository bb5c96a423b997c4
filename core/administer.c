/* SPDX-License-Identifier: Apache-2.0 */
/* The office itself: its founding, its departments, its principals and what they may do. */
#include "core/decide.h"

#include <string.h>

#include "core/authorise.h"
#include "core/names.h"

enum { KEY_BYTES = 32, ROLES_MAX = 8, TITLE_BYTES_MAX = 256 };

static void add_enrolled(const struct situation *situation, const Hs__Principal *principal,
                         struct decision *out)
{
    Hs__PrincipalEnrolled *enrolled =
        decision_new(out, situation, &hs__principal_enrolled__descriptor);
    Hs__Event *event = decision_add(out, situation, 0);
    Hs__Principal *numbered = message_copy(principal, situation->arena);

    if (enrolled == NULL || event == NULL || numbered == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    numbered->number = situation->office->principals + 1;
    enrolled->principal = numbered;
    event->body_case = HS__EVENT__BODY_PRINCIPAL_ENROLLED;
    event->principal_enrolled = enrolled;
}

void decide_genesis(const struct situation *situation, const Hs__Genesis *genesis,
                    struct decision *out)
{
    *out = (struct decision){.result = HS__RECEIPT__RESULT__INIT};

    Hs__Event *event = decision_add(out, situation, 0);
    Hs__Genesis *copy = message_copy(genesis, situation->arena);
    if (event == NULL || copy == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    event->body_case = HS__EVENT__BODY_GENESIS;
    event->genesis = copy;

    /* The founding key enrols itself, and the first security administrator. */
    Hs__Principal founder = HS__PRINCIPAL__INIT;
    Hs__Principal__Role roles[] = {HS__PRINCIPAL__ROLE__OFFICE};
    founder.name = "office";
    founder.n_roles = sizeof roles / sizeof roles[0];
    founder.roles = roles;
    founder.curve_key = genesis->broker_curve_key;
    founder.sign_key = genesis->broker_sign_key;
    add_enrolled(situation, &founder, out);
    if (out->refusal == REFUSAL_NONE && genesis->security_admin != NULL) {
        add_enrolled(situation, genesis->security_admin, out);
        if (out->event_count == 3) {
            out->events[2]->principal_enrolled->principal->number++;
        }
    }
    if (out->refusal == REFUSAL_NONE) {
        decide_anchor(situation, out);
    }
}

static bool department_exists(const struct situation *situation, const char *id)
{
    for (size_t i = 0; i < situation->office->n_departments; i++) {
        if (strcmp(situation->office->departments[i]->id, id) == 0) {
            return true;
        }
    }
    return false;
}

static bool needs_department(const Hs__Principal *principal)
{
    return principal_has_role(principal, HS__PRINCIPAL__ROLE__REVIEWER) ||
           principal_has_role(principal, HS__PRINCIPAL__ROLE__HEAD) ||
           principal_has_role(principal, HS__PRINCIPAL__ROLE__AGENT);
}

/* An agent's name carries its department: agent:fire/1. */
static bool agent_is_consistent(const Hs__Principal *principal)
{
    bool is_agent = principal_has_role(principal, HS__PRINCIPAL__ROLE__AGENT);
    size_t size = strlen(principal->department);

    if (strncmp(principal->name, "agent:", 6) != 0) {
        return !is_agent;
    }
    return is_agent && principal->n_roles == 1 &&
           strncmp(principal->name + 6, principal->department, size) == 0 &&
           principal->name[6 + size] == '/';
}

static bool roles_are_known(const Hs__Principal__Role *roles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (roles[i] == HS__PRINCIPAL__ROLE__NONE) {
            return false;
        }
    }
    return count > 0 && count <= ROLES_MAX;
}

static const char *first_fault(const Hs__Principal *principal, int64_t now_ms)
{
    if (!principal_name_is_valid(principal->name) || strcmp(principal->name, "office") == 0) {
        return "name";
    }
    if (principal->curve_key.len != KEY_BYTES || principal->sign_key.len != KEY_BYTES) {
        return "keys";
    }
    if (!roles_are_known(principal->roles, principal->n_roles)) {
        return "roles";
    }
    if (!agent_is_consistent(principal) || principal->number != 0 || principal->disabled) {
        return "department";
    }
    if (principal->title != NULL && (strlen(principal->title->zh) > TITLE_BYTES_MAX ||
                                     strlen(principal->title->en) > TITLE_BYTES_MAX)) {
        return "title";
    }
    if (principal->expires_at < 0 ||
        (principal->expires_at > 0 && principal->expires_at <= now_ms)) {
        return "expires_at";
    }
    return NULL;
}

void decide_enrol(const struct situation *situation, const Hs__Enrol *enrol, struct decision *out)
{
    const Hs__Principal *principal = enrol->principal;
    const char *fault = principal == NULL ? "principal" : first_fault(principal, situation->now_ms);

    if (fault != NULL) {
        decision_refuse(out, REFUSAL_PRINCIPAL_INVALID, fault);
        return;
    }
    if (!roles_compatible(principal->roles, principal->n_roles)) {
        decision_refuse(out, REFUSAL_ROLES_INCOMPATIBLE, principal->name);
        return;
    }
    if (needs_department(principal) && !department_exists(situation, principal->department)) {
        decision_refuse(out, REFUSAL_UNKNOWN_DEPARTMENT, principal->department);
        return;
    }
    if (situation->named != NULL) {
        decision_refuse(out, REFUSAL_PRINCIPAL_EXISTS, principal->name);
        return;
    }
    if (situation->key_owner != NULL) {
        decision_refuse(out, REFUSAL_KEY_ALREADY_ENROLLED, situation->key_owner->name);
        return;
    }
    add_enrolled(situation, principal, out);
}

void decide_change(const struct situation *situation, const Hs__ChangePrincipal *change,
                   struct decision *out)
{
    if (situation->named == NULL || strcmp(change->name, "office") == 0) {
        decision_refuse(out, REFUSAL_UNKNOWN_PRINCIPAL, change->name);
        return;
    }
    if (change->n_roles > 0 && (!roles_are_known(change->roles, change->n_roles) ||
                                !roles_compatible(change->roles, change->n_roles))) {
        decision_refuse(out, REFUSAL_ROLES_INCOMPATIBLE, change->name);
        return;
    }
    if (change->expires_at < 0) {
        decision_refuse(out, REFUSAL_PRINCIPAL_INVALID, "expires_at");
        return;
    }
    if (strcmp(change->name, situation->signer->name) == 0) {
        decision_refuse(out, REFUSAL_NOT_ALLOWED, change->name); /* nobody locks the office out */
        return;
    }

    Hs__PrincipalChanged *changed =
        decision_new(out, situation, &hs__principal_changed__descriptor);
    Hs__Event *event = decision_add(out, situation, 0);
    if (changed == NULL || event == NULL) {
        return;
    }
    changed->name = change->name;
    changed->disabled = change->disabled;
    changed->n_roles = change->n_roles;
    changed->roles = change->roles;
    changed->expires_at = change->unlimited ? 0 : change->expires_at;
    changed->unlimited = change->unlimited;
    event->body_case = HS__EVENT__BODY_PRINCIPAL_CHANGED;
    event->principal_changed = changed;
}

static bool owners_are_sound(const Hs__Department *department)
{
    for (size_t i = 0; i < department->n_owners; i++) {
        if (!name_is_plain(department->owners[i]->id)) {
            return false;
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(department->owners[i]->id, department->owners[j]->id) == 0) {
                return false;
            }
        }
    }
    return true;
}

void decide_department(const struct situation *situation, const Hs__DefineDepartment *define,
                       struct decision *out)
{
    Hs__Department *department = define->department;

    if (department == NULL || !name_is_plain(department->id) || department->title == NULL ||
        department->title->zh[0] == '\0' || !owners_are_sound(department)) {
        decision_refuse(out, REFUSAL_DEFINITION_INVALID,
                        department == NULL ? "department" : department->id);
        return;
    }

    Hs__DepartmentDefined *defined =
        decision_new(out, situation, &hs__department_defined__descriptor);
    Hs__Event *event = decision_add(out, situation, 0);
    if (defined == NULL || event == NULL) {
        return;
    }
    defined->department = department;
    event->body_case = HS__EVENT__BODY_DEPARTMENT_DEFINED;
    event->department_defined = defined;
}
