/* SPDX-License-Identifier: Apache-2.0 */
/* receipt.h - what a receipt proves, checked by whoever holds it.
 *
 * Pure: needs the receipt, the broker's public key and the office's id, nothing of the journal.
 *
 * receipt_check() proves that the entry with this leaf stands at this seq in the commit that the
 * broker signed, at this time. receipt_covers() adds what the entry is: the very envelope that was
 * sent, with this command at this index. Which events followed and their result is the broker's
 * word; they are held to the bounds of the commit.
 */
#ifndef STORE_RECEIPT_H
#define STORE_RECEIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"
#include "proto/message.h"

/* True if @receipt, complete with its head, is a proof by the owner of @sign_key (Ed25519) for
 * @office. Takes some 2 KiB of @arena, and gives them back. */
bool receipt_check(const Hs__Receipt *receipt, const uint8_t *sign_key, const char *office,
                   struct arena *arena);

/* True if the entry that @receipt names holds @sent, as it came over the connection of @user_id,
 * and its command of that index has the receipt's command id. @receipt passed receipt_check(). */
bool receipt_covers(const Hs__Receipt *receipt, const Hs__SignedEnvelope *sent, const char *user_id,
                    struct arena *arena);

/* Returns the Head in @signed_head, in @arena, if it is canonical, of @office and signed by the
 * owner of @sign_key; NULL if not. */
Hs__Head *signed_head_open(const Hs__SignedHead *signed_head, const uint8_t *sign_key,
                           const char *office, struct arena *arena);

#endif
