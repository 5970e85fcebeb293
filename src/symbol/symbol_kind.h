/* What the standards say of each kind of symbol, as numbers: quiet zones, heights of bars, the
 * shape of what it takes. The rest of the room asks here instead of switching by kind.
 * References: as in symbol.h; quiet zones also GS1 General Specifications, section 5. */
#ifndef CM_SYMBOL_SYMBOL_KIND_H
#define CM_SYMBOL_SYMBOL_KIND_H

#include "symbol/symbol.h"

/* What its payload is made of. */
enum symbol_taker {
    TAKES_TEXT,     /* UTF-8 */
    TAKES_ASCII,    /* 0 to 127 */
    TAKES_CODE39,   /* 0-9 A-Z space - . $ / + % */
    TAKES_CODABAR,  /* 0-9 - $ : / . +, between letters A to D */
    TAKES_DIGITS,   /* `digits` of them, the last a check digit */
    TAKES_ELEMENTS, /* GS1 element string */
};

struct symbol_facts {
    const char *name;   /* as on the command line */
    const char *called; /* in sentences, with its article */
    enum symbol_taker takes;
    uint8_t digits;                               /* TAKES_DIGITS */
    uint8_t quiet_left, quiet_right, quiet_above; /* modules; below as above */
    bool linear;
    uint16_t bar_modules;    /* least height of a single row of bars; 0: rows have their own */
    enum symbol_kind larger; /* what holds more; itself: nothing does */
};

const struct symbol_facts *symbol_facts(enum symbol_kind kind);

#endif
