/* Sealed files that were cut, changed, or are not for us or not from whom we think: each has its
 * own error, and not one byte is given out. */
#include "support/cm.h"

#include <fcntl.h>
#include <unistd.h>

#include "cms_stream_kit.h"

static void another_signer_a_wrong_pair_and_an_encryption_certificate_are_refused(void **state) {
    const struct cms_kit *s = *state;
    (void)stream_kit_seal_to(s, "ec", 100);
    struct buffer cert = cms_kit_read(s, "sign.crt"), key = cms_kit_read(s, "other.key"),
                  rsa = cms_kit_read(s, "rsa.crt"), rsa_key = cms_kit_read(s, "rsa.key");
    cms_kit_write(s, "signer.pem", buffer_slice(&cert));
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_AUTH, stream_kit_open(s, "ec", 0, &diag));
    assert_string_equal(diag.problem, "not signed by the signer that is expected");
    struct cms_signer *none = NULL;
    assert_err(CM_E_CONFLICT,
               cms_signer_from(buffer_slice(&cert), buffer_slice(&key), NULL, &none, NULL));
    assert_err(CM_E_UNSUPPORTED,
               cms_signer_from(buffer_slice(&rsa), buffer_slice(&rsa_key), NULL, &none, NULL));
    assert_null(none);
    buffer_free(&cert);
    buffer_wipe(&key);
    buffer_free(&rsa);
    buffer_wipe(&rsa_key);
}

static void a_file_with_the_same_name_and_serial_but_another_key_is_not_the_signers(void **state) {
    const struct cms_kit *s = *state;
    (void)stream_kit_seal_to(s, "ec", 10);
    /* The same issuer and serial number over another key: only the signature can tell. */
    assert_int_equal(
        cms_kit_run(s, "serial=$(openssl x509 -in signer.pem -noout -serial | cut -d= "
                       "-f2) && openssl req -x509 -nodes -newkey ec -pkeyopt "
                       "ec_paramgen_curve:P-256 -days 9 -utf8 -subj '/CN=countermark "
                       "test signer' -set_serial 0x$serial -keyout x.key -out signer.pem"),
        0);
    assert_err(CM_E_AUTH, stream_kit_open(s, "ec", 0, NULL));
}

static void readdressing_refuses_strangers_cut_files_and_other_files(void **state) {
    const struct cms_kit *s = *state;
    (void)stream_kit_seal_to(s, "rsa", 70000);
    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = cms_kit_key(s, "rsa");
    CM_CLEANUP(recipient_key_freep) struct recipient_key *other = cms_kit_key(s, "other");
    CM_CLEANUP(recipient_freep) struct recipient *ec = cms_kit_cert(s, "ec");
    const struct recipient *const to[] = {ec};
    struct cms_sealed sealed;
    const int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int in = stream_kit_file(s, "sealed", O_RDWR);
    assert_err(CM_E_AUTH, cms_readdress(in, other, to, 1, out, &sealed, NULL));
    assert_err(CM_E_RANGE, cms_readdress(in, key, to, 0, out, &sealed, NULL));
    assert_ok(cms_readdress(in, key, to, 1, out, &sealed, NULL));
    assert_int_equal(ftruncate(in, (off_t)lseek(in, 0, SEEK_END) - 1), 0);
    assert_err(CM_E_TRUNCATED, cms_readdress(in, key, to, 1, out, &sealed, NULL));
    assert_int_equal(close(in), 0);
    cms_kit_write(s, "sealed", slice_text("PK\x03\x04 and so on"));
    in = stream_kit_file(s, "sealed", O_RDONLY);
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT, cms_readdress(in, key, to, 1, out, &sealed, &diag));
    assert_string_equal(diag.problem, "not a CMS file of the kind AuthEnvelopedData");
    assert_int_equal(close(in), 0);
    assert_int_equal(close(out), 0);
}

