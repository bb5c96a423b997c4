/* SPDX-License-Identifier: Apache-2.0 */
#include "core/expression.h"

#include <string.h>

#include "core/limits.h"
#include "core/parser.h"
#include "core/reads.h"
#include "core/syntax.h"
#include "lib/text.h"

/* Sets @refusal and returns NULL. */
static const struct expression *refuse(struct expression_refusal *refusal, enum fault fault,
                                       struct bytes text, size_t offset)
{
    *refusal = (struct expression_refusal){fault, expression_locate(text, offset)};
    return NULL;
}

const struct expression *expression_compile(struct bytes text,
                                            const struct expression_element *element,
                                            struct arena *arena, struct expression_refusal *refusal)
{
    if (text.size > LIMIT_EXPRESSION_BYTES) {
        return refuse(refusal, FAULT_TEXT_TOO_LONG, text, LIMIT_EXPRESSION_BYTES);
    }

    struct expression *made = arena_alloc(arena, sizeof *made);
    const uint8_t *copy = arena_copy(arena, text);
    const char *variable = element == NULL ? NULL : arena_text(arena, element->name);
    const char *list_path = element == NULL ? NULL : arena_text(arena, element->list_path);
    struct parse_fault fault = {FAULT_NONE, 0};

    if (made == NULL || copy == NULL ||
        (element != NULL && (variable == NULL || list_path == NULL))) {
        return refuse(refusal, FAULT_TOO_COMPLEX, text, 0);
    }
    made->text = (struct bytes){copy, text.size};
    made->element_path = list_path;
    made->root = parse_expression(made->text, variable, arena, &fault);
    if (made->root == NULL) {
        return refuse(refusal, fault.code, text, fault.offset);
    }
    if (!reads_collect(made, arena)) {
        return refuse(refusal, FAULT_TOO_COMPLEX, text, 0);
    }
    return made;
}

struct bytes expression_text(const struct expression *expression)
{
    return expression->text;
}

const char *const *expression_reads(const struct expression *expression, size_t *count)
{
    *count = expression->read_count;
    return expression->reads;
}

struct expression_location expression_locate(struct bytes text, size_t offset)
{
    struct expression_location location = {.offset = offset, .line = 1};
    size_t line_start = 0;

    if (offset > text.size) {
        offset = text.size;
    }
    for (size_t i = 0; i < offset; i++) {
        if (text.data[i] == '\n') {
            location.line++;
            line_start = i + 1;
        }
    }

    location.column = 1;
    if (offset > line_start) {
        struct bytes before = {text.data + line_start, offset - line_start};

        location.column += text_code_points(before);
    }
    return location;
}
