/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/torture/engine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "os/files.h"

enum {
    RUN_SECONDS_MAX = 20,
    PATH_BYTES = 512,
    SAID_BYTES = 4096, /* of what a process said, of its end */
    TOLD_MAX = 20,     /* faults printed by one job */
};

struct error {
    int number;
    const char *name;
};

#define ERROR(name) \
    {               \
        name, #name \
    }
enum { ERRORS_MAX = 6 };

/* What each class may be told by a system that obeys its manual. */
static const struct error errors[CALLS_COUNT][ERRORS_MAX] = {
    [CALLS_MEMORY] = {ERROR(ENOMEM)},
    [CALLS_READ] = {ERROR(EIO), ERROR(EINTR), {TALLY_SHORT, "short"}},
    [CALLS_PREAD] = {ERROR(EIO), ERROR(EINTR)},
    [CALLS_WRITE] =
        {ERROR(EIO), ERROR(ENOSPC), ERROR(EDQUOT), ERROR(EINTR), {TALLY_SHORT, "short"}},
    [CALLS_SYNC] = {ERROR(EIO), ERROR(ENOSPC), ERROR(EDQUOT)},
    [CALLS_OPEN] = {ERROR(EMFILE), ERROR(EIO), ERROR(ENOSPC), ERROR(EACCES), ERROR(EINTR)},
    [CALLS_NAME] = {ERROR(EIO), ERROR(ENOSPC), ERROR(EDQUOT), ERROR(EACCES)},
    [CALLS_SIZE] = {ERROR(EIO), ERROR(ENOSPC), ERROR(EINTR)},
    [CALLS_MAP] = {ERROR(ENOMEM)},
    [CALLS_NETWORK] = {ERROR(EMFILE), ERROR(ENOBUFS), ERROR(EINTR), ERROR(EAGAIN)},
    [CALLS_RANDOM] = {ERROR(EINTR)},
};

#define CALLS_TEXT(name, text) text,
static const char *const calls_names[] = {CALLS_LIST(CALLS_TEXT)};
#undef CALLS_TEXT

/* A failure to inject. */
struct failure_plan {
    enum calls calls;
    uint64_t first;
    const struct error *error;
    bool is_lasting;
};

/* One of the processes that share the work. */
struct job {
    const struct engine_plan *plan;
    struct run *run;
    struct engine_tally *tally;
    char folder[PATH_BYTES]; /* in which runs take place */
    size_t group;            /* the first scenario of the group at work */
    int said;                /* what a process writes on its outputs */
    uint64_t random;
    unsigned told;
};

/* ---- what a run says ---- */

void run_fault(struct run *run, const char *format, ...)
{
    va_list list;

    if (run->fault[0] != '\0') {
        return;
    }
    va_start(list, format);
    (void)vsnprintf(run->fault, sizeof run->fault, format, list); /* cut if too long */
    va_end(list);
}

void run_expect(struct run *run, bool is_so, const char *words)
{
    if (!is_so) {
        run_fault(run, "%s", words);
    }
}

bool run_is_first(const struct run *run)
{
    return run->tally.first == 0;
}

void run_end(struct run *run, enum err err, const char *words)
{
    run->err = err;
    (void)snprintf(run->words, sizeof run->words, "%s", words); /* cut if too long */
}

void scenarios_add(struct scenarios *all, const struct scenario *scenario)
{
    require(all->count < SCENARIOS_MAX);
    all->rows[all->count++] = *scenario;
}

/* ---- one process ---- */

static int count_files(void)
{
    struct stat facts;
    int count = 0;

    for (int fd = 0; fd < 256; fd++) {
        count += fstat(fd, &facts) == 0 ? 1 : 0;
    }
    return count;
}

static void do_deed(struct run *run)
{
    run->files[0] = count_files();
    run->blocks[0] = torture_blocks();
    run->tally.is_armed = 1;
    run->scenario->deed(run);
    run->tally.is_armed = 0;
    run->files[1] = count_files();
    run->blocks[1] = torture_blocks();
    run->is_done = true;
}

