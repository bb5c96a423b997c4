/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/packet_value.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

const struct packet_limit packet_limit_list = {"清单过长，上限", "the list has more elements than",
                                               PACKET_LIST_MAX};

/* ---- faults ---- */

/* Copies @text to @out, at most @size - 1 bytes of it and no part of a character; what could change
 * a terminal or a log becomes '?'. */
static void copy_plain(char *out, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);

    while (length > 0 && ((uint8_t)text[length] & 0xC0) == 0x80) {
        length--;
    }
    for (size_t i = 0; i < length; i++) {
        uint8_t c = (uint8_t)text[i];

        out[i] = c < 0x20 || c == 0x7F ? '?' : text[i];
    }
    out[length] = '\0';
    if (!text_is_utf8(bytes_of_text(out))) {
        (void)snprintf(out, size, "?");
    }
}

bool packet_refuse(struct packet_fault *fault, const char *path, const char *zh, const char *en)
{
    copy_plain(fault->path, sizeof fault->path, path);
    (void)snprintf(fault->zh, sizeof fault->zh, "%s", zh);
    (void)snprintf(fault->en, sizeof fault->en, "%s", en);
    return false;
}

bool packet_refuse_limit(struct packet_fault *fault, const char *path, struct packet_limit limit)
{
    (void)packet_refuse(fault, path, "", "");
    (void)snprintf(fault->zh, sizeof fault->zh, "%s %zu", limit.zh, limit.value);
    (void)snprintf(fault->en, sizeof fault->en, "%s %zu", limit.en, limit.value);
    return false;
}

/* ---- texts ---- */

bool packet_text_is_plain(const char *text, size_t bytes_max)
{
    size_t size = strnlen(text, bytes_max + 1);

    if (size > bytes_max || !text_is_utf8((struct bytes){(const uint8_t *)text, size})) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t c = (uint8_t)text[i];
        bool is_line = c == '\t' || c == '\n' || c == '\r';

        if ((c < 0x20 && !is_line) || c == 0x7F || (c == 0xC2 && (uint8_t)text[i + 1] < 0xA0)) {
            return false;
        }
    }
    return true;
}

static bool check_text(struct packet_fault *fault, const char *path, const char *text)
{
    if (strnlen(text, PACKET_TEXT_BYTES_MAX + 1) > PACKET_TEXT_BYTES_MAX) {
        return packet_refuse_limit(fault, path,
                                   (struct packet_limit){"文字过长，字节数上限",
                                                         "the text has more bytes than",
                                                         PACKET_TEXT_BYTES_MAX});
    }
    if (!packet_text_is_plain(text, PACKET_TEXT_BYTES_MAX)) {
        return packet_refuse(fault, path, "文字应为 UTF-8，且不含控制字符",
                             "a text is UTF-8 without control characters");
    }
    return true;
}

