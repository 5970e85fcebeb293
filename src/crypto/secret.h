/* Guarded memory for secrets, comparison in constant time, and the hardening of a process.
 * Blocks come with guard pages and a canary, are kept out of swap and core files, and are zeroed
 * when freed. It refuses to hand out memory that could not be locked. Source: libsodium 1.0.18,
 * "Secure memory"; prctl(2), setrlimit(2), mlock(2). Design: docs/design/keystore.md */
#ifndef CM_CRYPTO_SECRET_H
#define CM_CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"

/** Make libsodium ready; call it before anything else of this room. Safe to repeat.
 * @retval CM_E_CRYPTO  the system has no usable source of randomness */
CM_MUST_CHECK cm_err crypto_init(void);

/** Allocate guarded, locked, zeroed memory.
 * @param[in]  len  bytes, at least 1
 * @param[out] out  release with secret_free; untouched on error
 * @retval CM_E_NO_MEMORY  the allocation failed
 * @retval CM_E_LIMIT      the memory could not be locked (RLIMIT_MEMLOCK) */
CM_MUST_CHECK cm_err secret_alloc(size_t len, void **out, struct cm_diag *diag);
/* Wipe and release; NULL is fine. */
void secret_free(void *p);
/* Forbid and allow writing to a block of secret_alloc. A failure ends the process: the block would
 * be in an unknown state. */
void secret_freeze(void *p);
void secret_thaw(void *p);

/* Equality in constant time; the length is public. */
bool secret_equal(const void *a, const void *b, size_t len);

/* differ_out[i] = 1 where a[i] and b[i] differ, else 0: the same for columns of words, such as
 * tags, where a call for each would cost more than the cipher. */
void secret_differ(const uint64_t *a, const uint64_t *b, size_t n, uint64_t *differ_out);

/* A secret of variable length in guarded memory. */
struct secret {
    uint8_t *p;
    size_t len;
};
#define SECRET_INIT                                                                                \
    { NULL, 0 }
/** @param[out] s  `len` zero bytes in guarded memory; the old content is not released
 * @retval as secret_alloc */
CM_MUST_CHECK cm_err secret_init(struct secret *s, size_t len, struct cm_diag *diag);
void secret_wipe(struct secret *s);
#define SECRET_SCOPED CM_CLEANUP(secret_wipe)
static inline struct cm_slice secret_slice(const struct secret *s) {
    return slice_of(s->p, s->len);
}

/** No core files, no ptrace by others of the same user, no dump: for every process with keys.
 * @retval CM_E_IO  the system refused; diag says which call */
CM_MUST_CHECK cm_err secret_process_harden(struct cm_diag *diag);

#endif
