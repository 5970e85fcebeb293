/* GS1 messages: elements of an identifier ("01", "21", "3902") and a value, as people write them
 * ("(01)09506000134352(21)7NQ4K2"), as a symbol carries them (FNC1 between elements of varying
 * length, which is the byte GS, 1D, here), and as a scanner hands them over ("]d2...").
 *
 * It refuses unknown identifiers, values of a wrong length, set, check digit, date or code list,
 * and elements that must not or cannot stand together. Errors name the identifier and the place in
 * its value, never the value: it may be a code. `place` of a diag is theirs; `input` is left to the
 * caller, who knows the file and the line. Links are gs1_link.h's, the table gs1_id.h's.
 * Reference: GS1 General Specifications, sections 3, 7.2 and 7.8; GS1 Barcode Syntax Dictionary.
 * Design: docs/design/symbols.md, "GS1". Example: tests/unit/symbol/test_gs1.c */
#ifndef CM_SYMBOL_GS1_H
#define CM_SYMBOL_GS1_H

#include "base/buffer.h"
#include "base/diag.h"
#include "symbol/gs1_id.h"

#define GS1_SEPARATOR    0x1Du
#define GS1_ELEMENTS_MAX 40u   /* a symbol holds far fewer */
#define GS1_TEXT_MAX     2048u /* bytes of all values together; the largest symbols hold 3116 */

struct gs1_element {
    const struct gs1_id *id;
    char ai[GS1_AI_CAP];  /* its digits, with NUL */
    struct cm_slice text; /* the value, in the message's store */
};

/* A message owns its values. gs1_wipe it: they may be codes. */
struct gs1 {
    size_t n, used; /* elements; bytes of store */
    struct gs1_element element[GS1_ELEMENTS_MAX];
    uint8_t store[GS1_TEXT_MAX];
};

void gs1_init(struct gs1 *m);
void gs1_wipe(struct gs1 *m);
/** Add one element; the value is copied, and not judged.
 * @retval CM_E_NOT_FOUND  no such identifier    @retval CM_E_LIMIT  too many, too long */
CM_MUST_CHECK cm_err gs1_add(struct gs1 *m, struct cm_slice ai, struct cm_slice value,
                             struct cm_diag *diag);

/** Read what people write. A bracket that belongs to a value is written "\(".
 * @param[out] m  begun anew; empty on error
 * @retval CM_E_FORMAT  no bracket where an identifier should be, an empty value
 * @retval CM_E_NOT_FOUND, CM_E_LIMIT  as gs1_add */
CM_MUST_CHECK cm_err gs1_read(struct cm_slice text, struct gs1 *m, struct cm_diag *diag);
/** Read what a symbol carries, with or without the FNC1 (GS) at its start.
 * @retval CM_E_TRUNCATED  an element of predefined length is cut short
 * @retval CM_E_FORMAT, CM_E_NOT_FOUND, CM_E_LIMIT  as gs1_read */
CM_MUST_CHECK cm_err gs1_read_carried(struct cm_slice text, struct gs1 *m, struct cm_diag *diag);

/** Judge contents and company: everything that can be told without a register.
 * @retval CM_E_FORMAT    a value's length, set, check digit, date, list ...
 * @retval CM_E_CONFLICT  an element that must not stand beside another, that stands there twice
 *                        with two values, or lacks the one that it belongs to */
CM_MUST_CHECK cm_err gs1_judge(const struct gs1 *m, struct cm_diag *diag);

/* Append "(01)...(21)...": for gs1_read (brackets in values marked), or to be read by people. */
void gs1_write(const struct gs1 *m, bool for_people, struct buffer *out);
/* Append what a symbol carries, without the FNC1 at its start: what symbol.h takes. */
void gs1_write_carried(const struct gs1 *m, struct buffer *out);

/* The element of that identifier, or NULL. */
const struct gs1_element *gs1_find(const struct gs1 *m, const char *ai);
/* Fill `place` of a diag with "(21)" or "(21), character 5"; at is from 1, 0: none. */
#define GS1_PLACE_CAP 48u
void gs1_place(const char *ai, size_t at, char out[static GS1_PLACE_CAP]);

/** Append a carried text with each element as "[pp]rest", pp the first two digits of its
 * identifier: what libzint wants to be told. Element 235 goes last: libzint forgets the
 * separator behind it.
 * @param[in] text  without the FNC1 at its start
 * @retval CM_E_FORMAT  an element does not begin with two digits, a fixed one is short, an empty
 *                      one, a bracket, 235 twice    @retval CM_E_NO_MEMORY   Something may have
 * been appended.
 */
CM_MUST_CHECK cm_err gs1_bracket(struct cm_slice text, struct buffer *out);

#endif