static bool is_code_of(const Hs__FieldDefinition *field, const char *code)
{
    for (size_t i = 0; i < field->n_codes; i++) {
        if (strcmp(field->codes[i]->code, code) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_code(struct packet_fault *fault, const char *path,
                       const Hs__FieldDefinition *field, const char *code)
{
    if (code[0] == '\0' || !packet_text_is_plain(code, PACKET_CODE_BYTES_MAX)) {
        return packet_refuse(fault, path, "代码应为不含控制字符的短文字",
                             "a code is a short text without control characters");
    }
    if (field->n_codes > 0 && !is_code_of(field, code)) {
        return packet_refuse(fault, path, "不是此字段的代码", "not one of this field's codes");
    }
    return true;
}

/* ---- values ---- */

static bool check_number(struct packet_fault *fault, const char *path, const Hs__Number *number,
                         bool is_whole)
{
    int64_t units = number == NULL ? 0 : number->units;
    uint32_t places = number == NULL ? 0 : number->places;

    if (number == NULL || units > PACKET_NUMBER_UNITS_MAX || units < -PACKET_NUMBER_UNITS_MAX ||
        places > PACKET_NUMBER_PLACES_MAX) {
        return packet_refuse(fault, path, "数至多15位，其中小数至多6位",
                             "a number has at most 15 digits, 6 of them after the point");
    }
    if (places > 0 && units % 10 == 0) {
        return packet_refuse(fault, path, "数未写成最简形式",
                             "the number is not in its shortest form");
    }
    if (is_whole && places > 0) {
        return packet_refuse(fault, path, "应为整数", "a whole number is needed");
    }
    return true;
}

static bool check_date(struct packet_fault *fault, const char *path, int32_t date)
{
    char text[TEXT_DATE_BYTES];
    int32_t again = 0;

    if (date < 0 || date > 99991231) {
        return packet_refuse(fault, path, "没有这一天", "there is no such day");
    }
    (void)snprintf(text, sizeof text, "%04u-%02u-%02u", (unsigned)date / 10000 % 10000,
                   (unsigned)date / 100 % 100, (unsigned)date % 100);
    if (!date_from_text(bytes_of_text(text), &again)) {
        return packet_refuse(fault, path, "没有这一天", "there is no such day");
    }
    return true;
}

static bool check_codes(struct packet_fault *fault, const char *path,
                        const Hs__FieldDefinition *field, const Hs__Codes *codes)
{
    bool is_coded = field->type == HS__FIELD_DEFINITION__TYPE__CODES;

    if (codes == NULL || codes->n_codes > PACKET_LIST_MAX) {
        return packet_refuse_limit(fault, path, packet_limit_list);
    }
    /* Without repeats there cannot be more than the field has: that bounds the comparing below. */
    if (is_coded && field->n_codes > 0 && codes->n_codes > field->n_codes) {
        return packet_refuse(fault, path, "代码重复", "a code is given twice");
    }
    for (size_t i = 0; i < codes->n_codes; i++) {
        if (!is_coded) {
            if (!check_text(fault, path, codes->codes[i])) {
                return false;
            }
            continue;
        }
        if (!check_code(fault, path, field, codes->codes[i])) {
            return false;
        }
        for (size_t j = 0; field->n_codes > 0 && j < i; j++) {
            if (strcmp(codes->codes[i], codes->codes[j]) == 0) {
                return packet_refuse(fault, path, "代码重复", "a code is given twice");
            }
        }
    }
    return true;
}

bool packet_refuse_type(struct packet_fault *fault, const char *path, const char *type)
{
    (void)packet_refuse(fault, path, "", "");
    (void)snprintf(fault->zh, sizeof fault->zh, "值的类型不对，此字段为 %s", type);
    (void)snprintf(fault->en, sizeof fault->en, "the value is of another type: this field is %s",
                   type);
    return false;
}

bool packet_value_check(const Hs__Field *field, const Hs__FieldDefinition *definition,
                        struct packet_fault *fault)
{
    Hs__Field__ValueCase given = field->value_case;
    const char *path = field->path;

    switch (definition->type) {
    case HS__FIELD_DEFINITION__TYPE__BOOL:
        return given == HS__FIELD__VALUE_FLAG || packet_refuse_type(fault, path, "bool");
    case HS__FIELD_DEFINITION__TYPE__INTEGER:
        return given == HS__FIELD__VALUE_NUMBER ? check_number(fault, path, field->number, true)
                                                : packet_refuse_type(fault, path, "integer");
    case HS__FIELD_DEFINITION__TYPE__NUMBER:
        return given == HS__FIELD__VALUE_NUMBER ? check_number(fault, path, field->number, false)
                                                : packet_refuse_type(fault, path, "number");
    case HS__FIELD_DEFINITION__TYPE__TEXT:
        return given == HS__FIELD__VALUE_TEXT ? check_text(fault, path, field->text)
                                              : packet_refuse_type(fault, path, "text");
    case HS__FIELD_DEFINITION__TYPE__DATE:
        return given == HS__FIELD__VALUE_DATE ? check_date(fault, path, field->date)
                                              : packet_refuse_type(fault, path, "date");
    case HS__FIELD_DEFINITION__TYPE__CODE:
        return given == HS__FIELD__VALUE_TEXT ? check_code(fault, path, definition, field->text)
                                              : packet_refuse_type(fault, path, "code");
    case HS__FIELD_DEFINITION__TYPE__CODES:
        return given == HS__FIELD__VALUE_CODES ? check_codes(fault, path, definition, field->codes)
                                               : packet_refuse_type(fault, path, "codes");
    case HS__FIELD_DEFINITION__TYPE__TEXTS:
        return given == HS__FIELD__VALUE_CODES ? check_codes(fault, path, definition, field->codes)
                                               : packet_refuse_type(fault, path, "texts");
    case HS__FIELD_DEFINITION__TYPE__UNSPECIFIED:
    case _HS__FIELD_DEFINITION__TYPE_IS_INT_SIZE:
        break;
    }
    return packet_refuse(fault, path, "字典未写此字段的类型",
                         "the dictionary gives this field no type");
}
