/* SPDX-License-Identifier: Apache-2.0 */
#include "os/clock.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "lib/check.h"

enum { NS_PER_MS = 1000000, MS_PER_SECOND = 1000, NS_PER_SECOND = 1000000000 };

static struct timespec read_clock(clockid_t id)
{
    struct timespec now;
    int rc = clock_gettime(id, &now);

    require(rc == 0); /* these clocks always exist */
    return now;
}

static int64_t to_ms(struct timespec time)
{
    return (int64_t)time.tv_sec * MS_PER_SECOND + time.tv_nsec / NS_PER_MS;
}

static int64_t read_wall(void *self)
{
    (void)self;
    return to_ms(read_clock(CLOCK_REALTIME));
}

static int64_t read_boot(void *self)
{
    (void)self;
    return to_ms(read_clock(CLOCK_BOOTTIME));
}

struct clock clock_real(void)
{
    return (struct clock){.wall_ms = read_wall, .boot_ms = read_boot};
}

int64_t clock_monotonic_ns(void)
{
    struct timespec now = read_clock(CLOCK_MONOTONIC);

    return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

enum err clock_boot_id(char out[CLOCK_BOOT_ID_BYTES])
{
    char line[CLOCK_BOOT_ID_BYTES];
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

    if (file == NULL) {
        return ERR_IO;
    }

    size_t size = fread(line, 1, CLOCK_BOOT_ID_BYTES - 1, file);
    (void)fclose(file); /* it was only read */
    if (size != CLOCK_BOOT_ID_BYTES - 1) {
        return ERR_IO;
    }
    line[size] = '\0';
    memcpy(out, line, sizeof line);
    return ERR_OK;
}

bool clock_is_synchronised(void)
{
    struct timex state = {.modes = 0}; /* reads, sets nothing */

    return adjtimex(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}
