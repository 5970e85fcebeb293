/* Guesses at cards: what passes every public check and was never issued is counted for its pool and
 * for who asked; typing errors, wrong PINs and cards are not. Luhn digits here come from the
 * formula of ISO/IEC 7812-1 written out again, not from the program. */
#include "support/cm.h"

#include <string.h>

#include "support/splitmix.h"
#include "support/world_life.h"

enum { DIGITS = 16, BODY = 11, GUESSES = 10000, CALL = 1000 };

static char luhn(const char *digits, size_t n) {
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned d = (unsigned)(digits[n - 1 - i] - '0') * (i % 2 == 0 ? 2u : 1u);
        sum += d / 10 + d % 10;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

/* Which card it is, by the numberer; UINT64_MAX where it cannot be one. */
static uint64_t index_of(struct cm_numberer *numberer, const char *number) {
    struct cm_card_opened opened;
    assert_ok(cm_numberer_open(numberer, number, 1, &opened));
    assert_int_equal(opened.reading, CM_CARD_INDEX);
    return opened.skip != 0 ? UINT64_MAX : opened.index;
}

static cm_err look_at_pool(void *ctx, const struct registry *r) {
    *(struct cm_pool_numbers *)ctx = registry_set(r, POOL)->pool->pool.numbers;
    return CM_OK;
}

/* With the pool's rules, which live as long as the engine. */
static struct cm_numberer *numberer_new(struct world *w) {
    CM_KEY_SCOPED struct cm_key root;
    struct cm_pool_numbers numbers;
    struct cm_numberer *out = NULL;
    pool_root(&root);
    assert_ok(engine_read(w->engine, look_at_pool, &numbers));
    assert_ok(cm_numberer_new(&out, &numbers, &root, POOL_KEY));
    return out;
}

static void ask_all(struct world *w, char (*numbers)[DIGITS], size_t n, uint32_t actor) {
    static struct cm_request requests[CALL];
    static struct cm_answer answers[CALL];
    for (size_t at = 0; at < n; at += CALL) {
        const size_t k = n - at < CALL ? n - at : CALL;
        for (size_t i = 0; i < k; i++)
            requests[i] = (struct cm_request){.operation = CM_OP_CHECK,
                                              .code = slice_of(numbers[at + i], DIGITS)};
        struct cm_call call = {.caller = {.actor = actor, .brand = 1, .test = true},
                               .door = WORLD_DOOR,
                               .requests = requests,
                               .n = k,
                               .answers = answers};
        assert_ok(cm_engine_run(w->engine, &call, 1));
        assert_int_equal(call.status, CM_CALL_DONE);
    }
}

static uint64_t guesses(struct world *w, uint32_t pool, uint32_t actor) {
    struct guess_count counts[ENGINE_GUESSES_MAX];
    size_t n = 0;
    assert_ok(engine_guesses(w->engine, counts, ENGINE_GUESSES_MAX, &n));
    for (size_t i = 0; i < n; i++)
        if (pool != 0 ? counts[i].pool == pool : counts[i].of_key && counts[i].actor == actor)
            return counts[i].n;
    return 0;
}

static char made_up[GUESSES][DIGITS];

static void ten_thousand_numbers_that_were_never_issued_are_ten_thousand_guesses(void **state) {
    (void)state;
    struct world w = {0};
    uint64_t random = 1;
    world_life_make(&w, LIFE_TILL, 0, 100000);
    struct cm_numberer *numberer = numberer_new(&w);
    for (size_t n = 0; n < GUESSES;) {
        char *number = made_up[n];
        memcpy(number, "9643", 4);
        for (size_t i = 4; i < DIGITS - 1; i++)
            number[i] = (char)('0' + splitmix_next(&random) % 10);
        number[DIGITS - 1] = luhn(number, DIGITS - 1);
        const uint64_t index = index_of(numberer, number);
        n += index == UINT64_MAX || index >= 100000;
    }
    cm_numberer_free(numberer);
    ask_all(&w, made_up, GUESSES, 5);
    assert_true(guesses(&w, POOL, 0) == GUESSES);
    assert_true(guesses(&w, 0, 5) == GUESSES);
    assert_true(guesses(&w, 0, 6) == 0);
    w.now_ms += 60000; /* the minute is journaled */
    ask_all(&w, made_up, 10, 6);
    for (int turn = 0; turn < 3; turn++) {
        if (turn == 1) assert_ok(engine_fold(w.engine));
        assert_true(guesses(&w, POOL, 0) == GUESSES + 10);
        assert_true(guesses(&w, 0, 5) == GUESSES);
        assert_true(guesses(&w, 0, 6) == 10);
        world_close(&w);
        world_open(&w);
    }
    world_remove(&w);
}

static char typed[GUESSES][DIGITS];

static void cards_and_cards_mistyped_are_no_guesses(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 100000);
    struct cm_numberer *numberer = numberer_new(&w);
    char numbers[100][DIGITS];
    uint8_t skip[100];
    size_t n = 0;
    assert_ok(cm_numberer_make(numberer, 500, 100, numbers[0], skip));
    cm_numberer_free(numberer);
    /* Every wrong digit in every place behind the prefix. */
    for (size_t c = 0; c < 60; c++)
        for (size_t i = 4; i < DIGITS && skip[c] == 0; i++)
            for (unsigned more = 1; more < 10 && n < GUESSES; more++) {
                memcpy(typed[n], numbers[c], DIGITS);
                typed[n][i] = (char)('0' + ((unsigned)(typed[n][i] - '0') + more) % 10);
                n++;
            }
    assert_true(n > 6000);
    ask_all(&w, typed, n, 5);
    for (size_t c = 0; c < 100; c++)
        if (skip[c] == 0) ask_all(&w, &numbers[c], 1, 5);
    assert_true(guesses(&w, POOL, 0) == 0);
    assert_true(guesses(&w, 0, 5) == 0);
    /* But a number that the pool holds out for this very purpose is one. */
    size_t held = 0;
    for (size_t c = 0; c < 100; c++)
        if (skip[c] != 0) {
            ask_all(&w, &numbers[c], 1, 5);
            held++;
        }
    assert_true(held > 0);
    assert_true(guesses(&w, POOL, 0) == held);
    world_remove(&w);
}

static void a_wrong_pin_is_no_guess_at_a_number(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    struct world_request q = {.operation = CM_OP_REDEEM, .code = NUMBER, .pin = "000000"};
    q.actor = 5;
    for (int i = 0; i < 10; i++)
        assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_NOT_A_CODE);
    assert_true(guesses(&w, POOL, 0) == 0);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_numbers_that_were_never_issued_are_ten_thousand_guesses),
        cmocka_unit_test(cards_and_cards_mistyped_are_no_guesses),
        cmocka_unit_test(a_wrong_pin_is_no_guess_at_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
