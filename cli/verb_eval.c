/* SPDX-License-Identifier: Apache-2.0 */
/* huishen eval: one expression of the rule language, or a file of cases. */
#include <stdlib.h>

#include "cli/json_file.h"
#include "cli/verbs.h"
#include "core/evaluate.h"
#include "lib/text.h"
#include "proto/text/bindings.h"

enum { CASE_ARENA_BYTES = 64 * 1024 * 1024 };

/* An expression and what came of it. Where is_refused, location and fault say why; else evaluation
 * does. */
struct outcome {
    const struct expression *expression;
    struct evaluation evaluation;
    bool is_refused;
    enum fault fault;
    struct expression_location location;
};

/* Sets @out to what @text says of @root. */
static void evaluate(struct bytes text, const struct value *root, struct arena *arena,
                     struct outcome *out)
{
    struct expression_refusal refusal;
    const struct scope scope = {.root = root};

    *out = (struct outcome){.expression = expression_compile(text, NULL, arena, &refusal)};
    if (out->expression == NULL) {
        out->is_refused = true;
        out->fault = refusal.fault;
        out->location = refusal.location;
        return;
    }
    expression_evaluate(out->expression, &scope, arena, &out->evaluation);
    if (out->evaluation.kind == EVALUATION_FAULT) {
        out->is_refused = true;
        out->fault = out->evaluation.fault;
        out->location = expression_locate(text, out->evaluation.fault_offset);
    }
}

static char *reason_of(const struct cli *cli, const struct outcome *outcome)
{
    return cli_format(cli, "%zu:%zu: %s", outcome->location.line, outcome->location.column,
                      cli_text(cli, fault_zh(outcome->fault), fault_en(outcome->fault)));
}

static json_t *paths_to_json(const char *const *paths, size_t count)
{
    json_t *json = json_array();

    for (size_t i = 0; i < count; i++) {
        cli_memory(json_array_append_new(json, json_string(paths[i])) == 0 ? json : NULL);
    }
    return json;
}

static json_t *outcome_to_json(const struct cli *cli, const struct outcome *outcome)
{
    size_t read_count = 0;

    if (outcome->is_refused) {
        return json_pack("{s:s}", "error", reason_of(cli, outcome));
    }

    const char *const *reads = expression_reads(outcome->expression, &read_count);
    const struct evaluation *evaluation = &outcome->evaluation;
    if (evaluation->kind == EVALUATION_UNKNOWN) {
        return json_pack("{s:b, s:o, s:o}", "unknown", 1, "missing",
                         paths_to_json(evaluation->missing, evaluation->missing_count), "reads",
                         paths_to_json(reads, read_count));
    }
    return json_pack("{s:o, s:o}", "result", cli_memory(bindings_write(evaluation->value)), "reads",
                     paths_to_json(reads, read_count));
}

/* Returns the value as people write it; lists and texts as JSON. */
static const char *value_to_text(const struct cli *cli, const struct value *value)
{
    char exact[NUMBER_TEXT_BYTES];
    char decimal[NUMBER_TEXT_BYTES];
    char date[TEXT_DATE_BYTES];

    if (value->kind == VALUE_NUMBER) {
        number_to_text(value->number, exact);
        return !number_is_whole(value->number) && number_to_decimal(value->number, decimal)
                   ? cli_format(cli, "%s (%s)", exact, decimal)
                   : cli_format(cli, "%s", exact);
    }
    if (value->kind == VALUE_DATE) {
        date_to_text(value->date, date);
        return cli_format(cli, "%s", date);
    }

    json_t *json = cli_memory(bindings_write(value));
    char *text = cli_memory(json_dumps(json, JSON_ENCODE_ANY));
    const char *copy = cli_format(cli, "%s", text);
    free(text);
    json_decref(json);
    return copy;
}

/* Writes that fail show when the output is flushed. */
static void print_for_people(const struct cli *cli, const struct outcome *outcome)
{
    const struct evaluation *evaluation = &outcome->evaluation;

    if (evaluation->kind != EVALUATION_UNKNOWN) {
        (void)fprintf(cli->out, "%s\n", value_to_text(cli, evaluation->value));
        return;
    }
    (void)fputs(cli_text(cli, "未知：缺少 ", "unknown: "), cli->out);
    for (size_t i = 0; i < evaluation->missing_count; i++) {
        (void)fprintf(cli->out, "%s%s", i == 0 ? "" : cli_text(cli, "、", ", "),
                      evaluation->missing[i]);
    }
    (void)fputs(
        cli_text(cli, "\n", evaluation->missing_count == 1 ? " is missing\n" : " are missing\n"),
        cli->out);
}

/* Sets @root to the fields that @json gives; without any, to none. Returns false with @fault set.
 */
static bool read_bindings(const json_t *json, struct arena *arena, struct value *root,
                          struct bindings_fault *fault)
{
    *root = value_of_object();
    return json == NULL || bindings_read(json, arena, root, fault) == ERR_OK;
}

