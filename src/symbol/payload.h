/* What a symbol says, as a pattern over the columns of a row: "{code}", "https://x.nl/{code}", the
 * GS1 element string "(01){gtin}(21){code}", or a GS1 Digital Link of the same elements. Compiled
 * once, filled for every row; every row's elements are judged before they are drawn (gs1.h).
 * "{{" and "}}" are braces, "\\(" is a bracket in the value of an element. A GTIN of 8, 12 or 13
 * digits is filled up to 14, a date like 2027-12-31 becomes 271231 where an element wants that. It
 * refuses columns that are not there (naming the nearest). Design: docs/design/symbols.md,
 * "Payloads". */
#ifndef CM_SYMBOL_PAYLOAD_H
#define CM_SYMBOL_PAYLOAD_H

#include "base/buffer.h"
#include "base/diag.h"

#define PAYLOAD_PATTERN_MAX 1024u

enum payload_form {
    PAYLOAD_PLAIN,
    PAYLOAD_ELEMENTS,  /* GS1 element string: what symbol.h takes for GS1 kinds */
    PAYLOAD_LINK,      /* GS1 Digital Link URI */
    PAYLOAD_LINK_UPPER /* the same in capitals where that changes no meaning: denser QR */
};

struct payload;

/** @param[in] pattern  plain: any text with {columns}; others: "(AI)value..." with {columns}
 * @param[in] host     links: "https://id.example.com" or with a path; else NULL
 * @param[in] columns  n names of a row's cells, in their order
 * @param[out] out     payload_free it; untouched on error
 * @retval CM_E_NOT_FOUND  no such column, or no such identifier   @retval CM_E_FORMAT  pattern,
 * host
 * @retval CM_E_LIMIT      longer than PAYLOAD_PATTERN_MAX         @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err payload_new(enum payload_form form, const char *pattern, const char *host,
                                 const char *const *columns, size_t n, struct payload **out,
                                 struct cm_diag *diag);
void payload_free(struct payload *p);
void payload_freep(struct payload **p);
/** Append what one row's symbol says. Any number of threads at once.
 * @param[in] cells  one slice a column, as many as payload_new was given
 * @retval CM_E_FORMAT, CM_E_LIMIT, CM_E_CONFLICT  as gs1_*: diag names the identifier and why, not
 *                                                 the value    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err payload_fill(const struct payload *p, const struct cm_slice *cells,
                                  struct buffer *out, struct cm_diag *diag);

/** The usual elements for the codes of a product: "(01){gtin}(21){code}", or for codes that (21)
 * does not hold (235) or (99) instead of it.
 * @param[in] gtin      of the batch's product; empty: none     @param[in] code_len  characters
 * @param[out] pattern  for payload_new; untouched on error
 * @retval CM_E_NOT_FOUND  no GTIN     @retval CM_E_FORMAT, CM_E_RANGE  as gtin_parse
 * @retval CM_E_LIMIT      no element holds such a code; diag always says what would work */
#define PAYLOAD_SUGGESTION_CAP 32u
CM_MUST_CHECK cm_err payload_suggest(struct cm_slice gtin, size_t code_len,
                                     char pattern[static PAYLOAD_SUGGESTION_CAP],
                                     struct cm_diag *diag);

#endif
