/* Sealed files of orders: CMS SignedData (RFC 5652) inside AuthEnvelopedData (RFC 5083) with
 * AES-256-GCM (RFC 5084), of any length, written and read in constant memory.
 *
 * Others open them with: openssl cms -decrypt -inform DER -in F -inkey KEY -recip CERT |
 * openssl cms -verify -inform DER -CAfile SIGNER. The reader gives nothing out before tag and
 * signature held: it goes through the file twice. What was written before _finish is no file:
 * it has no tag, and every reader refuses it.
 * Design and byte layout: docs/design/orders.md, "Sealing and manifest". */
#ifndef CM_CRYPTO_CMS_STREAM_H
#define CM_CRYPTO_CMS_STREAM_H

#include "crypto/cms_signer.h"
#include "crypto/hash.h"
#include "crypto/recipient.h"

#define CMS_CONTENT_MAX                                                                            \
    ((64ull << 30) - (1u << 20)) /* bytes: NIST SP 800-38D 5.2.1.1, less ours                      \
                                  */
#define CMS_RECIPIENTS_MAX 16u   /* our choice */

/* What a finished file is. */
struct cms_sealed {
    struct hash256 sha256; /* of the sealed file */
    uint64_t len;          /* bytes of the sealed file */
    struct hash256 content_sha256;
    uint64_t content_len;
};

struct cms_sealer;

/** Begin a sealed file at the present end of fd.
 * @param[in]  fd          open for writing, a file or a pipe; stays the caller's
 * @param[in]  signer      used until _finish
 * @param[in]  recipients  n of them, 1..CMS_RECIPIENTS_MAX: each can open the file; only read here
 * @param[out] out         cms_sealer_close it; untouched on error
 * @retval CM_E_RANGE  n      @retval CM_E_IO, CM_E_NO_SPACE, CM_E_CRYPTO, CM_E_NO_MEMORY
 * A sealer belongs to one thread at a time. Example: tests/unit/crypto/test_cms_stream.c */
CM_MUST_CHECK cm_err cms_sealer_open(int fd, const struct cms_signer *signer,
                                     const struct recipient *const *recipients, size_t n,
                                     struct cms_sealer **out, struct cm_diag *diag);
/** @retval CM_E_LIMIT  more than CMS_CONTENT_MAX      @retval CM_E_IO, CM_E_NO_SPACE, CM_E_CRYPTO
 */
CM_MUST_CHECK cm_err cms_sealer_write(struct cms_sealer *s, struct cm_slice bytes,
                                      struct cm_diag *diag);
/** Sign, write the end and say what was written. The caller syncs the file.
 * @param[out] out  untouched on error      @retval CM_E_IO, CM_E_NO_SPACE, CM_E_CRYPTO */
CM_MUST_CHECK cm_err cms_sealer_finish(struct cms_sealer *s, struct cms_sealed *out,
                                       struct cm_diag *diag);
/* Wipe and release, finished or not; NULL is fine. */
void cms_sealer_close(struct cms_sealer *s);
void cms_sealer_closep(struct cms_sealer **s);

/** Copy a sealed file for other recipients: the content key is wrapped anew, ciphertext and tag
 * stay byte by byte. The content is neither decrypted nor judged.
 * @param[in]  in          a seekable file, read with pread from 0 to its end
 * @param[in]  own         key of one of its present recipients
 * @param[out] sealed      of the new file; content_* are zero; untouched on error
 * @retval CM_E_AUTH  own is not a recipient's key    @retval CM_E_FORMAT  not a sealed file
 * @retval CM_E_TRUNCATED  cut                        @retval CM_E_RANGE  n
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err cms_readdress(int in, const struct recipient_key *own,
                                   const struct recipient *const *recipients, size_t n, int out,
                                   struct cms_sealed *sealed, struct cm_diag *diag);

/** The same in steps, for who may not be long away.
 * @param[in]  in, out  stay the caller's, and open until cms_readdresser_close
 * @param[out] to       cms_readdresser_close it; untouched on error      @retval as cms_readdress
 */
struct cms_readdresser;
CM_MUST_CHECK cm_err cms_readdresser_open(int in, const struct recipient_key *own,
                                          const struct recipient *const *recipients, size_t n,
                                          int out, struct cms_readdresser **to,
                                          struct cm_diag *diag);
/** Copy about `most` bytes. After an error it is of no use.
 * @param[out] ended   the file is whole       @param[out] sealed  then, as cms_readdress says
 * @retval as cms_readdress */
CM_MUST_CHECK cm_err cms_readdresser_step(struct cms_readdresser *c, uint64_t most, bool *ended,
                                          struct cms_sealed *sealed, struct cm_diag *diag);
/* Finished or not; NULL is fine. */
void cms_readdresser_close(struct cms_readdresser *c);
void cms_readdresser_closep(struct cms_readdresser **c);

/** How many recipients a sealed file has, and whether `to` is one of them (by issuer and serial
 * number, or key identifier). Opens nothing, needs no key.
 * @param[in] to  may be NULL
 * @retval CM_E_FORMAT, CM_E_TRUNCATED, CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err cms_addressed(int fd, const struct recipient *to, size_t *recipients_n,
                                   bool *found, struct cm_diag *diag);

struct cms_opener;

/** Authenticate a whole sealed file (tag, signature, signer), then stand at its content's
 * beginning.
 * @param[in]  fd      a seekable file, read with pread; must outlive the opener
 * @param[in]  signer  certificate of the one signer that is taken (PEM or DER): pinned, no chain
 * @param[out] out     cms_opener_close it; untouched on error
 * @retval CM_E_FORMAT     not a sealed file       @retval CM_E_TRUNCATED  cut or unfinished
 * @retval CM_E_AUTH       sealed to another key, or signed by another signer
 * @retval CM_E_CORRUPT    changed after sealing   @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err cms_opener_open(int fd, const struct recipient_key *key,
                                     struct cm_slice signer, struct cms_opener **out,
                                     struct cm_diag *diag);
/** Read the next bytes of the content; *n is 0 at the end.
 * @retval CM_E_CORRUPT  the file was changed between the two passes; distrust what came before */
CM_MUST_CHECK cm_err cms_opener_read(struct cms_opener *o, uint8_t *out, size_t cap, size_t *n,
                                     struct cm_diag *diag);
void cms_opener_close(struct cms_opener *o);
void cms_opener_closep(struct cms_opener **o);

#endif
