/* SPDX-License-Identifier: Apache-2.0 */
/* damage RUNS [SEED] - the verifier on stores whose files were damaged at random: bits, bytes,
 * sectors and pages, the end, the head file. Each is looked at in a process of its own, which must
 * come to its end by itself: with faults or with words that say why it could not look; and without
 * a fault only where the record is what it was. The last line is `N passed, M failed`; exits with 1
 * if any failed.
 *
 * A case is a function of the seed and its number: `damage 1 SEED+NUMBER` repeats it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "store/verify.h"
#include "tests/unit/store_office.h"

enum {
    FILE_BYTES_MAX = 64 << 20,
    PAGE_BYTES = 4096,
    SECTOR_BYTES = 512,
    DAMAGES_MAX = 4,
    LOOK_SECONDS = 20,
};

/* How a child ended. LMDB believes the pages it maps, so the store may end it: `huishen verify`
 * looks in a child for that reason, and tells it as damage. */
enum { LOOKED_SOUND, LOOKED_FAULTS, LOOKED_ERROR, LOOKED_ENDED, LOOKED_KINDS, LOOKED_WRONG };

struct damage {
    struct office office;
    struct arena files;
    struct bytes data; /* of the sound store */
    struct bytes head;
    struct verify_report sound;
    uint64_t state; /* of the choices */
    uint64_t counts[LOOKED_KINDS];
    uint64_t failed;
};

/* In place of lib/check.c: a broken promise of ours is told apart from an end by the store. */
_Noreturn void check_failed(const char *expr, const char *file, int line)
{
    (void)fprintf(stderr, "bug: %s:%d: require(%s)\n", file, line, expr);
    _exit(LOOKED_WRONG);
}

/* The same of what the address sanitizer finds; signals stay what they are. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "exitcode=5:handle_segv=0:handle_sigbus=0:handle_abort=0:detect_leaks=0";
}

/* ---- choices: splitmix64 ---- */

