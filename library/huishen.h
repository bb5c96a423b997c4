/* SPDX-License-Identifier: Apache-2.0 */
/* huishen.h - libhuishen: a program's way to an office of joint review 会审.
 *
 * A connection is one principal's: of an applicant's system, of a department's, of an archive. It
 * asks one thing at a time and waits for it; between two calls nothing of it runs, and there are no
 * threads. Several connections may be open; each is used by one thread at a time.
 *
 *     struct huishen *office = NULL;
 *     struct huishen_command command = {0};
 *     const char *verdict = NULL;
 *
 *     if (huishen_open(&settings, &office) != HUISHEN_DONE ||
 *         huishen_submit(office, &packet, &command) != HUISHEN_DONE ||
 *         huishen_wait_verdict(office, command.proposal, 60000) != HUISHEN_DONE ||
 *         huishen_verdict(office, command.proposal, &verdict) != HUISHEN_DONE) {
 *         fprintf(stderr, "%s: %s\n", huishen_code(office), huishen_reason(office));
 *     }
 *     huishen_close(office);
 *
 * Link with what `pkg-config --cflags --libs huishen` says.
 *
 * Units: sizes are bytes, spans milliseconds, texts UTF-8 that ends with a zero byte. JSON is that
 * of `huishen --json`: instants are RFC 3339, 64-bit integers and bytes (base64) are texts.
 *
 * Ownership: what is given to a function is the caller's and is not kept. What comes back through a
 * `const` pointer is the connection's, and valid until the next call on it.
 *
 * Errors: one of the results below. huishen_code() and huishen_reason() then say why. Nothing is
 * set through the pointers given, unless a function says so. Exhausted memory ends the process.
 * The library seeds rand() of the C library, from which ZeroMQ draws.
 */
#ifndef HUISHEN_H
#define HUISHEN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HUISHEN_API __attribute__((visibility("default")))

enum huishen_result {
    HUISHEN_DONE = 0,
    HUISHEN_REFUSED = 1,     /* the office says no, and why; nothing came of what was asked */
    HUISHEN_INVALID = 2,     /* what was given is not what it should be; nothing was sent */
    HUISHEN_NO_ANSWER = 3,   /* not in time; a command may have been recorded nevertheless */
    HUISHEN_ENVIRONMENT = 4, /* files, the network or the system failed */
    HUISHEN_DISTRUSTED = 5,  /* this is not the office agreed on, or its journal was changed: open
                                no other connection before people have looked into it */
};

enum huishen_language { HUISHEN_ZH = 0, HUISHEN_EN = 1 };

enum {
    HUISHEN_COMMAND_ID_BYTES = 16,
    HUISHEN_PROPOSAL_BYTES = 65, /* of a proposal's number, with its terminator */
    HUISHEN_ANSWER_MS = 15000,   /* how long a call waits that is not given a time */
};

/* Who connects, and where to. Every text is needed. The broker's keys are what tells the office
 * from anybody else: they come from the office on paper or another trusted way, as an enrolment
 * text or an agent's configuration has them. */
struct huishen_settings {
    const char *endpoint;           /* tcp://HOST:PORT */
    const char *broker_curve_key;   /* the broker's CURVE key: 40 characters, Z85 */
    const char *broker_sign_key;    /* the broker's Ed25519 key: 64 hex digits */
    const char *office;             /* the office's id */
    const char *principal;          /* whose connection it is: person:street */
    const char *keys;               /* the folder of the principal's curve.key and sign.key */
    enum huishen_language language; /* of reasons */
};

struct huishen;

/* Returns the version of the library, as in "0.1.0". */
HUISHEN_API const char *huishen_version(void);

/* Connects, and waits to be welcomed. @out is set in any case, also on failure, to be asked why and
 * closed.
 *
 * HUISHEN_REFUSED: the principal's key is not enrolled, or is disabled. */
HUISHEN_API enum huishen_result huishen_open(const struct huishen_settings *settings,
                                             struct huishen **out);

/* Ends the connection and wipes its keys. Accepts NULL. */
HUISHEN_API void huishen_close(struct huishen *office);

/* Returns why the last call did not end with HUISHEN_DONE: a code for programs, as in
 * UNKNOWN_PROPOSAL, and a sentence for people, which may have several lines. Empty after
 * HUISHEN_DONE. */
HUISHEN_API const char *huishen_code(const struct huishen *office);
HUISHEN_API const char *huishen_reason(const struct huishen *office);

/* ---- commands ---- */

