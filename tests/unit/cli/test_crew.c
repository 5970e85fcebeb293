/* A crew does what one hand would do: the same things in the same order, whoever is faster. */
#include "cli/crew.h"

#include <sched.h>
#include <stdint.h>
#include <stdio.h>

#include "support/cm.h"

#define THINGS 5000u

struct shop {
    uint64_t next, put, fail_take, fail_work, fail_put; /* numbers of things; 0 = none */
    bool in_order, alone;
    unsigned busy; /* hands within a step that only one may do */
};
struct hand {
    struct shop *shop;
    uint64_t thing, made;
};

static cm_err blame(struct cm_diag *diag, uint64_t thing) {
    return diag_fail(diag, CM_E_CONFLICT, "test", NULL, NULL, "thing %u", (unsigned)thing);
}

static cm_err next_thing(void *ctx, bool *more, struct cm_diag *diag) {
    struct hand *h = ctx;
    *more = h->shop->next < THINGS;
    if (*more) h->thing = ++h->shop->next;
    return *more && h->thing == h->shop->fail_take ? blame(diag, h->thing) : CM_OK;
}

static cm_err work(void *ctx, struct cm_diag *diag) {
    struct hand *h = ctx;
    for (uint64_t i = 0; i < h->thing % 3; i++)
        (void)sched_yield(); /* some take longer than those that came after them */
    h->made = h->thing * h->thing;
    return h->shop->fail_work != 0 && h->thing >= h->shop->fail_work ? blame(diag, h->thing)
                                                                     : CM_OK;
}

static cm_err put(void *ctx, struct cm_diag *diag) {
    struct hand *h = ctx;
    struct shop *s = h->shop;
    s->alone = s->alone && ++s->busy == 1;
    s->in_order = s->in_order && h->thing == s->put + 1 && h->made == h->thing * h->thing;
    s->put++;
    s->busy--;
    return h->thing == s->fail_put ? blame(diag, h->thing) : CM_OK;
}

static cm_err run(struct shop *shop, unsigned n, struct cm_diag *diag) {
    struct hand hands[CREW_HANDS_MAX];
    void *contexts[CREW_HANDS_MAX];
    for (unsigned i = 0; i < n; i++) {
        hands[i] = (struct hand){.shop = shop};
        contexts[i] = &hands[i];
    }
    const struct crew crew = {
        .next = next_thing, .work = work, .put = put, .hands = contexts, .n = n};
    shop->in_order = shop->alone = true;
    return crew_run(&crew, diag);
}

static void all_is_put_in_the_order_in_which_it_was_taken(void **state) {
    (void)state;
    for (unsigned n = 1; n <= CREW_HANDS_MAX; n++) {
        struct shop shop = {.next = 0};
        assert_ok(run(&shop, n, NULL));
        assert_int_equal(shop.put, THINGS);
        assert_true(shop.in_order && shop.alone);
    }
}

static void the_first_thing_that_fails_is_the_one_that_is_told(void **state) {
    (void)state;
    for (unsigned n = 1; n <= CREW_HANDS_MAX; n++) {
        struct shop shop = {.fail_work = 100}; /* and all later ones */
        struct cm_diag diag = DIAG_INIT;
        assert_err(CM_E_CONFLICT, run(&shop, n, &diag));
        assert_string_equal(diag.problem, "thing 100");
        assert_int_equal(shop.put, 99);
    }
}

static void failures_of_taking_and_putting_stop_all(void **state) {
    (void)state;
    struct shop taking = {.fail_take = 50}, putting = {.fail_put = 60};
    struct cm_diag diag = DIAG_INIT, other = DIAG_INIT;
    assert_err(CM_E_CONFLICT, run(&taking, 4, &diag));
    assert_string_equal(diag.problem, "thing 50");
    assert_true(taking.put < 50);
    assert_err(CM_E_CONFLICT, run(&putting, 4, &other));
    assert_string_equal(other.problem, "thing 60");
    assert_int_equal(putting.put, 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_put_in_the_order_in_which_it_was_taken),
        cmocka_unit_test(the_first_thing_that_fails_is_the_one_that_is_told),
        cmocka_unit_test(failures_of_taking_and_putting_stop_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
