/* Line protocols as data. The bytes of Codenet and NGPCL: printers' reference sections 4b, 4c. */
#include "support/cm.h"

#include <dirent.h>

#include "base/file.h"
#include "line/kinds.h"
#include "line/protocol.h"
#include "line/zpl_label.h"

static const char *const fields[] = {"code", NULL};

static cm_err read(struct line_protocol *p, const char *text, struct cm_diag *diag) {
    return protocol_read(p, slice_text(text), "site.protocol", fields, diag);
}

#define USUAL "unit S{code}\nack \\x06\nstatus ?\nstatus-answer <state>\\r\n"

static void a_site_describes_its_coder_in_a_few_lines(void **state) {
    (void)state;
    struct line_protocol p;
    size_t len = 0;
    struct cm_slice value = {.p = NULL};
    assert_ok(read(&p,
                   "# our coder\nname site\nconfidence low\nmodel slot\nbegin \\x1b\nend \\x04\n"
                   "unit S001{code}\nack \\x06\nrefuse \\x15<1><1><1>\nstatus O?\n"
                   "status-answer \\x1bO<state>\\x04\nmeans running 1\n",
                   NULL));
    const struct cm_slice answer = slice_text("\x1bO12\x04rest");
    assert_int_equal(protocol_match(&p, &p.status_answer, answer, &len, &value), MATCH_WHOLE);
    assert_int_equal(len, 5);
    assert_true(slice_equal(value, slice_text("12")));
    for (size_t cut = 0; cut < 5; cut++)
        assert_int_equal(
            protocol_match(&p, &p.status_answer, slice_of(answer.p, cut), &len, &value),
            MATCH_PARTLY);
    assert_int_equal(protocol_match(&p, &p.refuses[0],
                                    slice_text("\x15"
                                               "02"),
                                    &len, &value),
                     MATCH_PARTLY);
    assert_int_equal(protocol_match(&p, &p.refuses[0], slice_text("x"), &len, &value), MATCH_NO);
    protocol_wipe(&p);
}

static void mistakes_are_named_with_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *text, *place;
        cm_err err;
    } bad[] = {
        {"", "line 0, column 1", CM_E_FORMAT},
        {USUAL "colour red\n", "line 5, column 1", CM_E_FORMAT},
        {USUAL "begin \\q\n", "line 5, column 7", CM_E_FORMAT},
        {USUAL "begin a\\x1\n", "line 5, column 8", CM_E_FORMAT},
        {USUAL "on A{nobody}\n", "line 5, column 5", CM_E_NOT_FOUND},
        {USUAL "on A{code\n", "line 5, column 5", CM_E_FORMAT},
        {USUAL "unit B{code}\n", "line 5, column 6", CM_E_FORMAT},
        {USUAL "model queue\n", "line 5, column 7", CM_E_FORMAT},
        {USUAL "window 0\n", "line 5, column 8", CM_E_FORMAT},
        {USUAL "window 9\n", "line 5, column 1", CM_E_FORMAT},
        {USUAL "count A\n", "line 5, column 1", CM_E_FORMAT},
        {USUAL "count-answer <count>\n", "line 5, column 21", CM_E_FORMAT},
        {USUAL "printed <*><*>a\n", "line 5, column 12", CM_E_FORMAT},
        {USUAL "printed <count>a\n", "line 5, column 9", CM_E_FORMAT},
        {USUAL "means merry 1\n", "line 5, column 7", CM_E_FORMAT},
        {"unit {code}\nack a\n", "line 2, column 1", CM_E_FORMAT},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct line_protocol p;
        struct cm_diag diag = DIAG_INIT;
        assert_err(bad[i].err, read(&p, bad[i].text, &diag));
        assert_string_equal(diag.place, bad[i].place);
        assert_null(p.bytes.p);
    }
}

/* Lines that are each right, and no protocol together. */
static void files_that_would_make_a_driver_guess_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        USUAL "end !\n", /* a text with ! ends its frame */
        "unit S{code}|\nack +\ncount ?\ncount-answer #<count>.\n", /* and one with | its field */
        USUAL "setup M{message};\n",
        USUAL "forbid ;\nsetup M{message}{code};\n", /* where does the one end? */
        USUAL "refuse \\x06N\n",                     /* the yes is heard first */
        USUAL "refuse <1>\nprinted P\n",             /* every byte is a no */
        USUAL "ack +\ncount #\ncount-answer +<count>\\r\n",
        USUAL "on Y\n",
        "unit S{code}\nack +\ncount ?\ncount-answer #<count>.\nmeans running 1\n",
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag = DIAG_INIT;
        if (protocol_lint(slice_text(bad[i]), "site", &diag) != CM_E_FORMAT)
            fail_msg("not refused: %s", bad[i]);
        assert_true(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
    }
    assert_ok(protocol_lint(slice_text(USUAL "end !\nforbid !\n"), "site", NULL));
}

/* A third coder, which nobody makes: a queue with a print counter, sums over its frames, no
 * acknowledgement of prints. What the file says is all that is needed. */
