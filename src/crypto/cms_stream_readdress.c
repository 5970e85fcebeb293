/* Whom a sealed file is for, and the same file for others. Only the recipients' elements change:
 * the content key is unwrapped and wrapped anew by OpenSSL, the rest is copied and checked for its
 * shape on the way. Source: RFC 5652 section 6.1. */
#include <stdlib.h>

#include "crypto/cms_stream.h"
#include "crypto/cms_stream_inside.h"
#include "crypto/crypto_err.h"
#include "crypto/recipient_inside.h"

#define SCRATCH_LEN 65536u

static cm_err read_head(int fd, struct cms_head *head, struct cm_diag *diag) {
    struct cms_file file = {.fd = fd, .diag = diag};
    struct ber_reader r;
    ber_begin(&r, (struct ber_source){.pull = cms_file_pull, .self = &file});
    cms_head_read(&r, head);
    return cms_shape_err(ber_err(&r), diag);
}

/* Key agreement wraps with AES-256, as it does where OpenSSL begins a message itself; for one that
 * was read it does not know. RFC 5753 section 7.1.5. */
static cm_err set_wrap(CMS_RecipientInfo *ri) {
    if (CMS_RecipientInfo_type(ri) != CMS_RECIPINFO_AGREE) return CM_OK;
    EVP_CIPHER_CTX *ctx = CMS_RecipientInfo_kari_get0_ctx(ri);
    if (ctx == NULL) return crypto_err_openssl("CMS_RecipientInfo_kari_get0_ctx");
    EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    if (EVP_EncryptInit_ex(ctx, EVP_aes_256_wrap(), NULL, NULL, NULL) != 1)
        return crypto_err_openssl("EVP_EncryptInit_ex");
    return CM_OK;
}

static cm_err add_all(CMS_ContentInfo *cms, const struct recipient *const *recipients, size_t n) {
    for (size_t i = 0; i < n; i++) {
        CMS_RecipientInfo *ri = NULL;
        TRY(cms_add_recipient(cms, recipients[i], &ri));
        TRY(set_wrap(ri));
        if (CMS_RecipientInfo_encrypt(cms, ri) != 1)
            return crypto_err_openssl("CMS_RecipientInfo_encrypt");
    }
    return CM_OK;
}

/* The elements of the n last recipients alone: the old ones stand aside while they are encoded. */
static cm_err encode_last(CMS_ContentInfo *cms, size_t n, struct cms_head *out) {
    STACK_OF(CMS_RecipientInfo) *all = CMS_get0_RecipientInfos(cms);
    STACK_OF(CMS_RecipientInfo) *old = sk_CMS_RecipientInfo_new_null();
    if (all == NULL || old == NULL) return crypto_err_openssl("CMS_get0_RecipientInfos");
    bool moved = true;
    while (moved && sk_CMS_RecipientInfo_num(all) > (int)n) {
        CMS_RecipientInfo *ri = sk_CMS_RecipientInfo_shift(all);
        moved = sk_CMS_RecipientInfo_push(old, ri) > 0;
    }
    const cm_err err = moved ? cms_head_of(cms, out) : CM_E_NO_MEMORY;
    /* Back with them: the message frees them. */
    while (sk_CMS_RecipientInfo_num(old) > 0)
        (void)sk_CMS_RecipientInfo_push(all, sk_CMS_RecipientInfo_pop(old));
    sk_CMS_RecipientInfo_free(old);
    return err;
}

static cm_err readdress_head(const struct cms_head *from, const struct recipient_key *own,
                             const struct recipient *const *recipients, size_t n,
                             struct cms_head *to, struct cm_diag *diag) {
    CMS_SCOPED CMS_ContentInfo *cms = NULL;
    TRY(cms_skeleton(from, &cms, diag));
    TRY(cms_unlock(cms, own, diag));
    TRY(add_all(cms, recipients, n));
    return encode_last(cms, n, to);
}

/* The whole file is read once more: what follows the recipients goes out as it is. */
struct cms_readdresser {
    struct cms_file file;
    struct ber_reader r;
    struct cms_head from, again;
    struct cms_sink *sink;
    uint8_t *scratch;
};

void cms_readdresser_close(struct cms_readdresser *c) {
    if (c == NULL) return;
    cms_sink_close(c->sink);
    cms_head_free(&c->from);
    cms_head_free(&c->again);
    free(c->scratch);
    free(c);
}

void cms_readdresser_closep(struct cms_readdresser **c) { cms_readdresser_close(*c); }

