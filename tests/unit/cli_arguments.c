/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of cli/arguments: options anywhere, values, what is refused and what is then said. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/verb.h"

enum { ARGV_MAX = 16 };

struct fixture {
    struct arena arena;
    struct cli cli;
    struct arguments arguments;
    char *said; /* on err */
    size_t said_size;
    char *printed; /* on out */
    size_t printed_size;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    arena_init(&f->arena, 1024 * 1024);
    f->cli = (struct cli){.out = open_memstream(&f->printed, &f->printed_size),
                          .err = open_memstream(&f->said, &f->said_size),
                          .arena = &f->arena};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    (void)fclose(f->cli.out);
    (void)fclose(f->cli.err);
    free(f->printed);
    free(f->said);
    arena_release(&f->arena);
    free(f);
    return 0;
}

/* Parses "huishen" and the words of @line, divided by single blanks. */
static bool parse(struct fixture *f, const char *line)
{
    char *words = strdup(line);
    char *rest = NULL;
    char *argv[ARGV_MAX] = {(char *)(uintptr_t) "huishen"};
    int argc = 1;

    for (char *word = strtok_r(words, " ", &rest); word != NULL && argc < ARGV_MAX;
         word = strtok_r(NULL, " ", &rest)) {
        argv[argc++] = arena_text(&f->arena, word);
    }
    free(words);
    bool is_parsed = arguments_parse(&f->cli, argc, argv, verb_vocabulary(), &f->arguments);
    (void)fflush(f->cli.err);
    return is_parsed;
}

static void assert_refused(struct fixture *f, const char *line, const char *said)
{
    assert_false(parse(f, line));
    assert_string_equal(f->said, said);
}

static void a_verb_has_its_words_and_options_in_any_order(void **state)
{
    struct fixture *f = *state;

    assert_true(parse(f, "--json eval --with data.json a+b"));
    assert_string_equal(f->arguments.verb->name, "eval");
    assert_int_equal(f->arguments.word_count, 1);
    assert_string_equal(f->arguments.words[0], "a+b");
    assert_string_equal(arguments_value(&f->arguments, "with"), "data.json");
    assert_true(arguments_have(&f->arguments, "json"));
    assert_false(arguments_have(&f->arguments, "cases"));
    assert_null(arguments_value(&f->arguments, "cases"));
}

static void a_value_may_stand_behind_an_equals_sign(void **state)
{
    struct fixture *f = *state;

    assert_true(parse(f, "eval --with=a=b.json 1"));
    assert_string_equal(arguments_value(&f->arguments, "with"), "a=b.json");
}

static void a_short_option_takes_the_next_word_or_what_follows_it(void **state)
{
    struct fixture *f = *state;

    assert_true(parse(f, "verdict 7 -o sheet.txt"));
    assert_string_equal(arguments_value(&f->arguments, "output"), "sheet.txt");
    assert_true(parse(f, "verdict -osheet.txt 7"));
    assert_string_equal(arguments_value(&f->arguments, "output"), "sheet.txt");
}

static void two_dashes_end_the_options(void **state)
{
    struct fixture *f = *state;

    assert_true(parse(f, "eval -- --with"));
    assert_int_equal(f->arguments.word_count, 1);
    assert_string_equal(f->arguments.words[0], "--with");
}

static void a_dash_alone_is_a_word(void **state)
{
    struct fixture *f = *state;

    assert_true(parse(f, "eval -"));
    assert_string_equal(f->arguments.words[0], "-");
}

static void nothing_at_all_is_no_verb(void **state)
{
    struct fixture *f = *state;

    assert_true(parse(f, ""));
    assert_null(f->arguments.verb);
}

static void an_unknown_verb_is_told_with_the_nearest(void **state)
{
    assert_refused(*state, "sumbit x.yaml", "huishen: no command sumbit; did you mean submit?\n");
}

static void an_unknown_verb_near_to_none_is_told_with_where_to_look(void **state)
{
    assert_refused(*state, "zzzzzzzz", "huishen: no command zzzzzzzz; the list: huishen help\n");
}

static void an_unknown_option_is_told_with_the_nearest(void **state)
{
    assert_refused(*state, "eval --caes=x", "huishen: no option --caes; did you mean --cases?\n");
}

