/* The parts of area `orders`, a file each. Reference: docs/design/performance.md, "orders". */
#ifndef CM_TESTS_BENCH_ORDERS_H
#define CM_TESTS_BENCH_ORDERS_H

#include "bench.h"

/* An order of cards to sealed files beside openssl cms. */
CM_MUST_CHECK cm_err orders_seal(struct bench *b);
/* Old card bases and another maker's codes. */
CM_MUST_CHECK cm_err orders_import(struct bench *b);
/* Spends from value cards beside PostgreSQL. */
CM_MUST_CHECK cm_err orders_spend(struct bench *b);

#endif
