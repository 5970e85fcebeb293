/* Certificates of recipients: see order_recipients.h. */
#include "vault/order_recipients.h"

#include <string.h>

#include "base/macros.h"
#include "engine/workspace.h"
#include "order/pgp.h"
#include "vault/order.h"

cm_err order_signer(const struct order_keys *keys, const char *workspace, uint64_t now_unix_s,
                    struct cms_signer **out, struct buffer *pem, struct cm_diag *diag) {
    struct workspace info;
    TRY(workspace_read(workspace, &info, diag));
    return signer_open(workspace, keys->sign, info.name, now_unix_s, out, pem, diag);
}

cm_err order_pgp_here(const struct act_context *ctx, const char *name, struct cm_diag *diag) {
    if (ctx->holder != HOLDER_DAEMON) return CM_OK;
    return diag_fail(diag, CM_E_UNSUPPORTED, name, NULL,
                     "stop countermarkd, do this, start it again; or take a certificate (CMS)",
                     "OpenPGP needs gpg, and a daemon starts no programs");
}

/* ---- Certificates ---------------------------------------------------------------------------- */

static const char begin_mark[] = "-----BEGIN CERTIFICATE-----";
static const char end_mark[] = "-----END CERTIFICATE-----";

/* Where a mark stands in a text; its length if it does not. */
static size_t find(struct cm_slice text, const char *mark) {
    const size_t len = strlen(mark);
    for (size_t i = 0; i + len <= text.len; i++)
        if (slice_equal(slice_of(text.p + i, len), slice_of(mark, len))) return i;
    return text.len;
}

void order_recipients_wipe(struct order_recipients *r) {
    for (size_t i = 0; i < r->n; i++)
        recipient_free(r->list[i]);
    *r = (struct order_recipients){.n = 0};
}

static cm_err read_all(struct cm_slice pem, uint64_t now_unix_s, bool expired,
                       struct order_recipients *out, struct cm_diag *diag) {
    CM_CLEANUP(order_recipients_wipe) struct order_recipients r = {.n = 0};
    for (;;) {
        const size_t from = find(pem, begin_mark), end = find(pem, end_mark);
        if (from == pem.len) break;
        if (end == pem.len || end < from)
            return diag_fail(diag, CM_E_FORMAT, "certificate", NULL, "give it whole",
                             "a certificate has no end");
        if (r.n == ORDER_CERTIFICATES_MAX)
            return diag_fail(diag, CM_E_LIMIT, "certificate", NULL, NULL, "at most %u certificates",
                             ORDER_CERTIFICATES_MAX);
        const struct cm_slice one = slice_of(pem.p + from, end + sizeof end_mark - 1 - from);
        TRY(recipient_from_cert(one, now_unix_s, expired, &r.list[r.n], diag));
        TRY(recipient_fingerprint(r.list[r.n], &r.fingerprints[r.n]));
        r.n++;
        pem = slice_of(one.p + one.len, pem.len - from - one.len);
    }
    if (r.n == 0)
        return diag_fail(diag, CM_E_FORMAT, "certificate", NULL,
                         "give a file with -----BEGIN CERTIFICATE-----", "no certificate in it");
    *out = r;
    r.n = 0;
    return CM_OK;
}

cm_err order_recipients_read(struct cm_slice pem, uint64_t now_unix_s, struct order_recipients *out,
                             struct cm_diag *diag) {
    return read_all(pem, now_unix_s, false, out, diag);
}

/* ---- Two parts ------------------------------------------------------------------------------- */

struct openers {
    struct hash256 keys[ORDER_CERTIFICATES_MAX];
    size_t n;
};

static cm_err read_openers(const struct order_part *p, struct openers *out, struct cm_diag *diag) {
    CM_CLEANUP(order_recipients_wipe) struct order_recipients r = {.n = 0};
    char name[RECIPIENT_NAME_CAP];
    uint8_t fingerprint[PGP_FINGERPRINT_LEN];
    if (p->pgp) {
        TRY(pgp_key_look(buffer_slice(&p->keys), fingerprint, name, diag));
        hash_sha256(slice_of(fingerprint, sizeof fingerprint), &out->keys[out->n++]);
        return CM_OK;
    }
    TRY(read_all(buffer_slice(&p->keys), 0, true, &r, diag));
    for (size_t i = 0; i < r.n; i++)
        TRY(recipient_key_hash(r.list[i], &out->keys[out->n++]));
    return CM_OK;
}

cm_err order_parts_apart(const struct order_part *a, const struct order_part *b, bool *apart,
                         struct cm_diag *diag) {
    struct openers of_a = {.n = 0}, of_b = {.n = 0};
    bool shared = strcmp(a->recipient, b->recipient) == 0;
    if (a->pgp == b->pgp) { /* a certificate's key is no OpenPGP key */
        TRY(read_openers(a, &of_a, diag));
        TRY(read_openers(b, &of_b, diag));
    }
    for (size_t i = 0; i < of_a.n; i++)
        for (size_t j = 0; j < of_b.n; j++)
            shared = shared || slice_equal(slice_of(of_a.keys[i].b, HASH_LEN),
                                           slice_of(of_b.keys[j].b, HASH_LEN));
    *apart = !shared;
    return CM_OK;
}
