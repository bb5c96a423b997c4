/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a connection and closing it, and what it says. */
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "library/connection.h"
#include "store/receipt.h"

enum { OWN_BYTES = 64 * 1024, RECEIPT_ARENA_BYTES = 1024 * 1024 };

const char *huishen_version(void)
{
    return HUISHEN_VERSION;
}

static bool is_complete(const struct huishen_settings *settings)
{
    return settings->endpoint != NULL && settings->broker_curve_key != NULL &&
           settings->broker_sign_key != NULL && settings->office != NULL &&
           settings->principal != NULL && settings->keys != NULL;
}

/* Copies @given, which is complete. Returns false if it is larger than any setting can be. */
static bool copy(struct huishen *office, const struct huishen_settings *given)
{
    office->settings = (struct client_settings){
        .endpoint = arena_text(&office->own, given->endpoint),
        .broker_curve = arena_text(&office->own, given->broker_curve_key),
        .keys = &office->keys,
        .office = arena_text(&office->own, given->office),
        .principal = arena_text(&office->own, given->principal),
        .department = "",
        .clock = clock_real(),
    };
    return office->settings.endpoint != NULL && office->settings.broker_curve != NULL &&
           office->settings.office != NULL && office->settings.principal != NULL;
}

static enum huishen_result load_keys(struct huishen *office, const char *folder)
{
    char reason[KEYS_REASON_BYTES];
    enum err err = keys_load(folder, &office->keys, reason);

    if (err == ERR_OK) {
        return HUISHEN_DONE;
    }
    office->code = "KEYS";
    office->reason = arena_text(&office->own, reason);
    return HUISHEN_ENVIRONMENT;
}

enum huishen_result huishen_open(const struct huishen_settings *settings, struct huishen **out)
{
    struct huishen *office = calloc(1, sizeof *office);

    require(office != NULL);
    arena_init(&office->arena, LIBRARY_ARENA_BYTES);
    arena_init(&office->own, OWN_BYTES);
    connection_begin(office);
    office->language = settings->language;
    *out = office;
    if (!is_complete(settings) || !copy(office, settings) ||
        !bytes_from_hex(settings->broker_sign_key, office->settings.broker_key,
                        sizeof office->settings.broker_key)) {
        return connection_fail(office, ERR_INVALID);
    }
    enum huishen_result result = load_keys(office, settings->keys);
    if (result != HUISHEN_DONE) {
        return result;
    }
    return connection_fail(office,
                           client_call_open(&office->settings, HUISHEN_ANSWER_MS, &office->call));
}

void huishen_close(struct huishen *office)
{
    if (office == NULL) {
        return;
    }
    client_call_close(office->call);
    keys_wipe(&office->keys);
    arena_release(&office->arena);
    arena_release(&office->own);
    free(office);
}

const char *huishen_code(const struct huishen *office)
{
    return office->code;
}

const char *huishen_reason(const struct huishen *office)
{
    return office->reason;
}

enum huishen_result huishen_check_receipt(const struct huishen_witness *witness,
                                          const uint8_t *receipt, size_t receipt_bytes)
{
    uint8_t key[SIGN_PUBLIC_BYTES];
    struct arena arena;
    ProtobufCMessage *message = NULL;

    if (!bytes_from_hex(witness->broker_sign_key, key, sizeof key)) {
        return HUISHEN_INVALID;
    }
    arena_init(&arena, RECEIPT_ARENA_BYTES);
    bool is_proof = message_parse(&hs__receipt__descriptor, (struct bytes){receipt, receipt_bytes},
                                  &arena, &message) == ERR_OK &&
                    receipt_check((const Hs__Receipt *)message, key, witness->office, &arena);
    arena_release(&arena);
    return is_proof ? HUISHEN_DONE : HUISHEN_REFUSED;
}
