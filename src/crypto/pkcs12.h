/* Whether a file is PKCS #12 (RFC 7292), in which keychains and browsers hand out a certificate
 * with its key, and whether its ciphers are those that OpenSSL 3 keeps apart. It is told apart so
 * that people hear how to take both out; nothing is decrypted here. */
#ifndef CM_CRYPTO_PKCS12_H
#define CM_CRYPTO_PKCS12_H

#include "base/bytes.h"

enum pkcs12_kind {
    PKCS12_NONE,  /* another file */
    PKCS12_PLAIN, /* openssl pkcs12 opens it as it is */
    PKCS12_LEGACY /* RC2 or RC4, as Apple's Keychain exports: openssl pkcs12 -legacy */
};

/* Any thread. */
enum pkcs12_kind pkcs12_kind_of(struct cm_slice file);

#endif
