/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/torture/premises.h"

#include <stdio.h>

#include "store/replay.h"
#include "tests/virtual/model.h"

static int64_t wall_of(void *self)
{
    return ((struct premises *)self)->wall_ms;
}

static bool is_synchronised(void *self)
{
    (void)self;
    return true;
}

/* Reads what the broker reads before it serves. */
static enum err load(struct premises *premises)
{
    struct transaction *txn = NULL;
    enum err err = replay_catch_up(premises->journal, NULL);

    if (err == ERR_OK) {
        err = journal_read_begin(premises->journal, &txn);
    }
    if (err == ERR_OK) {
        err = directory_load(&premises->directory, txn);
        journal_read_end(txn);
    }
    return err;
}

enum err premises_open(struct premises *premises, const char *folder, int64_t wall_ms,
                       struct failure *failure)
{
    uint8_t curve[32];

    *premises = (struct premises){.wall_ms = wall_ms};
    model_key("office", &premises->key, curve);
    const struct journal_options options = {
        .folder = folder, .map_bytes = PREMISES_MAP_BYTES, .sign_key = premises->key.public_key};
    enum err err = journal_open(&options, &premises->journal, failure);
    if (err != ERR_OK) {
        return err;
    }
    directory_init(&premises->directory);
    premises->library = library_new();
    err = load(premises);
    if (err != ERR_OK) {
        *failure = *database_failure(journal_database(premises->journal));
        premises_close(premises);
        return err;
    }
    const struct turn_settings settings = {
        .journal = premises->journal,
        .library = premises->library,
        .directory = &premises->directory,
        .key = &premises->key,
        .time = {.clock = {.wall_ms = wall_of, .boot_ms = wall_of, .self = premises},
                 .boot_id = "virtual",
                 .is_synchronised = is_synchronised,
                 .rate = 1},
    };
    premises->turn = turn_new(&settings);
    return ERR_OK;
}

void premises_close(struct premises *premises)
{
    turn_free(premises->turn);
    library_free(premises->library);
    directory_release(&premises->directory);
    journal_close(premises->journal);
    *premises = (struct premises){0};
}

enum err premises_turn(struct premises *premises, const struct commit_again *commit)
{
    enum err err = turn_begin(premises->turn);

    if (err != ERR_OK) {
        return err;
    }
    (void)turn_alarms(premises->turn); /* their number is no matter */
    turn_recompute(premises->turn);
    for (size_t i = 0; i < commit->count; i++) {
        turn_envelope(premises->turn, commit->envelopes[i], commit->users[i], NULL);
    }
    return turn_end(premises->turn);
}
