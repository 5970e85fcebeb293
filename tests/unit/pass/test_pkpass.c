/* Apple passes made and checked. Outside judges here are the openssl and unzip programs; pkijs and
 * passkit-generator judge in tests/system/passes. Certificates: tests/support/pass_ca.sh. */
#include "support/cm.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "crypto/sha1.h"
#include "pack/unzip.h"
#include "pass/pkpass.h"
#include "pass/pkpass_verify.h"
#include "pass_kit.h"
#include "support/pass_ca.h"
#include "support/scratch_file.h"

#define SIGNED_S 1790000000u /* 2026-09-21T14:13:20Z */

static const char *const columns[] = {"serial", "code", "balance"};

struct works {
    const struct pass_ca *ca;
    struct pass_folder *folder;
    struct cms_detached *signer;
    struct pkpass_maker *maker;
};

static void works_wipe(struct works *w) {
    pkpass_maker_free(w->maker);
    cms_detached_free(w->signer);
    pass_folder_free(w->folder);
}
#define WORKS_SCOPED CM_CLEANUP(works_wipe)

static struct cms_detached *signer(const struct pass_ca *ca, const char *cert) {
    struct cms_detached *d = NULL;
    struct buffer c = pass_ca_file(ca, cert), k = pass_ca_file(ca, "pass.key"),
                  chain = pass_ca_file(ca, "wwdr.pem");
    const struct cms_detached_files files = {.cert = buffer_slice(&c),
                                             .key = buffer_slice(&k),
                                             .chain = buffer_slice(&chain),
                                             .now_unix_s = SIGNED_S};
    assert_ok(cms_detached_new(&files, &d, NULL));
    buffer_free(&c);
    buffer_wipe(&k);
    buffer_free(&chain);
    return d;
}

static cm_err open_works(struct works *w, const struct pass_ca *ca, const char *folder,
                         const char *json, const struct cm_key *token_key, struct cm_diag *diag) {
    pass_kit_folder(&ca->dir, folder, json);
    *w = (struct works){
        .ca = ca, .folder = pass_kit_read(&ca->dir, folder), .signer = signer(ca, "pass.pem")};
    const struct pkpass_options options = {.columns = columns,
                                           .column_n = CM_ARRAY_N(columns),
                                           .signer = w->signer,
                                           .token_key = token_key,
                                           .now_unix_s = SIGNED_S};
    return pkpass_maker_new(w->folder, &options, &w->maker, diag);
}

static cm_err make(struct works *w, uint64_t row, const char *serial, const char *code,
                   const char *balance, struct buffer *out, struct cm_diag *diag) {
    const struct cm_slice cells[] = {slice_text(serial), slice_text(code), slice_text(balance)};
    TRY(pkpass_fill(w->maker, row, cells, diag));
    return pkpass_sign(w->maker, out, diag);
}

static void a_pass_is_good_to_openssl_unzip_and_sha1sum(void **state) {
    WORKS_SCOPED struct works w;
    CM_CLEANUP(buffer_free) struct buffer pass = BUFFER_INIT;
    assert_ok(open_works(&w, *state, "good", NULL, NULL, NULL));
    assert_ok(make(&w, 1, "1", "7Q4KPWXY", "25.00", &pass, NULL));
    scratch_write(scratch_below(&w.ca->dir, "1.pkpass").path, buffer_slice(&pass));
    assert_int_equal(
        pass_ca_run(w.ca, "rm -rf x && mkdir x && cd x && unzip -q ../1.pkpass && "
                          "openssl cms -verify -binary -inform DER -in signature -content "
                          "manifest.json -CAfile ../root.pem -purpose any -out /dev/null && "
                          "for f in pass.json icon.png icon@2x.png icon@3x.png; do "
                          "grep -q \"\\\"$f\\\":\\\"$(sha1sum <$f | cut -c-40)\\\"\" manifest.json "
                          "|| exit 1; done && test $(tr , '\\n' <manifest.json | wc -l) = 3 && "
                          "cmp icon.png ../good/icon.png"),
        0);
}

