/* SPDX-License-Identifier: Apache-2.0 */
/* backup.h - a backup: a folder that holds an office as it was at one head.
 *
 *   backup.json   what it is a backup of (struct backup_facts); written last: without it, it is
 * none checksums     BLAKE2b-256 and name of every other file, for `b2sum -l 256 -c checksums`
 *   office.yaml, configs/, rules/, journal/, documents/   as in a home (home.h)
 *   keys/         only where it was asked for
 *
 * What is not in it is made anew (run/), belongs to somebody else (pending/, agents/: an agent
 * without its store is sent its reviews again), or is not the office's.
 */
#ifndef CLI_BACKUP_H
#define CLI_BACKUP_H

#include "cli/cli.h"
#include "lib/hash.h"

enum { BACKUP_FORMAT = 1 };

#define BACKUP_FACTS "backup.json"
#define BACKUP_SUMS  "checksums"

/* What backup.json says. Texts are in the arena. */
struct backup_facts {
    const char *office;
    const char *made_at; /* local time, for people */
    uint64_t seq;        /* of the last entry, which is a head */
    int64_t at_ms;       /* of that head */
    struct hash hash;    /* of the chain up to and with it */
    struct hash state;   /* store/state_hash.h */
    uint64_t documents;
    uint64_t documents_missing; /* on record, and missing or damaged in the home when it was made */
    bool has_keys;
    struct hash sums; /* of the file checksums */
};

/* A file of a backup. */
struct backup_file {
    const char *path; /* within it: no empty part, no "." and no "..", nothing to be quoted */
    struct hash hash;
};

/* Grows by doubling, in the arena of @cli. */
struct backup_files {
    const struct cli *cli;
    struct backup_file *rows;
    size_t count;
    size_t capacity;
};

/* Adds a copy of @path. */
void backup_files_add(struct backup_files *files, const char *path, const struct hash *hash);

/* True if @path may stand in a backup. */
bool backup_path_is_plain(const char *path);

/* Writes checksums and then backup.json into @folder, durably, setting facts->sums. Returns an exit
 * status. */
int backup_seal(const struct backup_files *files, const char *folder, struct backup_facts *facts);

/* Reads both from @folder. Returns an exit status: STATUS_INVALID if it is no backup,
 * STATUS_REFUSED with BACKUP_NEWER if a later program made it, with BACKUP_DAMAGED, naming the
 * file, if one of the two is not what was written. */
int backup_open(const char *folder, struct backup_files *files, struct backup_facts *facts);

/* Returns @facts as they stand in backup.json. */
json_t *backup_facts_json(const struct cli *cli, const struct backup_facts *facts);

/* Says "refused: BACKUP_DAMAGED: @path: ..." and returns STATUS_REFUSED. */
int backup_refuse(const struct cli *cli, const char *path, struct phrase what);

#endif
