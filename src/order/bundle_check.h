/* Is this folder what was sent? The check that a bureau runs, offline, without our keys: signature
 * of the manifest, chain, mode, recipient, and every file by size and hash. Each thing that is
 * wrong is named; nothing in the folder is believed before the signature held, and files that the
 * manifest does not name are wrong too. Design: docs/design/orders.md, "Sealing and manifest". */
#ifndef CM_ORDER_BUNDLE_CHECK_H
#define CM_ORDER_BUNDLE_CHECK_H

#include "crypto/recipient.h"
#include "order/bundle.h"

#define BUNDLE_FINDINGS_MAX 200u /* more are counted, not kept */

enum bundle_mode { BUNDLE_ANY_MODE, BUNDLE_LIVE, BUNDLE_TEST };

/* What to hold the folder to. */
struct bundle_demands {
    const struct sign_public *key; /* the pinned key of the sender */
    struct cm_slice previous;      /* manifest.cose of the delivery before it; empty: not checked */
    enum bundle_mode mode;
    const struct recipient *to; /* must be addressed; NULL: not checked */
};

struct bundle_finding {
    char file[MANIFEST_TEXT_MAX + 1];
    char problem[160];
};

struct bundle_report {
    struct manifest_doc *manifest; /* NULL when it cannot be read or is not signed with the key */
    struct bundle_finding findings[BUNDLE_FINDINGS_MAX];
    size_t n;         /* findings; 0: the folder is what was sent */
    uint64_t files_n; /* files compared */
    uint64_t bytes;   /* read and hashed */
};

/** @param[out] out  bundle_report_free it; untouched on error
 * @retval CM_E_NOT_FOUND  no such folder      @retval CM_E_IO, CM_E_NO_MEMORY
 * CM_OK says only that the check was made: the verdict is out->n. */
CM_MUST_CHECK cm_err bundle_verify(const char *folder, const struct bundle_demands *demands,
                                   struct bundle_report **out, struct cm_diag *diag);
void bundle_report_free(struct bundle_report *r);
void bundle_report_freep(struct bundle_report **r);

#endif
