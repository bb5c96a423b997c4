/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/board_source.h"

#include "lib/check.h"

static int ask(struct board_source *source, const Hs__BoardPlace *from)
{
    source->query = (Hs__Query)HS__QUERY__INIT;
    source->asked = (Hs__Query__Board)HS__QUERY__BOARD__INIT;
    source->asked.proposal = source->proposal;
    if (from != NULL) {
        source->from = *from;
        source->asked.from = &source->from;
    }
    source->query.body_case = HS__QUERY__BODY_BOARD;
    source->query.board = &source->asked;
    source->is_asking = true;
    return session_ask(source->session, &source->query, &source->arenas[source->loading],
                       &source->answer);
}

static int ask_office(struct board_source *source)
{
    Hs__Office *office = NULL;
    int status = session_office(source->session, &office);

    if (status == STATUS_DONE) {
        source->office = office;
        source->is_office_stale = false;
    }
    return status;
}

int board_source_begin(struct board_source *source)
{
    struct arena *arena = &source->arenas[source->loading];
    int status = source->is_office_stale ? ask_office(source) : STATUS_DONE;

    if (status != STATUS_DONE) {
        return status;
    }

    arena_clear(arena);
    source->entries = cli_memory(arena_array(arena, BOARD_OPEN_MAX, sizeof *source->entries));
    source->entry_count = 0;
    return ask(source, NULL);
}

/* Adds the rows of @page, as many as there is room for. */
static int add_rows(struct board_source *source, const Hs__Answer__Board *page)
{
    int status = STATUS_DONE;

    for (size_t i = 0;
         status == STATUS_DONE && i < page->n_rows && source->entry_count < BOARD_OPEN_MAX; i++) {
        struct board_entry *entry = &source->entries[source->entry_count++];
        struct lamp_measure *measures = cli_memory(arena_array(
            &source->arenas[source->loading], page->rows[i]->n_reviews + 1, sizeof *measures));

        *entry = (struct board_entry){page->rows[i], measures};
        status = measures_of(&source->measures, source->office, page->rows[i], measures);
    }
    return status;
}

/* Makes the board that is loaded the one that is shown. */
static void end(struct board_source *source, bool is_cut)
{
    bool is_built = board_build(&source->board, source->office, source->entries,
                                source->entry_count, &source->arenas[source->loading]);

    cli_memory(is_built ? source : NULL);
    source->board.is_cut = is_cut;
    source->loading = 1 - source->loading;
    source->is_asking = false;
}

int board_source_take(struct board_source *source, bool *is_new)
{
    const Hs__Answer *answer = source->answer;

    *is_new = false;
    if (!source->is_asking || answer == NULL) {
        return STATUS_DONE;
    }
    source->answer = NULL;
    int status = session_check(source->session, &source->query, answer);
    if (status != STATUS_DONE) {
        return status;
    }

    const Hs__Answer__Board *page = answer->board;
    source->now_ms = page->now_at;
    source->heard_ms = session_now_ms();
    status = add_rows(source, page);
    bool is_full = source->entry_count == BOARD_OPEN_MAX;
    if (status == STATUS_DONE && page->next != NULL && !is_full) {
        return ask(source, page->next);
    }
    if (status == STATUS_DONE) {
        end(source, page->next != NULL);
        *is_new = true;
    }
    return status;
}

int64_t board_source_now(const struct board_source *source)
{
    return source->now_ms + (int64_t)(session_now_ms() - source->heard_ms);
}

/* Waits for the board that is being loaded. */
static int load(struct board_source *source)
{
    uint64_t until_ms = session_now_ms() + SESSION_ANSWER_MS;
    bool is_new = false;
    int status = board_source_begin(source);

    while (status == STATUS_DONE && !is_new) {
        uint64_t now_ms = session_now_ms();

        if (now_ms >= until_ms) {
            return cli_fail(source->cli, STATUS_NO_ANSWER,
                            cli_text(source->cli, "会审服务没有在期限内答复",
                                     "no answer from the broker in time"));
        }
        status = session_wait(source->session, until_ms - now_ms);
        if (status == STATUS_DONE) {
            status = board_source_take(source, &is_new);
        }
    }
    return status;
}

int board_source_open(struct board_source *source, struct cli *cli, struct session *session,
                      const char *proposal)
{
    *source = (struct board_source){
        .cli = cli, .session = session, .proposal = proposal, .is_office_stale = true};
    arena_init(&source->arenas[0], BOARD_SOURCE_BYTES);
    arena_init(&source->arenas[1], BOARD_SOURCE_BYTES);
    measures_init(&source->measures, cli, session);
    return load(source);
}

void board_source_release(struct board_source *source)
{
    arena_release(&source->arenas[0]);
    arena_release(&source->arenas[1]);
}
