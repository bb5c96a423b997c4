/* SPDX-License-Identifier: Apache-2.0 */
#include "net/keys.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "lib/check.h"
#include "lib/hash.h"
#include "os/files.h"
#include "os/random.h"

enum {
    CURVE_CHARACTERS = CURVE_TEXT_BYTES - 1,
    SIGN_CHARACTERS = 2 * SIGN_SEED_BYTES,
    KEY_CHARACTERS_MAX = SIGN_CHARACTERS,
    KEY_FILE_BYTES_MAX = 512,
    KEY_ARENA_BYTES = 2 * KEY_FILE_BYTES_MAX,
    FINGERPRINT_GROUP = 4,
};

static const char z85_letters[] = "0123456789abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/* A key file as text: its name, first line and the size of its two keys. */
struct key_file {
    const char *name;
    const char *title;
    size_t characters;
};

static const struct key_file curve_file = {"curve.key", "huishen curve key 1", CURVE_CHARACTERS};
static const struct key_file sign_file = {"sign.key", "huishen sign key 1", SIGN_CHARACTERS};

/* The two keys of a file. */
struct key_texts {
    char public_key[KEY_CHARACTERS_MAX + 1];
    char secret[KEY_CHARACTERS_MAX + 1];
};

/* ---- CURVE keys ---- */

void curve_pair_generate(struct curve_pair *out)
{
    int rc = zmq_curve_keypair(out->public_key, out->secret);

    require(rc == 0); /* fails only in a library built without CURVE */
}

bool curve_key_from_text(const char *text, uint8_t out[CURVE_KEY_BYTES])
{
    if (strspn(text, z85_letters) != CURVE_CHARACTERS || text[CURVE_CHARACTERS] != '\0') {
        return false;
    }
    return zmq_z85_decode(out, text) != NULL;
}

void curve_key_to_text(const uint8_t key[CURVE_KEY_BYTES], char out[CURVE_TEXT_BYTES])
{
    const char *text = zmq_z85_encode(out, key, CURVE_KEY_BYTES);

    require(text != NULL);
}

/* True if the two halves of @pair are keys and belong together. */
static bool pair_matches(const struct curve_pair *pair)
{
    uint8_t key[CURVE_KEY_BYTES];
    char derived[CURVE_TEXT_BYTES];
    bool matches =
        curve_key_from_text(pair->public_key, key) && curve_key_from_text(pair->secret, key) &&
        zmq_curve_public(derived, pair->secret) == 0 && strcmp(derived, pair->public_key) == 0;

    sodium_memzero(key, sizeof key);
    return matches;
}

/* ---- files ---- */

static void make_path(const char *folder, const struct key_file *file, char *out, size_t size)
{
    (void)snprintf(out, size, "%s/%s", folder, file->name); /* one cut short does not exist */
}

/* Says at @reason what is wrong with @file and returns @err. */
static enum err explain(enum err err, const char *folder, const struct key_file *file,
                        const char *what, char reason[KEYS_REASON_BYTES])
{
    (void)snprintf(reason, KEYS_REASON_BYTES, "%s/%s: %s", folder, file->name, what);
    return err;
}

static enum err write_file(const char *folder, const struct key_file *file,
                           const struct key_texts *texts, char reason[KEYS_REASON_BYTES])
{
    char path[FILES_PATH_BYTES_MAX];
    char content[KEY_FILE_BYTES_MAX];

    make_path(folder, file, path, sizeof path);
    (void)snprintf(content, sizeof content, "%s\npublic %s\nsecret %s\n", file->title,
                   texts->public_key, texts->secret);
    enum err err = file_write(path, bytes_of_text(content), 0600);
    sodium_memzero(content, sizeof content);
    return err == ERR_OK ? ERR_OK : explain(err, folder, file, err_text(err), reason);
}

