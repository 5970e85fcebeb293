/* One call each: files of a pass are small. */
#include "crypto/sha1.h"

#include <openssl/evp.h>

#include "base/text.h"
#include "crypto/crypto_err.h"

cm_err sha1_hex(struct cm_slice bytes, char out[static SHA1_HEX_CAP]) {
    uint8_t sum[SHA1_LEN];
    unsigned len = 0;
    const uint8_t nothing = 0;
    if (EVP_Digest(bytes.len > 0 ? bytes.p : &nothing, bytes.len, sum, &len, EVP_sha1(), NULL) !=
            1 ||
        len != sizeof sum)
        return crypto_err_openssl("EVP_Digest");
    hex_format(sum, sizeof sum, out);
    return CM_OK;
}
