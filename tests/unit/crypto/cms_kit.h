/* A folder in which the openssl program has made certificates and keys. */
#ifndef CM_TESTS_CMS_KIT_H
#define CM_TESTS_CMS_KIT_H

#include "crypto/recipient.h"
#include "support/scratch_file.h"

struct cms_kit {
    struct scratch dir;
};

/* Make rsa.crt/.key, ec.crt/.key, other.crt/.key (RSA), sign.crt (rsa.key, signatures only),
 * weak.crt (RSA 1024), ed.crt (Ed25519), locked.key (rsa.key under "open sesame"). */
void cms_kit_open(struct cms_kit *s);
void cms_kit_close(struct cms_kit *s);
/* The same as fixtures of cmocka: *state is the kit. */
int cms_kit_setup(void **state);
int cms_kit_teardown(void **state);
/* Run a shell command in the directory; its exit status. */
int cms_kit_run(const struct cms_kit *s, const char *command);
struct buffer cms_kit_read(const struct cms_kit *s, const char *name);
void cms_kit_write(const struct cms_kit *s, const char *name, struct cm_slice bytes);
/* The recipient of NAME.crt, and the key of NAME.key; the clock says now. */
struct recipient *cms_kit_cert(const struct cms_kit *s, const char *name);
struct recipient_key *cms_kit_key(const struct cms_kit *s, const char *name);

#endif