/* Reads the line "@word KEY" at @text into @key and returns what follows, or NULL. */
static const char *read_line(const char *text, const char *word, size_t characters, char *key)
{
    size_t word_size = strlen(word);

    if (text == NULL || strncmp(text, word, word_size) != 0) {
        return NULL;
    }
    text += word_size;
    if (strcspn(text, "\n") != characters || text[characters] != '\n') {
        return NULL;
    }
    memcpy(key, text, characters);
    key[characters] = '\0';
    return text + characters + 1;
}

/* Reads the @content of @file. A byte of zero in it ends it and so makes it malformed. */
static bool parse_file(const struct key_file *file, struct bytes content, struct key_texts *out)
{
    const char *text = (const char *)content.data;
    size_t title_size = strlen(file->title);

    if (strncmp(text, file->title, title_size) != 0 || text[title_size] != '\n') {
        return false;
    }
    text = read_line(text + title_size + 1, "public ", file->characters, out->public_key);
    text = read_line(text, "secret ", file->characters, out->secret);
    return text == (const char *)content.data + content.size;
}

static enum err read_file(const char *folder, const struct key_file *file, struct key_texts *out,
                          char reason[KEYS_REASON_BYTES])
{
    char path[FILES_PATH_BYTES_MAX];
    struct arena arena;
    struct bytes content = {0};

    make_path(folder, file, path, sizeof path);
    arena_init(&arena, KEY_ARENA_BYTES);
    enum err err = file_read_secret(path, KEY_FILE_BYTES_MAX, &arena, &content);
    if (err == ERR_OK && !parse_file(file, content, out)) {
        err = ERR_CORRUPT;
    }
    sodium_memzero((uint8_t *)(uintptr_t)content.data, content.size);
    arena_release(&arena);

    switch (err) {
    case ERR_OK:
        return ERR_OK;
    case ERR_DENIED:
        return explain(err, folder, file,
                       "must belong to its user and be closed to others (chmod 600)", reason);
    case ERR_FULL:
    case ERR_INVALID:
    case ERR_CORRUPT:
        return explain(ERR_CORRUPT, folder, file, "is not a key file of this kind", reason);
    case ERR_ABSENT:
    case ERR_EXISTS:
    case ERR_NO_SPACE:
    case ERR_TIMEOUT:
    case ERR_IO:
        break;
    }
    return explain(err, folder, file, err_text(err), reason);
}

static bool is_there(const char *folder, const struct key_file *file)
{
    char path[FILES_PATH_BYTES_MAX];

    make_path(folder, file, path, sizeof path);
    return file_exists(path);
}

/* Removes a key file that was being made; the failure before is the one to report. */
static void remove_file(const char *folder, const struct key_file *file)
{
    char path[FILES_PATH_BYTES_MAX];

    make_path(folder, file, path, sizeof path);
    (void)file_remove(path); /* mostly absent */
}

/* ---- both pairs ---- */

void keys_generate(struct keys *out)
{
    uint8_t seed[SIGN_SEED_BYTES];

    curve_pair_generate(&out->curve);
    random_bytes(seed, sizeof seed);
    sign_key_from_seed(seed, &out->sign);
    sodium_memzero(seed, sizeof seed);
}

static void texts_of_curve(const struct curve_pair *pair, struct key_texts *out)
{
    memcpy(out->public_key, pair->public_key, CURVE_TEXT_BYTES);
    memcpy(out->secret, pair->secret, CURVE_TEXT_BYTES);
}

static void texts_of_sign(const struct sign_key *key, struct key_texts *out)
{
    bytes_to_hex((struct bytes){key->public_key, SIGN_PUBLIC_BYTES}, out->public_key);
    bytes_to_hex((struct bytes){key->secret, SIGN_SEED_BYTES}, out->secret);
}

enum err keys_save(const struct keys *keys, const char *folder, char reason[KEYS_REASON_BYTES])
{
    const struct key_file *present = is_there(folder, &curve_file)  ? &curve_file
                                     : is_there(folder, &sign_file) ? &sign_file
                                                                    : NULL;
    struct key_texts texts;

