/* The folder of an order, as it goes to a bureau: sealed files, manifest.cose, manifest.json,
 * SHA256SUMS, ORDER.txt and signer.pem. It is written under another name and appears whole, by one
 * rename; a stop before leaves NAME.part, which the next bundle_begin removes. Whoever keeps a
 * ledger writes the manifest's hash there between bundle_seal and bundle_appear: then a stop in
 * between is mended by bundle_finish with the same bytes, and no other ones bear their number.
 * Design: docs/design/orders.md, "Sealing and manifest". */
#ifndef CM_ORDER_BUNDLE_H
#define CM_ORDER_BUNDLE_H

#include "order/manifest.h"

#define BUNDLE_MANIFEST  "manifest.cose"
#define BUNDLE_JSON      "manifest.json"
#define BUNDLE_SUMS      "SHA256SUMS"
#define BUNDLE_TEXT      "ORDER.txt"
#define BUNDLE_SIGNER    "signer.pem"
#define BUNDLE_CMS       ".cms" /* ending of files that cms_sealer made: order verify looks into them */
#define BUNDLE_PGP       ".pgp"
#define BUNDLE_PART      ".part" /* behind the name of a folder that has not appeared */
#define BUNDLE_PATH_CAP  1024u
#define BUNDLE_PAPER_MAX (4u << 20) /* bytes of manifest, JSON, text and sums each */

struct bundle;

/** Begin PARENT/NAME.part.
 * @param[in]  name  of the folder to be: "ORDER-000012"; no '/'
 * @param[out] out   bundle_close it; untouched on error
 * @retval CM_E_EXISTS  PARENT/NAME is there already      @retval CM_E_RANGE  name or path
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err bundle_begin(const char *parent, const char *name, struct bundle **out,
                                  struct cm_diag *diag);
/** Make a file in it, mode 0600, for reading and writing.
 * @param[out] fd  the caller's to sync and close; untouched on error
 * @retval CM_E_RANGE  not a name of a file, or one of the bundle's own      @retval CM_E_IO ... */
CM_MUST_CHECK cm_err bundle_file(struct bundle *b, const char *file, int *fd, struct cm_diag *diag);
/** Write a file that goes as it is, whole, synced. @retval as bundle_file; CM_E_NO_SPACE */
CM_MUST_CHECK cm_err bundle_write(struct bundle *b, const char *file, struct cm_slice bytes,
                                  struct cm_diag *diag);
/** Write the manifest and what goes with it, sync, and give the folder its name.
 * @param[in]  m           names the files that were made; signer.pem is added to them here
 * @param[in]  seed        Ed25519 (KEY_AUDIT)
 * @param[in]  signer_pem  signer_open's certificate, or empty (OpenPGP only)
 * @param[out] sha256      of manifest.cose: `previous` of the next one; may be NULL
 * @retval CM_E_RANGE  as manifest_make      @retval CM_E_EXISTS  the folder appeared meanwhile
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err bundle_publish(struct bundle *b, const struct manifest *m,
                                    const struct cm_key *seed, struct cm_slice signer_pem,
                                    struct hash256 *sha256, struct cm_diag *diag);
/** bundle_publish in two steps: all but the name. NAME.part lies there whole and synced, and stays
 * when the bundle is closed: only bundle_begin removes it. @retval as bundle_publish */
CM_MUST_CHECK cm_err bundle_seal(struct bundle *b, const struct manifest *m,
                                 const struct cm_key *seed, struct cm_slice signer_pem,
                                 struct hash256 *sha256, struct cm_diag *diag);
/** ... and the name. @retval CM_E_EXISTS, CM_E_IO  bundle_finish may do it later */
CM_MUST_CHECK cm_err bundle_appear(struct bundle *b, struct cm_diag *diag);
/** Give NAME.part its name, if there is no NAME and this is its manifest; else nothing is done.
 * @param[in] sha256  of manifest.cose      @retval CM_E_RANGE, CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err bundle_finish(const char *parent, const char *name,
                                   const struct hash256 *sha256, struct cm_diag *diag);
/* Release; a bundle that was not sealed is removed. */
void bundle_close(struct bundle *b);
void bundle_closep(struct bundle **b);

#endif
