/* The certificate of a workspace's signer, made once, and the PEM of Ed25519 public keys.
 * Sources: RFC 7468 (PEM), RFC 8410 section 4 (the twelve bytes before a key). */
#include "order/signer.h"

#include <stdio.h>

#include "base/base64.h"
#include "base/file.h"

#define PATH_CAP_LEN 1100u
#define NAME_BEGINS  "countermark orders "
#define PEM_MAX      65536u    /* bytes */
#define YEAR_S       31556952u /* seconds of a mean Gregorian year */
#define SPKI_LEN     (12u + SIGN_PUBLIC_LEN)

static const uint8_t spki_head[] = {0x30, 0x2A, 0x30, 0x05, 0x06, 0x03,
                                    0x2B, 0x65, 0x70, 0x03, 0x21, 0x00};
_Static_assert(sizeof spki_head + SIGN_PUBLIC_LEN == SPKI_LEN, "RFC 8410");

static cm_err certificate(const char *path, const struct cm_key *seed, const char *name,
                          uint64_t now_unix_s, struct buffer *out, struct cm_diag *diag) {
    const cm_err err = file_read(path, PEM_MAX, out, NULL);
    if (err != CM_E_NOT_FOUND) return err;
    char common[P256_NAME_MAX + 1] = NAME_BEGINS;
    const struct cm_slice tail = file_short_name(name, P256_NAME_MAX - sizeof NAME_BEGINS + 1);
    memcpy(common + sizeof NAME_BEGINS - 1, tail.p, tail.len);
    TRY(p256_certificate(seed, common, now_unix_s, now_unix_s + SIGNER_YEARS_N * (uint64_t)YEAR_S,
                         out));
    return file_replace(path, buffer_slice(out), 0644, diag);
}

cm_err signer_open(const char *workspace, const struct cm_key *seed, const char *name,
                   uint64_t now_unix_s, struct cms_signer **out, struct buffer *pem,
                   struct cm_diag *diag) {
    char path[PATH_CAP_LEN];
    const int len = snprintf(path, sizeof path, "%s/" SIGNER_FILE, workspace);
    if (len < 0 || (size_t)len >= sizeof path) return CM_E_RANGE;
    CM_CLEANUP(buffer_free) struct buffer read = BUFFER_INIT;
    CM_CLEANUP(cms_signer_freep) struct cms_signer *signer = NULL;
    TRY(certificate(path, seed, name, now_unix_s, &read, diag));
    const cm_err err = p256_signer(seed, buffer_slice(&read), &signer, NULL);
    if (err == CM_E_CONFLICT || err == CM_E_FORMAT)
        return diag_fail(diag, err, SIGNER_FILE, NULL,
                         "restore it from a backup, or move it away and send the new one to every "
                         "recipient",
                         "it is not the certificate of this workspace's signing key");
    TRY(err);
    if (pem != NULL) {
        buffer_put(pem, read.p, read.len);
        TRY(buffer_err(pem));
    }
    if (out != NULL) *out = take(&signer);
    return CM_OK;
}

static const char pem_begin[] = "-----BEGIN PUBLIC KEY-----\n";
static const char pem_end[] = "\n-----END PUBLIC KEY-----\n";

void signer_public_pem(const struct sign_public *key, struct buffer *out) {
    uint8_t spki[SPKI_LEN];
    memcpy(spki, spki_head, sizeof spki_head);
    memcpy(spki + sizeof spki_head, key->b, SIGN_PUBLIC_LEN);
    buffer_text(out, pem_begin);
    base64_put(out, slice_of(spki, sizeof spki));
    buffer_text(out, pem_end);
}

/* Sixty characters of base64 fit one line, so there is exactly one way to write such a key, but
 * for the kind of line ends. */
cm_err signer_public_read(struct cm_slice pem, struct sign_public *out, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < pem.len && pem.len <= PEM_MAX; i++)
        if (pem.p[i] != '\r') buffer_u8(&text, pem.p[i]);
    TRY(buffer_err(&text));
    const size_t begin = sizeof pem_begin - 1, end = sizeof pem_end - 1;
    uint8_t spki[SPKI_LEN] = {0};
    /* The last line end may be missing. */
    const bool whole =
        text.len + 1 > begin + end && slice_equal(slice_of(text.p, begin), slice_text(pem_begin));
    size_t body = 0;
    while (whole && begin + body < text.len && text.p[begin + body] != '\n')
        body++;
    const struct cm_slice rest =
        whole ? slice_of(text.p + begin + body, text.len - begin - body) : slice_of(NULL, 0);
    const bool ends = whole && (slice_equal(rest, slice_text(pem_end)) ||
                                slice_equal(rest, slice_of(pem_end, end - 1)));
    if (!ends || base64_read(slice_of(text.p + begin, body), spki, sizeof spki) != CM_OK ||
        !slice_equal(slice_of(spki, sizeof spki_head), slice_of(spki_head, sizeof spki_head)))
        return diag_fail(diag, CM_E_FORMAT, "public key", NULL,
                         "give the file that `countermark order signer` of the sender wrote",
                         "not an Ed25519 public key in PEM form");
    memcpy(out->b, spki + sizeof spki_head, SIGN_PUBLIC_LEN);
    return CM_OK;
}
