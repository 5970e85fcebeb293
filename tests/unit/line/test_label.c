/* ZPL templates. Expected bytes: ZPL II Programming Guide (^DF, ^XF, ^FN, ^BX, ^FH), as quoted in
 * the printers' reference sections 1.2 and 1.3. */
#include "support/cm.h"

#include "base/file.h"
#include "line/zpl_label.h"
#include "support/printers/grammars.h"

static const char *const fields[] = {"code", "human", "gtin", "url", NULL};

static cm_err compile(struct zpl_label *label, const char *text, struct cm_diag *diag) {
    return zpl_label_compile(label, slice_text(text), "a.zpl", fields, diag);
}

static void recalls(const struct zpl_label *label, const char *code, const char *want) {
    struct buffer out = BUFFER_INIT;
    const struct unit u = {.texts = {slice_text(code), slice_text("h"), slice_text("9501101530003"),
                                     slice_text("https://a.example/x")}};
    assert_ok(zpl_label_recall(label, &u, &out, NULL));
    assert_string_equal(buffer_cstr(&out), want);
    buffer_free(&out);
}

static void a_template_is_stored_once_and_recalled_for_each_unit(void **state) {
    (void)state;
    struct zpl_label label;
    assert_ok(compile(&label, "^XA^FO40,40^BXN,6,200,,,,@^FD@121{code}^FS^FDfix^FS^XZ", NULL));
    assert_string_equal(buffer_cstr(&label.stored),
                        "^XA^DFR:CM.ZPL^FS^FO40,40^BXN,6,200,,,,@^FN1^FS^FDfix^FS^XZ\n");
    recalls(&label, "A1", "^XA^XFR:CM.ZPL^FS^FN1^FD@121A1^FS^PQ1^XZ\n");
    zpl_label_free(&label);
}

/* ^FH is applied before the symbol's own escape. */
static void group_separator_and_escapes_are_said_in_the_symbols_way(void **state) {
    (void)state;
    struct zpl_label label;
    assert_ok(compile(&label, "^XA^BXN,6,200,,,,@^FH\\^FD{code}^FS^FD{human}^FS^XZ", NULL));
    recalls(&label,
            "A\x1D"
            "B@^\\",
            "^XA^XFR:CM.ZPL^FS^FN1^FH\\^FDA@1B@@\\5E\\5C^FS^FN2^FDh^FS^PQ1^XZ\n");
    zpl_label_free(&label);
}

/* ZPL II Programming Guide, ^BC: invocation characters. Unescaped, > swallows what follows. */
static void in_code_128_a_greater_sign_is_said_as_itself(void **state) {
    (void)state;
    struct zpl_label label;
    assert_ok(compile(&label, "^XA^BCN,60^FD{code}^FS^FD{human}^FS^XZ", NULL));
    recalls(&label,
            "A>B\x1D"
            "10",
            "^XA^XFR:CM.ZPL^FS^FN1^FDA>0B>810^FS^FN2^FDh^FS^PQ1^XZ\n");
    zpl_label_free(&label);
    assert_ok(compile(&label, "^XA^BCN,60^FDfix^FS^FD{code}^FS^XZ", NULL));
    recalls(&label, "A>B", "^XA^XFR:CM.ZPL^FS^FN1^FDA>B^FS^PQ1^XZ\n");
    zpl_label_free(&label);
}

static void bytes_that_would_be_commands_are_refused(void **state) {
    (void)state;
    struct zpl_label label;
    struct buffer out = BUFFER_INIT;
    assert_ok(compile(&label, "^XA^FD{code}^FS^XZ", NULL));
    const char *const bad[] = {"A^XZ", "~JA", "A\x1D", "A\n", "\x7F"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        const struct unit u = {.texts = {slice_text(bad[i])}};
        assert_err(CM_E_FORMAT, zpl_label_recall(&label, &u, &out, NULL));
    }
    buffer_free(&out);
    zpl_label_free(&label);
}

static void mistakes_are_named_with_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *text, *place;
        cm_err err;
    } bad[] = {
        {"", "line 1, column 1", CM_E_FORMAT},
        {"^XA\n^FD{code}^FS", "line 2, column 13", CM_E_FORMAT},
        {"^XA\n^FD{nobody}^FS^XZ", "line 2, column 5", CM_E_NOT_FOUND},
        {"^XA^FD{code^FS^XZ", "line 1, column 8", CM_E_FORMAT},
        {"^XA^PQ2^FD{code}^FS^XZ", "line 1, column 4", CM_E_FORMAT},
        {"^XA^JZY^FD{code}^FS^XZ", "line 1, column 4", CM_E_FORMAT},
        {"^XA~JA^FD{code}^FS^XZ", "line 1, column 4", CM_E_FORMAT},
        {"^XA^FDfix^FS^XZ", "line 1, column 16", CM_E_FORMAT},
        {"^XA^FD{code}^FS^XZ^XA", "line 1, column 19", CM_E_FORMAT},
        {"^XA^FD{code}", "line 1, column 4", CM_E_FORMAT},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct zpl_label label;
        struct cm_diag diag = DIAG_INIT;
        assert_err(bad[i].err, compile(&label, bad[i].text, &diag));
        assert_string_equal(diag.place, bad[i].place);
        assert_null(label.stored.p);
    }
}

/* The emulator, written by another hand, prints what we meant. */
static void shipped_templates_print_their_fields(void **state) {
    (void)state;
    static const struct {
        const char *file, *want;
    } shipped[] = {
        {"plain", "R:CM.ZPL|1=h"},
        {"qr", "R:CM.ZPL|1=MA,https://a.example/x|2=h"},
        {"gs1-datamatrix", "R:CM.ZPL|1=@1019501101530003217NQ4K2|2=(01) 9501101530003|3=(21) h"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(shipped); i++) {
        char path[1024];
        struct buffer text = BUFFER_INIT, out = BUFFER_INIT;
        struct zpl_label label;
        struct printer *p = NULL;
        (void)snprintf(path, sizeof path, CM_SOURCE_DIR "/templates/labels/%s.zpl",
                       shipped[i].file);
        assert_ok(file_read(path, ZPL_LABEL_MAX, &text, NULL));
        assert_ok(zpl_label_compile(&label, buffer_slice(&text), path, fields, NULL));
        buffer_put(&out, label.stored.p, label.stored.len);
        const struct unit u = {.texts = {slice_text("7NQ4K2"), slice_text("h"),
                                         slice_text("9501101530003"),
                                         slice_text("https://a.example/x")}};
        assert_ok(zpl_label_recall(&label, &u, &out, NULL));
        assert_ok(printer_new(&(struct printer_options){.grammar = &grammar_zpl,
                                                        .keep_record = true,
                                                        .rate_per_minute = 6000},
                              &p, NULL));
        printer_hear(p, printer_connect(p, 1), buffer_slice(&out), 1);
        printer_tick(p, 1000000);
        assert_int_equal(record_count_of(p->record, RECORD_PRINTED, shipped[i].want), 1);
        printer_free(p);
        zpl_label_free(&label);
        buffer_free(&text);
        buffer_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_template_is_stored_once_and_recalled_for_each_unit),
        cmocka_unit_test(group_separator_and_escapes_are_said_in_the_symbols_way),
        cmocka_unit_test(in_code_128_a_greater_sign_is_said_as_itself),
        cmocka_unit_test(bytes_that_would_be_commands_are_refused),
        cmocka_unit_test(mistakes_are_named_with_line_and_column),
        cmocka_unit_test(shipped_templates_print_their_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
