/* CSV reading: what a row is follows RFC 4180 section 2; rows and places below are counted by hand.
 */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "doc/csv.h"

static void expect_row(struct csv_reader *r, const char *joined) {
    bool more = false;
    assert_ok(csv_next(r, &more));
    assert_true(more);
    CM_CLEANUP(buffer_free) struct buffer got = BUFFER_INIT;
    for (size_t i = 0; i < r->n; i++) {
        if (i > 0) buffer_u8(&got, '|');
        buffer_put(&got, csv_field(r, i).p, csv_field(r, i).len);
    }
    assert_string_equal(buffer_cstr(&got), joined);
}

static void expect_end(struct csv_reader *r) {
    bool more = true;
    assert_ok(csv_next(r, &more));
    assert_false(more);
}

static void rows_are_read_one_by_one(void **state) {
    (void)state;
    CM_CLEANUP(csv_reader_free) struct csv_reader r;
    csv_reader_init(&r, slice_text("sku,name\r\nA1,\"Cola, \"\"zero\"\"\"\r\n\r\nB2,\n"), 0,
                    "t.csv", &CSV_LIMITS_DEFAULT, NULL);
    expect_row(&r, "sku|name");
    expect_row(&r, "A1|Cola, \"zero\"");
    assert_int_equal(r.row_line, 2);
    expect_row(&r, "B2|");
    assert_int_equal(r.row_line, 4);
    expect_end(&r);
}

static void the_separator_of_the_first_line_is_found(void **state) {
    (void)state;
    static const struct {
        const char *text, *row;
    } cases[] = {
        {"a;b;c,d\n", "a|b|c,d"},
        {"\xEF\xBB\xBF"
         "a\tb\n",
         "a|b"},
        {"\"x;y;z\",b\n", "x;y;z|b"},
        {"alone\n", "alone"},
        {"alone", "alone"},
        {"\"\"", ""},
        {",", "|"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct csv_reader r;
        csv_reader_init(&r, slice_text(cases[i].text), 0, "t", &CSV_LIMITS_DEFAULT, NULL);
        expect_row(&r, cases[i].row);
        expect_end(&r);
        csv_reader_free(&r);
    }
}

static void lines_are_counted_through_quoted_line_ends(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(csv_reader_free) struct csv_reader r;
    csv_reader_init(&r, slice_text("a,b\n\"one\ntwo\",2\nx,y\n"), 0, "t.csv", &CSV_LIMITS_DEFAULT,
                    &diag);
    expect_row(&r, "a|b");
    expect_row(&r, "one\ntwo|2");
    expect_row(&r, "x|y");
    assert_int_equal(r.row_line, 4);
    assert_err(CM_E_RANGE, csv_fail(&r, 1, "quantity", CM_E_RANGE, "write %", "%d is odd", 7));
    assert_string_equal(diag.input, "t.csv");
    assert_string_equal(diag.place, "line 4, column quantity");
    assert_string_equal(diag.problem, "7 is odd");
    assert_string_equal(diag.remedy, "write %");
}

static void malformed_rows_are_refused_with_their_place(void **state) {
    (void)state;
    static const struct {
        const char *text, *place, *problem;
        cm_err err;
    } bad[] = {
        {"a,b\"c\n", "line 1, column 2", "a quote stands within a bare field", CM_E_FORMAT},
        {"a,\"b\"c\n", "line 1, column 2", "text follows a closing quote", CM_E_FORMAT},
        {"\n\na,\"b\nc", "line 3, column 2", "a quoted field never ends", CM_E_FORMAT},
        {"a,\xC3(\n", "line 1, column 2", "the field is not UTF-8 text, or holds a NUL",
         CM_E_FORMAT},
        {"1,2,3,4,5\n", "line 1, column 5", "the row has too many fields", CM_E_LIMIT},
        {"123456789\n", "line 1, column 1", "the row is too long", CM_E_LIMIT},
        {"\"123456789\"\n", "line 1, column 1", "the row is too long", CM_E_LIMIT},
        {"\n\"b\nc\nd\ne\nf\n", "line 2, column 1", "the row is too long", CM_E_LIMIT},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag = DIAG_INIT;
        struct csv_reader r;
        const struct csv_limits limits = {.row_max = 8, .fields_max = 4};
        csv_reader_init(&r, slice_text(bad[i].text), ',', "t", &limits, &diag);
        bool more = false;
        assert_err(bad[i].err, csv_next(&r, &more));
        assert_string_equal(diag.place, bad[i].place);
        assert_string_equal(diag.problem, bad[i].problem);
        csv_reader_free(&r);
    }
    struct csv_reader r;
    csv_reader_init(&r, slice_of("a\0b\n", 4), ',', "t", &CSV_LIMITS_DEFAULT, NULL);
    bool more = false;
    assert_err(CM_E_FORMAT, csv_next(&r, &more));
    csv_reader_free(&r);
}

static void an_empty_text_has_no_rows(void **state) {
    (void)state;
    static const char *const texts[] = {"", "\n\r\n\n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        struct csv_reader r;
        csv_reader_init(&r, slice_text(texts[i]), 0, "t", &CSV_LIMITS_DEFAULT, NULL);
        expect_end(&r);
        assert_int_equal(csv_field(&r, 0).len, 0);
        csv_reader_free(&r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_one_by_one),
        cmocka_unit_test(the_separator_of_the_first_line_is_found),
        cmocka_unit_test(lines_are_counted_through_quoted_line_ends),
        cmocka_unit_test(malformed_rows_are_refused_with_their_place),
        cmocka_unit_test(an_empty_text_has_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
