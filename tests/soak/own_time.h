/* A loop of the line room whose time is its own: it jumps to the next timer instead of waiting, so
 * that a day of a plant passes in a minute. It stands in for line/loop.c, under the same names, in
 * programs that link own_time.c; it watches no files. References: line/loop.h. */
#ifndef CM_TESTS_SOAK_OWN_TIME_H
#define CM_TESTS_SOAK_OWN_TIME_H

#include <stddef.h>

#include "line/loop.h"

struct site;

/* Where links made over this loop find their printers: the n-th for a host named "line-n". */
void own_time_sites(struct loop *loop, struct site **sites, size_t n);
struct site *own_time_site(const struct loop *loop, size_t i);

#endif
