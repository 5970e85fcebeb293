/* Certificates of recipients: see order_recipients.h. */
#include "vault/order_recipients.h"

#include <string.h>

#include "base/macros.h"
#include "engine/workspace.h"

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

cm_err order_recipients_read(struct cm_slice pem, uint64_t now_unix_s, struct order_recipients *out,
                             struct cm_diag *diag) {
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
        TRY(recipient_from_cert(one, now_unix_s, false, &r.list[r.n], diag));
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
