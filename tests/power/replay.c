/* SPDX-License-Identifier: Apache-2.0 */
/* replay - lets the power fail at every moment of a recorded run, in every way that a disk allows.
 *
 * usage: replay --tape FILE --home DIR --scratch DIR [--states N] [--seed N] [--jobs N]
 *               [--grain BYTES] [--lying] [--roll-back] [--at POSITION --state INDEX]
 *
 *   --tape     what tests/power/recorder.c wrote, of `init` and of the broker's lives after it
 *   --home     the home as the last of them left it
 *   --scratch  a folder in memory: states become files there
 *   --agent    the tape is an agent's, whose store is that folder of the disk
 *   --states   how many different states are judged at least (50000)
 *   --grain    bytes that a disk writes whole (512); of others, only the moments at which a
 *              synchronous write is on its way
 *   --lying    no sync does anything
 *   --roll-back  instead: at each commit its meta page is lost, after the head file was written
 *   --at       that state alone, with words
 *
 * Each position of the tape after `init` is a moment at which the power may fail;
 * tests/power/disk.h says what is then certain, tests/power/state.h how states are drawn from the
 * rest, and tests/power/judge.h what a start must find. Before `init` has ended nothing was
 * promised: its states are judged and counted apart, and may be refused. First, at each commit, the
 * state that the programs saw is given to the verifier, which makes the views of the commit known.
 *
 * Workers judge in processes of their own, each a share of the positions; where one dies, that is
 * an outcome, and another goes on after it. Prints a line for each of the first states that are not
 * whole, and one line of JSON. Exits with 0 if all are whole (with --roll-back: if all are refused
 * for what the head file knows).
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/random.h"
#include "tests/power/agent_judge.h"
#include "tests/power/judge.h"
#include "tests/power/reel.h"
#include "tests/power/state.h"

enum {
    JOBS_MAX = 64,
    FOUNDING_SHARE = 4,  /* states of a position before the office was founded */
    RICH_OPEN = 3,       /* with fewer open things a position has only a few states */
    SERVE_EVERY = 32,    /* states, of which the first listens */
    DRAWS_A_STATE = 4,   /* at most, to find one that was not judged yet */
    JUDGE_SECONDS = 60,  /* then it hangs */
    COMPLAINTS_MAX = 10, /* of a worker */
    PATH_BYTES = 4096,
    KEPT_BYTES = 32 << 20,
};

#define OUTCOME_ROW(name, text) #text,
static const char *const outcomes[] = {OUTCOME_LIST(OUTCOME_ROW)};
#undef OUTCOME_ROW

struct options {
    const char *tape;
    const char *home;
    const char *scratch;
    const char *agent; /* NULL: it is a broker */
    size_t states;
    uint64_t seed;
    size_t jobs;
    size_t grain;
    bool is_lying;
    bool is_rolling_back;
    size_t at; /* 0: all positions */
    size_t index;
};

/* What a worker leaves to the one that goes on after its death, and to the report. */
struct tally {
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t founding[OUTCOME_COUNT];
    uint64_t head_file; /* refused because of what the head file knows */
    uint64_t complaints;
    size_t position; /* that is being judged; 0: none yet */
    size_t index;
};

struct replay {
    struct options options;
    struct subject subject;
    struct truth truth;              /* of a broker */
    struct agent_truth *agent_truth; /* or of an agent */
    struct reel reel;
    size_t share;          /* states of a position that has many */
    uint64_t *learned;     /* shared: of each position of a commit, its last entry */
    struct tally *tallies; /* shared, of each worker */
    struct tally *tally;   /* the worker's; so are the folders */
    char scratch[PATH_BYTES];
    struct scratch files;
};

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "replay: %s: %s\n", what, why);
    exit(4);
}

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    require(memory != MAP_FAILED);
    return memory;
}

/* ---- judging ---- */

/* True if the power may fail after @step. Smaller sectors are for the writes that trust in them. */
static bool is_moment(const struct replay *replay, const struct step *step)
{
    return replay->options.grain == STATE_SECTOR_BYTES ? step->is_moment : step->is_synchronous;
}

static void complain(const struct replay *replay, const struct state_name *name,
                     enum outcome outcome, const char *words)
{
    if (replay->tally->complaints++ < COMPLAINTS_MAX || replay->options.at > 0) {
        (void)printf("--at %zu --state %zu: %s: %s\n", name->position, name->index,
                     outcomes[outcome], words);
        (void)fflush(stdout);
    }
}

