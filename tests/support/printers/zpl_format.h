/* One ZPL II format, ^XA to ^XZ, as far as an emulator of the wire needs to understand it: which
 * stored format it defines or recalls, what its fields hold, how often it prints, what it sets.
 * It draws nothing and refuses nothing: a printer skips what it does not know.
 * Source: Zebra Programming Guide, through the reference's sections 1.1-1.3 and 1.9. */
#ifndef CM_TESTS_PRINTERS_ZPL_FORMAT_H
#define CM_TESTS_PRINTERS_ZPL_FORMAT_H

#include "support/printers/item.h"

/* What a format does, as bits of item.kind. */
enum zpl_kind {
    ZPL_STORES = 1,  /* ^DF: its text is the name of the stored format */
    ZPL_RECALLS = 2, /* ^XF: the first field of its text is the name */
    ZPL_PRINTS = 4,  /* it has something to print */
    ZPL_JZ_YES = 8,  /* ^JZY */
    ZPL_JZ_NO = 16   /* ^JZN */
};

/* Read the commands between ^XA and ^XZ into a cleared item.
 * `prefix` is what ^CC last made it, and changes when the format holds a ^CC. */
void zpl_format_read(struct cm_slice body, uint8_t *prefix, struct item *out);

#endif
