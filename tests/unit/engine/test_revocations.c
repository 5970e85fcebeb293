/* What was taken back, as devices get it: tickets whose time is over leave the list in time, and
 * the list's number rises all the same. Documents with other members are refused. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "engine/revocations.h"
#include "support/world.h"

#define END UINT64_C(1800000000)

static void add(struct revocations *r, uint32_t brand, uint32_t id, uint8_t number,
                uint64_t end_s) {
    const struct revocation one = {
        .brand = brand, .id = id, .end_s = end_s, .cti = {number, 0, 0, 0, 0, 0, 0, number}};
    assert_ok(revocations_reserve(r, 1));
    revocations_add(r, &one);
}

static struct revocations_list list_at(const struct revocations *r, uint64_t now_unix_s) {
    struct revocations_list list = {.sequence = 99};
    assert_ok(revocations_list(r, 4, now_unix_s, &list));
    assert_int_equal(list.ctis.len % SPEND_CTI_LEN, 0);
    return list;
}

static void a_ticket_leaves_the_list_thirty_days_after_its_time(void **state) {
    (void)state;
    struct revocations r = {.map = {.n = 0}};
    add(&r, 4, 1, 9, 0); /* nobody knows its end */
    add(&r, 4, 2, 7, END + 1);
    add(&r, 4, 3, 8, END); /* the newest leaves first */
    add(&r, 5, 4, 6, 0);   /* another brand's */
    static const struct {
        uint64_t now_s;
        uint8_t numbers[4];
    } lists[] = {{0, {7, 8, 9}},
                 {END, {7, 8, 9}},
                 {END + REVOCATION_MARGIN_S - 1, {7, 8, 9}},
                 {END + REVOCATION_MARGIN_S, {7, 9}},
                 {END + REVOCATION_MARGIN_S + 1, {9}},
                 {UINT64_MAX, {9}}};
    for (size_t i = 0; i < CM_ARRAY_N(lists); i++) {
        struct revocations_list list = list_at(&r, lists[i].now_s);
        const size_t n = strlen((const char *)lists[i].numbers);
        assert_int_equal(list.ctis.len, n * SPEND_CTI_LEN);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(list.ctis.p[k * SPEND_CTI_LEN], lists[i].numbers[k]);
        assert_int_equal(list.sequence, 3); /* never goes back: devices refuse older lists */
        assert_int_equal(list.over_n, 3 - n);
        buffer_free(&list.ctis);
    }
    const uint8_t gone[SPEND_CTI_LEN] = {8, 0, 0, 0, 0, 0, 0, 8};
    assert_non_null(revocations_find(&r, 4, gone)); /* doors refuse it for ever */
    revocations_wipe(&r);
}

static cm_err end_of(void *ctx, const struct registry *r) {
    static const uint8_t cti[SPEND_CTI_LEN] = {1, 2, 3, 4, 5, 6, 7, 8};
    const struct revocation *one = revocations_find(&r->revocations, 0, cti);
    assert_non_null(one);
    *(uint64_t *)ctx = one->end_s;
    return CM_OK;
}

static void ends_are_read_from_documents_and_may_be_absent(void **state) {
    (void)state;
    static const struct {
        const char *ends;
        cm_err err;
        uint64_t end_s;
    } documents[] = {
        {"", CM_OK, 0}, /* as they were written before ends were known */
        {",\"ends\":\"0000000000000000\"", CM_OK, 0},
        {",\"ends\":\"000000006b49d200\"", CM_OK, END},
        {",\"ends\":\"000000006b49d2\"", CM_E_RANGE, 0},
        {",\"ends\":\"000000006b49d200000000006b49d200\"", CM_E_FORMAT, 0},
        {",\"ends\":\"000000006b49d20x\"", CM_E_FORMAT, 0},
        {",\"ends\":7", CM_E_FORMAT, 0},
        {",\"other\":\"\"", CM_E_FORMAT, 0},
    };
    for (size_t i = 0; i < CM_ARRAY_N(documents); i++) {
        struct world w = {.now_ms = WORLD_NOW_MS};
        char text[256];
        uint64_t end_s = 1;
        world_make(&w, 12, 1000);
        (void)snprintf(text, sizeof text,
                       "{\"brand\":0,\"at_ms\":5,\"why\":\"\",\"ctis\":\"0102030405060708\"%s}",
                       documents[i].ends);
        const cm_err err = world_try_document(&w, DOCUMENT_REVOKED, 0, slice_text(text), NULL);
        if ((err == CM_OK) != (documents[i].err == CM_OK))
            fail_msg("%s: %s", documents[i].ends, cm_err_name(err));
        if (err == CM_OK) assert_ok(engine_read(w.engine, end_of, &end_s));
        if (err == CM_OK) assert_int_equal(end_s, documents[i].end_s);
        world_remove(&w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_leaves_the_list_thirty_days_after_its_time),
        cmocka_unit_test(ends_are_read_from_documents_and_may_be_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
