/* Acts of the operator that must not reach the journal: replay would refuse them, and a ledger that
 * cannot be replayed cannot be opened. Each test opens the workspace again. */
#include "support/cm.h"

#include <string.h>

#include "base/buffer.h"
#include "codes/scheme.h"
#include "codes/scheme_json.h"
#include "support/world.h"

static void reopen(struct world *w) {
    world_close(w);
    world_open(w);
}

/* A batch of 500 of which nothing is issued yet. */
static uint32_t unissued(struct world *w) {
    static const char text[] = "{\"scheme\":1,\"batch\":9,\"key_version\":1,\"name\":\"bare\","
                               "\"attributes\":[],\"quantity\":500}";
    uint32_t set = 0;
    assert_ok(engine_document(w->engine, DOCUMENT_BATCH, &set, 0, slice_text(text), NULL));
    return set;
}

static void an_issue_that_contradicts_itself_is_refused_before_the_journal(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    const uint32_t set = unissued(&w);
    static uint8_t many[9000 * 8];
    uint8_t outside[8], inside[8];
    put_u64be(outside, 700);
    put_u64be(inside, 5);
    for (size_t i = 0; i < sizeof many / 8; i++)
        put_u64be(many + i * 8, i);
    const struct issue_event bad[] = {
        {.set = set, .count = 10, .issued = 11}, /* more units than serials */
        {.set = set, .count = 10, .issued = 9, .skipped = slice_of(outside, 8)},
        {.set = set, .count = 10, .issued = 10, .skipped = slice_of(inside, 8)}, /* 11 of 10 */
        {.set = set, .count = 10, .issued = 5, .skipped = slice_of(inside, 7)},
        {.set = set, .count = 1001, .issued = 400}, /* the scheme has 1,000 serials a batch */
        {.set = set, .count = UINT64_MAX, .issued = 1},
        {.set = set, .count = 1000, .issued = 1, .skipped = slice_of(many, sizeof many)},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_RANGE, engine_issue(w.engine, &bad[i], NULL));
    reopen(&w);
    const struct issue_event good = {
        .set = set, .count = 10, .issued = 9, .skipped = slice_of(inside, 8)};
    assert_ok(engine_issue(w.engine, &good, NULL));
    reopen(&w);
    world_remove(&w);
}

static void a_phase_that_does_not_exist_is_refused(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    const uint32_t set = world_batch(&w, 10, true);
    struct phase_event e = {.set = set};
    const unsigned beyond = PHASE_CLOSED + 1u;
    memcpy(&e.phase, &beyond, sizeof e.phase);
    assert_err(CM_E_ARGUMENT, engine_phase(w.engine, &e, NULL));
    reopen(&w);
    world_remove(&w);
}

/* Applying it would need eight bytes for every index below: 8 TiB. */
static void a_batch_index_that_no_memory_holds_is_refused_before_the_journal(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    struct scheme s;
    scheme_init(&s);
    s.numbers = (struct cm_scheme_numbers){.id = 2,
                                           .key_version_first = 1,
                                           .test = true,
                                           .length = 20,
                                           .date = {.cardinality = 1},
                                           .batches = (uint64_t)1 << 40,
                                           .serials = 1000,
                                           .table_version = 1};
    assert_ok(cm_alphabet_by_name(&s.numbers.alphabet, slice_text("default"), NULL));
    memcpy(s.alphabet_name, "default", sizeof "default");
    memcpy(s.name, "vast", sizeof "vast");
    assert_ok(cm_check_kind_for(s.numbers.alphabet.n, &s.numbers.check));
    assert_ok(cm_scheme_numbers_freeze(&s.numbers, NULL));
    s.volume = 1;
    s.one_in = 1;
    struct buffer text = BUFFER_INIT;
    assert_ok(scheme_json_write(&s, &text));
    world_document(&w, DOCUMENT_SCHEME, 2, buffer_slice(&text));
    buffer_free(&text);
    scheme_wipe(&s);
    static const char batch[] = "{\"scheme\":2,\"batch\":1099511627775,\"key_version\":1,"
                                "\"name\":\"far\",\"attributes\":[],\"quantity\":5}";
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_RANGE, world_try_document(&w, DOCUMENT_BATCH, 0, slice_text(batch), &diag));
    reopen(&w);
    world_remove(&w);
}

static void a_brand_keeps_its_number(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    world_document(&w, DOCUMENT_BRAND, 7, slice_text("{\"name\":\"one\"}"));
    assert_err(CM_E_EXISTS,
               world_try_document(&w, DOCUMENT_BRAND, 7, slice_text("{\"name\":\"two\"}"), NULL));
    world_remove(&w);
}

static void a_door_keeps_its_mode(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    const char live[] = "{\"name\":\"empty\",\"brand\":0,\"mode\":\"LIVE\",\"schemes\":[]}";
    const char test[] = "{\"name\":\"empty\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[]}";
    world_document(&w, DOCUMENT_DOOR, 5, slice_text(test));
    assert_err(CM_E_CONFLICT, world_try_document(&w, DOCUMENT_DOOR, 5, slice_text(live), NULL));
    world_document(&w, DOCUMENT_DOOR, 5, slice_text(test));
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_issue_that_contradicts_itself_is_refused_before_the_journal),
        cmocka_unit_test(a_phase_that_does_not_exist_is_refused),
        cmocka_unit_test(a_batch_index_that_no_memory_holds_is_refused_before_the_journal),
        cmocka_unit_test(a_brand_keeps_its_number),
        cmocka_unit_test(a_door_keeps_its_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
