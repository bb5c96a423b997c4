/* SPDX-License-Identifier: Apache-2.0 */
/* The start, as far as the disk goes: what broker_open() does before it listens. */
#include <stdlib.h>

#include "broker/broker.h"
#include "lib/check.h"
#include "os/lock.h"
#include "store/format.h"
#include "store/replay.h"
#include "store/views.h"

enum { OFFICE_ARENA_BYTES = 64 * 1024 * 1024 };

enum err broker_load_office(struct broker *broker)
{
    struct transaction *txn = NULL;
    enum err err = journal_read_begin(broker->journal, &txn);

    if (err == ERR_OK) {
        arena_clear(&broker->office_arena);
        err = view_office(txn, &broker->office_arena, &broker->office);
        journal_read_end(txn);
    }
    return err;
}

static char *path_in(struct broker *broker, const char *name)
{
    return arena_format(&broker->query_arena, "%s/%s", broker->options.home, name);
}

/* One broker serves a home: two would each think themselves the only writer. */
static enum err lock_home(struct broker *broker)
{
    const char *path = path_in(broker, "journal/serving");
    enum err err = path == NULL ? ERR_FULL : lock_take(path, &broker->lock);

    if (err != ERR_OK) {
        log_event(broker->options.log, LOG_ERROR,
                  err == ERR_EXISTS ? "home_already_served" : "home_unusable", log_err(err),
                  log_text("home", broker->options.home), LOG_END);
    }
    return err;
}

/* A journal of another format is another program's; @failure says so. */
static enum err check_format(struct broker *broker, struct failure *failure)
{
    struct format format;
    struct transaction *txn = NULL;
    enum err err = journal_read_begin(broker->journal, &txn);

    if (err == ERR_OK) {
        err = format_read(txn, &format);
        journal_read_end(txn);
    }
    if (err != ERR_OK) {
        *failure = *database_failure(journal_database(broker->journal));
        return err;
    }
    if (format.number != FORMAT_NUMBER) {
        failure_set(failure, "the journal's format is '%s', this program knows " FORMAT_PRESENT,
                    format.text);
        return ERR_INVALID;
    }
    return ERR_OK;
}

static enum err open_store(struct broker *broker)
{
    char reason[KEYS_REASON_BYTES];
    struct failure failure = {{0}};
    struct journal_options options = {.folder = path_in(broker, "journal"),
                                      .map_bytes = broker->options.map_bytes,
                                      .sign_key = broker->keys.sign.public_key};
    enum err err = keys_load(path_in(broker, "keys/office"), &broker->keys, reason);

    if (err != ERR_OK) {
        log_event(broker->options.log, LOG_ERROR, "keys_unusable", log_err(err),
                  log_text("reason", reason), LOG_END);
        return err;
    }
    err = journal_open(&options, &broker->journal, &failure);
    if (err == ERR_OK) {
        err = check_format(broker, &failure);
    }
    if (err == ERR_OK) {
        err = replay_catch_up(broker->journal, NULL);
        if (err != ERR_OK) {
            failure = *database_failure(journal_database(broker->journal));
        }
    }
    if (err != ERR_OK) {
        log_event(broker->options.log, LOG_ERROR, "journal_unusable", log_err(err),
                  log_text("reason", failure.text), LOG_END);
    }
    return err;
}

static enum err load_state(struct broker *broker)
{
    struct transaction *txn = NULL;
    enum err err = broker_load_office(broker);

    if (err == ERR_OK) {
        err = journal_read_begin(broker->journal, &txn);
    }
    if (err == ERR_OK) {
        err = directory_load(&broker->directory, txn);
        journal_read_end(txn);
    }
    if (err != ERR_OK) {
        log_event(broker->options.log, LOG_ERROR, "office_unreadable", log_err(err), LOG_END);
    }
    return err;
}

static void make_turn(struct broker *broker)
{
    struct turn_settings settings = {
        .journal = broker->journal,
        .library = broker->library,
        .directory = &broker->directory,
        .key = &broker->keys.sign,
        .time = broker->options.time,
        .has_document = transfer_has,
        .self = broker->documents,
    };

    broker->turn = turn_new(&settings);
}

static struct broker *new_broker(const struct broker_options *options, uv_loop_t *loop)
{
    struct broker *broker = calloc(1, sizeof *broker);

    require(broker != NULL);
    broker->options = *options;
    broker->lock = -1;
    broker->loop = loop;
    arena_init(&broker->query_arena, QUERY_ARENA_BYTES);
    arena_init(&broker->office_arena, OFFICE_ARENA_BYTES);
    arena_init(&broker->scratch_arena, QUERY_ARENA_BYTES);
    arena_init(&broker->frame_arena, QUERY_ARENA_BYTES);
    sessions_init(&broker->sessions);
    directory_init(&broker->directory);
    broker->library = library_new();
    return broker;
}

enum err broker_open_home(const struct broker_options *options, uv_loop_t *loop,
                          struct broker **out)
{
    struct broker *broker = new_broker(options, loop);
    enum err err = lock_home(broker);

    if (err == ERR_OK) {
        err = open_store(broker);
    }
    if (err == ERR_OK) {
        err = load_state(broker);
    }
    if (err == ERR_OK) {
        err = transfer_open(broker, &broker->documents);
    }
    if (err == ERR_OK) {
        broker->sweep = sweep_new(broker, transfer_documents(broker->documents));
        make_turn(broker);
        err = restored_record(broker, path_in(broker, "journal"));
    }
    if (err != ERR_OK) {
        broker_close(broker);
        return err;
    }
    *out = broker;
    return ERR_OK;
}
