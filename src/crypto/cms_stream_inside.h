/* What writing, re-addressing and reading of sealed files share: the fixed bytes of their shape,
 * the small CMS message without content through which OpenSSL does the cryptography. For
 * cms_stream*.c only. */
#ifndef CM_CRYPTO_CMS_STREAM_INSIDE_H
#define CM_CRYPTO_CMS_STREAM_INSIDE_H

#include <openssl/cms.h>
#include <openssl/evp.h>

#include "crypto/ber.h"
#include "crypto/cms_inside.h"
#include "crypto/cms_sink.h"
#include "crypto/cms_stream.h"

#define CMS_SEGMENT_LEN 65536u /* bytes of content in a piece: our choice, fits the L2 cache */
#define CMS_SEGMENT_CAP (CMS_SEGMENT_LEN + 2u * BER_HEAD_CAP)
#define CMS_TAG_LEN     16u          /* bytes: GCM's full tag, RFC 5084 section 3.2 */
#define CMS_HEAD_MAX    (256u << 10) /* bytes of recipients: 16 of them need below 16 KiB */
#define CMS_TAIL_MAX    (64u << 10)  /* bytes of certificates and signatures */

/* Object identifiers and small elements, encoded with their heads. */
struct cms_words {
    struct cm_slice auth_enveloped, signed_data, data; /* OIDs: RFC 5083, RFC 5652 */
    struct cm_slice version0, version1;
    struct cm_slice digests; /* SET of SHA-256 */
};
extern const struct cms_words cms_words;

/* A range of a file as a source; `tee` gets what lies at or past tee_from. */
struct cms_file {
    int fd;
    uint64_t at;
    struct cms_sink *tee; /* or NULL */
    uint64_t tee_from;
    struct cm_diag *diag;
};
cm_err cms_file_pull(void *self, uint8_t *to, size_t cap, size_t *n);

/* The head of a sealed file up to its content. */
struct cms_head {
    struct buffer recipients;                /* SET OF RecipientInfo */
    struct buffer algorithm;                 /* of the content */
    uint64_t recipients_from, recipients_to; /* place in the file */
    bool open_ended;                         /* the elements around them have indefinite lengths */
};
#define CMS_HEAD_INIT                                                                              \
    { BUFFER_INIT, BUFFER_INIT, 0, 0, false }
void cms_head_free(struct cms_head *h);
/* Read it; the reader then stands before the content (a string [0] of octets). */
void cms_head_read(struct ber_reader *r, struct cms_head *h);
/* After the content: the tag and the ends. */
void cms_foot_read(struct ber_reader *r, uint8_t tag[CMS_TAG_LEN]);
/* Words for what ber_err says of a sealed file. */
CM_MUST_CHECK cm_err cms_shape_err(cm_err err, struct cm_diag *diag);

/** A message without content and with a tag of zeros, for OpenSSL.
 * @retval CM_E_FORMAT  OpenSSL does not take it */
CM_MUST_CHECK cm_err cms_skeleton(const struct cms_head *h, CMS_ContentInfo **out,
                                  struct cm_diag *diag);
/** The cipher of a message whose key is known: encrypting for one that was begun here, decrypting
 * for one that was read. It lives as long as *chain. @retval CM_E_FORMAT  not AES-256-GCM */
CM_MUST_CHECK cm_err cms_cipher(CMS_ContentInfo *cms, BIO **chain, EVP_CIPHER_CTX **cipher);
/** Head elements of a message that OpenSSL built.
 * @retval CM_E_CRYPTO  it is not of the shape that we make */
CM_MUST_CHECK cm_err cms_head_of(CMS_ContentInfo *cms, struct cms_head *out);
/* What stands before the recipients in our files, and after them up to the content. */
void cms_put_before(struct buffer *out);
void cms_put_after(const struct cms_head *h, struct buffer *out);

#endif
