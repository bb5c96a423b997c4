/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's own store: what it committed is there, what it did not commit is not.
 *
 * A scenario is a script of steps, a letter each; the judge knows what each leaves.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/store.h"
#include "os/files.h"
#include "tests/torture/scenario.h"

enum { MAP_BYTES = 16 << 20, ARENA_BYTES = 16 << 20, BODY_BYTES = 20000, PLACES_MAX = 16 };

struct script {
    const char *name;
    const char *before; /* done with nothing failing */
    const char *steps;  /* done under torture, each commit told */
};

/* What the steps are: t a task, r the next task received, p a command pushed, d the first command
 * removed, e the first task removed, s its state set, R its receipt, D a definition, h a head;
 * c commit, a abort, o close and open again; w walk over everything. */
static const struct script scripts[] = {
    {"open a new one", "", ""},
    {"open one that is there", "tpc", ""},
    {"a task", "", "tpc"},
    {"three tasks", "", "tpctpctpc"},
    {"three tasks, one commit", "", "tptptpc"},
    {"a task given up", "tpc", "tpa"},
    {"a task, then opened again", "", "tpcow"},
    {"an answer", "tpc", "spc"},
    {"an answer acknowledged", "tpspc", "Rdec"},
    {"a definition", "", "Dc"},
    {"a definition and a task", "tpc", "Dctpc"},
    {"a head", "", "hc"},
    {"heads", "hc", "hchchc"},
    {"reading everything", "tpctpcDchcRc", "w"},
    {"reading before the commit", "tpc", "tpwc"},
    {"removing all", "tpctpc", "dedc"},
    {"a day of work", "", "hDctpcspcRdchtpcspcow"},
    {"committing nothing", "tpc", "cc"},
    {"giving up, then working", "", "tpatpc"},
    {"opening five times", "tpc", "ooooo"},
};

/* How far a store has come, for deed and judge alike. */
struct progress {
    uint64_t tasks;
    uint64_t places[PLACES_MAX];
    uint64_t removed; /* of places */
    uint64_t heads;
};

static enum err walk_task(void *self, const struct task *task)
{
    (void)self;
    return task->body.size == BODY_BYTES ? ERR_OK : ERR_CORRUPT;
}

static enum err walk_command(void *self, uint64_t place, struct bytes command)
{
    (void)self;
    return place > 0 && command.size > 0 ? ERR_OK : ERR_CORRUPT;
}

static enum err walk(struct store *store)
{
    enum err err = store_each_task(store, walk_task, NULL);

    return err == ERR_OK ? store_each_command(store, 0, walk_command, NULL) : err;
}

static enum err put_task(struct store *store, struct progress *progress)
{
    static const uint8_t body[BODY_BYTES] = {7};
    struct task task = {
        .key = {progress->tasks + 1, 1}, .state = TASK_NEW, .body = {body, sizeof body}};
    enum err err = store_put_task(store, &task);

    progress->tasks += err == ERR_OK ? 1 : 0;
    return err;
}

/* Does a step that changes the store. */
static enum err change(struct store *store, char step, struct progress *progress)
{
    const struct task_key first = {1, 1};
    struct hash hash = hash_of(bytes_of_text("a definition"));

    switch (step) {
    case 't':
        return put_task(store, progress);
    case 'p':
        return store_push_command(store, bytes_of_text("a command"),
                                  &progress->places[progress->tasks % PLACES_MAX]);
    case 'd':
        return store_remove_command(store, ++progress->removed);
    case 'e':
        return store_remove_task(store, first);
    case 's':
        return store_set_state(store, first, TASK_ANSWERED);
    case 'R':
        return store_put_receipt(store, first, bytes_of_text("a receipt"));
    case 'D':
        return store_put_definition(store, &hash, bytes_of_text("a definition"));
    case 'h':
        return store_set_head(store, &(struct seen_head){.seq = ++progress->heads, .hash = hash});
    default:
        return walk(store);
    }
}

/* Does @steps; after each commit tells how far it came. */
static enum err play(const char *steps, struct progress *progress, int64_t *told)
{
    struct store *store = NULL;
    enum err err = store_open("store", MAP_BYTES, &store);

