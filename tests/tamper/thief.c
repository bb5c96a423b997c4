/* SPDX-License-Identifier: Apache-2.0 */
/* The attacks of one who holds the office's key and writes the history anew: every number,
 * checksum, root, chain and signature of a head is right afterwards. What can be seen of it without
 * a head kept outside is printed as a table; with one, all of it must be. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/signature.h"
#include "net/keys.h"
#include "proto/tags.h"
#include "store/merkle.h"
#include "store/row.h"
#include "tests/tamper/tamper.h"

/* What is done, and who notices: the verifier alone, one who knows the office's key from elsewhere,
 * one who kept a head. Without a head `no` is what an honest table says. */
#define ATTACK_LIST(X)                                                                       \
    X(CUT, "the end cut off, or an old copy put back", SEEN_NEVER, SEEN_NEVER)               \
    X(FORK, "the last commits made anew, later", SEEN_NEVER, SEEN_NEVER)                     \
    X(BACKDATE, "everything from an entry on dated earlier", SEEN_SOMETIMES, SEEN_SOMETIMES) \
    X(POSTDATE, "everything from an entry on dated later", SEEN_NEVER, SEEN_NEVER)           \
    X(EVENT, "what the office recorded changed", SEEN_SOMETIMES, SEEN_SOMETIMES)             \
    X(ENVELOPE, "what an author sent changed", SEEN_ALWAYS, SEEN_ALWAYS)                     \
    X(RULES, "a rule text of the office changed and signed again", SEEN_NEVER, SEEN_NEVER)   \
    X(DELETE, "an entry removed, the others closing up", SEEN_SOMETIMES, SEEN_SOMETIMES)     \
    X(KEYS, "the office's key swapped for the thief's own", SEEN_SOMETIMES, SEEN_ALWAYS)

enum seen { SEEN_NEVER, SEEN_SOMETIMES, SEEN_ALWAYS };

#define ATTACK_ENUM(name, text, alone, with_key) ATTACK_##name,
enum attack { ATTACK_LIST(ATTACK_ENUM) ATTACK_COUNT };
#undef ATTACK_ENUM

#define ATTACK_ROW(name, text, alone, with_key) {text, alone, with_key},
static const struct {
    const char *text;
    enum seen alone;
    enum seen with_key;
} attacks[] = {ATTACK_LIST(ATTACK_ROW)};
#undef ATTACK_ROW

/* An entry of the history being written. */
struct line {
    enum entry_kind kind;
    int64_t at_ms;
    struct bytes bytes;
};

struct thief {
    struct tamper *tamper;
    struct sign_key key;    /* the office's, stolen */
    struct sign_key own;    /* the thief's */
    struct sign_key signer; /* of the present attack */
    char office[HEAD_OFFICE_BYTES_MAX + 1];
    struct kept_head kept;
    uint64_t random;
    struct line *lines;
    size_t count;
    struct arena arena; /* of one attack */
    unsigned done[ATTACK_COUNT];
    unsigned alone[ATTACK_COUNT];
    unsigned with_key[ATTACK_COUNT];
};

/* A number below @limit, from the seed alone (xorshift). */
static size_t draw(struct thief *thief, size_t limit)
{
    thief->random ^= thief->random << 13;
    thief->random ^= thief->random >> 7;
    thief->random ^= thief->random << 17;
    return (size_t)(thief->random % limit);
}

/* ---- reading and writing the history ---- */

static void read_lines(struct thief *thief)
{
    struct tamper *tamper = thief->tamper;

    tamper_begin(tamper);
    thief->count = (size_t)tamper->last;
    for (size_t i = 0; i < thief->count; i++) {
        struct entry entry;

        require(entry_split(i + 1, tamper_take(tamper, i + 1), &entry));
        thief->lines[i] = (struct line){
            entry.kind,
            entry.at_ms,
            {arena_copy(&thief->arena, entry.bytes), entry.bytes.size},
        };
        arena_clear(&tamper->arena);
    }
    tamper_end(tamper);
}

static ProtobufCBinaryData binary(const struct thief *thief, const void *data, size_t size)
{
    struct arena *arena = (struct arena *)(uintptr_t)&thief->arena;

    return (ProtobufCBinaryData){size, arena_copy(arena, (struct bytes){data, size})};
}

/* A commit being written. */
struct writing {
    struct merkle tree;
    uint64_t first;
    struct hash chain;
};

