/* The n-th failure of every allocation of ours under symbols of every kind: the right status, the
 * output untouched, no leak (the sanitizer build looks). Allocations inside libqrencode and libzint
 * are not reached. */
#include "support/cm.h"

#include "base/macros.h"
#include "support/starve.h"
#include "symbol/symbol.h"

#define UNTOUCHED 77u

static void starve_each(const struct symbol_wish *wish, struct cm_diag *diag, cm_err otherwise) {
    struct symbol s = {.width = UNTOUCHED};
    starve_at(0);
    const cm_err good = symbol_make(wish, &s, diag);
    const unsigned all = starve_calls();
    assert_int_equal(good, otherwise);
    assert_true(all >= 2);
    if (good == CM_OK) symbol_free(&s);
    for (unsigned n = 1; n <= all; n++) {
        s = (struct symbol){.width = UNTOUCHED};
        starve_at(n);
        const cm_err err = symbol_make(wish, &s, diag);
        starve_at(0);
        if (err != CM_E_NO_MEMORY) fail_msg("call %u of %u: %s", n, all, cm_err_name(err));
        assert_int_equal(s.width, UNTOUCHED);
    }
}

static void symbols_without_memory_fail_cleanly(void **state) {
    (void)state;
    static const char element[] = "0109506000134352217NQ4";
    static const char *const texts[SYMBOL_KIND_N] = {
        "7NQ4",          "7NQ4",           element,        "7NQ4",           element,
        "7NQ4",          "7NQ4",           "7NQ4",         "7NQ4",           element,
        "9506000134352", "96385074",       "036000291452", "09506000134352", "A12B",
        "7NQ4",          "09506000134352", element,        element,
    };
    for (unsigned kind = 0; kind < SYMBOL_KIND_N; kind++) {
        const struct symbol_wish wish = {.kind = (enum symbol_kind)kind,
                                         .payload = slice_text(texts[kind])};
        starve_each(&wish, NULL, CM_OK);
    }
}

static void what_does_not_fit_is_explained_or_there_is_no_memory(void **state) {
    (void)state;
    static const char text[] = "7NQ4K2XW9BMT7NQ4K2XW9BMT";
    const struct symbol_wish wish = {.kind = SYMBOL_MICRO_QR, .payload = slice_text(text)};
    struct cm_diag diag = DIAG_INIT;
    starve_each(&wish, &diag, CM_E_LIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_without_memory_fail_cleanly),
        cmocka_unit_test(what_does_not_fit_is_explained_or_there_is_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
