/* Where an emulated printer can be reached: a loopback port, a Unix socket, a pseudo-terminal. */
#ifndef CM_TESTS_PRINTERS_ADDRESS_H
#define CM_TESTS_PRINTERS_ADDRESS_H

#include <stdint.h>

#include "base/diag.h"

#define ADDRESS_TEXT_MOST 120u

enum address_kind { ADDRESS_TCP, ADDRESS_UNIX, ADDRESS_PTY };

struct address {
    enum address_kind kind;
    uint16_t port;                    /* TCP; once it listens, the real one */
    char path[ADDRESS_TEXT_MOST];     /* Unix */
    char text[ADDRESS_TEXT_MOST + 8]; /* for people and clients */
    int other;                        /* pty: the client's end, held open; 0: none */
};

/** "PORT", "unix:PATH" or "pty". @retval CM_E_ARGUMENT */
CM_MUST_CHECK cm_err address_parse(const char *text, struct address *out, struct cm_diag *diag);
/** A descriptor that listens; of a pty the printer's own end. Non-blocking.
 * @retval CM_E_EXISTS  in use      @retval CM_E_IO */
CM_MUST_CHECK cm_err address_listen(struct address *a, int *fd, struct cm_diag *diag);
/* Remove what the address left in the file system. */
void address_close(struct address *a);

#endif
