/* Pictures that differ from row to row: what is taken, and that nothing from outside of the folder
 * is. Pictures are the shipped icons under other names; hashes by crypto/sha1.h, which sha1sum
 * judges in test_pkpass.c and unzip and node:crypto in tests/system/passes. */
#include "support/cm.h"

#include <string.h>
#include <sys/stat.h>

#include "crypto/sha1.h"
#include "pass/row_images.h"
#include "pass_kit.h"
#include "support/scratch_file.h"

static const char *const columns[] = {"photo", "tier"};

/* A copy of a shipped icon at a path below the folder; its hash. */
static void put_icon(const struct scratch *folder, const char *path, const char *icon,
                     char sha1[static SHA1_HEX_CAP]) {
    CM_CLEANUP(buffer_free) struct buffer png = pass_kit_icon(icon);
    scratch_write(scratch_below(folder, path).path, buffer_slice(&png));
    assert_ok(sha1_hex(buffer_slice(&png), sha1));
}

/* A folder with pictures for rows; the template's own files beside them. */
static struct scratch make_folder(const struct scratch *dir, const char *name) {
    pass_kit_folder(dir, name, NULL);
    const struct scratch folder = scratch_below(dir, name);
    assert_int_equal(mkdir(scratch_below(&folder, "images").path, 0700), 0);
    return folder;
}

static cm_err open_images(const struct pass_folder *folder, const char *kind, const char *pattern,
                          struct row_images **out, struct cm_diag *diag) {
    const struct row_image_choice choice = {.kind = kind, .pattern = pattern};
    const struct row_images_options options = {.choices = &choice,
                                               .n = 1,
                                               .columns = columns,
                                               .column_n = CM_ARRAY_N(columns),
                                               .style = PASS_STORE};
    return row_images_new(folder, &options, out, diag);
}

static cm_err take_row(struct row_images *r, const char *photo, struct row_part *parts, size_t *n,
                       struct cm_diag *diag) {
    const struct cm_slice cells[] = {slice_text(photo), slice_text("gold")};
    return row_images_take(r, cells, parts, n, diag);
}

static void a_row_chooses_its_picture_with_its_larger_ones(void **state) {
    char gold[SHA1_HEX_CAP], gold2[SHA1_HEX_CAP];
    const struct scratch folder = make_folder(*state, "usage");
    struct row_part parts[ROW_PARTS_MAX];
    struct row_images *r = NULL;
    size_t n = 0;
    put_icon(&folder, "images/gold.png", "icon.png", gold);
    put_icon(&folder, "images/gold@2x.png", "icon@2x.png", gold2);
    CM_CLEANUP(pass_folder_freep) struct pass_folder *f = pass_kit_read(*state, "usage");
    assert_ok(open_images(f, "strip", "images/{tier}.png", &r, NULL));
    assert_ok(take_row(r, "", parts, &n, NULL));
    assert_int_equal(n, 2);
    assert_string_equal(parts[0].name, "strip.png");
    assert_string_equal(parts[0].sha1, gold);
    assert_string_equal(parts[1].name, "strip@2x.png");
    assert_string_equal(parts[1].sha1, gold2);
    assert_true(row_images_replace(r, "strip"));
    assert_false(row_images_replace(r, "logo"));
    row_images_free(r);
}

/* images/ itself is nobody's: what is not chosen is in no pass. */
static void an_empty_path_keeps_the_folders_own(void **state) {
    char sum[SHA1_HEX_CAP];
    const struct scratch folder = make_folder(*state, "empty");
    struct row_part parts[ROW_PARTS_MAX];
    struct row_images *r = NULL;
    size_t n = 7;
    put_icon(&folder, "images/a.png", "icon.png", sum);
    CM_CLEANUP(pass_folder_freep) struct pass_folder *f = pass_kit_read(*state, "empty");
    assert_int_equal(f->n, 3);
    assert_ok(open_images(f, "logo", "{photo}", &r, NULL));
    assert_ok(take_row(r, "", parts, &n, NULL));
    assert_int_equal(n, 0);
    assert_false(row_images_replace(r, "logo"));
    assert_int_equal(row_images_doubtful(r), 0);
    row_images_free(r);
}

