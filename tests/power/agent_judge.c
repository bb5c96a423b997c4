/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/power/agent_judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "agents/store.h"
#include "agents/tables.h"
#include "client/conversation.h"
#include "lib/check.h"
#include "proto/message.h"
#include "tests/power/mark.h"

enum {
    PATH_BYTES = 4096,
    OUTBOX_MAX = 256, /* commands in it at a time, in a test */
    MAP_BYTES = 1 << 30,
    MESSAGE_ARENA_BYTES = 64 << 20,
};

/* What a commit left. */
struct snapshot {
    uint64_t mark; /* of all tables; 0: no commit is at this position */
    size_t count;
    uint8_t ids[OUTBOX_MAX][COMMAND_ID_BYTES]; /* of the commands in the outbox */
};

struct agent_truth {
    const char *store;
    size_t step_count;
    uint64_t heard;
    char data[PATH_BYTES];
    const char *made[2];
    struct snapshot snapshots[]; /* of each position */
};

/* The tables of agents/store.c. */
static const char *const table_names[] = {
    "meta", "states", "tasks", "outbox", "receipts", "definitions", NULL,
};

static enum outcome say(struct judged *out, enum outcome outcome, const char *words)
{
    (void)snprintf(out->words, sizeof out->words, "%s", words);
    return outcome;
}

/* ---- what is in a store ---- */

static enum err take_task(void *self, const struct task *task)
{
    (void)self;
    return task->body.size > 0 ? ERR_OK : ERR_CORRUPT;
}

static enum err take_command(void *self, uint64_t place, struct bytes bytes)
{
    struct snapshot *snapshot = self;
    struct arena arena;

    (void)place;
    arena_init(&arena, MESSAGE_ARENA_BYTES);
    const Hs__Command *command = message_read(&hs__command__descriptor, bytes, &arena);
    bool is_read = command != NULL && command->id.len == COMMAND_ID_BYTES;
    if (is_read) {
        require(snapshot->count < OUTBOX_MAX);
        memcpy(snapshot->ids[snapshot->count++], command->id.data, COMMAND_ID_BYTES);
    }
    arena_release(&arena);
    return is_read ? ERR_OK : ERR_CORRUPT;
}

/* Reads the store as the agent does at its start, and makes a change. @snapshot gets the outbox. */
static enum outcome use_store(const char *folder, bool goes_on, struct snapshot *snapshot,
                              struct judged *out)
{
    struct store *store = NULL;
    struct seen_head head = {0};
    enum err err = store_open(folder, MAP_BYTES, &store);

    if (err != ERR_OK) {
        return say(out, OUTCOME_REFUSED, err_text(err));
    }
    err = store_head(store, &head);
    err = err == ERR_OK ? store_each_task(store, take_task, NULL) : err;
    err = err == ERR_OK ? store_each_command(store, 0, take_command, snapshot) : err;
    if (err == ERR_OK && goes_on) {
        head.seq++;
        err = store_set_head(store, &head);
        err = err == ERR_OK ? store_commit(store) : err;
    }
    store_close(store);
    return err == ERR_OK ? OUTCOME_WHOLE : say(out, OUTCOME_WRONG, err_text(err));
}

static enum err add_row(void *self, struct bytes key, struct bytes bytes)
{
    uint64_t *mark = self;

    mark_bytes(mark, key);
    mark_bytes(mark, bytes);
    return ERR_OK;
}

/* Sets @mark to a number that every row goes into; never 0. */
static enum err mark_store(const char *folder, uint64_t *mark)
{
    struct tables tables;
    enum err err = tables_open(&tables, folder, MAP_BYTES, table_names);

    if (err != ERR_OK) {
        return err;
    }
    *mark = 1;
    for (unsigned i = 0; table_names[i] != NULL && err == ERR_OK; i++) {
        err = tables_walk(&tables, (struct table_key){.table = i}, add_row, mark);
        mark_bytes(mark, (struct bytes){0});
    }
    *mark |= 1;
    tables_close(&tables);
    return err;
}

/* ---- the subject ---- */

static enum outcome learn(struct agent_truth *truth, const char *folder, size_t position,
                          struct judged *out)
{
    struct snapshot *snapshot = &truth->snapshots[position];
    enum outcome outcome = use_store(folder, false, snapshot, out);

    if (outcome == OUTCOME_WHOLE && mark_store(folder, &snapshot->mark) != ERR_OK) {
        outcome = say(out, OUTCOME_WRONG, "the tables cannot be read");
    }
    return outcome;
}

