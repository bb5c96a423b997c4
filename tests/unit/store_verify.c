/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of store/verify: what a broker with a right key but wrong content would have written is
 * found too. Alterations after the fact: tests/tamper. */
#include "store/verify.h"
#include "tests/unit/store_office.h"

struct fixture {
    struct office office;
    struct verify_report report;
    enum verify_code codes[VERIFY_FAULTS_MAX];
    uint64_t seqs[VERIFY_FAULTS_MAX];
    size_t count;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture.count = 0;
    office_init(&fixture.office);
    office_live(&fixture.office);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    office_release(&((struct fixture *)*state)->office);
    return 0;
}

static void note(void *self, const struct verify_fault *fault)
{
    struct fixture *f = self;

    assert_true(fault->zh[0] != '\0' && fault->en[0] != '\0' && fault->name[0] != '\0');
    f->codes[f->count] = fault->code;
    f->seqs[f->count++] = fault->seq;
}

static struct verify_options options_of(struct fixture *f)
{
    return (struct verify_options){.folder = f->office.journal_folder,
                                   .map_bytes = OFFICE_MAP_BYTES,
                                   .report = note,
                                   .self = f};
}

static void verify(struct fixture *f)
{
    struct verify_options options = options_of(f);
    struct failure failure;

    office_close(&f->office);
    f->count = 0;
    assert_int_equal(verify_journal(&options, &f->report, &failure), ERR_OK);
}

static void a_sound_journal_has_no_fault_and_is_counted(void **state)
{
    struct fixture *f = *state;
    char scratch[128];
    struct verify_options options = options_of(f);

    (void)snprintf(scratch, sizeof scratch, "%s/scratch", f->office.folder);
    verify(f);

    assert_int_equal(f->report.faults, 0);
    assert_int_equal(f->report.commits, 7);
    assert_int_equal(f->report.envelopes, 12);
    assert_int_equal(f->report.events, 4 + 3 * (2 + 2 + 2 + 1));
    assert_int_equal(f->report.entries, f->report.last_seq);
    assert_int_equal(verify_views(&options, scratch, &f->report, NULL), ERR_OK);
    assert_int_equal(f->count, 0);
    assert_false(file_exists(scratch));
}

static void the_key_and_office_asked_for_are_compared_with_genesis(void **state)
{
    struct fixture *f = *state;
    struct verify_options options = options_of(f);

    office_close(&f->office);
    options.sign_key = f->office.agent.public_key;
    assert_int_equal(verify_journal(&options, &f->report, NULL), ERR_OK);
    assert_int_equal(f->codes[0], VERIFY_GENESIS);

    f->count = 0;
    options.sign_key = NULL;
    options.office = "yubei";
    assert_int_equal(verify_journal(&options, &f->report, NULL), ERR_OK);
    assert_int_equal(f->codes[0], VERIFY_GENESIS);
}

/* An envelope of @signer, signed with @key, and an event for it. */
static void submit_as(struct office *office, const char *signer, const struct sign_key *key)
{
    Hs__Withdraw withdraw = HS__WITHDRAW__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    withdraw.proposal = 1;
    command.body_case = HS__COMMAND__BODY_WITHDRAW;
    command.withdraw = &withdraw;
    (void)office_receive(office, signer, key, &command, NULL);
}

static void an_envelope_signed_by_another_or_by_nobody_known_is_found(void **state)
{
    struct fixture *f = *state;
    uint64_t first = journal_head(f->office.journal)->seq + 1;

    office_begin(&f->office);
    submit_as(&f->office, "person:zhang", &f->office.agent);
    submit_as(&f->office, "person:li", &f->office.applicant);
    submit_as(&f->office, "person:zhang", &f->office.applicant);
    office_commit(&f->office);
    verify(f);

    assert_int_equal(f->count, 2);
    assert_int_equal(f->codes[0], VERIFY_AUTHOR_SIGNATURE);
    assert_int_equal(f->seqs[0], first);
    assert_int_equal(f->codes[1], VERIFY_AUTHOR_UNKNOWN);
    assert_int_equal(f->seqs[1], first + 1);
}

