/* Manifests and folders of orders for tests. */
#ifndef CM_TESTS_BUNDLE_KIT_H
#define CM_TESTS_BUNDLE_KIT_H

#include "crypto/p256.h"
#include "order/bundle_check.h"
#include "support/scratch_file.h"

extern const struct cm_key kit_seed; /* signs manifests */
struct sign_public kit_key(void);
struct recipient *kit_bureau(void);
struct recipient_key *kit_bureau_key(void);
/* A manifest of a TEST order of cards with two files that do not exist. */
struct manifest kit_manifest(void);
/* Publish DIR/NAME with two sealed files for the bureau; the SHA-256 of its manifest. */
struct hash256 kit_publish(const struct scratch *dir, const char *name, struct manifest *m);

#endif
