/* Folders of templates: what is taken, and that nothing from outside gets in. Pictures are the
 * shipped ones, changed byte by byte. */
#include "support/cm.h"

#include <string.h>
#include <sys/stat.h>

#include "pass/pass_check.h"
#include "pass_kit.h"
#include "support/scratch_file.h"

static cm_err read_folder(const struct scratch *dir, const char *folder, struct cm_diag *diag) {
    struct pass_folder *f = NULL;
    const cm_err err = pass_folder_read(scratch_below(dir, folder).path, &f, diag);
    if (err != CM_OK) assert_null(f);
    pass_folder_free(f);
    return err;
}

static void a_folder_is_read_by_name(void **state) {
    pass_kit_folder(*state, "good", NULL);
    CM_CLEANUP(pass_folder_freep) struct pass_folder *f = pass_kit_read(*state, "good");
    assert_int_equal(f->n, 3);
    assert_string_equal(f->files[0].name, "icon.png");
    assert_string_equal(f->files[1].image.kind, "icon");
    assert_int_equal(f->files[1].image.scale, 2);
    assert_int_equal(f->files[1].image.width, 58);
    assert_true(slice_equal(buffer_slice(&f->json), slice_text(PASS_KIT_JSON)));
}

static void translations_and_hidden_files(void **state) {
    pass_kit_folder(*state, "languages", NULL);
    const struct scratch in = scratch_below(*state, "languages");
    const struct scratch nl = scratch_below(&in, "nl.lproj");
    struct buffer icon = pass_kit_icon("icon.png");
    assert_int_equal(mkdir(nl.path, 0700), 0);
    scratch_write(scratch_below(&nl, "pass.strings").path, slice_text("\"a\" = \"b\";\n"));
    scratch_write(scratch_below(&nl, "logo.png").path, buffer_slice(&icon));
    scratch_write(scratch_below(&in, ".DS_Store").path, slice_text("x"));
    CM_CLEANUP(pass_folder_freep) struct pass_folder *f = pass_kit_read(*state, "languages");
    assert_int_equal(f->n, 5);
    assert_non_null(pass_folder_file(f, "nl.lproj/pass.strings"));
    assert_non_null(pass_folder_file(f, "nl.lproj/logo.png"));
    buffer_free(&icon);
}

/* Whatever else lies there would go to every customer. */
static void what_no_pass_holds_is_refused(void **state) {
    static const struct {
        const char *name, *remedy;
        cm_err err;
    } cases[] = {
        {"key.pem", "remove it: everything in the folder would go to every customer",
         CM_E_NOT_FOUND},
        {"icno.png", "did you mean icon.png?", CM_E_NOT_FOUND},
        {"icon@4x.png", "did you mean icon.png?", CM_E_NOT_FOUND},
        {"manifest.json", "remove it", CM_E_EXISTS},
        {"signature", "remove it", CM_E_EXISTS},
        {"pass.strings", "put it into a folder like nl.lproj", CM_E_NOT_FOUND},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        char folder[16];
        struct cm_diag diag = DIAG_INIT;
        (void)snprintf(folder, sizeof folder, "odd-%zu", i);
        pass_kit_folder(*state, folder, NULL);
        const struct scratch in = scratch_below(*state, folder);
        scratch_write(scratch_below(&in, cases[i].name).path, slice_text("{}"));
        assert_err(cases[i].err, read_folder(*state, folder, &diag));
        assert_string_equal(diag.remedy, cases[i].remedy);
        assert_non_null(strstr(diag.input, cases[i].name));
    }
}

