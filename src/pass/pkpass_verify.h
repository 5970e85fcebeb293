/* Whether a .pkpass is whole and whose it is: the ZIP, the manifest over every file in it, the
 * signature over the manifest, the certificate against authorities, the rules of pass.json and of
 * pictures. Everything that is wrong is found, not only the first. It never shows a value of the
 * pass. Source: Apple, Wallet Passes; design: docs/design/passes.md, "Checking" */
#ifndef CM_PASS_PKPASS_VERIFY_H
#define CM_PASS_PKPASS_VERIFY_H

#include "crypto/cms_detached.h"
#include "pass/pass_images.h"
#include "pass/pass_report.h"

#define PKPASS_MAX (32u << 20) /* bytes of a file */

struct pkpass_verdict {
    struct pass_report *report; /* errors: it does not hold */
    struct cms_seal seal;       /* when is_signed */
    bool is_signed;             /* the signature is one of the manifest */
    bool is_trusted;            /* and its certificate leads to the authorities */
    enum pass_style style;      /* PASS_STYLE_N: not known */
    size_t files_n;
};

/** @param[in]  authorities  certificates (PEM, DER), or empty: nobody is asked who signed
 * @param[out] out           pkpass_verdict_free it; untouched on error
 * @retval CM_E_NO_MEMORY, CM_E_CRYPTO; CM_E_FORMAT: of the authorities, not of the pass */
CM_MUST_CHECK cm_err pkpass_verify(struct cm_slice pkpass, struct cm_slice authorities,
                                   uint64_t now_unix_s, struct pkpass_verdict **out,
                                   struct cm_diag *diag);
void pkpass_verdict_free(struct pkpass_verdict *v);
void pkpass_verdict_freep(struct pkpass_verdict **v);

#endif
