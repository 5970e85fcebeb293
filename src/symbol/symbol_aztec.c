/* Aztec Code as a symbol. Text beyond ASCII is announced as UTF-8 (ECI 26).
 * References as in aztec.h. */
#include <stdio.h>

#include "base/macros.h"
#include "symbol/aztec.h"
#include "symbol/symbol_inside.h"

cm_err symbol_encode_aztec(const struct symbol_wish *wish, struct symbol *out) {
    CM_CLEANUP(buffer_wipe) struct buffer bits = BUFFER_INIT;
    CM_CLEANUP(buffer_wipe) struct buffer modules = BUFFER_INIT;
    const struct aztec_text text = {wish->payload, symbol_beyond_ascii(wish->payload)};
    size_t side = 0;
    if (wish->payload.len > SYMBOL_PAYLOAD_MAX) return CM_E_LIMIT;
    TRY(aztec_bits(&text, &bits));
    TRY(aztec_modules(buffer_slice(&bits), &modules, &side));
    TRY(symbol_alloc(out, side, side));
    memcpy(out->modules, modules.p, modules.len);
    for (size_t y = 0; y < out->rows; y++)
        out->row_modules[y] = 1;
    (void)snprintf(out->size, sizeof out->size, "%ux%u", (unsigned)side, (unsigned)side);
    return CM_OK;
}
