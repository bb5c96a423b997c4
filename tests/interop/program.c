/* SPDX-License-Identifier: Apache-2.0 */
/* program - somebody else's program: all it knows of Huishen is the installed huishen.h.
 *
 * usage: program ENDPOINT CURVE_KEY SIGN_KEY OFFICE PRINCIPAL KEYS VERB ARGUMENT...
 *
 *   submit FILE [CODE=PATH]     the packet of FILE, JSON; and the same command once more
 *   bytes FILE                  the packet whose bytes FILE holds
 *   opine REVIEW FILE           the opinion of FILE, JSON
 *   show PROPOSAL, reviews DEPARTMENT, verdict PROPOSAL MILLISECONDS
 *   check FILE                  the receipt whose bytes FILE holds; without a connection
 *
 * Prints what came of it as one line for each thing, `name value`. Exits with the result.
 */
#include <huishen.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 2 * 1024 * 1024 };

/* Returns the bytes of the file, with a zero byte behind them, for the caller to free. */
static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, FILE_BYTES_MAX + 1);

    if (file == NULL || text == NULL) {
        perror(path);
        exit(100);
    }
    *size = fread(text, 1, FILE_BYTES_MAX, file);
    (void)fclose(file);
    return text;
}

static enum huishen_result tell(const struct huishen *office, enum huishen_result result)
{
    if (result != HUISHEN_DONE) {
        printf("code %s\nreason %s\n", huishen_code(office), huishen_reason(office));
    }
    return result;
}

static void tell_command(const struct huishen_command *command)
{
    printf("proposal %s\nseq %llu\nreceipt ", command->proposal, (unsigned long long)command->seq);
    for (size_t i = 0; i < command->receipt_bytes; i++) {
        printf("%02x", command->receipt[i]);
    }
    printf("\n");
}

static enum huishen_result submit(struct huishen *office, const struct huishen_packet *packet)
{
    struct huishen_command first = {0};
    enum huishen_result result = tell(office, huishen_submit(office, packet, &first));

    if (result == HUISHEN_DONE) {
        tell_command(&first);

        struct huishen_command again = {0};
        memcpy(again.id, first.id, sizeof again.id);
        result = tell(office, huishen_submit(office, packet, &again));
        printf("again %s\n", again.proposal);
    }
    return result;
}

static enum huishen_result run(struct huishen *office, char **words)
{
    enum huishen_result result = HUISHEN_INVALID;
    const char *json = NULL;
    size_t size = 0;

    if (strcmp(words[0], "submit") == 0 || strcmp(words[0], "bytes") == 0) {
        char *text = read_file(words[1], &size);
        char *equals = words[2] == NULL ? NULL : strchr(words[2], '=');
        struct huishen_document document = {0};
        struct huishen_packet packet = {0};

        if (strcmp(words[0], "submit") == 0) {
            packet.json = text;
        } else {
            packet.data = (const uint8_t *)text;
            packet.data_bytes = size;
        }
        if (equals != NULL) {
            *equals = '\0';
            document = (struct huishen_document){words[2], equals + 1};
            packet.documents = &document;
            packet.document_count = 1;
        }
        result = submit(office, &packet);
        free(text);
    } else if (strcmp(words[0], "opine") == 0) {
        char *text = read_file(words[2], &size);
        struct huishen_command command = {0};

        result = tell(office, huishen_opine(office, words[1], text, &command));
        if (command.receipt_bytes > 0) {
            tell_command(&command);
        }
        free(text);
    } else if (strcmp(words[0], "show") == 0) {
        result = tell(office, huishen_show(office, words[1], &json));
    } else if (strcmp(words[0], "reviews") == 0) {
        result = tell(office, huishen_reviews(office, words[1], &json));
    } else if (strcmp(words[0], "verdict") == 0) {
        result = tell(office, huishen_wait_verdict(office, words[1], strtol(words[2], NULL, 10)));
        if (result == HUISHEN_DONE) {
            result = tell(office, huishen_verdict(office, words[1], &json));
        }
    }
    if (json != NULL) {
        printf("json %s\n", json);
    }
    return result;
}

int main(int argc, char **argv)
{
    if (argc < 9) {
        return 100;
    }

    const struct huishen_settings settings = {
        .endpoint = argv[1],
        .broker_curve_key = argv[2],
        .broker_sign_key = argv[3],
        .office = argv[4],
        .principal = argv[5],
        .keys = argv[6],
        .language = HUISHEN_EN,
    };
    struct huishen *office = NULL;

    if (strcmp(argv[7], "check") == 0) {
        const struct huishen_witness witness = {settings.office, settings.broker_sign_key};
        size_t size = 0;
        char *bytes = read_file(argv[8], &size);
        enum huishen_result checked = huishen_check_receipt(&witness, (const uint8_t *)bytes, size);

        free(bytes);
        return (int)checked;
    }

    enum huishen_result result = huishen_open(&settings, &office);

    if (result != HUISHEN_DONE) {
        tell(office, result);
    } else {
        printf("version %s\n", huishen_version());
        result = run(office, argv + 7);
    }
    huishen_close(office);
    return (int)result;
}
