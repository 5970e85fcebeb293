/* The fence around libzint: the kinds that are not made by others here. Its messages quote the
 * text, so they travel no further. References as in symbol.h. */
#include <stdio.h>
#include <stdlib.h>
#include <zint.h>

#include "base/buffer.h"
#include "base/macros.h"
#include "symbol/gs1.h"
#include "symbol/symbol_inside.h"

#define ECI_UTF8      26
#define PDF417_EDGES  69u /* modules of start, stop and row indicators (5.2) */
#define PDF417_COLUMN 17u
#define PDF417_FLAT   6u   /* times as wide as high */
#define PDF417_ROWS   3.0F /* modules a row is high (ISO/IEC 15438, 5.8.2: at least 3) */

static void zint_freep(struct zint_symbol **s) {
    if (*s != NULL) {
        wipe((*s)->encoded_data, sizeof(*s)->encoded_data);
        wipe((*s)->text, sizeof(*s)->text);
        wipe((*s)->errtxt, sizeof(*s)->errtxt);
    }
    ZBarcode_Delete(*s);
}

static cm_err symbol_err_from_zint(int code) {
    if (code < ZINT_ERROR) return CM_OK;
    switch (code) {
    case ZINT_ERROR_TOO_LONG: return CM_E_LIMIT;
    case ZINT_ERROR_MEMORY: return CM_E_NO_MEMORY;
    default: return CM_E_FORMAT;
    }
}

static int symbology_of(enum symbol_kind kind) {
    static const int numbers[SYMBOL_KIND_N] = {
        [SYMBOL_QR] = BARCODE_QRCODE,
        [SYMBOL_GS1_QR] = BARCODE_QRCODE,
        [SYMBOL_PDF417] = BARCODE_PDF417,
        [SYMBOL_CODE128] = BARCODE_CODE128,
        [SYMBOL_CODE128_B] = BARCODE_CODE128B,
        [SYMBOL_GS1_128] = BARCODE_GS1_128,
        [SYMBOL_EAN13] = BARCODE_EANX,
        [SYMBOL_EAN8] = BARCODE_EANX,
        [SYMBOL_UPCA] = BARCODE_UPCA,
        [SYMBOL_ITF14] = BARCODE_ITF14,
        [SYMBOL_CODABAR] = BARCODE_CODABAR,
        [SYMBOL_CODE39] = BARCODE_CODE39,
        [SYMBOL_DATABAR] = BARCODE_DBAR_OMN,
        [SYMBOL_DATABAR_EXPANDED] = BARCODE_DBAR_EXP,
        [SYMBOL_DATABAR_EXPANDED_STACKED] = BARCODE_DBAR_EXPSTK,
    };
    return numbers[kind];
}

/* Levels as zint counts them, from 1. */
static int level_of(char level) {
    static const char levels[] = "LMQH";
    return level == 0 ? 2 : (int)(strchr(levels, level) - levels) + 1;
}

static void set_up(struct zint_symbol *s, const struct symbol_wish *wish) {
    s->symbology = symbology_of(wish->kind);
    if (s->symbology == BARCODE_QRCODE) s->option_1 = level_of(wish->level);
    s->input_mode = DATA_MODE;
    /* Elements come cut by gs1_bracket, which knows no identifier in full. */
    if (symbol_kind_is_gs1(wish->kind)) s->input_mode = GS1_MODE | GS1NOCHECK_MODE;
    if (symbol_facts(wish->kind)->takes == TAKES_TEXT && symbol_beyond_ascii(wish->payload)) {
        s->input_mode = UNICODE_MODE;
        s->eci = ECI_UTF8;
    }
}

/* The text as zint wants it: check digits are its own work, Codabar needs its letters. */
static cm_err put_text(const struct symbol_wish *wish, struct buffer *text) {
    const struct cm_slice said = wish->payload;
    if (symbol_kind_is_gs1(wish->kind)) return gs1_bracket(said, text);
    const bool bare = wish->kind == SYMBOL_CODABAR && (said.p[0] < 'A' || said.p[0] > 'd');
    const bool digits = symbol_facts(wish->kind)->takes == TAKES_DIGITS;
    if (bare) buffer_u8(text, 'A');
    buffer_put(text, said.p, digits ? said.len - 1 : said.len);
    if (bare) buffer_u8(text, 'A');
    return buffer_err(text);
}

