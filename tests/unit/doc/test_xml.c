/* Reading records of XML files: what a card base of a loyalty programme looks like, and what
 * nobody should be able to do to us with one. Well-formedness is that of XML 1.0; the documents
 * that are refused are the published attacks on XML parsers. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "doc/xml.h"

struct text_source {
    struct cm_slice rest;
    size_t step; /* bytes a read; 0 = all that is asked for */
    cm_err err;  /* at the end */
};

static cm_err read_text(void *ctx, uint8_t *out, size_t cap, size_t *n) {
    struct text_source *s = ctx;
    *n = s->rest.len < cap ? s->rest.len : cap;
    if (s->step > 0 && *n > s->step) *n = s->step;
    if (*n == 0) return s->err;
    memcpy(out, s->rest.p, *n);
    s->rest = slice_of(s->rest.p + *n, s->rest.len - *n);
    return CM_OK;
}

/* All records as text: "line:name=value,...;" */
static cm_err flatten(const char *text, const char *record, size_t step, struct buffer *out,
                      struct cm_diag *diag) {
    struct text_source s = {.rest = slice_text(text), .step = step};
    const struct xml_source source = {.read = read_text, .ctx = &s};
    CM_CLEANUP(xml_reader_freep) struct xml_reader *r = NULL;
    bool more = true;
    buffer_clear(out);
    assert_ok(xml_reader_new(&r, &source, record, "base.xml", diag));
    for (;;) {
        TRY(xml_next(r, &more));
        if (!more) return CM_OK;
        buffer_printf(out, "%llu:", (unsigned long long)xml_line(r));
        for (size_t i = 0; i < xml_field_n(r); i++) {
            const struct cm_slice name = xml_field_name(r, i), value = xml_field(r, i);
            buffer_printf(out, "%.*s=%.*s,", (int)name.len, (const char *)name.p, (int)value.len,
                          (const char *)value.p);
        }
        buffer_text(out, ";");
    }
}

static void expect(const char *text, const char *record, const char *expected) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    for (size_t step = 0; step < 8; step++) {
        const cm_err err = flatten(text, record, step, &out, &diag);
        if (err != CM_OK) fail_msg("%s: %s: %s", cm_err_name(err), diag.place, diag.problem);
        assert_string_equal(buffer_cstr(&out), expected);
    }
}

static void refuse(const char *text, cm_err wanted, const char *place) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_int_equal(flatten(text, NULL, 0, &out, &diag), wanted);
    assert_string_equal(diag.input, "base.xml");
    if (place != NULL) assert_string_equal(diag.place, place);
    assert_null(strstr(diag.problem, "SECRET"));
}

static void children_of_the_root_are_records(void **state) {
    (void)state;
    expect("<?xml version=\"1.0\"?>\n"
           "<cards>\n"
           "  <card no=\"4711\"><balance>12</balance><phone> +46 70 </phone></card>\n"
           "  <card no=\"4712\"/>\n"
           "</cards>\n",
           NULL, "3:no=4711,balance=12,phone=+46 70,;4:no=4712,;");
}

static void records_are_found_by_name_at_any_depth(void **state) {
    (void)state;
    expect("<r xmlns:k=\"urn:k\"><head><made>now</made></head><list>\n<k:member>\n"
           "<k:id>7</k:id><name><first>A</first></name><tag>x</tag><tag>y</tag></k:member>\n"
           "</list></r>",
           "member", "2:id=7,name=,first=A,tag=x,tag=y,;");
}

static void text_in_pieces_is_one_value(void **state) {
    (void)state;
    expect("<r><c><n>1<!-- no -->2<![CDATA[3&]]>&amp;&#52;</n></c></r>", NULL, "1:n=123&&4,;");
    expect("<r><c><n>1<b>x</b>2</n></c></r>", NULL, "1:n=12,b=x,;");
}

static void an_encoding_that_is_declared_becomes_utf8(void **state) {
    (void)state;
    expect("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r><c><n>\xE5</n></c></r>", NULL,
           "1:n=\xC3\xA5,;");
}

