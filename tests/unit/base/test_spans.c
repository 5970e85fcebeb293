/* Spans against a plain array with one cell a serial, under random changes from a fixed seed. */
#include "support/cm.h"

#include <string.h>

#include "base/spans.h"

#define SETS    2u
#define SERIALS 200u
#define ROUNDS  20000u
#define NOTHING 0xFFu

static uint32_t next(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void a_clean_run_is_one_span(void **state) {
    (void)state;
    struct spans s = SPANS_INIT;
    for (uint64_t i = 0; i < 1000; i++)
        assert_ok(spans_put(
            &s, &(struct span){.set = 3, .stage = CM_STAGE_PRINTED, .first = i * 5, .count = 5}));
    assert_int_equal(s.n, 1);
    assert_true(spans_count(&s, CM_STAGE_PRINTED) == 5000);
    assert_ok(spans_put(&s, &(struct span){.set = 3,
                                           .stage = CM_STAGE_UNKNOWN,
                                           .cause = CM_CAUSE_FAULT,
                                           .first = 17,
                                           .count = 1}));
    assert_int_equal(s.n, 3);
    assert_int_equal(spans_find(&s, 3, 17)->stage, CM_STAGE_UNKNOWN);
    assert_null(spans_find(&s, 3, 5000));
    assert_null(spans_find(&s, 4, 17));
    spans_wipe(&s);
}

static void agree(const struct spans *s, uint8_t cells[SETS][SERIALS]) {
    for (uint32_t set = 0; set < SETS; set++)
        for (uint64_t i = 0; i < SERIALS; i++) {
            const struct span *found = spans_find(s, set, i);
            assert_int_equal(found == NULL ? NOTHING : found->stage, cells[set][i]);
        }
    for (size_t i = 0; i + 1 < s->n; i++) {
        const struct span *a = &s->p[i], *b = &s->p[i + 1];
        const bool touch = a->set == b->set && a->first + a->count == b->first;
        assert_true(a->set < b->set || (a->set == b->set && a->first + a->count <= b->first));
        assert_false(touch && a->stage == b->stage); /* equal neighbours have melted */
    }
}

static void random_changes_agree_with_an_array(void **state) {
    (void)state;
    uint8_t cells[SETS][SERIALS];
    struct spans s = SPANS_INIT;
    uint32_t seed = 20261122;
    memset(cells, NOTHING, sizeof cells);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct span put = {.set = next(&seed) % SETS, .stage = (uint8_t)(next(&seed) % 3)};
        put.first = next(&seed) % SERIALS;
        put.count = 1 + next(&seed) % 12;
        if (put.first + put.count > SERIALS) put.count = SERIALS - put.first;
        if (next(&seed) % 4 == 0) {
            assert_ok(spans_cut(&s, put.set, put.first, put.count));
            put.stage = NOTHING;
        } else {
            assert_ok(spans_put(&s, &put));
        }
        memset(cells[put.set] + put.first, put.stage, put.count);
        if (i % 16 == 0) agree(&s, cells);
    }
    spans_wipe(&s);
}

static void spans_without_serials_are_refused(void **state) {
    (void)state;
    struct spans s = SPANS_INIT;
    assert_int_equal(spans_put(&s, &(struct span){.count = 0}), CM_E_RANGE);
    assert_int_equal(spans_put(&s, &(struct span){.first = UINT64_MAX, .count = 2}), CM_E_RANGE);
    assert_int_equal(spans_cut(&s, 0, 7, 0), CM_E_RANGE);
    assert_int_equal(spans_cut(&s, 0, UINT64_MAX, 2), CM_E_RANGE);
    assert_int_equal(s.n, 0);
    spans_wipe(&s);
}

static void nothing_leads_back_to_sending(void **state) {
    (void)state;
    for (unsigned from = 0; from < CM_STAGE_N; from++) {
        const bool reserved = from == CM_STAGE_RESERVED, sent = from == CM_STAGE_SENT;
        assert_int_equal(cm_stage_may((enum cm_stage)from, CM_STAGE_RESERVED), reserved);
        assert_int_equal(cm_stage_may((enum cm_stage)from, CM_STAGE_SENT), reserved || sent);
    }
    for (unsigned to = 0; to < CM_STAGE_VOID; to++)
        assert_false(cm_stage_may(CM_STAGE_VOID, (enum cm_stage)to));
    assert_false(cm_stage_may((enum cm_stage)CM_STAGE_N, (enum cm_stage)CM_STAGE_N));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_clean_run_is_one_span),
                                       cmocka_unit_test(random_changes_agree_with_an_array),
                                       cmocka_unit_test(spans_without_serials_are_refused),
                                       cmocka_unit_test(nothing_leads_back_to_sending)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
