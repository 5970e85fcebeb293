/* The path from a signer's certificate upwards, built from the certificates that the user gave.
 * Names and signatures must both fit: issuers renew their keys under one name. */
#include <string.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/cms_detached_inside.h"
#include "crypto/cms_inside.h"
#include "crypto/cms_signer_inside.h"
#include "crypto/crypto_err.h"

#define APPLE_PASS_TYPE "1.2.840.113635.100.6.1.16"
#define FILE_MAX        (1u << 20) /* bytes of a file of certificates */

void x509_stack_freep(STACK_OF(X509) * *certs) { sk_X509_pop_free(*certs, X509_free); }

uint64_t cms_time(const ASN1_TIME *when) {
    struct tm parts = {0};
    if (when == NULL || ASN1_TIME_to_tm(when, &parts) != 1) return 0;
    const time_t s = timegm(&parts);
    return s > 0 ? (uint64_t)s : 0;
}

static void name_part(X509 *cert, int nid, char out[RECIPIENT_NAME_CAP]) {
    out[0] = '\0';
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(cert), nid, out, RECIPIENT_NAME_CAP);
}

/* Apple writes the pass type into an extension of its own, as one string. */
static void pass_type(X509 *cert, char out[RECIPIENT_NAME_CAP]) {
    out[0] = '\0';
    ASN1_OBJECT *oid = OBJ_txt2obj(APPLE_PASS_TYPE, 1);
    const int at = oid != NULL ? X509_get_ext_by_OBJ(cert, oid, -1) : -1;
    ASN1_OBJECT_free(oid);
    const ASN1_OCTET_STRING *value =
        at >= 0 ? X509_EXTENSION_get_data(X509_get_ext(cert, at)) : NULL;
    if (value == NULL) return;
    const unsigned char *der = ASN1_STRING_get0_data(value);
    ASN1_STRING *text = d2i_DISPLAYTEXT(NULL, &der, ASN1_STRING_length(value));
    const size_t len = text != NULL ? (size_t)ASN1_STRING_length(text) : 0;
    if (len > 0 && len < RECIPIENT_NAME_CAP &&
        memchr(ASN1_STRING_get0_data(text), 0, len) == NULL) {
        memcpy(out, ASN1_STRING_get0_data(text), len);
        out[len] = '\0';
    }
    ASN1_STRING_free(text);
}

void cms_identity_of(X509 *cert, struct cms_identity *out) {
    *out = (struct cms_identity){.not_before_unix_s = cms_time(X509_get0_notBefore(cert)),
                                 .not_after_unix_s = cms_time(X509_get0_notAfter(cert))};
    name_part(cert, NID_userId, out->user_id);
    name_part(cert, NID_commonName, out->common_name);
    name_part(cert, NID_organizationalUnitName, out->unit);
    pass_type(cert, out->pass_type);
    crypto_err_clear();
}

cm_err cms_cert_dates(X509 *cert, const char *input, uint64_t now_unix_s, struct cm_diag *diag) {
    const uint64_t from = cms_time(X509_get0_notBefore(cert)),
                   until = cms_time(X509_get0_notAfter(cert));
    char day[sizeof "2026-11-22"];
    struct tm parts = {0};
    if (until == 0)
        return diag_fail(diag, CM_E_FORMAT, input, "validity", "ask its issuer for another one",
                         "its dates cannot be read");
    if (now_unix_s >= from && now_unix_s <= until) return CM_OK;
    const time_t when = (time_t)(now_unix_s < from ? from : until);
    (void)gmtime_r(&when, &parts);
    (void)strftime(day, sizeof day, "%Y-%m-%d", &parts);
    return diag_fail(diag, CM_E_STATE, input, "validity",
                     now_unix_s < from ? "wait for that day, or look at this machine's clock"
                                       : "ask its issuer for a new one",
                     now_unix_s < from ? "it is not valid before %s" : "it expired on %s", day);
}

