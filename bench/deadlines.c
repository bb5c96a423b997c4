/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/deadlines.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench/audit.h"
#include "bench/figures.h"
#include "bench/fill.h"
#include "bench/first_ack.h"
#include "bench/load.h"
#include "bench/server.h"
#include "lib/check.h"
#include "os/clock.h"

enum {
    READY_MS = 20000,
    LIMIT_SECONDS = 30, /* of the burst: its filling and the start of the broker fit in */
    IDLE_MS = 5000,     /* submissions while no deadline passes */
    AFTER_MS = 5000,    /* at most, from the end of the limit to the last of the burst */
    MEGABYTE = 1024 * 1024,
    FOUNDED_SUBMITTERS = 4,
};

/* One of the two offices. */
struct candidate {
    struct bench_office office;
    struct server server;
    struct book book;
    char endpoint[ENDPOINT_BYTES_MAX]; /* the same in every round */
    double restart_ms[ROUNDS_MAX];
    uint64_t rss_anon; /* after it serves */
    double p99_ms;     /* of submissions while no deadline passes */
};

/* The burst, as a submitter hears of it. */
struct burst {
    int64_t due_ms;
    uint64_t heard; /* deadlines that passed */
    uint64_t early; /* of them before the limit had ended */
    int64_t first_ms;
    int64_t last_ms;
    int64_t first_ns; /* the same on the monotonic clock */
    int64_t last_ns;
};

static enum err start_server(void *self)
{
    struct candidate *candidate = self;

    return server_start(&candidate->server, candidate->office.home, candidate->endpoint);
}

static enum err serve(struct candidate *candidate)
{
    enum err err = start_server(candidate);

    return err == ERR_OK ? server_wait_ready(&candidate->server, READY_MS) : err;
}

/* Founds the office with @deadlines open ones and starts it once, which gives its endpoint; leaves
 * it killed. */
static enum err prepare(struct candidate *candidate, const char *folder, const char *name,
                        uint64_t deadlines)
{
    const struct fill fill = {.office = &candidate->office,
                              .proposals = deadlines / BENCH_DEPARTMENTS};
    char home[FILES_PATH_BYTES_MAX];
    int length = snprintf(home, sizeof home, "%s/%s", folder, name);

    if (length < 0 || (size_t)length >= sizeof home) {
        return ERR_INVALID;
    }
    (void)snprintf(candidate->endpoint, sizeof candidate->endpoint, "tcp://127.0.0.1:0");
    enum err err = office_found(&candidate->office, home, FOUNDED_SUBMITTERS);
    if (err == ERR_OK && fill.proposals > 0) {
        err = fill_office(&fill, NULL);
    }
    if (err == ERR_OK) {
        err = serve(candidate);
    }
    if (err == ERR_OK) {
        err = server_rss_anon_bytes(&candidate->server, &candidate->rss_anon);
        (void)snprintf(candidate->endpoint, sizeof candidate->endpoint, "%s",
                       candidate->server.endpoint);
    }
    server_kill(&candidate->server);
    return err;
}

/* Starts the broker once more, measures, and kills it. */
static enum err run_round(struct candidate *candidate, uint32_t round)
{
    const struct first_ack_settings settings = {
        .office = &candidate->office,
        .endpoint = candidate->endpoint,
        .book = &candidate->book,
        .start = start_server,
        .self = candidate,
    };
    enum err err = first_ack_measure(&settings, &candidate->restart_ms[round]);

    server_kill(&candidate->server);
    return err;
}

/* ---- submissions ---- */

/* Returns the milliseconds below which 99 of 100 submissions lay that were under way at any time
 * from @from_ns to @to_ns; sets @count to how many there were. */
static double p99_between(const struct book *book, int64_t from_ns, int64_t to_ns, size_t *count)
{
    double *values = calloc(book->proposal_max + 1, sizeof *values);
    size_t found = 0;

    require(values != NULL);
    for (uint64_t id = 1; id <= book->proposal_max; id++) {
        const struct unit *unit = book_find(book, id);

        if (unit != NULL && unit->done_ns >= from_ns && unit->start_ns <= to_ns &&
            unit->start_ns > 0) {
            values[found++] = (double)(unit->done_ns - unit->start_ns) / 1e6;
        }
    }
    double share = figures_share(values, found, 0.99);
    free(values);
    *count = found;
    return share;
}

static enum err open_load(struct candidate *candidate, uint32_t conc, struct load **out)
{
    const struct load_settings settings = {
        .office = &candidate->office,
        .endpoint = candidate->server.endpoint,
        .book = &candidate->book,
        .conc = conc,
        .has_no_agents = true,
    };

    return load_open(&settings, out);
}

static enum err run_idle(struct candidate *candidate, struct load *load)
{
    const struct load_phase phase = {.duration_ms = IDLE_MS, .is_unanswered = true};
    int64_t from_ns = clock_monotonic_ns();
    size_t count = 0;
    enum err err = load_run(load, &phase);

    candidate->p99_ms = p99_between(&candidate->book, from_ns, clock_monotonic_ns(), &count);
    return err;
}

static void hear(void *self, const Hs__FeedItem *item)
{
    struct burst *burst = self;

    if (item->event->body_case != HS__EVENT__BODY_REVIEW_OVERDUE) {
        return;
    }
    burst->last_ms = clock_real().wall_ms(NULL);
    burst->last_ns = clock_monotonic_ns();
    burst->early += burst->last_ms <= item->event->review_overdue->due_at ? 1 : 0;
    if (burst->heard++ == 0) {
        burst->first_ms = burst->last_ms;
        burst->first_ns = burst->last_ns;
    }
}

