/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of store/receipt, store/proof and store/merkle: a receipt proves its entry to anyone, and
 * can be made again for ever. */
#include "tests/unit/store_office.h"

enum { SUBMISSIONS = 9, ARENA_BYTES = 8 << 20 };

struct fixture {
    struct office office;
    struct sent sent[SUBMISSIONS];
    struct sent opinion;
    struct arena arena; /* of receipts; outlives turns */
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;

    office_init(&f->office);
    arena_init(&f->arena, ARENA_BYTES);
    office_found(&f->office);
    office_begin(&f->office);
    for (int i = 0; i < SUBMISSIONS; i++) {
        office_submit(&f->office, 200, &f->sent[i]);
    }
    office_commit(&f->office);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < SUBMISSIONS; i++) {
        sent_release(&f->sent[i]);
    }
    sent_release(&f->opinion);
    arena_release(&f->arena);
    office_release(&f->office);
    return 0;
}

/* Makes the receipt of @sent from the journal, as for a repeated command. */
static Hs__Receipt *rebuilt(struct fixture *f, const struct sent *sent, uint32_t principal)
{
    struct transaction *txn = NULL;
    struct command_row row;
    Hs__Receipt *receipt = NULL;

    assert_int_equal(journal_read_begin(f->office.journal, &txn), ERR_OK);
    assert_int_equal(view_command(txn, sent->id, principal, &row), ERR_OK);
    assert_int_equal(receipt_build(txn, &row, sent->id, &f->arena, &receipt), ERR_OK);
    journal_read_end(txn);
    return receipt;
}

/* Makes it from the commit at hand, as right after a turn. */
static Hs__Receipt *fresh(struct fixture *f, const struct sent *sent, uint32_t principal)
{
    struct transaction *txn = NULL;
    struct command_row row;
    Hs__Receipt *receipt = NULL;

    assert_int_equal(journal_read_begin(f->office.journal, &txn), ERR_OK);
    assert_int_equal(view_command(txn, sent->id, principal, &row), ERR_OK);
    struct proof_source source = {txn, f->office.commit};
    assert_int_equal(receipt_from_commit(&source, &row, sent->id, &f->arena, &receipt), ERR_OK);
    journal_read_end(txn);
    return receipt;
}

static bool is_proof(struct fixture *f, const Hs__Receipt *receipt)
{
    return receipt_check(receipt, f->office.key.public_key, OFFICE_ID, &f->arena);
}

static const Hs__SignedEnvelope *envelope_of(struct fixture *f, const struct sent *sent)
{
    return message_read(&hs__signed_envelope__descriptor, sent->envelope, &f->arena);
}

static void every_receipt_of_a_turn_proves_its_own_envelope(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < SUBMISSIONS; i++) {
        const Hs__Receipt *receipt = fresh(f, &f->sent[i], 2);

        assert_true(is_proof(f, receipt));
        for (int j = 0; j < SUBMISSIONS; j++) {
            assert_int_equal(
                receipt_covers(receipt, envelope_of(f, &f->sent[j]), "person:zhang", &f->arena),
                i == j);
        }
        assert_false(receipt_covers(receipt, envelope_of(f, &f->sent[i]), "person:li", &f->arena));
    }
}

static void a_receipt_says_what_the_command_led_to(void **state)
{
    struct fixture *f = *state;

    office_begin(&f->office);
    office_agree(&f->office, 3, &f->opinion);
    office_commit(&f->office);

    const Hs__Receipt *submitted = rebuilt(f, &f->sent[2], 2);
    assert_int_equal(submitted->result->proposal, 3);
    assert_string_equal(submitted->result->number, "LJHS-2027-0003");
    assert_string_equal(submitted->result->review, "");
    assert_int_equal(submitted->event_count, 2);
    const Hs__Receipt *given = rebuilt(f, &f->opinion, 3);
    assert_string_equal(given->result->review, "LJHS-2027-0003/1/fire");
    assert_true(is_proof(f, given));
}

static void a_receipt_made_later_is_the_same_byte_for_byte(void **state)
{
    struct fixture *f = *state;
    struct bytes first[SUBMISSIONS];

    for (int i = 0; i < SUBMISSIONS; i++) {
        first[i] = message_pack(fresh(f, &f->sent[i], 2), &f->arena);
    }
    for (uint64_t i = 1; i <= 5; i++) {
        office_begin(&f->office);
        office_submit(&f->office, 300, NULL);
        office_agree(&f->office, i, NULL);
        office_commit(&f->office);
    }
    office_close(&f->office);
    office_open(&f->office);

    for (int i = 0; i < SUBMISSIONS; i++) {
        assert_true(bytes_equal(first[i], message_pack(rebuilt(f, &f->sent[i], 2), &f->arena)));
    }
}

