/* A temporary home of gpg with a few public keys in it, gone when it is closed: nobody's key ring
 * is read or changed. For pgp*.c only. */
#ifndef CM_ORDER_PGP_HOME_H
#define CM_ORDER_PGP_HOME_H

#include <gpgme.h>

#include "order/pgp.h"

#define PGP_HOME_CAP 512u

struct pgp_home {
    char path[PGP_HOME_CAP]; /* empty: not made */
    gpgme_ctx_t ctx;
    gpgme_key_t keys[CMS_RECIPIENTS_MAX + 1]; /* ends with NULL, as GPGME wants it */
    size_t n;
};

/** Make the home and put the keys in.
 * @param[out] home  pgp_home_close it in every case
 * @retval as pgp_sealer_open */
CM_MUST_CHECK cm_err pgp_home_open(struct pgp_home *home, const struct cm_slice *keys, size_t n,
                                   struct cm_diag *diag);
void pgp_home_close(struct pgp_home *home);
/* Our status for a failure of GPGME: the one translation of its codes. */
cm_err pgp_err(gpgme_error_t err, struct cm_diag *diag);

#endif
