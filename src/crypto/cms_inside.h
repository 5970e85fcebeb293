/* The steps that whole messages and streams share. For cms*.c and seal*.c only. */
#ifndef CM_CRYPTO_CMS_INSIDE_H
#define CM_CRYPTO_CMS_INSIDE_H

#include <openssl/bio.h>
#include <openssl/cms.h>

#include "base/diag.h"
#include "base/macros.h"
#include "crypto/recipient.h"

void cms_freep(CMS_ContentInfo **cms);
void bio_chain_freep(BIO **chain);
#define CMS_SCOPED CM_CLEANUP(cms_freep)
#define BIO_SCOPED CM_CLEANUP(bio_chain_freep)

/** A message without content yet, with its recipient if `to` is not NULL.
 * @param[in] flags  CMS_DETACHED for a stream, otherwise 0 */
CM_MUST_CHECK cm_err cms_begin(const struct recipient *to, unsigned flags, CMS_ContentInfo **out);

/** One more recipient, with key transport and agreement as cms.h says.
 * @param[out] out  owned by cms; may be NULL */
CM_MUST_CHECK cm_err cms_add_recipient(CMS_ContentInfo *cms, const struct recipient *to,
                                       CMS_RecipientInfo **out);

/** Unwrap the content key.
 * @retval CM_E_FORMAT  not an AuthEnvelopedData    @retval CM_E_AUTH  sealed to another key */
CM_MUST_CHECK cm_err cms_unlock(CMS_ContentInfo *cms, const struct recipient_key *key,
                                struct cm_diag *diag);

#endif
