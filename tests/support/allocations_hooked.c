/* The count where a sanitizer owns the allocator: it calls our hook for every allocation.
 * Reference: sanitizer/allocator_interface.h of compiler-rt. See allocations.h. */
#include "support/allocations.h"

#include <stdatomic.h>
#include <stddef.h>

#include <sanitizer/allocator_interface.h>

static atomic_uint_least64_t made;

uint64_t allocations_made(void) { return atomic_load(&made); }

static void on_allocation(const volatile void *p, size_t len) {
    (void)p;
    (void)len;
    atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
}

static void on_release(const volatile void *p) { (void)p; }

static void __attribute__((constructor)) install(void) {
    (void)__sanitizer_install_malloc_and_free_hooks(on_allocation, on_release);
}
