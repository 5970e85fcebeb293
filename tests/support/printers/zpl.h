/* The ZPL emulator's inside: its state, and its answers (zpl_status.c). */
#ifndef CM_TESTS_PRINTERS_ZPL_H
#define CM_TESTS_PRINTERS_ZPL_H

#include "support/printers/printer.h"

struct zpl {
    struct fifo formats; /* the receive buffer, whole formats */
    struct fifo stored;  /* names of stored formats */
    struct item batch;   /* the format that runs; copies are what remains of its ^PQ */
    uint8_t prefix;      /* ^ until ^CC changes it */
    bool reprints;       /* ^JZ */
    uint64_t user_total; /* odometer.user_label_count */
};

/* ~HS; no answer while media or ribbon is out or the head is open. */
void zpl_host_status(struct printer *p, struct link *l);
/* ~HQES */
void zpl_errors(struct printer *p, struct link *l);
/* What follows "! U1 " on a line. */
void zpl_sgd(struct printer *p, struct link *l, struct cm_slice line);

#endif
