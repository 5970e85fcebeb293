/* Pictures of labels. Places and sizes: ZPL II Programming Guide (^FO: upper left corner, ^FT:
 * foot, ^GB: lines inside). Whether symbols can be read and stand where another author's renderer
 * puts them: system.printers.content. */
#include "support/cm.h"

#include "base/macros.h"
#include "line/preview.h"
#include "line/zpl_page.h"

static void page(const char *zpl, struct zpl_page *out) {
    assert_ok(zpl_page_read(slice_text(zpl), out, NULL));
}

static bool says(struct cm_slice text, const char *want) {
    return slice_equal(text, slice_text(want));
}

static void a_label_becomes_a_png_and_a_picture_in_text(void **state) {
    (void)state;
    struct preview p = PREVIEW_INIT;
    assert_ok(preview_zpl(slice_text("^XA^PW64^LL32^FO8,8^A0N,8,8^FDTEST^FS^XZ"), true, &p, NULL));
    assert_int_equal(p.width, 64);
    assert_memory_equal(p.png.p, "\x89PNG", 4);
    assert_non_null(strstr(buffer_cstr(&p.terminal), "|        TEST  "));
    assert_int_equal(p.notes.len, 0);
    preview_wipe(&p);
}

static void a_stored_format_is_drawn_when_it_is_recalled(void **state) {
    (void)state;
    struct zpl_page p;
    page("^XA^JZN^XZ\n~HS\n! U1 getvar \"x\"\r\n"
         "^XA^DFR:CM.ZPL^FS^PW640^LL320^FO240,60^BXN,6,200,,,,@^FN1^FS^FO40,230^A0N,26,24^FN2^FS^"
         "XZ\n"
         "^XA^XFR:CM.ZPL^FS^FN1^FD@121TEST@110L^FS^FN2^FH\\^FDA\\5EB^FS^PQ1^XZ\n"
         "^XA^XFR:CM.ZPL^FS^FN1^FDsecond^FS^XZ",
         &p);
    assert_int_equal(p.width, 640);
    assert_int_equal(p.n, 2);
    assert_int_equal(p.marks[0].kind, ZPL_DATAMATRIX);
    assert_int_equal(p.marks[0].module, 6);
    assert_true(p.marks[0].fnc1);
    assert_true(says(zpl_page_text(&p, &p.marks[0]), "21TEST\x1D"
                                                     "10L"));
    assert_int_equal(p.marks[1].x, 40);
    assert_true(says(zpl_page_text(&p, &p.marks[1]), "A^B"));
    assert_int_equal(p.notes.len, 0);
    zpl_page_wipe(&p);
}

static void what_is_not_drawn_is_named_once(void **state) {
    (void)state;
    struct preview p = PREVIEW_INIT;
    assert_ok(preview_zpl(slice_text("^XA^PW80^LL40^FO1,1^B7N^FDa^FS^FO1,1^B7N^FDa^FS^FR"
                                     "^FO9,9^A0R,9^FDx^FS^FO1,1^BXN,6,200,,,,@^FD@1notgs1^FS^XZ"),
                          true, &p, NULL));
    assert_string_equal(buffer_cstr(&p.notes), "^B7: is not drawn\n^FR: is not drawn\n"
                                               "^A0: drawn upright, the printer turns it\n"
                                               "a symbol is not drawn: it cannot hold its text\n");
    preview_wipe(&p);
}