/* A store that is as it was at no commit is empty: the agent made nothing certain yet. */
static enum outcome compare(const struct agent_truth *truth, const struct moment *moment,
                            uint64_t mark, struct judged *out)
{
    size_t found = 0;

    for (size_t i = moment->position; i > 0 && found == 0; i--) {
        found = truth->snapshots[i].mark == mark ? i : 0;
    }
    if (found == 0 && moment->promise.seq > 0) {
        return say(out, OUTCOME_WRONG, "the store is as no commit left it");
    }
    return found < moment->promise.seq
               ? say(out, OUTCOME_LOST, "what was sent is not in the outbox")
               : OUTCOME_WHOLE;
}

static enum outcome judge(void *self, const char *root, const struct moment *moment,
                          struct judged *out)
{
    struct agent_truth *truth = self;
    static struct snapshot found;
    char folder[PATH_BYTES];
    uint64_t mark = 0;

    *out = (struct judged){0};
    found.count = 0;
    (void)snprintf(folder, sizeof folder, "%s/%s", root, truth->store);
    if (moment->task == JUDGE_LEARN) {
        /* The commit is known once its write to the meta page is on its way. */
        return learn(truth, folder, moment->position, out);
    }
    /* What is there before the start makes an identity where there is none. */
    enum outcome outcome = mark_store(folder, &mark) == ERR_OK
                               ? compare(truth, moment, mark, out)
                               : say(out, OUTCOME_REFUSED, "the tables cannot be opened");
    return outcome == OUTCOME_WHOLE ? use_store(folder, true, &found, out) : outcome;
}

static bool is_wanted(void *self, const char *path)
{
    const struct agent_truth *truth = self;
    size_t size = strlen(path);

    return (strncmp(path, truth->store, size) == 0 &&
            (truth->store[size] == '/' || truth->store[size] == '\0')) ||
           (strncmp(path, truth->store, strlen(truth->store)) == 0 &&
            path[strlen(truth->store)] == '/');
}

/* Returns the position of the first commit with the command @id in the outbox. */
static size_t find_commit(const struct agent_truth *truth, ProtobufCBinaryData id)
{
    for (size_t i = 1; i <= truth->step_count; i++) {
        for (size_t j = 0; j < truth->snapshots[i].count; j++) {
            if (id.len == COMMAND_ID_BYTES &&
                memcmp(truth->snapshots[i].ids[j], id.data, COMMAND_ID_BYTES) == 0) {
                return i;
            }
        }
    }
    return 0;
}

static void hear_envelope(struct agent_truth *truth, const Hs__SignedEnvelope *signed_envelope,
                          struct arena *arena, struct promise *promise)
{
    const Hs__Envelope *envelope =
        message_read(&hs__envelope__descriptor, bytes_of(signed_envelope->envelope), arena);

    for (size_t i = 0; envelope != NULL && i < envelope->n_commands; i++) {
        const Hs__Command *command =
            message_read(&hs__command__descriptor, bytes_of(envelope->commands[i]), arena);

        if (command == NULL || (command->body_case != HS__COMMAND__BODY_RECEIVE_REVIEW &&
                                command->body_case != HS__COMMAND__BODY_GIVE_OPINION)) {
            continue; /* a pack to publish is read from its file again */
        }
        size_t commit = find_commit(truth, command->id);
        if (commit == 0) {
            (void)fprintf(stderr, "agent: it sent a command that never was in its outbox\n");
            exit(4);
        }
        truth->heard++;
        promise->seq = commit > promise->seq ? commit : promise->seq;
    }
}

static void hear(void *self, struct bytes bytes, struct promise *promise)
{
    struct arena arena;

    arena_init(&arena, MESSAGE_ARENA_BYTES);
    const Hs__ClientMessage *message = message_read(&hs__client_message__descriptor, bytes, &arena);
    if (message != NULL && message->body_case == HS__CLIENT_MESSAGE__BODY_ENVELOPE) {
        hear_envelope(self, message->envelope, &arena, promise);
    }
    arena_release(&arena);
}

struct agent_truth *agent_truth_new(const char *store, size_t step_count)
{
    size_t size = sizeof(struct agent_truth) + (step_count + 1) * sizeof(struct snapshot);
    struct agent_truth *truth =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    require(truth != MAP_FAILED);
    truth->store = store;
    truth->step_count = step_count;
    return truth;
}

uint64_t agent_truth_heard(const struct agent_truth *truth)
{
    return truth->heard;
}

struct subject agent_subject(struct agent_truth *truth)
{
    (void)snprintf(truth->data, sizeof truth->data, "%s/data.mdb", truth->store);
    truth->made[0] = truth->data;
    return (struct subject){
        .self = truth,
        .made = truth->made,
        .store = truth->store,
        .is_wanted = is_wanted,
        .hear = hear,
        .judge = judge,
    };
}
