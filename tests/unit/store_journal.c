/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of store/journal: what is committed stays, in order, and nothing else is ever seen. */
#include "tests/unit/store_office.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int set_up(void **state)
{
    static struct office office;

    office_init(&office);
    *state = &office;
    return 0;
}

static int tear_down(void **state)
{
    office_release(*state);
    return 0;
}

/* Appends @count entries of @size bytes that begin with their place in the turn. */
static void append(struct office *office, size_t count, size_t size)
{
    uint8_t *bytes = calloc(1, size);
    uint64_t seq = 0;

    for (size_t i = 0; i < count; i++) {
        bytes[0] = (uint8_t)i;
        assert_int_equal(
            journal_append(office->journal, ENTRY_RECEIVED, (struct bytes){bytes, size}, &seq),
            ERR_OK);
    }
    free(bytes);
}

static enum err turn(struct office *office, size_t count, size_t size)
{
    struct signer signer = office_signer(office);

    office->now_ms += 1000;
    assert_int_equal(journal_begin(office->journal, office->now_ms), ERR_OK);
    append(office, count, size);
    return journal_commit(office->journal, &signer, &office->commit);
}

static void path_of_head(const struct office *office, char out[128])
{
    (void)snprintf(out, 128, "%s/head", office->journal_folder);
}

static enum err open_err(struct office *office, struct failure *failure)
{
    struct journal_options options = office_options(office);
    enum err err = journal_open(&options, &office->journal, failure);

    if (err != ERR_OK) {
        office->journal = NULL;
    }
    return err;
}

static void an_empty_journal_opens_again(void **state)
{
    struct office *office = *state;

    office_close(office);
    office_open(office);

    assert_int_equal(journal_head(office->journal)->seq, 0);
}

static void entries_are_dense_from_one_over_commits_and_reopening(void **state)
{
    struct office *office = *state;
    struct transaction *txn = NULL;
    struct entry entry;
    uint64_t last = 0;

    assert_int_equal(turn(office, 3, 10), ERR_OK);
    assert_int_equal(turn(office, 2, 6000), ERR_OK);
    office_close(office);
    office_open(office);
    assert_int_equal(turn(office, 1, 1), ERR_OK);

    assert_int_equal(journal_read_begin(office->journal, &txn), ERR_OK);
    assert_int_equal(journal_last_seq(txn, &last), ERR_OK);
    assert_int_equal(last, 3 + 1 + 2 + 1 + 1 + 1);
    for (uint64_t seq = 1; seq <= last; seq++) {
        assert_int_equal(journal_entry(txn, seq, &office->arena, &entry), ERR_OK);
        assert_int_equal(entry.kind,
                         seq == 4 || seq == 7 || seq == 9 ? ENTRY_HEAD : ENTRY_RECEIVED);
    }
    assert_int_equal(journal_entry(txn, last + 1, &office->arena, &entry), ERR_ABSENT);
    journal_read_end(txn);
}

static void a_turn_given_up_leaves_nothing_and_its_numbers_are_used_again(void **state)
{
    struct office *office = *state;
    uint64_t seq = 0;

    assert_int_equal(turn(office, 2, 10), ERR_OK);
    assert_int_equal(journal_begin(office->journal, office->now_ms), ERR_OK);
    append(office, 5, 10);
    journal_abort(office->journal);

    assert_int_equal(journal_head(office->journal)->seq, 3);
    assert_int_equal(journal_begin(office->journal, office->now_ms), ERR_OK);
    assert_int_equal(journal_append(office->journal, ENTRY_RECEIVED, (struct bytes){0}, &seq),
                     ERR_OK);
    assert_int_equal(seq, 4);
}

