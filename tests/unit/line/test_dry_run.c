/* What would be sent. ZPL: printers reference sections 1.2, 1.4 to 1.6; ZTC 2.1 and 2.6; SPPL 3;
 * WSI 4a, its sums by hand; Codenet 4b. */
#include "support/cm.h"

#include "base/file.h"
#include "base/macros.h"
#include "line/dry_run.h"
#include "line/kinds.h"

static void run(const struct driver_options *o, struct dry_run *out) {
    struct specimen s;
    struct cm_diag diag = DIAG_INIT;
    specimen_init(&s);
    const cm_err err =
        dry_run(&(struct dry_run_plan){.driver = o, .specimen = &s, .ascii = true}, out, &diag);
    if (err != CM_OK) fail_msg("%s: %s: %s", diag.input, diag.place, diag.problem);
}

static void a_zpl_run_shows_its_bytes_and_label_one(void **state) {
    (void)state;
    const struct driver_options o = {
        .kind = &kind_zpl,
        .fields = {"code", "human", NULL},
        .template_text = slice_text("^XA^PW400^LL200^FO30,60^A0N,56,50^FD{human}^FS^XZ")};
    struct dry_run r = DRY_RUN_INIT;
    run(&o, &r);
    assert_string_equal(buffer_cstr(&r.setup_text),
                        "^XA^JZN^XZ<LF>\n~HS<LF>\n~HQES<LF>\n"
                        "! U1 getvar \"odometer.total_label_count\"<CR><LF>\n"
                        "^XA^DFR:CM.ZPL^FS\n^PW400^LL200^FO30,60^A0N,56,50^FN1^FS\n^XZ<LF>\n");
    assert_string_equal(buffer_cstr(&r.label_text),
                        "^XA^XFR:CM.ZPL^FS\n^FN1^FDTEST^FS\n^PQ1^XZ<LF>\n");
    assert_non_null(strstr(buffer_cstr(&r.preview.terminal), "TEST"));
    assert_int_equal(r.preview.width, 400);
    dry_run_wipe(&r);
}

