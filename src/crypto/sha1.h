/* SHA-1 (FIPS 180-4) where a foreign format asks for it: the manifest of a wallet pass names its
 * files by it, and a signature with SHA-256 stands over that manifest. Nothing of ours trusts it.
 */
#ifndef CM_CRYPTO_SHA1_H
#define CM_CRYPTO_SHA1_H

#include "base/bytes.h"

#define SHA1_LEN     20u
#define SHA1_HEX_CAP 41u /* with the NUL */

/** Lower-case hex. @retval CM_E_CRYPTO  out untouched. Thread-safe. */
CM_MUST_CHECK cm_err sha1_hex(struct cm_slice bytes, char out[static SHA1_HEX_CAP]);

#endif
