/* Packing and sizes. Expected values: the worked examples of docs/design/construction.md, section
 * 12, printed by the node oracle; powers by hand. */
#include "support/cm.h"
#include "support/scheme.h"
#include "support/splitmix.h"

#include <string.h>

#include "codes/pack.h"

/* Example B: 500 x 20, 3,650 days, 4,096 batches, 1,000,000 serials. */
static struct cm_scheme_numbers example_b(void) {
    struct cm_scheme_numbers numbers = scheme_of(SYMBOLS_32, 16, 4096, 1000000);
    numbers.attribute_n = 2;
    numbers.attribute[0] = (struct cm_radix_field){true, 500};
    numbers.attribute[1] = (struct cm_radix_field){true, 20};
    numbers.date = (struct cm_radix_field){true, 3650};
    return numbers;
}

static void fields_pack_into_p_and_come_back(void **state) {
    (void)state;
    const struct cm_scheme_numbers numbers = example_b();
    struct packer packer;
    packer_init(&packer, &numbers);
    const struct cm_unit_fields unit = {
        .attribute = {137, 5}, .day = 1059, .batch = 300, .serial = 999999};
    assert_true(packer_fits(&packer, &unit));
    const cm_u128 p = packer_pack(&packer, &unit);
    assert_true(p == 41043185964999999u);
    struct cm_unit_fields back;
    packer_unpack(&packer, p, &back);
    assert_true(back.attribute[0] == 137 && back.attribute[1] == 5 && back.day == 1059);
    assert_true(back.batch == 300 && back.serial == 999999);
}

static void a_registered_attribute_leaves_no_gap(void **state) {
    (void)state;
    struct cm_scheme_numbers numbers = example_b();
    numbers.attribute[0].present_inline = false;
    numbers.date.present_inline = false;
    struct packer packer;
    packer_init(&packer, &numbers);
    const struct cm_unit_fields unit = {.attribute = {499, 7}, .day = -1, .batch = 2, .serial = 3};
    assert_true(packer_fits(&packer, &unit)); /* registered fields are not looked at */
    const cm_u128 p = packer_pack(&packer, &unit);
    assert_true(p == ((cm_u128)7 * 4096 + 2) * 1000000 + 3);
    struct cm_unit_fields back;
    packer_unpack(&packer, p, &back);
    assert_true(back.attribute[0] == 0 && back.attribute[1] == 7 && back.day == 0);
}

static void a_field_at_its_cardinality_does_not_fit(void **state) {
    (void)state;
    const struct cm_scheme_numbers numbers = example_b();
    const struct cm_unit_fields good = {
        .attribute = {499, 19}, .day = 3649, .batch = 4095, .serial = 999999};
    struct packer packer;
    packer_init(&packer, &numbers);
    assert_true(packer_fits(&packer, &good));
    struct cm_unit_fields bad[6] = {good, good, good, good, good, good};
    bad[0].attribute[0] = 500;
    bad[1].attribute[1] = 20;
    bad[2].day = 3650;
    bad[3].day = -1;
    bad[4].batch = 4096;
    bad[5].serial = 1000000;
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_false(packer_fits(&packer, &bad[i]));
    cm_u128 c = 0;
    assert_ok(pack_payloads(&numbers, &c));
    assert_true(c == 149504000000000000u); /* C of example B */
    assert_true(packer_pack(&packer, &good) == c - 1);
}

static void widest_fields_go_there_and_back(void **state) {
    (void)state;
    struct cm_scheme_numbers numbers = scheme_of(SYMBOLS_32, 23, 1, UINT64_MAX);
    numbers.attribute_n = 1;
    numbers.attribute[0] = (struct cm_radix_field){true, 1u << 24};
    struct packer packer;
    packer_init(&packer, &numbers);
    assert_false(packer.narrow);
    uint64_t seed = 7;
    for (unsigned i = 0; i < 10000; i++) {
        const struct cm_unit_fields unit = {.attribute = {splitmix_next(&seed) >> 40},
                                            .serial = i == 0 ? UINT64_MAX - 1
                                                             : splitmix_next(&seed) % UINT64_MAX};
        struct cm_unit_fields back;
        packer_unpack(&packer, packer_pack(&packer, &unit), &back);
        assert_true(back.attribute[0] == unit.attribute[0] && back.batch == 0);
        assert_true(back.serial == unit.serial);
    }
}