/* One command: its name and, once it is on record, the proof. Begin with all zeros. After
 * HUISHEN_NO_ANSWER call again with the same struct and the same content, on this or a later
 * connection: the command is recorded once, whatever happened to the first. Keep @id on disk if
 * the program may be restarted in between.
 *
 * All is the caller's but @receipt, which is the connection's: keep a copy. It is the bytes of a
 * huishen.v1.Receipt (docs/protocol.md), was checked, and can be again: huishen_check_receipt(). */
struct huishen_command {
    uint8_t id[HUISHEN_COMMAND_ID_BYTES];  /* set when the command is sent first */
    uint64_t seq;                          /* of the entry of the journal that holds it */
    char proposal[HUISHEN_PROPOSAL_BYTES]; /* LJHS-2026-0007 */
    const uint8_t *receipt;
    size_t receipt_bytes;
};

/* A file that belongs to a packet. */
struct huishen_document {
    const char *code; /* what it is, in the process's own code list */
    const char *path;
};

/* A proposal's fields: either @json, the tree of the office's dictionary as a proposal file has it,
 * at most 1 MiB; or, @json being NULL, @data, the bytes of a huishen.v1.Packet, which then names
 * its documents itself. */
struct huishen_packet {
    const char *process; /* NULL: the office's default */
    const char *json;
    const uint8_t *data;
    size_t data_bytes;
    const char *title;                        /* with @data; NULL: its project.name */
    const struct huishen_document *documents; /* with @json */
    size_t document_count;                    /* at most 64 */
};

/* Submits @packet as a new proposal. HUISHEN_DONE means that it is on record: it may have failed a
 * gate or lack something all the same, as huishen_show() tells (its status).
 *
 * HUISHEN_INVALID: the reason has a line for everything that is wrong, `line: path: reason`. */
HUISHEN_API enum huishen_result huishen_submit(struct huishen *office,
                                               const struct huishen_packet *packet,
                                               struct huishen_command *command);

/* Gives the one opinion to @review (LJHS-2026-0007/1/fire): the JSON of a huishen.v1.Opinion, as
 * the file of `huishen opine --file` has it. Where it names no packet, it is about the one under
 * review.
 *
 * HUISHEN_REFUSED with OPINION_ALREADY_GIVEN: the receipt of the first opinion is set in @command.
 */
HUISHEN_API enum huishen_result huishen_opine(struct huishen *office, const char *review,
                                              const char *opinion_json,
                                              struct huishen_command *command);

/* ---- questions ---- */

/* Sets @json to the record of @proposal, a number or an id: its status, round and reviews. */
HUISHEN_API enum huishen_result huishen_show(struct huishen *office, const char *proposal,
                                             const char **json);

/* Sets @json to the reviews of @department that are open: {"reviews": [{"reviewId", "title",
 * "review"}]}. */
HUISHEN_API enum huishen_result huishen_reviews(struct huishen *office, const char *department,
                                                const char **json);

/* Waits until the present round of @proposal has its verdict.
 *
 * HUISHEN_NO_ANSWER: there was none in @timeout_ms. HUISHEN_REFUSED with NO_VERDICT: there will be
 * none, because it was withdrawn or failed a gate. */
HUISHEN_API enum huishen_result huishen_wait_verdict(struct huishen *office, const char *proposal,
                                                     int64_t timeout_ms);

/* Sets @json to the consolidated verdict of the last round of @proposal: outcome, opinions with
 * their items, conditions, hashes (huishen.v1.VerdictDocument).
 *
 * HUISHEN_REFUSED with NO_VERDICT_YET or NO_VERDICT: there is none. */
HUISHEN_API enum huishen_result huishen_verdict(struct huishen *office, const char *proposal,
                                                const char **json);

/* ---- proofs ---- */

/* Whose proof it is. */
struct huishen_witness {
    const char *office;
    const char *broker_sign_key; /* Ed25519: 64 hex digits */
};

/* Checks, without any connection, that @receipt is the proof by @witness that an entry with its
 * leaf stands in the office's journal: the path from the leaf to the root, and the broker's
 * signature under it. (What the command led to is the office's word beside the proof.)
 * HUISHEN_REFUSED if it proves nothing, HUISHEN_INVALID if the key is none. */
HUISHEN_API enum huishen_result huishen_check_receipt(const struct huishen_witness *witness,
                                                      const uint8_t *receipt, size_t receipt_bytes);

#ifdef __cplusplus
}
#endif

#endif