static void a_walk_knows_the_hash_of_the_chain_wherever_it_begins(void **state)
{
    struct office *office = *state;
    struct transaction *txn = NULL;
    struct journal_walk walk;
    struct hash hashes[32];
    struct entry entry;
    uint64_t last = 0;

    for (int i = 0; i < 4; i++) {
        assert_int_equal(turn(office, 5, 50), ERR_OK);
    }
    assert_int_equal(journal_read_begin(office->journal, &txn), ERR_OK);
    assert_int_equal(journal_last_seq(txn, &last), ERR_OK);
    assert_int_equal(journal_walk_begin(txn, 1, &walk), ERR_OK);
    for (uint64_t seq = 1; seq <= last; seq++) {
        assert_int_equal(journal_walk_next(&walk, &entry), ERR_OK);
        hashes[seq] = walk.hash;
    }

    for (uint64_t from = 1; from <= last; from++) {
        assert_int_equal(journal_walk_begin(txn, from, &walk), ERR_OK);
        assert_int_equal(journal_walk_next(&walk, &entry), ERR_OK);
        assert_int_equal(entry.seq, from);
        assert_true(hash_equal(walk.hash, hashes[from]));
    }
    assert_true(hash_equal(hashes[last], journal_head(office->journal)->hash));
    assert_int_equal(journal_walk_begin(txn, last + 1, &walk), ERR_ABSENT);
    journal_read_end(txn);
}

static void a_reader_sees_the_journal_as_it_was_when_it_began(void **state)
{
    struct office *office = *state;
    struct transaction *txn = NULL;
    uint64_t last = 0;

    assert_int_equal(turn(office, 1, 10), ERR_OK);
    assert_int_equal(journal_read_begin(office->journal, &txn), ERR_OK);
    assert_int_equal(turn(office, 1, 10), ERR_OK);

    assert_int_equal(journal_last_seq(txn, &last), ERR_OK);
    assert_int_equal(last, 2);
    journal_read_end(txn);
}

static void a_full_map_is_no_space_and_the_journal_goes_on(void **state)
{
    struct office *office = *state;
    struct journal_options options = office_options(office);
    uint8_t *bytes = calloc(1, 100000);
    uint64_t seq = 0;
    enum err err = ERR_OK;

    assert_int_equal(turn(office, 2, 10), ERR_OK);
    office_close(office);
    options.map_bytes = 1 << 20;
    assert_int_equal(journal_open(&options, &office->journal, NULL), ERR_OK);
    assert_int_equal(journal_begin(office->journal, office->now_ms), ERR_OK);
    for (int i = 0; i < 100 && err == ERR_OK; i++) {
        err = journal_append(office->journal, ENTRY_RECEIVED, (struct bytes){bytes, 100000}, &seq);
    }
    journal_abort(office->journal);
    free(bytes);

    assert_int_equal(err, ERR_NO_SPACE);
    assert_int_equal(journal_head(office->journal)->seq, 3);
    assert_int_equal(turn(office, 2, 10), ERR_OK);
    office_close(office);
    office_open(office);
    assert_int_equal(journal_head(office->journal)->seq, 6);
}

/* Adds turns of one entry of @size bytes until the map is full. True: it was full at a commit. */
static bool fill_map(struct office *office, size_t size)
{
    struct signer signer = office_signer(office);
    uint8_t *bytes = calloc(1, size);
    enum err err = ERR_OK;
    bool is_at_commit = false;
    uint64_t seq = 0;

    while (err == ERR_OK) {
        office->now_ms += 1000;
        assert_int_equal(journal_begin(office->journal, office->now_ms), ERR_OK);
        err = journal_append(office->journal, ENTRY_RECEIVED, (struct bytes){bytes, size}, &seq);
        if (err == ERR_OK) {
            err = journal_commit(office->journal, &signer, &office->commit);
            is_at_commit = err != ERR_OK;
        }
    }
    assert_int_equal(err, ERR_NO_SPACE);
    journal_abort(office->journal);
    free(bytes);
    return is_at_commit;
}

static void a_map_that_is_full_at_the_commit_leaves_all_as_it_was(void **state)
{
    enum { MAP_BYTES = 1 << 18, SIZES = 40, SIZE_STEP = 97 };
    struct office *office = *state;
    int at_commit = 0;

    for (int i = 1; i <= SIZES; i++) {
        struct journal_options options = office_options(office);

        office_close(office);
        options.map_bytes = MAP_BYTES;
        assert_int_equal(journal_open(&options, &office->journal, NULL), ERR_OK);
        at_commit += fill_map(office, (size_t)i * SIZE_STEP) ? 1 : 0;
        uint64_t last = journal_head(office->journal)->seq;
        assert_int_equal(journal_begin(office->journal, office->now_ms), ERR_OK);
        journal_abort(office->journal);
        office_close(office);
        office_open(office);
        assert_int_equal(journal_head(office->journal)->seq, last);

        office_release(office);
        office_init(office);
    }
    assert_true(at_commit > 0);
}

