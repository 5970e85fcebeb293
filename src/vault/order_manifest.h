/* What the manifest of one part of an order says: filled from the order, the registry and the files
 * that were sealed. */
#ifndef CM_VAULT_ORDER_MANIFEST_H
#define CM_VAULT_ORDER_MANIFEST_H

#include "engine/engine.h"
#include "order/manifest.h"
#include "vault/order.h"
#include "vault/order_recipients.h"
#include "vault/order_units.h"

/* Owns what its manifest points at. */
struct order_manifest {
    struct manifest m;
    char brand[REGISTRY_NAME_CAP], set[REGISTRY_NAME_CAP];
    char first[ORDER_CONTROL_LEN], last[ORDER_CONTROL_LEN];
    struct manifest_file *files;
    struct manifest_recipient recipients[ORDER_CERTIFICATES_MAX + 1];
    uint8_t fingerprints[ORDER_CERTIFICATES_MAX + 1][32];
    char names[ORDER_CERTIFICATES_MAX + 1][RECIPIENT_NAME_CAP];
};

struct order_manifest_ask {
    struct cm_engine *engine;
    const char *workspace;
    const struct order *order;
    size_t part;
    const struct order_file *files; /* instead of the part's, n of them; or NULL */
    size_t file_n;
    const struct order_recipients *to; /* certificates; or NULL: the key below, or nobody but us */
    const uint8_t *pgp;                /* OpenPGP fingerprint, or NULL */
    uint64_t now_unix_s;
};

/** @param[out] out  order_manifest_free it; untouched on error
 * @retval as workspace_read and engine_read; CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err order_manifest_new(struct order_manifest **out,
                                        const struct order_manifest_ask *ask, struct cm_diag *diag);
void order_manifest_free(struct order_manifest *m);
void order_manifest_freep(struct order_manifest **m);

#endif