/* Returns the bytes of the head at entry @seq. */
static struct bytes make_head(struct thief *thief, struct writing *writing, uint64_t seq,
                              int64_t at_ms)
{
    Hs__Head head = HS__HEAD__INIT;
    Hs__SignedHead outer = HS__SIGNED_HEAD__INIT;
    struct hash root = merkle_finish(&writing->tree);
    uint8_t signature[SIGNATURE_BYTES];

    head.office = thief->office;
    head.first_seq = writing->first;
    head.last_seq = seq - 1;
    head.root = binary(thief, root.bytes, HASH_BYTES);
    head.hash = binary(thief, writing->chain.bytes, HASH_BYTES);
    head.committed_at = at_ms;
    head.epoch = 1;

    struct bytes bytes = message_pack(&head, &thief->arena);
    signature_make(&thief->signer, TAG_HEAD, thief->office, bytes, signature);
    outer.head = binary_of(bytes);
    outer.signature = binary(thief, signature, sizeof signature);
    return message_pack(&outer, &thief->arena);
}

/* Writes the lines as a history of their own into altered/, head file included. */
static void write_lines(struct thief *thief)
{
    struct tamper *tamper = thief->tamper;
    struct writing writing = {.first = 1};

    tamper_begin(tamper);
    for (uint64_t seq = 1; seq <= thief->count; seq++) {
        struct line *line = &thief->lines[seq - 1];

        if (line->kind == ENTRY_HEAD) {
            line->bytes = make_head(thief, &writing, seq, line->at_ms);
        }
        struct entry entry = {.seq = seq,
                              .kind = line->kind,
                              .at_ms = line->at_ms,
                              .bytes = line->bytes,
                              .leaf = entry_leaf(seq, line->kind, line->at_ms, line->bytes)};
        size_t size = ENTRY_PREFIX_BYTES + line->bytes.size;
        uint8_t *stored = arena_alloc(&tamper->arena, size);
        require(stored != NULL);
        entry_encode(&entry, stored);
        tamper_put(tamper, seq, (struct bytes){stored, size});
        arena_clear(&tamper->arena);
        writing.chain = entry_chain(&writing.chain, &entry.leaf);
        if (line->kind == ENTRY_HEAD) {
            merkle_clear(&writing.tree);
            writing.first = seq + 1;
        } else {
            tamper_must(merkle_add(&writing.tree, &entry.leaf), "tree");
        }
    }
    for (uint64_t seq = thief->count + 1; seq <= tamper->last; seq++) {
        tamper_drop(tamper, seq);
    }
    tamper_end(tamper);
    merkle_release(&writing.tree);
    tamper_adopt_head(tamper);
}

/* ---- what is changed ---- */

/* Returns the place of a line of @kind, drawn; there is one. */
static size_t draw_line(struct thief *thief, enum entry_kind kind)
{
    size_t at = draw(thief, thief->count);

    while (thief->lines[at].kind != kind) {
        at = (at + 1) % thief->count;
    }
    return at;
}

/* Ends the history at a head before the last one. */
static bool cut(struct thief *thief)
{
    size_t at = draw_line(thief, ENTRY_HEAD);

    thief->count = at + 1;
    return at + 1 < thief->tamper->last;
}

/* Makes the entries from @from on @ms later. */
static void shift(struct thief *thief, size_t from, int64_t ms)
{
    for (size_t i = from; i < thief->count; i++) {
        thief->lines[i].at_ms += ms;
    }
}

/* Returns the first line of the commit after a head that is drawn. */
static size_t draw_commit(struct thief *thief)
{
    size_t head = draw_line(thief, ENTRY_HEAD);

    return head + 1 == thief->count ? 0 : head + 1;
}

/* Flips bits of the last byte of the event until it is another event. */
static bool change_event(struct thief *thief)
{
    struct line *line = &thief->lines[draw_line(thief, ENTRY_EVENT)];
    struct arena *arena = &thief->arena;
    Hs__EventEntry *entry = message_read(&hs__event_entry__descriptor, line->bytes, arena);
    ProtobufCMessage *event = NULL;

    require(entry != NULL && entry->event.len > 0);
    for (uint8_t bit = 1; bit != 0; bit = (uint8_t)(bit << 1)) {
        entry->event.data[entry->event.len - 1] ^= bit;
        if (message_parse(&hs__event__descriptor, bytes_of(entry->event), arena, &event) ==
                ERR_OK &&
            ((Hs__Event *)event)->body_case != HS__EVENT__BODY_GENESIS) {
            line->bytes = message_pack(entry, arena);
            return true;
        }
        entry->event.data[entry->event.len - 1] ^= bit;
    }
    return false;
}

/* Changes a byte of an envelope; signs it again as the office if @as_office and it was the
 * office's. False if that cannot be. */