static void type_and_team_come_from_the_certificate(void **state) {
    WORKS_SCOPED struct works w;
    CM_CLEANUP(buffer_free) struct buffer pass = BUFFER_INIT;
    CM_CLEANUP(unzip_freep) struct unzip *zip = NULL;
    static const struct unzip_limits limits = {16, 1u << 20, 1u << 20};
    assert_ok(open_works(&w, *state, "team", NULL, NULL, NULL));
    assert_ok(make(&w, 1, "1", "7Q4KPWXY", "25.00", &pass, NULL));
    assert_ok(unzip_read(buffer_slice(&pass), &limits, &zip, NULL));
    static const char head[] = "{\"passTypeIdentifier\":\"pass.com.example.countermark\","
                               "\"teamIdentifier\":\"ABCDE12345\",\"formatVersion\":1,";
    assert_memory_equal(unzip_file(zip, "pass.json")->bytes.p, head, sizeof head - 1);
}

static void the_same_row_and_time_give_the_same_bytes(void **state) {
    CM_CLEANUP(buffer_free) struct buffer a = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    for (unsigned i = 0; i < 2; i++) {
        WORKS_SCOPED struct works w;
        assert_ok(open_works(&w, *state, i == 0 ? "same-a" : "same-b", NULL, NULL, NULL));
        assert_ok(make(&w, 1, "1", "7Q4KPWXY", "25.00", i == 0 ? &a : &b, NULL));
    }
    assert_true(slice_equal(buffer_slice(&a), buffer_slice(&b)));
}

/* The row's picture takes the place of all sizes of the folder's, in the same order of names. */
static void a_picture_of_a_row_is_signed_like_the_folders_own(void **state) {
    WORKS_SCOPED struct works w;
    CM_CLEANUP(buffer_free) struct buffer own = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer chosen = BUFFER_INIT;
    static const struct row_image_choice image = {.kind = "icon", .pattern = "{code}"};
    assert_ok(open_works(&w, *state, "pictures", NULL, NULL, NULL));
    pkpass_maker_free(take(&w.maker));
    assert_int_equal(pass_ca_run(w.ca, "mkdir pictures/images && cp pictures/icon@2x.png "
                                       "pictures/images/a.png"),
                     0);
    const struct pkpass_options options = {.columns = columns,
                                           .column_n = CM_ARRAY_N(columns),
                                           .signer = w.signer,
                                           .now_unix_s = SIGNED_S,
                                           .images = &image,
                                           .image_n = 1};
    assert_ok(pkpass_maker_new(w.folder, &options, &w.maker, NULL));
    assert_ok(make(&w, 1, "1", "images/a.png", "1.00", &chosen, NULL));
    assert_ok(make(&w, 2, "2", "icon.png", "1.00", &own, NULL));
    scratch_write(scratch_below(&w.ca->dir, "chosen.pkpass").path, buffer_slice(&chosen));
    assert_int_equal(pass_ca_run(w.ca,
                                 "rm -rf x && mkdir x && cd x && unzip -q ../chosen.pkpass && "
                                 "openssl cms -verify -binary -inform DER -in signature -content "
                                 "manifest.json -CAfile ../root.pem -purpose any -out /dev/null && "
                                 "test \"$(unzip -Z1 ../chosen.pkpass | tr '\\n' ' ')\" = "
                                 "'pass.json icon.png manifest.json signature ' && "
                                 "cmp icon.png ../pictures/icon@2x.png && "
                                 "grep -q \"$(sha1sum <icon.png | cut -c-40)\" manifest.json"),
                     0);
    assert_int_equal(pkpass_doubtful(w.maker), 1);
    struct cm_diag diag = DIAG_INIT;
    const struct cm_slice cells[] = {slice_text("3"), slice_text("images/b.png"), slice_text("1")};
    assert_err(CM_E_NOT_FOUND, pkpass_fill(w.maker, 3, cells, &diag));
    assert_string_equal(diag.input, "row 3");
    assert_string_equal(diag.place, "--image icon");
}