/* Runs @part in a process of its own in the job's folder. Returns its wait status. */
static int in_process(struct job *job, void (*part)(struct run *))
{
    int status = 0;

    require(ftruncate(job->said, 0) == 0 && lseek(job->said, 0, SEEK_SET) == 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(job->said, STDOUT_FILENO);
        (void)dup2(job->said, STDERR_FILENO);
        (void)alarm(RUN_SECONDS_MAX);
        if (chdir(job->folder) != 0) {
            _exit(EXIT_FAILURE);
        }
        torture_attach(&job->run->tally);
        part(job->run);
        _exit(EXIT_SUCCESS);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        torture_fail("fork: %s", strerror(errno));
    }
    return status;
}

static void read_said(const struct job *job, char out[SAID_BYTES])
{
    off_t size = lseek(job->said, 0, SEEK_END);
    off_t from = size > SAID_BYTES - 1 ? size - (SAID_BYTES - 1) : 0;
    ssize_t got = pread(job->said, out, SAID_BYTES - 1, from);

    out[got > 0 ? got : 0] = '\0';
}

/* Memory or random numbers that are not to be had end our programs, by a require(). */
static bool is_end_by_design(const struct run *run, const char *said)
{
    bool is_exhausted = run->tally.calls == CALLS_MEMORY;

    if (strstr(said, "bug: ") != NULL) {
        return is_exhausted &&
               (strstr(said, "!= NULL)") != NULL || strstr(said, "require(asprintf(") != NULL ||
                strstr(said, "MEMORY") != NULL || strstr(said, "is_ready") != NULL);
    }
    return run->scenario->is_library_ending || (is_exhausted && strstr(said, "mdb.c") != NULL);
}

/* What is wrong with how the deed went and ended, whatever it was. */
static void judge_end(struct job *job, int status)
{
    struct run *run = job->run;
    char said[SAID_BYTES];

    read_said(job, said);
    if (WIFSIGNALED(status)) {
        int number = WTERMSIG(status);

        if (number == SIGABRT && is_end_by_design(run, said)) {
            job->tally->stopped++;
        } else {
            run_fault(run, "ended by %s: %s", strsignal(number), said);
        }
        return;
    }
    if (!run->is_done) {
        run_expect(run, WEXITSTATUS(status) != EXIT_SUCCESS, "ended in the middle with status 0");
        run_expect(run, said[0] != '\0', "ended without a word");
        return;
    }
    if (run->files[1] > run->files[0]) {
        run_fault(run, "%d files are left open", run->files[1] - run->files[0]);
    }
    if (run->err != ERR_OK && run->words[0] == '\0' && said[0] == '\0') {
        run_fault(run, "%s, and no words about it", err_text(run->err));
    }
    if (run->fault[0] != '\0' && said[0] != '\0') {
        size_t size = strlen(run->fault);

        (void)snprintf(run->fault + size, sizeof run->fault - size, "; it said: %s", said);
    }
    if (run->err == ERR_CORRUPT) {
        run_fault(run, "a failing call is told as damage: %s", run->words);
    }
}

/* Puts the prepared folder where runs take place. */
static void prepare(const struct job *job, const struct scenario *scenario)
{
    if (file_exists(job->folder) && folder_remove(job->folder) != ERR_OK) {
        torture_fail("%s: %s", job->folder, strerror(errno));
    }
    if (scenario->prepared[0] != '\0') {
        tree_copy(scenario->prepared, job->folder);
    } else if (mkdir(job->folder, S_IRWXU) != 0) {
        torture_fail("%s: %s", job->folder, strerror(errno));
    }
}

static void run_once(struct job *job, const struct scenario *scenario,
                     const struct failure_plan *failure)
{
    struct run *run = job->run;

    prepare(job, scenario);
    *run = (struct run){.scenario = scenario};
    if (failure != NULL) {
        run->tally.calls = failure->calls;
        run->tally.first = failure->first;
        run->tally.is_lasting = failure->is_lasting;
        run->tally.error = failure->error->number;
    }
    judge_end(job, in_process(job, do_deed));
    run->tally.is_armed = 0;
    int status = in_process(job, scenario->judge);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
        char said[SAID_BYTES];

        read_said(job, said);
        run_fault(run, "what is left cannot be judged: status %d: %s", status, said);
    }
}

