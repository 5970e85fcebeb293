/* One interface over the barcode libraries: a text becomes modules, dark or light, with all that a
 * drawer must know: the quiet zone, the heights of rows, guard bars, the human-readable text.
 *
 * It refuses, each with the limit and the nearest thing that works: what the symbol's character set
 * lacks, what is longer than it holds, a wrong check digit. Sizes are the smallest that hold the
 * text. What a GS1 text means is gs1.h's affair, how large a module is, picture.h's and page.h's.
 * References: ISO/IEC 18004, 16022, 24778, 15438, 15417, 15420, 16390, 16388, 24724; GS1 General
 * Specifications; through libqrencode and libzint. Design: docs/design/symbols.md. */
#ifndef CM_SYMBOL_SYMBOL_H
#define CM_SYMBOL_SYMBOL_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"

#define SYMBOL_PAYLOAD_MAX 7089u /* bytes: the digits of a QR code 40-L; no symbol holds more */
#define SYMBOL_TEXTS_MAX   4u
#define SYMBOL_TEXT_CAP    128u /* bytes of one piece of human-readable text, with NUL */

enum symbol_kind {
    SYMBOL_QR,
    SYMBOL_MICRO_QR,
    SYMBOL_GS1_QR,
    SYMBOL_DATAMATRIX,
    SYMBOL_GS1_DATAMATRIX,
    SYMBOL_AZTEC,
    SYMBOL_PDF417,
    SYMBOL_CODE128,
    SYMBOL_CODE128_B, /* without set C, as some printers' firmware has it */
    SYMBOL_GS1_128,
    SYMBOL_EAN13,
    SYMBOL_EAN8,
    SYMBOL_UPCA,
    SYMBOL_ITF14,
    SYMBOL_CODABAR,
    SYMBOL_CODE39,
    SYMBOL_DATABAR,
    SYMBOL_DATABAR_EXPANDED,
    SYMBOL_DATABAR_EXPANDED_STACKED
};
#define SYMBOL_KIND_N 19u

struct symbol_wish {
    enum symbol_kind kind;
    struct cm_slice payload; /* GS1 kinds: an element string as gs1.h makes it, without the FNC1 at
                                its start, GS (1D) as FNC1 further on. DataBar: 14 digits of a GTIN.
                                EAN, UPC, ITF-14: with check digit. Codabar: between two of A B C D,
                                or without: then A stands at both ends. Else UTF-8 */
    char level;              /* QR, Micro QR: L, M, Q or H; 0: M (Micro QR: the highest that fits
                                the smallest symbol). Others ignore it */
};

/* A piece of human-readable text below the bars, centred from column `from` up to column `to`
 * (exclusive); columns may be negative or beyond the width (the first digit of an EAN-13 stands in
 * the quiet zone). */
struct symbol_text {
    int16_t from, to;
    char text[SYMBOL_TEXT_CAP];
};

struct symbol {
    enum symbol_kind kind;
    size_t width, rows;    /* modules; rows of modules or of bars */
    uint8_t *modules;      /* rows of width bytes, 1: dark */
    uint16_t *row_modules; /* height of each row in modules; 0: bars, as high as the drawer wants */
    uint8_t quiet_left, quiet_right, quiet_top, quiet_bottom; /* modules that stay light */
    bool linear;          /* one row of bars, or stacked rows of bars: has a text below */
    bool bearer;          /* ITF-14: wants a bearer bar around */
    uint16_t bar_modules; /* advised height of rows whose row_modules is 0; else 0 */
    uint8_t *guard;       /* EAN, UPC: width bytes, 1: this bar reaches 5 modules further down,
                             between the texts; else NULL */
    struct symbol_text texts[SYMBOL_TEXTS_MAX];
    size_t text_n;
    char size[24]; /* as its standard names it: "21x21", "M2", "version 7" ...: for people */
};

/** Encode one.
 * @param[out] out  release with symbol_free; untouched on error
 * @retval CM_E_FORMAT  a character outside its set (diag names it and its place, never the text), a
 *                      wrong check digit (diag says the right one), no GS1 element string
 * @retval CM_E_LIMIT   longer than it holds: diag says how much it holds and what holds more
 * @retval CM_E_NO_MEMORY
 * Any thread, each its own call. Example: tests/unit/symbol/test_symbol.c */
CM_MUST_CHECK cm_err symbol_make(const struct symbol_wish *wish, struct symbol *out,
                                 struct cm_diag *diag);
void symbol_free(struct symbol *s);
static inline bool symbol_is_dark(const struct symbol *s, size_t x, size_t y) {
    return s->modules[y * s->width + x] != 0;
}

/* Names as on the command line: "qr", "micro-qr", "gs1-qr", "datamatrix", "gs1-datamatrix",
 * "aztec", "pdf417", "code128", "code128-b", "gs1-128", "ean13", "ean8", "upca", "itf14",
 * "codabar", "code39", "databar", "databar-expanded", "databar-expanded-stacked". Static text. */
const char *symbol_kind_name(enum symbol_kind kind);
/** @retval CM_E_ARGUMENT  no such name; diag names the nearest and lists all */
CM_MUST_CHECK cm_err symbol_kind_parse(const char *name, enum symbol_kind *out,
                                       struct cm_diag *diag);
bool symbol_kind_is_gs1(enum symbol_kind kind); /* takes an element string */

#endif