/* Appends an event entry that refers to command @index of entry @received. */
static void append_reference(struct office *office, uint64_t received, uint32_t index)
{
    Hs__EventEntry entry = HS__EVENT_ENTRY__INIT;
    Hs__ProposalWithdrawn withdrawn = HS__PROPOSAL_WITHDRAWN__INIT;
    Hs__Event event = HS__EVENT__INIT;
    uint64_t seq = 0;

    event.proposal = 1;
    event.body_case = HS__EVENT__BODY_PROPOSAL_WITHDRAWN;
    event.proposal_withdrawn = &withdrawn;
    entry.received = received;
    entry.index = index;
    entry.event = binary_of(message_pack(&event, &office->arena));
    assert_int_equal(
        journal_append(office->journal, ENTRY_EVENT, message_pack(&entry, &office->arena), &seq),
        ERR_OK);
}

static void an_event_that_names_no_command_of_its_commit_is_found(void **state)
{
    struct fixture *f = *state;
    uint64_t first = journal_head(f->office.journal)->seq + 1;

    office_begin(&f->office);
    submit_as(&f->office, "person:zhang", &f->office.applicant);
    append_reference(&f->office, first, 0);
    append_reference(&f->office, first, 1);     /* no such command */
    append_reference(&f->office, first - 5, 0); /* of another commit */
    append_reference(&f->office, first + 9, 0); /* later than itself */
    office_commit(&f->office);
    verify(f);

    assert_int_equal(f->count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(f->codes[i], VERIFY_REFERENCE);
        assert_int_equal(f->seqs[i], first + 2 + i);
    }
}

static void bytes_that_are_not_canonical_are_found(void **state)
{
    static const uint8_t twice[] = {0x08, 1, 0x08, 2}; /* received, given twice */
    struct fixture *f = *state;
    uint64_t seq = 0;

    office_begin(&f->office);
    assert_int_equal(
        journal_append(f->office.journal, ENTRY_EVENT, (struct bytes){twice, sizeof twice}, &seq),
        ERR_OK);
    assert_int_equal(journal_append(f->office.journal, ENTRY_RECEIVED,
                                    (struct bytes){twice, sizeof twice}, &seq),
                     ERR_OK);
    office_commit(&f->office);
    verify(f);

    assert_int_equal(f->count, 2);
    assert_int_equal(f->codes[0], VERIFY_NOT_CANONICAL);
    assert_int_equal(f->seqs[1], seq);
}

static void a_second_genesis_is_found(void **state)
{
    struct fixture *f = *state;

    office_found(&f->office);
    verify(f);

    assert_int_equal(f->count, 1);
    assert_int_equal(f->codes[0], VERIFY_GENESIS);
}

static void an_event_that_cannot_be_applied_is_a_fault_of_the_views(void **state)
{
    struct fixture *f = *state;
    struct verify_options options = options_of(f);
    char scratch[128];

    office_begin(&f->office);
    submit_as(&f->office, "person:zhang", &f->office.applicant);
    append_reference(&f->office, 0, 0);
    Hs__ReviewOverdue overdue = HS__REVIEW_OVERDUE__INIT;
    Hs__Event event = HS__EVENT__INIT;
    Hs__EventEntry entry = HS__EVENT_ENTRY__INIT;
    uint64_t seq = 0;
    overdue.round = 7;
    overdue.department = "nobody";
    event.proposal = 1;
    event.body_case = HS__EVENT__BODY_REVIEW_OVERDUE;
    event.review_overdue = &overdue;
    entry.event = binary_of(message_pack(&event, &f->office.arena));
    assert_int_equal(journal_append(f->office.journal, ENTRY_EVENT,
                                    message_pack(&entry, &f->office.arena), &seq),
                     ERR_OK);
    office_commit(&f->office);
    verify(f);
    assert_int_equal(f->report.faults, 0); /* the record itself is sound */

    (void)snprintf(scratch, sizeof scratch, "%s/scratch", f->office.folder);
    assert_int_equal(verify_views(&options, scratch, &f->report, NULL), ERR_OK);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->codes[0], VERIFY_EVENT);
}