static void count(struct replay *replay, const struct state_name *name, enum outcome outcome,
                  const struct judged *judged)
{
    bool is_founding = name->position <= replay->reel.founded;
    bool is_expected = outcome == OUTCOME_WHOLE || (is_founding && outcome == OUTCOME_REFUSED);

    (is_founding ? replay->tally->founding : replay->tally->outcomes)[outcome]++;
    if (name->is_rolled_back && outcome == OUTCOME_REFUSED &&
        strstr(judged->words, "the head file knows entry") != NULL) {
        replay->tally->head_file++;
        is_expected = true;
    }
    if (!is_expected) {
        complain(replay, name, outcome, judged->words);
    }
}

/* The marks of the states of a position that were judged. */
struct marks {
    uint64_t *rows;
    size_t count;
};

static bool is_new(struct marks *marks, uint64_t mark)
{
    for (size_t i = 0; i < marks->count; i++) {
        if (marks->rows[i] == mark) {
            return false;
        }
    }
    marks->rows[marks->count++] = mark;
    return true;
}

/* Judges the state @name, unless its like was judged. */
static void judge_state(struct replay *replay, const struct disk *disk,
                        const struct state_name *name, struct marks *marks)
{
    struct state state;
    struct judged judged;

    state_init(&state, disk, name);
    if (is_new(marks, state.mark)) {
        (void)alarm(JUDGE_SECONDS);
        scratch_fill(&replay->files, &state);
        const struct moment moment = {name->position,
                                      replay->reel.steps[name->position - 1].promise,
                                      name->index % SERVE_EVERY == 0 ? JUDGE_SERVE : JUDGE_CHECK};
        enum outcome outcome =
            replay->subject.judge(replay->subject.self, replay->scratch, &moment, &judged);
        count(replay, name, outcome, &judged);
    }
    state_release(&state);
}

/* Returns how many states of @position are wanted; @last is the index at which to give up. */
static size_t plan_position(const struct replay *replay, size_t position, size_t *last)
{
    const struct options *options = &replay->options;
    size_t open = replay->reel.steps[position - 1].open;
    size_t wanted = open == 0 ? 1 : replay->share;

    if (options->at > 0 || options->is_rolling_back) {
        *last = options->at > 0 ? options->index + 1 : STATE_EVERYTHING + 1;
        return 1;
    }
    wanted = position <= replay->reel.founded && wanted > FOUNDING_SHARE ? FOUNDING_SHARE : wanted;
    *last = open < RICH_OPEN ? wanted : DRAWS_A_STATE * wanted;
    return wanted;
}

/* Judges the states of @position, from the index of the tally on. */
static void judge_position(struct replay *replay, const struct disk *disk, size_t position)
{
    const struct options *options = &replay->options;
    size_t last = 0;
    size_t wanted = plan_position(replay, position, &last);
    struct marks marks = {calloc(last + 1, sizeof *marks.rows), 0};
    size_t *index = &replay->tally->index;

    require(marks.rows != NULL);
    for (; *index < last && marks.count < wanted; (*index)++) {
        const struct state_name name = {options->seed, position, *index, options->grain,
                                        options->is_rolling_back};

        judge_state(replay, disk, &name, &marks);
    }
    free(marks.rows);
}

/* Teaches the truth what the programs saw at the commit @position. */
static void learn_position(struct replay *replay, const struct disk *disk, size_t position)
{
    const struct state_name name = {replay->options.seed, position, STATE_EVERYTHING,
                                    replay->options.grain, false};
    const struct moment moment = {.position = position, .task = JUDGE_LEARN};
    struct judged judged;
    struct state state;

    (void)alarm(JUDGE_SECONDS);
    state_init(&state, disk, &name);
    scratch_fill(&replay->files, &state);
    enum outcome outcome =
        replay->subject.judge(replay->subject.self, replay->scratch, &moment, &judged);
    replay->learned[position - 1] = judged.seq;
    if (outcome != OUTCOME_WHOLE && position > replay->reel.founded) {
        count(replay, &name, outcome, &judged);
    }
    state_release(&state);
}

typedef void (*position_fn)(struct replay *replay, const struct disk *disk, size_t position);

/* True if @run has something to do after @step. */
static bool is_due(const struct replay *replay, const struct step *step, position_fn run)
{
    if (run == learn_position) {
        return step->is_commit;
    }
    if (replay->options.at > 0) {
        return step == &replay->reel.steps[replay->options.at - 1];
    }
    if (replay->options.is_lying && step <= &replay->reel.steps[replay->reel.founded]) {
        return false; /* nothing is ever certain of what `init` makes */
    }
    return replay->options.is_rolling_back ? step->is_head : is_moment(replay, step);
}