static void a_template_of_another_type_team_or_certificate_is_refused(void **state) {
    static const struct {
        const char *member, *problem;
    } cases[] = {
        {"{\"passTypeIdentifier\":\"pass.com.other\",",
         "the certificate is of the pass type 'pass.com.example.countermark', not of this one"},
        {"{\"teamIdentifier\":\"ZZZZZ99999\",",
         "the certificate is of the team 'ABCDE12345', not of this one"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        WORKS_SCOPED struct works w;
        struct cm_diag diag = DIAG_INIT;
        char json[1024];
        (void)snprintf(json, sizeof json, "%s%s", cases[i].member, PASS_KIT_MEMBERS);
        assert_err(CM_E_CONFLICT,
                   open_works(&w, *state, i == 0 ? "type" : "other-team", json, NULL, &diag));
        assert_null(w.maker);
        assert_string_equal(diag.problem, cases[i].problem);
    }
    WORKS_SCOPED struct works w = {.signer = signer(*state, "plain.pem")};
    struct cm_diag diag = DIAG_INIT;
    pass_kit_folder(&((const struct pass_ca *)*state)->dir, "plain", NULL);
    w.folder = pass_kit_read(&((const struct pass_ca *)*state)->dir, "plain");
    const struct pkpass_options options = {.columns = columns, .column_n = 3, .signer = w.signer};
    assert_err(CM_E_UNSUPPORTED, pkpass_maker_new(w.folder, &options, &w.maker, &diag));
    assert_string_equal(diag.problem,
                        "it is no certificate for passes: it names no pass type or no team");
}

/* In Apple's certificates the extension, the UID and the common name say the same. */
static void a_certificate_of_two_pass_types_is_refused(void **state) {
    WORKS_SCOPED struct works w = {.signer = signer(*state, "two.pem")};
    struct cm_diag diag = DIAG_INIT;
    pass_kit_folder(&((const struct pass_ca *)*state)->dir, "two", NULL);
    w.folder = pass_kit_read(&((const struct pass_ca *)*state)->dir, "two");
    const struct pkpass_options options = {.columns = columns, .column_n = 3, .signer = w.signer};
    assert_err(CM_E_CONFLICT, pkpass_maker_new(w.folder, &options, &w.maker, &diag));
    assert_string_equal(diag.problem, "it names two pass types, 'pass.com.example.countermark' and "
                                      "'pass.com.example.other'");
}

/* What a row does wrong is told with its number and the path, never with the cell. */
static void rows_that_break_a_rule_are_named(void **state) {
    WORKS_SCOPED struct works w;
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(open_works(&w, *state, "rows", NULL, NULL, NULL));
    assert_ok(make(&w, 1, "1", "7Q4KPWXY", "25.00", &out, NULL));
    assert_err(CM_E_EXISTS, make(&w, 2, "1", "9HJ2CDVB", "1", &out, &diag));
    assert_string_equal(diag.input, "row 2");
    assert_string_equal(diag.problem, "row 1 has the same serial number");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_FORMAT, make(&w, 3, "3", "\xE2\x82\xAC", "1", &out, &diag));
    assert_string_equal(diag.input, "row 3");
    assert_string_equal(diag.place, "$.barcodes[0].messageEncoding");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_FORMAT, make(&w, 4, "4", "7Q4KPWXY", "1,50", &out, &diag));
    assert_string_equal(diag.place, "column balance");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_FORMAT, make(&w, 5, "5", "7Q\xFF", "1", &out, &diag));
    assert_string_equal(diag.problem, "it is not UTF-8");
    assert_ok(make(&w, 6, "6", "7Q4KPWXY", "1", &out, NULL)); /* one bad row spoils no other */
}

/* printf 'pass.com.example.countermark\0number-of-1' |
 *   openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '07%.0s' $(seq 32)) (first 16 bytes) */
