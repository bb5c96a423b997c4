/* SPDX-License-Identifier: Apache-2.0 */
#include "core/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"

/* One document of a packet, or one row that names one. */
struct sheet {
    const char *code;
    struct hash hash;
};

struct sheets {
    struct sheet *rows; /* sorted */
    size_t count;
};

/* The list whose rows name documents: `drawings` and `.code`. */
struct naming_list {
    struct bytes list;
    const char *code; /* with its dot; empty: there is no such list */
};

static struct naming_list naming_list(const char *path)
{
    size_t size = strcspn(path, "[");
    const char *brackets = path + size;

    if (brackets[0] == '\0' || brackets[1] != ']') {
        return (struct naming_list){{(const uint8_t *)path, 0}, ""};
    }
    return (struct naming_list){{(const uint8_t *)path, size}, brackets + 2};
}

/* Returns what stands behind the brackets of a row of @list in @path, setting @label to what stands
 * in them; NULL if @path is not in a row. */
static const char *in_row(const struct naming_list *list, const char *path, struct bytes *label)
{
    size_t size = list->list.size;

    if (list->code[0] == '\0' || strncmp(path, (const char *)list->list.data, size) != 0 ||
        path[size] != '[') {
        return NULL;
    }

    const char *inside = path + size + 1;
    const char *end = strchr(inside, ']');
    if (end == NULL) {
        return NULL;
    }
    *label = (struct bytes){(const uint8_t *)inside, (size_t)(end - inside)};
    return end + 1;
}

static bool is_count(const struct naming_list *list, const char *path)
{
    return list->code[0] != '\0' && bytes_equal(list->list, bytes_of_text(path));
}

static bool is_same(const Hs__Field *a, const Hs__Field *b, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct bytes one = message_pack(a, arena);
    struct bytes other = message_pack(b, arena);
    bool is_equal = one.data != NULL && other.data != NULL && bytes_equal(one, other);

    arena_rewind(arena, mark);
    return is_equal;
}

/* ---- fields ---- */

/* Returns how the fields at @i and @j stand to each other: negative, the first has no counterpart;
 * positive, the second has none. One of the two is there. */
static int order_of(const Hs__Packet *before, size_t i, const Hs__Packet *after, size_t j)
{
    if (i == before->n_fields) {
        return 1;
    }
    return j == after->n_fields ? -1 : strcmp(before->fields[i]->path, after->fields[j]->path);
}

static enum change_kind kind_of(int order)
{
    return order < 0 ? CHANGE_REMOVED : order > 0 ? CHANGE_ADDED : CHANGE_CHANGED;
}

static bool compare_fields(const Hs__Packet *before, const Hs__Packet *after,
                           const struct naming_list *list, struct arena *arena,
                           struct comparison *out)
{
    size_t i = 0;
    size_t j = 0;

    out->fields = arena_array(arena, before->n_fields + after->n_fields, sizeof *out->fields);
    while (out->fields != NULL && (i < before->n_fields || j < after->n_fields)) {
        int order = order_of(before, i, after, j);
        const char *path = order <= 0 ? before->fields[i]->path : after->fields[j]->path;
        struct bytes label;

        if (order != 0 || !is_same(before->fields[i], after->fields[j], arena)) {
            out->fields[out->field_count++] = (struct field_change){
                .kind = kind_of(order),
                .path = path,
                .before = order <= 0 ? before->fields[i] : NULL,
                .after = order >= 0 ? after->fields[j] : NULL,
                .is_listed = in_row(list, path, &label) != NULL || is_count(list, path),
            };
        }
        i += order <= 0 ? 1 : 0;
        j += order >= 0 ? 1 : 0;
    }
    return out->fields != NULL;
}

/* ---- documents ---- */

static int compare_sheets(const void *left, const void *right)
{
    const struct sheet *a = left;
    const struct sheet *b = right;
    int order = strcmp(a->code, b->code);

    return order != 0 ? order : memcmp(a->hash.bytes, b->hash.bytes, sizeof a->hash.bytes);
}

/* Adds @field, a part of a row, to its hash under @rest of its path. */
static bool add_to_hash(struct hasher *hasher, const Hs__Field *field, const char *rest,
                        struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    Hs__Field part = *field;
    uint8_t size[sizeof(uint64_t)];

    part.path = rest;
    struct bytes bytes = message_pack(&part, arena);
    if (bytes.data == NULL) {
        return false;
    }
    bytes_put_u64(size, bytes.size);
    hasher_add(hasher, (struct bytes){size, sizeof size});
    hasher_add(hasher, bytes);
    arena_rewind(arena, mark);
    return true;
}

