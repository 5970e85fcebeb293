/* Folders of orders: they appear whole or not at all, and whatever is done to one afterwards is
 * named. sha256sum and the openssl program read the same folder in tests/system/orders. */
#include "support/cm.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle_kit.h"
#include "crypto/secret.h"
#include "order/signer.h"

static int setup(void **state) {
    static struct scratch dir;
    assert_ok(crypto_init());
    assert_true(scratch_make(&dir));
    *state = &dir;
    return 0;
}

static int teardown(void **state) {
    scratch_remove(((struct scratch *)*state)->path);
    return 0;
}

static struct scratch in_order(const struct scratch *dir, const char *file) {
    const struct scratch folder = scratch_below(dir, "ORDER-000012");
    return scratch_below(&folder, file);
}

static struct bundle_report *verify_as(const struct scratch *dir, struct bundle_demands demands) {
    const struct sign_public key = kit_key();
    if (demands.key == NULL) demands.key = &key;
    struct bundle_report *r = NULL;
    assert_ok(bundle_verify(scratch_below(dir, "ORDER-000012").path, &demands, &r, NULL));
    return r;
}

/* The only finding must be this one. */
static void finds_as(const struct scratch *dir, struct bundle_demands demands, const char *file,
                     const char *problem) {
    CM_CLEANUP(bundle_report_freep) struct bundle_report *r = verify_as(dir, demands);
    if (r->n == 0) fail_msg("nothing was found; wanted: %s %s", file, problem);
    assert_string_equal(r->findings[0].file, file);
    if (strstr(r->findings[0].problem, problem) == NULL)
        fail_msg("found '%s', wanted '%s'", r->findings[0].problem, problem);
}

static void finds(const struct scratch *dir, const char *file, const char *problem) {
    finds_as(dir, (struct bundle_demands){.mode = BUNDLE_ANY_MODE}, file, problem);
}

static void a_folder_is_made_whole_and_passes_the_check(void **state) {
    const struct scratch *dir = *state;
    struct manifest m = kit_manifest();
    const struct hash256 sum = kit_publish(dir, "ORDER-000012", &m);
    CM_CLEANUP(bundle_report_freep)
    struct bundle_report *r = verify_as(dir, (struct bundle_demands){.mode = BUNDLE_TEST});
    assert_int_equal(r->n, 0);
    assert_int_equal(r->files_n, 3); /* two sealed ones and signer.pem */
    assert_memory_equal(r->manifest->sha256.b, sum.b, HASH_LEN);
    assert_int_not_equal(access(scratch_below(dir, "ORDER-000012.part").path, F_OK), 0);
}

static void what_is_not_published_is_removed_and_what_is_there_stays(void **state) {
    const struct scratch *dir = *state;
    struct bundle *b = NULL;
    int fd = -1;
    assert_ok(bundle_begin(dir->path, "ORDER-000012", &b, NULL));
    assert_ok(bundle_file(b, "cards-1.cms", &fd, NULL));
    assert_int_equal(close(fd), 0);
    assert_err(CM_E_EXISTS, bundle_file(b, "cards-1.cms", &fd, NULL));
    assert_err(CM_E_RANGE, bundle_file(b, "../x", &fd, NULL));
    assert_err(CM_E_RANGE, bundle_file(b, BUNDLE_SIGNER, &fd, NULL));
    bundle_close(b);
    assert_int_not_equal(access(scratch_below(dir, "ORDER-000012.part").path, F_OK), 0);
    /* A crash left a part behind: the next one begins anew. */
    assert_int_equal(mkdir(scratch_below(dir, "ORDER-000012.part").path, 0700), 0);
    scratch_write(scratch_below(dir, "ORDER-000012.part/old").path, slice_text("x"));
    struct manifest m = kit_manifest();
    (void)kit_publish(dir, "ORDER-000012", &m);
    assert_err(CM_E_EXISTS, bundle_begin(dir->path, "ORDER-000012", &b, NULL));
    assert_err(CM_E_RANGE, bundle_begin(dir->path, "a/b", &b, NULL));
}

static void a_file_that_is_not_what_was_written_is_not_signed(void **state) {
    const struct scratch *dir = *state;
    struct bundle *b = NULL;
    int fd = -1;
    assert_ok(bundle_begin(dir->path, "ORDER-000012", &b, NULL));
    struct manifest m = kit_manifest();
    m.files_n = 1;
    assert_err(CM_E_NOT_FOUND, bundle_publish(b, &m, &kit_seed, slice_of(NULL, 0), NULL, NULL));
    assert_ok(bundle_file(b, "cards-1.cms", &fd, NULL));
    assert_int_equal(close(fd), 0);
    assert_err(CM_E_CONFLICT, bundle_publish(b, &m, &kit_seed, slice_of(NULL, 0), NULL, NULL));
    bundle_close(b);
}