static void a_site_adds_a_coder_without_compiling(void **state) {
    (void)state;
    static const char coder[] = "name marker-9\n"
                                "about an invented coder on TCP port 5000\n"
                                "confidence low\n"
                                "model fifo\nwindow 3\n"
                                "begin \\x01\nend \\x03\nchecksum sum8\nforbid ;\n"
                                "setup L{message};\n"
                                "unit T{code};\n"
                                "ack A\\x03\nrefuse N<1>\\x03\n"
                                "status S\nstatus-answer S<state:1>\\x03\n"
                                "means running R\nmeans paper-out P\n"
                                "count C\ncount-answer C<count>\\x03\n";
    struct driver *d = NULL;
    const struct driver_options o = {.kind = &kind_raw,
                                     .fields = {"code"},
                                     .template_text = slice_text(coder),
                                     .template_name = "BOX",
                                     .poll_ms = 500,
                                     .rest_ms = 1};
    /* Sums of the bytes between, by hand: S = 53, C = 43, L + B + O + X + ; = 170. */
    static const struct {
        uint64_t ms;
        const char *we, *it;
    } talk[] = {{200, "\x01S53\x03", "SR\x03"},
                {201,
                 "\x01"
                 "C43\x03",
                 "C10\x03"},
                {800, "\x01S53\x03", "SR\x03"},
                {801,
                 "\x01"
                 "C43\x03",
                 "C10\x03"},
                {802, "\x01LBOX;70\x03", "A\x03"},
                {803, "\x01T7;C6\x03", "A\x03"},
                {804, "\x01T8;C7\x03", "A\x03"},
                {1400, "\x01S53\x03", "SP\x03"},
                {1401,
                 "\x01"
                 "C43\x03",
                 "C12\x03"}};
    assert_ok(driver_new(&o, &d, NULL));
    driver_connected(d, 0);
    for (size_t i = 0; i < CM_ARRAY_N(talk); i++) {
        const uint64_t now_us = talk[i].ms * 1000;
        const struct unit u = {.serial = i, .texts = {slice_text(i == 5 ? "7" : "8")}};
        driver_tick(d, now_us);
        if (i == 5 || i == 6) assert_ok(driver_give(d, &u, now_us, NULL));
        if (!slice_equal(driver_out(d), slice_text(talk[i].we)))
            fail_msg("%zu: %.*s", i, (int)driver_out(d).len, (const char *)driver_out(d).p);
        driver_left(d, driver_out(d).len, now_us);
        driver_hear(d, slice_text(talk[i].it), now_us + 1);
    }
    assert_int_equal(driver_fated(d, FATE_PRINTED), 2);
    assert_int_equal(driver_state(d), DRIVER_PAPER_OUT);
    driver_free(d);
}

typedef cm_err judge(struct cm_slice text, const char *name, struct cm_diag *diag);

static cm_err judge_protocol(struct cm_slice text, const char *name, struct cm_diag *diag) {
    return protocol_lint(text, name, diag);
}

static cm_err judge_label(struct cm_slice text, const char *name, struct cm_diag *diag) {
    struct zpl_label label;
    TRY(zpl_label_compile(&label, text, name, NULL, diag));
    zpl_label_free(&label);
    return CM_OK;
}

/* The linter of what a site may write: how many files of the folder are sound. */
static size_t sound_files(const char *folder, judge *file) {
    size_t n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        char path[1024];
        struct buffer text = BUFFER_INIT;
        struct cm_diag diag = DIAG_INIT;
        if (e->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        assert_ok(file_read(path, PROTOCOL_MAX, &text, NULL));
        if (file(buffer_slice(&text), e->d_name, &diag) != CM_OK)
            fail_msg("%s: %s: %s", diag.input, diag.place, diag.problem);
        buffer_free(&text);
        n++;
    }
    (void)closedir(dir);
    return n;
}

static void everything_shipped_is_sound(void **state) {
    (void)state;
    assert_true(sound_files(CM_SOURCE_DIR "/templates/protocols", judge_protocol) >= 2);
    assert_true(sound_files(CM_SOURCE_DIR "/templates/labels", judge_label) >= 3);
}

/* Section 8: "> 1B 53 30 30 31 <text> 04 < 06 (line prints) < 1C". */
static void codenet_says_what_the_reference_says(void **state) {
    (void)state;
    struct buffer text = BUFFER_INIT;
    struct driver *d = NULL;
    assert_ok(file_read(CM_SOURCE_DIR "/templates/protocols/codenet.protocol", PROTOCOL_MAX, &text,
                        NULL));
    const struct driver_options o = {
        .kind = &kind_raw, .fields = {"code"}, .template_text = buffer_slice(&text), .rest_ms = 1};
    assert_ok(driver_new(&o, &d, NULL));
    const struct {
        const char *we, *it;
    } talk[] = {{"\x1bQ1N\x04", "\x06"},
                {"\x1bO1?\x04", "\x1bO100010\x04"},
                {"\x1bI1A\x04", "\x06"},
                {"\x1bS001TEXT\x04", "\x06"},
                {"\x1bQ1Y\x04", "\x06\x1c"}};
    driver_connected(d, 0);
    for (size_t i = 0; i < CM_ARRAY_N(talk); i++) {
        const uint64_t now_us = (i + 1) * 5000;
        const struct unit u = {.serial = 3, .texts = {slice_text("TEXT")}};
        if (i == 3) assert_ok(driver_give(d, &u, now_us, NULL));
        assert_true(slice_equal(driver_out(d), slice_text(talk[i].we)));
        driver_left(d, driver_out(d).len, now_us);
        driver_hear(d, slice_text(talk[i].it), now_us);
    }
    assert_int_equal(driver_fated(d, FATE_PRINTED), 1);
    driver_free(d);
    buffer_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_describes_its_coder_in_a_few_lines),
        cmocka_unit_test(mistakes_are_named_with_line_and_column),
        cmocka_unit_test(files_that_would_make_a_driver_guess_are_refused),
        cmocka_unit_test(a_site_adds_a_coder_without_compiling),
        cmocka_unit_test(everything_shipped_is_sound),
        cmocka_unit_test(codenet_says_what_the_reference_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
