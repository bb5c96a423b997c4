/* SPDX-License-Identifier: Apache-2.0 */
/* The turns of the broker: each commit of the samples' journals that records something that no
 * commit before it does is a scenario. The office is prepared up to the commit before; the deed
 * opens it, does the turn again from the recorded envelopes and closes it.
 *
 * The judge knows how it must end, for decisions are functions: the journal ends at the commit
 * before or at the very hash that the sample has; what was acknowledged is there; the record and
 * its views are whole; and the same envelopes sent again lead to that same hash.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "os/files.h"
#include "tests/torture/premises.h"
#include "tests/torture/scenario.h"
#include "tests/virtual/model.h"

enum {
    KINDS_BYTES = 96,
    SIGNATURES_MAX = 256,
    ALIKE_MAX = 6, /* scenarios that record the same kinds of events */
    COMMITS_MAX = 512,
    ARENA_BYTES = 256 << 20,
};

/* ---- a sample's journal ---- */

/* The commits of a sample. */
struct sample {
    struct commit_again *commits;
    char (*kinds)[KINDS_BYTES]; /* of the events of each */
    size_t count;
};

static const char *kind_of(const Hs__Event *event)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&hs__event__descriptor, event->body_case);

    return field == NULL ? "nothing" : field->name;
}

static void add_kind(char kinds[KINDS_BYTES], const struct entry *entry, struct arena *arena)
{
    const Hs__EventEntry *row = message_read(&hs__event_entry__descriptor, entry->bytes, arena);
    const Hs__Event *event =
        row == NULL ? NULL : message_read(&hs__event__descriptor, bytes_of(row->event), arena);
    const char *kind = event == NULL ? "?" : kind_of(event);
    size_t size = strlen(kinds);

    if (strstr(kinds, kind) == NULL) {
        (void)snprintf(kinds + size, KINDS_BYTES - size, "%s%s", size == 0 ? "" : " ", kind);
    }
}

static void add_envelope(struct commit_again *commit, const struct entry *entry,
                         struct arena *arena)
{
    const Hs__Received *received = message_read(&hs__received__descriptor, entry->bytes, arena);
    Hs__SignedEnvelope *sent = message_new(&hs__signed_envelope__descriptor, arena);

    require(received != NULL && sent != NULL && commit->count < PREMISES_ENVELOPES_MAX);
    sent->envelope = received->envelope;
    sent->algorithm = received->algorithm;
    sent->key_id = received->key_id;
    sent->signature = received->signature;
    commit->envelopes[commit->count] = sent;
    commit->users[commit->count++] = received->user_id;
}

/* Reads all commits of the journal in @folder. */
static void sample_read(const char *folder, struct arena *arena, struct sample *out)
{
    const struct journal_options options = {
        .folder = folder, .map_bytes = 1 << 30, .read_only = true, .unchecked = true};
    struct journal *journal = NULL;
    struct transaction *txn = NULL;
    struct journal_walk walk;
    struct failure failure = {{0}};
    struct entry entry;

    out->commits = arena_array(arena, COMMITS_MAX, sizeof *out->commits);
    out->kinds = arena_array(arena, COMMITS_MAX, sizeof *out->kinds);
    require(out->commits != NULL && out->kinds != NULL);
    if (journal_open(&options, &journal, &failure) != ERR_OK ||
        journal_read_begin(journal, &txn) != ERR_OK ||
        journal_walk_begin(txn, 1, &walk) != ERR_OK) {
        torture_fail("%s: %s", folder, failure.text);
    }
    while (journal_walk_next(&walk, &entry) == ERR_OK) {
        struct commit_again *commit = &out->commits[out->count];

        entry.bytes.data = arena_copy(arena, entry.bytes);
        require(entry.bytes.data != NULL);
        if (entry.kind == ENTRY_RECEIVED) {
            add_envelope(commit, &entry, arena);
        } else if (entry.kind == ENTRY_EVENT) {
            add_kind(out->kinds[out->count], &entry, arena);
        } else {
            commit->at_ms = entry.at_ms;
            commit->after = entry.seq;
            commit->hash_after = walk.hash;
            out->count++;
            require(out->count < COMMITS_MAX);
            out->commits[out->count].before = entry.seq;
            out->commits[out->count].hash_before = walk.hash;
        }
    }
    journal_read_end(txn);
    journal_close(journal);
}

/* ---- the deed ---- */

static void turn_again(struct run *run)
{
    const struct commit_again *commit = run->scenario->data;
    struct failure failure = {{0}};
    struct premises premises;
    size_t count = 0;
    enum err err = premises_open(&premises, "journal", commit->at_ms, &failure);

    if (err != ERR_OK) {
        run_end(run, err, failure.text);
        return;
    }
    err = premises_turn(&premises, commit);
    if (err == ERR_NO_SPACE) { /* the broker goes on */
        const struct reply *replies = turn_replies(premises.turn, &count);

        for (size_t i = 0; i < count; i++) {
            run_expect(run, replies[i].kind == REPLY_REFUSAL,
                       "the store is full, and a command is not refused");
        }
        err = premises_turn(&premises, commit);
    }
    if (err == ERR_OK) {
        run->is_acknowledged = true;
        run->hash = journal_head(premises.journal)->hash;
    }
    run_end(run, err, journal_failure(premises.journal)->text);
    premises_close(&premises);
}