static cm_err take_modules(const struct zint_symbol *z, struct symbol *s) {
    TRY(symbol_alloc(s, (size_t)z->width, (size_t)z->rows));
    for (size_t y = 0; y < s->rows; y++) {
        for (size_t x = 0; x < s->width; x++)
            s->modules[y * s->width + x] = z->encoded_data[y][x / 8] >> (x % 8) & 1;
        s->row_modules[y] = 1;
    }
    (void)snprintf(s->size, sizeof s->size, "%ux%u", (unsigned)s->width, (unsigned)s->rows);
    return CM_OK;
}

/* zint draws wide elements of Code 39 and Codabar 2 modules wide. Below 0.508 mm a module their
 * standards want at least 2.25; 3 are the next whole modules. */
static cm_err widen(struct symbol *s) {
    CM_CLEANUP(symbol_free) struct symbol wide = {.kind = s->kind};
    size_t width = 0, at = 0;
    TRY(symbol_alloc(&wide, s->width * 2, 1));
    for (size_t x = 0; x < s->width; x++) {
        const bool second = x > 0 && s->modules[x] == s->modules[x - 1];
        for (size_t i = 0; i < (second ? 2u : 1u); i++)
            wide.modules[at++] = s->modules[x];
        width = at;
    }
    wide.width = width;
    (void)snprintf(wide.size, sizeof wide.size, "%ux1", (unsigned)width);
    symbol_free(s);
    *s = wide;
    wide = (struct symbol){.modules = NULL};
    return CM_OK;
}

/* Rows of bars: their own height where the standard fixes it. */
static void set_heights(const struct zint_symbol *z, struct symbol *s) {
    if (!symbol_facts(s->kind)->linear && s->kind != SYMBOL_PDF417) return;
    for (size_t y = 0; y < s->rows; y++) {
        const float height = s->kind == SYMBOL_PDF417 ? PDF417_ROWS : z->row_height[y];
        s->row_modules[y] = s->rows == 1 ? 0 : (uint16_t)height;
    }
}

/* One with the columns that are asked for (PDF417; 0: zint's own choice). */
static cm_err encode(const struct symbol_wish *wish, int columns, struct symbol *out) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(symbol_free) struct symbol s = {.kind = wish->kind};
    CM_CLEANUP(zint_freep) struct zint_symbol *z = ZBarcode_Create();
    if (z == NULL) return CM_E_NO_MEMORY;
    set_up(z, wish);
    if (wish->kind == SYMBOL_PDF417) z->option_2 = columns;
    TRY(put_text(wish, &text));
    TRY(symbol_err_from_zint(ZBarcode_Encode(z, text.p, (int)text.len)));
    TRY(take_modules(z, &s));
    if (wish->kind == SYMBOL_CODE39 || wish->kind == SYMBOL_CODABAR) TRY(widen(&s));
    set_heights(z, &s);
    *out = s;
    s = (struct symbol){.modules = NULL};
    return CM_OK;
}

static size_t area(const struct symbol *s) { return s->width * s->rows; }
/* Too wide for most labels and readers. */
static bool is_flat(const struct symbol *s) {
    return s->width > PDF417_FLAT * s->rows * (size_t)PDF417_ROWS;
}

/* Columns besides zint's own choice: the smallest area of those nearby is taken. */
static cm_err encode_pdf417(const struct symbol_wish *wish, struct symbol *out) {
    static const int nearby[] = {-1, 1};
    CM_CLEANUP(symbol_free) struct symbol best = {.kind = wish->kind};
    TRY(encode(wish, 0, &best));
    const int columns = (int)((best.width - PDF417_EDGES) / PDF417_COLUMN);
    for (size_t i = 0; i < CM_ARRAY_N(nearby); i++) {
        CM_CLEANUP(symbol_free) struct symbol s = {.kind = wish->kind};
        if (columns + nearby[i] < 1) continue;
        const cm_err err = encode(wish, columns + nearby[i], &s);
        if (err == CM_E_NO_MEMORY) return err;
        if (err != CM_OK || is_flat(&s) || area(&s) >= area(&best)) continue;
        symbol_free(&best);
        best = s;
        s = (struct symbol){.modules = NULL};
    }
    *out = best;
    best = (struct symbol){.modules = NULL};
    return CM_OK;
}

cm_err symbol_encode_zint(const struct symbol_wish *wish, struct symbol *out) {
    if (wish->payload.len > SYMBOL_PAYLOAD_MAX) return CM_E_LIMIT;
    return wish->kind == SYMBOL_PDF417 ? encode_pdf417(wish, out) : encode(wish, 0, out);
}
