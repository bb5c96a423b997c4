/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/joint.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "bench/audit.h"
#include "bench/figures.h"
#include "bench/load.h"
#include "bench/server.h"
#include "lib/check.h"
#include "os/clock.h"

enum { READY_MS = 20000, DISK_BLOCK_BYTES = 512, MEGABYTE = 1024 * 1024 };

/* What is read at an instant. */
struct snapshot {
    int64_t at_ns;
    double server_cpu;
    double client_cpu;
};

struct joint {
    const struct bench_options *options;
    struct bench_office office;
    struct server server;
    struct book book;
    struct load *load;
    uint64_t disk_before; /* bytes of the journal's folder after the founding */
    uint64_t disk_after;
    uint64_t done; /* units, the warm-up's with them: what lies on the disk */
    uint64_t rss_anon_max;
    struct snapshot first;
    struct snapshot last;
};

static double own_cpu_seconds(void)
{
    struct rusage usage;
    int rc = getrusage(RUSAGE_SELF, &usage);

    require(rc == 0);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* The blocks that the journal's file takes: a map is larger than what is in it. */
static enum err journal_bytes(const struct joint *joint, uint64_t *out)
{
    char path[FILES_PATH_BYTES_MAX + 32];
    struct stat status;

    (void)snprintf(path, sizeof path, "%s/data.mdb", joint->office.journal);
    if (stat(path, &status) != 0) {
        return ERR_IO;
    }
    *out = (uint64_t)status.st_blocks * DISK_BLOCK_BYTES;
    return ERR_OK;
}

static enum err take_snapshot(const struct joint *joint, struct snapshot *out)
{
    out->at_ns = clock_monotonic_ns();
    out->client_cpu = own_cpu_seconds();
    return server_cpu_seconds(&joint->server, &out->server_cpu);
}

static void on_tick(void *self)
{
    struct joint *joint = self;
    uint64_t bytes = 0;

    if (server_rss_anon_bytes(&joint->server, &bytes) == ERR_OK && bytes > joint->rss_anon_max) {
        joint->rss_anon_max = bytes;
    }
}

static enum err start(struct joint *joint, const char *listen)
{
    enum err err = server_start(&joint->server, joint->office.home, listen);

    return err == ERR_OK ? server_wait_ready(&joint->server, READY_MS) : err;
}

static enum err open_all(struct joint *joint, const char *folder)
{
    enum err err = office_found(&joint->office, folder, joint->options->submitters);

    if (err == ERR_OK) {
        err = journal_bytes(joint, &joint->disk_before);
    }
    if (err == ERR_OK) {
        err = start(joint, "tcp://127.0.0.1:0");
    }
    if (err == ERR_OK) {
        const struct load_settings settings = {
            .office = &joint->office,
            .endpoint = joint->server.endpoint,
            .book = &joint->book,
            .conc = joint->options->conc,
        };

        err = load_open(&settings, &joint->load);
    }
    return err;
}

static enum err measure(struct joint *joint)
{
    const struct load_phase warm = {.duration_ms = (int64_t)joint->options->warm_secs * 1000};
    const struct load_phase measured = {
        .duration_ms = (int64_t)joint->options->secs * 1000, .tick = on_tick, .self = joint};
    enum err err = warm.duration_ms > 0 ? load_run(joint->load, &warm) : ERR_OK;

    if (err == ERR_OK) {
        err = take_snapshot(joint, &joint->first);
    }
    if (err == ERR_OK) {
        err = load_run(joint->load, &measured);
    }
    if (err == ERR_OK) {
        on_tick(joint);
        err = take_snapshot(joint, &joint->last);
    }
    if (err == ERR_OK) {
        err = journal_bytes(joint, &joint->disk_after);
    }
    joint->done = load_done(joint->load);
    return err;
}

/* Kills the broker in the midst of its work and looks at what is left. */
static bool audit(struct joint *joint)
{
    server_kill(&joint->server);
    load_close(joint->load);
    joint->load = NULL;
    if (start(joint, "tcp://127.0.0.1:0") != ERR_OK) {
        return false;
    }

    bool is_right = audit_answers(&joint->office, joint->server.endpoint, &joint->book);
    if (!server_stop(&joint->server)) {
        fprintf(stderr, "audit: the broker did not end in order\n");
        is_right = false;
    }
    return audit_journal(&joint->office, &joint->book) && is_right;
}

/* Sets @out to the milliseconds of the units that were done in the time measured. */
static size_t collect_latencies(const struct joint *joint, double **out)
{
    double *values = calloc(joint->book.proposal_max + 1, sizeof *values);
    size_t count = 0;

    require(values != NULL);
    for (uint64_t id = 1; id <= joint->book.proposal_max; id++) {
        const struct unit *unit = book_find(&joint->book, id);

        if (unit != NULL && unit->done_ns > joint->first.at_ns &&
            unit->done_ns <= joint->last.at_ns) {
            values[count++] = (double)(unit->done_ns - unit->start_ns) / 1e6;
        }
    }
    *out = values;
    return count;
}

static void add_sizes(struct figures *figures)
{
    struct arena arena;

    arena_init(&arena, MEGABYTE);
    Hs__Packet *packet = definitions_packet(0, &arena);
    Hs__Opinion *opinion = definitions_opinion(&arena);
    figures_count(figures, "packetBytes", message_size(packet));
    figures_count(figures, "opinionBytes", message_size(opinion));
    arena_release(&arena);
}

/* Returns the number of reviews that were measured. */
static size_t add_figures(struct joint *joint, struct figures *figures)
{
    const struct bench_options *options = joint->options;
    double seconds = (double)(joint->last.at_ns - joint->first.at_ns) / 1e9;
    double *values = NULL;
    size_t count = collect_latencies(joint, &values);
    double thousands = (double)count / 1000;

    figures_text(figures, "scenario", "joint");
    figures_count(figures, "conc", options->conc);
    figures_count(figures, "submitters", options->submitters);
    figures_count(figures, "departments", BENCH_DEPARTMENTS);
    add_sizes(figures);
    figures_real(figures, "seconds", seconds, 2);
    figures_count(figures, "reviews", count);
    if (count > 0) {
        figures_real(figures, "rps", (double)count / seconds, 1);
        figures_real(figures, "p50Ms", figures_share(values, count, 0.50), 2);
        figures_real(figures, "p99Ms", figures_share(values, count, 0.99), 2);
        figures_real(figures, "serverCpuSecPer1000",
                     (joint->last.server_cpu - joint->first.server_cpu) / thousands, 4);
        figures_real(figures, "clientCpuSecPer1000",
                     (joint->last.client_cpu - joint->first.client_cpu) / thousands, 4);
        figures_real(figures, "rssAnonMb", (double)joint->rss_anon_max / MEGABYTE, 1);
        figures_real(figures, "dirBytesPerReview",
                     (double)(joint->disk_after - joint->disk_before) / (double)joint->done, 0);
    }
    free(values);
    return count;
}

static int finish(struct joint *joint)
{
    struct figures figures = {.count = 0};
    bool is_right = audit(joint);

    if (add_figures(joint, &figures) == 0) {
        fprintf(stderr, "no review was done in the time measured\n");
        return STATUS_NO_ANSWER;
    }
    figures_count(&figures, "acknowledged", joint->book.ack_count);
    figures_bool(&figures, "verified", is_right);
    figures_print(&figures, joint->options->is_json);
    return is_right ? STATUS_DONE : STATUS_REFUSED;
}

static int status_of(enum err err)
{
    return err == ERR_TIMEOUT ? STATUS_NO_ANSWER : STATUS_ENVIRONMENT;
}

int joint_run(const char *folder, const struct bench_options *options)
{
    struct joint *joint = calloc(1, sizeof *joint);

    require(joint != NULL);
    joint->options = options;
    enum err err = open_all(joint, folder);
    if (err == ERR_OK) {
        err = measure(joint);
    }

    int status = err == ERR_OK ? finish(joint) : status_of(err);
    load_close(joint->load);
    server_kill(&joint->server);
    book_release(&joint->book);
    office_wipe(&joint->office);
    free(joint);
    return status;
}
