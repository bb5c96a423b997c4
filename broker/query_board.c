/* SPDX-License-Identifier: Apache-2.0 */
/* The board: open proposals by urgency, a page at a time.
 *
 * The order is that of the inboxes, which stand sorted by deadline in the store: the pages of all
 * departments are merged, and a proposal stands where the first of its reviews does. So a page
 * costs what it shows, however many proposals are open, and a page goes on where the one before
 * ended. */
#include "broker/query.h"

#include <stdlib.h>
#include <string.h>

#include "broker/limits.h"
#include "core/authorise.h"
#include "core/disclose.h"
#include "store/views.h"

/* The parts of the board, in its order. */
enum board_part {
    BOARD_ANSWERABLE, /* somebody has to answer */
    BOARD_HELD,       /* every clock that runs for it stands */
    BOARD_SETTLING,   /* in review, with nothing left to answer: the lead has it */
    BOARD_INCOMPLETE, /* the applicant has it */
    BOARD_PART_COUNT,
};

/* A page being filled. */
struct page {
    struct asking *asking;
    const char *department; /* whose reviews count; empty: everybody's */
    Hs__Answer__Board *out;
    size_t limit;
    size_t scanned;
    struct due_review place; /* the next to be looked at in the part at hand */
    bool is_full;            /* place is where the next page begins */
};

static Hs__Review *trimmed(const Hs__Review *review, struct arena *arena)
{
    Hs__Review *copy = message_new(&hs__review__descriptor, arena);

    if (copy == NULL) {
        return NULL;
    }

    const ProtobufCMessage base = copy->base;
    const char *empty = copy->given_by;
    *copy = *review;
    copy->base = base;
    copy->opinion = (ProtobufCBinaryData){0};
    copy->packet = (ProtobufCBinaryData){0};
    copy->reason = NULL;
    copy->given_by = empty;
    copy->signer = empty;
    return copy;
}

static Hs__BoardRow *row_of(const Hs__Proposal *proposal, struct arena *arena)
{
    Hs__BoardRow *row = message_new(&hs__board_row__descriptor, arena);
    Hs__Review **reviews = arena_array(arena, proposal->n_reviews, sizeof(Hs__Review *));

    if (row == NULL || reviews == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        reviews[i] = trimmed(proposal->reviews[i], arena);
        if (reviews[i] == NULL) {
            return NULL;
        }
    }
    row->id = proposal->id;
    row->number = proposal->number;
    row->title = proposal->title;
    row->process = proposal->process;
    row->status = proposal->status;
    row->stage = proposal->stage;
    row->round = proposal->round;
    row->submitted_at = proposal->submitted_at;
    row->opened_at = proposal->opened_at;
    row->pins = proposal->pins;
    row->n_reviews = proposal->n_reviews;
    row->reviews = reviews;
    return row;
}

/* Adds @proposal to the page; the page is full, or the arena, if it does not fit. */
static void add_row(struct page *page, Hs__Proposal *proposal)
{
    struct arena *arena = page->asking->arena;
    const Hs__Proposal *disclosed =
        page->out->n_rows < page->limit
            ? disclose_proposal(page->asking->principal, proposal, arena)
            : NULL;
    Hs__BoardRow *row = disclosed == NULL ? NULL : row_of(disclosed, arena);

    if (row == NULL) {
        page->is_full = true;
        return;
    }
    page->out->rows[page->out->n_rows++] = row;
}

/* ---- where a proposal stands ---- */

/* The soonest deadline of the reviews of @proposal that are in @part of an inbox; -1: none is. */
static int64_t first_due(const struct page *page, const Hs__Proposal *proposal,
                         enum inbox_part part)
{
    int64_t first = -1;

    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];
        bool is_held = review->state == HS__REVIEW__STATE__HELD;
        bool is_answerable =
            review->state == HS__REVIEW__STATE__OPEN || review->state == HS__REVIEW__STATE__OVERDUE;
        bool is_in_part = part == INBOX_WAITING ? is_held : is_answerable;
        int64_t due_ms = review->due_at > 0 ? review->due_at : INT64_MAX;

        if (is_in_part && (first < 0 || due_ms < first) &&
            (page->department[0] == '\0' || strcmp(page->department, review->department) == 0)) {
            first = due_ms;
        }
    }
    return first;
}

