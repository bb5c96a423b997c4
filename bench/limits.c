/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/limits.h"

#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/figures.h"
#include "lib/bytes.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/random.h"

enum {
    RECORD_BYTES = 600, /* as a review leaves in the journal, many times over */
    BLOCK_BYTES = 4096,
    BATCH_RECORDS = 256,
    FOLDER_MODE = 0700,
};

#define MAP_BYTES ((size_t)64 << 30) /* address space; the file grows as it is written */

static double seconds_since(int64_t start_ns)
{
    return (double)(clock_monotonic_ns() - start_ns) / 1e9;
}

/* Sets @per_second to the appends of a block with fdatasync that @fd takes in @secs. */
static bool append_blocks(int fd, uint32_t secs, double *per_second)
{
    uint8_t block[BLOCK_BYTES];
    uint64_t count = 0;
    int64_t start_ns = clock_monotonic_ns();

    random_bytes(block, sizeof block);
    while (seconds_since(start_ns) < secs) {
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block || fdatasync(fd) != 0) {
            return false;
        }
        count++;
    }
    *per_second = (double)count / seconds_since(start_ns);
    return true;
}

static bool measure_sync(const char *folder, uint32_t secs, double *per_second)
{
    char path[FILES_PATH_BYTES_MAX];

    (void)snprintf(path, sizeof path, "%s/blocks", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }

    bool is_done = append_blocks(fd, secs, per_second);
    (void)close(fd); /* every block was synced */
    return is_done;
}

/* Commits @batch records under the keys after @last. Returns LMDB's code. */
static int commit_batch(MDB_env *env, uint32_t batch, uint64_t *last)
{
    static const uint8_t record[RECORD_BYTES] = {1};
    MDB_txn *txn = NULL;
    MDB_dbi dbi = 0;
    int rc = mdb_txn_begin(env, NULL, 0, &txn);

    if (rc != 0) {
        return rc;
    }
    rc = mdb_dbi_open(txn, NULL, 0, &dbi);
    for (uint32_t i = 0; i < batch && rc == 0; i++) {
        uint8_t key_bytes[8];
        MDB_val key = {sizeof key_bytes, key_bytes};
        MDB_val value = {sizeof record, (void *)(uintptr_t)record};

        bytes_put_u64(key_bytes, ++*last);
        rc = mdb_put(txn, dbi, &key, &value, MDB_APPEND);
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

static int run_batches(MDB_env *env, uint32_t batch, uint32_t secs, double *commits_per_second)
{
    uint64_t last = 0;
    uint64_t commits = 0;
    int64_t start_ns = clock_monotonic_ns();

    while (seconds_since(start_ns) < secs) {
        int rc = commit_batch(env, batch, &last);

        if (rc != 0) {
            return rc;
        }
        commits++;
    }
    *commits_per_second = (double)commits / seconds_since(start_ns);
    return 0;
}

static bool measure_lmdb(const char *folder, uint32_t batch, uint32_t secs, double *out)
{
    char path[FILES_PATH_BYTES_MAX];
    MDB_env *env = NULL;

    (void)snprintf(path, sizeof path, "%s/lmdb-%u", folder, batch);
    if (folder_make(path, FOLDER_MODE) != ERR_OK) {
        return false;
    }

    int rc = mdb_env_create(&env);
    if (rc == 0) {
        rc = mdb_env_set_mapsize(env, MAP_BYTES);
    }
    if (rc == 0) {
        rc = mdb_env_open(env, path, MDB_NOTLS, 0600);
    }
    if (rc == 0) {
        rc = run_batches(env, batch, secs, out);
    }
    mdb_env_close(env);
    if (rc != 0) {
        fprintf(stderr, "%s: %s\n", path, mdb_strerror(rc));
    }
    return rc == 0;
}

int limits_run(const char *folder, const struct bench_options *options)
{
    struct figures figures = {.count = 0};
    double syncs = 0;
    double single = 0;
    double batched = 0;

    if (!measure_sync(folder, options->secs, &syncs) ||
        !measure_lmdb(folder, 1, options->secs, &single) ||
        !measure_lmdb(folder, BATCH_RECORDS, options->secs, &batched)) {
        fprintf(stderr, "%s: it cannot be written\n", folder);
        return STATUS_ENVIRONMENT;
    }
    figures_text(&figures, "scenario", "limits");
    figures_count(&figures, "recordBytes", RECORD_BYTES);
    figures_real(&figures, "fdatasyncPerSec", syncs, 0);
    figures_real(&figures, "lmdbCommitsPerSec", single, 0);
    figures_real(&figures, "lmdbBatchCommitsPerSec", batched, 0);
    figures_real(&figures, "lmdbBatchRecordsPerSec", batched * BATCH_RECORDS, 0);
    figures_print(&figures, options->is_json);
    return STATUS_DONE;
}
