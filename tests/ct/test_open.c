/* Minting and opening under a key that valgrind holds for secret. Neither branches on it, nor on
 * the verdict that rests on it, and minting looks up nothing by it but the digits of the finished
 * code (public.supp). Control: what opening yields must itself be marked, or the key never reached
 * it. (A digit that was looked up is not: memcheck follows values, not addresses.) */
#include "support/scheme.h"
#include "support/undefined.h"

#include "codes/coder.h"
#include "countermark/code.h"

#define ROWS_N  32u
#define ROW_LEN 12u /* 11 data characters and the check character */

static struct cm_coder *coder_under(uint8_t first_byte, bool secret) {
    struct cm_scheme_numbers numbers = scheme_of(SYMBOLS_23, ROW_LEN - 1, 1024, 1048576);
    numbers.check = CM_CHECK_PRIME;
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    struct cm_key root = counting_key(first_byte);
    if (secret) ct_secret(&root, sizeof root);
    struct cm_coder *coder = NULL;
    cm_err err = cm_coder_new(&coder, &numbers, &root, 1);
    ct_public(&err, sizeof err);
    assert_ok(err);
    return coder;
}

static void mint(struct cm_coder *coder, uint8_t rows[static ROWS_N * ROW_LEN]) {
    const struct cm_unit_fields batch = {.batch = 7};
    cm_err err = cm_coder_mint_range(coder, &batch, 1000, ROWS_N, rows, NULL);
    ct_public(&err, sizeof err);
    assert_ok(err);
}

/* Opens the codes of the key starting with `minted_under` with the secret key 0; true if all are
 * its own. */
static bool open_secretly(uint8_t minted_under, unsigned *branches) {
    CM_CLEANUP(coder_freep) struct cm_coder *maker = coder_under(minted_under, false);
    CM_CLEANUP(coder_freep) struct cm_coder *coder = coder_under(0, true);
    uint8_t rows[ROWS_N * ROW_LEN];
    struct cm_opened opened[ROWS_N];
    mint(maker, rows);
    const unsigned before = ct_complaints();
    cm_err err = cm_coder_open(coder, rows, ROWS_N, opened);
    *branches = ct_complaints() - before;
    ct_public(&err, sizeof err);
    assert_ok(err);
    assert_true(ct_is_secret(opened, sizeof opened));
    ct_public(opened, sizeof opened);
    unsigned own = 0;
    for (size_t i = 0; i < ROWS_N; i++)
        own += opened[i].result == CM_OPEN_OK;
    assert_true(own == 0 || own == ROWS_N);
    return own == ROWS_N;
}

static void minting_never_branches_on_the_key(void **state) {
    (void)state;
    ct_require_valgrind();
    CM_CLEANUP(coder_freep) struct cm_coder *coder = coder_under(0, true);
    uint8_t rows[ROWS_N * ROW_LEN];
    const unsigned before = ct_complaints();
    mint(coder, rows);
    assert_int_equal(ct_complaints(), before);
}

static void opening_never_branches_on_the_key_or_the_verdict(void **state) {
    (void)state;
    ct_require_valgrind();
    unsigned own = 0, foreign = 0;
    assert_true(open_secretly(0, &own));
    assert_false(open_secretly(1, &foreign));
    assert_int_equal(own, 0);
    assert_int_equal(foreign, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minting_never_branches_on_the_key),
        cmocka_unit_test(opening_never_branches_on_the_key_or_the_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
