/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h - the full check of a journal, offline: on a copy, or with its broker stopped.
 *
 * Needs nothing but the journal: the broker's key is in genesis, the authors' keys in the
 * enrolments. Checked of every entry: its number follows, its kind is known, its checksum, its
 * bytes are canonical, its time does not go back; of an envelope: office, key and author's
 * signature as the directory stood then, each command; of an event: that it refers to a command of
 * an envelope of its commit, or to none; of a head: what it covers, the root, the chain's hash,
 * time, office, epoch and the broker's signature; at the end: nothing after the last head, and the
 * head file.
 *
 * What that cannot see: a whole history made anew by one who holds the broker's and the authors'
 * keys, or one who holds the broker's key and leaves out the end, the head file with it. A later
 * head kept outside (in any receipt, at any department) shows it: options.witness.
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"
#include "lib/hash.h"
#include "store/failure.h"

/* Codes are a contract with scripts: only added. */
#define VERIFY_LIST(X)                                                                         \
    X(ENTRY_MISSING, "缺少该条", "the entry is missing")                                       \
    X(ENTRY_UNREADABLE, "该条无法读取", "the entry cannot be read")                            \
    X(CHECKSUM, "校验和不符", "the checksum does not fit")                                     \
    X(KIND_UNKNOWN, "条目种类未知", "the kind is not known")                                   \
    X(NOT_CANONICAL, "内容不是规范编码", "the bytes are not canonical")                        \
    X(TIME_WENT_BACK, "时间倒退", "the time is before that of the entry before")               \
    X(TIME_DIFFERS, "时间与同批不一致", "the time is not that of its commit")                  \
    X(GENESIS, "创始条无效", "the journal does not begin with a sound genesis")                \
    X(OFFICE, "辖区不符", "it is for another office")                                          \
    X(AUTHOR_UNKNOWN, "签名主体未登记", "the signer was not enrolled")                         \
    X(AUTHOR_SIGNATURE, "作者签名不符", "the author's signature does not fit")                 \
    X(COMMAND, "命令无法读取", "a command cannot be read")                                     \
    X(REFERENCE, "事件所指的命令不存在", "the event names no command of its commit")           \
    X(EVENT, "事件无法读取", "the event cannot be read")                                       \
    X(HEAD_RANGE, "头所覆盖的范围不符", "the head does not cover the entries before it")       \
    X(HEAD_ROOT, "条目与头的树根不符", "the entries do not give the root that the head names") \
    X(HEAD_HASH, "链值与头不符", "the chain does not give the hash that the head names")       \
    X(HEAD_TIME, "头的时间不符", "the head names another time")                                \
    X(HEAD_EPOCH, "头的纪元不符", "the head names another epoch")                              \
    X(HEAD_SIGNATURE, "头的签名不符", "the broker's signature does not fit")                   \
    X(UNFINISHED, "末尾没有头", "there are entries after the last head")                       \
    X(HEAD_FILE_MISSING, "缺少 head 文件", "the head file is missing")                         \
    X(HEAD_FILE_AHEAD, "台账短于 head 文件所记", "the head file knows more entries")           \
    X(HEAD_FILE_DIFFERS, "与 head 文件不符", "the head file knows another head")               \
    X(WITNESS_AHEAD, "台账短于外部所存的头", "a head kept outside knows more entries")         \
    X(WITNESS_DIFFERS, "与外部所存的头不符", "a head kept outside names another history")      \
    X(STORE, "存储页损坏", "the pages of the store are damaged")                               \
    X(VIEW, "视图与台账不符", "a view is not what the journal says")

#define VERIFY_ENUM(code, zh, en) VERIFY_##code,
enum verify_code { VERIFY_LIST(VERIFY_ENUM) };
#undef VERIFY_ENUM

enum { VERIFY_FAULTS_MAX = 100, VERIFY_DETAIL_BYTES = 256 };

/* Something wrong. Texts are borrowed for the call. */
struct verify_fault {
    uint64_t seq; /* of the entry; of a view: 0 */
    enum verify_code code;
    const char *name; /* HEAD_ROOT */
    const char *kind; /* of the entry: received, event, head; empty: of none */
    const char *zh;   /* what is wrong */
    const char *en;
    const char *detail; /* which of several, what was found; may be empty */
};

typedef void (*verify_fault_fn)(void *self, const struct verify_fault *fault);

/* What a head that somebody kept says: the chain up to @seq has this hash. Whoever reads it checks
 * its signature. */
struct kept_head {
    uint64_t seq; /* the head's last_seq */
    struct hash hash;
};

struct verify_options {
    const char *folder;                         /* of the journal; not open in this process */
    size_t map_bytes;                           /* 0: the default */
    const char *office;                         /* whose it must be; NULL: whoever genesis says */
    const uint8_t *sign_key;                    /* the broker's, Ed25519; NULL: that of genesis */
    struct kept_head witness;                   /* kept outside; seq 0: none */
    verify_fault_fn report;                     /* told at most VERIFY_FAULTS_MAX times */
    void (*progress)(void *self, uint64_t seq); /* NULL: nobody is told */
    void *self;                                 /* of both */
};

/* What was seen. */
struct verify_report {
    uint64_t entries;
    uint64_t commits;
    uint64_t envelopes;
    uint64_t events;
    uint64_t last_seq;
    struct hash hash;  /* of the chain up to last_seq */
    struct hash state; /* of the stored views (store/state_hash.h); verify_views() alone */
    uint64_t faults;   /* all, also those beyond VERIFY_FAULTS_MAX */
};

/* Checks the journal in @options->folder from its first entry to its last. ERR_OK says that it was
 * done, not that all is well: look at @out->faults.
 *
 * Errors: ERR_ABSENT if there is no journal; the codes of store/database.h, and those of a head
 * file that is there and cannot be read. @failure has the words. */
enum err verify_journal(const struct verify_options *options, struct verify_report *out,
                        struct failure *failure);

/* Makes the views anew in the folder @scratch, which is made and removed, and compares every row of
 * every table with what is stored, and sets @out->state. For a journal that verify_journal() found
 * without a fault. Each row that differs is a fault VERIFY_VIEW whose detail names table and key.
 *
 * Errors: as above. An entry that cannot be applied is a fault VERIFY_EVENT. */
enum err verify_views(const struct verify_options *options, const char *scratch,
                      struct verify_report *out, struct failure *failure);

#endif
