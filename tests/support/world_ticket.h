/* Tickets in a world: an issuer, and tickets of its units as the program signs them. */
#ifndef CM_TESTS_SUPPORT_WORLD_TICKET_H
#define CM_TESTS_SUPPORT_WORLD_TICKET_H

#include "support/world.h"
#include "wire/ticket.h"

#define WORLD_ISSUER "ACME"
#define WORLD_DAY_S  86400u

/* Give the world an issuer with `n` keys of 100 days from now on, or its next keys. */
void world_issuer(struct world *w, unsigned n);
/* The same, the key of `version` retired and ended at a time (Unix seconds). */
void world_issuer_end(struct world *w, unsigned n, unsigned version, uint64_t end);
/* Its document; buffer_free it. */
struct buffer world_issuer_text(struct world *w, unsigned n, unsigned version, uint64_t end);
/* Claims of a TEST ticket of ten days, without its id. */
struct ticket_claims world_claims(const struct world *w);
/* The ticket of a unit under a key version, NUL-terminated; the id is filled in. */
#define WORLD_TICKET_CAP (TICKET_TEXT_MAX + 1)
void world_ticket_of(struct world *w, unsigned version, uint32_t set, uint64_t serial,
                     struct ticket_claims claims, char out[static WORLD_TICKET_CAP]);
/* The same with version 1 and world_claims. */
void world_ticket(struct world *w, uint32_t set, uint64_t serial,
                  char out[static WORLD_TICKET_CAP]);

#endif
