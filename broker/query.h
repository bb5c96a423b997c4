/* SPDX-License-Identifier: Apache-2.0 */
/* query.h - one query being answered: what the files query_*.c share.
 *
 * query_answer() (broker.h) finds out who asks and whether its role may, opens a snapshot of what
 * is committed, and hands over to one function for each kind of query. Such a function sets the
 * body of the answer or refuses; one that leaves it unset had no room in the arena.
 */
#ifndef BROKER_QUERY_H
#define BROKER_QUERY_H

#include "broker/broker.h"

struct asking {
    struct broker *broker;
    const Hs__Principal *principal;
    const Hs__Query *query;
    int64_t now_ms; /* as far as the clock is believed */
    struct transaction *txn;
    struct arena *arena;
    Hs__Answer *answer;
};

/* Makes the answer a refusal, with a detail or NULL. */
void query_refuse(struct asking *asking, enum refusal code, const char *detail);

/* Refuses for what the store said. */
void query_refuse_for(struct asking *asking, enum err err, enum refusal when_absent,
                      const char *detail);

/* Returns the proposal of this number or id that the principal may read; NULL, refused, if there is
 * none. What it may not read is answered as what is not there. */
Hs__Proposal *query_find_proposal(struct asking *asking, const char *name);

/* The same as far as the principal may read its opinions (core/disclose.h). NULL without a refusal:
 * the arena is full. */
Hs__Proposal *query_find_disclosed(struct asking *asking, const char *name);

/* True if @id is a department or empty, which means all; else refuses: nothing found under a name
 * that does not exist would read as nothing to do. */
bool query_knows_department(struct asking *asking, const char *id);

/* query_lists.c */
void query_answer_list(struct asking *asking);
void query_answer_reviews(struct asking *asking);

/* query_documents.c */
void query_answer_verdict(struct asking *asking);
void query_answer_packet(struct asking *asking);
void query_answer_opinion(struct asking *asking);

/* query_board.c */
void query_answer_board(struct asking *asking);

/* query_journal.c */
void query_answer_journal(struct asking *asking);

#endif