static uint64_t draw(struct damage *damage)
{
    uint64_t value = damage->state += UINT64_C(0x9E3779B97F4A7C15);

    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

static size_t below(struct damage *damage, size_t bound)
{
    return bound == 0 ? 0 : (size_t)(draw(damage) % bound);
}

/* ---- damages ---- */

/* Returns where a run of @size bytes begins, on a boundary of its own size. */
static uint8_t *place_of(struct damage *damage, uint8_t *data, size_t total, size_t size)
{
    return data + below(damage, total / size) * size;
}

static void damage_once(struct damage *damage, uint8_t *data, size_t *size)
{
    size_t run = below(damage, 2) == 0 ? SECTOR_BYTES : PAGE_BYTES;
    uint8_t *one = place_of(damage, data, *size, run);
    uint8_t *other = place_of(damage, data, *size, run);

    switch (below(damage, 8)) {
    case 0:
        data[below(damage, *size)] ^= (uint8_t)(1U << below(damage, 8));
        break;
    case 1:
        data[below(damage, *size)] = (uint8_t)draw(damage);
        break;
    case 2: /* near the head of a page, where its numbers are */
        one = place_of(damage, data, *size, PAGE_BYTES);
        one[below(damage, 64)] = (uint8_t)draw(damage);
        break;
    case 3:
        memset(one, 0, run);
        break;
    case 4:
        memmove(one, other, run);
        break;
    case 5:
        for (size_t i = 0; i < run; i++) {
            one[i] = (uint8_t)draw(damage);
        }
        break;
    case 6: /* one of the two first pages, which say where everything is */
        data[below(damage, 2) * PAGE_BYTES + below(damage, 160)] ^= (uint8_t)draw(damage);
        break;
    default:
        *size -= below(damage, 4) == 0 ? below(damage, *size) : 0;
        break;
    }
}

static void write_file(const char *path, struct bytes bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    require(fd >= 0);
    require(bytes.size == 0 || write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size);
    require(close(fd) == 0);
}

static void write_damaged(struct damage *damage)
{
    static uint8_t data[FILE_BYTES_MAX];
    size_t size = damage->data.size;
    size_t times = 1 + below(damage, DAMAGES_MAX);
    uint8_t head[HEAD_FILE_SLOTS * HEAD_FILE_SLOT_BYTES];
    char path[256];

    memcpy(data, damage->data.data, size);
    bool is_head = below(damage, 8) == 0; /* one file of the two: of both no trace may be left */
    for (size_t i = 0; i < times && !is_head && size >= PAGE_BYTES; i++) {
        damage_once(damage, data, &size);
    }
    (void)snprintf(path, sizeof path, "%s/data.mdb", damage->office.journal_folder);
    write_file(path, (struct bytes){data, size});
    memcpy(head, damage->head.data, sizeof head);
    if (is_head) {
        head[below(damage, sizeof head)] ^= (uint8_t)(1U << below(damage, 8));
    }
    (void)snprintf(path, sizeof path, "%s/head", damage->office.journal_folder);
    write_file(path, (struct bytes){head, sizeof head});
}

/* ---- looking ---- */

static void note(void *self, const struct verify_fault *fault)
{
    (void)self;
    require(fault->zh[0] != '\0' && fault->en[0] != '\0' && fault->name[0] != '\0');
}

static enum err verify(const struct damage *damage, struct verify_report *report,
                       struct failure *failure)
{
    const struct verify_options options = {
        .folder = damage->office.journal_folder, .map_bytes = OFFICE_MAP_BYTES, .report = note};

    return verify_journal(&options, report, failure);
}

static int look(const struct damage *damage)
{
    struct verify_report report;
    struct failure failure = {{0}};
    enum err err = verify(damage, &report, &failure);

    if (err != ERR_OK) {
        return failure.text[0] != '\0' ? LOOKED_ERROR : LOOKED_WRONG;
    }
    if (report.faults > 0) {
        return LOOKED_FAULTS;
    }
    return report.last_seq == damage->sound.last_seq && hash_equal(report.hash, damage->sound.hash)
               ? LOOKED_SOUND
               : LOOKED_WRONG;
}

static void run_case(struct damage *damage, uint64_t seed)
{
    int status = 0;

    damage->state = seed;
    write_damaged(damage);

    pid_t child = fork();
    require(child >= 0);
    if (child == 0) {
        (void)alarm(LOOK_SECONDS); /* it cannot fail */
        _exit(look(damage));
    }
    require(waitpid(child, &status, 0) == child);

    int by_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    int looked = by_signal == SIGSEGV || by_signal == SIGBUS || by_signal == SIGABRT ? LOOKED_ENDED
                 : WIFEXITED(status) ? WEXITSTATUS(status)
                                     : LOOKED_WRONG;
    if (looked < LOOKED_KINDS) {
        damage->counts[looked]++;
        return;
    }
    damage->failed++;
    (void)printf("FAIL %" PRIu64 ": signal %d, status %d\n", seed, by_signal, looked);
}

static void read_sound(struct damage *damage)
{
    char path[256];
    struct failure failure;

    arena_init(&damage->files, 2 * (size_t)FILE_BYTES_MAX);
    (void)snprintf(path, sizeof path, "%s/data.mdb", damage->office.journal_folder);
    require(file_read(path, FILE_BYTES_MAX, &damage->files, &damage->data) == ERR_OK);
    (void)snprintf(path, sizeof path, "%s/head", damage->office.journal_folder);
    require(file_read(path, FILE_BYTES_MAX, &damage->files, &damage->head) == ERR_OK);
    require(damage->head.size == (size_t)HEAD_FILE_SLOTS * HEAD_FILE_SLOT_BYTES);
    require(verify(damage, &damage->sound, &failure) == ERR_OK && damage->sound.faults == 0);
}

int main(int argc, char **argv)
{
    static struct damage damage;
    uint64_t runs = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

    if (runs == 0) {
        (void)fprintf(stderr, "usage: damage RUNS [SEED]\n");
        return 2;
    }
    office_init(&damage.office);
    office_live(&damage.office);
    office_close(&damage.office);
    read_sound(&damage);
    for (uint64_t i = 0; i < runs; i++) {
        run_case(&damage, seed + i);
    }
    (void)printf("%" PRIu64 " as it was, %" PRIu64 " with faults, %" PRIu64 " refused, %" PRIu64
                 " ended by the store\n",
                 damage.counts[LOOKED_SOUND], damage.counts[LOOKED_FAULTS],
                 damage.counts[LOOKED_ERROR], damage.counts[LOOKED_ENDED]);
    (void)printf("%" PRIu64 " passed, %" PRIu64 " failed\n", runs - damage.failed, damage.failed);
    arena_release(&damage.files);
    office_release(&damage.office);
    return damage.failed == 0 ? 0 : 1;
}
