/* Payloads from columns. What elements and links must look like: as in test_gs1.c, test_gs1_link.c;
 * check digits by hand (General Specifications 7.9). */
#include "support/cm.h"

#include "symbol/payload.h"

static const char *const columns[] = {"code", "serial", "gtin", "date", "flavour"};
#define COLUMN_N CM_ARRAY_N(columns)

static void fill(enum payload_form form, const char *pattern, const char *const cells[COLUMN_N],
                 const char *want) {
    CM_CLEANUP(payload_freep) struct payload *p = NULL;
    struct cm_slice slices[COLUMN_N];
    struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    for (size_t i = 0; i < COLUMN_N; i++)
        slices[i] = slice_text(cells[i]);
    if (payload_new(form, pattern, "https://id.example.com", columns, COLUMN_N, &p, &diag) != CM_OK)
        fail_msg("%s: %s", pattern, diag.problem);
    if (payload_fill(p, slices, &out, &diag) != CM_OK)
        fail_msg("%s: %s %s", pattern, diag.place, diag.problem);
    assert_string_equal(buffer_cstr(&out), want);
    buffer_free(&out);
}

static const char *const row[COLUMN_N] = {"7NQ4K2", "12", "9506000134352", "2027-12-31", "cola"};

/* The first test is the example. */
static void a_row_becomes_what_a_symbol_says(void **state) {
    (void)state;
    fill(PAYLOAD_PLAIN, "https://x.example/{code}?n={serial}", row,
         "https://x.example/7NQ4K2?n=12");
    fill(PAYLOAD_ELEMENTS, "(01){gtin}(21){code}(17){date}", row,
         "0109506000134352217NQ4K2\x1D"
         "17271231");
    fill(PAYLOAD_LINK, "(01){gtin}(21){code}(17){date}", row,
         "https://id.example.com/01/09506000134352/21/7NQ4K2?17=271231");
    fill(PAYLOAD_LINK_UPPER, "(01){gtin}(21){code}", row,
         "HTTPS://ID.EXAMPLE.COM/01/09506000134352/21/7NQ4K2");
}

static void pieces_and_braces_join(void **state) {
    (void)state;
    fill(PAYLOAD_PLAIN, "{{{code}}}-{serial}{serial}", row, "{7NQ4K2}-1212");
    fill(PAYLOAD_ELEMENTS, "(01)09506000134352(240){flavour}-{serial}\\(x)", row,
         "0109506000134352240cola-12(x)");
}

static cm_err made(enum payload_form form, const char *pattern, const char *host,
                   struct cm_diag *diag) {
    struct payload *p = NULL;
    const cm_err err = payload_new(form, pattern, host, columns, COLUMN_N, &p, diag);
    if (err != CM_OK) assert_null(p);
    payload_free(p);
    return err;
}

static void bad_patterns_are_refused_with_a_remedy(void **state) {
    (void)state;
    static const struct {
        enum payload_form form;
        const char *pattern;
        cm_err want;
        const char *remedy;
    } cases[] = {
        {PAYLOAD_PLAIN, "", CM_E_FORMAT, "{code}"},
        {PAYLOAD_PLAIN, "{", CM_E_FORMAT, "{code}"},
        {PAYLOAD_PLAIN, "{}", CM_E_FORMAT, "{code}"},
        {PAYLOAD_PLAIN, "a}b", CM_E_FORMAT, "{{ and }}"},
        {PAYLOAD_PLAIN, "{cod}", CM_E_NOT_FOUND, "did you mean {code}? there are:"},
        {PAYLOAD_PLAIN, "{quantity}", CM_E_NOT_FOUND,
         "there are: code, serial, gtin, date, flavour"},
        {PAYLOAD_ELEMENTS, "{code}", CM_E_FORMAT, "(21){code}"},
        {PAYLOAD_ELEMENTS, "x(21){code}", CM_E_FORMAT, "(21){code}"},
        {PAYLOAD_ELEMENTS, "(21){code}(10)", CM_E_FORMAT, "(21){code}"},
        {PAYLOAD_ELEMENTS, "(21", CM_E_FORMAT, "(21){code}"},
        {PAYLOAD_ELEMENTS, "(05){code}", CM_E_NOT_FOUND, "(90) to (99)"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct cm_diag diag = DIAG_INIT;
        assert_err(cases[i].want, made(cases[i].form, cases[i].pattern, NULL, &diag));
        if (strstr(diag.remedy, cases[i].remedy) == NULL)
            fail_msg("%s: %s", cases[i].pattern, diag.remedy);
    }
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT, made(PAYLOAD_LINK, "(01){gtin}", "id.example.com", &diag));
    static char wide[PAYLOAD_PATTERN_MAX + 2];
    memset(wide, 'a', sizeof wide - 1);
    assert_err(CM_E_LIMIT, made(PAYLOAD_PLAIN, wide, NULL, NULL));
    for (size_t i = 0; i < PAYLOAD_PATTERN_MAX - 8; i += 8)
        memcpy(wide + i, "{serial}", 8);
    wide[PAYLOAD_PATTERN_MAX] = '\0';
    wide[PAYLOAD_PATTERN_MAX - 8] = 'a';
    assert_ok(made(PAYLOAD_PLAIN, wide, NULL, NULL));
}

