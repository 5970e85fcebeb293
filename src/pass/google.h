/* Google Wallet save links: a template of the JWT's payload, filled from a row, signed by the
 * service account's key, behind https://pay.google.com/gp/v/save/. The template holds "origins" and
 * "payload" in Google's own words; classes are best made once through Google's REST interface, so
 * that links stay short ("skinny"). Refused: ids that are not ISSUER.NAME or of two issuers, the
 * same object id twice in a run, unknown states, barcode types and dates.
 * Source: developers.google.com/wallet, REST reference v1 and "JWT". docs/design/passes.md */
#ifndef CM_PASS_GOOGLE_H
#define CM_PASS_GOOGLE_H

#include "base/buffer.h"
#include "crypto/jws.h"
#include "pass/pass_report.h"

#define GOOGLE_LINK     "https://pay.google.com/gp/v/save/"
#define GOOGLE_LINK_LOW 1800u /* characters: longer links are cut by some programs */

struct google_options {
    const char *const *columns;
    size_t column_n;
    struct jws_signer *signer; /* borrowed until the maker is freed */
    const char *email;         /* of the service account */
    const char *key_id;        /* may be NULL */
    uint64_t now_unix_s;
};

struct google_maker;

/** @param[in] input  names the template in errors
 * @retval CM_E_FORMAT  the template or the email      @retval CM_E_NOT_FOUND  no such column
 * @retval CM_E_NO_MEMORY, and as json_doc_new */
CM_MUST_CHECK cm_err google_maker_new(struct cm_slice text, const char *input,
                                      const struct google_options *options,
                                      struct google_maker **out, struct cm_diag *diag);
void google_maker_free(struct google_maker *m);
void google_maker_freep(struct google_maker **m);
/** Fill and judge the object of a row. @retval CM_E_FORMAT, CM_E_EXISTS: diag names row and place
 */
CM_MUST_CHECK cm_err google_fill(struct google_maker *m, uint64_t row, const struct cm_slice *cells,
                                 struct cm_diag *diag);
/** Sign what was filled last. @param[in,out] link  appended      @retval as jws_sign */
CM_MUST_CHECK cm_err google_link(struct google_maker *m, struct buffer *link);

/* The rules alone: the root of a template, or of what was filled. */
void google_check(struct pass_report *r, struct json_value root);
/** All findings of a template. @param[out] out  pass_report_free it      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err google_lint(struct cm_slice text, const char *input, struct pass_report **out);

#endif