/* Submits until the whole burst was heard of. */
static enum err run_burst(struct load *load, const struct bench_options *options,
                          struct burst *burst)
{
    const struct load_phase phase = {
        .duration_ms = LOAD_TICK_MS, .is_unanswered = true, .feed = hear, .self = burst};
    uint64_t wanted = (uint64_t)(options->burst / BENCH_DEPARTMENTS) * BENCH_DEPARTMENTS;
    enum err err = ERR_OK;

    while (err == ERR_OK && burst->heard < wanted) {
        if (clock_real().wall_ms(NULL) > burst->due_ms + AFTER_MS + LIMIT_SECONDS) {
            fprintf(stderr, "%llu of %llu deadlines were heard of\n",
                    (unsigned long long)burst->heard, (unsigned long long)wanted);
            return ERR_TIMEOUT;
        }
        err = load_run(load, &phase);
    }
    return err;
}

static enum err measure(struct candidate *few, struct candidate *many,
                        const struct bench_options *options, struct burst *burst)
{
    const struct fill fill = {
        .office = &many->office,
        .proposals = options->burst / BENCH_DEPARTMENTS,
        .first_number = options->deadlines,
        .limit_seconds = LIMIT_SECONDS,
    };
    struct load *load = NULL;
    enum err err = serve(few);

    if (err == ERR_OK) {
        err = open_load(few, options->conc, &load);
    }
    if (err == ERR_OK) {
        err = run_idle(few, load);
    }
    load_close(load);
    load = NULL;
    if (err == ERR_OK) {
        err = fill_office(&fill, &burst->due_ms);
    }
    if (err == ERR_OK) {
        err = serve(many);
    }
    if (err == ERR_OK) {
        err = open_load(many, options->conc, &load);
    }
    if (err == ERR_OK) {
        err = run_idle(many, load);
    }
    if (err == ERR_OK) {
        err = run_burst(load, options, burst);
    }
    load_close(load);
    return err;
}

/* ---- figures ---- */

static int report(struct candidate *few, struct candidate *many, const struct burst *burst,
                  const struct bench_options *options)
{
    struct figures figures = {.count = 0};
    size_t count = 0;
    double few_ms = figures_share(few->restart_ms, options->rounds, 0.5);
    double many_ms = figures_share(many->restart_ms, options->rounds, 0.5);
    double burst_p99_ms = p99_between(&many->book, burst->first_ns, burst->last_ns, &count);
    bool is_right = burst->early == 0 && audit_journal(&few->office, &few->book) &&
                    audit_journal(&many->office, &many->book);

    figures_text(&figures, "scenario", "deadlines");
    figures_count(&figures, "deadlines", options->deadlines);
    figures_count(&figures, "burst", burst->heard);
    figures_real(&figures, "emptyMs", few_ms, 1);
    figures_real(&figures, "restartMs", many_ms, 1);
    figures_real(&figures, "restartRatio", many_ms / few_ms, 2);
    figures_real(&figures, "emptyRssAnonMb", (double)few->rss_anon / MEGABYTE, 1);
    figures_real(&figures, "rssAnonMb", (double)many->rss_anon / MEGABYTE, 1);
    figures_real(&figures, "firstDelayMs", (double)(burst->first_ms - burst->due_ms), 0);
    figures_real(&figures, "lastDelayMs", (double)(burst->last_ms - burst->due_ms), 0);
    figures_real(&figures, "emptyP99Ms", few->p99_ms, 2);
    figures_real(&figures, "idleP99Ms", many->p99_ms, 2);
    figures_real(&figures, "burstP99Ms", burst_p99_ms, 2);
    figures_real(&figures, "p99Ratio", burst_p99_ms / few->p99_ms, 2);
    figures_count(&figures, "burstSubmissions", count);
    figures_count(&figures, "early", burst->early);
    figures_bool(&figures, "verified", is_right);
    figures_print(&figures, options->is_json);
    return is_right ? STATUS_DONE : STATUS_REFUSED;
}

static void release(struct candidate *candidate)
{
    server_kill(&candidate->server);
    book_release(&candidate->book);
    office_wipe(&candidate->office);
    free(candidate);
}

int deadlines_run(const char *folder, const struct bench_options *options)
{
    struct candidate *few = calloc(1, sizeof *few);
    struct candidate *many = calloc(1, sizeof *many);
    struct burst burst = {.heard = 0};

    require(few != NULL && many != NULL);
    enum err err = prepare(few, folder, "empty", 0);
    if (err == ERR_OK) {
        err = prepare(many, folder, "full", options->deadlines);
    }
    for (uint32_t i = 0; i < options->rounds && err == ERR_OK; i++) {
        err = run_round(few, i);
        if (err == ERR_OK) {
            err = run_round(many, i);
        }
    }
    if (err == ERR_OK) {
        err = measure(few, many, options, &burst);
    }

    int status = STATUS_NO_ANSWER;
    if (err == ERR_OK) {
        server_kill(&few->server);
        server_kill(&many->server);
        status = report(few, many, &burst, options);
    } else if (err != ERR_TIMEOUT) {
        status = STATUS_ENVIRONMENT;
    }
    release(few);
    release(many);
    return status;
}
