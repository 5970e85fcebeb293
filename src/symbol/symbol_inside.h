/* Inside of symbol.h: the encoders behind it, one a library, and the judge before them. None of
 * them explains a text that is too long: symbol_room.h does, by trial.
 * References as in symbol.h. */
#ifndef CM_SYMBOL_SYMBOL_INSIDE_H
#define CM_SYMBOL_SYMBOL_INSIDE_H

#include "symbol/symbol_kind.h"

/** Characters and check digits. @retval CM_E_FORMAT  diag says which and where */
CM_MUST_CHECK cm_err symbol_judge(const struct symbol_wish *wish, struct cm_diag *diag);

/* Modules, size and row heights of a judged wish. All:
 * @retval CM_E_LIMIT  longer than it holds    @retval CM_E_FORMAT  no element string
 * @retval CM_E_NO_MEMORY    *out is untouched on error. */
CM_MUST_CHECK cm_err symbol_encode(const struct symbol_wish *wish, struct symbol *out);
CM_MUST_CHECK cm_err symbol_encode_qr(const struct symbol_wish *wish, struct symbol *out);
CM_MUST_CHECK cm_err symbol_encode_micro_qr(const struct symbol_wish *wish, struct symbol *out);
CM_MUST_CHECK cm_err symbol_encode_datamatrix(const struct symbol_wish *wish, struct symbol *out);
CM_MUST_CHECK cm_err symbol_encode_aztec(const struct symbol_wish *wish, struct symbol *out);
CM_MUST_CHECK cm_err symbol_encode_zint(const struct symbol_wish *wish, struct symbol *out);

/* Such a text is announced as UTF-8 (ECI 26) where the kind can. */
bool symbol_beyond_ascii(struct cm_slice text);

/** Room for width * rows modules and the heights of rows, zeroed. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err symbol_alloc(struct symbol *s, size_t width, size_t rows);

/** Human-readable text and guard bars. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err symbol_write_texts(const struct symbol_wish *wish, struct symbol *s);

/** Say how much the symbol holds and what holds this text. @return CM_E_LIMIT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err symbol_explain_room(const struct symbol_wish *wish, struct cm_diag *diag);

#endif
