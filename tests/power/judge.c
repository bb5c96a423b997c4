/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/power/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "broker/broker.h"
#include "lib/check.h"
#include "store/documents.h"
#include "store/verify.h"
#include "tests/power/mark.h"

enum { AWAY_MS = 60 * 1000, PATH_BYTES = 4096 };

static enum outcome __attribute__((format(printf, 3, 4)))
say(struct judged *out, enum outcome outcome, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(out->words, sizeof out->words, format, arguments);
    va_end(arguments);
    return outcome;
}

/* ---- the journal and the views ---- */

/* Holds the entries of the journal against the truth and sets @out->seq to the last one's. */
static enum outcome check_entries(struct transaction *txn, const struct truth *truth,
                                  struct judged *out)
{
    struct row row;
    uint64_t seq = 0;
    enum err err = table_seek(txn, TABLE_JOURNAL, (struct bytes){0}, &row);

    for (; err == ERR_OK; err = table_next(txn, TABLE_JOURNAL, &row)) {
        seq++;
        if (row.key.size != ENTRY_KEY_BYTES || bytes_get_u64(row.key.data) != seq) {
            return say(out, OUTCOME_WRONG, "entry %" PRIu64 " is missing", seq);
        }
        if (seq > truth->last_seq || !bytes_equal(row.value, truth->rows[seq - 1])) {
            return say(out, OUTCOME_WRONG, "entry %" PRIu64 " is not the one recorded", seq);
        }
    }
    if (err != ERR_ABSENT) {
        return say(out, OUTCOME_WRONG, "entry %" PRIu64 " cannot be read", seq + 1);
    }
    out->seq = seq;
    return OUTCOME_WHOLE;
}

/* Sets @mark to a number that every key and value of every view goes into; never 0. */
static enum err mark_views(struct transaction *txn, uint64_t *mark)
{
    *mark = 1;
    for (int table = TABLE_JOURNAL + 1; table < TABLE_COUNT; table++) {
        struct row row;
        enum err err = table_seek(txn, (enum table)table, (struct bytes){0}, &row);

        for (; err == ERR_OK; err = table_next(txn, (enum table)table, &row)) {
            mark_bytes(mark, row.key);
            mark_bytes(mark, row.value);
        }
        if (err != ERR_ABSENT) {
            return err;
        }
        mark_bytes(mark, (struct bytes){0});
    }
    *mark |= 1;
    return ERR_OK;
}

static enum outcome check_views(struct transaction *txn, const struct truth *truth,
                                enum judge_task task, struct judged *out)
{
    uint64_t mark = 0;

    if (mark_views(txn, &mark) != ERR_OK) {
        return say(out, OUTCOME_WRONG, "the views cannot be read");
    }
    uint64_t *known = &truth->marks[out->seq - 1];
    if (task == JUDGE_LEARN && *known == 0) {
        *known = mark;
    }
    if (*known == 0) {
        return say(out, OUTCOME_WRONG, "no commit ends at entry %" PRIu64, out->seq);
    }
    return *known == mark
               ? OUTCOME_WHOLE
               : say(out, OUTCOME_WRONG, "the views are not those of entry %" PRIu64, out->seq);
}

static enum outcome check_store(struct broker *broker, const struct truth *truth,
                                const struct moment *moment, struct judged *out)
{
    struct transaction *txn = NULL;

    if (journal_read_begin(broker->journal, &txn) != ERR_OK) {
        return say(out, OUTCOME_WRONG, "the journal cannot be read");
    }
    enum outcome outcome = check_entries(txn, truth, out);
    if (outcome == OUTCOME_WHOLE && out->seq < moment->promise.seq) {
        outcome =
            say(out, OUTCOME_LOST, "the journal ends at %" PRIu64 ", %" PRIu64 " was promised",
                out->seq, moment->promise.seq);
    }
    if (outcome == OUTCOME_WHOLE && journal_head(broker->journal)->seq != out->seq) {
        outcome = say(out, OUTCOME_WRONG, "the broker goes by another head");
    }
    if (outcome == OUTCOME_WHOLE) {
        outcome = check_views(txn, truth, moment->task, out);
    }
    journal_read_end(txn);
    return outcome;
}

/* ---- documents ---- */

static enum outcome check_document(const struct documents *documents, const struct hash *hash,
                                   bool is_promised, struct judged *out)
{
    enum err err = document_check(documents, hash);
    char name[9];

    bytes_to_hex((struct bytes){hash->bytes, 4}, name);
    if (err == ERR_OK || (err == ERR_ABSENT && !is_promised)) {
        return OUTCOME_WHOLE;
    }
    return err == ERR_ABSENT ? say(out, OUTCOME_LOST, "document %s is not there", name)
                             : say(out, OUTCOME_WRONG, "document %s is not what it was", name);
}

/* A document that was said to be complete is there, and one that an entry names; any other is
 * whole or not there at all. */
static enum outcome check_documents(const struct broker *broker, const struct truth *truth,
                                    const struct promise *promise, struct judged *out)
{
    const struct documents *documents = transfer_documents(broker->documents);
    enum outcome outcome = OUTCOME_WHOLE;

    for (size_t i = 0; i < truth->complete_count && outcome == OUTCOME_WHOLE; i++) {
        outcome = check_document(documents, &truth->complete[i], i < promise->documents, out);
    }
    for (size_t i = 0; i < truth->named_count && outcome == OUTCOME_WHOLE; i++) {
        if (truth->named[i].seq <= out->seq) {
            outcome = check_document(documents, &truth->named[i].hash, true, out);
        }
    }
    return outcome;
}

