/* Names that every system takes. The rules of Windows are those of "Naming Files, Paths, and
 * Namespaces" in its documentation. */
#include "cli/file_names.h"

#include <string.h>

#include "crypto/secret.h"
#include "support/cm.h"

static void a_name_is_taken_once_and_its_row_remembered(void **state) {
    (void)state;
    CM_CLEANUP(file_names_wipe) struct file_names n;
    uint64_t before = 0;
    file_names_init(&n);
    assert_ok(file_names_take(&n, slice_text("1.svg"), 7, &before));
    assert_ok(file_names_take(&n, slice_text("2.svg"), 8, &before));
    assert_err(CM_E_EXISTS, file_names_take(&n, slice_text("1.svg"), 9, &before));
    assert_int_equal(before, 7);
}

static void capitals_do_not_make_another_name(void **state) {
    (void)state;
    CM_CLEANUP(file_names_wipe) struct file_names n;
    uint64_t before = 0;
    file_names_init(&n);
    assert_ok(file_names_take(&n, slice_text("North.svg"), 1, &before));
    assert_err(CM_E_EXISTS, file_names_take(&n, slice_text("nORTH.SVG"), 2, &before));
    assert_ok(file_names_take(&n, slice_text("North_.svg"), 3, &before));
}

static void a_million_names_are_told_apart(void **state) {
    (void)state;
    enum { NAMES = 1000000 };
    CM_CLEANUP(file_names_wipe) struct file_names n;
    uint64_t before = 0;
    char name[24];
    file_names_init(&n);
    for (unsigned i = 0; i < NAMES; i++) {
        (void)snprintf(name, sizeof name, "%u.svg", i);
        assert_ok(file_names_take(&n, slice_text(name), i + 1, &before));
    }
    for (unsigned i = 0; i < NAMES; i += 9973) {
        (void)snprintf(name, sizeof name, "%u.svg", i);
        assert_err(CM_E_EXISTS, file_names_take(&n, slice_text(name), 0, &before));
        assert_int_equal(before, i + 1);
    }
}

static void unfit_names_are_refused_with_what_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *name;
        char bad;
    } unfit[] = {{"", 0},     {"a/b", '/'}, {"a\\b", '\\'}, {"a:b", ':'}, {"a*", '*'},
                 {"a?", '?'}, {"\"a", '"'}, {"a<b", '<'},   {"a>b", '>'}, {"a|b", '|'},
                 {".a", '.'}, {"-a", '-'},  {" a", ' '},    {"a.", '.'},  {"a ", ' '},
                 {"con", 0},  {"NUL", 0},   {"nul.x", 0},   {"Com1", 0},  {"LPT9.x", 0},
                 {"a\nb", 0}, {"a\x7F", 0}, {"\xFF", 0},    {"..", '.'}};
    for (size_t i = 0; i < CM_ARRAY_N(unfit); i++) {
        char bad = 'x';
        const char *why = NULL;
        assert_err(CM_E_FORMAT, file_name_check(slice_text(unfit[i].name), &bad, &why));
        assert_int_equal(bad, unfit[i].bad);
        assert_non_null(why);
    }
}

static void fit_names_pass(void **state) {
    (void)state;
    static const char *const fit[] = {"1",    "a b", "console",   "com",      "com1a", "CO",
                                      "a..b", "a-b", "lemon (2)", "\xC3\xA9", "aux1"};
    for (size_t i = 0; i < CM_ARRAY_N(fit); i++) {
        char bad = 0;
        const char *why = NULL;
        assert_ok(file_name_check(slice_text(fit[i]), &bad, &why));
    }
}

static void long_names_are_refused(void **state) {
    (void)state;
    char name[FILE_NAME_MAX];
    char bad = 'x';
    const char *why = NULL;
    memset(name, 'n', sizeof name);
    assert_ok(file_name_check(slice_of(name, 195), &bad, &why));
    assert_err(CM_E_LIMIT, file_name_check(slice_of(name, 196), &bad, &why));
}

static int start(void **state) {
    (void)state;
    return crypto_init() == CM_OK ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_taken_once_and_its_row_remembered),
        cmocka_unit_test(capitals_do_not_make_another_name),
        cmocka_unit_test(a_million_names_are_told_apart),
        cmocka_unit_test(unfit_names_are_refused_with_what_is_wrong),
        cmocka_unit_test(fit_names_pass),
        cmocka_unit_test(long_names_are_refused),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
