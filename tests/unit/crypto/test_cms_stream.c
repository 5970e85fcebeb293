/* Sealed files of orders: round trips around the edges of pieces, the openssl program as the other
 * reader and the other writer, several recipients, re-addressing, constant memory. */
#include "support/cm.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "cms_stream_kit.h"
#include "crypto/p256.h"
#include "support/prove.h"

static const struct cm_key hold_seed = {{9, 8, 7}};

static void a_file_is_signed_and_sealed_then_opened_and_verified(void **state) {
    const struct cms_kit *s = *state;
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(cms_signer_freep) struct cms_signer *signer = stream_kit_signer(s);
    CM_CLEANUP(recipient_freep) struct recipient *to = cms_kit_cert(s, "ec");
    int fd = stream_kit_file(s, "sealed", O_WRONLY | O_CREAT | O_TRUNC);
    CM_CLEANUP(cms_sealer_closep) struct cms_sealer *w = NULL;
    const struct recipient *const all[] = {to};
    assert_ok(cms_sealer_open(fd, signer, all, 1, &w, &diag));
    assert_ok(cms_sealer_write(w, slice_text("6035718888880528923;"), &diag));
    assert_ok(cms_sealer_write(w, slice_text("4912"), &diag));
    struct cms_sealed sealed;
    assert_ok(cms_sealer_finish(w, &sealed, &diag));
    assert_int_equal(close(fd), 0);
    assert_int_equal(sealed.content_len, 24);

    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = cms_kit_key(s, "ec");
    struct buffer pem = cms_kit_read(s, "signer.pem");
    fd = stream_kit_file(s, "sealed", O_RDONLY);
    CM_CLEANUP(cms_opener_closep) struct cms_opener *o = NULL;
    assert_ok(cms_opener_open(fd, key, buffer_slice(&pem), &o, &diag));
    uint8_t out[64];
    size_t n = 0;
    assert_ok(cms_opener_read(o, out, sizeof out, &n, &diag));
    assert_true(slice_equal(slice_of(out, n), slice_text("6035718888880528923;4912")));
    assert_ok(cms_opener_read(o, out, sizeof out, &n, &diag));
    assert_int_equal(n, 0);
    assert_int_equal(close(fd), 0);
    buffer_free(&pem);
}

static void what_is_said_of_a_file_is_what_sha256sum_says(void **state) {
    const struct cms_kit *s = *state;
    const struct cms_sealed sealed = stream_kit_seal_to(s, "rsa", 100000);
    struct buffer file = cms_kit_read(s, "sealed");
    assert_int_equal(sealed.len, file.len);
    buffer_free(&file);
    char hex[2][2 * HASH_LEN + 1], command[512];
    hex_format(sealed.sha256.b, HASH_LEN, hex[0]);
    hex_format(sealed.content_sha256.b, HASH_LEN, hex[1]);
    (void)snprintf(
        command, sizeof command,
        "test $(sha256sum < sealed | cut -c1-64) = %s && openssl cms -decrypt -inform DER "
        "-in sealed -inkey rsa.key -recip rsa.crt -binary | openssl cms -verify -inform "
        "DER -binary -CAfile signer.pem | sha256sum | grep -q %s",
        hex[0], hex[1]);
    assert_int_equal(cms_kit_run(s, command), 0);
}

static void lengths_around_pieces_come_back(void **state) {
    static const size_t lens[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 65537, 131072, 300000};
    for (size_t i = 0; i < CM_ARRAY_N(lens); i++) {
        const char *name = i % 2 == 0 ? "ec" : "rsa";
        (void)stream_kit_seal_to(*state, name, lens[i]);
        assert_ok(stream_kit_open(*state, name, lens[i], NULL));
    }
}

/* The recipe of docs/design/orders.md. gpgsm 2.2 decrypts neither OAEP nor GCM as RFC 5084 has it;
 * it verifies what openssl decrypted (tests/system/orders). */
static void the_openssl_program_opens_and_verifies_for_each_recipient(void **state) {
    const struct cms_kit *s = *state;
    static const char *const names[] = {"rsa", "ec", "other"};
    static uint8_t want[200000];
    for (size_t i = 0; i < sizeof want; i++)
        want[i] = stream_kit_byte(i);
    cms_kit_write(s, "want", slice_of(want, sizeof want));
    (void)stream_kit_seal(s, names, 3, sizeof want, 7001);
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        char command[640];
        (void)snprintf(command, sizeof command,
                       "openssl cms -decrypt -binary -inform DER -in sealed -inkey %s.key -recip "
                       "%s.crt -out signed && openssl cms -verify -binary -inform DER -in signed "
                       "-CAfile signer.pem -out plain && cmp plain want && rm signed plain",
                       names[i], names[i]);
        assert_int_equal(cms_kit_run(s, command), 0);
        assert_ok(stream_kit_open(s, names[i], sizeof want, NULL));
    }
}