    for (int64_t i = 0; steps[i] != '\0' && err == ERR_OK; i++) {
        if (steps[i] == 'c') {
            err = store_commit(store);
            *told = err == ERR_OK ? i + 1 : *told;
        } else if (steps[i] == 'a') {
            store_abort(store);
        } else if (steps[i] == 'o') {
            store_close(store);
            store = NULL;
            err = store_open("store", MAP_BYTES, &store);
        } else {
            err = change(store, steps[i], progress);
        }
    }
    store_close(store);
    return err;
}

/* All that is stored. */
static enum err add_task(void *self, const struct task *task)
{
    hasher_add(self, (struct bytes){(const uint8_t *)&task->key.proposal, sizeof(uint64_t)});
    hasher_add(self, (struct bytes){(const uint8_t *)&task->state, sizeof task->state});
    return ERR_OK;
}

static enum err add_command(void *self, uint64_t place, struct bytes command)
{
    (void)command;
    hasher_add(self, (struct bytes){(const uint8_t *)&place, sizeof place});
    return ERR_OK;
}

static enum err hash_store(const char *folder, struct hash *out)
{
    struct store *store = NULL;
    struct seen_head head = {.seq = 0};
    struct hasher hasher;
    struct bytes bytes = {0};
    struct arena arena;
    const struct hash name = hash_of(bytes_of_text("a definition"));
    enum err err = store_open(folder, MAP_BYTES, &store);

    if (err != ERR_OK) {
        return err;
    }
    hasher_init(&hasher);
    arena_init(&arena, ARENA_BYTES);
    err = store_each_task(store, add_task, &hasher);
    err = err == ERR_OK ? store_each_command(store, 0, add_command, &hasher) : err;
    err = err == ERR_OK ? store_head(store, &head) : err;
    hasher_add(&hasher, (struct bytes){(const uint8_t *)&head.seq, sizeof head.seq});
    if (store_receipt(store, (struct task_key){1, 1}, &arena, &bytes) == ERR_OK) {
        hasher_add(&hasher, bytes);
    }
    if (store_definition(store, &name, &arena, &bytes) == ERR_OK) {
        hasher_add(&hasher, bytes);
    }
    *out = hasher_finish(&hasher);
    arena_release(&arena);
    store_close(store);
    return err;
}

static void deed(struct run *run)
{
    const struct script *script = run->scenario->data;
    struct progress progress = {.tasks = 0};
    int64_t none = 0;

    run->tally.is_armed = 0;
    enum err err = play(script->before, &progress, &none);
    run_expect(run, err == ERR_OK, "the scenario cannot be prepared");
    run->tally.is_armed = 1;
    err = play(script->steps, &progress, &run->number);
    run_end(run, err, err_text(err));
}

/* Makes in @folder what the script leaves that ended after @count of its steps. */
static enum err make_model(const struct script *script, int64_t count, struct hash *out)
{
    struct progress progress = {.tasks = 0};
    char steps[64];
    int64_t none = 0;

    (void)snprintf(steps, sizeof steps, "%.*s", (int)count, script->steps);
    if (folder_make("model", 0700) != ERR_OK || chdir("model") != 0) {
        return ERR_IO;
    }
    enum err err = play(script->before, &progress, &none);
    err = err == ERR_OK ? play(steps, &progress, &none) : err;
    err = err == ERR_OK ? hash_store("store", out) : err;
    if (chdir("..") != 0 || folder_remove("model") != ERR_OK) {
        return ERR_IO;
    }
    return err;
}

/* The store is what it was after the last commit that was told, or after the next one. */
static void judge(struct run *run)
{
    const struct script *script = run->scenario->data;
    const char *next = strchr(script->steps + run->number, 'c');
    struct hash found = {{0}};
    struct hash told = {{0}};
    struct hash begun = {{0}};

    if (hash_store("store", &found) != ERR_OK) {
        run_fault(run, "it does not open");
        return;
    }
    if (make_model(script, run->number, &told) != ERR_OK ||
        make_model(script, next == NULL ? run->number : next + 1 - script->steps, &begun) !=
            ERR_OK) {
        run_fault(run, "the model cannot be made");
        return;
    }
    run_expect(run, hash_equal(found, told) || hash_equal(found, begun),
               "what is stored is neither the last commit told nor the next");
}

void agents_add(struct scenarios *all, const struct material *material)
{
    (void)material;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct scenario scenario = {
            .group = "agent", .deed = deed, .judge = judge, .data = &scripts[i]};

        (void)snprintf(scenario.name, sizeof scenario.name, "%s", scripts[i].name);
        scenarios_add(all, &scenario);
    }
}