static int evaluate_one(struct cli *cli, const char *text, const json_t *fields, const char *file)
{
    struct value root;
    struct bindings_fault fault = {0};
    struct outcome outcome;

    if (!read_bindings(fields, cli->arena, &root, &fault)) {
        return cli_fail(cli, STATUS_INVALID, "%s: %s%s%s", file, fault.path,
                        fault.path[0] == '\0' ? "" : ": ", fault.reason);
    }

    evaluate(bytes_of_text(text), &root, cli->arena, &outcome);
    if (cli->is_json) {
        cli_json(cli, outcome_to_json(cli, &outcome));
    } else if (!outcome.is_refused) {
        print_for_people(cli, &outcome);
    }
    return outcome.is_refused ? cli_fail(cli, STATUS_INVALID, "%s", reason_of(cli, &outcome))
                              : STATUS_DONE;
}

static json_t *answer_case(const struct cli *cli, const json_t *expr, const json_t *bindings)
{
    struct value root;
    struct bindings_fault fault = {0};
    struct outcome outcome;

    if (!read_bindings(bindings, cli->arena, &root, &fault)) {
        return json_pack("{s:s}", "error", cli_format(cli, "%s: %s", fault.path, fault.reason));
    }
    evaluate((struct bytes){(const uint8_t *)json_string_value(expr), json_string_length(expr)},
             &root, cli->arena, &outcome);
    return outcome_to_json(cli, &outcome);
}

/* Answers every case; false if one is no case. Each has the arena for itself. */
static bool answer_cases(const struct cli *cli, const json_t *cases)
{
    struct arena arena;
    struct cli own = *cli;
    bool are_cases = true;

    arena_init(&arena, CASE_ARENA_BYTES);
    own.arena = &arena;
    for (size_t i = 0; i < json_array_size(cases) && are_cases; i++) {
        const json_t *expr = json_object_get(json_array_get(cases, i), "expr");

        are_cases = json_is_string(expr);
        if (are_cases) {
            cli_json(cli, answer_case(&own, expr,
                                      json_object_get(json_array_get(cases, i), "bindings")));
        }
        arena_clear(&arena);
    }
    arena_release(&arena);
    return are_cases;
}

static int run_cases(struct cli *cli, const char *path)
{
    json_t *cases = json_file_read(cli, path);

    if (cases == NULL) {
        return STATUS_INVALID;
    }
    bool are_cases = json_is_array(cases) && answer_cases(cli, cases);
    json_decref(cases);
    return are_cases ? STATUS_DONE
                     : cli_fail(cli, STATUS_INVALID,
                                cli_text(cli, "%s：应为数组，每个元素带文本 expr",
                                         "%s: not an array of cases, each with a text expr"),
                                path);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *cases = arguments_value(arguments, "cases");
    const char *with = arguments_value(arguments, "with");

    if ((cases == NULL) == (arguments->word_count == 0) || (cases != NULL && with != NULL)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "请给出一个表达式（可加 --with FILE），或者 --cases FILE",
                                 "give one expression (and --with FILE), or --cases FILE"));
    }
    if (cases != NULL) {
        return run_cases(cli, cases);
    }

    json_t *fields = with == NULL ? NULL : json_file_read(cli, with);
    if (with != NULL && fields == NULL) {
        return STATUS_INVALID;
    }
    int status = evaluate_one(cli, arguments->words[0], fields, with);
    json_decref(fields);
    return status;
}

static const struct option options[] = {
    {.name = "with",
     .value = "FILE",
     .help = {"字段：一个 JSON 对象", "the fields: one JSON object"}},
    {.name = "cases",
     .value = "FILE",
     .help = {"用例：JSON 数组，逐例输出一行 JSON",
              "cases: a JSON array; prints one line of JSON for each"}},
};

const struct verb verb_eval = {
    .name = "eval",
    .words = "'EXPR' [--with FILE] | eval --cases FILE",
    .words_max = 1,
    .summary = {"对一个规则表达式求值", "evaluate an expression of the rule language"},
    .manual =
        {"对规则语言的一个表达式求值，不需要辖区目录。结果可以是值，也可以是“未知”（缺少字段），\n"
         "两者均以 0 退出；表达式有误，或其值出错，以 2 退出，错误输出给出位置和理由。\n"
         "字段为空（null）视为缺少。两种带标记的写法：{\"$date\": \"2026-03-10\"} 是日期，\n"
         "{\"$number\": \"2/3\"} 是分数。--json 输出 {\"result\": 值, \"reads\": [字段]}、\n"
         "{\"unknown\": true, \"missing\": [字段], \"reads\": [字段]} 或 {\"error\": 理由}。\n"
         "表达式以 - 开头时，在它前面写 --。",
         "Evaluates an expression of the rule language; needs no home. The answer is a\n"
         "value or unknown because fields are missing: both exit 0. An expression that is\n"
         "refused, or whose value is an error, exits 2 with the place and the reason on\n"
         "standard error. A field that is null is missing. Two tagged forms are read and\n"
         "printed: {\"$date\": \"2026-03-10\"} is a date, {\"$number\": \"2/3\"} a fraction.\n"
         "With --json it prints {\"result\": VALUE, \"reads\": [PATH...]},\n"
         "{\"unknown\": true, \"missing\": [PATH...], \"reads\": [PATH...]} or\n"
         "{\"error\": REASON}. Put -- before an expression that begins with '-'."},
    .example = "huishen eval 'lanes.all(l, l.width >= 4)' --with lanes.json\n"
               "huishen eval --json -- '-7 % 2'\n"
               "huishen eval --cases cases.json",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