static void a_cut_anywhere_is_truncated(void **state) {
    const struct cms_kit *s = *state;
    (void)stream_kit_seal_to(s, "ec", 100);
    struct buffer file = cms_kit_read(s, "sealed");
    for (size_t len = 0; len < file.len; len++) {
        cms_kit_write(s, "sealed", slice_of(file.p, len));
        assert_err(CM_E_TRUNCATED, stream_kit_open(s, "ec", 0, NULL));
    }
    buffer_put(&file, "x", 1);
    cms_kit_write(s, "sealed", buffer_slice(&file));
    assert_err(CM_E_FORMAT, stream_kit_open(s, "ec", 0, NULL));
    buffer_free(&file);
}

static void every_flipped_byte_is_found_before_any_is_given_out(void **state) {
    const struct cms_kit *s = *state;
    const struct cms_sealed sealed = stream_kit_seal_to(s, "ec", 100);
    struct buffer file = cms_kit_read(s, "sealed");
    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = cms_kit_key(s, "ec");
    size_t opened = 0;
    for (size_t at = 0; at < file.len; at++) {
        file.p[at] ^= (uint8_t)(1u << at % 8);
        cms_kit_write(s, "sealed", buffer_slice(&file));
        opened += stream_kit_open_with(s, "sealed", key, 100, NULL) == CM_OK;
        file.p[at] ^= (uint8_t)(1u << at % 8);
    }
    /* The recipient's name in the envelope (issuer, serial number, about 60 bytes) only says where
     * to look; open_with compares the content where it opens. RFC 5083 authenticates no more. */
    assert_in_range(opened, 0, 80);
    assert_true(sealed.len == file.len);
    buffer_free(&file);
}

static void the_wrong_key_a_full_disk_and_too_many_recipients_have_their_own_errors(void **state) {
    const struct cms_kit *s = *state;
    struct cm_diag diag = DIAG_INIT;
    (void)stream_kit_seal_to(s, "rsa", 100);
    assert_err(CM_E_AUTH, stream_kit_open(s, "other", 0, &diag));
    assert_string_equal(diag.problem, "sealed to another key");
    assert_err(CM_E_AUTH, stream_kit_open(s, "ec", 0, NULL));
    CM_CLEANUP(cms_signer_freep) struct cms_signer *signer = stream_kit_signer(s);
    CM_CLEANUP(recipient_freep) struct recipient *to = cms_kit_cert(s, "ec");
    const struct recipient *many[CMS_RECIPIENTS_MAX + 1];
    for (size_t i = 0; i < CM_ARRAY_N(many); i++)
        many[i] = to;
    struct cms_sealer *w = NULL;
    const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    /* The thread that writes tells it in whichever call comes after: open, write or finish. */
    cm_err err = cms_sealer_open(fd, signer, many, 1, &w, NULL);
    static uint8_t piece[1u << 20];
    for (int i = 0; i < 3 && err == CM_OK; i++)
        err = cms_sealer_write(w, slice_of(piece, sizeof piece), &diag);
    assert_err(CM_E_NO_SPACE, err);
    struct cms_sealed none;
    if (w != NULL) assert_err(CM_E_NO_SPACE, cms_sealer_finish(w, &none, NULL));
    cms_sealer_closep(&w);
    assert_err(CM_E_RANGE, cms_sealer_open(fd, signer, many, 0, &w, NULL));
    assert_err(CM_E_RANGE, cms_sealer_open(fd, signer, many, CM_ARRAY_N(many), &w, NULL));
    assert_null(w);
    assert_int_equal(close(fd), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_signer_a_wrong_pair_and_an_encryption_certificate_are_refused),
        cmocka_unit_test(a_file_with_the_same_name_and_serial_but_another_key_is_not_the_signers),
        cmocka_unit_test(readdressing_refuses_strangers_cut_files_and_other_files),
        cmocka_unit_test(a_cut_anywhere_is_truncated),
        cmocka_unit_test(every_flipped_byte_is_found_before_any_is_given_out),
        cmocka_unit_test(the_wrong_key_a_full_disk_and_too_many_recipients_have_their_own_errors),
    };
    return cmocka_run_group_tests(tests, cms_kit_setup, cms_kit_teardown);
}
