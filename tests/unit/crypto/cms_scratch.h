/* A scratch directory in which the openssl program has made certificates and keys. */
#ifndef CM_TESTS_CMS_SCRATCH_H
#define CM_TESTS_CMS_SCRATCH_H

#include "base/buffer.h"
#include "crypto/recipient.h"

#define CMS_SCRATCH_CAP 128u

struct cms_scratch {
    char dir[CMS_SCRATCH_CAP];
};

/* Make rsa.crt/.key, ec.crt/.key, other.crt/.key (RSA), sign.crt (rsa.key, signatures only),
 * weak.crt (RSA 1024), ed.crt (Ed25519), locked.key (rsa.key under "open sesame"). */
void cms_scratch_open(struct cms_scratch *s);
void cms_scratch_close(struct cms_scratch *s);
/* Run a shell command in the directory; its exit status. */
int cms_scratch_run(const struct cms_scratch *s, const char *command);
struct buffer cms_scratch_read(const struct cms_scratch *s, const char *name);
void cms_scratch_write(const struct cms_scratch *s, const char *name, struct cm_slice bytes);
/* The recipient of NAME.crt, and the key of NAME.key; the clock says now. */
struct recipient *cms_scratch_cert(const struct cms_scratch *s, const char *name);
struct recipient_key *cms_scratch_key(const struct cms_scratch *s, const char *name);

#endif
