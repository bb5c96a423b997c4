/* SPDX-License-Identifier: Apache-2.0 */
/* fault.h - what can be wrong with a rule, in two languages.
 *
 * One list for the three moments at which it shows: when a rule is read (it is refused), when it is
 * checked against a dictionary (it is reported), when it is evaluated (it is unknown, with the
 * fault as the reason). The codes are stable: codes are only added.
 */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#define FAULT_LIST(X)                                                                             \
    X(NONE, "无", "none")                                                                         \
    X(TEXT_TOO_LONG, "规则文本过长", "the rule is too long")                                      \
    X(NOT_UTF8, "文本不是UTF-8编码", "the text is not UTF-8")                                     \
    X(CHARACTER, "出现不能识别的字符", "this character has no meaning here")                      \
    X(TEXT_NOT_CLOSED, "字符串没有结束引号", "the string has no closing quote")                   \
    X(ESCAPE, "字符串中的转义无效", "this escape is not valid in a string")                       \
    X(NUMBER_MALFORMED, "数字写法无效", "this is not a valid number")                             \
    X(NUMBER_TOO_LARGE, "数字超出可精确表示的范围", "this number does not fit an exact fraction") \
    X(OPERAND_EXPECTED, "此处应为值", "a value is expected here")                                 \
    X(UNEXPECTED, "此处不应出现该内容", "this is not expected here")                              \
    X(PARENTHESIS_EXPECTED, "缺少右括号 )", "a closing ) is expected here")                       \
    X(BRACKET_EXPECTED, "缺少右方括号 ]", "a closing ] is expected here")                         \
    X(COLON_EXPECTED, "条件表达式缺少冒号 :", "the : of a conditional is expected here")          \
    X(COMMA_EXPECTED, "缺少逗号", "a comma is expected here")                                     \
    X(NAME_EXPECTED, "此处应为名称", "a name is expected here")                                   \
    X(NAME_RESERVED, "该名称为保留字", "this name is reserved")                                   \
    X(FUNCTION_UNKNOWN, "没有此函数", "there is no such function")                                \
    X(HAS_ARGUMENT, "has() 须给出带点的字段路径", "has() needs a field of an object, as in a.b")  \
    X(DATE_ARGUMENT, "date() 须给出存在的日期，形如 '2026-03-10'",                                \
      "date() needs a day that exists, written as in '2026-03-10'")                               \
    X(NESTING_TOO_DEEP, "嵌套过深", "the rule is nested too deep")                                \
    X(TOO_COMPLEX, "规则过于复杂", "the rule needs more memory or steps than it may use")         \
    X(DIVISION_BY_ZERO, "除数为零", "division by zero")                                           \
    X(OVERFLOW, "数值溢出", "the number does not fit")                                            \
    X(NOT_WHOLE, "此处应为整数", "a whole number is needed here")                                 \
    X(NOT_A_BOOL, "此处应为真或假", "true or false is needed here")                               \
    X(NOT_A_NUMBER, "此处应为数字", "a number is needed here")                                    \
    X(NOT_A_TEXT, "此处应为文本", "a text is needed here")                                        \
    X(NOT_A_LIST, "此处应为列表", "a list is needed here")                                        \
    X(NOT_AN_OBJECT, "此值没有下级字段", "this value has no fields")                              \
    X(NOT_SIZED, "只有列表和文本有长度", "only a list or a text has a size")                      \
    X(NOT_ADDABLE, "只能数字、文本或列表相加", "only two numbers, texts or lists can be added")   \
    X(NOT_ORDERED, "这两种值不能比较大小", "these two cannot be ordered")                         \
    X(OBJECTS_COMPARED, "对象只能与 null 比较", "an object can only be compared with null")       \
    X(INDEX_OUT_OF_RANGE, "列表中没有该序号", "the list has no such element")                     \
    X(PATH_UNKNOWN, "字典中没有此字段", "the dictionary has no such field")                       \
    X(SETTING_UNKNOWN, "没有此设置项", "there is no such setting")                                \
    X(ALWAYS_DIFFERENT, "两种类型不同，永不相等", "two of different types are never equal")       \
    X(WORD_UNKNOWN, "该字段没有此取值", "the field cannot have this value")                       \
    X(RESULT_TYPE, "规则结果的类型不符", "the rule does not give a value of the type it must")

#define FAULT_ENUM(code, zh, en) FAULT_##code,
enum fault { FAULT_LIST(FAULT_ENUM) };
#undef FAULT_ENUM

/* Each returns a static, never-NULL text: the stable code ("DIVISION_BY_ZERO"), the sentence in
 * Chinese, the sentence in English. */
const char *fault_code(enum fault fault);
const char *fault_zh(enum fault fault);
const char *fault_en(enum fault fault);

#endif
