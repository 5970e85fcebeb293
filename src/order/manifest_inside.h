/* The numbers of a manifest's map, and what its values may be. For manifest*.c only. */
#ifndef CM_ORDER_MANIFEST_INSIDE_H
#define CM_ORDER_MANIFEST_INSIDE_H

#include "order/manifest.h"

enum manifest_item {
    ITEM_VERSION = 1,
    ITEM_BRAND = 2,
    ITEM_ORDER = 3, /* [workspace, number] */
    ITEM_SEQUENCE = 4,
    ITEM_CREATED = 5,
    ITEM_KIND = 6,
    ITEM_SET = 7, /* [number, key version] */
    ITEM_COUNT = 8,
    ITEM_CONTROLS = 9, /* [first, last] */
    ITEM_HASH_TOTAL = 10,
    ITEM_FILES = 11, /* [[name, bytes, SHA-256, records, role, hash total]]; 12 is free */
    ITEM_PREVIOUS = 13,
    ITEM_RECIPIENTS = 14, /* [[fingerprint, name, role]] */
    ITEM_TEST = 15,
    ITEM_NAME = 16,
    ITEM_SET_NAME = 17,
    ITEM_TEMPLATE = 18, /* [name, SHA-256] */
    ITEM_RESEAL_OF = 19,
    ITEM_LINKED = 20
};
#define ITEM_ALWAYS_N   16u
#define ITEM_OPTIONAL_N 3u /* 13, 19, 20 */

/* A name of a file in the folder, and none of the bundle's own (signer.pem may be listed). */
bool manifest_is_file_name(struct cm_slice name);
/** May this be a manifest? @retval CM_E_RANGE  diag says what may not */
CM_MUST_CHECK cm_err manifest_judge(const struct manifest *m, struct cm_diag *diag);

/* SHA256SUMS of a folder: every file of the manifest, the manifest and its two copies. */
void bundle_sums(const struct manifest *m, struct cm_slice cose, struct cm_slice json,
                 struct cm_slice text, struct buffer *out);

#endif