/* ---- the head file ---- */

static void a_missing_head_file_is_refused_and_can_be_adopted(void **state)
{
    struct office *office = *state;
    struct journal_options options = office_options(office);
    struct failure failure = {{0}};
    char path[128];

    assert_int_equal(turn(office, 2, 10), ERR_OK);
    office_close(office);
    path_of_head(office, path);
    assert_int_equal(file_remove(path), ERR_OK);

    assert_int_equal(open_err(office, &failure), ERR_CORRUPT);
    assert_non_null(strstr(failure.text, "the head file is missing"));
    options.adopt_head = true;
    assert_int_equal(journal_open(&options, &office->journal, NULL), ERR_OK);
    office_close(office);
    office_open(office);
}

/* The memory of a process is a file that opens and whose first page the system does not give. */
static void a_head_file_that_cannot_be_read_is_not_taken_for_an_empty_one(void **state)
{
    struct head_file file = {.fd = -1};

    (void)state;
    assert_int_equal(head_file_open("/proc/self/mem", true, &file), ERR_IO);
    assert_int_equal(file.fd, -1);
}

static void a_torn_slot_leaves_the_other(void **state)
{
    struct office *office = *state;
    uint8_t rubbish[100] = {0};
    char path[128];

    for (unsigned slot = 0; slot < HEAD_FILE_SLOTS; slot++) {
        assert_int_equal(turn(office, 2, 10), ERR_OK);
        assert_int_equal(turn(office, 2, 10), ERR_OK);
        office_close(office);
        path_of_head(office, path);
        int fd = open(path, O_WRONLY);
        assert_true(fd >= 0);
        assert_int_equal(pwrite(fd, rubbish, sizeof rubbish, slot * HEAD_FILE_SLOT_BYTES + 40),
                         sizeof rubbish);
        assert_int_equal(close(fd), 0);

        office_open(office);
    }
    assert_int_equal(journal_head(office->journal)->seq, 12);
}

static void a_head_file_that_knows_nothing_is_refused_after_the_first_commit(void **state)
{
    struct office *office = *state;
    struct failure failure = {{0}};
    char path[128];

    path_of_head(office, path);
    assert_int_equal(turn(office, 2, 10), ERR_OK);
    office_close(office);
    assert_int_equal(head_file_create(path), ERR_OK);
    office_open(office); /* the power may have gone after the first commit */
    assert_int_equal(turn(office, 2, 10), ERR_OK);
    office_close(office);
    assert_int_equal(head_file_create(path), ERR_OK);

    assert_int_equal(open_err(office, &failure), ERR_CORRUPT);
    assert_non_null(strstr(failure.text, "the head file knows no head"));
}

/* Keeps the file @name of the journal as it is now in @out, and gives its size. */
static size_t keep(const struct office *office, const char *name, struct arena *arena,
                   struct bytes *out)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", office->journal_folder, name);
    assert_int_equal(file_read(path, OFFICE_MAP_BYTES, arena, out), ERR_OK);
    return out->size;
}

static void put_back(const struct office *office, const char *name, struct bytes bytes)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", office->journal_folder, name);
    assert_int_equal(file_write(path, bytes, 0600), ERR_OK);
}

static void an_old_copy_of_the_journal_is_refused_by_its_head_file(void **state)
{
    struct office *office = *state;
    struct failure failure = {{0}};
    struct bytes old;

    assert_int_equal(turn(office, 2, 10), ERR_OK);
    office_close(office);
    assert_true(keep(office, "data.mdb", &office->arena, &old) > 0);
    office_open(office);
    assert_int_equal(turn(office, 2, 10), ERR_OK);
    office_close(office);
    put_back(office, "data.mdb", old);

    assert_int_equal(open_err(office, &failure), ERR_CORRUPT);
    assert_string_equal(failure.text, "the head file knows entry 6, the journal ends at 3");
}

/* Opens the journal as far as it goes, and reads all of it. */
static enum err read_all(struct office *office)
{
    struct failure failure = {{0}};
    struct transaction *txn = NULL;
    struct journal_walk walk;
    struct entry entry;
    enum err err = open_err(office, &failure);

