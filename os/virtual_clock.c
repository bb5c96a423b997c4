/* SPDX-License-Identifier: Apache-2.0 */
#include "os/virtual_clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Instants beyond the year 9999 are refused: nothing that is multiplied here overflows. */
#define INSTANT_MS_MAX INT64_C(253402300799999)

int64_t virtual_clock_at(const struct virtual_clock *virtual_clock, int64_t boot_ms)
{
    return virtual_clock->from_ms + virtual_clock->rate * (boot_ms - virtual_clock->boot_ms);
}

static int64_t machine_boot_ms(void)
{
    struct clock machine = clock_real();

    return machine.boot_ms(machine.self);
}

static int64_t read_wall(void *self)
{
    return virtual_clock_at(self, machine_boot_ms());
}

static int64_t read_boot(void *self)
{
    const struct virtual_clock *virtual_clock = self;

    return virtual_clock_at(self, machine_boot_ms()) - virtual_clock->from_ms;
}

static int64_t read_machine_boot(void *self)
{
    (void)self; /* the machine's is nobody's */
    return machine_boot_ms();
}

struct clock virtual_clock_wall(const struct virtual_clock *virtual_clock)
{
    return (struct clock){.wall_ms = read_wall,
                          .boot_ms = read_machine_boot,
                          .self = (void *)(uintptr_t)virtual_clock};
}

struct clock virtual_clock_both(const struct virtual_clock *virtual_clock)
{
    return (struct clock){
        .wall_ms = read_wall, .boot_ms = read_boot, .self = (void *)(uintptr_t)virtual_clock};
}

void virtual_clock_to_text(const struct virtual_clock *virtual_clock,
                           char out[VIRTUAL_CLOCK_TEXT_BYTES])
{
    (void)snprintf(out, VIRTUAL_CLOCK_TEXT_BYTES, "%" PRId64 ",%" PRId64 ",%" PRId64,
                   virtual_clock->from_ms, virtual_clock->rate, virtual_clock->boot_ms); /* fits */
}

/* Reads digits up to @end from @text; NULL if it is anything else, or above @max. */
static const char *read_number(const char *text, char end, int64_t max, int64_t *out)
{
    char *rest = NULL;

    if (text == NULL || *text < '0' || *text > '9') {
        return NULL;
    }
    errno = 0;
    long long value = strtoll(text, &rest, 10);
    if (errno != 0 || value > max || *rest != end) {
        return NULL;
    }
    *out = value;
    return end == '\0' ? rest : rest + 1;
}

bool virtual_clock_from_text(const char *text, struct virtual_clock *out)
{
    char line[VIRTUAL_CLOCK_TEXT_BYTES];
    struct virtual_clock read = {0};
    size_t size = strcspn(text, "\n");

    if (size >= sizeof line || (text[size] == '\n' && text[size + 1] != '\0')) {
        return false;
    }
    memcpy(line, text, size);
    line[size] = '\0';

    const char *rest = read_number(line, ',', INSTANT_MS_MAX, &read.from_ms);
    rest = read_number(rest, ',', VIRTUAL_CLOCK_RATE_MAX, &read.rate);
    if (read_number(rest, '\0', INSTANT_MS_MAX, &read.boot_ms) == NULL) {
        return false;
    }
    *out = read;
    return true;
}
