/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/intake_view.h"

#include <string.h>

#include "cli/published.h"
#include "cli/stamp.h"
#include "cli/words.h"
#include "lib/text.h"

enum { LIST_BYTES_MAX = 4096 };

/* Sets @out to the words of the failed rule, empty where its pack no longer has it. */
static int find_words(struct cli *cli, struct session *session, const Hs__Finding *finding,
                      const Hs__Words **out)
{
    const Hs__Pack *pack = NULL;
    int status = published_pack(cli, session, finding->pack, &pack);

    *out = NULL;
    for (size_t i = 0; pack != NULL && i < pack->n_rules; i++) {
        if (strcmp(pack->rules[i]->id, finding->rule_id) == 0) {
            *out = pack->rules[i]->text;
        }
    }
    return status;
}

/* The rules that ask for a field, in one text. */
static const char *rules_of(const struct cli *cli, const Hs__MissingField *missing)
{
    struct text_builder list;

    text_builder_init(&list, cli->arena, LIST_BYTES_MAX);
    for (size_t i = 0; i < missing->n_rule_ids && i < 8; i++) {
        text_builder_add(&list, i > 0 ? " " : "");
        text_builder_add(&list, missing->rule_ids[i]);
    }
    text_builder_add(&list, missing->n_rule_ids > 8 ? " …" : "");
    const char *text = text_builder_finish(&list);
    return text == NULL ? "" : text;
}

/* What @path is called; empty if the dictionary does not know it. */
static const char *label_of(const struct cli *cli, const struct dictionary *dictionary,
                            const char *path)
{
    const struct dictionary_node *node = dictionary_find_concrete(dictionary, bytes_of_text(path));
    const Hs__FieldDefinition *field = node == NULL ? NULL : node->field;

    return field == NULL ? "" : word_of(cli, field->label);
}

/* What a department asks, with the field that the answer may change. */
struct asked {
    const char *department;
    const char *text;
    const char *path; /* empty: none */
};

static void print_asked(const struct cli *cli, const struct asked *asked, FILE *file)
{
    const char *path = asked->path[0] == '\0'
                           ? ""
                           : cli_format(cli, cli_text(cli, "（%s）", "  (%s)"), asked->path);

    (void)fprintf(file, cli_text(cli, "  %s 问：%s%s\n", "  %s asks: %s%s\n"), asked->department,
                  asked->text, path);
}

void questions_print(const struct cli *cli, const Hs__Proposal *proposal, int offset_minutes)
{
    char stamp[STAMP_BYTES];

    if (proposal->n_questions > 0) {
        stamp_write(proposal->questions_at, offset_minutes, stamp);
        (void)fprintf(cli->out,
                      cli_text(cli, "汇总中的问询，%s 作为一次补正告知申报人：\n",
                               "questions gathered, to leave as one correction %s:\n"),
                      stamp);
    }
    for (size_t i = 0; i < proposal->n_questions; i++) {
        const Hs__Question *question = proposal->questions[i];
        const struct asked asked = {question->department, question->text, question->path};

        print_asked(cli, &asked, cli->out);
    }
    if (proposal->correction_reply[0] != '\0') {
        (void)fprintf(cli->out,
                      cli_text(cli, "申报人对问询的答复：%s\n", "the applicant's answer: %s\n"),
                      proposal->correction_reply);
    }
}

static int print_missing(struct cli *cli, struct session *session, const Hs__Proposal *proposal,
                         FILE *file)
{
    const struct dictionary *dictionary = NULL;
    int status = proposal->n_missing == 0
                     ? STATUS_DONE
                     : published_dictionary(cli, session, proposal->process, &dictionary);

    for (size_t i = 0; i < proposal->n_missing && status == STATUS_DONE; i++) {
        const Hs__MissingField *missing = proposal->missing[i];
        bool has_path = missing->path[0] != '\0';
        const struct asked asked = {missing->n_packs > 0 ? missing->packs[0] : "", missing->reason,
                                    missing->path};

        if (proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW && missing->n_rule_ids == 0) {
            /* No rule lacks it: a department asks. */
            print_asked(cli, &asked, file);
            continue;
        }
        const char *about = has_path && missing->reason[0] == '\0'
                                ? label_of(cli, dictionary, missing->path)
                                : missing->reason;

        (void)fprintf(file, cli_text(cli, "  %s%s%s（缺，%s）\n", "  %s%s%s  (missing: %s)\n"),
                      missing->path, has_path && about[0] != '\0' ? "  " : "", about,
                      rules_of(cli, missing));
    }
    return status;
}