/* Makes the sheet of the row whose fields begin at @index: its code, and a hash of all it says.
 * Moves @index behind it. */
static bool read_row(const Hs__Packet *packet, const struct naming_list *list, struct arena *arena,
                     struct sheet *out, size_t *index)
{
    struct hasher hasher;
    struct bytes label = {0};
    struct bytes other = {0};

    hasher_init(&hasher);
    out->code = "";
    (void)in_row(list, packet->fields[*index]->path, &label);
    for (; *index < packet->n_fields; (*index)++) {
        const Hs__Field *field = packet->fields[*index];
        const char *rest = in_row(list, field->path, &other);

        if (rest == NULL || !bytes_equal(label, other)) {
            break;
        }
        if (!add_to_hash(&hasher, field, rest, arena)) {
            return false;
        }
        if (strcmp(rest, list->code) == 0 && field->value_case == HS__FIELD__VALUE_TEXT) {
            out->code = field->text;
        }
    }
    out->hash = hasher_finish(&hasher);
    return true;
}

/* Lists the documents of @packet and the rows that name some. */
static bool list_sheets(const Hs__Packet *packet, const struct naming_list *list,
                        struct arena *arena, struct sheets *out)
{
    size_t index = 0;
    struct bytes label;

    *out = (struct sheets){
        .rows = arena_array(arena, packet->n_fields + packet->n_documents, sizeof *out->rows)};
    if (out->rows == NULL) {
        return false;
    }
    while (index < packet->n_fields) {
        if (in_row(list, packet->fields[index]->path, &label) == NULL) {
            index++;
            continue;
        }
        if (!read_row(packet, list, arena, &out->rows[out->count], &index)) {
            return false;
        }
        out->count++;
    }
    for (size_t i = 0; i < packet->n_documents; i++) {
        struct sheet *sheet = &out->rows[out->count];

        if (packet->documents[i]->hash.len == sizeof sheet->hash.bytes) {
            sheet->code = packet->documents[i]->code;
            memcpy(sheet->hash.bytes, packet->documents[i]->hash.data, sizeof sheet->hash.bytes);
            out->count++;
        }
    }
    qsort(out->rows, out->count, sizeof *out->rows, compare_sheets);
    return true;
}

/* Returns how many sheets from @first on have the code @code. */
static size_t count_of(const struct sheets *sheets, size_t first, const char *code)
{
    size_t index = first;

    while (index < sheets->count && strcmp(sheets->rows[index].code, code) == 0) {
        index++;
    }
    return index - first;
}

static bool runs_equal(const struct sheet *a, const struct sheet *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (compare_sheets(&a[i], &b[i]) != 0) {
            return false;
        }
    }
    return true;
}

static bool compare_documents(const struct sheets *before, const struct sheets *after,
                              struct arena *arena, struct comparison *out)
{
    size_t i = 0;
    size_t j = 0;

    out->documents = arena_array(arena, before->count + after->count, sizeof *out->documents);
    while (out->documents != NULL && (i < before->count || j < after->count)) {
        int order = i == before->count  ? 1
                    : j == after->count ? -1
                                        : strcmp(before->rows[i].code, after->rows[j].code);
        const char *code = order <= 0 ? before->rows[i].code : after->rows[j].code;
        size_t old = count_of(before, i, code);
        size_t new = count_of(after, j, code);

        if (old != new || !runs_equal(&before->rows[i], &after->rows[j], old)) {
            out->documents[out->document_count++] = (struct document_change){
                .kind = old == 0   ? CHANGE_ADDED
                        : new == 0 ? CHANGE_REMOVED
                                   : CHANGE_CHANGED,
                .code = code,
            };
        }
        i += old;
        j += new;
    }
    return out->documents != NULL;
}

bool packets_compare(const Hs__Packet *before, const Hs__Packet *after, const char *document_list,
                     struct arena *arena, struct comparison *out)
{
    const struct naming_list list = naming_list(document_list);
    struct sheets old;
    struct sheets new;

    *out = (struct comparison){0};
    return compare_fields(before, after, &list, arena, out) &&
           list_sheets(before, &list, arena, &old) && list_sheets(after, &list, arena, &new) &&
           compare_documents(&old, &new, arena, out);
}
