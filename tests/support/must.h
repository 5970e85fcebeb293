/* Memory for tests: there, or the program ends. */
#ifndef CM_TESTS_SUPPORT_MUST_H
#define CM_TESTS_SUPPORT_MUST_H

#include <stdlib.h>

/* n zeroed items; release with free. */
static inline void *must_calloc(size_t n, size_t size) {
    void *p = calloc(n, size);
    if (p == NULL) abort();
    return p;
}

#endif
