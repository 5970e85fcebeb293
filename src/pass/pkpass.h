/* Apple passes (.pkpass): pass.json filled from a row, the folder's other files, a manifest with
 * the SHA-1 of each, a detached signature over it, in a ZIP. All that is the same for every pass is
 * read, hashed and packed once. Refused before the first pass: a certificate of another pass type
 * or team than the template names, a template that does not hold; for each pass: what pass_check.h
 * refuses, and a serial number that another pass of the run has.
 * Source: Apple, Wallet Passes, "Building a Pass". Design: docs/design/passes.md */
#ifndef CM_PASS_PKPASS_H
#define CM_PASS_PKPASS_H

#include "crypto/cms_detached.h"
#include "pass/pass_folder.h"
#include "pass/row_images.h"

#define PKPASS_TOKEN_COLUMN "token" /* filled from the token key */
#define PKPASS_TOKEN_LEN    32u     /* characters: 128 bits in hex */

struct pkpass_options {
    const char *const *columns; /* names of a row's cells */
    size_t column_n;
    struct cms_detached *signer;           /* borrowed until the maker is freed */
    const struct cm_key *token_key;        /* may be NULL: no column "token"; copied */
    uint64_t now_unix_s;                   /* signing time, and time of the files in the ZIP */
    const struct row_image_choice *images; /* pictures that differ from row to row; may be NULL */
    size_t image_n;
};

struct pkpass_maker;

/** @param[in]  folder  borrowed until the maker is freed
 * @param[out] out     pkpass_maker_free it; untouched on error
 * @retval CM_E_CONFLICT   the template names another pass type or team than the certificate
 * @retval CM_E_UNSUPPORTED  not a certificate for passes
 * @retval CM_E_NOT_FOUND  the template names a column that is not there
 * @retval CM_E_FORMAT     the template breaks a rule      @retval CM_E_NO_MEMORY, CM_E_CRYPTO
 * @retval as row_images_new */
CM_MUST_CHECK cm_err pkpass_maker_new(const struct pass_folder *folder,
                                      const struct pkpass_options *options,
                                      struct pkpass_maker **out, struct cm_diag *diag);
void pkpass_maker_free(struct pkpass_maker *m);
void pkpass_maker_freep(struct pkpass_maker **m);
/** Fill and judge the pass of a row; nothing is signed yet. One thread.
 * @param[in] row    its number, for messages
 * @param[in] cells  one a column
 * @retval CM_E_FORMAT, CM_E_EXISTS (the serial number): diag names row and place
 * @retval as row_images_take      @retval CM_E_LIMIT  larger than PASS_BYTES_MAX
 * @retval CM_E_NO_MEMORY, CM_E_CRYPTO */
CM_MUST_CHECK cm_err pkpass_fill(struct pkpass_maker *m, uint64_t row, const struct cm_slice *cells,
                                 struct cm_diag *diag);
/** Sign what was filled last. @param[in,out] pkpass  the file is appended
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pkpass_sign(struct pkpass_maker *m, struct buffer *pkpass,
                                 struct cm_diag *diag);
/* Passes so far with a picture of a row that Wallet does not show as it is. */
uint64_t pkpass_doubtful(const struct pkpass_maker *m);
/** What a web service compares the token with: HMAC-SHA256(key, pass type | 0x00 | serial number),
 * its first 16 bytes in hex. out[33] with a NUL.
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pkpass_token(const struct cm_key *key, const char *pass_type,
                                  struct cm_slice serial, char out[static PKPASS_TOKEN_LEN + 1]);

#endif