static void what_the_openssl_program_sealed_is_opened(void **state) {
    const struct cms_kit *s = *state;
    static uint8_t want[150000];
    for (size_t i = 0; i < sizeof want; i++)
        want[i] = stream_kit_byte(i);
    cms_kit_write(s, "want", slice_of(want, sizeof want));
    static const char *const ways[][2] = {{"-stream", "-stream"}, {"", ""}, {"", "-stream"}};
    for (size_t i = 0; i < CM_ARRAY_N(ways); i++) {
        char command[900];
        (void)snprintf(
            command, sizeof command,
            "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 9 -subj "
            "/CN=them -keyout them.key -out signer.pem -addext keyUsage=digitalSignature && "
            "openssl cms -sign -binary -nodetach %s -md sha256 -outform DER -in want -signer "
            "signer.pem -inkey them.key | openssl cms -encrypt -binary %s -aes-256-gcm -outform "
            "DER "
            "-recip rsa.crt -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -out sealed",
            ways[i][0], ways[i][1]);
        assert_int_equal(cms_kit_run(s, command), 0);
        assert_ok(stream_kit_open(s, "rsa", sizeof want, NULL));
    }
}

static void an_rsa_signer_signs_as_well(void **state) {
    const struct cms_kit *s = *state;
    struct buffer cert = cms_kit_read(s, "sign.crt"), key = cms_kit_read(s, "rsa.key");
    CM_CLEANUP(cms_signer_freep) struct cms_signer *signer = NULL;
    assert_ok(cms_signer_from(buffer_slice(&cert), buffer_slice(&key), NULL, &signer, NULL));
    CM_CLEANUP(recipient_freep) struct recipient *to = cms_kit_cert(s, "ec");
    const struct recipient *const all[] = {to};
    const int fd = stream_kit_file(s, "sealed", O_WRONLY | O_CREAT | O_TRUNC);
    CM_CLEANUP(cms_sealer_closep) struct cms_sealer *w = NULL;
    assert_ok(cms_sealer_open(fd, signer, all, 1, &w, NULL));
    const uint8_t byte = stream_kit_byte(0);
    assert_ok(cms_sealer_write(w, slice_of(&byte, 1), NULL));
    struct cms_sealed sealed;
    assert_ok(cms_sealer_finish(w, &sealed, NULL));
    assert_int_equal(close(fd), 0);
    assert_int_equal(cms_kit_run(s,
                                 "openssl cms -decrypt -binary -inform DER -in sealed -inkey "
                                 "ec.key -recip ec.crt | openssl cms -verify -inform DER -binary "
                                 "-CAfile sign.crt | cmp -n 1 - /dev/zero"),
                     0);
    cms_kit_write(s, "signer.pem", buffer_slice(&cert));
    assert_ok(stream_kit_open(s, "ec", 1, NULL));
    buffer_free(&cert);
    buffer_wipe(&key);
}

