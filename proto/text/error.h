/* SPDX-License-Identifier: Apache-2.0 */
/* error.h - what is wrong with a text: where, and why, in the reader's language.
 *
 * One form for all files: `file:line: path: reason`, without what is not known. An error of the
 * syntax has no path but a column: `file:line:column: reason`. Up to TEXT_ERRORS_MAX are kept.
 */
#ifndef PROTO_TEXT_ERROR_H
#define PROTO_TEXT_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/text/tree.h"

enum text_language { TEXT_EN, TEXT_ZH };

/* {} stands for the detail: a word of the text, a name, what the library said. */
#define TEXT_REASONS(X)                                                                         \
    X(TEXT_FILE_ABSENT, "没有这个文件", "there is no such file")                                \
    X(TEXT_FILE_NO_FILE, "这是文件夹或特殊文件，不是普通文件",                                  \
      "this is a folder or no plain file")                                                      \
    X(TEXT_FILE_DENIED, "没有读取权限", "it may not be read")                                   \
    X(TEXT_FILE_FAILED, "无法读取", "it cannot be read")                                        \
    X(TEXT_FILE_LARGE, "文件大于 1 MiB", "the file is larger than 1 MiB")                       \
    X(TEXT_FILE_KIND, "文件名应以 .yaml、.yml 或 .json 结尾",                                   \
      "the file's name must end in .yaml, .yml or .json")                                       \
    X(TEXT_MEMORY, "内容过大", "this is too large")                                             \
    X(TEXT_EMPTY, "没有内容", "there is nothing in it")                                         \
    X(TEXT_NOT_UTF8, "不是 UTF-8 编码", "this is not UTF-8")                                    \
    X(TEXT_NUL, "文字不能含 U+0000", "a text cannot hold U+0000")                               \
    X(TEXT_CONTROL, "不能含控制字符", "control characters are not allowed")                     \
    X(TEXT_SYNTAX_YAML, "YAML 语法错误：{}", "no valid YAML: {}")                               \
    X(TEXT_SYNTAX_JSON, "JSON 语法错误：{}", "no valid JSON: {}")                               \
    X(TEXT_TAB, "请用空格缩进，不用制表符", "indent with spaces, not with tabs")                \
    X(TEXT_ALIAS, "不允许引用（*）", "aliases (*) are not allowed")                             \
    X(TEXT_ANCHOR, "不允许锚点（&）", "anchors (&) are not allowed")                            \
    X(TEXT_TAG, "不允许标签（!）", "tags (!) are not allowed")                                  \
    X(TEXT_DIRECTIVE, "不允许 % 指令", "directives (%) are not allowed")                        \
    X(TEXT_DOCUMENTS, "一个文件只能有一份内容", "a file holds one document only")               \
    X(TEXT_NAME, "此处应为名称", "a name is needed here")                                       \
    X(TEXT_NAME_LONG, "名称过长", "the name is too long")                                       \
    X(TEXT_DEEP, "嵌套超过 24 层", "this is nested deeper than 24 levels")                      \
    X(TEXT_NODES, "内容过多：超过 {} 项", "there is too much of it: more than {} values")       \
    X(TEXT_REPEATED, "重复", "this is given twice")                                             \
    X(TEXT_UNKNOWN, "没有这个字段", "there is no such field")                                   \
    X(TEXT_NEED_OBJECT, "应为一组字段（名称: 值）", "fields are needed here (name: value)")     \
    X(TEXT_NEED_LIST, "应为清单", "a list is needed here")                                      \
    X(TEXT_NEED_TEXT, "应为文字", "a text is needed here")                                      \
    X(TEXT_NEED_BOOL, "应为 true 或 false", "true or false is needed here")                     \
    X(TEXT_NEED_WHOLE, "应为整数", "a whole number is needed here")                             \
    X(TEXT_NEED_NUMBER, "应为数，如 12.5，不加引号",                                            \
      "a number is needed here, as in 12.5, without quotes")                                    \
    X(TEXT_NEED_DATE, "应为存在的日期，如 2026-03-10",                                          \
      "a day that exists is needed here, as in 2026-03-10")                                     \
    X(TEXT_NEED_INSTANT, "应为带时差的时刻，如 2026-03-10T09:00:00+08:00",                      \
      "an instant with its offset is needed here, as in 2026-03-10T09:00:00+08:00")             \
    X(TEXT_NEED_BYTES, "应为 base64", "base64 is needed here")                                  \
    X(TEXT_NEED_ELEMENT, "清单中不能有空项", "an element of a list cannot be empty")            \
    X(TEXT_NEED_WORD, "应为其中之一：{}", "one of these is needed here: {}")                    \
    X(TEXT_UNKNOWN_WORD, "没有这个代码：{}", "there is no such word: {}")                       \
    X(TEXT_RANGE, "超出范围：{}", "out of range: {}")                                           \
    X(TEXT_DIGITS, "数至多15位，其中小数至多6位",                                               \
      "a number has at most 15 digits, 6 of them after the point")                              \
    X(TEXT_ONE_OF, "只能给出其一，已有 {}", "only one of them can be given; there is {}")       \
    X(TEXT_ID_ABSENT, "此项缺 id", "this element has no id")                                    \
    X(TEXT_ID_BAD, "id 应为1至64字节，不含控制字符和方括号",                                    \
      "an id has 1 to 64 bytes, no control character and no bracket")                           \
    X(TEXT_ID_REPEATED, "id 重复：{}", "the id is given twice: {}")                             \
    X(TEXT_DERIVED, "此字段由系统计算，不能填写", "this field is computed and cannot be given") \
    X(TEXT_UNTYPED, "字典未写此字段的类型", "the dictionary gives this field no type")          \
    X(TEXT_TEXT_LONG, "文字过长，至多 64 KiB", "the text is too long: at most 64 KiB")          \
    X(TEXT_LIST_LONG, "清单过长，至多 4096 项", "the list is too long: at most 4096 elements")  \
    X(TEXT_PACKET, "{}", "{}")