static bool change_envelope(struct thief *thief, bool as_office)
{
    struct line *line = &thief->lines[draw_line(thief, ENTRY_RECEIVED)];
    struct arena *arena = &thief->arena;
    Hs__Received *received = message_read(&hs__received__descriptor, line->bytes, arena);
    require(received != NULL);
    Hs__Envelope *envelope =
        message_read(&hs__envelope__descriptor, bytes_of(received->envelope), arena);
    require(envelope != NULL && envelope->n_commands > 0);
    Hs__Command *command =
        message_read(&hs__command__descriptor, bytes_of(envelope->commands[0]), arena);
    require(command != NULL && command->id.len > 0);

    if (as_office && (strcmp(envelope->signer, "office") != 0 ||
                      command->body_case != HS__COMMAND__BODY_PUBLISH)) {
        return false;
    }
    if (command->body_case == HS__COMMAND__BODY_PUBLISH) {
        ProtobufCBinaryData *definition = &command->publish->definition;

        definition->data[definition->len / 2] ^= 1;
    } else {
        command->id.data[command->id.len - 1] ^= 1;
    }
    envelope->commands[0] = binary_of(message_pack(command, arena));
    received->envelope = binary_of(message_pack(envelope, arena));
    if (as_office) {
        signature_make(&thief->key, TAG_ENVELOPE, thief->office, bytes_of(received->envelope),
                       received->signature.data);
    }
    line->bytes = message_pack(received, arena);
    return true;
}

/* Removes an entry; one that would leave a commit empty stays. */
static bool delete_line(struct thief *thief)
{
    size_t at = draw(thief, thief->count);

    if (thief->lines[at].kind == ENTRY_HEAD ||
        (thief->lines[at + 1].kind == ENTRY_HEAD &&
         (at == 0 || thief->lines[at - 1].kind == ENTRY_HEAD))) {
        return false;
    }
    memmove(&thief->lines[at], &thief->lines[at + 1],
            (thief->count - at - 1) * sizeof *thief->lines);
    thief->count--;
    return true;
}

/* Returns the first event, which is genesis. */
static struct line *genesis_line(const struct thief *thief)
{
    struct line *line = &thief->lines[0];

    while (line->kind != ENTRY_EVENT) {
        line++;
    }
    return line;
}

/* Puts the thief's own key into genesis: all heads are signed with it. */
static bool swap_keys(struct thief *thief)
{
    struct arena *arena = &thief->arena;
    struct line *line = genesis_line(thief);
    Hs__EventEntry *entry = message_read(&hs__event_entry__descriptor, line->bytes, arena);
    require(entry != NULL);
    Hs__Event *event = message_read(&hs__event__descriptor, bytes_of(entry->event), arena);
    require(event != NULL && event->body_case == HS__EVENT__BODY_GENESIS);
    event->genesis->broker_sign_key = binary(thief, thief->own.public_key, SIGN_PUBLIC_BYTES);
    entry->event = binary_of(message_pack(event, arena));
    line->bytes = message_pack(entry, arena);
    thief->signer = thief->own;
    return true;
}

/* Changes the lines; false if what was drawn cannot be. */
static bool change(struct thief *thief, enum attack attack)
{
    size_t from = 0;

    switch (attack) {
    case ATTACK_CUT:
        return cut(thief);
    case ATTACK_FORK:
        from = draw_commit(thief);
        shift(thief, from, 1 + (int64_t)draw(thief, 1000));
        return true;
    case ATTACK_BACKDATE:
        shift(thief, draw_commit(thief), -1 - (int64_t)draw(thief, 100));
        return true;
    case ATTACK_POSTDATE:
        shift(thief, draw_commit(thief), 86400000);
        return true;
    case ATTACK_EVENT:
        return change_event(thief);
    case ATTACK_ENVELOPE:
        return change_envelope(thief, false);
    case ATTACK_RULES:
        return change_envelope(thief, true);
    case ATTACK_DELETE:
        return delete_line(thief);
    case ATTACK_KEYS:
        return swap_keys(thief);
    case ATTACK_COUNT:
        break;
    }
    return false;
}

/* ---- judging ---- */

static bool fits(enum seen expected, bool is_seen)
{
    return expected == SEEN_SOMETIMES || is_seen == (expected == SEEN_ALWAYS);
}

static void judge(struct thief *thief, enum attack attack)
{
    struct tamper *tamper = thief->tamper;
    struct found found;
    char what[160];
    bool alone = tamper_verify(tamper, NULL, NULL, &found) > 0;
    bool with_key = tamper_verify(tamper, NULL, thief->key.public_key, &found) > 0;
    bool with_head = tamper_verify(tamper, &thief->kept, NULL, &found) > 0;

    thief->done[attack]++;
    thief->alone[attack] += alone ? 1 : 0;
    thief->with_key[attack] += with_key ? 1 : 0;
    (void)snprintf(what, sizeof what, "written anew: %s%s", attacks[attack].text,
                   alone ? "" : ", not seen without a head kept outside");
    tamper_verdict(tamper,
                   with_head && fits(attacks[attack].alone, alone) &&
                       fits(attacks[attack].with_key, with_key),
                   what, &found);
}