int intake_print(struct cli *cli, struct session *session, const Hs__Proposal *proposal, FILE *file)
{
    for (size_t i = 0; i < proposal->n_failed_gates; i++) {
        const Hs__Finding *finding = proposal->failed_gates[i];
        const Hs__Words *words = NULL;
        int status = find_words(cli, session, finding, &words);

        if (status != STATUS_DONE) {
            return status;
        }
        (void)fprintf(file, "  %s%s%s%s  %s\n", finding->rule_id,
                      finding->element[0] == '\0' ? "" : "[", finding->element,
                      finding->element[0] == '\0' ? "" : "]", word_of(cli, words));
    }
    return print_missing(cli, session, proposal, file);
}

static json_t *texts_to_json(const char *const *texts, size_t count)
{
    json_t *json = cli_memory(json_array());

    for (size_t i = 0; i < count; i++) {
        cli_memory(json_array_append_new(json, json_string(texts[i])) == 0 ? json : NULL);
    }
    return json;
}

static json_t *missing_to_json(const Hs__MissingField *missing)
{
    return json_pack("{s:s, s:o, s:s, s:o}", "path", missing->path, "ruleIds",
                     texts_to_json(missing->rule_ids, missing->n_rule_ids), "reason",
                     missing->reason, "packs", texts_to_json(missing->packs, missing->n_packs));
}

static int print_json(struct cli *cli, struct session *session, const Hs__Proposal *proposal)
{
    json_t *gates = json_array();
    json_t *missing = json_array();
    int status = STATUS_DONE;

    for (size_t i = 0; i < proposal->n_failed_gates && status == STATUS_DONE; i++) {
        const Hs__Finding *finding = proposal->failed_gates[i];
        const Hs__Words *words = NULL;

        status = find_words(cli, session, finding, &words);
        json_t *gate = json_pack("{s:s, s:s, s:s, s:s}", "ruleId", finding->rule_id, "element",
                                 finding->element, "zh", words == NULL ? "" : words->zh, "en",
                                 words == NULL ? "" : words->en);
        cli_memory(json_array_append_new(gates, gate) == 0 ? gates : NULL);
    }
    for (size_t i = 0; i < proposal->n_missing; i++) {
        cli_memory(json_array_append_new(missing, missing_to_json(proposal->missing[i])) == 0
                       ? missing
                       : NULL);
    }
    cli_json(
        cli,
        json_pack("{s:s, s:s, s:s, s:o, s:o}", "proposalId", proposal->number, "status",
                  word_in_schema(cli, &hs__proposal__status__descriptor, (int)proposal->status),
                  "outcome",
                  word_in_schema(cli, &hs__verdict__outcome__descriptor, (int)proposal->outcome),
                  "failedGates", gates, "missing", missing));
    return status;
}

static int say_refusal(struct cli *cli, struct session *session, const Hs__Proposal *proposal)
{
    bool is_gate = proposal->status == HS__PROPOSAL__STATUS__GATE_FAILED;

    (void)fprintf(cli->err, "refused: %s: %s\n", is_gate ? "GATE_FAILED" : "INCOMPLETE",
                  is_gate ? cli_text(cli, "未通过准入条件，不予受理",
                                     "the proposal fails the gates and is not taken")
                          : cli_text(cli, "材料不全，须一次补齐",
                                     "the packet is incomplete; this is all that it lacks"));
    int status = intake_print(cli, session, proposal, cli->err);
    return status == STATUS_DONE ? STATUS_REFUSED : status;
}

int intake_tell(struct cli *cli, struct session *session, const Hs__Proposal *proposal)
{
    if (cli->is_json) {
        int status = print_json(cli, session, proposal);

        if (status != STATUS_DONE) {
            return status;
        }
    } else {
        (void)fprintf(cli->out, "%s\n", proposal->number); /* shows when out is flushed */
        (void)fflush(cli->out);
    }
    if (proposal->status == HS__PROPOSAL__STATUS__GATE_FAILED ||
        proposal->status == HS__PROPOSAL__STATUS__INCOMPLETE) {
        return say_refusal(cli, session, proposal);
    }
    if (proposal->n_missing == 0) {
        return STATUS_DONE;
    }
    (void)fputs(cli_text(cli, "部分部门中止计时，待补正下列内容（用 revise 补交）：\n",
                         "the clock of some departments stands until this is supplied (revise):\n"),
                cli->err);
    return intake_print(cli, session, proposal, cli->err);
}