static void escapes_and_prefixes_of_data_are_undone(void **state) {
    (void)state;
    static const struct {
        const char *zpl, *want;
    } cases[] = {
        {"^XA^BXN,6,200,,,,@^FDa@@b@d065^FS^XZ", "a@bA"},
        {"^XA^BXN,6,200,,,,_^FH_^FD_5Fd066^FS^XZ", "B"},
        {"^XA^BQN,2,4^FDHA,x,y^FS^XZ", "x,y"},
        {"^XA^BCN,60^FD>;1234^FS^XZ", "1234"},
        {"^XA^BCN,60^FDA>0B>^FS^XZ", "A>B>"},
        {"^XA^FDa\r\nb^FS^XZ", "ab"},
        {"^XA^FH^FD_41_^FS^XZ", "A_"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct zpl_page p;
        page(cases[i].zpl, &p);
        if (!says(zpl_page_text(&p, &p.marks[0]), cases[i].want)) fail_msg("%s", cases[i].zpl);
        zpl_page_wipe(&p);
    }
}

static void fields_of_other_languages_stand_in_a_frame(void **state) {
    (void)state;
    static const char *const names[] = {"code", "human", NULL};
    const struct unit u = {.texts = {slice_text("TEST"), slice_text("TE-ST")}};
    struct preview p = PREVIEW_INIT;
    assert_ok(preview_fields(names, &u, true, &p, NULL));
    assert_non_null(strstr(buffer_cstr(&p.terminal), "code "));
    assert_non_null(strstr(buffer_cstr(&p.terminal), "TE-ST"));
    assert_true(p.png.len > 0 && p.notes.len > 0);
    preview_wipe(&p);
}

static void notes_are_few_and_fit_for_a_terminal(void **state) {
    (void)state;
    struct buffer zpl = BUFFER_INIT;
    struct zpl_page p;
    buffer_text(&zpl, "^XA^FDa^FS^\x1b[2J^\x01\xFF");
    for (unsigned i = 0; i < 1000; i++)
        buffer_printf(&zpl, "^%c%c", 'a' + (int)(i / 26 % 26), 'a' + (int)(i % 26));
    buffer_text(&zpl, "^XZ");
    assert_ok(zpl_page_read(buffer_slice(&zpl), &p, NULL));
    assert_true(p.notes.len < 2000);
    for (size_t i = 0; i < p.notes.len; i++)
        assert_true(p.notes.p[i] == '\n' || (p.notes.p[i] >= ' ' && p.notes.p[i] < 0x7F));
    zpl_page_wipe(&p);
    buffer_free(&zpl);
}

/* Every prefix of a whole label, and single bytes changed: refused or drawn, never worse. */
static void hostile_bytes_are_refused_or_drawn(void **state) {
    (void)state;
    static const char label[] =
        "^XA^DFR:A^FS^PW64^LL32^LH1,1^CF0,9,9^BY2,3,10^FO240,60^BXN,6,200,,,,@^FN1^FS^FT9,9^BQN,2,"
        "4^FD"
        "MA,a^FS^FO1,1^BCN,9,Y,N,N^FD>:a^FS^FO1,1^GB9,9,2^FS^XZ^XA^XFR:A^FS^FN1^FH\\^FD@1\\32"
        "1a^FS^XZ";
    char text[sizeof label];
    struct preview p = PREVIEW_INIT;
    for (size_t len = 0; len < sizeof label; len++) {
        cm_ignore(preview_zpl(slice_of(label, len), true, &p, NULL)); /* either is fine */
        preview_wipe(&p);
    }
    for (size_t i = 0; i + 1 < sizeof label; i++) {
        memcpy(text, label, sizeof label);
        text[i] = i % 3 == 0 ? ',' : i % 3 == 1 ? '\xFF' : '^';
        cm_ignore(preview_zpl(slice_of(text, sizeof label - 1), false, &p, NULL)); /* as above */
        preview_wipe(&p);
    }
    assert_err(CM_E_FORMAT, preview_zpl(slice_text(""), true, &p, NULL));
    assert_err(CM_E_FORMAT, preview_zpl(slice_text("^XA^XZ"), true, &p, NULL));
    assert_err(CM_E_LIMIT, preview_zpl(slice_text("^XA^PW9999^LL9^FDa^FS^XZ"), true, &p, NULL));
    assert_null(p.png.p);
}

static void too_many_fields_are_refused(void **state) {
    (void)state;
    struct buffer zpl = BUFFER_INIT;
    struct preview p = PREVIEW_INIT;
    buffer_text(&zpl, "^XA^PW64^LL32");
    for (size_t i = 0; i <= ZPL_MARKS_MAX; i++)
        buffer_text(&zpl, "^FDa^FS");
    buffer_text(&zpl, "^XZ");
    assert_err(CM_E_LIMIT, preview_zpl(buffer_slice(&zpl), true, &p, NULL));
    buffer_free(&zpl);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_becomes_a_png_and_a_picture_in_text),
        cmocka_unit_test(a_stored_format_is_drawn_when_it_is_recalled),
        cmocka_unit_test(what_is_not_drawn_is_named_once),
        cmocka_unit_test(escapes_and_prefixes_of_data_are_undone),
        cmocka_unit_test(fields_of_other_languages_stand_in_a_frame),
        cmocka_unit_test(notes_are_few_and_fit_for_a_terminal),
        cmocka_unit_test(hostile_bytes_are_refused_or_drawn),
        cmocka_unit_test(too_many_fields_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
