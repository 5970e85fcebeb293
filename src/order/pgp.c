/* OpenPGP through gpg: not possible with this build. References as in pgp.h. */
#include "order/pgp.h"

static cm_err refuse(struct cm_diag *diag) {
    return diag_fail(diag, CM_E_UNSUPPORTED, "OpenPGP", NULL, "give a certificate instead",
                     "this build cannot seal to OpenPGP keys");
}

cm_err pgp_sealer_open(int fd, const struct cm_slice *keys, size_t n, struct pgp_sealer **out,
                       struct cm_diag *diag) {
    (void)fd, (void)keys, (void)n, (void)out;
    return refuse(diag);
}

cm_err pgp_sealer_write(struct pgp_sealer *s, struct cm_slice bytes, struct cm_diag *diag) {
    (void)s, (void)bytes;
    return refuse(diag);
}

cm_err pgp_sealer_finish(struct pgp_sealer *s, struct cms_sealed *out, struct cm_diag *diag) {
    (void)s, (void)out;
    return refuse(diag);
}

void pgp_sealer_close(struct pgp_sealer *s) { (void)s; }
void pgp_sealer_closep(struct pgp_sealer **s) { (void)s; }

cm_err pgp_key_look(struct cm_slice key, uint8_t fingerprint[PGP_FINGERPRINT_LEN],
                    char name[RECIPIENT_NAME_CAP], struct cm_diag *diag) {
    (void)key, (void)fingerprint, (void)name;
    return refuse(diag);
}
