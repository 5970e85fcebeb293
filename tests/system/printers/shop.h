/* Emulated printers on loopback ports, served by a thread of their own, for tests that come to them
 * as a client does. A printer's record is read when the thread has stopped. */
#ifndef CM_TESTS_SYSTEM_PRINTERS_SHOP_H
#define CM_TESTS_SYSTEM_PRINTERS_SHOP_H

#include <pthread.h>
#include <stdatomic.h>

#include "support/printers/hall.h"
#include "support/printers/printer.h"
#include "support/printers/protocol.h"

#define SHOP_MOST      64u
#define SHOP_KINDS     6u
#define SHOP_ADDRESSES 7u /* of each kind, and of any */

/* zpl, ztc, sppl, wsi, codenet, ngpcl; any. An address is followed by host:port and the option. */
struct shop_address {
    const char *kind, *address, *option;
};
extern const struct shop_address shop_addresses[SHOP_ADDRESSES];

struct shop {
    struct hall *hall;
    struct protocol *rules[SHOP_KINDS];
    bool moves[SHOP_MOST];
    atomic_bool closing;
    pthread_t thread;
};

void shop_open(struct shop *s);
/* One more printer, before it serves. On a line that moves two products a second pass it. */
void shop_add(struct shop *s, size_t kind, const char *faults, bool moves);
void shop_serve(struct shop *s);
void shop_stop(struct shop *s);
void shop_close(struct shop *s);

#endif
