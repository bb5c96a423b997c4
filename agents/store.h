/* SPDX-License-Identifier: Apache-2.0 */
/* store.h - what an agent must not lose over its own death: its tasks, the commands without an
 * answer, the receipts of its opinions, the definitions it works by.
 *
 * Changes gather in one transaction and are durable together when store_commit() returns: a task is
 * known exactly if the commands that follow from it are in the outbox. A change that is not
 * committed never happened. Every value ends in a checksum; what fails it is ERR_CORRUPT, never
 * used. The broker is the truth: an agent whose store is gone is sent its reviews again.
 *
 * One thread, one store a folder in a process. Times are milliseconds since the Unix epoch, UTC.
 */
#ifndef AGENTS_STORE_H
#define AGENTS_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "client/conversation.h"
#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/err.h"
#include "lib/hash.h"
#include "proto/message.h"

/* 64 GiB: address space only; the file grows as needed. */
#define STORE_MAP_BYTES ((size_t)64 * 1024 * 1024 * 1024)

/* A task as it is stored: a packet of 1 MiB, and what surrounds it. */
enum { STORE_TASK_BYTES_MAX = 8 * 1024 * 1024 };

/* Stored as its number: values are only added. */
enum task_state {
    TASK_NEW = 1,      /* not decided yet */
    TASK_ANSWERED = 2, /* its opinion is in the outbox */
    TASK_LEFT = 3,     /* a person decides */
};

/* A review of the agent's department. */
struct task_key {
    uint64_t proposal;
    uint32_t round;
};

struct task {
    struct task_key key;
    enum task_state state;
    struct bytes body; /* the bytes of a ReviewTask */
};

struct store;

/* Opens the store in @folder, which is made if need be, with room for @map_bytes, a multiple of the
 * page size. A new store gets a random instance id.
 *
 * Errors:
 *   ERR_EXISTS   another process has it open
 *   ERR_CORRUPT  it holds something that is no store, or of a version this program does not know
 *   ERR_IO, ERR_DENIED, ERR_NO_SPACE  the folder cannot be made or opened */
enum err store_open(const char *folder, size_t map_bytes, struct store **out);

/* Closes @store, which may be NULL; what is not committed is dropped. */
void store_close(struct store *store);

/* Returns the id of this agent's instance, INSTANCE_BYTES of them; valid until the store is closed.
 */
const uint8_t *store_instance(const struct store *store);

/* The functions below that change something return, with the transaction unusable and to be
 * dropped:
 *   ERR_NO_SPACE  the disk or the map is full
 *   ERR_IO        the store failed */

/* Makes all changes since the last commit durable; does nothing if there are none. */
enum err store_commit(struct store *store);

/* Drops all changes since the last commit. */
void store_abort(struct store *store);

/* Remembers the last head seen of the broker's journal. */
enum err store_set_head(struct store *store, const struct seen_head *head);

/* Sets @out to the head remembered, or to none. Errors: ERR_CORRUPT, ERR_IO. */
enum err store_head(struct store *store, struct seen_head *out);

/* Puts @task, new or instead of the one with its key. */
enum err store_put_task(struct store *store, const struct task *task);

/* Sets the state of the task @key, which is there. */
enum err store_set_state(struct store *store, struct task_key key, enum task_state state);

/* Sets @out to the state of the task @key. Errors: ERR_ABSENT, ERR_CORRUPT, ERR_IO. */
enum err store_state(struct store *store, struct task_key key, enum task_state *out);

/* Sets @out to the task @key, its body copied into @arena.
 * Errors: ERR_ABSENT, ERR_CORRUPT, ERR_FULL (the arena), ERR_IO. */
enum err store_task(struct store *store, struct task_key key, struct arena *arena,
                    struct task *out);

/* Removes the task @key, if there is one. */
enum err store_remove_task(struct store *store, struct task_key key);

/* Adds the bytes of a Command to the end of the outbox; its place there goes to @out. */
enum err store_push_command(struct store *store, struct bytes command, uint64_t *out);

/* Removes the command at @place from the outbox, if there is one. */
enum err store_remove_command(struct store *store, uint64_t place);

/* Keeps the bytes of the Receipt of the opinion on @key. */
enum err store_put_receipt(struct store *store, struct task_key key, struct bytes receipt);

/* Sets @out to that receipt's bytes, copied into @arena. Errors: as store_task(). */
enum err store_receipt(struct store *store, struct task_key key, struct arena *arena,
                       struct bytes *out);

/* Keeps the bytes of a definition, or of Pins, under the hash that names them. */
enum err store_put_definition(struct store *store, const struct hash *hash,
                              struct bytes definition);

/* Sets @out to the definition @hash, copied into @arena. Errors: as store_task(). */
enum err store_definition(struct store *store, const struct hash *hash, struct arena *arena,
                          struct bytes *out);

/* Calls @visit for every task, or for every command of the outbox behind @after (0: all) in order,
 * until it returns something else than ERR_OK, which is then returned. What it is given lives until
 * it returns; it must not change the store. Other errors: ERR_CORRUPT, ERR_IO. */
typedef enum err (*store_task_fn)(void *self, const struct task *task);
typedef enum err (*store_command_fn)(void *self, uint64_t place, struct bytes command);
enum err store_each_task(struct store *store, store_task_fn visit, void *self);
enum err store_each_command(struct store *store, uint64_t after, store_command_fn visit,
                            void *self);

#endif