static cm_err read_pem(BIO *in, const char *input, STACK_OF(X509) * certs, struct cm_diag *diag) {
    for (X509 *cert = NULL; (cert = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL;) {
        if (sk_X509_push(certs, cert) <= 0) {
            X509_free(cert);
            return CM_E_NO_MEMORY;
        }
        if ((unsigned)sk_X509_num(certs) > CMS_CHAIN_MAX)
            return diag_fail(diag, CM_E_LIMIT, input, NULL, "leave out those that are not needed",
                             "more than %u certificates", CMS_CHAIN_MAX);
    }
    crypto_err_clear();
    return CM_OK;
}

cm_err cms_chain_read(struct cm_slice text, const char *input, STACK_OF(X509) * *out,
                      struct cm_diag *diag) {
    X509S_SCOPED STACK_OF(X509) *certs = sk_X509_new_null();
    if (certs == NULL) return CM_E_NO_MEMORY;
    const bool fits = text.len > 0 && text.len <= FILE_MAX;
    if (fits && memmem(text.p, text.len, "-----BEGIN ", 11) != NULL) {
        BIO_SCOPED BIO *in = BIO_new_mem_buf(text.p, (int)text.len);
        if (in == NULL) return crypto_err_openssl("BIO_new_mem_buf");
        TRY(read_pem(in, input, certs, diag));
    } else if (fits) {
        X509 *cert = NULL;
        cm_ignore(cms_signer_cert(text, &cert, NULL)); /* said below */
        if (cert != NULL && sk_X509_push(certs, cert) <= 0) X509_free(cert);
    }
    if (sk_X509_num(certs) == 0)
        return diag_fail(diag, CM_E_FORMAT, input, NULL,
                         "give X.509 certificates in PEM form, or one in DER",
                         "there is no certificate in it");
    *out = take(&certs);
    return CM_OK;
}

static X509 *issuer_among(X509 *cert, STACK_OF(X509) * given, bool *same_name) {
    for (int i = 0; i < sk_X509_num(given); i++) {
        X509 *candidate = sk_X509_value(given, i);
        if (X509_NAME_cmp(X509_get_issuer_name(cert), X509_get_subject_name(candidate)) != 0)
            continue;
        *same_name = true;
        if (X509_check_issued(candidate, cert) == X509_V_OK &&
            X509_verify(cert, X509_get0_pubkey(candidate)) == 1)
            return candidate;
    }
    crypto_err_clear();
    return NULL;
}

static bool is_root(X509 *cert) { return (X509_get_extension_flags(cert) & EXFLAG_SS) != 0; }

static cm_err no_issuer(X509 *leaf, bool same_name, struct cm_diag *diag) {
    char name[RECIPIENT_NAME_CAP] = "";
    BIO_SCOPED BIO *text = BIO_new(BIO_s_mem());
    if (text != NULL && X509_NAME_print_ex(text, X509_get_issuer_name(leaf), 0,
                                           XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
        const int len = BIO_read(text, name, (int)sizeof name - 1);
        name[len > 0 ? len : 0] = '\0';
    }
    crypto_err_clear();
    return diag_fail(diag, CM_E_NOT_FOUND, "certificate chain", NULL,
                     "download the issuer's certificate (for Apple: the WWDR intermediate of that "
                     "very generation) and give it as the chain",
                     "%s, '%s'",
                     same_name ? "it holds a certificate of the issuer's name, but of another key"
                               : "it does not hold the certificate's issuer",
                     name);
}

cm_err cms_chain_above(X509 *leaf, STACK_OF(X509) * given, uint64_t now_unix_s,
                       STACK_OF(X509) * *out, struct cm_diag *diag) {
    X509S_SCOPED STACK_OF(X509) *path = sk_X509_new_null();
    if (path == NULL) return CM_E_NO_MEMORY;
    X509 *at = leaf;
    while (!is_root(at) && (unsigned)sk_X509_num(path) < CMS_CHAIN_MAX) {
        bool same_name = false;
        X509 *issuer = issuer_among(at, given, &same_name);
        if (issuer == NULL && at == leaf) return no_issuer(leaf, same_name, diag);
        /* Whoever checks has the root: it is sent only where it is the only one. */
        if (issuer == NULL || (is_root(issuer) && at != leaf)) break;
        TRY(cms_cert_dates(issuer, "certificate chain", now_unix_s, diag));
        if (X509_up_ref(issuer) != 1) return crypto_err_openssl("X509_up_ref");
        if (sk_X509_push(path, issuer) <= 0) {
            X509_free(issuer);
            return CM_E_NO_MEMORY;
        }
        at = issuer;
    }
    *out = take(&path);
    return CM_OK;
}
