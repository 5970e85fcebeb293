/* DataMatrix and GS1 DataMatrix as symbols. Text beyond ASCII is announced as UTF-8 (ECI 26).
 * References as in datamatrix.h. */
#include <stdio.h>

#include "base/macros.h"
#include "symbol/datamatrix.h"
#include "symbol/gs1.h"
#include "symbol/symbol_inside.h"

/* Any bytes would do as codewords: a reader would stumble over what are no elements. */
static cm_err judge_elements(struct cm_slice text) {
    CM_CLEANUP(buffer_wipe) struct buffer cut = BUFFER_INIT;
    return gs1_bracket(text, &cut);
}

cm_err symbol_encode_datamatrix(const struct symbol_wish *wish, struct symbol *out) {
    CM_CLEANUP(buffer_wipe) struct buffer words = BUFFER_INIT;
    const struct datamatrix_text text = {.text = wish->payload,
                                         .gs1 = wish->kind == SYMBOL_GS1_DATAMATRIX,
                                         .utf8 = symbol_beyond_ascii(wish->payload)};
    const struct datamatrix_size *size = NULL;
    if (text.gs1) TRY(judge_elements(wish->payload));
    TRY(datamatrix_words(&text, &words, &size));
    TRY(symbol_alloc(out, size->side, size->side));
    datamatrix_modules(size, words.p, out->modules);
    for (size_t y = 0; y < out->rows; y++)
        out->row_modules[y] = 1;
    (void)snprintf(out->size, sizeof out->size, "%ux%u", size->side, size->side);
    return CM_OK;
}
