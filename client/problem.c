/* SPDX-License-Identifier: Apache-2.0 */
/* The problems in words. */
#include "client/conversation.h"

struct words {
    const char *code;
    const char *zh;
    const char *en;
};

static struct words words_of(enum client_problem problem)
{
    switch (problem) {
    case PROBLEM_HISTORY_DIFFERS:
        return (struct words){"HISTORY_DIFFERS",
                              "台账与此前见过的不一致（辖区由备份恢复后即会如此）",
                              "the journal is not the one seen before (as after the office was "
                              "restored from a backup)"};
    case PROBLEM_WRONG_BROKER:
        return (struct words){"WRONG_BROKER", "对方不是约定的服务端",
                              "this is not the broker that was agreed on"};
    case PROBLEM_ENVELOPE_REFUSED:
        return (struct words){"ENVELOPE_REFUSED", "信封整体被拒绝",
                              "an envelope was refused as a whole"};
    case PROBLEM_RECEIPT_INVALID:
        return (struct words){"RECEIPT_INVALID", "回执不能证明其内容",
                              "a receipt does not prove what it says"};
    case PROBLEM_MESSAGE_INVALID:
        return (struct words){"MESSAGE_INVALID", "收到的内容无法读取",
                              "what arrived cannot be read"};
    }
    return (struct words){"", "", ""};
}

const char *client_problem_code(enum client_problem problem)
{
    return words_of(problem).code;
}

const char *client_problem_zh(enum client_problem problem)
{
    return words_of(problem).zh;
}

const char *client_problem_en(enum client_problem problem)
{
    return words_of(problem).en;
}
