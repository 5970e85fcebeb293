/* The page of a proof: A4, one page, to be held beside a product. Codes and symbol stand at their
 * true size, with a ruler to check it by; below are the planner's table, the closest glyphs, what
 * was read, and what was assumed.
 * It refuses codes and symbols that the page has no room for, saying what would fit. */
#ifndef CM_SYMBOL_PROOF_PAGE_H
#define CM_SYMBOL_PROOF_PAGE_H

#include "symbol/page.h"
#include "symbol/proof.h"

#define PROOF_PAGE_WIDTH  210.0 /* mm, A4 */
#define PROOF_PAGE_HEIGHT 297.0

/** Draw it as the next page of a document.
 * @retval CM_E_LIMIT  a code wider than the page, or no room for the symbol
 * @retval as page_begin, page_write, page_image */
CM_MUST_CHECK cm_err proof_page(const struct proof *p, struct pages *pages, struct cm_diag *diag);

#endif