/* The new recipients are written, and the old file is read up to its content. */
static cm_err begin(struct cms_readdresser *c, const struct recipient_key *own,
                    const struct recipient *const *recipients, size_t n, int out,
                    struct cm_diag *diag) {
    CM_CLEANUP(cms_head_free) struct cms_head to = CMS_HEAD_INIT;
    CM_CLEANUP(buffer_free) struct buffer first = BUFFER_INIT;
    TRY(read_head(c->file.fd, &c->from, diag));
    if (!c->from.open_ended)
        return diag_fail(diag, CM_E_FORMAT, "sealed file", NULL, "check that it is the right file",
                         "countermark did not seal it: its outer lengths are definite");
    TRY(readdress_head(&c->from, own, recipients, n, &to, diag));
    cms_put_before(&first);
    buffer_put(&first, to.recipients.p, to.recipients.len);
    TRY(buffer_err(&first));
    TRY(cms_sink_open(out, &c->sink));
    TRY(cms_sink_put(c->sink, buffer_slice(&first), diag));
    c->file.tee = c->sink;
    c->file.tee_from = c->from.recipients_to;
    ber_begin(&c->r, (struct ber_source){.pull = cms_file_pull, .self = &c->file});
    cms_head_read(&c->r, &c->again);
    ber_string_begin(&c->r, BER_STRING0, BER_CONTEXT0);
    return cms_shape_err(ber_err(&c->r), diag);
}

cm_err cms_readdresser_open(int in, const struct recipient_key *own,
                            const struct recipient *const *recipients, size_t n, int out,
                            struct cms_readdresser **to, struct cm_diag *diag) {
    if (n == 0 || n > CMS_RECIPIENTS_MAX)
        return diag_fail(diag, CM_E_RANGE, "sealed file", NULL, "name 1 to 16 recipients",
                         "%zu recipients", n);
    CM_CLEANUP(cms_readdresser_closep) struct cms_readdresser *c = calloc(1, sizeof *c);
    if (c == NULL) return CM_E_NO_MEMORY;
    c->from = c->again = (struct cms_head)CMS_HEAD_INIT;
    c->file = (struct cms_file){.fd = in, .diag = diag};
    c->scratch = malloc(SCRATCH_LEN);
    if (c->scratch == NULL) return CM_E_NO_MEMORY;
    TRY(begin(c, own, recipients, n, out, diag));
    c->file.diag = NULL;
    *to = take(&c);
    return CM_OK;
}

cm_err cms_readdresser_step(struct cms_readdresser *c, uint64_t most, bool *ended,
                            struct cms_sealed *sealed, struct cm_diag *diag) {
    uint8_t tag[CMS_TAG_LEN];
    size_t len = 1;
    c->file.diag = diag;
    for (uint64_t done = 0; done < most && len > 0; done += len)
        ber_string_next(&c->r, c->scratch, SCRATCH_LEN, &len);
    if (len == 0) cms_foot_read(&c->r, tag);
    c->file.diag = NULL;
    TRY(cms_shape_err(ber_err(&c->r), diag));
    if (len == 0) TRY(cms_sink_end(c->sink, sealed, diag));
    *ended = len == 0;
    return CM_OK;
}

cm_err cms_readdress(int in, const struct recipient_key *own,
                     const struct recipient *const *recipients, size_t n, int out,
                     struct cms_sealed *sealed, struct cm_diag *diag) {
    CM_CLEANUP(cms_readdresser_closep) struct cms_readdresser *c = NULL;
    struct cms_sealed done = {.len = 0};
    bool ended = false;
    TRY(cms_readdresser_open(in, own, recipients, n, out, &c, diag));
    TRY(cms_readdresser_step(c, UINT64_MAX, &ended, &done, diag));
    *sealed = done;
    return CM_OK;
}

static bool is_for(CMS_RecipientInfo *ri, X509 *cert) {
    const int type = CMS_RecipientInfo_type(ri);
    if (type == CMS_RECIPINFO_TRANS) return CMS_RecipientInfo_ktri_cert_cmp(ri, cert) == 0;
    if (type != CMS_RECIPINFO_AGREE) return false;
    STACK_OF(CMS_RecipientEncryptedKey) *keys = CMS_RecipientInfo_kari_get0_reks(ri);
    for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); i++)
        if (CMS_RecipientEncryptedKey_cert_cmp(sk_CMS_RecipientEncryptedKey_value(keys, i), cert) ==
            0)
            return true;
    return false;
}

cm_err cms_addressed(int fd, const struct recipient *to, size_t *recipients_n, bool *found,
                     struct cm_diag *diag) {
    CM_CLEANUP(cms_head_free) struct cms_head head = CMS_HEAD_INIT;
    CMS_SCOPED CMS_ContentInfo *cms = NULL;
    TRY(read_head(fd, &head, diag));
    TRY(cms_skeleton(&head, &cms, diag));
    STACK_OF(CMS_RecipientInfo) *all = CMS_get0_RecipientInfos(cms);
    const int n = all != NULL ? sk_CMS_RecipientInfo_num(all) : 0;
    bool is_one = false;
    for (int i = 0; i < n && to != NULL && !is_one; i++)
        is_one = is_for(sk_CMS_RecipientInfo_value(all, i), to->cert);
    crypto_err_clear();
    *recipients_n = n > 0 ? (size_t)n : 0;
    *found = is_one;
    return CM_OK;
}
