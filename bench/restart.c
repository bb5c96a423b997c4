/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/restart.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench/audit.h"
#include "bench/figures.h"
#include "bench/first_ack.h"
#include "bench/load.h"
#include "bench/server.h"
#include "lib/check.h"
#include "os/clock.h"

enum { READY_MS = 20000, PRELOAD_CONC = 1024 };

/* One of the two offices. */
struct candidate {
    struct bench_office office;
    struct server server;
    struct book book;
    char endpoint[ENDPOINT_BYTES_MAX]; /* the same in every round */
    double elapsed_ms[ROUNDS_MAX];
};

static enum err fill(struct candidate *candidate, const struct bench_options *options)
{
    const struct load_settings settings = {
        .office = &candidate->office,
        .endpoint = candidate->endpoint,
        .book = &candidate->book,
        .conc = PRELOAD_CONC,
    };
    const struct load_phase stored = {.submissions = options->stored};
    const struct load_phase open = {.submissions = options->open, .is_unanswered = true};
    struct load *load = NULL;
    enum err err = load_open(&settings, &load);

    if (err == ERR_OK && options->stored > 0) {
        err = load_run(load, &stored);
    }
    if (err == ERR_OK && options->open > 0) {
        err = load_run(load, &open);
    }
    load_close(load);
    return err;
}

/* Founds the office and starts it once, which gives its endpoint; leaves it killed. */
static enum err prepare(struct candidate *candidate, const char *folder, const char *name,
                        const struct bench_options *fill_with)
{
    char home[FILES_PATH_BYTES_MAX];
    int length = snprintf(home, sizeof home, "%s/%s", folder, name);

    if (length < 0 || (size_t)length >= sizeof home) {
        return ERR_INVALID;
    }
    enum err err = office_found(&candidate->office, home, 4);
    if (err == ERR_OK) {
        err = server_start(&candidate->server, candidate->office.home, "tcp://127.0.0.1:0");
    }
    if (err == ERR_OK) {
        err = server_wait_ready(&candidate->server, READY_MS);
    }
    if (err == ERR_OK) {
        (void)snprintf(candidate->endpoint, sizeof candidate->endpoint, "%s",
                       candidate->server.endpoint);
        err = fill_with == NULL ? ERR_OK : fill(candidate, fill_with);
    }
    server_kill(&candidate->server);
    return err;
}

static enum err start_server(void *self)
{
    struct candidate *candidate = self;

    return server_start(&candidate->server, candidate->office.home, candidate->endpoint);
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
    enum err err = first_ack_measure(&settings, &candidate->elapsed_ms[round]);

    server_kill(&candidate->server);
    return err;
}

static enum err run_rounds(struct candidate *few, struct candidate *many, uint32_t rounds)
{
    enum err err = ERR_OK;

    for (uint32_t i = 0; i < rounds && err == ERR_OK; i++) {
        err = run_round(few, i);
        if (err == ERR_OK) {
            err = run_round(many, i);
        }
    }
    return err;
}

static int report(struct candidate *few, struct candidate *many, double preload_secs,
                  const struct bench_options *options)
{
    struct figures figures = {.count = 0};
    bool is_right = audit_journal(&few->office, &few->book);
    bool are_right = audit_journal(&many->office, &many->book);
    double few_ms = figures_share(few->elapsed_ms, options->rounds, 0.5);
    double many_ms = figures_share(many->elapsed_ms, options->rounds, 0.5);

    figures_text(&figures, "scenario", "restart");
    figures_count(&figures, "rounds", options->rounds);
    figures_count(&figures, "stored", options->stored);
    figures_count(&figures, "open", options->open);
    figures_real(&figures, "preloadSec", preload_secs, 1);
    figures_real(&figures, "emptyMs", few_ms, 1);
    figures_real(&figures, "storedMs", many_ms, 1);
    figures_real(&figures, "differenceMs", many_ms - few_ms, 1);
    figures_count(&figures, "acknowledged", few->book.ack_count + many->book.ack_count);
    figures_bool(&figures, "verified", is_right && are_right);
    figures_print(&figures, options->is_json);
    return is_right && are_right ? STATUS_DONE : STATUS_REFUSED;
}

static void release(struct candidate *candidate)
{
    server_kill(&candidate->server);
    book_release(&candidate->book);
    office_wipe(&candidate->office);
    free(candidate);
}

int restart_run(const char *folder, const struct bench_options *options)
{
    struct candidate *few = calloc(1, sizeof *few);
    struct candidate *many = calloc(1, sizeof *many);

    require(few != NULL && many != NULL);
    enum err err = prepare(few, folder, "empty", NULL);
    int64_t start_ns = clock_monotonic_ns();
    if (err == ERR_OK) {
        err = prepare(many, folder, "stored", options);
    }
    double preload_secs = (double)(clock_monotonic_ns() - start_ns) / 1e9;
    if (err == ERR_OK) {
        err = run_rounds(few, many, options->rounds);
    }

    int status = STATUS_NO_ANSWER;
    if (err == ERR_OK) {
        status = report(few, many, preload_secs, options);
    } else if (err != ERR_TIMEOUT) {
        status = STATUS_ENVIRONMENT;
    }
    release(few);
    release(many);
    return status;
}