/* Many more than are kept, to and fro: each row gets its own. */
static void pictures_of_many_rows_are_never_mixed_up(void **state) {
    static const char *const icons[] = {"icon.png", "icon@2x.png", "icon@3x.png"};
    enum { PICTURES = 40 };
    char sums[PICTURES][SHA1_HEX_CAP], path[32];
    const struct scratch folder = make_folder(*state, "many");
    struct row_part parts[ROW_PARTS_MAX];
    struct row_images *r = NULL;
    size_t n = 0;
    for (unsigned i = 0; i < PICTURES; i++) {
        (void)snprintf(path, sizeof path, "images/%u.png", i);
        put_icon(&folder, path, icons[i % 3], sums[i]);
    }
    CM_CLEANUP(pass_folder_freep) struct pass_folder *f = pass_kit_read(*state, "many");
    assert_ok(open_images(f, "logo", "{photo}", &r, NULL));
    for (unsigned row = 0; row < 400; row++) {
        const unsigned i = row % 3 == 0 ? 0 : row * 7 % PICTURES;
        (void)snprintf(path, sizeof path, "images/%u.png", i);
        assert_ok(take_row(r, path, parts, &n, NULL));
        assert_int_equal(n, 1);
        assert_string_equal(parts[0].sha1, sums[i]);
    }
    row_images_free(r);
}

/* What leads outside is said before anything is opened; a link at the moment it is met. */
static void paths_that_lead_outside_or_nowhere_are_refused(void **state) {
    static const struct {
        const char *path, *problem;
        cm_err err;
    } cases[] = {
        {"../good.png", "its path leads outside of the pass folder (\"..\")", CM_E_DENIED},
        {"images/../../good.png", "its path leads outside of the pass folder (\"..\")",
         CM_E_DENIED},
        {"images/../images/a.png", "its path leads outside of the pass folder (\"..\")",
         CM_E_DENIED},
        {"/etc/a.png", "an absolute path: it lies outside of the pass folder", CM_E_DENIED},
        {"images/link.png", "a symbolic link: its path lies outside of the pass folder",
         CM_E_DENIED},
        {"away/a.png", "a symbolic link: its path lies outside of the pass folder", CM_E_DENIED},
        {"images//a.png", "its path has a step that is empty or \".\"", CM_E_FORMAT},
        {"./a.png", "its path has a step that is empty or \".\"", CM_E_FORMAT},
        {"images/a.png/x.png", "there is no such file in the pass folder", CM_E_NOT_FOUND},
        {"images/b.png", "there is no such file in the pass folder", CM_E_NOT_FOUND},
        {"images/A.png", "there is no such file in the pass folder", CM_E_NOT_FOUND},
        {"images/folder.png", "it is not a file", CM_E_FORMAT},
        {"images/pipe.png", "it is not a file", CM_E_FORMAT}, /* and is not waited for */
        {"images/a.jpg", "the name of a picture of a pass ends with .png", CM_E_FORMAT},
        {"images/a", "the name of a picture of a pass ends with .png", CM_E_FORMAT},
        {"images/text.png", "it is not a PNG picture", CM_E_FORMAT},
        {"images/huge.png", "larger than 4194304 bytes", CM_E_LIMIT},
    };
    char sum[SHA1_HEX_CAP];
    const struct scratch folder = make_folder(*state, "outside");
    put_icon(&folder, "images/a.png", "icon.png", sum);
    put_icon(*state, "good.png", "icon.png", sum);
    scratch_write(scratch_below(&folder, "images/text.png").path, slice_text("text"));
    scratch_write(scratch_below(&folder, "images/huge.png").path, slice_text("x"));
    assert_int_equal(truncate(scratch_below(&folder, "images/huge.png").path, (off_t)1 << 40), 0);
    assert_int_equal(mkdir(scratch_below(&folder, "images/folder.png").path, 0700), 0);
    assert_int_equal(mkfifo(scratch_below(&folder, "images/pipe.png").path, 0600), 0);
    assert_int_equal(symlink("../../good.png", scratch_below(&folder, "images/link.png").path), 0);
    CM_CLEANUP(pass_folder_freep) struct pass_folder *f = pass_kit_read(*state, "outside");
    assert_int_equal(symlink("images", scratch_below(&folder, "away").path), 0);
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct row_images *r = NULL;
        struct row_part parts[ROW_PARTS_MAX];
        struct cm_diag diag = DIAG_INIT;
        size_t n = 0;
        assert_ok(open_images(f, "strip", "{photo}", &r, NULL));
        const cm_err err = take_row(r, cases[i].path, parts, &n, &diag);
        if (err != cases[i].err || strcmp(diag.problem, cases[i].problem) != 0)
            fail_msg("%s: %s, %s", cases[i].path, cm_err_name(err), diag.problem);
        assert_string_equal(diag.place, "--image strip");
        assert_true(diag.remedy[0] != '\0' || err == CM_E_LIMIT);
        assert_null(strstr(diag.remedy, cases[i].path)); /* a cell may hold a code */
        row_images_free(r);
    }
}

