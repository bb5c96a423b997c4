/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of agents/store: what is committed stays, over a restart and over a kill. */
#include "tests/lib/test.h"

#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/store.h"
#include "os/files.h"

enum {
    MAP_BYTES = 64 * 1024 * 1024,
    ROUNDS = 20,
    ACKNOWLEDGED_MIN = 5,
    HALF_OF_THE_FIRST_PAGES = 4096,
};

struct fixture {
    char folder[64];
    struct store *store;
    struct arena arena;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    (void)snprintf(f->folder, sizeof f->folder, "%s", "/tmp/huishen-agents-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(store_open(f->folder, MAP_BYTES, &f->store), ERR_OK);
    arena_init(&f->arena, 16 * 1024 * 1024);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    store_close(f->store);
    arena_release(&f->arena);
    (void)folder_remove(f->folder);
    free(f);
    return 0;
}

static void reopen(struct fixture *f)
{
    store_close(f->store);
    f->store = NULL;
    assert_int_equal(store_open(f->folder, MAP_BYTES, &f->store), ERR_OK);
}

static void put_task(struct store *store, uint64_t proposal, enum task_state state)
{
    struct task task = {
        .key = {proposal, 1}, .state = state, .body = bytes_of_text("the bytes of a task")};

    assert_int_equal(store_put_task(store, &task), ERR_OK);
}

static enum err count_tasks(void *self, const struct task *task)
{
    assert_true(bytes_equal(task->body, bytes_of_text("the bytes of a task")));
    (*(size_t *)self)++;
    return ERR_OK;
}

static enum err count_commands(void *self, uint64_t place, struct bytes command)
{
    (void)place;
    assert_true(command.size > 0);
    (*(size_t *)self)++;
    return ERR_OK;
}

static size_t tasks_of(struct store *store)
{
    size_t count = 0;

    assert_int_equal(store_each_task(store, count_tasks, &count), ERR_OK);
    return count;
}

static size_t commands_of(struct store *store)
{
    size_t count = 0;

    assert_int_equal(store_each_command(store, 0, count_commands, &count), ERR_OK);
    return count;
}

static void what_is_committed_is_there_after_reopening(void **state)
{
    struct fixture *f = *state;
    struct seen_head head = {.seq = 7, .hash = hash_of(bytes_of_text("head"))};
    struct seen_head found;
    struct task task;
    uint64_t place = 0;

    put_task(f->store, 3, TASK_NEW);
    assert_int_equal(store_push_command(f->store, bytes_of_text("receive"), &place), ERR_OK);
    assert_int_equal(store_set_head(f->store, &head), ERR_OK);
    assert_int_equal(store_commit(f->store), ERR_OK);
    reopen(f);

    assert_int_equal(store_task(f->store, (struct task_key){3, 1}, &f->arena, &task), ERR_OK);
    assert_int_equal(task.state, TASK_NEW);
    assert_true(bytes_equal(task.body, bytes_of_text("the bytes of a task")));
    assert_int_equal(commands_of(f->store), 1);
    assert_int_equal(store_head(f->store, &found), ERR_OK);
    assert_int_equal(found.seq, 7);
    assert_true(hash_equal(found.hash, head.hash));
}

static void a_state_changes_and_the_body_stays(void **state)
{
    struct fixture *f = *state;
    enum task_state found = TASK_NEW;
    struct task task;

    put_task(f->store, 3, TASK_NEW);
    assert_int_equal(store_set_state(f->store, (struct task_key){3, 1}, TASK_LEFT), ERR_OK);
    assert_int_equal(store_commit(f->store), ERR_OK);

    assert_int_equal(store_state(f->store, (struct task_key){3, 1}, &found), ERR_OK);
    assert_int_equal(found, TASK_LEFT);
    assert_int_equal(store_state(f->store, (struct task_key){4, 1}, &found), ERR_ABSENT);
    assert_int_equal(store_task(f->store, (struct task_key){3, 1}, &f->arena, &task), ERR_OK);
    assert_int_equal(task.state, TASK_LEFT);
    assert_true(bytes_equal(task.body, bytes_of_text("the bytes of a task")));
}

static void the_instance_is_kept_over_restarts(void **state)
{
    struct fixture *f = *state;
    uint8_t instance[INSTANCE_BYTES];

    memcpy(instance, store_instance(f->store), sizeof instance);
    reopen(f);

    assert_memory_equal(instance, store_instance(f->store), sizeof instance);
}

/* A disk that was full when an agent first started does not keep it from starting ever after. */
static void a_store_that_could_not_be_made_can_be_made_later(void **state)
{
    struct fixture *f = *state;
    struct rlimit before;
    struct store *store = NULL;
    char folder[80];

    (void)snprintf(folder, sizeof folder, "%s/new", f->folder);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){HALF_OF_THE_FIRST_PAGES, before.rlim_max}), 0);

    enum err err = store_open(folder, MAP_BYTES, &store);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_not_equal(err, ERR_OK);
    assert_int_equal(store_open(folder, MAP_BYTES, &store), ERR_OK);
    store_close(store);
}