/* ---- going on ---- */

/* The machine started anew: the turn has that to record. */
static enum outcome go_on(struct broker *broker, struct judged *out)
{
    if (turn_begin(broker->turn) != ERR_OK || turn_end(broker->turn) != ERR_OK) {
        return say(out, OUTCOME_WRONG, "no turn can be made: %s",
                   journal_failure(broker->journal)->text);
    }
    if (journal_head(broker->journal)->seq != out->seq + 2) { /* clock_gap and the head */
        return say(out, OUTCOME_WRONG, "the turn after entry %" PRIu64 " ends at %" PRIu64,
                   out->seq, journal_head(broker->journal)->seq);
    }
    return OUTCOME_WHOLE;
}

static void note_fault(void *self, const struct verify_fault *fault)
{
    struct judged *out = self;

    if (out->words[0] == '\0') {
        (void)say(out, OUTCOME_WRONG, "the verifier finds %s at entry %" PRIu64 ": %s", fault->name,
                  fault->seq, fault->detail);
    }
}

static enum outcome verify(const char *home, struct judged *out)
{
    char journal[PATH_BYTES + sizeof "/journal"];
    char scratch[PATH_BYTES + sizeof "/views"];
    struct failure failure = {{0}};
    struct verify_report report;

    (void)snprintf(journal, sizeof journal, "%s/journal", home);
    (void)snprintf(scratch, sizeof scratch, "%s/views", home);
    const struct verify_options options = {.folder = journal, .report = note_fault, .self = out};
    out->words[0] = '\0';
    if (verify_journal(&options, &report, &failure) != ERR_OK ||
        verify_views(&options, scratch, &report, &failure) != ERR_OK) {
        return say(out, OUTCOME_WRONG, "the verifier: %s", failure.text);
    }
    return out->words[0] == '\0' ? OUTCOME_WHOLE : OUTCOME_WRONG;
}

/* ---- the start ---- */

static int64_t wall_after(void *self)
{
    const struct truth *truth = self;

    return truth->last_at_ms + AWAY_MS;
}

static int64_t boot_after(void *self)
{
    (void)self;
    return AWAY_MS;
}

static bool is_synchronised(void *self)
{
    (void)self;
    return true;
}

/* Reads what the broker logged, as far as there is room. */
static void read_words(int fd, struct judged *out)
{
    ssize_t got = pread(fd, out->words, sizeof out->words - 1, 0);

    out->words[got > 0 ? got : 0] = '\0';
}

static enum outcome check_broker(struct broker *broker, const struct truth *truth,
                                 const struct moment *moment, struct judged *out)
{
    enum outcome outcome = check_store(broker, truth, moment, out);

    if (outcome == OUTCOME_WHOLE) {
        outcome = check_documents(broker, truth, &moment->promise, out);
    }
    return outcome == OUTCOME_WHOLE && moment->task != JUDGE_LEARN ? go_on(broker, out) : outcome;
}

static enum outcome judge(void *self, const char *folder, const struct moment *moment,
                          struct judged *out)
{
    struct truth *truth = self;
    const struct clock clock = {wall_after, boot_after, truth};
    char home[PATH_BYTES];
    struct log log;
    uv_loop_t loop;
    struct broker *broker = NULL;
    int words = memfd_create("words", MFD_CLOEXEC);
    struct broker_options options = {
        .home = home,
        .listen = "tcp://127.0.0.1:0",
        .log = &log,
        .clock = clock_real(),
        .time = {.clock = clock,
                 .boot_id = "after-the-loss",
                 .is_synchronised = is_synchronised,
                 .rules = {.gap_ms_max = INT64_MAX, .believes_reboot = true},
                 .rate = 1},
    };

    require(words >= 0);
    (void)snprintf(home, sizeof home, "%s/home", folder);
    *out = (struct judged){0};
    log_init(&log, words, LOG_ERROR, 0, clock_real());
    uv_loop_init(&loop);
    enum outcome outcome = OUTCOME_REFUSED;
    enum err err = moment->task == JUDGE_SERVE ? broker_open(&options, &loop, &broker)
                                               : broker_open_home(&options, &loop, &broker);
    if (err == ERR_OK) {
        outcome = check_broker(broker, truth, moment, out);
        if (moment->task == JUDGE_SERVE) {
            broker_stop(broker);
        }
        broker_close(broker);
    } else {
        read_words(words, out);
    }
    (void)uv_loop_close(&loop);
    (void)close(words);
    return outcome == OUTCOME_WHOLE && moment->task == JUDGE_LEARN ? verify(home, out) : outcome;
}

/* ---- the subject ---- */

static bool is_wanted(void *self, const char *path)
{
    static const char *const wanted[] = {"home/journal", "home/documents", "home/keys/office"};

    (void)self;
    if (strcmp(path, "home") == 0 || strcmp(path, "home/keys") == 0) {
        return true;
    }
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        size_t size = strlen(wanted[i]);

        if (strncmp(path, wanted[i], size) == 0 && (path[size] == '\0' || path[size] == '/')) {
            return true;
        }
    }
    return false;
}

static void hear(void *self, struct bytes message, struct promise *promise)
{
    truth_hear(self, message, promise);
}

struct subject judge_subject(struct truth *truth)
{
    static const char *const made[] = {"home/documents/partial", "home/documents", NULL};

    return (struct subject){
        .self = truth,
        .made = made,
        .store = "home/journal",
        .has_founding = true,
        .is_wanted = is_wanted,
        .hear = hear,
        .judge = judge,
    };
}