/* True if @proposal stands in @part of the board, and at @due_ms where that part is of inboxes. */
static bool stands_at(const struct page *page, const Hs__Proposal *proposal, enum board_part part,
                      int64_t due_ms)
{
    int64_t answerable = first_due(page, proposal, INBOX_ANSWERABLE);
    int64_t held = first_due(page, proposal, INBOX_WAITING);

    if (part == BOARD_INCOMPLETE) {
        return true;
    }
    if (proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW) {
        return false;
    }
    if (part == BOARD_ANSWERABLE) {
        return answerable == due_ms;
    }
    if (part == BOARD_HELD) {
        return answerable < 0 && held == due_ms;
    }
    return answerable < 0 && held < 0;
}

/* Adds the proposal at page->place if it stands there, and sets page->place to what follows. */
static void take_place(struct page *page, enum board_part part)
{
    struct asking *asking = page->asking;
    struct arena_mark mark = arena_mark(asking->arena);
    Hs__Proposal *proposal = NULL;

    if (page->scanned == BOARD_SCAN_MAX) {
        page->is_full = true;
        return;
    }
    page->scanned++;
    if (view_proposal(asking->txn, page->place.proposal, asking->arena, &proposal) == ERR_OK &&
        authorise_proposal(asking->principal, proposal) &&
        stands_at(page, proposal, part, page->place.due_ms)) {
        add_row(page, proposal);
    } else {
        arena_rewind(asking->arena, mark);
    }
    if (!page->is_full) {
        page->place.proposal++;
    }
}

/* ---- the parts that are in inboxes ---- */

static int compare_places(const void *a, const void *b)
{
    const struct due_review *one = a;
    const struct due_review *other = b;

    if (one->due_ms != other->due_ms) {
        return one->due_ms < other->due_ms ? -1 : 1;
    }
    return (one->proposal > other->proposal) - (one->proposal < other->proposal);
}

/* The next rows of all inboxes, merged. Behind end, of which has_end tells, rows may be missing. */
struct merged {
    struct due_review *rows;
    size_t count;
    struct due_review end;
    bool has_end;
};

/* Adds the rows of @department's inbox from page->place on. */
static bool add_inbox(const struct page *page, enum inbox_part part, const char *department,
                      struct merged *merged)
{
    const struct inbox_walk walk = {
        .inbox = {department, part},
        .from_due_ms = page->place.due_ms,
        .from_proposal = page->place.proposal,
        .max = page->limit + 1,
    };
    struct due_reviews list = {.count = 0};

    if (view_inbox_from(page->asking->txn, &walk, page->asking->arena, &list) != ERR_OK) {
        return false;
    }
    if (list.count > 0) {
        memcpy(merged->rows + merged->count, list.rows, list.count * sizeof *list.rows);
        merged->count += list.count;
    }
    if (list.count == walk.max) {
        const struct due_review *last = &list.rows[list.count - 1];

        if (!merged->has_end || compare_places(last, &merged->end) < 0) {
            merged->end = *last;
            merged->has_end = true;
        }
    }
    return true;
}

/* Reads the inboxes of the departments of the page. */
static bool merge_inboxes(const struct page *page, enum inbox_part part, struct merged *merged)
{
    const Hs__Office *office = page->asking->broker->office;

    *merged = (struct merged){.rows = arena_array(page->asking->arena,
                                                  office->n_departments * (page->limit + 1),
                                                  sizeof *merged->rows)};
    if (merged->rows == NULL) {
        return false;
    }
    for (size_t i = 0; i < office->n_departments; i++) {
        const char *id = office->departments[i]->id;
        bool is_wanted = page->department[0] == '\0' || strcmp(page->department, id) == 0;

        if (is_wanted && !add_inbox(page, part, id, merged)) {
            return false;
        }
    }
    if (merged->count > 0) {
        qsort(merged->rows, merged->count, sizeof *merged->rows, compare_places);
    }
    return true;
}

/* Takes the places of @merged that page->place has not passed. A proposal stands once for each of
 * its reviews, next to itself where they are due together. */
static void take_merged(struct page *page, enum board_part part, const struct merged *merged)
{
    for (size_t i = 0; i < merged->count && !page->is_full; i++) {
        const struct due_review *row = &merged->rows[i];

        if (merged->has_end && compare_places(row, &merged->end) > 0) {
            return;
        }
        if (compare_places(row, &page->place) >= 0) {
            page->place = *row;
            take_place(page, part);
        }
    }
}

