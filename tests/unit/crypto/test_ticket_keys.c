/* Ids of tickets. The expected id was computed by tests/oracle/ticket.mjs (a second FF1 and node's
 * HKDF); tests/oracle compares 500 random ones. */
#include "support/cm.h"

#include "base/text.h"
#include "crypto/secret.h"
#include "crypto/ticket_keys.h"

static const struct cm_key root = {{0x11, 0x22, 0x33}};

static struct ticket_ids *ids_of(uint32_t brand, uint8_t version) {
    struct ticket_ids *ids = NULL;
    assert_ok(crypto_init());
    assert_ok(ticket_ids_new(&ids, &root, brand, version));
    return ids;
}

static void a_unit_becomes_an_id_and_comes_back(void **state) {
    (void)state;
    struct ticket_ids *ids = ids_of(7, 1);
    uint8_t id[TICKET_ID_LEN];
    uint32_t set = 0;
    uint64_t serial = 0;
    char hex[2 * TICKET_ID_LEN + 1];
    assert_ok(ticket_id_make(ids, 3, 41, id));
    assert_ok(ticket_id_open(ids, id, &set, &serial));
    assert_int_equal(set, 3);
    assert_int_equal(serial, 41);
    hex_format(id, sizeof id, hex);
    assert_string_equal(hex, "feedf21bc5c7595b");
    ticket_ids_free(ids);
}

static void the_ends_of_the_range_fit_and_what_lies_beyond_is_refused(void **state) {
    (void)state;
    const uint32_t set_max = (1u << TICKET_SET_BITS) - 1;
    const uint64_t serial_max = (UINT64_C(1) << TICKET_SERIAL_BITS) - 1;
    struct ticket_ids *ids = ids_of(UINT32_MAX, UINT8_MAX);
    uint8_t id[TICKET_ID_LEN];
    uint32_t set = 0;
    uint64_t serial = 0;
    assert_ok(ticket_id_make(ids, set_max, serial_max, id));
    assert_ok(ticket_id_open(ids, id, &set, &serial));
    assert_true(set == set_max && serial == serial_max);
    memset(id, 0xA5, sizeof id);
    assert_err(CM_E_RANGE, ticket_id_make(ids, set_max + 1, 0, id));
    assert_err(CM_E_RANGE, ticket_id_make(ids, 0, serial_max + 1, id));
    for (size_t i = 0; i < sizeof id; i++)
        assert_int_equal(id[i], 0xA5);
    ticket_ids_free(ids);
}

/* Brand and version are in the tweak and in the key: the same unit has other ids under each. */
static void brands_and_versions_do_not_share_ids(void **state) {
    (void)state;
    static const struct {
        uint32_t brand;
        uint8_t version;
    } rows[] = {{7, 1}, {7, 2}, {8, 1}, {0, 1}};
    uint8_t id[CM_ARRAY_N(rows)][TICKET_ID_LEN];
    struct cm_key seed[CM_ARRAY_N(rows)];
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        struct ticket_ids *ids = ids_of(rows[i].brand, rows[i].version);
        assert_ok(ticket_id_make(ids, 3, 41, id[i]));
        assert_ok(ticket_sign_seed(&root, rows[i].brand, rows[i].version, &seed[i]));
        ticket_ids_free(ids);
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(id[i], id[j], TICKET_ID_LEN);
            assert_memory_not_equal(seed[i].b, seed[j].b, sizeof seed[i].b);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_becomes_an_id_and_comes_back),
        cmocka_unit_test(the_ends_of_the_range_fit_and_what_lies_beyond_is_refused),
        cmocka_unit_test(brands_and_versions_do_not_share_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
