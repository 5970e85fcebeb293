/* Sealed files in the folder of a cms_kit: a known pattern goes in, and must come out. */
#ifndef CM_TESTS_CMS_STREAM_KIT_H
#define CM_TESTS_CMS_STREAM_KIT_H

#include "cms_kit.h"
#include "crypto/cms_stream.h"

int stream_kit_file(const struct cms_kit *s, const char *name, int flags);
/* Byte i of the pattern. */
uint8_t stream_kit_byte(size_t i);
/* The signer, with its certificate in signer.pem. */
struct cms_signer *stream_kit_signer(const struct cms_kit *s);
/* Seal `len` bytes of the pattern to the named certificates, in writes of `step`: file "sealed". */
struct cms_sealed stream_kit_seal(const struct cms_kit *s, const char *const *names, size_t n,
                                  size_t len, size_t step);
struct cms_sealed stream_kit_seal_to(const struct cms_kit *s, const char *name, size_t len);
/* Open a file with a key, or "sealed" with the key of NAME; the signer is that of signer.pem. */
cm_err stream_kit_open_with(const struct cms_kit *s, const char *file,
                            const struct recipient_key *key, size_t want_len, struct cm_diag *diag);
cm_err stream_kit_open(const struct cms_kit *s, const char *name, size_t want_len,
                       struct cm_diag *diag);

#endif
