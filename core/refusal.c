/* SPDX-License-Identifier: Apache-2.0 */
#include "core/refusal.h"

#include <stddef.h>
#include <string.h>

#include "lib/check.h"

struct sentence {
    const char *code;
    const char *zh;
    const char *en;
};

#define REFUSAL_ROW(code, zh, en) {#code, zh, en},
static const struct sentence sentences[] = {REFUSAL_LIST(REFUSAL_ROW)};
#undef REFUSAL_ROW

static const struct sentence *sentence_of(enum refusal refusal)
{
    require((size_t)refusal < sizeof sentences / sizeof sentences[0]);
    return &sentences[refusal];
}

const char *refusal_code(enum refusal refusal)
{
    return sentence_of(refusal)->code;
}

bool refusal_find(const char *code, enum refusal *out)
{
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        if (strcmp(sentences[i].code, code) == 0) {
            *out = (enum refusal)i;
            return true;
        }
    }
    return false;
}

const char *refusal_zh(enum refusal refusal)
{
    return sentence_of(refusal)->zh;
}

const char *refusal_en(enum refusal refusal)
{
    return sentence_of(refusal)->en;
}
