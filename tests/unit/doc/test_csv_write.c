/* CSV writing: quoting after RFC 4180 section 2, formula defusing after OWASP "CSV injection". */
#include "support/cm.h"

#include <string.h>

#include "doc/csv.h"
#include "doc/csv_write.h"

static const char *row_of(struct buffer *out, const char *dialect, const char *const *fields,
                          size_t n) {
    struct csv_writer w;
    buffer_clear(out);
    csv_writer_init(&w, out, csv_dialect_named(slice_text(dialect)));
    for (size_t i = 0; i < n; i++)
        csv_put_cstr(&w, fields[i]);
    csv_end_row(&w);
    return buffer_cstr(out);
}

static void fields_are_quoted_only_when_they_must_be(void **state) {
    (void)state;
    static const char *const fields[] = {"a", "b,c", "d;e", "say \"no\"", "", "two\nlines"};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_string_equal(row_of(&out, "plain", fields, 6),
                        "a,\"b,c\",d;e,\"say \"\"no\"\"\",,\"two\nlines\"\n");
    assert_string_equal(row_of(&out, "semicolon", fields, 3), "a;b,c;\"d;e\"\n");
    assert_string_equal(row_of(&out, "rfc4180", fields, 1), "a\r\n");
    assert_string_equal(row_of(&out, "plain", fields + 4, 1), "\"\"\n");
}

static void the_spreadsheet_dialect_keeps_digits_as_text_and_defuses_formulas(void **state) {
    (void)state;
    static const char *const fields[] = {"0012", "12E5", "=1+1", "@x", "+49", "-", "K7XM", "1X"};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_string_equal(row_of(&out, "spreadsheet", fields, 8),
                        "\xEF\xBB\xBF\"=\"\"0012\"\"\",\"=\"\"12E5\"\"\",\"'=1+1\",\"'@x\","
                        "\"'+49\",\"'-\",K7XM,1X\r\n");
}

static void every_dialect_but_the_spreadsheets_reads_back_what_was_written(void **state) {
    (void)state;
    static const char *const fields[] = {
        "\xEF\xBB\xBF mark", "", "\"", "a,b;c\td", "=1", "\r\n", " x "};
    for (size_t d = 0; csv_dialect_at(d) != NULL; d++) {
        const struct csv_dialect *dialect = csv_dialect_at(d);
        assert_ptr_equal(csv_dialect_named(slice_text(dialect->name)), dialect);
        if (dialect->spreadsheet) continue;
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
        assert_non_null(row_of(&out, dialect->name, fields, CM_ARRAY_N(fields)));
        CM_CLEANUP(csv_reader_free) struct csv_reader r;
        csv_reader_init(&r, buffer_slice(&out), dialect->separator, "t", &CSV_LIMITS_DEFAULT, NULL);
        bool more = false;
        assert_ok(csv_next(&r, &more));
        assert_int_equal(r.n, CM_ARRAY_N(fields));
        for (size_t i = 0; i < r.n; i++)
            assert_true(slice_equal(csv_field(&r, i), slice_text(fields[i])));
    }
    assert_null(csv_dialect_named(slice_text("excel")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_quoted_only_when_they_must_be),
        cmocka_unit_test(the_spreadsheet_dialect_keeps_digits_as_text_and_defuses_formulas),
        cmocka_unit_test(every_dialect_but_the_spreadsheets_reads_back_what_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