static void tokens_are_what_a_web_service_recomputes(void **state) {
    WORKS_SCOPED struct works w;
    struct cm_key key;
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(buffer_free) struct buffer pass = BUFFER_INIT;
    CM_CLEANUP(unzip_freep) struct unzip *zip = NULL;
    static const struct unzip_limits limits = {16, 1u << 20, 1u << 20};
    char json[1024];
    memset(key.b, 7, sizeof key.b);
    (void)snprintf(json, sizeof json,
                   "{\"webServiceURL\":\"https://x.example/\",\"authenticationToken\":\"{token}\","
                   "%s",
                   PASS_KIT_MEMBERS);
    assert_err(CM_E_NOT_FOUND, open_works(&w, *state, "no-token", json, NULL, &diag));
    assert_string_equal(diag.remedy,
                        "give --token-key FILE with 64 hex digits, which your web service has, "
                        "too");
    works_wipe(&w);
    assert_ok(open_works(&w, *state, "token", json, &key, NULL));
    assert_ok(make(&w, 1, "1", "7Q4KPWXY", "25.00", &pass, NULL));
    assert_ok(unzip_read(buffer_slice(&pass), &limits, &zip, NULL));
    const struct buffer *text = &unzip_file(zip, "pass.json")->bytes;
    static const char want[] = "\"authenticationToken\":\"43e62380b419a33cdb05cc102184e73e\"";
    assert_non_null(memmem(text->p, text->len, want, sizeof want - 1));
}

/* Of two tokens one would be left out without a word. */
static void a_key_for_tokens_and_a_column_of_them_are_refused(void **state) {
    WORKS_SCOPED struct works w = {.ca = *state};
    static const char *const both[] = {"serial", "code", "balance", "token"};
    const struct cm_key key = {{7}};
    struct cm_diag diag = DIAG_INIT;
    pass_kit_folder(&w.ca->dir, "both", NULL);
    w.folder = pass_kit_read(&w.ca->dir, "both");
    w.signer = signer(w.ca, "pass.pem");
    struct pkpass_options options = {.columns = both,
                                     .column_n = CM_ARRAY_N(both),
                                     .signer = w.signer,
                                     .token_key = &key,
                                     .now_unix_s = SIGNED_S};
    assert_err(CM_E_CONFLICT, pkpass_maker_new(w.folder, &options, &w.maker, &diag));
    assert_string_equal(diag.problem, "the rows have a column 'token' already");
    options.token_key = NULL;
    assert_ok(pkpass_maker_new(w.folder, &options, &w.maker, &diag));
}

/* ---- Checking -------------------------------------------------------------------------------- */

static size_t errors_of(const struct pass_ca *ca, struct cm_slice pass, const char *authorities,
                        char problem[DIAG_PART_CAP]) {
    CM_CLEANUP(pkpass_verdict_freep) struct pkpass_verdict *v = NULL;
    struct buffer ca_pem = BUFFER_INIT;
    if (authorities != NULL) ca_pem = pass_ca_file(ca, authorities);
    assert_ok(pkpass_verify(pass, buffer_slice(&ca_pem), SIGNED_S, &v, NULL));
    buffer_free(&ca_pem);
    problem[0] = '\0';
    for (size_t i = 0; i < v->report->n && problem[0] == '\0'; i++)
        if (!v->report->findings[i].warning)
            (void)snprintf(problem, DIAG_PART_CAP, "%s", v->report->findings[i].what.problem);
    return v->report->errors;
}

