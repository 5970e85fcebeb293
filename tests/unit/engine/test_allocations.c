/* Redeeming allocates nothing per code: neither the call, nor opening, deciding, journal and
 * changes. What a fold allocates is the folder's and off the path: it is kept out by its length. */
#include "support/allocations.h"

#include <stdlib.h>

#include "support/cm.h"
#include "support/must.h"
#include "support/world.h"

enum { GROUP_N = 1000, GROUPS = 12, WARM = 2 };
/* A call's own, whatever its size: OpenSSL's for the group's hash, a list that doubles now and
 * then. */
#define A_CALL_MAX 4u

static void redeem(struct world *w, char (*codes)[WORLD_CODE_CAP], size_t n) {
    static struct cm_request requests[GROUP_N];
    static struct cm_answer answers[GROUP_N];
    for (size_t i = 0; i < n; i++)
        requests[i] = (struct cm_request){.operation = CM_OP_REDEEM, .code = slice_text(codes[i])};
    struct cm_call call = {.caller = {.actor = 1, .test = true},
                           .door = WORLD_DOOR,
                           .requests = requests,
                           .n = n,
                           .answers = answers};
    assert_ok(cm_engine_run(w->engine, &call, 1));
    for (size_t i = 0; i < n; i++)
        assert_int_equal(answers[i].verdict, CM_V_ACCEPTED);
}

static void a_thousand_codes_take_as_many_allocations_as_one(void **state) {
    (void)state;
    struct world w = {.fold_len = 1ul << 30};
    world_make(&w, 12, 100000);
    const uint32_t batch = world_batch(&w, GROUP_N * GROUPS, true);
    char(*codes)[WORLD_CODE_CAP] = must_calloc(GROUP_N * GROUPS, sizeof *codes);
    for (size_t i = 0; i < GROUP_N * GROUPS; i++)
        world_code(&w, batch, i, codes[i]);
    uint64_t taken[GROUPS];
    for (size_t g = 0; g < GROUPS; g++) {
        const uint64_t before = allocations_made();
        redeem(&w, codes + g * GROUP_N, g % 2 == 0 ? GROUP_N : 1);
        taken[g] = allocations_made() - before;
    }
    /* Lists that grow by doubling may grow in a group or two. */
    for (size_t g = WARM; g < GROUPS; g++)
        assert_true(taken[g] <= A_CALL_MAX);
    free(codes);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_codes_take_as_many_allocations_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