static void attack_once(struct thief *thief, enum attack attack)
{
    bool is_changed = false;

    while (!is_changed) {
        arena_clear(&thief->arena);
        thief->signer = thief->key;
        read_lines(thief);
        is_changed = change(thief, attack);
    }
    write_lines(thief);
    judge(thief, attack);
}

static void print_table(const struct thief *thief)
{
    (void)printf("%-56s %5s %7s %8s %9s\n", "written anew by one who holds the office's key",
                 "times", "alone", "its key", "with head");
    for (size_t i = 0; i < ATTACK_COUNT; i++) {
        (void)printf("%-56s %5u %7u %8u %9u\n", attacks[i].text, thief->done[i], thief->alone[i],
                     thief->with_key[i], thief->done[i]);
    }
}

/* Takes the office's id from the last head. */
static void find_office(struct thief *thief)
{
    struct tamper *tamper = thief->tamper;

    tamper_begin(tamper);
    struct bytes value = tamper_take(tamper, tamper->last);
    struct bytes body = {value.data + ENTRY_PREFIX_BYTES, value.size - ENTRY_PREFIX_BYTES};
    const Hs__SignedHead *outer = message_read(&hs__signed_head__descriptor, body, &tamper->arena);
    require(outer != NULL);
    const Hs__Head *head =
        message_read(&hs__head__descriptor, bytes_of(outer->head), &tamper->arena);
    require(head != NULL);
    (void)snprintf(thief->office, sizeof thief->office, "%s", head->office);
    tamper_end(tamper);
}

/* Makes @thief ready, with the office's key of @keys, before any attack. */
static void thief_init(struct thief *thief, struct tamper *tamper, const char *keys, uint64_t seed)
{
    static const uint8_t own_seed[SIGN_SEED_BYTES] = {7};
    struct keys stolen;
    char reason[KEYS_REASON_BYTES];

    *thief = (struct thief){.tamper = tamper, .random = seed | 1};
    if (keys_load(keys, &stolen, reason) != ERR_OK) {
        tamper_die(keys, reason);
    }
    thief->key = stolen.sign;
    thief->signer = thief->key;
    keys_wipe(&stolen);
    sign_key_from_seed(own_seed, &thief->own);
    thief->lines = calloc(tamper->last, sizeof *thief->lines);
    require(thief->lines != NULL);
    arena_init(&thief->arena, (size_t)1 << 30);
    thief->kept = tamper_last_head(tamper);
    find_office(thief);
}

static void thief_release(struct thief *thief)
{
    arena_release(&thief->arena);
    free(thief->lines);
    sign_key_wipe(&thief->key);
}

static void set_views_version(struct tamper *tamper, uint64_t version)
{
    uint8_t value[8];

    bytes_put_u64(value, version);
    tamper_reopen(tamper);
    tamper_must(row_put(tamper->txn, TABLE_META, bytes_of_text("views_version"),
                        (struct bytes){value, sizeof value}),
                "views_version");
    tamper_end(tamper);
}

void thief_make_other(struct tamper *tamper, const char *keys, const char *folder,
                      const struct other_release *release)
{
    struct thief thief;

    thief_init(&thief, tamper, keys, 1);
    read_lines(&thief);
    struct line *line = genesis_line(&thief);
    Hs__EventEntry *entry = message_read(&hs__event_entry__descriptor, line->bytes, &thief.arena);
    require(entry != NULL);
    Hs__Event *event = message_read(&hs__event__descriptor, bytes_of(entry->event), &thief.arena);
    require(event != NULL && event->body_case == HS__EVENT__BODY_GENESIS);
    event->genesis->schema = release->format;
    entry->event = binary_of(message_pack(event, &thief.arena));
    line->bytes = message_pack(entry, &thief.arena);
    write_lines(&thief);
    set_views_version(tamper, release->views);
    tamper_give_back(tamper, folder);
    thief_release(&thief);
}

void thief_attacks(struct tamper *tamper, const char *keys, unsigned count, uint64_t seed)
{
    struct thief thief;
    struct found found;

    thief_init(&thief, tamper, keys, seed);
    read_lines(&thief);
    write_lines(&thief);
    tamper_verdict(tamper, tamper_verify(tamper, &thief.kept, thief.key.public_key, &found) == 0,
                   "written anew without a change: the same history", &found);
    for (unsigned i = 0; i < count; i++) {
        attack_once(&thief, (enum attack)(i % ATTACK_COUNT));
    }
    print_table(&thief);
    (void)printf("%u histories written anew, seed %" PRIu64 "\n", count, seed);
    thief_release(&thief);
}