static void a_damaged_larger_one_is_not_passed_over(void **state) {
    char sum[SHA1_HEX_CAP];
    const struct scratch folder = make_folder(*state, "larger");
    struct row_part parts[ROW_PARTS_MAX];
    struct cm_diag diag = DIAG_INIT;
    struct row_images *r = NULL;
    size_t n = 0;
    put_icon(&folder, "images/a.png", "icon.png", sum);
    scratch_write(scratch_below(&folder, "images/a@3x.png").path, slice_text("text"));
    CM_CLEANUP(pass_folder_freep) struct pass_folder *f = pass_kit_read(*state, "larger");
    assert_ok(open_images(f, "logo", "{photo}", &r, NULL));
    assert_err(CM_E_FORMAT, take_row(r, "images/a.png", parts, &n, &diag));
    assert_string_equal(diag.problem, "its companion @3x: it is not a PNG picture");
    row_images_free(r);
}

static void pictures_that_wallet_does_not_show_are_refused_or_counted(void **state) {
    char sum[SHA1_HEX_CAP];
    const struct scratch folder = make_folder(*state, "kinds");
    struct row_part parts[ROW_PARTS_MAX];
    struct row_images *r = NULL;
    struct cm_diag diag = DIAG_INIT;
    size_t n = 0;
    put_icon(&folder, "images/a.png", "icon@2x.png", sum); /* 58x58 where 29x29 fit */
    assert_int_equal(mkdir(scratch_below(&folder, "nl.lproj").path, 0700), 0);
    put_icon(&folder, "nl.lproj/strip.png", "icon.png", sum);
    CM_CLEANUP(pass_folder_freep) struct pass_folder *f = pass_kit_read(*state, "kinds");
    assert_err(CM_E_CONFLICT, open_images(f, "thumbnail", "{photo}", &r, &diag));
    assert_string_equal(diag.problem, "Wallet shows no such picture in the style storeCard");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_CONFLICT, open_images(f, "strip", "{photo}", &r, &diag));
    assert_string_equal(diag.problem, "nl.lproj/strip.png would hide the picture of every row");
    assert_err(CM_E_NOT_FOUND, open_images(f, "stripe", "{photo}", &r, NULL));
    assert_err(CM_E_NOT_FOUND, open_images(f, "logo@2x", "{photo}", &r, NULL));
    assert_err(CM_E_NOT_FOUND, open_images(f, "logo", "{foto}", &r, NULL));
    assert_null(r);
    assert_ok(open_images(f, "icon", "{photo}", &r, NULL));
    assert_ok(take_row(r, "images/a.png", parts, &n, NULL));
    assert_ok(take_row(r, "icon.png", parts, &n, NULL));
    assert_int_equal(row_images_doubtful(r), 1);
    row_images_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_chooses_its_picture_with_its_larger_ones),
        cmocka_unit_test(an_empty_path_keeps_the_folders_own),
        cmocka_unit_test(pictures_of_many_rows_are_never_mixed_up),
        cmocka_unit_test(paths_that_lead_outside_or_nowhere_are_refused),
        cmocka_unit_test(a_damaged_larger_one_is_not_passed_over),
        cmocka_unit_test(pictures_that_wallet_does_not_show_are_refused_or_counted),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
