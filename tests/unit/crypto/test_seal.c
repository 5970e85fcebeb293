/* Sealed streams: round trips at the edges of blocks, the openssl program as the other reader, and
 * every cut and flipped byte found before one byte is given out. */
#include "support/cm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cms_kit.h"
#include "crypto/seal.h"
#include "crypto/secret.h"

#define AT_CONTENT  16u
#define TRAILER_LEN 24u

static int open_file(const struct cms_kit *s, int flags) {
    const int fd = open(scratch_below(&s->dir, "sealed").path, flags | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    return fd;
}

static uint8_t pattern(size_t i) { return (uint8_t)(i * 131u >> 3 & 0xFFu); }

/* Seal `len` bytes of the pattern to NAME.crt, in pieces of `step`. */
static void seal_pattern(const struct cms_kit *s, const char *name, size_t len, size_t step) {
    CM_CLEANUP(recipient_freep) struct recipient *to = cms_kit_cert(s, name);
    const int fd = open_file(s, O_WRONLY | O_CREAT | O_TRUNC);
    CM_CLEANUP(seal_writer_closep) struct seal_writer *w = NULL;
    assert_ok(seal_writer_open(fd, to, &w, NULL));
    uint8_t *piece = malloc(step);
    assert_non_null(piece);
    for (size_t at = 0; at < len; at += step) {
        const size_t n = len - at < step ? len - at : step;
        for (size_t i = 0; i < n; i++)
            piece[i] = pattern(at + i);
        assert_ok(seal_writer_write(w, slice_of(piece, n), NULL));
    }
    free(piece);
    assert_ok(seal_writer_finish(w, NULL));
    assert_int_equal(close(fd), 0);
}

static cm_err open_sealed(const struct cms_kit *s, const char *name, size_t want_len,
                          struct cm_diag *diag) {
    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = cms_kit_key(s, name);
    const int fd = open_file(s, O_RDONLY);
    CM_CLEANUP(seal_reader_closep) struct seal_reader *r = NULL;
    const cm_err err = seal_reader_open(fd, key, &r, diag);
    if (err != CM_OK) assert_null(r);
    uint8_t out[10000];
    size_t at = 0, n = err == CM_OK;
    while (n > 0) {
        assert_ok(seal_reader_read(r, out, sizeof out, &n, diag));
        for (size_t i = 0; i < n; i++)
            assert_int_equal(out[i], pattern(at + i));
        at += n;
    }
    if (err == CM_OK) assert_int_equal(at, want_len);
    assert_int_equal(close(fd), 0);
    return err;
}

static void a_stream_is_sealed_to_a_certificate_and_opened_with_its_key(void **state) {
    const struct cms_kit *s = *state;
    CM_CLEANUP(recipient_freep) struct recipient *to = cms_kit_cert(s, "rsa");
    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = cms_kit_key(s, "rsa");
    struct cm_diag diag = DIAG_INIT;
    int fd = open_file(s, O_WRONLY | O_CREAT | O_TRUNC);
    CM_CLEANUP(seal_writer_closep) struct seal_writer *w = NULL;
    assert_ok(seal_writer_open(fd, to, &w, &diag));
    assert_ok(seal_writer_write(w, slice_text("journal, "), &diag));
    assert_ok(seal_writer_write(w, slice_text("state"), &diag));
    assert_ok(seal_writer_finish(w, &diag));
    assert_int_equal(fsync(fd), 0);
    assert_int_equal(close(fd), 0);

    fd = open_file(s, O_RDONLY);
    CM_CLEANUP(seal_reader_closep) struct seal_reader *r = NULL;
    assert_ok(seal_reader_open(fd, key, &r, &diag));
    uint8_t out[64];
    size_t n = 0;
    assert_ok(seal_reader_read(r, out, sizeof out, &n, &diag));
    assert_true(slice_equal(slice_of(out, n), slice_text("journal, state")));
    assert_ok(seal_reader_read(r, out, sizeof out, &n, &diag));
    assert_int_equal(n, 0);
    assert_int_equal(close(fd), 0);
}

static void lengths_around_blocks_and_pieces_come_back(void **state) {
    static const size_t lens[] = {0, 1, 15, 16, 17, 4095, 4096, 4097, 65535, 65536, 65537, 300000};
    for (size_t i = 0; i < CM_ARRAY_N(lens); i++) {
        seal_pattern(*state, i % 2 == 0 ? "ec" : "rsa", lens[i], 4099);
        assert_ok(open_sealed(*state, i % 2 == 0 ? "ec" : "rsa", lens[i], NULL));
    }
}

/* The recipe of docs/design/keystore.md, word for word. */
static void the_openssl_program_opens_it_by_the_published_recipe(void **state) {
    const struct cms_kit *s = *state;
    static const char *const names[] = {"rsa", "ec"};
    static uint8_t want[100000];
    for (size_t i = 0; i < sizeof want; i++)
        want[i] = pattern(i);
    cms_kit_write(s, "want", slice_of(want, sizeof want));
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        seal_pattern(s, names[i], sizeof want, 7001);
        char command[640];
        (void)snprintf(command, sizeof command,
                       "content=$(tail -c 24 sealed | head -c 8 | od -An -tu8 --endian=big) && "
                       "envelope=$(tail -c 16 sealed | head -c 4 | od -An -tu4 --endian=big) && "
                       "tail -c +17 sealed | head -c $((content)) > content && "
                       "tail -c $((envelope + 24)) sealed | head -c $((envelope)) > envelope && "
                       "openssl cms -decrypt -binary -inform DER -in envelope -content content "
                       "-inkey %s.key -recip %s.crt -out plain && cmp plain want",
                       names[i], names[i]);
        assert_int_equal(cms_kit_run(s, command), 0);
    }
}

