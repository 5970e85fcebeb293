/* The n-th failing allocation, on the whole way of a wallet pass: folder, certificate, template,
 * filling, signing, checking; and of a link. Every failure is told, none is taken for an answer,
 * and nothing leaks (the sanitizer build looks). */
#include "support/cm.h"

#include <string.h>

#include "pass/google.h"
#include "pass/pkpass.h"
#include "pass/pkpass_verify.h"
#include "support/pass_ca.h"
#include "support/starve.h"

#define NOW_S 1790000000u

static const char *const columns[] = {"serial", "code", "balance"};
static const char link_template[] =
    "{\"payload\":{\"offerObjects\":[{\"id\":\"1.{serial}\",\"classId\":\"1.a\",\"state\":"
    "\"ACTIVE\",\"barcode\":{\"type\":\"QR_CODE\",\"value\":\"{code}\"}}]}}";

struct inputs {
    struct buffer cert, key, chain;
    char folder[SCRATCH_CAP];
};
static struct inputs in;

static int setup(void **state) {
    if (pass_ca_setup(state) != 0) return -1;
    const struct pass_ca *ca = *state;
    if (pass_ca_run(
            ca,
            "mkdir -p card/images && cp " CM_SOURCE_DIR
            "/templates/passes/icon/*.png card && cp card/*.png card/images && cp " CM_SOURCE_DIR
            "/templates/passes/apple-store-card.json card/pass.json") != 0)
        return -1;
    in = (struct inputs){.cert = pass_ca_file(ca, "pass.pem"),
                         .key = pass_ca_file(ca, "pass.key"),
                         .chain = pass_ca_file(ca, "wwdr.pem")};
    (void)snprintf(in.folder, sizeof in.folder, "%s", scratch_below(&ca->dir, "card").path);
    return 0;
}

static int teardown(void **state) {
    buffer_free(&in.cert);
    buffer_wipe(&in.key);
    buffer_free(&in.chain);
    return pass_ca_teardown(state);
}

static cm_err apple_way(void) {
    static const struct cm_key token_key = {{7}};
    const struct cm_slice cells[] = {slice_text("1"), slice_text("7Q4KPWXY"), slice_text("2.50")};
    CM_CLEANUP(pass_folder_freep) struct pass_folder *folder = NULL;
    CM_CLEANUP(cms_detached_freep) struct cms_detached *signer = NULL;
    CM_CLEANUP(pkpass_maker_freep) struct pkpass_maker *maker = NULL;
    CM_CLEANUP(pkpass_verdict_freep) struct pkpass_verdict *verdict = NULL;
    CM_CLEANUP(buffer_wipe) struct buffer pass = BUFFER_INIT;
    const struct cms_detached_files files = {.cert = buffer_slice(&in.cert),
                                             .key = buffer_slice(&in.key),
                                             .chain = buffer_slice(&in.chain),
                                             .now_unix_s = NOW_S};
    static const struct row_image_choice image = {.kind = "logo", .pattern = "images/icon.png"};
    TRY(pass_folder_read(in.folder, &folder, NULL));
    TRY(cms_detached_new(&files, &signer, NULL));
    const struct pkpass_options options = {.columns = columns,
                                           .column_n = CM_ARRAY_N(columns),
                                           .signer = signer,
                                           .token_key = &token_key,
                                           .now_unix_s = NOW_S,
                                           .images = &image,
                                           .image_n = 1};
    TRY(pkpass_maker_new(folder, &options, &maker, NULL));
    TRY(pkpass_fill(maker, 1, cells, NULL));
    TRY(pkpass_sign(maker, &pass, NULL));
    TRY(pkpass_verify(buffer_slice(&pass), buffer_slice(&in.chain), NOW_S, &verdict, NULL));
    return verdict->report->errors == 0 && verdict->is_trusted ? CM_OK : CM_E_CORRUPT;
}

static cm_err google_way(void) {
    const struct cm_slice cells[] = {slice_text("1"), slice_text("7Q4KPWXY"), slice_text("2.50")};
    CM_CLEANUP(jws_signer_freep) struct jws_signer *signer = NULL;
    CM_CLEANUP(google_maker_freep) struct google_maker *maker = NULL;
    CM_CLEANUP(buffer_wipe) struct buffer link = BUFFER_INIT;
    TRY(jws_signer_from(buffer_slice(&in.key), NULL, &signer, NULL));
    const struct google_options options = {.columns = columns,
                                           .column_n = CM_ARRAY_N(columns),
                                           .signer = signer,
                                           .email = "a@b.example",
                                           .key_id = "k1",
                                           .now_unix_s = NOW_S};
    TRY(google_maker_new(slice_text(link_template), "card.json", &options, &maker, NULL));
    TRY(google_fill(maker, 1, cells, NULL));
    return google_link(maker, &link);
}

static void every_failure_is_told(cm_err (*way)(void), unsigned least) {
    starve_at(0);
    assert_ok(way());
    const unsigned n = starve_calls();
    assert_true(n >= least);
    for (unsigned i = 1; i <= n; i++) {
        starve_at(i);
        const cm_err err = way();
        starve_at(0);
        if (err != CM_E_NO_MEMORY) fail_msg("allocation %u of %u: %s", i, n, cm_err_name(err));
    }
}

static void a_pass_without_memory_is_told(void **state) {
    (void)state;
    every_failure_is_told(apple_way, 20);
}

static void a_link_without_memory_is_told(void **state) {
    (void)state;
    every_failure_is_told(google_way, 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_without_memory_is_told),
        cmocka_unit_test(a_link_without_memory_is_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