/* Goes through a part of all inboxes; returns false if they cannot be read. */
static bool take_inboxes(struct page *page, enum board_part part)
{
    enum inbox_part inbox = part == BOARD_HELD ? INBOX_WAITING : INBOX_ANSWERABLE;
    struct merged merged;

    do {
        if (!merge_inboxes(page, inbox, &merged)) {
            return false;
        }
        take_merged(page, part, &merged);
    } while (merged.has_end && !page->is_full);
    return true;
}

/* ---- the parts that are in no inbox ---- */

static bool take_status(struct page *page, enum board_part part)
{
    Hs__Proposal__Status status = part == BOARD_INCOMPLETE ? HS__PROPOSAL__STATUS__INCOMPLETE
                                                           : HS__PROPOSAL__STATUS__IN_REVIEW;
    uint64_t found[BOARD_ROWS_MAX];
    struct id_list ids = {.ids = found, .max = BOARD_ROWS_MAX};

    if (page->department[0] != '\0') {
        return true;
    }
    do {
        uint64_t after = page->place.proposal == 0 ? 0 : page->place.proposal - 1;

        if (view_by_status(page->asking->txn, status, after, &ids) != ERR_OK) {
            return false;
        }
        for (size_t i = 0; i < ids.count && !page->is_full; i++) {
            page->place.proposal = ids.ids[i];
            take_place(page, part);
        }
    } while (ids.count == ids.max && !page->is_full);
    return true;
}

/* ---- the answer ---- */

static Hs__BoardPlace *place_of(const struct page *page, enum board_part part)
{
    Hs__BoardPlace *place = message_new(&hs__board_place__descriptor, page->asking->arena);

    if (place != NULL) {
        place->part = (uint32_t)part;
        place->due_at = page->place.due_ms;
        place->proposal = page->place.proposal;
    }
    return place;
}

/* Fills the page from where the query begins. Returns false if the store or the arena fails. */
static bool fill(struct page *page)
{
    const Hs__BoardPlace *from = page->asking->query->board->from;
    enum board_part part = from == NULL ? BOARD_ANSWERABLE : (enum board_part)from->part;

    if (from != NULL) {
        page->place.due_ms = from->due_at < 0 ? 0 : from->due_at;
        page->place.proposal = from->proposal;
    }
    for (; part < BOARD_PART_COUNT; part++) {
        bool is_read = part <= BOARD_HELD ? take_inboxes(page, part) : take_status(page, part);

        if (!is_read) {
            return false;
        }
        if (page->is_full) {
            page->out->next = place_of(page, part);
            return page->out->next != NULL;
        }
        page->place = (struct due_review){.due_ms = 0};
    }
    return true;
}

/* Fills the page with the one proposal that was asked for; false, refused, if there is none. */
static bool fill_with_one(struct page *page)
{
    Hs__Proposal *proposal =
        query_find_proposal(page->asking, page->asking->query->board->proposal);

    if (proposal != NULL) {
        add_row(page, proposal);
    }
    return proposal != NULL;
}

void query_answer_board(struct asking *asking)
{
    const Hs__Query__Board *board = asking->query->board;
    const char *own = asking->principal->department;
    struct page page = {
        .asking = asking,
        .department = board->department[0] == '\0' ? own : board->department,
        .out = message_new(&hs__answer__board__descriptor, asking->arena),
        .limit = board->limit == 0 || board->limit > BOARD_ROWS_MAX ? BOARD_ROWS_MAX : board->limit,
    };

    if (own[0] != '\0' && strcmp(own, page.department) != 0) {
        query_refuse(asking, REFUSAL_NOT_YOUR_REVIEW, page.department);
        return;
    }
    if (!query_knows_department(asking, page.department) || page.out == NULL) {
        return;
    }
    page.out->now_at = asking->now_ms;
    page.out->rows = arena_array(asking->arena, page.limit, sizeof(Hs__BoardRow *));
    if (page.out->rows == NULL ||
        !(board->proposal[0] != '\0' ? fill_with_one(&page) : fill(&page))) {
        return;
    }
    asking->answer->body_case = HS__ANSWER__BODY_BOARD;
    asking->answer->board = page.out;
}
