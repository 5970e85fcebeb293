/* OpenSSL's side of a recipient, for the files that make and open CMS (cms.c, seal.c) only. */
#ifndef CM_CRYPTO_RECIPIENT_INSIDE_H
#define CM_CRYPTO_RECIPIENT_INSIDE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/recipient.h"

struct recipient {
    X509 *cert;
};

struct recipient_key {
    EVP_PKEY *key;
};

#endif
