/* SPDX-License-Identifier: Apache-2.0 */
/* The one opinion of a review. */
#include <string.h>

#include "core/names.h"
#include "lib/check.h"
#include "library/connection.h"
#include "proto/text/json_tree.h"
#include "proto/text/load.h"
#include "proto/text/message_tree.h"

static enum huishen_result read_opinion(struct huishen *office, const char *json, Hs__Opinion **out)
{
    struct bytes bytes = {(const uint8_t *)json, strnlen(json, LOAD_BYTES_MAX + 1)};
    struct text_errors errors;
    struct tree *tree = NULL;
    ProtobufCMessage *message = NULL;

    if (bytes.size > LOAD_BYTES_MAX) {
        return connection_invalid(
            office, connection_text(office, "内容大于 1 MiB", "this is larger than 1 MiB"));
    }
    text_errors_init(&errors, connection_language(office));
    if (json_tree_read(bytes, TREE_NODES_CONFIG_MAX, &office->arena, &tree, &errors) != ERR_OK ||
        message_from_tree(tree, &hs__opinion__descriptor, &office->arena, &message, &errors) !=
            ERR_OK) {
        text_errors_sort(&errors);
        return connection_errors(office, &errors);
    }
    *out = (Hs__Opinion *)message;
    return HUISHEN_DONE;
}

/* The packet that the review is about: a correction may have brought a newer one for others. */
static ProtobufCBinaryData packet_of(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            return proposal->reviews[i]->packet;
        }
    }
    return proposal->packet;
}

/* Sets @out to the review called @id, and the packet of @opinion if it names none. */
static enum huishen_result find_review(struct huishen *office, const char *id, Hs__ReviewRef *out,
                                       Hs__Opinion *opinion)
{
    struct review_name name;
    Hs__Proposal *proposal = NULL;

    if (!review_name_from_text(id, &name)) {
        return connection_refuse(office, REFUSAL_UNKNOWN_REVIEW);
    }
    const char *number = arena_copy(
        &office->arena, (struct bytes){(const uint8_t *)name.proposal, name.proposal_size});
    if (number == NULL) {
        return connection_fail(office, ERR_FULL);
    }
    enum huishen_result result = connection_show(office, number, &proposal);
    if (result != HUISHEN_DONE) {
        return result;
    }
    out->proposal = proposal->id;
    out->round = name.round;
    out->department = name.department;
    if (opinion->packet.len == 0) {
        opinion->packet = packet_of(proposal, name.department);
    }
    return HUISHEN_DONE;
}

enum huishen_result huishen_opine(struct huishen *office, const char *review,
                                  const char *opinion_json, struct huishen_command *command)
{
    Hs__ReviewRef ref = HS__REVIEW_REF__INIT;
    Hs__GiveOpinion give = HS__GIVE_OPINION__INIT;
    Hs__Command sent = HS__COMMAND__INIT;
    Hs__Opinion *opinion = NULL;

    connection_begin(office);
    enum huishen_result result = read_opinion(office, opinion_json, &opinion);
    if (result == HUISHEN_DONE) {
        require(opinion != NULL);
        result = find_review(office, review, &ref, opinion);
    }
    if (result != HUISHEN_DONE) {
        return result;
    }
    give.review = &ref;
    give.opinion = opinion;
    sent.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    sent.give_opinion = &give;
    return connection_command(office, &sent, command);
}