    if (err != ERR_OK) {
        return err;
    }
    assert_int_equal(journal_read_begin(office->journal, &txn), ERR_OK);
    err = journal_walk_begin(txn, 1, &walk);
    while (err == ERR_OK) {
        err = journal_walk_next(&walk, &entry);
    }
    journal_read_end(txn);
    office_close(office);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void a_file_cut_short_is_refused_and_ends_no_process(void **state)
{
    struct office *office = *state;
    struct bytes whole;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    for (int i = 0; i < 10; i++) {
        assert_int_equal(turn(office, 4, 60000), ERR_OK);
    }
    office_close(office);
    assert_true(keep(office, "data.mdb", &office->arena, &whole) > 0);

    for (size_t left = whole.size - page; left >= 2 * page; left -= 7 * page) {
        put_back(office, "data.mdb", (struct bytes){whole.data, left});
        enum err err = read_all(office);

        /* What is missing at the very end may be pages that nothing uses. */
        assert_true(err == ERR_CORRUPT || (err == ERR_OK && left > whole.size - 64 * page));
    }
}

static void a_head_file_that_is_behind_is_brought_up(void **state)
{
    struct office *office = *state;
    struct bytes old;

    assert_int_equal(turn(office, 2, 10), ERR_OK);
    assert_true(keep(office, "head", &office->arena, &old) > 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(turn(office, 2, 10), ERR_OK);
    }
    office_close(office);
    put_back(office, "head", old);

    office_open(office);
    office_close(office);

    struct head_file file;
    char path[128];
    path_of_head(office, path);
    assert_int_equal(head_file_open(path, true, &file), ERR_OK);
    assert_int_equal(file.last.seq, 18);
    head_file_close(&file);
}

static void another_history_of_the_same_length_is_refused(void **state)
{
    struct office *office = *state;
    struct failure failure = {{0}};
    struct bytes other;

    assert_int_equal(turn(office, 2, 10), ERR_OK);
    office_close(office);
    assert_true(keep(office, "head", &office->arena, &other) > 0);
    assert_int_equal(folder_remove(office->journal_folder), ERR_OK);
    office_open(office);
    assert_int_equal(turn(office, 2, 11), ERR_OK);
    office_close(office);
    put_back(office, "head", other);

    assert_int_equal(open_err(office, &failure), ERR_CORRUPT);
    assert_non_null(strstr(failure.text, "not the head that the head file knows"));
}

static void another_office_or_key_is_refused(void **state)
{
    struct office *office = *state;
    struct journal_options options = office_options(office);
    struct failure failure = {{0}};

    assert_int_equal(turn(office, 2, 10), ERR_OK);
    office_close(office);

    options.sign_key = office->applicant.public_key;
    assert_int_equal(journal_open(&options, &office->journal, &failure), ERR_CORRUPT);
    assert_non_null(strstr(failure.text, "signature"));
    options = office_options(office);
    options.office = "yubei";
    assert_int_equal(journal_open(&options, &office->journal, &failure), ERR_CORRUPT);
    assert_non_null(strstr(failure.text, "another office"));
    office->journal = NULL;
}

static void a_copy_has_the_same_entries_and_opens(void **state)
{
    struct office *office = *state;
    struct journal_options options = office_options(office);
    struct failure failure = {{0}};
    struct journal *copy = NULL;
    char folder[128];

    assert_int_equal(turn(office, 20, 3000), ERR_OK);
    (void)snprintf(folder, sizeof folder, "%s/copy", office->folder);
    assert_int_equal(journal_copy_open(office->journal, folder, &failure), ERR_OK);
    assert_int_equal(turn(office, 1, 10), ERR_OK);

    options.folder = folder;
    assert_int_equal(journal_open(&options, &copy, &failure), ERR_OK);
    assert_int_equal(journal_head(copy)->seq, 21);
    journal_close(copy);
}

/* ---- failing disks, dying processes ---- */

/* In a child: files may grow to @bytes and no further; commits until one fails. Exits with 0 if it
 * failed as it should. */
static void run_out_of_space(struct office *office, rlim_t bytes)
{
    struct rlimit limit = {bytes, bytes};
    struct signer signer = office_signer(office);
    uint8_t data[3000] = {0};
    uint64_t seq = 0;
    enum err err = ERR_OK;

    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        _exit(2);
    }
    for (int i = 0; i < 4000 && err == ERR_OK; i++) {
        err = journal_begin(office->journal, office->now_ms);
        for (int j = 0; j < 10 && err == ERR_OK; j++) {
            err = journal_append(office->journal, ENTRY_RECEIVED, (struct bytes){data, sizeof data},
                                 &seq);
        }
        if (err == ERR_OK) {
            err = journal_commit(office->journal, &signer, &office->commit);
        }
    }
    journal_abort(office->journal);
    _exit(err == ERR_OK ? 3 : (journal_begin(office->journal, office->now_ms) == ERR_OK ? 4 : 0));
}

