/* The C library's allocator under its own names, counted: a definition in the program stands before
 * the library's for every caller, shared libraries included, and hands the work on to the names
 * that glibc keeps for this. A sanitizer owns these names: allocations_hooked.c serves there.
 * Reference: glibc manual, "Replacing malloc". See allocations.h. */
#include "support/allocations.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

#define SHOWN __attribute__((visibility("default")))

static atomic_uint_least64_t made;

uint64_t allocations_made(void) { return atomic_load(&made); }

static void *counted(void *p) {
    if (p != NULL) atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
    return p;
}

/* NOLINTBEGIN(cert-dcl51-cpp,bugprone-reserved-identifier): these names are the C library's. */
void *__libc_malloc(size_t len);
void *__libc_calloc(size_t n, size_t len);
void *__libc_realloc(void *p, size_t len);
void *__libc_memalign(size_t alignment, size_t len);
/* NOLINTEND(cert-dcl51-cpp,bugprone-reserved-identifier) */

void *malloc(size_t len);
void *calloc(size_t n, size_t len);
void *realloc(void *p, size_t len);
void *memalign(size_t alignment, size_t len);
void *aligned_alloc(size_t alignment, size_t len);
int posix_memalign(void **out, size_t alignment, size_t len);

SHOWN void *malloc(size_t len) { return counted(__libc_malloc(len)); }
SHOWN void *calloc(size_t n, size_t len) { return counted(__libc_calloc(n, len)); }
SHOWN void *realloc(void *p, size_t len) { return counted(__libc_realloc(p, len)); }
SHOWN void *memalign(size_t alignment, size_t len) {
    return counted(__libc_memalign(alignment, len));
}
SHOWN void *aligned_alloc(size_t alignment, size_t len) {
    return counted(__libc_memalign(alignment, len));
}

SHOWN int posix_memalign(void **out, size_t alignment, size_t len) {
    void *const p = counted(__libc_memalign(alignment, len));
    if (p == NULL) return ENOMEM;
    *out = p;
    return 0;
}