static void what_is_not_committed_never_happened(void **state)
{
    struct fixture *f = *state;
    uint64_t place = 0;

    put_task(f->store, 1, TASK_NEW);
    assert_int_equal(store_push_command(f->store, bytes_of_text("receive"), &place), ERR_OK);
    store_abort(f->store);

    assert_int_equal(tasks_of(f->store), 0);
    assert_int_equal(commands_of(f->store), 0);
}

static void a_walk_of_the_outbox_begins_behind_a_place(void **state)
{
    struct fixture *f = *state;
    uint64_t first = 0;
    uint64_t second = 0;
    size_t count = 0;

    assert_int_equal(store_push_command(f->store, bytes_of_text("a"), &first), ERR_OK);
    assert_int_equal(store_push_command(f->store, bytes_of_text("b"), &second), ERR_OK);

    assert_int_equal(store_each_command(f->store, first, count_commands, &count), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(store_each_command(f->store, second, count_commands, &count), ERR_OK);
    assert_int_equal(count, 1);
}

static void a_removed_task_and_command_are_gone(void **state)
{
    struct fixture *f = *state;
    struct task task;
    uint64_t place = 0;

    put_task(f->store, 1, TASK_ANSWERED);
    assert_int_equal(store_push_command(f->store, bytes_of_text("opinion"), &place), ERR_OK);
    assert_int_equal(store_commit(f->store), ERR_OK);
    assert_int_equal(store_remove_task(f->store, (struct task_key){1, 1}), ERR_OK);
    assert_int_equal(store_remove_command(f->store, place), ERR_OK);
    assert_int_equal(store_remove_command(f->store, place), ERR_OK);
    assert_int_equal(store_commit(f->store), ERR_OK);

    assert_int_equal(store_task(f->store, (struct task_key){1, 1}, &f->arena, &task), ERR_ABSENT);
    assert_int_equal(commands_of(f->store), 0);
}

static void receipts_and_definitions_are_found_by_their_key(void **state)
{
    struct fixture *f = *state;
    struct hash hash = hash_of(bytes_of_text("pack"));
    struct bytes found;

    assert_int_equal(store_put_receipt(f->store, (struct task_key){5, 2}, bytes_of_text("receipt")),
                     ERR_OK);
    assert_int_equal(store_put_definition(f->store, &hash, bytes_of_text("pack")), ERR_OK);
    assert_int_equal(store_commit(f->store), ERR_OK);

    assert_int_equal(store_receipt(f->store, (struct task_key){5, 2}, &f->arena, &found), ERR_OK);
    assert_true(bytes_equal(found, bytes_of_text("receipt")));
    assert_int_equal(store_receipt(f->store, (struct task_key){5, 1}, &f->arena, &found),
                     ERR_ABSENT);
    assert_int_equal(store_definition(f->store, &hash, &f->arena, &found), ERR_OK);
    assert_true(bytes_equal(found, bytes_of_text("pack")));
}

/* Changes one byte of the value under @key_text in the table @name, behind the store's back. */
static void damage(const char *folder, const char *name, struct bytes key_bytes)
{
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    MDB_dbi table;
    MDB_val key = {.mv_size = key_bytes.size, .mv_data = (void *)(uintptr_t)key_bytes.data};
    MDB_val value;
    uint8_t copy[256];

    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 8), 0);
    assert_int_equal(mdb_env_open(env, folder, MDB_NOTLS, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, name, 0, &table), 0);
    assert_int_equal(mdb_get(txn, table, &key, &value), 0);
    assert_true(value.mv_size <= sizeof copy);
    memcpy(copy, value.mv_data, value.mv_size);
    copy[1] ^= 1;
    value.mv_data = copy;
    assert_int_equal(mdb_put(txn, table, &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static void a_damaged_task_is_never_used(void **state)
{
    static const uint8_t key[12] = {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1};
    struct fixture *f = *state;
    struct task task;
    size_t count = 0;

    put_task(f->store, 1, TASK_NEW);
    assert_int_equal(store_commit(f->store), ERR_OK);
    store_close(f->store);
    damage(f->folder, "tasks", (struct bytes){key, sizeof key});
    assert_int_equal(store_open(f->folder, MAP_BYTES, &f->store), ERR_OK);

    assert_int_equal(store_task(f->store, (struct task_key){1, 1}, &f->arena, &task), ERR_CORRUPT);
    assert_int_equal(store_each_task(f->store, count_tasks, &count), ERR_CORRUPT);
}

static void a_damaged_identity_is_not_opened(void **state)
{
    struct fixture *f = *state;

    store_close(f->store);
    f->store = NULL;
    damage(f->folder, "meta", bytes_of_text("version"));

    assert_int_equal(store_open(f->folder, MAP_BYTES, &f->store), ERR_CORRUPT);
}

/* Opens the store in @folder and reads all that is in it. */
static enum err read_all(const char *folder)
{
    struct store *store = NULL;
    size_t count = 0;
    enum err err = store_open(folder, MAP_BYTES, &store);

    if (err != ERR_OK) {
        return err;
    }
    err = store_each_task(store, count_tasks, &count);
    if (err == ERR_OK) {
        err = store_each_command(store, 0, count_commands, &count);
    }
    store_close(store);
    return err;
}

static void a_store_cut_short_is_refused_and_ends_no_process(void **state)
{
    struct fixture *f = *state;
    const char *path = arena_format(&f->arena, "%s/data.mdb", f->folder);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    static uint8_t body[60000];
    struct bytes whole;

    for (uint64_t i = 0; i < 10; i++) {
        struct task task = {.key = {i, 1}, .body = {body, sizeof body}};

        assert_int_equal(store_put_task(f->store, &task), ERR_OK);
        assert_int_equal(store_commit(f->store), ERR_OK);
    }
    store_close(f->store);
    f->store = NULL;
    assert_int_equal(file_read(path, 8 * 1024 * 1024, &f->arena, &whole), ERR_OK);
    assert_true(whole.size > 100 * page);

    for (size_t left = whole.size - page; left >= 9 * page; left -= 7 * page) {
        assert_int_equal(file_write(path, (struct bytes){whole.data, left}, 0600), ERR_OK);
        enum err err = read_all(f->folder);

        /* What is missing at the very end may be pages that nothing uses. */
        assert_true(err == ERR_CORRUPT || (err == ERR_OK && left > whole.size - 64 * page));
    }
}

static void a_store_in_use_is_not_opened_again(void **state)
{
    struct fixture *f = *state;
    struct store *untouched = NULL;

    assert_int_equal(store_open(f->folder, MAP_BYTES, &untouched), ERR_EXISTS);
    assert_null(untouched);
}

static void a_full_map_is_an_error_and_what_was_committed_stays(void **state)
{
    enum { SMALL_MAP_BYTES = 256 * 1024, BODY_BYTES = 16 * 1024 };
    static uint8_t body[BODY_BYTES];
    struct fixture *f = *state;
    struct task task = {.key = {1, 1}, .state = TASK_NEW, .body = {body, sizeof body}};
    enum err err = ERR_OK;

    store_close(f->store);
    assert_int_equal(folder_remove(f->folder), ERR_OK);
    assert_int_equal(store_open(f->folder, SMALL_MAP_BYTES, &f->store), ERR_OK);
    assert_int_equal(store_put_task(f->store, &task), ERR_OK);
    assert_int_equal(store_commit(f->store), ERR_OK);
    while (err == ERR_OK && task.key.proposal < 100) {
        task.key.proposal++;
        err = store_put_task(f->store, &task);
    }
    store_abort(f->store);

    assert_int_equal(err, ERR_NO_SPACE);
    assert_int_equal(store_task(f->store, (struct task_key){1, 1}, &f->arena, &task), ERR_OK);
}

/* Stores task after task with its command, telling @fd each number once it is durable. */
static void store_until_killed(const char *folder, int fd, uint64_t first)
{
    struct store *store = NULL;

    if (store_open(folder, MAP_BYTES, &store) != ERR_OK) {
        _exit(1);
    }
    for (uint64_t number = first;; number++) {
        struct task task = {
            .key = {number, 1}, .state = TASK_NEW, .body = bytes_of_text("the bytes of a task")};
        uint64_t place = 0;

        if (store_put_task(store, &task) != ERR_OK ||
            store_push_command(store, bytes_of_text("receive"), &place) != ERR_OK ||
            store_commit(store) != ERR_OK ||
            write(fd, &number, sizeof number) != (ssize_t)sizeof number) {
            _exit(1);
        }
    }
}

/* Kills a child while it stores, once it has said ACKNOWLEDGED_MIN numbers; returns the last one.
 */
static uint64_t kill_while_storing(const char *folder, uint64_t first)
{
    uint64_t acknowledged = 0;
    int pipe_fds[2];

    assert_int_equal(pipe(pipe_fds), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)close(pipe_fds[0]);
        store_until_killed(folder, pipe_fds[1], first);
    }
    (void)close(pipe_fds[1]);
    for (int i = 0; i < ACKNOWLEDGED_MIN; i++) {
        assert_int_equal(read(pipe_fds[0], &acknowledged, sizeof acknowledged),
                         sizeof acknowledged);
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    while (read(pipe_fds[0], &acknowledged, sizeof acknowledged) == (ssize_t)sizeof acknowledged) {
    }
    (void)close(pipe_fds[0]);
    return acknowledged;
}

static void a_killed_agent_keeps_every_task_it_acknowledged_and_its_command(void **state)
{
    struct fixture *f = *state;
    struct task task;
    uint64_t last = 0;

    for (int round = 0; round < ROUNDS; round++) {
        store_close(f->store);
        f->store = NULL;
        last = kill_while_storing(f->folder, last + 1);
        assert_int_equal(store_open(f->folder, MAP_BYTES, &f->store), ERR_OK);

        size_t tasks = tasks_of(f->store);
        assert_true(tasks >= last);
        assert_int_equal(commands_of(f->store), tasks);
        assert_int_equal(store_task(f->store, (struct task_key){last, 1}, &f->arena, &task),
                         ERR_OK);
        last = tasks; /* one more may be durable than was said */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_committed_is_there_after_reopening, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_state_changes_and_the_body_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_instance_is_kept_over_restarts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_that_could_not_be_made_can_be_made_later, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_committed_never_happened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_walk_of_the_outbox_begins_behind_a_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_removed_task_and_command_are_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(receipts_and_definitions_are_found_by_their_key, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_task_is_never_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_identity_is_not_opened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_cut_short_is_refused_and_ends_no_process, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_store_in_use_is_not_opened_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_map_is_an_error_and_what_was_committed_stays, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_killed_agent_keeps_every_task_it_acknowledged_and_its_command, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("agents_store", tests, NULL, NULL);
}