/* ---- which failures ---- */

static uint64_t next_random(struct job *job)
{
    job->random ^= job->random << 13;
    job->random ^= job->random >> 7;
    job->random ^= job->random << 17;
    return job->random;
}

static size_t errors_of(enum calls calls)
{
    size_t count = 0;

    while (count < ERRORS_MAX && errors[calls][count].name != NULL) {
        count++;
    }
    return count;
}

static void tell_fault(struct job *job, const struct scenario *scenario,
                       const struct failure_plan *failure)
{
    if (job->told++ >= TOLD_MAX) {
        return;
    }
    if (failure == NULL) {
        printf("FAILED %s/%s, nothing failing: %s\n", scenario->group, scenario->name,
               job->run->fault);
    } else {
        printf("FAILED %s/%s --fail %s:%" PRIu64 ":%s:%s (%s): %s\n", scenario->group,
               scenario->name, calls_names[failure->calls], failure->first, failure->error->name,
               failure->is_lasting ? "on" : "once", job->run->tally.call, job->run->fault);
    }
    (void)fflush(stdout);
}

/* What a scenario asks of the system when nothing fails. */
struct counted {
    uint64_t counts[CALLS_COUNT];
    int64_t kept_blocks; /* by libraries, for ever */
    struct hash left;
};

static void inject(struct job *job, const struct scenario *scenario,
                   const struct failure_plan *failure, const struct counted *counted)
{
    struct run *run = job->run;

    run_once(job, scenario, failure);
    int64_t blocks = run->blocks[1] - run->blocks[0] - counted->kept_blocks;
    if (run->is_done && blocks > 0) {
        run_fault(run, "%" PRId64 " blocks of memory are left", blocks);
    }
    run_expect(run, hash_equal(run->left, counted->left), "what is left is not what it must be");
    __atomic_add_fetch(&job->tally->injected[failure->calls], 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&job->tally->of_group[job->group], 1, __ATOMIC_RELAXED);
    if (run->fault[0] != '\0') {
        __atomic_add_fetch(&job->tally->failed, 1, __ATOMIC_RELAXED);
        tell_fault(job, scenario, failure);
    }
}

static bool count_calls(struct job *job, const struct scenario *scenario, struct counted *out)
{
    const struct run *run = job->run;

    run_once(job, scenario, NULL);
    memcpy(out->counts, run->tally.counts, sizeof out->counts);
    out->kept_blocks = run->blocks[1] - run->blocks[0];
    out->left = run->left;
    if (!run->is_done || run->err != ERR_OK) {
        run_fault(job->run, "does not succeed: %s", run->words);
    }
    if (run->fault[0] != '\0') {
        __atomic_add_fetch(&job->tally->failed, 1, __ATOMIC_RELAXED);
        tell_fault(job, scenario, NULL);
        return false;
    }
    return true;
}

static void inject_all(struct job *job, const struct scenario *scenario,
                       const struct counted *counted)
{
    for (enum calls calls = 0; calls < CALLS_COUNT; calls++) {
        for (uint64_t first = 1; first <= counted->counts[calls]; first++) {
            for (size_t i = 0; i < 2 * errors_of(calls); i++) {
                struct failure_plan failure = {calls, first, &errors[calls][i / 2], i % 2 == 1};

                /* What would be tried again for ever does not last for ever. */
                if (!failure.is_lasting || failure.error->number != EINTR) {
                    inject(job, scenario, &failure, counted);
                }
            }
        }
    }
}

/* Injects @share failures, of each class in turn, so that the few calls of one are not lost among
 * the many of another. */
static void inject_some(struct job *job, const struct scenario *scenario,
                        const struct counted *counted, uint64_t share)
{
    enum calls calls = 0;
    uint64_t done = 0;
    uint64_t all = 0;

    for (size_t i = 0; i < CALLS_COUNT; i++) {
        all += counted->counts[i];
    }
    while (done < share && all > 0) {
        calls = (calls + 1) % CALLS_COUNT;
        if (counted->counts[calls] == 0) {
            continue;
        }
        struct failure_plan failure = {
            .calls = calls,
            .first = next_random(job) % counted->counts[calls] + 1,
            .error = &errors[calls][next_random(job) % errors_of(calls)],
        };
        failure.is_lasting = failure.error->number != EINTR && next_random(job) % 2 == 0;
        inject(job, scenario, &failure, counted);
        done++;
    }
}

