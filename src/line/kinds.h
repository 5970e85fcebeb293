/* The languages there are, one file each. */
#ifndef CM_LINE_KINDS_H
#define CM_LINE_KINDS_H

#include "line/kind.h"

extern const struct driver_kind kind_zpl;  /* ZPL II, TCP 9100 */
extern const struct driver_kind kind_ztc;  /* Videojet and Linx, serialization set */
extern const struct driver_kind kind_sppl; /* Savema */
extern const struct driver_kind kind_wsi;  /* Videojet 1000 line */
extern const struct driver_kind kind_raw;  /* any line protocol, as data */
extern const struct driver_kind kind_ipp;  /* a queue of CUPS or of a printer */
extern const struct driver_kind kind_sink; /* file: */

/* By name, as it stands in a printer's URI; NULL: there is none. */
const struct driver_kind *kind_named(const char *name);
/* The i-th; NULL behind the last. */
const struct driver_kind *kind_at(size_t i);

#endif
