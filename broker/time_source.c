/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/time_source.h"

#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "os/random.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

enum { DRAWN_BYTES = 16 };

static bool machine_is_synchronised(void *self)
{
    (void)self; /* the machine's is nobody's */
    return clock_is_synchronised();
}

static bool always(void *self)
{
    (void)self; /* nothing can set a virtual clock */
    return true;
}

static void read_boot_id(char out[CLOCK_BOOT_ID_BYTES])
{
    uint8_t drawn[DRAWN_BYTES];

    if (clock_boot_id(out) != ERR_OK) {
        random_bytes(drawn, sizeof drawn);
        bytes_to_hex((struct bytes){drawn, sizeof drawn}, out);
    }
}

struct time_source time_source_machine(void)
{
    struct time_source source = {
        .clock = clock_real(),
        .is_synchronised = machine_is_synchronised,
        .rules = {.gap_ms_max = TIME_GAP_DAYS * DAY_MS},
        .rate = 1,
    };

    read_boot_id(source.boot_id);
    return source;
}

struct time_source time_source_virtual(const struct virtual_clock *virtual_clock)
{
    struct time_source source = {
        .clock = virtual_clock_both(virtual_clock),
        .is_synchronised = always,
        .rules = {.gap_ms_max = TIME_GAP_DAYS * DAY_MS},
        .rate = virtual_clock->rate > 1 ? virtual_clock->rate : 1,
    };
    char boot_id[CLOCK_BOOT_ID_BYTES];
    char text[VIRTUAL_CLOCK_TEXT_BYTES];

    read_boot_id(boot_id);
    virtual_clock_to_text(virtual_clock, text);
    (void)snprintf(source.boot_id, sizeof source.boot_id, "%s@%s", text, boot_id); /* fits */
    return source;
}

struct time_rules time_rules_of(const Hs__OfficeConfig *config)
{
    uint32_t days = config->clock_gap_days == 0 ? TIME_GAP_DAYS : config->clock_gap_days;

    days = days > TIME_GAP_DAYS_MAX ? TIME_GAP_DAYS_MAX : days;
    return (struct time_rules){
        .gap_ms_max = days * DAY_MS,
        .believes_reboot = config->after_reboot == HS__OFFICE_CONFIG__AFTER_REBOOT__BELIEVE,
    };
}