static void pictures_from_outside_are_refused(void **state) {
    struct cm_diag diag = DIAG_INIT;
    pass_kit_folder(*state, "linked", NULL);
    const struct scratch in = scratch_below(*state, "linked");
    assert_int_equal(symlink("../good/icon.png", scratch_below(&in, "logo.png").path), 0);
    assert_err(CM_E_DENIED, read_folder(*state, "linked", &diag));
    assert_string_equal(diag.problem, "a symbolic link: its path lies outside of the pass folder");
    assert_int_equal(unlink(scratch_below(&in, "logo.png").path), 0);
    assert_int_equal(symlink("../languages/nl.lproj", scratch_below(&in, "nl.lproj").path), 0);
    assert_err(CM_E_DENIED, read_folder(*state, "linked", NULL));
    assert_int_equal(unlink(scratch_below(&in, "nl.lproj").path), 0);
    assert_int_equal(mkfifo(scratch_below(&in, "logo.png").path, 0600), 0);
    assert_err(CM_E_NOT_FOUND, read_folder(*state, "linked", NULL)); /* and does not wait for it */
}

static void a_folder_without_pass_json_or_no_folder_is_refused(void **state) {
    struct cm_diag diag = DIAG_INIT;
    const struct scratch empty = scratch_below(*state, "empty");
    assert_int_equal(mkdir(empty.path, 0700), 0);
    assert_err(CM_E_NOT_FOUND, read_folder(*state, "empty", &diag));
    assert_string_equal(diag.problem, "there is none");
    assert_err(CM_E_NOT_FOUND, read_folder(*state, "nowhere", NULL));
}

/* Whoever judges hears of everything at once, in the order of names. */
static void a_folder_is_judged_with_all_that_is_wrong_in_it(void **state) {
    CM_CLEANUP(pass_folder_freep) struct pass_folder *f = NULL;
    CM_CLEANUP(pass_report_freep) struct pass_report *r = NULL;
    pass_kit_folder(*state, "many", NULL);
    const struct scratch in = scratch_below(*state, "many");
    scratch_write(scratch_below(&in, "logo.png").path, slice_text("no picture"));
    scratch_write(scratch_below(&in, "invoice.pdf").path, slice_text("x"));
    assert_int_equal(symlink("/etc/passwd", scratch_below(&in, "strip.png").path), 0);
    assert_ok(pass_lint_folder(in.path, &f, &r, NULL));
    assert_int_equal(r->errors, 3);
    assert_non_null(strstr(r->findings[0].what.input, "many/invoice.pdf"));
    assert_string_equal(r->findings[1].what.problem, "it is not a PNG picture");
    assert_non_null(strstr(r->findings[2].what.input, "many/strip.png"));
    assert_non_null(pass_folder_file(f, "icon.png")); /* the others were read */
}

static void a_folder_that_cannot_be_read_is_one_finding(void **state) {
    struct pass_folder *f = NULL;
    CM_CLEANUP(pass_report_freep) struct pass_report *r = NULL;
    const struct scratch none = scratch_below(*state, "without");
    assert_int_equal(mkdir(none.path, 0700), 0);
    scratch_write(scratch_below(&none, "gift.json").path, slice_text("{}"));
    assert_ok(pass_lint_folder(none.path, &f, &r, NULL));
    assert_null(f);
    assert_int_equal(r->errors, 1);
    assert_string_equal(r->findings[0].what.problem, "there is none");
}

static void a_huge_file_is_refused_before_it_is_read_whole(void **state) {
    struct cm_diag diag = DIAG_INIT;
    pass_kit_folder(*state, "huge", NULL);
    const struct scratch in = scratch_below(*state, "huge");
    const struct scratch logo = scratch_below(&in, "logo.png");
    scratch_write(logo.path, slice_text("x"));
    assert_int_equal(truncate(logo.path, (off_t)1 << 40), 0); /* a terabyte of holes */
    assert_err(CM_E_LIMIT, read_folder(*state, "huge", &diag));
    assert_string_equal(diag.problem, "larger than 4 MiB");
}