static void cut_flipped_swapped_missing_and_strange_files_are_named(void **state) {
    const struct scratch *dir = *state;
    struct manifest m = kit_manifest();
    (void)kit_publish(dir, "ORDER-000012", &m);
    const struct scratch one = in_order(dir, "cards-1.cms"), two = in_order(dir, "cards-2.cms"),
                         aside = in_order(dir, "aside");
    struct buffer file = scratch_read(one.path);
    scratch_write(one.path, slice_of(file.p, file.len - 1));
    finds(dir, "cards-1.cms", "is cut: ");
    /* Cut in the middle of its head it is no sealed file any more, which is said, too. */
    scratch_write(one.path, slice_of(file.p, 40));
    finds(dir, "cards-1.cms", "is not a sealed file");
    scratch_write(one.path, slice_of(file.p, file.len - 1));
    finds(dir, "cards-1.cms", "is cut: ");
    file.p[file.len / 2] ^= 1;
    scratch_write(one.path, buffer_slice(&file));
    finds(dir, "cards-1.cms", "was changed");
    file.p[file.len / 2] ^= 1;
    scratch_write(one.path, buffer_slice(&file));
    assert_int_equal(rename(one.path, aside.path), 0);
    finds(dir, "cards-1.cms", "is missing");
    assert_int_equal(symlink("aside", one.path), 0);
    finds(dir, "cards-1.cms", "is not a plain file");
    assert_int_equal(unlink(one.path), 0);
    assert_int_equal(rename(two.path, one.path), 0);
    assert_int_equal(rename(aside.path, two.path), 0);
    CM_CLEANUP(bundle_report_freep)
    struct bundle_report *r = verify_as(dir, (struct bundle_demands){.mode = BUNDLE_ANY_MODE});
    assert_int_equal(r->n, 2);
    assert_string_equal(r->findings[0].file, "cards-1.cms");
    assert_string_equal(r->findings[0].problem,
                        "has the content of cards-2.cms: the files are swapped");
    assert_string_equal(r->findings[1].problem,
                        "has the content of cards-1.cms: the files are swapped");
    assert_int_equal(rename(one.path, aside.path), 0);
    assert_int_equal(rename(two.path, one.path), 0);
    assert_int_equal(rename(aside.path, two.path), 0);
    scratch_write(in_order(dir, "extra\x1b.csv").path, slice_text("x"));
    finds(dir, "extra?.csv", "is not in the manifest");
    buffer_free(&file);
}

static void papers_that_say_something_else_are_named(void **state) {
    const struct scratch *dir = *state;
    static const char *const papers[] = {BUNDLE_JSON, BUNDLE_TEXT, BUNDLE_SUMS};
    struct manifest m = kit_manifest();
    (void)kit_publish(dir, "ORDER-000012", &m);
    for (size_t i = 0; i < CM_ARRAY_N(papers); i++) {
        struct buffer file = scratch_read(in_order(dir, papers[i]).path);
        file.p[file.len / 2] ^= 1;
        scratch_write(in_order(dir, papers[i]).path, buffer_slice(&file));
        finds(dir, papers[i], "does not say what the manifest says");
        file.p[file.len / 2] ^= 1;
        scratch_write(in_order(dir, papers[i]).path, buffer_slice(&file));
        buffer_free(&file);
    }
    struct buffer file = scratch_read(in_order(dir, BUNDLE_MANIFEST).path);
    file.p[file.len / 2] ^= 1;
    scratch_write(in_order(dir, BUNDLE_MANIFEST).path, buffer_slice(&file));
    finds(dir, BUNDLE_MANIFEST, "not signed with this key");
    assert_int_equal(unlink(in_order(dir, BUNDLE_MANIFEST).path), 0);
    finds(dir, BUNDLE_MANIFEST, "is missing");
    buffer_free(&file);
}

static void a_test_order_is_no_live_one_and_a_stranger_no_recipient(void **state) {
    const struct scratch *dir = *state;
    struct manifest m = kit_manifest();
    (void)kit_publish(dir, "ORDER-000012", &m);
    finds_as(dir, (struct bundle_demands){.mode = BUNDLE_LIVE}, BUNDLE_MANIFEST, "is a TEST order");
    CM_CLEANUP(recipient_freep) struct recipient *bureau = kit_bureau();
    CM_CLEANUP(recipient_freep) struct recipient *other = NULL;
    assert_ok(p256_hold(&(struct cm_key){{99}}, &other, NULL));
    CM_CLEANUP(bundle_report_freep)
    struct bundle_report *r = verify_as(dir, (struct bundle_demands){.to = bureau});
    assert_int_equal(r->n, 0);
    finds_as(dir, (struct bundle_demands){.to = other}, BUNDLE_MANIFEST,
             "no file is sealed to that certificate");
    struct sign_public stranger;
    sign_public_of(&(struct cm_key){{1}}, &stranger);
    finds_as(dir, (struct bundle_demands){.key = &stranger}, BUNDLE_MANIFEST, "not signed");
}