static void another_key_or_office_does_not_pass(void **state)
{
    struct fixture *f = *state;
    const Hs__Receipt *receipt = fresh(f, &f->sent[0], 2);

    assert_false(receipt_check(receipt, f->office.applicant.public_key, OFFICE_ID, &f->arena));
    assert_false(receipt_check(receipt, f->office.key.public_key, "yubei", &f->arena));
}

/* Flips the lowest bit of each byte of @field in turn; no such receipt passes. */
static void assert_no_flip_passes(struct fixture *f, const Hs__Receipt *receipt,
                                  ProtobufCBinaryData field)
{
    for (size_t i = 0; i < field.len; i++) {
        field.data[i] ^= 1;
        assert_false(is_proof(f, receipt));
        field.data[i] ^= 1;
    }
}

static void whatever_is_altered_it_proves_nothing(void **state)
{
    struct fixture *f = *state;
    Hs__Receipt *receipt = fresh(f, &f->sent[4], 2);
    Hs__Receipt altered;

    assert_no_flip_passes(f, receipt, receipt->leaf);
    assert_no_flip_passes(f, receipt, receipt->head->head);
    assert_no_flip_passes(f, receipt, receipt->head->signature);
    for (size_t i = 0; i < receipt->n_siblings; i++) {
        assert_no_flip_passes(f, receipt, receipt->siblings[i]);
    }
    altered = *receipt;
    altered.seq++;
    assert_false(is_proof(f, &altered));
    altered = *receipt;
    altered.leaf_index++;
    assert_false(is_proof(f, &altered));
    altered.seq++;
    assert_false(is_proof(f, &altered));
    altered = *receipt;
    altered.received_at++;
    assert_false(is_proof(f, &altered));
    altered = *receipt;
    altered.n_siblings--;
    assert_false(is_proof(f, &altered));
    altered = *receipt;
    altered.head = NULL;
    assert_false(is_proof(f, &altered));
    altered = *receipt;
    altered.event_count += 1000;
    assert_false(is_proof(f, &altered));
    assert_true(is_proof(f, receipt));
}

static void the_command_id_and_index_are_held_to_the_envelope(void **state)
{
    struct fixture *f = *state;
    const Hs__SignedEnvelope *sent = envelope_of(f, &f->sent[1]);
    Hs__Receipt altered = *fresh(f, &f->sent[1], 2);

    altered.index = 1;
    assert_false(receipt_covers(&altered, sent, "person:zhang", &f->arena));
    altered.index = 0;
    altered.command_id.data[3] ^= 1;
    assert_false(receipt_covers(&altered, sent, "person:zhang", &f->arena));
    altered.command_id.data[3] ^= 1;
    assert_true(receipt_covers(&altered, sent, "person:zhang", &f->arena));
}

/* The root of @count leaves by the recursive definition, for comparison; depth is at most 20. */
static struct hash root_by_definition(const struct hash *leaves, size_t count)
{
    if (count == 1) {
        return leaves[0];
    }

    size_t left = 1;
    while (left * 2 < count) {
        left *= 2;
    }
    uint8_t node[1 + 2 * HASH_BYTES] = {0x02};
    struct hash parts[] = {root_by_definition(leaves, left),
                           root_by_definition(leaves + left, count - left)};
    memcpy(node + 1, parts[0].bytes, HASH_BYTES);
    memcpy(node + 1 + HASH_BYTES, parts[1].bytes, HASH_BYTES);
    return hash_of((struct bytes){node, sizeof node});
}

static void the_tree_is_that_of_rfc_6962_and_every_path_leads_to_its_root(void **state)
{
    enum { COUNT_MAX = 70 };
    struct merkle tree = {0};
    struct hash leaves[COUNT_MAX];
    struct hash path[MERKLE_PATH_MAX];

    (void)state;
    for (size_t count = 1; count <= COUNT_MAX; count++) {
        uint8_t number = (uint8_t)count;

        leaves[count - 1] = hash_of((struct bytes){&number, 1});
        merkle_clear(&tree);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(merkle_add(&tree, &leaves[i]), ERR_OK);
        }
        struct hash root = merkle_finish(&tree);

        assert_true(hash_equal(root, root_by_definition(leaves, count)));
        for (size_t i = 0; i < count; i++) {
            struct merkle_claim claim = {.leaf = leaves[i],
                                         .index = i,
                                         .leaf_count = count,
                                         .path = path,
                                         .path_count = merkle_path(&tree, i, path)};

            assert_true(merkle_check(&claim, &root));
            claim.index = i + 1;
            assert_false(merkle_check(&claim, &root));
        }
    }
    merkle_release(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_receipt_of_a_turn_proves_its_own_envelope, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_receipt_says_what_the_command_led_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_receipt_made_later_is_the_same_byte_for_byte, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_key_or_office_does_not_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whatever_is_altered_it_proves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_command_id_and_index_are_held_to_the_envelope, set_up,
                                        tear_down),
        cmocka_unit_test(the_tree_is_that_of_rfc_6962_and_every_path_leads_to_its_root),
    };

    return cmocka_run_group_tests_name("receipt", tests, NULL, NULL);
}
