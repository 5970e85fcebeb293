/* The outer shape by OpenSSL, the ciphers by their object identifiers, which stand in the clear. */
#include "crypto/pkcs12.h"

#include <openssl/pkcs12.h>

#include "crypto/crypto_err.h"

#define FILE_MAX (1u << 20) /* bytes */

/* pkcs-12PbeIds 1.2.840.113549.1.12.1, RFC 7292 appendix C: 1 and 2 are RC4, 5 and 6 RC2; 3 and 4,
 * triple DES, are in OpenSSL's default provider. */
static bool has_old_cipher(struct cm_slice file) {
    static const uint8_t arc[] = {0x06, 0x0A, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x01};
    for (size_t i = 0; i + sizeof arc < file.len; i++) {
        if (!slice_equal(slice_of(file.p + i, sizeof arc), slice_of(arc, sizeof arc))) continue;
        const uint8_t which = file.p[i + sizeof arc];
        if (which == 1 || which == 2 || which == 5 || which == 6) return true;
    }
    return false;
}

enum pkcs12_kind pkcs12_kind_of(struct cm_slice file) {
    if (file.len == 0 || file.len > FILE_MAX) return PKCS12_NONE;
    const unsigned char *at = file.p;
    PKCS12 *read = d2i_PKCS12(NULL, &at, (long)file.len);
    crypto_err_clear();
    if (read == NULL) return PKCS12_NONE;
    PKCS12_free(read);
    return has_old_cipher(file) ? PKCS12_LEGACY : PKCS12_PLAIN;
}
