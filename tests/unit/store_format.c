/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of store/format: the number in genesis, and nothing else, says whose journal it is. */
#include "store/format.h"
#include "tests/unit/store_office.h"

struct fixture {
    struct office office;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    office_init(&fixture.office);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    office_release(&((struct fixture *)*state)->office);
    return 0;
}

/* Founds an office whose genesis names @schema; behind an envelope if @is_asked_for. */
static void found(struct fixture *f, const char *schema, bool is_asked_for)
{
    Hs__Genesis genesis = HS__GENESIS__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Withdraw withdraw = HS__WITHDRAW__INIT;
    Hs__Event event = HS__EVENT__INIT;

    genesis.office = OFFICE_ID;
    genesis.schema = schema;
    genesis.broker_sign_key = office_binary(f->office.key.public_key, SIGN_PUBLIC_BYTES);
    event.body_case = HS__EVENT__BODY_GENESIS;
    event.genesis = &genesis;
    command.body_case = HS__COMMAND__BODY_WITHDRAW;
    command.withdraw = &withdraw;
    office_begin(&f->office);
    if (is_asked_for) {
        (void)office_receive(&f->office, "office", &f->office.key, &command, NULL);
    }
    office_record(&f->office, message_copy(&event, &f->office.arena), NULL);
    office_commit(&f->office);
}

static enum err read_format(struct fixture *f, struct format *out)
{
    struct transaction *txn = NULL;

    assert_int_equal(journal_read_begin(f->office.journal, &txn), ERR_OK);
    enum err err = format_read(txn, out);
    journal_read_end(txn);
    return err;
}

/* Expects that a journal whose genesis says @schema has the format @number. */
static void expect(const char *schema, uint32_t number)
{
    struct fixture f;
    struct format format;

    office_init(&f.office);
    found(&f, schema, false);

    assert_int_equal(read_format(&f, &format), ERR_OK);
    assert_int_equal(format.number, number);
    assert_string_equal(format.text, schema);
    office_release(&f.office);
}

static void the_number_is_that_of_genesis(void **state)
{
    (void)state;
    expect(FORMAT_PRESENT, FORMAT_NUMBER);
    expect("huishen.v2", 2);
    expect("huishen.v9999", 9999);
}

static void what_no_release_wrote_has_no_number(void **state)
{
    static const char *const texts[] = {"",
                                        "huishen",
                                        "huishen.v",
                                        "huishen.v0",
                                        "huishen.v01",
                                        "huishen.v1 ",
                                        "huishen.v99999",
                                        "other.v1"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        expect(texts[i], 0);
    }
}

static void genesis_is_found_behind_an_envelope(void **state)
{
    struct fixture *f = *state;
    struct format format;

    found(f, "huishen.v3", true);

    assert_int_equal(read_format(f, &format), ERR_OK);
    assert_int_equal(format.number, 3);
}

static void a_journal_without_genesis_is_corrupt(void **state)
{
    struct fixture *f = *state;
    struct format format;

    assert_int_equal(read_format(f, &format), ERR_CORRUPT);
    office_begin(&f->office);
    office_enrol(&f->office, "office", 1, &f->office.key);
    office_commit(&f->office);
    assert_int_equal(read_format(f, &format), ERR_CORRUPT);
    assert_non_null(strstr(database_failure(journal_database(f->office.journal))->text, "genesis"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_is_that_of_genesis),
        cmocka_unit_test(what_no_release_wrote_has_no_number),
        cmocka_unit_test_setup_teardown(genesis_is_found_behind_an_envelope, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_journal_without_genesis_is_corrupt, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("store_format", tests, NULL, NULL);
}