/* The worker's process: every position that is its own, in the order of the tape. */
static void work(struct replay *replay, size_t worker, position_fn run)
{
    const struct options *options = &replay->options;
    struct tally *tally = replay->tally;
    struct disk disk;
    size_t due = 0;

    (void)snprintf(replay->scratch, sizeof replay->scratch, "%s/%zu", options->scratch, worker);
    replay->files = (struct scratch){.folder = replay->scratch, .subject = &replay->subject};
    disk_init(&disk, options->is_lying && run != learn_position);
    for (size_t i = 0; i < replay->reel.step_count; i++) {
        const struct step *step = &replay->reel.steps[i];

        disk_play(&disk, step->record, step->payload);
        if (!is_due(replay, step, run) || due++ % options->jobs != worker ||
            i + 1 < tally->position) {
            continue;
        }
        if (i + 1 > tally->position) {
            tally->position = i + 1;
            tally->index = options->at > 0            ? options->index
                           : options->is_rolling_back ? STATE_EVERYTHING
                                                      : STATE_NOTHING;
        }
        run(replay, &disk, i + 1);
        (void)fflush(stdout);
    }
    scratch_release(&replay->files);
    disk_release(&disk);
}

/* Takes the death of a worker down as an outcome of the state that it judged; the next one goes on
 * with the state after it. */
static void take_death(struct replay *replay, int status, position_fn run)
{
    struct tally *tally = replay->tally;
    struct judged judged = {.words = ""};
    const struct state_name name = {.position = tally->position, .index = tally->index};

    if (tally->position == 0) {
        fail("a worker", "it ended before its first state");
    }
    (void)snprintf(judged.words, sizeof judged.words, "wait status %d", status);
    count(replay, &name, OUTCOME_DIED, &judged);
    tally->index++;
    tally->position += run == learn_position ? 1 : 0; /* it has one state only */
}

static pid_t start_worker(struct replay *replay, size_t worker, position_fn run)
{
    (void)fflush(stdout);
    replay->tally = &replay->tallies[worker];
    pid_t child = fork();

    require(child >= 0);
    if (child == 0) {
        work(replay, worker, run);
        _exit(0);
    }
    return child;
}

static void run_workers(struct replay *replay, position_fn run)
{
    pid_t workers[JOBS_MAX];
    size_t running = replay->options.jobs;

    for (size_t i = 0; i < running; i++) {
        replay->tallies[i].position = 0;
        workers[i] = start_worker(replay, i, run);
    }
    while (running > 0) {
        int status = 0;
        pid_t child = wait(&status);
        size_t i = 0;

        while (i < replay->options.jobs && workers[i] != child) {
            i++;
        }
        require(child > 0 && i < replay->options.jobs);
        if (status == 0) {
            running--;
        } else {
            replay->tally = &replay->tallies[i];
            take_death(replay, status, run);
            workers[i] = start_worker(replay, i, run);
        }
    }
}

/* ---- the run ---- */

/* Returns the last entry that `init` recorded: its end promises it. */
static uint64_t founding_seq(const struct replay *replay)
{
    uint64_t seq = 0;

    for (size_t i = 0; i < replay->reel.founded; i++) {
        seq = replay->learned[i] > seq ? replay->learned[i] : seq;
    }
    return seq;
}

/* Sets how many states a position with many gets, for the wanted number of all. */
static void share_states(struct replay *replay)
{
    size_t rich = 0;
    size_t poor = 0;

    for (size_t i = replay->reel.founded; i < replay->reel.step_count; i++) {
        if (!is_moment(replay, &replay->reel.steps[i])) {
            continue;
        }
        if (replay->reel.steps[i].open >= RICH_OPEN) {
            rich++;
        } else {
            poor++;
        }
    }
    rich = rich == 0 ? 1 : rich;
    replay->share = replay->options.states > poor ? (replay->options.states - poor) / rich + 2 : 2;
}

/* Prints the sums; returns the exit status. */
static int report(const struct replay *replay, int64_t begin_ns)
{
    struct tally sum = {0};
    uint64_t states = 0;
    uint64_t founding = 0;
    uint64_t promises = replay->agent_truth == NULL ? replay->truth.receipts
                                                    : agent_truth_heard(replay->agent_truth);
    size_t moments = 0;
    size_t commits = 0;

    for (size_t i = 0; i < replay->options.jobs; i++) {
        for (size_t j = 0; j < OUTCOME_COUNT; j++) {
            sum.outcomes[j] += replay->tallies[i].outcomes[j];
            sum.founding[j] += replay->tallies[i].founding[j];
            states += replay->tallies[i].outcomes[j];
            founding += replay->tallies[i].founding[j];
        }
        sum.head_file += replay->tallies[i].head_file;
    }
    for (size_t i = replay->reel.founded; i < replay->reel.step_count; i++) {
        moments += is_moment(replay, &replay->reel.steps[i]) ? 1 : 0;
        commits += replay->reel.steps[i].is_commit ? 1 : 0;
    }
    (void)printf("{\"seed\": %" PRIu64 ", \"states\": %" PRIu64 ", \"founding\": %" PRIu64
                 ", \"moments\": %zu, \"commits\": %zu, \"promises\": %" PRIu64
                 ", \"documents\": %zu, \"entries\": %" PRIu64 ", \"head_file\": %" PRIu64
                 ", \"uncertain\": %zu",
                 replay->options.seed, states, founding, moments, commits, promises,
                 replay->truth.complete_count, replay->truth.last_seq, sum.head_file,
                 replay->reel.uncertain);
    uint64_t bad = 0;
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        uint64_t times = sum.outcomes[i];

        (void)printf(", \"%s\": %" PRIu64, outcomes[i], times);
        bad += i == OUTCOME_WHOLE ? 0 : times;
        bad += i == OUTCOME_WHOLE || i == OUTCOME_REFUSED ? 0 : sum.founding[i];
    }
    (void)printf(", \"seconds\": %.1f}\n", (double)(clock_monotonic_ns() - begin_ns) / 1e9);
    if (replay->options.is_rolling_back) {
        return sum.head_file == states + founding && states > 0 ? 0 : 1;
    }
    return bad == 0 && replay->reel.uncertain == 0 && states > 0 ? 0 : 1;
}