static void a_held_file_is_readdressed_and_only_its_recipients_change(void **state) {
    const struct cms_kit *s = *state;
    CM_CLEANUP(cms_signer_freep) struct cms_signer *signer = stream_kit_signer(s);
    CM_CLEANUP(recipient_freep) struct recipient *hold = NULL;
    CM_CLEANUP(recipient_key_freep) struct recipient_key *hold_key = NULL;
    assert_ok(p256_hold(&hold_seed, &hold, &hold_key));
    const struct recipient *const first[] = {hold};
    int fd = stream_kit_file(s, "held", O_WRONLY | O_CREAT | O_TRUNC);
    CM_CLEANUP(cms_sealer_closep) struct cms_sealer *w = NULL;
    assert_ok(cms_sealer_open(fd, signer, first, 1, &w, NULL));
    const size_t len = 200001;
    for (size_t i = 0; i < len; i++) {
        const uint8_t byte = stream_kit_byte(i);
        assert_ok(cms_sealer_write(w, slice_of(&byte, 1), NULL));
    }
    struct cms_sealed held, released;
    assert_ok(cms_sealer_finish(w, &held, NULL));
    assert_int_equal(close(fd), 0);

    CM_CLEANUP(recipient_freep) struct recipient *rsa = cms_kit_cert(s, "rsa");
    CM_CLEANUP(recipient_freep) struct recipient *ec = cms_kit_cert(s, "ec");
    const struct recipient *const second[] = {rsa, ec};
    const int in = stream_kit_file(s, "held", O_RDONLY);
    fd = stream_kit_file(s, "sealed", O_RDWR | O_CREAT | O_TRUNC);
    CM_CLEANUP(cms_readdresser_closep) struct cms_readdresser *change = NULL;
    size_t steps = 0;
    assert_ok(cms_readdresser_open(in, hold_key, second, 2, fd, &change, NULL));
    for (bool ended = false; !ended; steps++)
        assert_ok(cms_readdresser_step(change, 65536, &ended, &released, NULL));
    assert_true(steps >= len / 65536); /* others are served between */
    size_t n = 0;
    bool found = false;
    assert_ok(cms_addressed(fd, ec, &n, &found, NULL));
    assert_true(n == 2 && found);
    assert_ok(cms_addressed(fd, hold, &n, &found, NULL));
    assert_false(found);
    assert_ok(cms_addressed(in, hold, &n, &found, NULL));
    assert_true(n == 1 && found);
    assert_int_equal(close(fd), 0);
    assert_int_equal(close(in), 0);
    assert_ok(stream_kit_open(s, "rsa", len, NULL));
    assert_ok(stream_kit_open(s, "ec", len, NULL));
    assert_err(CM_E_AUTH, stream_kit_open_with(s, "sealed", hold_key, 0, NULL));
    assert_int_equal(cms_kit_run(s,
                                 "openssl cms -decrypt -binary -inform DER -in sealed -inkey "
                                 "ec.key -recip ec.crt | openssl cms -verify -inform DER -binary "
                                 "-CAfile signer.pem -out plain && tail -c 200000 held > a && "
                                 "tail -c 200000 sealed > b && cmp a b"),
                     0);
    /* The file's own words about itself are true here, too. */
    struct buffer file = cms_kit_read(s, "sealed");
    struct hash256 sum;
    hash_sha256(buffer_slice(&file), &sum);
    assert_memory_equal(sum.b, released.sha256.b, HASH_LEN);
    assert_int_equal(file.len, released.len);
    buffer_free(&file);
}

/* Full size (2 GB) under ./dev prove. The stream goes to /dev/null: memory is what counts here. */
static void memory_stays_constant_however_long_the_file(void **state) {
    const struct cms_kit *s = *state;
    const uint64_t len = prove_size(64ull << 20, 2ull << 30);
    (void)stream_kit_seal_to(s, "ec", 100000); /* libraries are loaded */
    CM_CLEANUP(cms_signer_freep) struct cms_signer *signer = stream_kit_signer(s);
    CM_CLEANUP(recipient_freep) struct recipient *to = cms_kit_cert(s, "rsa");
    const struct recipient *const all[] = {to};
    const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct rusage before, after;
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    CM_CLEANUP(cms_sealer_closep) struct cms_sealer *w = NULL;
    assert_ok(cms_sealer_open(fd, signer, all, 1, &w, NULL));
    static uint8_t piece[1u << 20];
    for (uint64_t at = 0; at < len; at += sizeof piece)
        assert_ok(cms_sealer_write(w, slice_of(piece, sizeof piece), NULL));
    struct cms_sealed sealed;
    assert_ok(cms_sealer_finish(w, &sealed, NULL));
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    assert_int_equal(sealed.content_len, len);
    assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 4096); /* KiB */
    assert_int_equal(close(fd), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_signed_and_sealed_then_opened_and_verified),
        cmocka_unit_test(what_is_said_of_a_file_is_what_sha256sum_says),
        cmocka_unit_test(lengths_around_pieces_come_back),
        cmocka_unit_test(the_openssl_program_opens_and_verifies_for_each_recipient),
        cmocka_unit_test(what_the_openssl_program_sealed_is_opened),
        cmocka_unit_test(an_rsa_signer_signs_as_well),
        cmocka_unit_test(a_held_file_is_readdressed_and_only_its_recipients_change),
        cmocka_unit_test(memory_stays_constant_however_long_the_file),
    };
    return cmocka_run_group_tests(tests, cms_kit_setup, cms_kit_teardown);
}
