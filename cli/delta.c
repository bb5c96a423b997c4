/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/delta.h"

#include <string.h>

#include "cli/comparison_view.h"
#include "cli/published.h"
#include "core/inputs.h"

/* Sets @out to the packet of that @version, read by the dictionary in force for the proposal now.
 */
static int load_version(struct cli *cli, struct session *session, const Hs__Proposal *proposal,
                        uint32_t version, Hs__Packet **out)
{
    Hs__Proposal then = *proposal;
    const struct dictionary *dictionary = NULL;

    then.packet_version = version;
    return published_packet(cli, session, &then, out, &dictionary);
}

/* Sets @out to the path of the list that names documents, empty if there is none. */
static int find_document_list(struct cli *cli, struct session *session,
                              const Hs__Proposal *proposal, const char **out)
{
    struct definition_set set;

    *out = "";
    if (proposal->pins.len == 0) {
        return STATUS_DONE; /* no round was opened yet */
    }
    int status = published_pinned(cli, session, proposal->pins, &set);
    for (size_t i = 0; status == STATUS_DONE && i < set.process->n_stages; i++) {
        if (set.process->stages[i]->kind == HS__STAGE__KIND__REVIEW) {
            *out = set.process->stages[i]->document_list;
            break;
        }
    }
    return status;
}

static int compare(struct cli *cli, struct session *session, const Hs__Proposal *proposal,
                   struct delta *out)
{
    Hs__Proposal now = *proposal;
    Hs__Packet *before = NULL;
    Hs__Packet *after = NULL;
    const char *list = "";

    now.packet_version = out->to_version;
    int status = published_packet(cli, session, &now, &after, &out->dictionary);
    if (status != STATUS_DONE || out->from_version == 0) {
        return status;
    }
    status = load_version(cli, session, proposal, out->from_version, &before);
    if (status == STATUS_DONE) {
        status = find_document_list(cli, session, proposal, &list);
    }
    if (status == STATUS_DONE) {
        cli_memory(packets_compare(before, after, list, cli->arena, &out->changes) ? out : NULL);
    }
    return status;
}

static const Hs__PastRound *last_round(const Hs__Proposal *proposal)
{
    return proposal->n_past_rounds == 0 ? NULL : proposal->past_rounds[proposal->n_past_rounds - 1];
}

int delta_load(struct cli *cli, struct session *session, const Hs__Proposal *proposal,
               struct delta *out)
{
    const Hs__PastRound *past = last_round(proposal);

    *out = (struct delta){
        .from_version = past == NULL ? proposal->packet_version - 1 : past->packet_version,
        .to_version = proposal->packet_version,
    };
    return compare(cli, session, proposal, out);
}

static uint32_t version_before(const Hs__Proposal *proposal, const char *department)
{
    const Hs__PastRound *past = last_round(proposal);

    for (size_t i = 0; past != NULL && i < past->n_reviews; i++) {
        if (strcmp(past->reviews[i]->department, department) == 0) {
            return past->reviews[i]->packet_version;
        }
    }
    return 0;
}

static bool is_looked_at(const Hs__Review *review, const char *path)
{
    for (size_t i = 0; i < review->n_changed_inputs; i++) {
        if (input_covers(review->changed_inputs[i], path)) {
            return true;
        }
    }
    return false;
}

static bool is_named(const Hs__Review *review, const char *code)
{
    for (size_t i = 0; i < review->n_changed_documents; i++) {
        if (strcmp(review->changed_documents[i], code) == 0) {
            return true;
        }
    }
    return false;
}

/* Drops what @review's department does not look at. */
static void keep_own(const Hs__Review *review, struct comparison *changes)
{
    size_t fields = 0;
    size_t documents = 0;

    for (size_t i = 0; i < changes->field_count; i++) {
        if (is_looked_at(review, changes->fields[i].path)) {
            changes->fields[fields++] = changes->fields[i];
        }
    }
    for (size_t i = 0; i < changes->document_count; i++) {
        if (is_named(review, changes->documents[i].code)) {
            changes->documents[documents++] = changes->documents[i];
        }
    }
    changes->field_count = fields;
    changes->document_count = documents;
}

int delta_load_review(struct cli *cli, struct session *session, const Hs__Proposal *proposal,
                      const Hs__Review *review, struct delta *out)
{
    *out = (struct delta){
        .from_version = version_before(proposal, review->department),
        .to_version = review->packet_version,
    };
    int status = compare(cli, session, proposal, out);
    if (status == STATUS_DONE) {
        keep_own(review, &out->changes);
    }
    return status;
}

json_t *delta_to_json(const struct delta *delta)
{
    json_t *all = cli_memory(json_pack("{s:i, s:i}", "fromVersion", (int)delta->from_version,
                                       "toVersion", (int)delta->to_version));
    json_t *changes = cli_memory(comparison_to_json(&delta->changes, delta->dictionary));

    cli_memory(json_object_update(all, changes) == 0 ? all : NULL);
    json_decref(changes);
    return all;
}

void delta_print(const struct cli *cli, const struct delta *delta)
{
    if (delta->from_version == 0) {
        (void)fprintf(cli->out, "%s\n",
                      cli_text(cli, "没有上一版材料", "there is no packet before this one"));
        return;
    }
    (void)fprintf(cli->out, cli_text(cli, "材料 v%u 与 v%u 相比：\n", "packet v%u, after v%u:\n"),
                  delta->to_version, delta->from_version);
    comparison_print(cli, &delta->changes, delta->dictionary);
}
