/* Sealing and opening of a pattern that every test can check byte by byte. */
#include "cms_stream_kit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/p256.h"
#include "support/cm.h"

static const struct cm_key sign_seed = {{1, 2, 3}};

int stream_kit_file(const struct cms_kit *s, const char *name, int flags) {
    const int fd = open(scratch_below(&s->dir, name).path, flags | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    return fd;
}

uint8_t stream_kit_byte(size_t i) { return (uint8_t)(i * 131u >> 3 & 0xFFu); }

struct cms_signer *stream_kit_signer(const struct cms_kit *s) {
    struct buffer pem = BUFFER_INIT;
    assert_ok(
        p256_certificate(&sign_seed, "countermark test signer", 1600000000, 2600000000, &pem));
    cms_kit_write(s, "signer.pem", buffer_slice(&pem));
    struct cms_signer *signer = NULL;
    assert_ok(p256_signer(&sign_seed, buffer_slice(&pem), &signer, NULL));
    buffer_free(&pem);
    return signer;
}

struct cms_sealed stream_kit_seal(const struct cms_kit *s, const char *const *names, size_t n,
                                  size_t len, size_t step) {
    CM_CLEANUP(cms_signer_freep) struct cms_signer *signer = stream_kit_signer(s);
    struct recipient *to[4] = {NULL};
    for (size_t i = 0; i < n; i++)
        to[i] = cms_kit_cert(s, names[i]);
    const int fd = stream_kit_file(s, "sealed", O_WRONLY | O_CREAT | O_TRUNC);
    CM_CLEANUP(cms_sealer_closep) struct cms_sealer *w = NULL;
    assert_ok(cms_sealer_open(fd, signer, (const struct recipient *const *)to, n, &w, NULL));
    uint8_t *piece = malloc(step);
    assert_non_null(piece);
    for (size_t at = 0; at < len; at += step) {
        const size_t take_n = len - at < step ? len - at : step;
        for (size_t i = 0; i < take_n; i++)
            piece[i] = stream_kit_byte(at + i);
        assert_ok(cms_sealer_write(w, slice_of(piece, take_n), NULL));
    }
    free(piece);
    struct cms_sealed sealed;
    assert_ok(cms_sealer_finish(w, &sealed, NULL));
    assert_int_equal(close(fd), 0);
    for (size_t i = 0; i < n; i++)
        recipient_free(to[i]);
    return sealed;
}

struct cms_sealed stream_kit_seal_to(const struct cms_kit *s, const char *name, size_t len) {
    return stream_kit_seal(s, &name, 1, len, 4099);
}

cm_err stream_kit_open_with(const struct cms_kit *s, const char *file,
                            const struct recipient_key *key, size_t want_len,
                            struct cm_diag *diag) {
    struct buffer pem = cms_kit_read(s, "signer.pem");
    const int fd = stream_kit_file(s, file, O_RDONLY);
    CM_CLEANUP(cms_opener_closep) struct cms_opener *o = NULL;
    const cm_err err = cms_opener_open(fd, key, buffer_slice(&pem), &o, diag);
    if (err != CM_OK) assert_null(o);
    uint8_t out[10000];
    size_t at = 0, n = err == CM_OK;
    while (n > 0) {
        assert_ok(cms_opener_read(o, out, sizeof out, &n, diag));
        for (size_t i = 0; i < n; i++)
            if (out[i] != stream_kit_byte(at + i)) fail_msg("byte %zu differs", at + i);
        at += n;
    }
    if (err == CM_OK) assert_int_equal(at, want_len);
    assert_int_equal(close(fd), 0);
    buffer_free(&pem);
    return err;
}

cm_err stream_kit_open(const struct cms_kit *s, const char *name, size_t want_len,
                       struct cm_diag *diag) {
    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = cms_kit_key(s, name);
    return stream_kit_open_with(s, "sealed", key, want_len, diag);
}