static bool read_options(int argc, char **argv, struct options *out)
{
    static const struct option names[] = {
        {"tape", required_argument, NULL, 't'},
        {"home", required_argument, NULL, 'h'},
        {"agent", required_argument, NULL, 'w'},
        {"scratch", required_argument, NULL, 's'},
        {"states", required_argument, NULL, 'n'},
        {"seed", required_argument, NULL, 'r'},
        {"jobs", required_argument, NULL, 'j'},
        {"grain", required_argument, NULL, 'g'},
        {"lying", no_argument, NULL, 'l'},
        {"roll-back", no_argument, NULL, 'b'},
        {"at", required_argument, NULL, 'a'},
        {"state", required_argument, NULL, 'i'},
        {NULL, 0, NULL, 0},
    };
    int option;

    *out = (struct options){.states = 50000, .seed = 1, .jobs = 2, .grain = STATE_SECTOR_BYTES};
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        out->tape = option == 't' ? optarg : out->tape;
        out->home = option == 'h' ? optarg : out->home;
        out->scratch = option == 's' ? optarg : out->scratch;
        out->agent = option == 'w' ? optarg : out->agent;
        out->states = option == 'n' ? strtoul(optarg, NULL, 10) : out->states;
        out->seed = option == 'r' ? strtoul(optarg, NULL, 10) : out->seed;
        out->jobs = option == 'j' ? strtoul(optarg, NULL, 10) : out->jobs;
        out->grain = option == 'g' ? strtoul(optarg, NULL, 10) : out->grain;
        out->at = option == 'a' ? strtoul(optarg, NULL, 10) : out->at;
        out->index = option == 'i' ? strtoul(optarg, NULL, 10) : out->index;
        out->is_lying = out->is_lying || option == 'l';
        out->is_rolling_back = out->is_rolling_back || option == 'b';
        if (option == '?') {
            return false;
        }
    }
    return out->tape != NULL && out->home != NULL && out->scratch != NULL && out->grain > 0 &&
           out->jobs > 0 && out->jobs <= JOBS_MAX;
}

static void choose_subject(struct replay *replay)
{
    char journal[PATH_BYTES];

    if (replay->options.agent != NULL) {
        replay->agent_truth = agent_truth_new(replay->options.agent, replay->reel.step_count);
        replay->subject = agent_subject(replay->agent_truth);
        return;
    }
    (void)snprintf(journal, sizeof journal, "%s/journal", replay->options.home);
    truth_read(&replay->truth, journal);
    replay->subject = judge_subject(&replay->truth);
}

int main(int argc, char **argv)
{
    static struct replay replay;
    int64_t begin_ns = clock_monotonic_ns();

    if (!read_options(argc, argv, &replay.options)) {
        (void)fprintf(stderr, "usage: replay --tape FILE --home DIR --scratch DIR [...]\n");
        return 2;
    }
    random_seed_libc();
    /* A state's files are made and dropped thousands of times: their memory is kept. */
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    reel_open(&replay.reel, replay.options.tape);
    choose_subject(&replay);
    reel_wind(&replay.reel, &replay.subject, replay.options.is_lying);
    reel_check(&replay.reel, replay.options.home);
    require(replay.options.at <= replay.reel.step_count);
    replay.learned = share(replay.reel.step_count * sizeof *replay.learned);
    replay.tallies = share(replay.options.jobs * sizeof *replay.tallies);
    run_workers(&replay, learn_position);
    reel_hear(&replay.reel, &replay.subject, founding_seq(&replay));
    share_states(&replay);
    run_workers(&replay, judge_position);

    int status = report(&replay, begin_ns);
    if (replay.options.agent == NULL) {
        truth_release(&replay.truth);
    }
    reel_release(&replay.reel);
    return status;
}