/* ---- the judge ---- */

/* The journal ends where it may. */
static void judge_end_of(struct run *run, const struct head_record *head,
                         const struct commit_again *commit)
{
    bool is_before = head->seq == commit->before && hash_equal(head->hash, commit->hash_before);
    bool is_after = head->seq == commit->after && hash_equal(head->hash, commit->hash_after);

    run_expect(run, is_before || is_after, "the journal ends at neither commit");
    run_expect(run, is_after || !run->is_acknowledged, "what was acknowledged is lost");
}

static void judge_turn(struct run *run)
{
    const struct commit_again *commit = run->scenario->data;
    struct failure failure = {{0}};
    struct premises premises;
    size_t count = 0;
    enum err err = premises_open(&premises, "journal", commit->at_ms, &failure);

    if (err != ERR_OK) {
        run_fault(run, "it does not open: %s", failure.text);
        return;
    }
    judge_end_of(run, journal_head(premises.journal), commit);
    err = premises_turn(&premises, commit);
    if (err != ERR_OK) {
        run_fault(run, "the turn again: %s", journal_failure(premises.journal)->text);
    }
    const struct reply *replies = turn_replies(premises.turn, &count);
    for (size_t i = 0; i < count; i++) {
        run_expect(run, replies[i].kind == REPLY_RECEIPT, "the command again gets no receipt");
    }
    run_expect(run, hash_equal(journal_head(premises.journal)->hash, commit->hash_after),
               "the turn again leads elsewhere");
    premises_close(&premises);
    record_judge(run, "journal");
}

/* ---- the scenarios ---- */

/* What was seen of kinds of events, over all samples. */
struct seen {
    char kinds[SIGNATURES_MAX][KINDS_BYTES];
    unsigned times[SIGNATURES_MAX];
    size_t count;
};

static bool is_new(struct seen *seen, const char *kinds)
{
    size_t i = 0;

    while (i < seen->count && strcmp(seen->kinds[i], kinds) != 0) {
        i++;
    }
    if (i == seen->count) {
        require(seen->count < SIGNATURES_MAX);
        (void)snprintf(seen->kinds[seen->count++], KINDS_BYTES, "%s", kinds);
    }
    return ++seen->times[i] <= ALIKE_MAX;
}

/* Lives through @sample in a new office and keeps a copy of it before each commit that is new. */
static void live(struct scenarios *all, const char *name, const struct sample *sample,
                 const struct material *material, struct seen *seen)
{
    char folder[200];
    char journal[220];
    struct model model = {.map_bytes = PREMISES_MAP_BYTES, .wall_ms = sample->commits[0].at_ms};
    struct failure failure = {{0}};
    struct premises premises;

    (void)snprintf(folder, sizeof folder, "%s/sample-%s", material->memory, name);
    (void)snprintf(journal, sizeof journal, "%s/journal", folder);
    require(folder_make(folder, 0700) == ERR_OK);
    model.folder = journal;
    model_found(&model);
    model_close(&model);
    for (size_t i = 2; i < sample->count; i++) { /* the founding has made two */
        const struct commit_again *commit = &sample->commits[i];
        struct scenario scenario = {
            .group = "turn", .deed = turn_again, .judge = judge_turn, .data = commit};

        if (is_new(seen, sample->kinds[i])) {
            (void)snprintf(scenario.name, sizeof scenario.name, "%s:%zu %s", name, i,
                           sample->kinds[i]);
            (void)snprintf(scenario.prepared, sizeof scenario.prepared, "%s/sample-%s-%zu",
                           material->scratch, name, i);
            tree_copy(folder, scenario.prepared);
            scenarios_add(all, &scenario);
        }
        if (premises_open(&premises, journal, commit->at_ms, &failure) != ERR_OK ||
            premises_turn(&premises, commit) != ERR_OK ||
            !hash_equal(journal_head(premises.journal)->hash, commit->hash_after)) {
            torture_fail("%s: commit %zu cannot be made again: %s", name, i, failure.text);
        }
        premises_close(&premises);
    }
    (void)snprintf(journal, sizeof journal, "%s/sample-%s", material->scratch, name);
    tree_copy(folder, journal);
    require(folder_remove(folder) == ERR_OK);
}

void turns_add(struct scenarios *all, const struct material *material)
{
    static struct arena arena; /* the commits live as long as the scenarios */
    static struct seen seen;
    const char *const *names = NULL;
    size_t count = 0;

    arena_init(&arena, ARENA_BYTES);
    if (folder_list(material->samples, &arena, &names, &count) != ERR_OK || count == 0) {
        torture_fail("%s: no samples", material->samples);
    }
    for (size_t i = 0; i < count; i++) {
        struct sample sample = {.count = 0};
        const char *folder = arena_format(&arena, "%s/%s", material->samples, names[i]);

        sample_read(folder, &arena, &sample);
        live(all, names[i], &sample, material, &seen);
    }
}