    if (present != NULL) {
        return explain(ERR_EXISTS, folder, present, "is there already", reason);
    }
    enum err err = folder_make(folder, 0700);
    if (err != ERR_OK) {
        return explain(err, folder, &curve_file, err_text(err), reason);
    }

    texts_of_sign(&keys->sign, &texts);
    err = write_file(folder, &sign_file, &texts, reason);
    if (err == ERR_OK) {
        texts_of_curve(&keys->curve, &texts);
        err = write_file(folder, &curve_file, &texts, reason);
    }
    if (err != ERR_OK) { /* a file may be there that is not sure to stay */
        remove_file(folder, &sign_file);
        remove_file(folder, &curve_file);
    }
    sodium_memzero(&texts, sizeof texts);
    return err;
}

static enum err load_curve(const char *folder, struct curve_pair *out,
                           char reason[KEYS_REASON_BYTES])
{
    struct key_texts texts;
    enum err err = read_file(folder, &curve_file, &texts, reason);

    if (err == ERR_OK) {
        memcpy(out->public_key, texts.public_key, CURVE_TEXT_BYTES);
        memcpy(out->secret, texts.secret, CURVE_TEXT_BYTES);
        if (!pair_matches(out)) {
            err = explain(ERR_CORRUPT, folder, &curve_file, "its two keys are no pair", reason);
        }
    }
    sodium_memzero(&texts, sizeof texts);
    return err;
}

static enum err load_sign(const char *folder, struct sign_key *out, char reason[KEYS_REASON_BYTES])
{
    struct key_texts texts;
    uint8_t public_key[SIGN_PUBLIC_BYTES];
    uint8_t seed[SIGN_SEED_BYTES];
    enum err err = read_file(folder, &sign_file, &texts, reason);

    if (err == ERR_OK) {
        bool is_pair = bytes_from_hex(texts.public_key, public_key, sizeof public_key) &&
                       bytes_from_hex(texts.secret, seed, sizeof seed);
        if (is_pair) {
            sign_key_from_seed(seed, out);
            is_pair = memcmp(out->public_key, public_key, sizeof public_key) == 0;
        }
        if (!is_pair) {
            err = explain(ERR_CORRUPT, folder, &sign_file, "its two keys are no pair", reason);
        }
    }
    sodium_memzero(&texts, sizeof texts);
    sodium_memzero(seed, sizeof seed);
    return err;
}

enum err keys_load(const char *folder, struct keys *out, char reason[KEYS_REASON_BYTES])
{
    struct keys loaded = {0};
    enum err err = load_curve(folder, &loaded.curve, reason);

    if (err == ERR_OK) {
        err = load_sign(folder, &loaded.sign, reason);
    }
    if (err == ERR_OK) {
        *out = loaded;
    }
    keys_wipe(&loaded);
    return err;
}

void keys_public(const struct keys *keys, struct public_keys *out)
{
    bool is_key = curve_key_from_text(keys->curve.public_key, out->curve);

    require(is_key);
    memcpy(out->sign, keys->sign.public_key, sizeof out->sign);
}

void keys_fingerprint(const struct public_keys *keys, char out[FINGERPRINT_TEXT_BYTES])
{
    struct hasher hasher;
    char hex[2 * HASH_BYTES + 1];
    char *at = out;

    hasher_init(&hasher);
    hasher_add(&hasher, (struct bytes){keys->curve, sizeof keys->curve});
    hasher_add(&hasher, (struct bytes){keys->sign, sizeof keys->sign});
    struct hash hash = hasher_finish(&hasher);
    bytes_to_hex((struct bytes){hash.bytes, sizeof hash.bytes}, hex);
    for (size_t i = 0; i < strlen(hex); i++) {
        if (i > 0 && i % FINGERPRINT_GROUP == 0) {
            *at++ = ' ';
        }
        *at++ = hex[i];
    }
    *at = '\0';
}

void keys_wipe(struct keys *keys)
{
    sodium_memzero(keys, sizeof *keys);
}
