/* The n-th failure of every allocation and every OpenSSL call under a coder: the right status, no
 * leak (the sanitizer build looks), outputs wiped, and the coder works again afterwards. */
#include "support/cm.h"
#include "support/scheme.h"
#include "support/starve.h"

#include <string.h>

#include "codes/coder.h"

#define UNITS 2049u /* three arrays: a failure may come after some were done */
#define LEN   12u

static struct cm_scheme_numbers filtered_scheme(void) {
    struct cm_scheme_numbers numbers = scheme_of(SYMBOLS_23, 11, 1024, 1048576);
    numbers.check = CM_CHECK_PRIME;
    numbers.rotation_filter = true;
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    return numbers;
}

static void a_coder_that_cannot_be_made_leaves_nothing_behind(void **state) {
    (void)state;
    const struct cm_scheme_numbers numbers = filtered_scheme();
    const struct cm_key root = counting_key(0);
    struct cm_coder *coder = NULL;
    starve_at(0);
    assert_ok(cm_coder_new(&coder, &numbers, &root, 1));
    const unsigned calls = starve_calls();
    cm_coder_free(coder);
    coder = NULL;
    assert_true(calls >= 10); /* memory for coder, filter, CMAC, FF1; contexts, blocks, two keys */
    for (unsigned n = 1; n <= calls; n++) {
        starve_at(n);
        const cm_err err = cm_coder_new(&coder, &numbers, &root, 1);
        if (err != CM_E_NO_MEMORY && err != CM_E_CRYPTO)
            fail_msg("call %u of %u: %s", n, calls, cm_err_name(err));
        assert_null(coder);
    }
    starve_at(0);
}

static int is_wiped(const void *p, size_t len) {
    const uint8_t *bytes = p;
    unsigned any = 0;
    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

static void a_failing_cipher_wipes_what_was_minted_and_opened(void **state) {
    (void)state;
    static uint8_t good[UNITS * LEN], rows[UNITS * LEN], skip[UNITS];
    static struct cm_opened opened[UNITS];
    const struct cm_scheme_numbers numbers = filtered_scheme();
    const struct cm_key root = counting_key(0);
    const struct cm_unit_fields batch = {.batch = 3};
    CM_CLEANUP(coder_freep) struct cm_coder *coder = NULL;
    starve_at(0);
    assert_ok(cm_coder_new(&coder, &numbers, &root, 1));
    starve_at(0);
    assert_ok(cm_coder_mint_range(coder, &batch, 0, UNITS, good, skip));
    const unsigned calls = starve_calls();
    assert_int_equal(calls, 3 * 11); /* an array: one call for the tags, ten for the rounds */
    for (unsigned n = 1; n <= calls; n++) {
        memset(rows, 0xA5, sizeof rows);
        memset(skip, 0xA5, sizeof skip);
        memset(opened, 0xA5, sizeof opened);
        starve_at(n);
        assert_err(CM_E_CRYPTO, cm_coder_mint_range(coder, &batch, 0, UNITS, rows, skip));
        assert_true(is_wiped(rows, sizeof rows) && is_wiped(skip, sizeof skip));
        starve_at(n);
        assert_err(CM_E_CRYPTO, cm_coder_open(coder, good, UNITS, opened));
        assert_true(is_wiped(opened, sizeof opened));
    }
    starve_at(0);
    assert_ok(cm_coder_mint_range(coder, &batch, 0, UNITS, rows, skip));
    assert_memory_equal(rows, good, sizeof good);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coder_that_cannot_be_made_leaves_nothing_behind),
        cmocka_unit_test(a_failing_cipher_wipes_what_was_minted_and_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