static void another_verbs_option_is_unknown(void **state)
{
    assert_refused(*state, "show 7 --recompute", "huishen: no option --recompute\n");
}

static void a_missing_value_is_told(void **state)
{
    assert_refused(*state, "eval 1 --with", "huishen: --with needs a value: FILE\n");
}

static void a_value_that_is_not_wanted_is_told(void **state)
{
    assert_refused(*state, "--json=yes eval 1", "huishen: --json takes no value\n");
}

static void a_value_must_be_one_of_those_offered(void **state)
{
    assert_refused(*state, "wait 7 --for ever",
                   "huishen: --for cannot be ever; it is one of verdict|end\n");
}

static void the_first_letters_of_an_offered_value_are_not_enough(void **state)
{
    assert_refused(*state, "wait 7 --for en",
                   "huishen: --for cannot be en; it is one of verdict|end\n");
}

static void an_option_given_twice_is_told_unless_it_repeats(void **state)
{
    struct fixture *f = *state;

    assert_true(parse(f, "submit a.yaml --document A=a --document B=b"));
    assert_int_equal(f->arguments.option_count, 2);
    assert_refused(f, "eval 1 --with a --with b", "huishen: --with is given twice\n");
}

static void a_number_is_whole_and_within_its_bounds(void **state)
{
    struct fixture *f = *state;
    uint64_t number = 7;

    assert_true(parse(f, "wait 7"));
    assert_true(arguments_number(&f->cli, &f->arguments, "timeout", 100, &number));
    assert_int_equal(number, 7); /* it was not given */

    assert_true(parse(f, "wait 7 --timeout 100"));
    assert_true(arguments_number(&f->cli, &f->arguments, "timeout", 100, &number));
    assert_int_equal(number, 100);
}

static void what_is_no_number_or_too_large_is_told(void **state)
{
    static const char *const lines[] = {"wait 7 --timeout 101", "wait 7 --timeout 1x",
                                        "wait 7 --timeout=", "wait 7 --timeout -1",
                                        "wait 7 --timeout 99999999999999999999999"};
    struct fixture *f = *state;
    uint64_t number = 7;

    for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
        assert_true(parse(f, lines[i]));
        assert_false(arguments_number(&f->cli, &f->arguments, "timeout", 100, &number));
        assert_int_equal(number, 7);
    }
}

static void words_that_are_not_utf_8_are_told_by_their_place(void **state)
{
    assert_refused(*state, "withdraw 7 --reason \xB7\xBD",
                   "huishen: word 4 is not UTF-8; use a terminal and names of files that are\n");
}

static void every_verb_has_a_whole_manual_in_both_languages(void **state)
{
    const struct vocabulary *all = verb_vocabulary();

    (void)state;
    for (size_t i = 0; i < all->verb_count; i++) {
        const struct verb *verb = all->verbs[i];

        assert_true(verb->summary.zh[0] != '\0' && verb->summary.en[0] != '\0');
        assert_true(verb->manual.zh[0] != '\0' && verb->manual.en[0] != '\0');
        assert_true(strstr(verb->example, "huishen") != NULL);
        assert_true(verb->words_max >= verb->words_min);
        for (size_t k = 0; k < verb->option_count; k++) {
            assert_true(verb->options[k].help.zh[0] != '\0');
            assert_true(verb->options[k].help.en[0] != '\0');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_verb_has_its_words_and_options_in_any_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_value_may_stand_behind_an_equals_sign, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_short_option_takes_the_next_word_or_what_follows_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_dashes_end_the_options, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dash_alone_is_a_word, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_at_all_is_no_verb, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_verb_is_told_with_the_nearest, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_verb_near_to_none_is_told_with_where_to_look,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_option_is_told_with_the_nearest, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_verbs_option_is_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_value_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_value_that_is_not_wanted_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_value_must_be_one_of_those_offered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_letters_of_an_offered_value_are_not_enough,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_option_given_twice_is_told_unless_it_repeats, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_number_is_whole_and_within_its_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_number_or_too_large_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_that_are_not_utf_8_are_told_by_their_place, set_up,
                                        tear_down),
        cmocka_unit_test(every_verb_has_a_whole_manual_in_both_languages),
    };

    return cmocka_run_group_tests_name("cli_arguments", tests, NULL, NULL);
}
