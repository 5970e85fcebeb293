/* Judge, encode, dress: what every kind has in common. References as in symbol.h. */
#include "symbol/symbol.h"

#include <stdlib.h>

#include "base/checked.h"
#include "base/macros.h"
#include "symbol/symbol_inside.h"

#define GS1_128_MAX 48u /* characters with identifiers and separators (GS1 5.4) */
#define WIDE_SHARE  15u /* percent of the width: least height of Code 128, Code 39, Codabar */

void symbol_free(struct symbol *s) {
    if (s->modules != NULL) wipe(s->modules, s->width * s->rows);
    free(s->modules);
    free(s->row_modules);
    free(s->guard);
    wipe(s->texts, sizeof s->texts);
    *s = (struct symbol){.modules = NULL};
}

cm_err symbol_alloc(struct symbol *s, size_t width, size_t rows) {
    size_t n = 0;
    if (!checked_mul_size(width, rows, &n) || n == 0) return CM_E_LIMIT;
    s->modules = calloc(n, 1);
    s->row_modules = calloc(rows, sizeof *s->row_modules);
    s->width = width;
    s->rows = rows;
    if (s->modules != NULL && s->row_modules != NULL) return CM_OK;
    symbol_free(s);
    return CM_E_NO_MEMORY;
}

bool symbol_beyond_ascii(struct cm_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] >= 0x80) return true;
    return false;
}

cm_err symbol_encode(const struct symbol_wish *wish, struct symbol *out) {
    if (wish->kind == SYMBOL_QR && !symbol_beyond_ascii(wish->payload))
        return symbol_encode_qr(wish, out);
    if (wish->kind == SYMBOL_MICRO_QR) return symbol_encode_micro_qr(wish, out);
    if (wish->kind == SYMBOL_DATAMATRIX || wish->kind == SYMBOL_GS1_DATAMATRIX)
        return symbol_encode_datamatrix(wish, out);
    if (wish->kind == SYMBOL_AZTEC) return symbol_encode_aztec(wish, out);
    if (wish->kind == SYMBOL_GS1_128 && wish->payload.len > GS1_128_MAX) return CM_E_LIMIT;
    return symbol_encode_zint(wish, out);
}

static void dress(const struct symbol_facts *facts, struct symbol *s) {
    s->quiet_left = facts->quiet_left;
    s->quiet_right = facts->quiet_right;
    s->quiet_top = s->quiet_bottom = facts->quiet_above;
    s->linear = facts->linear;
    s->bearer = s->kind == SYMBOL_ITF14;
    s->bar_modules = facts->bar_modules;
    const bool grows = facts->linear && facts->takes < TAKES_DIGITS; /* Code 128, 39, Codabar */
    const size_t wide = (s->width * WIDE_SHARE + 99) / 100;
    if (s->bar_modules != 0 && s->bar_modules < wide && grows) s->bar_modules = (uint16_t)wide;
}

cm_err symbol_make(const struct symbol_wish *wish, struct symbol *out, struct cm_diag *diag) {
    CM_CLEANUP(symbol_free) struct symbol s = {.kind = wish->kind};
    TRY(symbol_judge(wish, diag));
    const cm_err err = symbol_encode(wish, &s);
    if (err == CM_E_LIMIT) return symbol_explain_room(wish, diag);
    if (err == CM_E_FORMAT)
        return diag_fail(diag, err, "symbol", NULL, "begin each with its application identifier",
                         "the text is no row of GS1 elements");
    TRY(err);
    dress(symbol_facts(wish->kind), &s);
    TRY(symbol_write_texts(wish, &s));
    *out = s;
    s = (struct symbol){.modules = NULL};
    return CM_OK;
}
