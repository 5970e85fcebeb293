/* The promised odds are kept: orders beyond them are refused, alone and summed at a door. Sizes are
 * worked out by hand beside each case: 10^7 texts (7 digits). */
#include "support/cm.h"

#include <string.h>

#include "codes/scheme.h"
#include "codes/scheme_json.h"
#include "support/world.h"

/* A scheme of 7 digits (S = 10^7) that promises one in `one_in`. */
static cm_err add_scheme(struct world *w, uint32_t id, uint64_t one_in) {
    struct scheme s;
    scheme_init(&s);
    s.numbers = (struct cm_scheme_numbers){.id = id,
                                           .key_version_first = 1,
                                           .test = true,
                                           .length = 7,
                                           .date = {.cardinality = 1},
                                           .batches = 4,
                                           .serials = 100000,
                                           .table_version = 1};
    assert_ok(cm_alphabet_by_name(&s.numbers.alphabet, slice_text("digits"), NULL));
    (void)snprintf(s.alphabet_name, sizeof s.alphabet_name, "digits");
    (void)snprintf(s.name, sizeof s.name, "digits-%u", id);
    assert_ok(cm_scheme_numbers_freeze(&s.numbers, NULL));
    s.volume = 1;
    s.one_in = one_in;
    struct buffer text = BUFFER_INIT;
    assert_ok(scheme_json_write(&s, &text));
    const cm_err err =
        engine_document(w->engine, DOCUMENT_SCHEME, &id, 0, buffer_slice(&text), NULL);
    buffer_free(&text);
    scheme_wipe(&s);
    return err;
}

static cm_err order(struct world *w, uint32_t scheme, uint32_t batch, uint64_t quantity,
                    struct cm_diag *diag) {
    char text[256];
    uint32_t set = 0;
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":%u,\"batch\":%u,\"key_version\":1,\"name\":\"s%u-%u\","
                   "\"attributes\":[],\"quantity\":%llu}",
                   scheme, batch, scheme, batch, (unsigned long long)quantity);
    return engine_document(w->engine, DOCUMENT_BATCH, &set, 0, slice_text(text), diag);
}

static cm_err grow(struct world *w, uint32_t set, uint32_t batch, uint64_t quantity) {
    char text[256];
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":2,\"batch\":%u,\"key_version\":1,\"name\":\"s2-%u\","
                   "\"attributes\":[],\"quantity\":%llu}",
                   batch, batch, (unsigned long long)quantity);
    return engine_document(w->engine, DOCUMENT_BATCH, &set, 0, slice_text(text), NULL);
}

static cm_err door(struct world *w, const char *name, const char *schemes) {
    char text[256];
    uint32_t id = 0;
    (void)snprintf(text, sizeof text,
                   "{\"name\":\"%s\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[%s]}", name,
                   schemes);
    return engine_document(w->engine, DOCUMENT_DOOR, &id, 0, slice_text(text), NULL);
}

static void a_scheme_never_holds_more_codes_than_its_promise_allows(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    assert_ok(add_scheme(&w, 2, 1000)); /* 10^7 / 1000 = 10,000 codes */
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_LIMIT, order(&w, 2, 0, 10001, &diag));
    assert_non_null(strstr(diag.problem, "10000"));
    assert_ok(order(&w, 2, 0, 9000, NULL));
    assert_err(CM_E_LIMIT, order(&w, 2, 1, 1001, NULL));
    assert_ok(order(&w, 2, 1, 1000, NULL));
    assert_err(CM_E_LIMIT, order(&w, 2, 2, 1, NULL));
    world_remove(&w);
}

static void a_batch_grows_up_to_the_promise_and_not_beyond(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    assert_ok(add_scheme(&w, 2, 1000));
    assert_ok(order(&w, 2, 0, 4000, NULL)); /* set 1 */
    assert_ok(order(&w, 2, 1, 5000, NULL)); /* set 2 */
    assert_err(CM_E_LIMIT, grow(&w, 1, 0, 5001));
    assert_ok(grow(&w, 1, 0, 5000)); /* 10,000 in all */
    assert_err(CM_E_LIMIT, grow(&w, 2, 1, 5001));
    world_remove(&w);
}

static void schemes_at_one_door_share_one_promise(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    assert_ok(add_scheme(&w, 2, 1000));
    assert_ok(add_scheme(&w, 3, 1000));
    assert_ok(order(&w, 2, 0, 6000, NULL)); /* 0.6 of a promise */
    assert_ok(order(&w, 3, 0, 6000, NULL)); /* another 0.6: together 1.2 at one door */
    assert_err(CM_E_LIMIT, door(&w, "both", "2,3"));
    assert_ok(door(&w, "two", "2"));
    assert_ok(door(&w, "three", "3,1")); /* scheme 1 has codes of another length */
    world_remove(&w);
}

static void an_order_is_refused_that_would_break_the_promise_of_a_door(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    assert_ok(add_scheme(&w, 2, 1000));
    assert_ok(add_scheme(&w, 3, 1000));
    assert_ok(door(&w, "both", "2,3"));
    assert_ok(order(&w, 2, 0, 5000, NULL));
    assert_ok(order(&w, 3, 0, 4000, NULL));
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_LIMIT, order(&w, 3, 1, 2000, &diag)); /* its own promise would allow it */
    assert_string_equal(diag.input, "both");
    world_remove(&w);
}

static void a_promise_once_given_is_never_loosened(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    assert_ok(add_scheme(&w, 2, 1000));
    assert_ok(add_scheme(&w, 2, 1000)); /* the same again is no change */
    assert_err(CM_E_CONFLICT, add_scheme(&w, 2, 999));
    assert_err(CM_E_LIMIT, order(&w, 2, 0, 10001, NULL));
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scheme_never_holds_more_codes_than_its_promise_allows),
        cmocka_unit_test(a_batch_grows_up_to_the_promise_and_not_beyond),
        cmocka_unit_test(schemes_at_one_door_share_one_promise),
        cmocka_unit_test(an_order_is_refused_that_would_break_the_promise_of_a_door),
        cmocka_unit_test(a_promise_once_given_is_never_loosened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