/* Reads "class:number:errno:mode". */
static bool read_failure(const char *text, struct failure_plan *out)
{
    char calls[16];
    char error[16];
    char mode[16];
    bool is_read =
        sscanf(text, "%15[^:]:%" SCNu64 ":%15[^:]:%15s", calls, &out->first, error, mode) == 4;

    out->calls = CALLS_COUNT;
    for (enum calls i = 0; i < CALLS_COUNT && is_read; i++) {
        out->calls = strcmp(calls, calls_names[i]) == 0 ? i : out->calls;
    }
    out->error = NULL;
    for (size_t i = 0; out->calls < CALLS_COUNT && i < errors_of(out->calls); i++) {
        if (strcmp(errors[out->calls][i].name, error) == 0) {
            out->error = &errors[out->calls][i];
        }
    }
    out->is_lasting = is_read && strcmp(mode, "on") == 0;
    return out->error != NULL;
}

static void torture(struct job *job, const struct scenario *scenario, uint64_t share)
{
    struct counted counted;
    struct failure_plan failure;

    if (!count_calls(job, scenario, &counted)) {
        return;
    }
    if (job->plan->failure != NULL) {
        if (!read_failure(job->plan->failure, &failure)) {
            torture_fail("%s: class:number:errno:once or on", job->plan->failure);
        }
        inject(job, scenario, &failure, &counted);
    } else if (job->plan->count == 0) {
        inject_all(job, scenario, &counted);
    } else {
        inject_some(job, scenario, &counted, share);
    }
}

/* ---- all ---- */

static bool is_wanted(const struct engine_plan *plan, const struct scenario *scenario)
{
    char name[2 * SCENARIO_NAME_BYTES];

    (void)snprintf(name, sizeof name, "%s/%s", scenario->group, scenario->name);
    return plan->only == NULL || strncmp(name, plan->only, strlen(plan->only)) == 0;
}

static void *shared(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED) {
        torture_fail("memory: %s", strerror(errno));
    }
    return at;
}

/* Every @plan->jobs-th scenario, from @index on. */
static void work(const struct scenarios *all, const struct engine_plan *plan, unsigned index,
                 struct engine_tally *tally)
{
    struct job job = {.plan = plan, .tally = tally, .run = shared(sizeof *job.run)};
    uint64_t wanted = 0;
    uint64_t place = 0;

    (void)snprintf(job.folder, sizeof job.folder, "%s/run-%u", plan->memory, index);
    job.said = memfd_create("said", 0);
    for (size_t i = 0; i < all->count; i++) {
        wanted += is_wanted(plan, &all->rows[i]) ? 1 : 0;
    }
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->rows[i].group, all->rows[job.group].group) != 0) {
            job.group = i;
        }
        if (!is_wanted(plan, &all->rows[i])) {
            continue;
        }
        uint64_t share = plan->count * (place + 1) / wanted - plan->count * place / wanted;
        if (place++ % plan->jobs == index) {
            job.random = plan->seed * UINT64_C(0x9E3779B97F4A7C15) + i + 1;
            torture(&job, &all->rows[i], share);
        }
    }
}

bool engine_run(const struct scenarios *all, const struct engine_plan *plan,
                struct engine_tally *out)
{
    struct engine_tally *tally = shared(sizeof *tally);
    bool is_well = true;
    int status = 0;

    for (unsigned i = 0; i < plan->jobs; i++) {
        pid_t child = fork();

        if (child == 0) {
            work(all, plan, i, tally);
            (void)fflush(stdout);
            _exit(EXIT_SUCCESS);
        }
        if (child < 0) {
            torture_fail("fork: %s", strerror(errno));
        }
    }
    while (wait(&status) > 0) {
        is_well = is_well && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
    }
    *out = *tally;
    return is_well && tally->failed == 0;
}
