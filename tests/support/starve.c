/* Wrapped allocation calls that can be told to fail, and the count of all that may. See starve.h.
 */
#include "support/starve.h"

#include <stdlib.h>

static unsigned calls, fail_at;

void starve_at(unsigned n) {
    calls = 0;
    fail_at = n;
}

unsigned starve_calls(void) { return calls; }

bool starve_turn(void) {
    calls++;
    return calls == fail_at;
}

/* NOLINTBEGIN(cert-dcl51-cpp,bugprone-reserved-identifier): these names are the linker's. */
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size) { return starve_turn() ? NULL : __real_calloc(n, size); }

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) { return starve_turn() ? NULL : __real_malloc(size); }

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size) {
    return starve_turn() ? NULL : __real_realloc(p, size);
}
/* NOLINTEND(cert-dcl51-cpp,bugprone-reserved-identifier) */
