/* SPDX-License-Identifier: Apache-2.0 */
/* packet_check() of proto/dictionary.h: a packet held against its dictionary. */
#include <stdint.h>
#include <string.h>

#include "lib/check.h"
#include "lib/text.h"
#include "proto/packet_value.h"

/* A list whose elements are being passed. Fields are sorted, so the fields of an element stand
 * together, and so do the elements of a list. */
struct open_list {
    const struct dictionary_node *node;
    size_t path_size;    /* of the list's path, the '[' not counted */
    size_t element_size; /* of the current element's path, its ']' counted; 0: none has begun */
    uint32_t count;
    uint32_t seen;
    bool has_id; /* the current element's id was met */
};

struct check {
    const Hs__Packet *packet;
    const struct dictionary *dictionary;
    struct packet_fault *fault;
    struct open_list lists[DICTIONARY_STEPS_MAX];
    size_t depth; /* of lists */
};

static bool refuse(const struct check *check, const char *path, const char *zh, const char *en)
{
    return packet_refuse(check->fault, path, zh, en);
}

/* ---- lists ---- */

/* Returns the index of the first field whose path is not below the first @size bytes of @path,
 * followed by @next unless that is '\0'. */
static size_t find_field(const Hs__Packet *packet, const char *path, size_t size, char next)
{
    size_t low = 0;
    size_t high = packet->n_fields;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *other = packet->fields[middle]->path;
        int order = strncmp(other, path, size);

        if (order == 0) {
            order = (uint8_t)other[size] < (uint8_t)next ? -1 : 1;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* True if a field's path begins with the first @size bytes of @path and then @next. */
static bool has_field(const Hs__Packet *packet, const char *path, size_t size, char next,
                      size_t *index)
{
    *index = find_field(packet, path, size, next);
    return *index < packet->n_fields && strncmp(packet->fields[*index]->path, path, size) == 0 &&
           packet->fields[*index]->path[size] == next;
}

/* Refuses the part of @path that is its first @size bytes. */
static bool refuse_part(const struct check *check, const char *path, size_t size, const char *zh,
                        const char *en)
{
    char part[PACKET_PATH_BYTES_MAX + 1];

    require(size < sizeof part);
    memcpy(part, path, size);
    part[size] = '\0';
    return refuse(check, part, zh, en);
}

/* Closes the lists and elements that @path, the field after @previous, does not go on with; an
 * empty path closes all. */
static bool close_lists(struct check *check, const char *previous, const char *path)
{
    size_t shared = 0;

    while (path[shared] != '\0' && path[shared] == previous[shared]) {
        shared++;
    }
    while (check->depth > 0) {
        struct open_list *list = &check->lists[check->depth - 1];

        if (shared >= list->element_size) {
            return true;
        }
        if (list->node->id != NULL && !list->has_id) {
            return refuse_part(check, previous, list->element_size, "此项缺 id",
                               "this element has no id");
        }
        list->element_size = 0;
        if (shared > list->path_size) {
            return true; /* another element of this list begins */
        }
        if (list->seen < list->count) {
            return refuse_part(check, previous, list->path_size, "清单项数少于所报数目，或有空的项",
                               "the list has fewer elements than its count, or an empty one");
        }
        check->depth--;
    }
    return true;
}

/* Opens the list @node, whose path is the first @size bytes of @path. */
static bool open_list(struct check *check, const struct dictionary_node *node, const char *path,
                      size_t size)
{
    size_t index = 0;

    if (!has_field(check->packet, path, size, '\0', &index) ||
        check->packet->fields[index]->value_case != HS__FIELD__VALUE_COUNT) {
        return refuse(check, path, "清单缺项数", "the list has no count");
    }
    require(check->depth < DICTIONARY_STEPS_MAX);
    check->lists[check->depth] = (struct open_list){
        .node = node, .path_size = size, .count = check->packet->fields[index]->count};
    check->depth++;
    return true;
}

/* Begins the element @label of the innermost open list. */
static bool begin_element(struct check *check, const char *path, struct bytes label)
{
    struct open_list *list = &check->lists[check->depth - 1];
    uint32_t position = 0;

    if (!dictionary_label_is_valid(list->node, label)) {
        return list->node->id != NULL
                   ? refuse(check, path, "id 应为1至64字节，不含控制字符和方括号",
                            "an id has 1 to 64 bytes, no control character and no bracket")
                   : refuse(check, path, "清单各项以序号称呼，从 0 起",
                            "elements of this list are named by their position, from 0");
    }
    for (size_t i = 0; list->node->id == NULL && i < label.size; i++) {
        position = position * 10 + (uint32_t)(label.data[i] - '0');
    }
    if (list->seen == list->count || position >= list->count) {
        return refuse(check, path, "清单项数超过所报数目",
                      "the list has more elements than its count");
    }
    list->seen++;
    list->has_id = false;
    list->element_size = list->path_size + label.size + 2;
    return true;
}

/* ---- fields ---- */

/* Enters the element that stands in brackets at @at of @path: of the list @node, with @level lists
 * around it. Returns the bytes that the brackets take; 0 after a fault. */
static size_t enter_element(struct check *check, const struct dictionary_node *node,
                            const char *path, size_t at, size_t level)
{
    struct bytes label = {(const uint8_t *)path + at + 1, strcspn(path + at + 1, "]")};

    if (node->kind != DICTIONARY_LIST || path[at + 1 + label.size] == '\0') {
        (void)refuse(check, path, "字典中没有这个字段", "the dictionary has no such field");
        return 0;
    }
    if (check->depth == level && !open_list(check, node, path, at)) {
        return 0;
    }
    if (check->lists[level].element_size == 0 && !begin_element(check, path, label)) {
        return 0;
    }
    return label.size + 2;
}

/* Follows @path through the dictionary, entering the elements in it. Returns NULL after a fault. */
static const struct dictionary_node *follow_path(struct check *check, const char *path)
{
    const struct dictionary_node *node = dictionary_root(check->dictionary);
    size_t level = 0;
    size_t at = 0;

    for (;;) {
        size_t size = strcspn(path + at, ".[");

        node = dictionary_child(node, (struct bytes){(const uint8_t *)path + at, size});
        if (node == NULL) {
            break;
        }
        at += size;
        if (path[at] == '\0') {
            return node;
        }
        if (path[at] == '[') {
            size_t brackets = enter_element(check, node, path, at, level);

            if (brackets == 0) {
                return NULL;
            }
            at += brackets;
            level++;
        } else if (node->kind == DICTIONARY_LIST) {
            break;
        }
        if (path[at] != '.') {
            break;
        }
        at++;
    }
    (void)refuse(check, path, "字典中没有这个字段", "the dictionary has no such field");
    return NULL;
}

static bool check_count(const struct check *check, const Hs__Field *field)
{
    size_t index = 0;

    if (field->value_case != HS__FIELD__VALUE_COUNT) {
        return packet_refuse_type(check->fault, field->path, "list");
    }
    if (field->count > PACKET_LIST_MAX) {
        return packet_refuse_limit(check->fault, field->path, packet_limit_list);
    }
    if (field->count > 0 &&
        !has_field(check->packet, field->path, strlen(field->path), '[', &index)) {
        return refuse(check, field->path, "清单项数少于所报数目，或有空的项",
                      "the list has fewer elements than its count, or an empty one");
    }
    return true;
}

/* If @node is the id of the element that @field lies in, it must be what the path says. */
static bool check_id(struct check *check, const struct dictionary_node *node,
                     const Hs__Field *field)
{
    struct open_list *list = check->depth == 0 ? NULL : &check->lists[check->depth - 1];

    if (list == NULL || list->node->id != node) {
        return true;
    }

    struct bytes label = {(const uint8_t *)field->path + list->path_size + 1,
                          list->element_size - list->path_size - 2};
    if (!bytes_equal(label, bytes_of_text(field->text))) {
        return refuse(check, field->path, "id 与路径中的不同", "the id is not the one in the path");
    }
    list->has_id = true;
    return true;
}

static bool check_field(struct check *check, const Hs__Field *field)
{
    const struct dictionary_node *node = follow_path(check, field->path);

    if (node == NULL) {
        return false;
    }
    switch (node->kind) {
    case DICTIONARY_OBJECT:
        return refuse(check, field->path, "此处是一组字段，没有自己的值",
                      "this is a group of fields without a value of its own");
    case DICTIONARY_LIST:
        return check_count(check, field);
    case DICTIONARY_DERIVED:
        return refuse(check, field->path, "此字段由系统计算，不能填写",
                      "this field is computed and cannot be given");
    case DICTIONARY_FIELD:
        break;
    }
    return packet_value_check(field, node->field, check->fault) && check_id(check, node, field);
}

/* The order of the fields, on which all that follows rests. */
static bool check_order(const struct check *check)
{
    const Hs__Packet *packet = check->packet;

    if (packet->n_fields > PACKET_FIELDS_MAX) {
        return packet_refuse_limit(check->fault, "",
                                   (struct packet_limit){"字段过多，上限",
                                                         "the packet has more fields than",
                                                         PACKET_FIELDS_MAX});
    }
    for (size_t i = 0; i < packet->n_fields; i++) {
        const char *path = packet->fields[i]->path;

        if (strnlen(path, PACKET_PATH_BYTES_MAX + 1) > PACKET_PATH_BYTES_MAX) {
            return refuse(check, path, "路径过长", "the path is too long");
        }
        if (i > 0 && strcmp(packet->fields[i - 1]->path, path) >= 0) {
            return refuse(check, path, "字段未按路径排序，或有重复",
                          "the fields are not sorted by path, or one is given twice");
        }
    }
    return true;
}

static bool check_fields(struct check *check)
{
    const Hs__Packet *packet = check->packet;
    const char *previous = "";

    if (!check_order(check)) {
        return false;
    }
    for (size_t i = 0; i < packet->n_fields; i++) {
        if (!close_lists(check, previous, packet->fields[i]->path) ||
            !check_field(check, packet->fields[i])) {
            return false;
        }
        previous = packet->fields[i]->path;
    }
    return close_lists(check, previous, "");
}

/* ---- documents ---- */

static bool document_is_sound(const Hs__Document *document)
{
    return document->code[0] != '\0' &&
           packet_text_is_plain(document->code, PACKET_CODE_BYTES_MAX) &&
           packet_text_is_plain(document->name, PACKET_NAME_BYTES_MAX);
}

static int compare_documents(const Hs__Document *a, const Hs__Document *b)
{
    int order = strcmp(a->code, b->code);

    return order != 0 ? order : text_compare(bytes_of(a->hash), bytes_of(b->hash));
}

static bool check_documents(const struct check *check)
{
    const Hs__Packet *packet = check->packet;

    if (packet->n_documents > PACKET_DOCUMENTS_MAX) {
        return packet_refuse_limit(check->fault, "",
                                   (struct packet_limit){"文件过多，上限",
                                                         "the packet has more documents than",
                                                         PACKET_DOCUMENTS_MAX});
    }
    for (size_t i = 0; i < packet->n_documents; i++) {
        const Hs__Document *document = packet->documents[i];

        if (!document_is_sound(document)) {
            return refuse(check, document->code, "文件的代码、名称应为不含控制字符的短文字",
                          "the code and name of a document are short texts without control "
                          "characters");
        }
        if (document->hash.len != PACKET_HASH_BYTES) {
            return refuse(check, document->code, "文件的散列值应为32字节",
                          "the hash of a document has 32 bytes");
        }
        if (i > 0 && compare_documents(packet->documents[i - 1], document) >= 0) {
            return refuse(check, document->code, "文件未按代码和散列值排序，或有重复",
                          "the documents are not sorted by code and hash, or one is given twice");
        }
    }
    return true;
}

bool packet_check(const Hs__Packet *packet, const struct dictionary *dictionary,
                  struct packet_fault *fault)
{
    struct check check = {.packet = packet, .dictionary = dictionary, .fault = fault};

    if (message_size(packet) > PACKET_BYTES_MAX) {
        return packet_refuse_limit(fault, "",
                                   (struct packet_limit){"送审材料过大，字节数上限",
                                                         "the packet has more bytes than",
                                                         PACKET_BYTES_MAX});
    }
    return check_fields(&check) && check_documents(&check);
}