/* Every cut and every changed bit of a picture is noticed: chunks have checksums. */
static void damaged_pictures_are_refused(void **state) {
    (void)state;
    struct buffer png = pass_kit_icon("icon@3x.png");
    struct pass_image image = {.kind = "icon", .scale = 3};
    assert_ok(pass_image_read(buffer_slice(&png), &image, NULL));
    assert_int_equal(image.width, 87);
    assert_int_equal(image.height, 87);
    for (size_t len = 0; len < png.len; len++)
        assert_err(CM_E_FORMAT, pass_image_read(slice_of(png.p, len), &image, NULL));
    for (size_t bit = 0; bit < 8 * png.len; bit++) {
        png.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_err(CM_E_FORMAT, pass_image_read(buffer_slice(&png), &image, NULL));
        png.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    buffer_u8(&png, 0);
    assert_err(CM_E_FORMAT, pass_image_read(buffer_slice(&png), &image, NULL));
    assert_int_equal(image.width, 87);
    buffer_free(&png);
}

/* A header that is right but for its size; the CRC was computed by zlib's crc32 (node:zlib). */
static void giant_pictures_are_refused(void **state) {
    (void)state;
    static const uint8_t png[] = {0x89, 'P',  'N', 'G', 13,  10, 26, 10,   0,    0,    0,
                                  13,   'I',  'H', 'D', 'R', 0,  1,  0x86, 0xA0, 0,    1,
                                  0x86, 0xA0, 8,   6,   0,   0,  0,  0xA8, 0x52, 0x0B, 0xC8};
    struct pass_image image = {.kind = "icon", .scale = 1};
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_LIMIT, pass_image_read(slice_of(png, sizeof png), &image, &diag));
    assert_string_equal(diag.problem, "100000x100000 pixels; a side has at most 4096");
}

/* Sizes in points: Apple, Human Interface Guidelines, Wallet; a point is a pixel, at @3x three. */
static void pictures_beside_their_place_are_doubted(void **state) {
    (void)state;
    static const struct {
        struct pass_image image;
        enum pass_style style;
        const char *doubt;
    } rows[] = {
        {{.kind = "icon", .scale = 3, .width = 87, .height = 87}, PASS_EVENT, NULL},
        {{.kind = "icon", .scale = 3, .width = 88, .height = 87}, PASS_EVENT, "larger"},
        {{.kind = "icon", .scale = 3, .width = 87, .height = 86}, PASS_EVENT, "smaller"},
        {{.kind = "icon", .scale = 3, .width = 86, .height = 87}, PASS_EVENT, "smaller"},
        {{.kind = "logo", .scale = 1, .width = 20, .height = 50}, PASS_COUPON, NULL},
        {{.kind = "logo", .scale = 1, .width = 20, .height = 51}, PASS_COUPON, "larger"},
        {{.kind = "background", .scale = 1, .width = 9, .height = 9}, PASS_EVENT, NULL},
        {{.kind = "background", .scale = 1, .width = 9, .height = 9}, PASS_COUPON, "no such"},
        {{.kind = "venueMap", .scale = 1, .width = 4096, .height = 1}, PASS_EVENT, NULL},
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        const char *doubt = pass_image_doubt(&rows[i].image, rows[i].style);
        const char *wanted = rows[i].doubt != NULL ? rows[i].doubt : "none";
        if (strstr(doubt != NULL ? doubt : "none", wanted) == NULL) fail_msg("row %zu", i);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_is_read_by_name),
        cmocka_unit_test(translations_and_hidden_files),
        cmocka_unit_test(what_no_pass_holds_is_refused),
        cmocka_unit_test(pictures_from_outside_are_refused),
        cmocka_unit_test(a_folder_without_pass_json_or_no_folder_is_refused),
        cmocka_unit_test(a_folder_is_judged_with_all_that_is_wrong_in_it),
        cmocka_unit_test(a_folder_that_cannot_be_read_is_one_finding),
        cmocka_unit_test(a_huge_file_is_refused_before_it_is_read_whole),
        cmocka_unit_test(damaged_pictures_are_refused),
        cmocka_unit_test(giant_pictures_are_refused),
        cmocka_unit_test(pictures_beside_their_place_are_doubted),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