static void a_commit_that_fails_is_the_last_and_loses_nothing(void **state)
{
    struct office *office = *state;

    assert_int_equal(turn(office, 2, 10), ERR_OK);
    office_close(office);
    for (rlim_t bytes = 300000; bytes < 1000000; bytes += 70000) {
        pid_t child = fork();
        int status = 0;

        if (child == 0) {
            office_open(office);
            run_out_of_space(office, bytes);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        office_open(office);
        assert_true(journal_head(office->journal)->seq >= 3);
        office_close(office);
    }
    office_open(office);
}

/* In a child: commits for ever, writing each acknowledged head to @fd. */
static void commit_for_ever(struct office *office, int fd)
{
    office_open(office);
    for (unsigned i = 0;; i++) {
        if (turn(office, 1 + i % 7, 100 + i % 5000) != ERR_OK) {
            _exit(1);
        }

        uint64_t seq = journal_head(office->journal)->seq;
        if (write(fd, &seq, sizeof seq) != (ssize_t)sizeof seq) {
            _exit(1);
        }
    }
}

/* Reads @count acknowledgements, kills @child, reads the rest. Returns the last. */
static uint64_t kill_after(pid_t child, int fd, int count)
{
    uint64_t acknowledged = 0;
    uint64_t seq = 0;
    int status = 0;

    for (int i = 0; i < count; i++) {
        assert_int_equal(read(fd, &acknowledged, sizeof acknowledged), sizeof acknowledged);
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    while (read(fd, &seq, sizeof seq) == (ssize_t)sizeof seq) {
        acknowledged = seq;
    }
    return acknowledged;
}

static void killed_at_any_moment_every_acknowledged_commit_is_there(void **state)
{
    struct office *office = *state;

    office_close(office);
    for (int round = 0; round < 20; round++) {
        int ends[2];

        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            (void)close(ends[0]);
            commit_for_ever(office, ends[1]);
        }
        (void)close(ends[1]);
        uint64_t acknowledged = kill_after(child, ends[0], 1 + round);
        (void)close(ends[0]);

        office_open(office);
        assert_true(journal_head(office->journal)->seq >= acknowledged);
        office->now_ms = journal_head(office->journal)->at_ms;
        office_close(office);
    }
    office_open(office);
}

static void misuse_is_a_bug(void **state)
{
    struct office *office = *state;
    uint64_t seq = 0;

    assert_int_equal(turn(office, 1, 10), ERR_OK);

    expect_assert_failure(journal_begin(office->journal, office->now_ms - 1));
    expect_assert_failure(journal_append(office->journal, ENTRY_EVENT, (struct bytes){0}, &seq));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_journal_opens_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(entries_are_dense_from_one_over_commits_and_reopening,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_turn_given_up_leaves_nothing_and_its_numbers_are_used_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_walk_knows_the_hash_of_the_chain_wherever_it_begins,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_sees_the_journal_as_it_was_when_it_began, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_map_is_no_space_and_the_journal_goes_on, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_map_that_is_full_at_the_commit_leaves_all_as_it_was,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_head_file_is_refused_and_can_be_adopted, set_up,
                                        tear_down),
        cmocka_unit_test(a_head_file_that_cannot_be_read_is_not_taken_for_an_empty_one),
        cmocka_unit_test_setup_teardown(a_torn_slot_leaves_the_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_head_file_that_knows_nothing_is_refused_after_the_first_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_copy_of_the_journal_is_refused_by_its_head_file,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_cut_short_is_refused_and_ends_no_process, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_head_file_that_is_behind_is_brought_up, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_history_of_the_same_length_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_office_or_key_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_has_the_same_entries_and_opens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_commit_that_fails_is_the_last_and_loses_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(killed_at_any_moment_every_acknowledged_commit_is_there,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(misuse_is_a_bug, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
