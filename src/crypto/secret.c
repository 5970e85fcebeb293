/* Guarded memory over libsodium. sodium_malloc only tries to lock; here a failed lock is an error,
 * because a key that may reach the swap file is not guarded.
 * Source: libsodium 1.0.18 utils.h; prctl(2) PR_SET_DUMPABLE; setrlimit(2) RLIMIT_CORE. */
#include "crypto/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <sodium.h>

#include "base/file.h"
#include "base/log.h"
#include "crypto/crypto_err.h"

cm_err crypto_init(void) { return sodium_init() < 0 ? crypto_err_sodium("sodium_init") : CM_OK; }

cm_err secret_alloc(size_t len, void **out, struct cm_diag *diag) {
    if (len == 0) return CM_E_ARGUMENT;
    TRY(crypto_init());
    void *p = sodium_malloc(len);
    if (p == NULL)
        return diag_fail(diag, CM_E_NO_MEMORY, "guarded memory", NULL,
                         "free memory, then start again", "%zu bytes could not be allocated", len);
    /* sodium_malloc drops the result of its own mlock; locking twice is the same as once. */
    if (sodium_mlock(p, len) != 0) {
        const int cause = errno;
        sodium_free(p);
        return diag_fail(diag, CM_E_LIMIT, "guarded memory", NULL,
                         "raise the limit: `ulimit -l 65536`, or LimitMEMLOCK=64M in the unit file",
                         "memory for keys could not be locked (%s)", file_errno_text(cause));
    }
    sodium_memzero(p, len);
    *out = p;
    return CM_OK;
}

void secret_free(void *p) { sodium_free(p); }

static void die(const char *call) {
    log_event(LOG_ERROR, "guarded memory: %s failed; ending the process", call);
    abort();
}

void secret_freeze(void *p) {
    if (p != NULL && sodium_mprotect_readonly(p) != 0) die("mprotect");
}

void secret_thaw(void *p) {
    if (p != NULL && sodium_mprotect_readwrite(p) != 0) die("mprotect");
}

bool secret_equal(const void *a, const void *b, size_t len) {
    return sodium_memcmp(a, b, len) == 0;
}

/* Arithmetic alone, in a function that no caller is inlined with: nothing here tells a compiler
 * that two values are all that comes out. */
void secret_differ(const uint64_t *a, const uint64_t *b, size_t n, uint64_t *differ_out) {
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = a[i] ^ b[i];
        differ_out[i] = (bits | (0 - bits)) >> 63;
    }
}

cm_err secret_init(struct secret *s, size_t len, struct cm_diag *diag) {
    void *p = NULL;
    TRY(secret_alloc(len, &p, diag));
    *s = (struct secret){.p = p, .len = len};
    return CM_OK;
}

void secret_wipe(struct secret *s) {
    secret_free(s->p);
    *s = (struct secret)SECRET_INIT;
}

cm_err secret_process_harden(struct cm_diag *diag) {
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return diag_fail(diag, CM_E_IO, "process", "setrlimit(RLIMIT_CORE)",
                         "run outside the sandbox that forbids it", "%s", file_errno_text(errno));
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return diag_fail(diag, CM_E_IO, "process", "prctl(PR_SET_DUMPABLE)",
                         "run outside the sandbox that forbids it", "%s", file_errno_text(errno));
    return CM_OK;
}