static void passes_are_checked_and_changes_found(void **state) {
    WORKS_SCOPED struct works w;
    CM_CLEANUP(buffer_free) struct buffer pass = BUFFER_INIT;
    char problem[DIAG_PART_CAP];
    assert_ok(open_works(&w, *state, "checked", NULL, NULL, NULL));
    assert_ok(make(&w, 1, "1", "7Q4KPWXY", "25.00", &pass, NULL));
    assert_int_equal(errors_of(w.ca, buffer_slice(&pass), "root.pem", problem), 0);
    assert_int_equal(errors_of(w.ca, buffer_slice(&pass), NULL, problem), 0);
    assert_int_equal(errors_of(w.ca, buffer_slice(&pass), "twin.pem", problem), 1);
    assert_non_null(strstr(problem, "it leads to none of the authorities"));
    scratch_write(scratch_below(&w.ca->dir, "c.pkpass").path, buffer_slice(&pass));
    static const struct {
        const char *change, *problem;
    } changes[] = {
        {"sed -i 's/25.00/99.00/' c/pass.json", "it is not the file that the manifest names"},
        {"printf x >c/logo.png", "the manifest does not name it"},
        {"rm c/icon@2x.png", "the manifest names a file that is not there"},
        {"rm c/signature", "it is missing"},
        {"rm c/manifest.json", "it is missing"},
        {"rm c/pass.json", "the manifest names a file that is not there"},
        {"printf ' ' >>c/manifest.json", "it is not a signature of this content"},
        {"printf '{}' >c/manifest.json", "the manifest does not name it"},
        {"printf '[' >c/manifest.json", "the text ends too early"},
        {"(printf '{'; seq -f '\"%g\":\"\",' 70000; printf '\"z\":\"\"}') >c/manifest.json",
         "the manifest names more files than a pass has"},
        {"printf x >c/signature", "not one CMS message in DER form"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(changes); i++) {
        char command[512];
        (void)snprintf(command, sizeof command,
                       "rm -rf c d.pkpass && mkdir c && (cd c && unzip -q ../c.pkpass) && %s && "
                       "cd c && zip -q ../d.pkpass *",
                       changes[i].change);
        assert_int_equal(pass_ca_run(w.ca, command), 0);
        struct buffer changed = pass_ca_file(w.ca, "d.pkpass");
        assert_true(errors_of(w.ca, buffer_slice(&changed), "root.pem", problem) > 0);
        if (strcmp(problem, changes[i].problem) != 0) fail_msg("change %zu: %s", i, problem);
        buffer_free(&changed);
    }
}

/* Cut and changed files get an answer, and never a good one where bytes count. */
static void hostile_files_get_an_answer(void **state) {
    WORKS_SCOPED struct works w;
    CM_CLEANUP(buffer_free) struct buffer pass = BUFFER_INIT;
    char problem[DIAG_PART_CAP];
    assert_ok(open_works(&w, *state, "hostile", NULL, NULL, NULL));
    assert_ok(make(&w, 1, "1", "7Q4KPWXY", "25.00", &pass, NULL));
    for (size_t len = 0; len + 1 < pass.len; len += 29)
        assert_true(errors_of(w.ca, slice_of(pass.p, len), NULL, problem) > 0);
    for (size_t at = 0; at < pass.len; at += 37) {
        pass.p[at] ^= 0x55;
        (void)errors_of(w.ca, buffer_slice(&pass), "root.pem", problem);
        pass.p[at] ^= 0x55;
    }
    assert_int_equal(errors_of(w.ca, buffer_slice(&pass), "root.pem", problem), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_is_good_to_openssl_unzip_and_sha1sum),
        cmocka_unit_test(type_and_team_come_from_the_certificate),
        cmocka_unit_test(the_same_row_and_time_give_the_same_bytes),
        cmocka_unit_test(a_picture_of_a_row_is_signed_like_the_folders_own),
        cmocka_unit_test(a_template_of_another_type_team_or_certificate_is_refused),
        cmocka_unit_test(a_certificate_of_two_pass_types_is_refused),
        cmocka_unit_test(rows_that_break_a_rule_are_named),
        cmocka_unit_test(tokens_are_what_a_web_service_recomputes),
        cmocka_unit_test(a_key_for_tokens_and_a_column_of_them_are_refused),
        cmocka_unit_test(passes_are_checked_and_changes_found),
        cmocka_unit_test(hostile_files_get_an_answer),
    };
    return cmocka_run_group_tests(tests, pass_ca_setup, pass_ca_teardown);
}