#define TEXT_REASON_ENUM(code, zh, en) code,
enum text_reason { TEXT_REASONS(TEXT_REASON_ENUM) TEXT_REASON_COUNT };
#undef TEXT_REASON_ENUM

enum {
    TEXT_ERRORS_MAX = 20,
    TEXT_REASON_BYTES = 1024,
    TEXT_DETAIL_BYTES = 640, /* holds twelve words of an enum */
};

struct text_error {
    unsigned line;   /* from 1; 0: not known */
    unsigned column; /* from 1; 0: not known, or not worth saying */
    char path[TREE_PATH_BYTES];
    char reason[TEXT_REASON_BYTES];
};

/* Errors found so far, in the order in which they were met; beyond TEXT_ERRORS_MAX they are only
 * counted. */
struct text_errors {
    enum text_language language;
    size_t count; /* of rows */
    size_t total;
    struct text_error rows[TEXT_ERRORS_MAX];
};

void text_errors_init(struct text_errors *errors, enum text_language language);

/* Why: a reason, its detail, and what was probably meant. The texts may be NULL; control characters
 * in them are replaced, long ones are cut. */
struct text_cause {
    enum text_reason reason;
    const char *detail;
    const char *suggestion;
};

/* Adds an error at @tree's place and path (NULL: of the whole text). */
void text_errors_add(struct text_errors *errors, const struct tree *tree, struct text_cause cause);

/* Adds an error of the syntax at @line and @column, either 0 if not known. */
void text_errors_add_at(struct text_errors *errors, unsigned line, unsigned column,
                        struct text_cause cause);

/* Puts the rows into the order of their lines; those without a line come first. */
void text_errors_sort(struct text_errors *errors);

/* Returns `file:line: path: reason`, in @arena; NULL if it does not fit. */
const char *text_error_line(const struct text_error *error, const char *file, struct arena *arena);

#endif