static void no_journal_is_an_error_not_a_fault(void **state)
{
    struct fixture *f = *state;
    struct verify_options options = options_of(f);
    struct failure failure = {{0}};

    options.folder = "/nonexistent/journal";
    assert_int_equal(verify_journal(&options, &f->report, &failure), ERR_ABSENT);
    assert_true(failure.text[0] != '\0');
}

static void an_emptied_file_is_a_broken_journal_for_who_checks_and_who_serves(void **state)
{
    struct fixture *f = *state;
    struct verify_options options = options_of(f);
    struct journal_options serving = office_options(&f->office);
    struct failure failure = {{0}};
    char path[128];

    office_close(&f->office);
    (void)snprintf(path, sizeof path, "%s/data.mdb", f->office.journal_folder);
    assert_int_equal(file_write(path, (struct bytes){0}, 0600), ERR_OK);
    serving.create = false;

    assert_int_equal(verify_journal(&options, &f->report, &failure), ERR_CORRUPT);
    assert_int_equal(journal_open(&serving, &f->office.journal, &failure), ERR_CORRUPT);
    assert_int_equal(file_remove(path), ERR_OK);
    assert_int_equal(journal_open(&serving, &f->office.journal, &failure), ERR_ABSENT);
    assert_int_equal(file_remove(path), ERR_ABSENT); /* none was made */
    f->office.journal = NULL;
}

/* Verifies with a head kept outside; returns the number of faults. */
static size_t faults_with(struct fixture *f, uint64_t seq, const struct hash *hash)
{
    struct verify_options options = options_of(f);
    struct failure failure;

    f->count = 0;
    options.witness = (struct kept_head){seq, *hash};
    assert_int_equal(verify_journal(&options, &f->report, &failure), ERR_OK);
    return f->count;
}

static void a_head_kept_outside_is_held_against_the_journal(void **state)
{
    struct fixture *f = *state;
    struct arena arena;
    struct hash hash;
    const struct head_record *record = journal_head(f->office.journal);
    const uint64_t last = record->seq;

    arena_init(&arena, 16 * 1024);
    const Hs__SignedHead *outer = message_read(&hs__signed_head__descriptor,
                                               (struct bytes){record->bytes, record->size}, &arena);
    assert_non_null(outer);
    const Hs__Head *head = message_read(&hs__head__descriptor, bytes_of(outer->head), &arena);
    assert_non_null(head);
    memcpy(hash.bytes, head->hash.data, HASH_BYTES);
    const uint64_t kept = head->last_seq;
    arena_release(&arena);
    office_close(&f->office);

    assert_int_equal(faults_with(f, kept, &hash), 0);
    assert_int_equal(faults_with(f, last + 7, &hash), 1);
    assert_int_equal(f->codes[0], VERIFY_WITNESS_AHEAD);
    assert_int_equal(f->seqs[0], last + 1);
    assert_int_equal(faults_with(f, kept - 1, &hash), 1); /* no commit ends there */
    assert_int_equal(f->codes[0], VERIFY_WITNESS_DIFFERS);
    hash.bytes[31] ^= 1;
    assert_int_equal(faults_with(f, kept, &hash), 1);
    assert_int_equal(f->codes[0], VERIFY_WITNESS_DIFFERS);
    assert_int_equal(f->seqs[0], last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sound_journal_has_no_fault_and_is_counted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_key_and_office_asked_for_are_compared_with_genesis,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_envelope_signed_by_another_or_by_nobody_known_is_found,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_that_names_no_command_of_its_commit_is_found,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_that_are_not_canonical_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_second_genesis_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_that_cannot_be_applied_is_a_fault_of_the_views,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_emptied_file_is_a_broken_journal_for_who_checks_and_who_serves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_journal_is_an_error_not_a_fault, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_kept_outside_is_held_against_the_journal, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
