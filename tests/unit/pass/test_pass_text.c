/* Filling JSON from rows: what comes out is read again by the strict reader (jansson). */
#include "support/cm.h"

#include <string.h>

#include "doc/json.h"
#include "pass/pass_text.h"

static const char *const columns[] = {"name", "seat", "balance"};

static cm_err compile(const char *json, struct pass_text **out, struct cm_diag *diag) {
    return pass_text_new(slice_text(json), "pass.json", columns, CM_ARRAY_N(columns), out, diag);
}

static cm_err fill(const char *json, const char *name, const char *seat, const char *balance,
                   struct buffer *out, struct cm_diag *diag) {
    CM_CLEANUP(pass_text_freep) struct pass_text *t = NULL;
    const struct cm_slice cells[] = {slice_text(name), slice_text(seat), slice_text(balance)};
    TRY(compile(json, &t, diag));
    return pass_text_put(t, cells, out, diag);
}

static void expect(const char *json, const char *name, const char *seat, const char *balance,
                   const char *want) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(fill(json, name, seat, balance, &out, NULL));
    assert_string_equal(buffer_cstr(&out), want);
}

static void texts_are_filled_and_numbers_stand_bare(void **state) {
    (void)state;
    expect(
        "{ \"for\": \"{name}, seat {seat}\",\n  \"value\": \"{#balance}\", \"x\": [1.10, true] }",
        "Ann", "12A", "25.50", "{\"for\":\"Ann, seat 12A\",\"value\":25.50,\"x\":[1.10,true]}");
}

static void keys_braces_and_escapes_stay_as_they_are(void **state) {
    (void)state;
    expect("{\"{name}\": \"{{{seat}}} \\\"{{\\u007d\\\\\"}", "Ann", "1", "0",
           "{\"{name}\":\"{1} \\\"{\\u007d\\\\\"}");
}

/* A cell is data: it can end no text and begin no member. */
static void cells_cannot_break_out(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice text;
    static const char evil[] = "\",\"voided\":true,\"x\":\"\\\n\x01{seat}";
    assert_ok(fill("{\"a\": \"{name}\"}", evil, "1", "0", &out, NULL));
    assert_ok(json_doc_new(&doc, buffer_slice(&out), "filled", &JSON_LIMITS_DEFAULT, NULL));
    assert_false(json_present(json_get(json_root(doc), "voided")));
    assert_ok(json_text(json_get(json_root(doc), "a"), 0, 100, &text));
    assert_true(slice_equal(text, slice_text(evil)));
}

static void a_column_that_is_not_there_is_named_with_the_nearest(void **state) {
    (void)state;
    struct pass_text *t = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, compile("{\n \"a\": \"{seet}\"}", &t, &diag));
    assert_null(t);
    assert_string_equal(diag.place, "line 2, column 8");
    assert_string_equal(diag.problem, "there is no column 'seet'");
    assert_string_equal(diag.remedy, "did you mean {seat}? there are: name, seat, balance");
}

static void broken_braces_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"{\"a\":\"{name\"}",
                                        "{\"a\":\"name}\"}",
                                        "{\"a\":\"{}\"}",
                                        "{\"a\":\"{#}\"}",
                                        "{\"a\":\"x{#seat}\"}",
                                        "{\"a\":\"{#seat}x\"}",
                                        "{\"a\":\"{name\",\"b\":\"}\"}",
                                        "{\"a\":\"{\"}"};
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        struct pass_text *t = NULL;
        struct cm_diag diag = DIAG_INIT;
        assert_err(CM_E_FORMAT, compile(texts[i], &t, &diag));
        assert_true(diag.problem[0] != '\0' && diag.place[0] != '\0');
    }
}

/* RFC 8259 section 6 has the grammar of numbers. */
static void bare_cells_are_numbers_or_truth_and_nothing_else(void **state) {
    (void)state;
    static const char *const good[] = {"0", "-1", "12.50", "1000000", "true", "false", "-0.5"};
    static const char *const bad[] = {"",     "01", "1.", ".5",   "1e5",   "12,50", "+1",
                                      "null", "1 ", "-",  "0x10", "\"1\"", "1}",    "NaN"};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    for (size_t i = 0; i < CM_ARRAY_N(good); i++)
        assert_ok(fill("[\"{#balance}\"]", "", "", good[i], &out, NULL));
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag = DIAG_INIT;
        assert_err(CM_E_FORMAT, fill("[\"{#balance}\"]", "", "", bad[i], &out, &diag));
        assert_string_equal(diag.place, "column balance");
    }
}

static void names_are_learned_when_none_are_given(void **state) {
    (void)state;
    CM_CLEANUP(pass_text_freep) struct pass_text *t = NULL;
    size_t n = 0;
    assert_ok(pass_text_new(slice_text("[\"{a}{b}{a}\",\"{#c}\"]"), "x", NULL, 0, &t, NULL));
    const char *const *names = pass_text_columns(t, &n);
    assert_int_equal(n, 3);
    assert_string_equal(names[2], "c");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_filled_and_numbers_stand_bare),
        cmocka_unit_test(keys_braces_and_escapes_stay_as_they_are),
        cmocka_unit_test(cells_cannot_break_out),
        cmocka_unit_test(a_column_that_is_not_there_is_named_with_the_nearest),
        cmocka_unit_test(broken_braces_are_refused),
        cmocka_unit_test(bare_cells_are_numbers_or_truth_and_nothing_else),
        cmocka_unit_test(names_are_learned_when_none_are_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
