/* A hall of emulated printers: one event loop that puts any number of them on loopback ports, Unix
 * sockets or pseudo-terminals, and lends them the clock. A printer that is off refuses connections
 * and comes back on the same address. Not thread-safe; a program may have several halls. */
#ifndef CM_TESTS_PRINTERS_HALL_H
#define CM_TESTS_PRINTERS_HALL_H

#include "support/printers/printer.h"

#define HALL_ADDRESS_CAP 128u

struct hall;

CM_MUST_CHECK cm_err hall_new(struct hall **out, struct cm_diag *diag);
void hall_free(struct hall *h);
void hall_freep(struct hall **h);

/** Give a printer an address.
 * @param[in] printer  belongs to the hall from here on, also after an error
 * @param[in] address  "PORT" on 127.0.0.1 (0: a free one), "unix:PATH", or "pty"
 * @retval CM_E_ARGUMENT  no such address      @retval CM_E_EXISTS  it is in use      @retval
 * CM_E_IO */
CM_MUST_CHECK cm_err hall_add(struct hall *h, struct printer *printer, const char *address,
                              struct cm_diag *diag);
size_t hall_n(const struct hall *h);
/* The i-th printer, and where it is: "127.0.0.1:9100", "unix:PATH" or "/dev/pts/3". */
struct printer *hall_printer(const struct hall *h, size_t i);
const char *hall_address(const struct hall *h, size_t i);
/* Its port; 0 when it has none. */
uint16_t hall_port(const struct hall *h, size_t i);

/** Wait for something to happen, at most that long, and let it happen.
 * @retval CM_E_IO  the loop cannot go on, or a record cannot be written */
CM_MUST_CHECK cm_err hall_turn(struct hall *h, unsigned most_ms);

#endif
