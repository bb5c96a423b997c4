/* SPDX-License-Identifier: Apache-2.0 */
/* The kept corpus: runs it, unpacks it, packs it. In any build, without libFuzzer.
 *
 *     fuzz-corpus FOLDER                     runs every input of FOLDER/TARGET.txt by its target
 *     fuzz-corpus --run TARGET FILE          runs one file
 *     fuzz-corpus --unpack TARGET FOLDER TO  writes the inputs of a target into the folder TO
 *     fuzz-corpus --pack FROM                prints the files of the folder FROM as a corpus
 *     fuzz-corpus --targets                  prints each target, its longest input, its share
 *
 * An input that breaks a promise ends the program, as it would any other; its name stands last.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/check.h"
#include "os/files.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/target.h"

enum { PATH_BYTES = 1024, ARENA_BYTES = 64 << 20 };

#define FUZZ_ROW(name, bytes_max, share) {#name, bytes_max, share, fuzz_##name},
static const struct fuzz_target targets[] = {FUZZ_TARGETS(FUZZ_ROW)};
#undef FUZZ_ROW

enum { TARGET_COUNT = sizeof targets / sizeof targets[0] };

static _Noreturn void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "fuzz-corpus: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static const struct fuzz_target *find_target(const char *name)
{
    for (size_t i = 0; i < TARGET_COUNT; i++) {
        if (strcmp(targets[i].name, name) == 0) {
            return &targets[i];
        }
    }
    fail(name, "there is no such target");
}

static struct bytes read_file(const char *path, struct arena *arena)
{
    struct bytes bytes;
    enum err err = file_read(path, CORPUS_INPUT_BYTES_MAX, arena, &bytes);

    if (err != ERR_OK) {
        fail(path, err_text(err));
    }
    return bytes;
}

/* Opens the corpus of @target in @folder; a target without one has none to keep. */
static void open_corpus(const char *folder, const struct fuzz_target *target, struct arena *arena,
                        struct corpus *corpus)
{
    char path[PATH_BYTES];
    struct bytes text = {0};

    (void)snprintf(path, sizeof path, "%s/%s.txt", folder, target->name);
    if (file_exists(path)) {
        text = read_file(path, arena);
    }
    corpus_open(corpus, text);
}

/* Runs @bytes from memory of just their size, so that reading beyond them is seen. */
static void run_exactly(const struct fuzz_target *target, struct bytes bytes)
{
    uint8_t *copy = malloc(bytes.size + (bytes.size == 0 ? 1 : 0));

    require(copy != NULL);
    if (bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    target->run((struct bytes){copy, bytes.size});
    free(copy);
}

static size_t run_corpus(const char *folder, const struct fuzz_target *target)
{
    struct corpus corpus;
    struct corpus_input input;
    struct arena arena;
    size_t count = 0;

    arena_init(&arena, ARENA_BYTES);
    open_corpus(folder, target, &arena, &corpus);
    while (corpus_next(&corpus, &input)) {
        (void)fprintf(stderr, "%s/%s\n", target->name, input.name);
        run_exactly(target, input.bytes);
        count++;
    }
    corpus_close(&corpus);
    arena_release(&arena);
    return count;
}

static void run_all(const char *folder)
{
    size_t total = 0;

    for (size_t i = 0; i < TARGET_COUNT; i++) {
        size_t count = run_corpus(folder, &targets[i]);

        (void)printf("%s: %zu inputs\n", targets[i].name, count);
        total += count;
    }
    (void)printf("%zu passed, 0 failed\n", total);
}

static void run_file(const char *target, const char *path)
{
    struct arena arena;

    arena_init(&arena, ARENA_BYTES);
    run_exactly(find_target(target), read_file(path, &arena));
    arena_release(&arena);
}

static void unpack(const char *target, const char *folder, const char *to)
{
    struct corpus corpus;
    struct corpus_input input;
    struct arena arena;

    arena_init(&arena, ARENA_BYTES);
    open_corpus(folder, find_target(target), &arena, &corpus);
    while (corpus_next(&corpus, &input)) {
        char path[PATH_BYTES];

        (void)snprintf(path, sizeof path, "%s/%s", to, input.name);
        FILE *file = fopen(path, "wb");
        if (file == NULL ||
            fwrite(input.bytes.data, 1, input.bytes.size, file) != input.bytes.size ||
            fclose(file) != 0) {
            fail(path, "it cannot be written");
        }
    }
    corpus_close(&corpus);
    arena_release(&arena);
}

static void pack(const char *from)
{
    const char *const *names = NULL;
    size_t count = 0;
    struct arena arena;

    arena_init(&arena, ARENA_BYTES);
    if (folder_list(from, &arena, &names, &count) != ERR_OK) {
        fail(from, "it cannot be read");
    }
    for (size_t i = 0; i < count; i++) {
        struct arena_mark mark = arena_mark(&arena);
        struct corpus_input input;
        char path[PATH_BYTES];

        (void)snprintf(path, sizeof path, "%s/%s", from, names[i]);
        (void)snprintf(input.name, sizeof input.name, "%s", names[i]);
        input.bytes = read_file(path, &arena);
        corpus_print(&input);
        arena_rewind(&arena, mark);
    }
    arena_release(&arena);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--targets") == 0) {
        for (size_t i = 0; i < TARGET_COUNT; i++) {
            (void)printf("%s %zu %u\n", targets[i].name, targets[i].bytes_max, targets[i].share);
        }
    } else if (argc == 2) {
        run_all(argv[1]);
    } else if (argc == 4 && strcmp(argv[1], "--run") == 0) {
        run_file(argv[2], argv[3]);
    } else if (argc == 5 && strcmp(argv[1], "--unpack") == 0) {
        unpack(argv[2], argv[3], argv[4]);
    } else if (argc == 3 && strcmp(argv[1], "--pack") == 0) {
        pack(argv[2]);
    } else {
        (void)fprintf(stderr, "usage: fuzz-corpus FOLDER | --run TARGET FILE | --unpack TARGET "
                              "FOLDER TO | --pack FROM | --targets\n");
        return 2;
    }
    return 0;
}