static void lines_are_told_beyond_sixteen_bits(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    buffer_text(&text, "<r>\n");
    for (unsigned i = 0; i < 70000; i++)
        buffer_text(&text, "<c>\n</c>\n");
    buffer_text(&text, "<c></d>\n");
    assert_int_equal(flatten(buffer_cstr(&text), NULL, 0, &out, &diag), CM_E_FORMAT);
    assert_string_equal(diag.place, "line 140002"); /* 1 + 2 * 70,000, and the one after */
    const char *last = strstr(buffer_cstr(&out), "140000:");
    if (last == NULL) fail_msg("%s", buffer_cstr(&out) + out.len - 40);
}

static void document_types_and_entities_are_refused(void **state) {
    (void)state;
    refuse("<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><r><c>&e;</c></r>", CM_E_FORMAT,
           NULL);
    refuse("<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
           "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">"
           "]><r><c>&d;&d;&d;</c></r>",
           CM_E_FORMAT, NULL);
    refuse("<!DOCTYPE r SYSTEM \"http://127.0.0.1:9/r.dtd\"><r><c/></r>", CM_E_FORMAT, NULL);
    refuse("<r>\n<c>&unknown;</c></r>", CM_E_FORMAT, NULL);
}

static void what_is_not_well_formed_is_told_by_line_alone(void **state) {
    (void)state;
    refuse("<r>\n<c><n>SECRET</n></d>\n</r>", CM_E_FORMAT, "line 2");
    refuse("<r>\n<c>SECRET", CM_E_FORMAT, NULL);
    refuse("", CM_E_FORMAT, NULL);
    refuse("SECRET;1;2\n", CM_E_FORMAT, NULL);
    refuse("<r>\n<c><n>\xFF\xFESECRET</n></c></r>", CM_E_FORMAT, NULL);
    refuse("<r><c n=SECRET/></r>", CM_E_FORMAT, NULL);
}

static void records_have_bounds(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    buffer_text(&text, "<r><c>");
    for (unsigned i = 0; i <= XML_FIELDS_MAX; i++)
        buffer_text(&text, "<f/>");
    buffer_text(&text, "</c></r>");
    refuse(buffer_cstr(&text), CM_E_LIMIT, NULL);
    buffer_clear(&text);
    buffer_text(&text, "<r><c><n>");
    for (unsigned i = 0; i < XML_RECORD_MAX; i++)
        buffer_u8(&text, 'x');
    buffer_text(&text, "</n></c></r>");
    refuse(buffer_cstr(&text), CM_E_LIMIT, NULL);
    buffer_clear(&text);
    for (unsigned i = 0; i <= XML_DEPTH_MAX; i++)
        buffer_text(&text, "<d>");
    refuse(buffer_cstr(&text), CM_E_LIMIT, NULL);
}

static void errors_of_the_source_are_its_own(void **state) {
    (void)state;
    struct text_source s = {.rest = slice_text("<r><c/>"), .err = CM_E_IO};
    const struct xml_source source = {.read = read_text, .ctx = &s};
    CM_CLEANUP(xml_reader_freep) struct xml_reader *r = NULL;
    bool more = true;
    assert_ok(xml_reader_new(&r, &source, NULL, "base.xml", NULL));
    cm_err err = CM_OK;
    while (err == CM_OK && more)
        err = xml_next(r, &more);
    assert_int_equal(err, CM_E_IO);
    assert_int_equal(xml_next(r, &more), CM_E_IO); /* and so it stays */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_of_the_root_are_records),
        cmocka_unit_test(records_are_found_by_name_at_any_depth),
        cmocka_unit_test(text_in_pieces_is_one_value),
        cmocka_unit_test(an_encoding_that_is_declared_becomes_utf8),
        cmocka_unit_test(lines_are_told_beyond_sixteen_bits),
        cmocka_unit_test(document_types_and_entities_are_refused),
        cmocka_unit_test(what_is_not_well_formed_is_told_by_line_alone),
        cmocka_unit_test(records_have_bounds),
        cmocka_unit_test(errors_of_the_source_are_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
