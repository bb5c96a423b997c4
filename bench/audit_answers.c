/* SPDX-License-Identifier: Apache-2.0 */
/* What the broker answers, held against the book. */
#include "bench/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/call.h"
#include "lib/check.h"

enum { ANSWER_MS = 30000, PAGE_ROWS = 500, PAGE_ARENA_BYTES = 64 << 20 };

static bool hash_is(ProtobufCBinaryData data, const struct hash *hash)
{
    return bytes_equal(bytes_of(data), (struct bytes){hash->bytes, sizeof hash->bytes});
}

static bool proposal_fits(const Hs__Proposal *proposal, const struct unit *unit)
{
    if (unit->is_submitted && (strcmp(proposal->number, unit->number) != 0 ||
                               !hash_is(proposal->packet, &unit->packet))) {
        return false;
    }
    return !unit->has_verdict || (proposal->status == HS__PROPOSAL__STATUS__CONCLUDED &&
                                  (uint32_t)proposal->outcome == unit->outcome &&
                                  hash_is(proposal->verdict, &unit->verdict));
}

/* Asks for the proposals beyond @after. */
static const Hs__Answer__Proposals *ask_page(struct client_call *call, uint64_t after,
                                             struct arena *arena)
{
    Hs__Query__List list = HS__QUERY__LIST__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    list.after = after;
    list.limit = PAGE_ROWS;
    query.body_case = HS__QUERY__BODY_LIST;
    query.list = &list;
    enum err err = client_call_query(call, &query, ANSWER_MS, arena, &answer);
    if (err != ERR_OK || answer->body_case != HS__ANSWER__BODY_PROPOSALS) {
        fprintf(stderr, "audit: the list is not answered: %s\n", err_text(err));
        return NULL;
    }
    return answer->proposals;
}

static bool page_fits(const Hs__Answer__Proposals *page, uint64_t after, const struct book *book)
{
    for (size_t i = 0; i < page->n_proposals; i++) {
        const Hs__Proposal *proposal = page->proposals[i];

        if (proposal->id != after + 1 + i) {
            fprintf(stderr, "audit: proposal %" PRIu64 " is not listed\n", after + 1 + i);
            return false;
        }
        if (proposal->id > book->proposal_max) {
            return true; /* nobody was told of these before the end */
        }

        const struct unit *unit = book_find(book, proposal->id);
        if (unit != NULL && !proposal_fits(proposal, unit)) {
            fprintf(stderr, "audit: proposal %s is not what was acknowledged\n", unit->number);
            return false;
        }
    }
    return true;
}

static bool pages_fit(struct client_call *call, const struct book *book)
{
    struct arena arena;
    uint64_t after = 0;
    bool is_right = true;

    arena_init(&arena, PAGE_ARENA_BYTES);
    while (is_right && after < book->proposal_max) {
        const Hs__Answer__Proposals *page = ask_page(call, after, &arena);

        is_right = page != NULL && page_fits(page, after, book);
        if (is_right && page->n_proposals == 0) {
            fprintf(stderr, "audit: the list ends at %" PRIu64 "\n", after);
            is_right = false;
        }
        after += is_right ? page->n_proposals : 0;
        arena_clear(&arena);
    }
    arena_release(&arena);
    return is_right;
}

bool audit_answers(const struct bench_office *office, const char *endpoint, const struct book *book)
{
    char curve[CURVE_TEXT_BYTES];
    struct public_keys halves;
    struct client_call *call = NULL;

    keys_public(&office->broker, &halves);
    curve_key_to_text(halves.curve, curve);
    struct client_settings settings = {
        .endpoint = endpoint,
        .broker_curve = curve,
        .keys = &office->overseer.keys,
        .office = OFFICE_ID,
        .principal = office->overseer.name,
        .department = "",
        .clock = clock_real(),
    };
    memcpy(settings.broker_key, halves.sign, sizeof settings.broker_key);
    enum err err = client_call_open(&settings, ANSWER_MS, &call);
    if (err != ERR_OK) {
        fprintf(stderr, "audit: the broker does not answer: %s\n", err_text(err));
        return false;
    }

    bool is_right = pages_fit(call, book);
    client_call_close(call);
    return is_right;
}
