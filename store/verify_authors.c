/* SPDX-License-Identifier: Apache-2.0 */
#include "store/verify_authors.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/hash.h"

enum { CAPACITY_MIN = 64 };

/* Returns the slot of @name, or the empty one where it belongs. There is always an empty one. */
static struct author *find_slot(const struct authors *authors, const char *name)
{
    size_t index = (size_t)checksum_of(bytes_of_text(name)) & (authors->capacity - 1);

    while (authors->slots[index].name != NULL && strcmp(authors->slots[index].name, name) != 0) {
        index = (index + 1) & (authors->capacity - 1);
    }
    return &authors->slots[index];
}

static void grow(struct authors *authors)
{
    struct authors larger = {.count = authors->count};

    larger.capacity = authors->capacity == 0 ? CAPACITY_MIN : 2 * authors->capacity;
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    require(larger.slots != NULL);
    for (size_t i = 0; i < authors->capacity; i++) {
        if (authors->slots[i].name != NULL) {
            *find_slot(&larger, authors->slots[i].name) = authors->slots[i];
        }
    }
    free(authors->slots);
    *authors = larger;
}

void authors_set(struct authors *authors, const char *name, const uint8_t *key)
{
    if (2 * (authors->count + 1) > authors->capacity) {
        grow(authors);
    }

    struct author *slot = find_slot(authors, name);
    if (slot->name == NULL) {
        slot->name = strdup(name);
        require(slot->name != NULL);
        authors->count++;
    }
    memcpy(slot->key, key, sizeof slot->key);
}

const uint8_t *authors_find(const struct authors *authors, const char *name)
{
    if (authors->capacity == 0) {
        return NULL;
    }

    const struct author *slot = find_slot(authors, name);
    return slot->name == NULL ? NULL : slot->key;
}

void authors_release(struct authors *authors)
{
    for (size_t i = 0; i < authors->capacity; i++) {
        free(authors->slots[i].name);
    }
    free(authors->slots);
    *authors = (struct authors){0};
}
