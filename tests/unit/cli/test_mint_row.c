/* Lines of minted codes, in every format. What a CSV must look like is RFC 4180's word. */
#include "cli/mint_row.h"

#include <string.h>

#include "support/cm.h"

static const char plan_text[] =
    "{\"name\":\"monday\",\"printed_length\":6,\"groups\":[3,3],\"separator\":\"-\","
    "\"about\":{\"scheme\":\"cola\",\"batch\":\"monday\",\"product\":\"Cola, \\\"cold\\\"\","
    "\"gtin\":\"09521234000105\",\"date\":\"2026-11-23\",\"attributes\":{\"sku\":\"CM-1\"}}}";

struct row {
    struct json_doc *doc;
    struct row_writer w;
    struct buffer out;
    struct cm_diag diag;
    cm_err err;
};
static void row_wipe(struct row *r) {
    row_writer_wipe(&r->w);
    json_doc_free(r->doc);
    buffer_free(&r->out);
}
#define ROW_SCOPED CM_CLEANUP(row_wipe)

static struct row make(const char *format, const char *columns, bool grouped) {
    struct row r = {.diag = DIAG_INIT};
    assert_ok(json_doc_new(&r.doc, slice_text(plan_text), "plan", &JSON_LIMITS_DEFAULT, NULL));
    r.err = row_writer_init(&r.w, format, columns, json_root(r.doc), grouped, &r.diag);
    return r;
}

static void line_is(const char *format, const char *columns, bool grouped, const char *wanted) {
    ROW_SCOPED struct row r = make(format, columns, grouped);
    assert_ok(r.err);
    row_put(&r.w, "HWK29P", 41, &r.out);
    assert_string_equal(buffer_cstr(&r.out), wanted);
}

static void a_code_becomes_a_line_of_its_format(void **state) {
    (void)state;
    line_is("csv", "code,serial,sku,date", false, "HWK29P,41,CM-1,2026-11-23\n");
    line_is("text", NULL, false, "HWK29P\n");
    line_is("text", NULL, true, "HWK-29P\n");
    line_is("jsonl", "code,serial", true, "{\"code\":\"HWK-29P\",\"serial\":41}\n");
    line_is("tab", "serial,code", false, "41\tHWK29P\n");
    line_is("rfc4180", "code", false, "HWK29P\r\n");
}

static void constants_are_quoted_as_their_format_wants(void **state) {
    (void)state;
    line_is("csv", "product,code", false, "\"Cola, \"\"cold\"\"\",HWK29P\n");
    line_is("jsonl", "product", false, "{\"product\":\"Cola, \\\"cold\\\"\"}\n");
    line_is("spreadsheet", "gtin,code", false, "\"=\"\"09521234000105\"\"\",HWK29P\r\n");
    line_is("csv", "code,line", false, "HWK29P,\n"); /* known, but this batch has none */
}

static void digits_of_a_code_stay_text_in_a_spreadsheet(void **state) {
    (void)state;
    ROW_SCOPED struct row r = make("spreadsheet", "code", false);
    assert_ok(r.err);
    row_put(&r.w, "001234", 1, &r.out);
    row_put(&r.w, "12E456", 2, &r.out);
    assert_string_equal(buffer_cstr(&r.out), "\"=\"\"001234\"\"\"\r\n\"=\"\"12E456\"\"\"\r\n");
}

static void the_head_names_the_columns_once(void **state) {
    (void)state;
    ROW_SCOPED struct row r = make("spreadsheet", "code,sku", false);
    assert_ok(r.err);
    assert_string_equal(buffer_cstr(&r.w.header), "\xEF\xBB\xBF"
                                                  "code,sku\r\n");
    ROW_SCOPED struct row json = make("jsonl", "code", false);
    assert_int_equal(json.w.header.len, 0);
}

static void unknown_formats_and_columns_are_refused_by_name(void **state) {
    (void)state;
    ROW_SCOPED struct row format = make("xls", "code", false);
    assert_int_equal(format.err, CM_E_ARGUMENT);
    assert_string_equal(format.diag.problem, "there is no format 'xls'");
    ROW_SCOPED struct row column = make("csv", "code,colour", false);
    assert_int_equal(column.err, CM_E_ARGUMENT);
    assert_string_equal(column.diag.problem, "there is no column 'colour'");
    assert_non_null(strstr(column.diag.remedy, "sku"));
    static const char *const wrong[] = {"", ",", "code,", "code,,sku",
                                        "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a"};
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        ROW_SCOPED struct row r = make("csv", wrong[i], false);
        assert_int_equal(r.err, CM_E_ARGUMENT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_becomes_a_line_of_its_format),
        cmocka_unit_test(constants_are_quoted_as_their_format_wants),
        cmocka_unit_test(digits_of_a_code_stay_text_in_a_spreadsheet),
        cmocka_unit_test(the_head_names_the_columns_once),
        cmocka_unit_test(unknown_formats_and_columns_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
