/* The fence around libzint. Its messages quote the text, so they travel no further.
 * References as in matrix.h. */
#include "symbol/matrix.h"

#include <stdlib.h>
#include <zint.h>

#include "base/checked.h"
#include "base/macros.h"
#include "symbol/gs1.h"

static void symbol_freep(struct zint_symbol **s) { ZBarcode_Delete(*s); }

void matrix_free(struct matrix *m) {
    free(m->modules);
    *m = (struct matrix){.modules = NULL};
}

static cm_err matrix_err_from_zint(int code, struct cm_diag *diag) {
    if (code < ZINT_ERROR) return CM_OK;
    switch (code) {
    case ZINT_ERROR_TOO_LONG:
        return diag_fail(diag, CM_E_LIMIT, "symbol", NULL, "shorten the text",
                         "the text is longer than the symbol holds");
    case ZINT_ERROR_MEMORY: return CM_E_NO_MEMORY;
    default:
        return diag_fail(diag, CM_E_FORMAT, "symbol", NULL, "use the characters of its standard",
                         "the text cannot be said in this symbol");
    }
}

/* Levels as zint counts them, from 1. */
static int level_of(char level) {
    switch (level) {
    case 'L': return 1;
    case 'Q': return 3;
    case 'H': return 4;
    default: return 2;
    }
}

static void set_up(struct zint_symbol *s, const struct matrix_wish *wish) {
    switch (wish->kind) {
    case MATRIX_QR:
        s->symbology = BARCODE_QRCODE;
        s->option_1 = level_of(wish->level);
        break;
    case MATRIX_CODE128: s->symbology = BARCODE_CODE128; break;
    case MATRIX_CODE128_B: s->symbology = BARCODE_CODE128B; break;
    case MATRIX_DATAMATRIX:
    case MATRIX_GS1_DATAMATRIX:
    default: s->symbology = BARCODE_DATAMATRIX; s->option_3 = DM_SQUARE;
    }
    /* Elements come cut by gs1_bracket, which knows no identifier in full. */
    s->input_mode = wish->kind == MATRIX_GS1_DATAMATRIX ? GS1_MODE | GS1NOCHECK_MODE : DATA_MODE;
}

static cm_err encode(struct zint_symbol *s, const struct matrix_wish *wish, struct cm_diag *diag) {
    struct buffer text = BUFFER_INIT;
    cm_err err = CM_OK;
    if (wish->kind == MATRIX_GS1_DATAMATRIX) {
        err = gs1_bracket(wish->text, &text);
        if (err == CM_E_FORMAT)
            err = diag_fail(diag, err, "symbol", NULL, "begin each with its application identifier",
                            "the text is no row of GS1 elements");
    } else {
        buffer_put(&text, wish->text.p, wish->text.len);
        err = buffer_err(&text);
    }
    if (err == CM_OK) err = matrix_err_from_zint(ZBarcode_Encode(s, text.p, (int)text.len), diag);
    buffer_wipe(&text);
    return err;
}

static cm_err take_modules(const struct zint_symbol *s, struct matrix *out) {
    struct matrix m = {.width = (size_t)s->width, .height = (size_t)s->rows};
    size_t n = 0;
    if (!checked_mul_size(m.width, m.height, &n) || n == 0) return CM_E_FORMAT;
    m.modules = malloc(n);
    if (m.modules == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const size_t x = i % m.width;
        m.modules[i] = s->encoded_data[i / m.width][x / 8] >> (x % 8) & 1;
    }
    *out = m;
    return CM_OK;
}

cm_err matrix_make(const struct matrix_wish *wish, struct matrix *out, struct cm_diag *diag) {
    if (wish->text.len == 0)
        return diag_fail(diag, CM_E_FORMAT, "symbol", NULL, "give it a text", "its text is empty");
    if (wish->text.len > MATRIX_TEXT_MAX) return matrix_err_from_zint(ZINT_ERROR_TOO_LONG, diag);
    CM_CLEANUP(symbol_freep) struct zint_symbol *s = ZBarcode_Create();
    if (s == NULL) return CM_E_NO_MEMORY;
    set_up(s, wish);
    TRY(encode(s, wish, diag));
    return take_modules(s, out);
}