static void deliveries_follow_each_other(void **state) {
    const struct scratch *dir = *state;
    struct manifest first = kit_manifest();
    const struct hash256 sum = kit_publish(dir, "ORDER-000011", &first);
    struct buffer before = scratch_read(scratch_below(dir, "ORDER-000011/manifest.cose").path);
    struct manifest m = kit_manifest();
    m.sequence = 2;
    m.has_previous = true;
    m.previous = sum;
    (void)kit_publish(dir, "ORDER-000012", &m);
    const struct bundle_demands demands = {.previous = buffer_slice(&before)};
    CM_CLEANUP(bundle_report_freep) struct bundle_report *r = verify_as(dir, demands);
    assert_int_equal(r->n, 0);
    scratch_remove(scratch_below(dir, "ORDER-000012").path);
    m.sequence = 3; /* the sender withdrew number 2: the chain says that nothing lacks */
    (void)kit_publish(dir, "ORDER-000012", &m);
    CM_CLEANUP(bundle_report_freep) struct bundle_report *passed_over = verify_as(dir, demands);
    assert_int_equal(passed_over->n, 0);
    scratch_remove(scratch_below(dir, "ORDER-000012").path);
    m.sequence = 1;
    (void)kit_publish(dir, "ORDER-000012", &m);
    finds_as(dir, demands, BUNDLE_MANIFEST, "is delivery 1 after delivery 1");
    scratch_remove(scratch_below(dir, "ORDER-000012").path);
    m.sequence = 2;
    m.previous.b[0] ^= 1;
    (void)kit_publish(dir, "ORDER-000012", &m);
    finds_as(dir, demands, BUNDLE_MANIFEST, "does not follow the previous manifest");
    before.p[before.len - 1] ^= 1;
    finds_as(dir, demands, BUNDLE_MANIFEST, "the previous manifest is not one");
    buffer_free(&before);
}

static void the_signers_certificate_is_made_once_and_never_replaced(void **state) {
    const struct scratch *dir = *state;
    struct buffer first = BUFFER_INIT, second = BUFFER_INIT;
    const struct cm_key seed = {{1}}, other = {{2}};
    struct cm_diag diag = DIAG_INIT;
    assert_ok(signer_open(dir->path, &seed, "Ärzte und andere, die sehr lange Namen haben wollen",
                          1795000000, NULL, &first, &diag));
    assert_ok(signer_open(dir->path, &seed, "x", 1895000000, NULL, &second, &diag));
    assert_true(slice_equal(buffer_slice(&first), buffer_slice(&second)));
    assert_err(CM_E_CONFLICT, signer_open(dir->path, &other, "x", 1, NULL, &second, &diag));
    scratch_write(scratch_below(dir, SIGNER_FILE).path, slice_text("nothing"));
    assert_err(CM_E_FORMAT, signer_open(dir->path, &seed, "x", 1, NULL, &second, NULL));
    buffer_free(&first);
    buffer_free(&second);
}

/* The text is what `openssl pkey -pubout` writes for the key of RFC 8410 section 10.1. */
static void the_manifests_key_goes_out_as_pem(void **state) {
    (void)state;
    static const char want[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                               "-----END PUBLIC KEY-----\n";
    struct sign_public key = {{0}}, back;
    assert_ok(signer_public_read(slice_text(want), &key, NULL));
    assert_int_equal(key.b[0], 0x19);
    struct buffer pem = BUFFER_INIT;
    signer_public_pem(&key, &pem);
    assert_true(slice_equal(buffer_slice(&pem), slice_text(want)));
    assert_ok(signer_public_read(slice_of(want, sizeof want - 2), &back, NULL)); /* no line end */
    for (size_t len = 0; len < sizeof want - 2; len++)
        assert_err(CM_E_FORMAT, signer_public_read(slice_of(want, len), &back, NULL));
    buffer_free(&pem);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_folder_is_made_whole_and_passes_the_check),
        TEST(what_is_not_published_is_removed_and_what_is_there_stays),
        TEST(a_file_that_is_not_what_was_written_is_not_signed),
        TEST(cut_flipped_swapped_missing_and_strange_files_are_named),
        TEST(papers_that_say_something_else_are_named),
        TEST(a_test_order_is_no_live_one_and_a_stranger_no_recipient),
        TEST(deliveries_follow_each_other),
        TEST(the_signers_certificate_is_made_once_and_never_replaced),
        TEST(the_manifests_key_goes_out_as_pem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
