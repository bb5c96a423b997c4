/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of store/named_documents: whatever a packet on record names is found, in few readings. */
#include "store/named_documents.h"
#include "tests/unit/store_office.h"

enum { PACKETS = 700, DOCUMENTS_EACH = 3 };

struct fixture {
    struct office office;
    struct named_documents named;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    office_init(&fixture.office);
    office_found(&fixture.office);
    named_documents_init(&fixture.named);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    named_documents_release(&f->named);
    office_release(&f->office);
    return 0;
}

static struct hash hash_number(uint64_t number)
{
    uint8_t bytes[8];

    bytes_put_u64(bytes, number);
    return hash_of((struct bytes){bytes, sizeof bytes});
}

/* Puts an envelope on record whose packet names documents @first and on, as a revision or not. */
static void record_packet(struct fixture *f, uint64_t first, bool is_revision)
{
    struct hash hashes[DOCUMENTS_EACH];
    Hs__Document rows[DOCUMENTS_EACH];
    Hs__Document *documents[DOCUMENTS_EACH];
    Hs__Packet packet = HS__PACKET__INIT;
    Hs__Submit submit = HS__SUBMIT__INIT;
    Hs__Revise revise = HS__REVISE__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    for (size_t i = 0; i < DOCUMENTS_EACH; i++) {
        hashes[i] = hash_number(first + i);
        rows[i] = (Hs__Document)HS__DOCUMENT__INIT;
        rows[i].hash = office_binary(hashes[i].bytes, HASH_BYTES);
        documents[i] = &rows[i];
    }
    packet.documents = documents;
    packet.n_documents = DOCUMENTS_EACH;
    submit.packet = &packet;
    revise.packet = &packet;
    if (is_revision) {
        command.body_case = HS__COMMAND__BODY_REVISE;
        command.revise = &revise;
    } else {
        command.body_case = HS__COMMAND__BODY_SUBMIT;
        command.submit = &submit;
    }
    (void)office_receive(&f->office, "person:zhang", &f->office.applicant, &command, NULL);
}

static void read_all(struct fixture *f)
{
    bool is_done = false;

    while (!is_done) {
        assert_int_equal(named_documents_read(&f->named, f->office.journal, &is_done), ERR_OK);
    }
}

static bool is_named(struct fixture *f, uint64_t number)
{
    struct hash hash = hash_number(number);

    return named_documents_have(&f->named, &hash);
}

static void what_packets_on_record_name_is_found_and_nothing_else(void **state)
{
    struct fixture *f = *state;

    office_begin(&f->office);
    for (uint64_t i = 0; i < PACKETS; i++) {
        record_packet(f, i * DOCUMENTS_EACH, i % 2 == 1);
    }
    office_commit(&f->office);
    read_all(f);

    assert_int_equal(f->named.count, PACKETS * DOCUMENTS_EACH);
    for (uint64_t i = 0; i < PACKETS * DOCUMENTS_EACH; i++) {
        assert_true(is_named(f, i));
    }
    assert_false(is_named(f, PACKETS * DOCUMENTS_EACH));
}

static void a_later_reading_goes_on_where_the_one_before_ended(void **state)
{
    struct fixture *f = *state;
    bool is_done = false;

    read_all(f);
    assert_false(is_named(f, 1));
    office_begin(&f->office);
    record_packet(f, 1, false);
    office_commit(&f->office);
    assert_int_equal(named_documents_read(&f->named, f->office.journal, &is_done), ERR_OK);

    assert_true(is_done);
    assert_true(is_named(f, 1));
    assert_int_equal(f->named.next_seq, journal_head(f->office.journal)->seq + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_packets_on_record_name_is_found_and_nothing_else,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_later_reading_goes_on_where_the_one_before_ended, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("named_documents", tests, NULL, NULL);
}
