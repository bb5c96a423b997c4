/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fault.h"

#include <stddef.h>

#include "lib/check.h"

struct sentence {
    const char *code;
    const char *zh;
    const char *en;
};

#define FAULT_ROW(code, zh, en) {#code, zh, en},
static const struct sentence sentences[] = {FAULT_LIST(FAULT_ROW)};
#undef FAULT_ROW

static const struct sentence *sentence_of(enum fault fault)
{
    require((size_t)fault < sizeof sentences / sizeof sentences[0]);
    return &sentences[fault];
}

const char *fault_code(enum fault fault)
{
    return sentence_of(fault)->code;
}

const char *fault_zh(enum fault fault)
{
    return sentence_of(fault)->zh;
}

const char *fault_en(enum fault fault)
{
    return sentence_of(fault)->en;
}