static void other_languages_show_their_bytes_and_fields(void **state) {
    (void)state;
    static const struct {
        const struct driver_kind *kind;
        const char *setup, *label;
    } cases[] = {
        {&kind_ztc, "SEL|job|<CR>\nSCB<CR>\nSHO|code|<CR>\n", "SID|1|TEST|<CR>\n"},
        {&kind_sppl, "~SPLLTF{job}^~SPLCQD{code}^~SPPSAP^\n", "~SPLAQD{code~gt~TEST}^\n"},
        {&kind_wsi, "<STX>Mjob<ETX>\n", "<STX>Ucode<LF>\nTEST<ETX>\n"},
        {&kind_sink, "", "TEST<LF>\n"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        const struct driver_options o = {
            .kind = cases[i].kind, .fields = {"code", NULL}, .template_name = "job"};
        struct dry_run r = DRY_RUN_INIT;
        run(&o, &r);
        const char *setup = buffer_cstr(&r.setup_text);
        assert_non_null(setup);
        assert_non_null(strstr(setup, cases[i].setup));
        assert_string_equal(buffer_cstr(&r.label_text), cases[i].label);
        assert_non_null(strstr(buffer_cstr(&r.preview.terminal), "TEST"));
        dry_run_wipe(&r);
    }
}

static void a_queue_shows_its_job_and_draws_the_label_in_it(void **state) {
    (void)state;
    const struct driver_options o = {
        .kind = &kind_ipp,
        .fields = {"human", NULL},
        .name = "BATCH-run-1",
        .address = "ipp://queue.example:631/ipp/print",
        .template_text = slice_text("^XA^PW400^LL200^FO30,60^A0N,56,50^FD{human}^FS^XZ")};
    struct dry_run r = DRY_RUN_INIT;
    run(&o, &r);
    assert_non_null(strstr(buffer_cstr(&r.label_text), "BATCH-run-1"));
    assert_non_null(strstr(buffer_cstr(&r.label_text), "^FN1^FDTEST^FS"));
    assert_non_null(strstr(buffer_cstr(&r.preview.terminal), "TEST"));
    assert_int_equal(r.preview.width, 400);
    assert_int_equal(r.preview.notes.len, 0);
    dry_run_wipe(&r);
}

static void a_protocol_of_data_shows_its_bytes(void **state) {
    (void)state;
    struct buffer text = BUFFER_INIT;
    struct dry_run r = DRY_RUN_INIT;
    assert_ok(file_read(CM_SOURCE_DIR "/templates/protocols/codenet.protocol", 65536, &text, NULL));
    const struct driver_options o = {
        .kind = &kind_raw, .fields = {"code", NULL}, .template_text = buffer_slice(&text)};
    run(&o, &r);
    assert_non_null(strstr(buffer_cstr(&r.label_text), "<ESC>S001TEST<EOT>"));
    dry_run_wipe(&r);
    buffer_free(&text);
}

static void mistakes_of_the_template_come_with_their_place(void **state) {
    (void)state;
    struct specimen s;
    struct cm_diag diag = DIAG_INIT;
    struct dry_run r = DRY_RUN_INIT;
    specimen_init(&s);
    const struct driver_options o = {.kind = &kind_zpl,
                                     .fields = {"code", NULL},
                                     .template_text = slice_text("^XA\n^FD{nobody}^FS^XZ"),
                                     .template_name = "a.zpl"};
    const struct dry_run_plan plan = {.driver = &o, .specimen = &s};
    assert_err(CM_E_NOT_FOUND, dry_run(&plan, &r, &diag));
    assert_string_equal(diag.place, "line 2, column 5");
    assert_null(r.setup.p);
}

static void a_specimen_is_no_code_and_takes_the_words_of_a_batch(void **state) {
    (void)state;
    static const char *const fields[] = {"gtin", "code", "product", "human", "url", "else", NULL};
    struct specimen s;
    struct unit u;
    specimen_init(&s);
    assert_ok(specimen_word(&s, "product", slice_text("Cola 0.5 l")));
    assert_err(CM_E_ARGUMENT, specimen_word(&s, "code", slice_text("7NQ4K2")));
    assert_err(CM_E_ARGUMENT, specimen_word(&s, "url", slice_text("7NQ4K2")));
    assert_err(CM_E_NOT_FOUND, specimen_word(&s, "colour", slice_text("red")));
    static char text[SPECIMEN_TEXT_CAP];
    assert_err(CM_E_RANGE, specimen_word(&s, "line", slice_of(text, sizeof text)));
    specimen_unit(&s, fields, &u);
    assert_true(slice_equal(u.texts[0], slice_text("00000000000000")));
    assert_true(slice_equal(u.texts[1], slice_text("TEST")));
    assert_true(slice_equal(u.texts[2], slice_text("Cola 0.5 l")));
    assert_true(slice_equal(u.texts[5], slice_text("")));
    assert_ok(specimen_shape(&s, 10, 4));
    specimen_unit(&s, fields, &u);
    assert_true(slice_equal(u.texts[1], slice_text("TESTTESTTE")));
    assert_true(slice_equal(u.texts[3], slice_text("TEST-TEST-TE")));
    assert_true(slice_equal(u.texts[4], slice_text("https://example.invalid/TESTTESTTE")));
    assert_err(CM_E_RANGE, specimen_shape(&s, 65, 0));
}

static void every_byte_is_printable(void **state) {
    (void)state;
    uint8_t all[256];
    struct buffer out = BUFFER_INIT;
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    dry_run_print(slice_of(all, sizeof all), &out);
    for (size_t i = 0; i < out.len; i++)
        assert_true(out.p[i] == '\n' || (out.p[i] >= ' ' && out.p[i] < 0x7F));
    assert_non_null(strstr(buffer_cstr(&out), "<NUL><SOH><STX><ETX>\n<EOT>"));
    assert_non_null(strstr(buffer_cstr(&out), "~<7F><80>"));
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zpl_run_shows_its_bytes_and_label_one),
        cmocka_unit_test(other_languages_show_their_bytes_and_fields),
        cmocka_unit_test(a_queue_shows_its_job_and_draws_the_label_in_it),
        cmocka_unit_test(a_protocol_of_data_shows_its_bytes),
        cmocka_unit_test(mistakes_of_the_template_come_with_their_place),
        cmocka_unit_test(a_specimen_is_no_code_and_takes_the_words_of_a_batch),
        cmocka_unit_test(every_byte_is_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
