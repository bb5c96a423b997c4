/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/load.h"

#include <string.h>
#include <strings.h>

#include "os/files.h"
#include "proto/text/json_tree.h"
#include "proto/text/message_tree.h"
#include "proto/text/packet_text.h"
#include "proto/text/yaml.h"

static enum err refuse(struct text_file *file, enum text_reason reason, enum err err)
{
    text_errors_add(file->errors, NULL, (struct text_cause){.reason = reason});
    return err;
}

static enum err refuse_file(struct text_file *file, enum err err)
{
    switch (err) {
    case ERR_ABSENT:
        return refuse(file, TEXT_FILE_ABSENT, err);
    case ERR_DENIED:
        return refuse(file, TEXT_FILE_DENIED, err);
    case ERR_FULL:
        return refuse(file, TEXT_FILE_LARGE, err);
    case ERR_INVALID:
        return refuse(file, TEXT_FILE_NO_FILE, err);
    case ERR_OK:
    case ERR_EXISTS:
    case ERR_CORRUPT:
    case ERR_NO_SPACE:
    case ERR_TIMEOUT:
    case ERR_IO:
        break;
    }
    return refuse(file, TEXT_FILE_FAILED, err);
}

static bool ends_in(const char *path, const char *ending)
{
    size_t size = strlen(path);
    size_t ending_size = strlen(ending);

    return size > ending_size && strcasecmp(path + size - ending_size, ending) == 0;
}

enum err load_tree(struct text_file *file, size_t nodes_max)
{
    struct bytes bytes;
    struct tree *tree = NULL;
    enum err err = file_read(file->path, LOAD_BYTES_MAX, file->arena, &bytes);

    if (err != ERR_OK) {
        return refuse_file(file, err);
    }
    if (ends_in(file->path, ".json")) {
        err = json_tree_read(bytes, nodes_max, file->arena, &tree, file->errors);
    } else if (ends_in(file->path, ".yaml") || ends_in(file->path, ".yml")) {
        err = yaml_read(bytes, nodes_max, file->arena, &tree, file->errors);
    } else {
        return refuse(file, TEXT_FILE_KIND, ERR_INVALID);
    }
    if (err != ERR_OK) {
        return err;
    }
    if (tree->kind == TREE_NULL) {
        return refuse(file, TEXT_EMPTY, ERR_INVALID);
    }
    file->tree = tree;
    return ERR_OK;
}

static size_t nodes_max_of(const ProtobufCMessageDescriptor *type)
{
    bool is_definition = type == &hs__pack__descriptor || type == &hs__dictionary__descriptor ||
                         type == &hs__process__descriptor;

    return is_definition ? TREE_NODES_MAX : TREE_NODES_CONFIG_MAX;
}

enum err load_message(struct text_file *file, const ProtobufCMessageDescriptor *type,
                      ProtobufCMessage **out)
{
    enum err err = load_tree(file, nodes_max_of(type));

    if (err != ERR_OK) {
        return err;
    }
    err = message_from_tree(file->tree, type, file->arena, out, file->errors);
    text_errors_sort(file->errors);
    return err;
}

enum err load_packet(struct text_file *file, const struct dictionary *dictionary, Hs__Packet **out)
{
    enum err err = load_tree(file, TREE_NODES_MAX);

    if (err != ERR_OK) {
        return err;
    }
    err = packet_from_tree(file->tree, dictionary, file->arena, out, file->errors);
    text_errors_sort(file->errors);
    return err;
}

unsigned load_line(const struct text_file *file, const char *path)
{
    return file->tree == NULL ? 0 : tree_nearest(file->tree, path)->line;
}
