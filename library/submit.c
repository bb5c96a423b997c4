/* SPDX-License-Identifier: Apache-2.0 */
/* A new proposal: its packet from JSON or bytes, its documents, the command. */
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "library/dictionary.h"
#include "proto/text/json_tree.h"
#include "proto/text/load.h"
#include "proto/text/packet_text.h"

/* Reads the fields of @given->json into @out. */
static enum huishen_result read_json(struct huishen *office, const struct huishen_packet *given,
                                     Hs__Packet **out)
{
    const struct dictionary *dictionary = NULL;
    struct bytes bytes = {(const uint8_t *)given->json, strnlen(given->json, LOAD_BYTES_MAX + 1)};
    struct text_errors errors;
    struct tree *tree = NULL;

    if (bytes.size > LOAD_BYTES_MAX) {
        return connection_invalid(
            office, connection_text(office, "内容大于 1 MiB", "this is larger than 1 MiB"));
    }
    enum huishen_result result =
        dictionary_ask(office, given->process == NULL ? "" : given->process, &dictionary);
    if (result != HUISHEN_DONE) {
        return result;
    }
    text_errors_init(&errors, connection_language(office));
    if (json_tree_read(bytes, TREE_NODES_MAX, &office->arena, &tree, &errors) != ERR_OK ||
        packet_from_tree(tree, dictionary, &office->arena, out, &errors) != ERR_OK) {
        text_errors_sort(&errors);
        return connection_errors(office, &errors);
    }
    return HUISHEN_DONE;
}

static enum huishen_result read_data(struct huishen *office, const struct huishen_packet *given,
                                     Hs__Packet **out)
{
    struct bytes bytes = {given->data, given->data_bytes};
    ProtobufCMessage *message = NULL;

    if (message_parse(&hs__packet__descriptor, bytes, &office->arena, &message) != ERR_OK) {
        return connection_invalid(office, connection_text(office, "不是 Packet 的规范字节",
                                                          "these are no canonical bytes of a "
                                                          "Packet"));
    }
    *out = (Hs__Packet *)message;
    return HUISHEN_DONE;
}

/* Stores the document @given with the broker and sets @out to it. */
static enum huishen_result put(struct huishen *office, const struct huishen_document *given,
                               Hs__Document **out)
{
    struct call_document stored = {.size = 0};
    Hs__Document *document = message_new(&hs__document__descriptor, &office->arena);
    const char *slash = strrchr(given->path, '/');
    enum refusal refusal = REFUSAL_NONE;
    enum err err = client_call_put(office->call, given->path, HUISHEN_ANSWER_MS, NULL, &stored);

    if (stored.is_refused && refusal_find(stored.reason, &refusal)) {
        return connection_refuse(office, refusal);
    }
    if (err != ERR_OK && stored.reason[0] != '\0') {
        return connection_invalid(
            office, arena_format(&office->arena, "%s: %s", given->path, stored.reason));
    }
    if (err == ERR_ABSENT || err == ERR_INVALID) {
        return connection_invalid(
            office, arena_format(&office->arena, "%s: %s", given->path, err_text(err)));
    }
    void *hash =
        arena_copy(&office->arena, (struct bytes){stored.hash.bytes, sizeof stored.hash.bytes});
    if (err != ERR_OK || document == NULL || hash == NULL) {
        return connection_fail(office, err == ERR_OK ? ERR_FULL : err);
    }
    document->code = given->code;
    document->hash = (ProtobufCBinaryData){sizeof stored.hash.bytes, hash};
    document->size = stored.size;
    document->name = slash == NULL ? given->path : slash + 1;
    *out = document;
    return HUISHEN_DONE;
}

/* By code, then hash: the order that a packet has them in. */
static int compare(const void *left, const void *right)
{
    const Hs__Document *const *a = left;
    const Hs__Document *const *b = right;
    int order = strcmp((*a)->code, (*b)->code);

    return order != 0 ? order : memcmp((*a)->hash.data, (*b)->hash.data, (*a)->hash.len);
}

static enum huishen_result put_documents(struct huishen *office, const struct huishen_packet *given,
                                         Hs__Packet *packet)
{
    enum huishen_result result = HUISHEN_DONE;

    if (given->document_count > LIBRARY_DOCUMENTS_MAX) {
        return connection_fail(office, ERR_FULL);
    }
    packet->documents = arena_array(&office->arena, LIBRARY_DOCUMENTS_MAX, sizeof(Hs__Document *));
    if (packet->documents == NULL) {
        return connection_fail(office, ERR_FULL);
    }
    for (size_t i = 0; i < given->document_count && result == HUISHEN_DONE; i++) {
        result = put(office, &given->documents[i], &packet->documents[i]);
        packet->n_documents = i + 1;
    }
    if (result == HUISHEN_DONE) {
        qsort(packet->documents, packet->n_documents, sizeof(Hs__Document *), compare);
    }
    return result;
}

static enum huishen_result read_packet(struct huishen *office, const struct huishen_packet *given,
                                       Hs__Packet **out)
{
    if (given->json == NULL) {
        return read_data(office, given, out);
    }
    enum huishen_result result = read_json(office, given, out);
    if (result != HUISHEN_DONE) {
        return result;
    }
    require(*out != NULL);
    return put_documents(office, given, *out);
}

enum huishen_result huishen_submit(struct huishen *office, const struct huishen_packet *packet,
                                   struct huishen_command *command)
{
    Hs__Submit submit = HS__SUBMIT__INIT;
    Hs__Command sent = HS__COMMAND__INIT;
    Hs__Packet *read = NULL;

    connection_begin(office);
    enum huishen_result result = read_packet(office, packet, &read);
    if (result != HUISHEN_DONE) {
        return result;
    }
    submit.process = packet->process == NULL ? "" : packet->process;
    submit.packet = read;
    submit.title = packet->json == NULL && packet->title != NULL
                       ? packet->title
                       : packet_text_at(read, "project.name");
    sent.body_case = HS__COMMAND__BODY_SUBMIT;
    sent.submit = &submit;
    return connection_command(office, &sent, command);
}