static void many_unpack_as_one_by_one(void **state) {
    (void)state;
    const struct cm_scheme_numbers numbers = example_b();
    struct packer packer;
    cm_u128 c = 0;
    uint64_t p[99], seed = 3;
    struct {
        uint64_t guard;
        struct cm_unit_fields fields;
    } got[99];
    packer_init(&packer, &numbers);
    assert_true(packer.narrow);
    assert_ok(pack_payloads(&numbers, &c));
    memset(got, 0, sizeof got);
    for (size_t i = 0; i < 99; i++)
        p[i] = i == 0 ? (uint64_t)c - 1 : splitmix_next(&seed) % (uint64_t)c;
    uint64_t used[99];
    memcpy(used, p, sizeof p);
    packer_unpack_rows(&packer, used, 99, &got[0].fields, sizeof got[0]);
    for (size_t i = 0; i < 99; i++) {
        struct cm_unit_fields want;
        packer_unpack(&packer, p[i], &want);
        assert_memory_equal(&got[i].fields, &want, sizeof want);
        assert_true(packer_pack(&packer, &got[i].fields) == p[i] && got[i].guard == 0);
    }
}

static void sizes_hold_at_their_limits(void **state) {
    (void)state;
    cm_u128 x = 7;
    assert_ok(pack_space(10, 6, &x));
    assert_true(x == 1000000);
    assert_ok(pack_space(2, 119, &x));
    assert_true(x == (cm_u128)1 << 119);
    assert_err(CM_E_RANGE, pack_space(10, 5, &x));
    assert_err(CM_E_RANGE, pack_space(2, 120, &x));
    assert_err(CM_E_RANGE, pack_space(32, 24, &x)); /* 32^24 = 2^120 */
    assert_err(CM_E_RANGE, pack_space(64, 255, &x));
    assert_true(x == (cm_u128)1 << 119);

    struct cm_scheme_numbers numbers = scheme_of(SYMBOLS_32, 23, 1u << 24, UINT64_MAX);
    assert_ok(pack_payloads(&numbers, &x)); /* 2^88 - 2^24 */
    numbers.attribute_n = 1;
    numbers.attribute[0] = (struct cm_radix_field){true, 2};
    assert_err(CM_E_RANGE, pack_payloads(&numbers, &x));
    numbers.serials = (uint64_t)1 << 63;
    assert_ok(pack_payloads(&numbers, &x));
    assert_true(x == (cm_u128)1 << 88);
    numbers.batches++;
    assert_err(CM_E_RANGE, pack_payloads(&numbers, &x));
    numbers.batches = 0;
    assert_err(CM_E_RANGE, pack_payloads(&numbers, &x));

    assert_true(pack_tag_modulus(952809757913927u, 8589934592u) == 110921); /* example A */
    assert_true(pack_tag_modulus(1000000, 1000001) == 0);
    assert_true(pack_tag_modulus((cm_u128)1 << 119, 1) == (cm_u128)1 << 64);
    assert_true(pack_tag_modulus((cm_u128)1 << 64, 1) == (cm_u128)1 << 64);
    assert_true(pack_tag_modulus(((cm_u128)1 << 64) - 1, 1) == UINT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_pack_into_p_and_come_back),
        cmocka_unit_test(a_registered_attribute_leaves_no_gap),
        cmocka_unit_test(a_field_at_its_cardinality_does_not_fit),
        cmocka_unit_test(widest_fields_go_there_and_back),
        cmocka_unit_test(many_unpack_as_one_by_one),
        cmocka_unit_test(sizes_hold_at_their_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