static void a_cut_anywhere_is_truncated(void **state) {
    const struct cms_kit *s = *state;
    seal_pattern(s, "ec", 100, 100);
    struct buffer file = cms_kit_read(s, "sealed");
    for (size_t len = 1; len < file.len; len++) {
        cms_kit_write(s, "sealed", slice_of(file.p, len));
        assert_err(CM_E_TRUNCATED, open_sealed(s, "ec", 0, NULL));
    }
    buffer_free(&file);
}

static void every_flipped_byte_of_the_content_is_found_before_any_is_given_out(void **state) {
    const struct cms_kit *s = *state;
    seal_pattern(s, "ec", 100, 100);
    struct buffer file = cms_kit_read(s, "sealed");
    for (size_t at = 0; at < file.len; at++) {
        file.p[at] ^= (uint8_t)(1u << at % 8);
        cms_kit_write(s, "sealed", buffer_slice(&file));
        /* open_sealed compares the content if it opens: see test_escrow for the few bytes of an
         * envelope that are not authenticated. */
        const cm_err err = open_sealed(s, "ec", 100, NULL);
        if (at >= AT_CONTENT && at < AT_CONTENT + 100u) assert_int_equal(err, CM_E_CORRUPT);
        if (at < AT_CONTENT || at >= file.len - TRAILER_LEN) assert_int_not_equal(err, CM_OK);
        file.p[at] ^= (uint8_t)(1u << at % 8);
    }
    buffer_free(&file);
}

static void the_wrong_key_and_the_wrong_file_have_their_own_errors(void **state) {
    const struct cms_kit *s = *state;
    struct cm_diag diag = DIAG_INIT;
    seal_pattern(s, "rsa", 100, 100);
    assert_err(CM_E_AUTH, open_sealed(s, "other", 0, &diag));
    assert_string_equal(diag.problem, "sealed to another key");
    assert_err(CM_E_AUTH, open_sealed(s, "ec", 0, NULL));
    cms_kit_write(s, "sealed", slice_text("PK\x03\x04 and so on"));
    assert_err(CM_E_FORMAT, open_sealed(s, "rsa", 0, NULL));
    seal_pattern(s, "rsa", 1, 1);
    struct buffer file = cms_kit_read(s, "sealed");
    file.p[9] = 2;
    cms_kit_write(s, "sealed", buffer_slice(&file));
    assert_err(CM_E_VERSION, open_sealed(s, "rsa", 0, NULL));
    buffer_free(&file);
}

static void a_full_disk_is_told(void **state) {
    CM_CLEANUP(recipient_freep) struct recipient *to = cms_kit_cert(*state, "ec");
    const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct seal_writer *w = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NO_SPACE, seal_writer_open(fd, to, &w, &diag));
    assert_null(w);
    assert_int_equal(close(fd), 0);
}

static void an_unfinished_stream_is_not_opened(void **state) {
    CM_CLEANUP(recipient_freep) struct recipient *to = cms_kit_cert(*state, "ec");
    const int fd = open_file(*state, O_WRONLY | O_CREAT | O_TRUNC);
    CM_CLEANUP(seal_writer_closep) struct seal_writer *w = NULL;
    assert_ok(seal_writer_open(fd, to, &w, NULL));
    assert_ok(seal_writer_write(w, slice_text("and then the power went"), NULL));
    seal_writer_close(take(&w));
    assert_int_equal(close(fd), 0);
    assert_err(CM_E_TRUNCATED, open_sealed(*state, "ec", 0, NULL));
}

static void memory_stays_constant_over_24_megabytes(void **state) {
    const size_t len = 24u << 20;
    seal_pattern(*state, "ec", 1000, 1000); /* libraries are loaded */
    struct rusage before, after;
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    seal_pattern(*state, "ec", len, 65536);
    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = cms_kit_key(*state, "ec");
    const int fd = open_file(*state, O_RDONLY);
    CM_CLEANUP(seal_reader_closep) struct seal_reader *r = NULL;
    assert_ok(seal_reader_open(fd, key, &r, NULL));
    uint8_t out[8192];
    size_t n = 1, all = 0;
    for (; n > 0; all += n)
        assert_ok(seal_reader_read(r, out, sizeof out, &n, NULL));
    assert_int_equal(all, len);
    assert_int_equal(close(fd), 0);
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 8192); /* KiB; a third of the stream */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_sealed_to_a_certificate_and_opened_with_its_key),
        cmocka_unit_test(lengths_around_blocks_and_pieces_come_back),
        cmocka_unit_test(the_openssl_program_opens_it_by_the_published_recipe),
        cmocka_unit_test(a_cut_anywhere_is_truncated),
        cmocka_unit_test(every_flipped_byte_of_the_content_is_found_before_any_is_given_out),
        cmocka_unit_test(the_wrong_key_and_the_wrong_file_have_their_own_errors),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(an_unfinished_stream_is_not_opened),
        cmocka_unit_test(memory_stays_constant_over_24_megabytes),
    };
    return cmocka_run_group_tests(tests, cms_kit_setup, cms_kit_teardown);
}