/* Rows come with names of up to 64 bytes (cli/row_feed.h). */
static void a_column_may_have_a_name_of_64_bytes(void **state) {
    (void)state;
    static const char name[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef+";
    char longest[65] = "", pattern[80];
    memcpy(longest, name, 64);
    const char *const names[] = {longest, name};
    const struct cm_slice cells[] = {slice_text("A"), slice_text("B")};
    CM_CLEANUP(payload_freep) struct payload *p = NULL;
    struct payload *none = NULL;
    struct buffer out = BUFFER_INIT;
    (void)snprintf(pattern, sizeof pattern, "{%s}", longest);
    assert_ok(payload_new(PAYLOAD_PLAIN, pattern, NULL, names, 2, &p, NULL));
    assert_ok(payload_fill(p, cells, &out, NULL));
    assert_string_equal(buffer_cstr(&out), "A");
    (void)snprintf(pattern, sizeof pattern, "{%s}", name);
    assert_err(CM_E_FORMAT, payload_new(PAYLOAD_PLAIN, pattern, NULL, names, 2, &none, NULL));
    buffer_free(&out);
}

static void a_bad_row_names_element_place_and_column(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *code, *gtin, *date;
        cm_err want;
        const char *place;
    } cases[] = {
        {"(01){gtin}(21){code}", "7NQ 4K2", "9506000134352", "", CM_E_FORMAT,
         "(21), character 4, column code"},
        {"(01){gtin}(21){code}", "7NQ4K2", "9506000134353", "", CM_E_FORMAT,
         "(01), character 14, column gtin"},
        {"(01){gtin}(21){code}", "7NQ4K2", "", "", CM_E_FORMAT, "(01), column gtin"},
        {"(01){gtin}(17){date}", "7NQ4K2", "9506000134352", "2077-01-01", CM_E_FORMAT,
         "(17), column date"},
        {"(01){gtin}(17){date}", "7NQ4K2", "9506000134352", "271301", CM_E_FORMAT,
         "(17), character 3, column date"},
        {"(21){code}", "7NQ4K2", "", "", CM_E_CONFLICT, "(21), column code"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        CM_CLEANUP(payload_freep) struct payload *p = NULL;
        struct cm_diag diag = DIAG_INIT;
        struct buffer out = BUFFER_INIT;
        const struct cm_slice cells[COLUMN_N] = {slice_text(cases[i].code), slice_text("1"),
                                                 slice_text(cases[i].gtin),
                                                 slice_text(cases[i].date), slice_text("")};
        assert_ok(
            payload_new(PAYLOAD_ELEMENTS, cases[i].pattern, NULL, columns, COLUMN_N, &p, NULL));
        assert_err(cases[i].want, payload_fill(p, cells, &out, &diag));
        assert_string_equal(diag.place, cases[i].place);
        assert_null(strstr(diag.problem, "7NQ"));
        assert_int_equal(out.len, 0);
        buffer_free(&out);
    }
}

static void the_usual_elements_are_proposed(void **state) {
    (void)state;
    static const struct {
        size_t code_len;
        const char *want;
    } cases[] = {{12, "(01){gtin}(21){code}"},
                 {20, "(01){gtin}(21){code}"},
                 {21, "(01){gtin}(235){code}"},
                 {29, "(01){gtin}(99){code}"}};
    char pattern[PAYLOAD_SUGGESTION_CAP];
    struct cm_diag diag = DIAG_INIT;
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        assert_ok(payload_suggest(slice_text("9506000134352"), cases[i].code_len, pattern, NULL));
        assert_string_equal(pattern, cases[i].want);
    }
    assert_err(CM_E_NOT_FOUND, payload_suggest(slice_text(""), 12, pattern, &diag));
    assert_non_null(strstr(diag.remedy, "--gs1"));
    assert_err(CM_E_FORMAT, payload_suggest(slice_text("9506000134353"), 12, pattern, NULL));
    assert_err(CM_E_LIMIT, payload_suggest(slice_text("9506000134352"), 91, pattern, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_becomes_what_a_symbol_says),
        cmocka_unit_test(pieces_and_braces_join),
        cmocka_unit_test(bad_patterns_are_refused_with_a_remedy),
        cmocka_unit_test(a_column_may_have_a_name_of_64_bytes),
        cmocka_unit_test(a_bad_row_names_element_place_and_column),
        cmocka_unit_test(the_usual_elements_are_proposed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
