/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/samples.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/check.h"
#include "proto/text/load.h"
#include "proto/text/packet_text.h"

enum { ARENA_BYTES = 256 << 20 };

static _Noreturn void fail(const struct text_errors *errors, const char *path, struct arena *arena)
{
    (void)fprintf(stderr, "%s\n", text_error_line(&errors->rows[0], path, arena));
    exit(EXIT_FAILURE);
}

static const struct dictionary *load_dictionary(struct samples *samples)
{
    static const char path[] = "configs/dictionary.yaml";
    struct text_errors errors;
    struct text_file file = {.path = path, .arena = &samples->arena, .errors = &errors};
    struct dictionary_fault fault;
    ProtobufCMessage *message = NULL;

    text_errors_init(&errors, TEXT_EN);
    if (load_message(&file, &hs__dictionary__descriptor, &message) != ERR_OK) {
        fail(&errors, path, &samples->arena);
    }
    const struct dictionary *dictionary =
        dictionary_index((Hs__Dictionary *)message, &samples->arena, &fault);
    require(dictionary != NULL);
    return dictionary;
}

void samples_load(struct samples *samples)
{
    glob_t found;

    *samples = (struct samples){.count = 0};
    arena_init(&samples->arena, ARENA_BYTES);
    const struct dictionary *dictionary = load_dictionary(samples);
    int rc = glob("configs/samples/*.yaml", 0, NULL, &found);
    require(rc == 0);
    for (size_t i = 0; i < found.gl_pathc && samples->count < SAMPLES_MAX; i++) {
        const char *path = arena_text(&samples->arena, found.gl_pathv[i]);
        struct text_errors errors;
        struct text_file file = {.path = path, .arena = &samples->arena, .errors = &errors};
        Hs__Packet *packet = NULL;

        text_errors_init(&errors, TEXT_EN);
        if (load_packet(&file, dictionary, &packet) != ERR_OK) {
            fail(&errors, path, &samples->arena);
        }
        samples->packets[samples->count] = packet;
        samples->titles[samples->count++] = packet_text_at(packet, "project.name");
    }
    globfree(&found);
}
