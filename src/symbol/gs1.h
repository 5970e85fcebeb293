/* GS1 element strings: "01" + 14 digits + "21" + text, elements of varying length ended by FNC1,
 * which is the byte GS (1D) here. It cuts them where an encoder wants to know of each element, and
 * judges no contents: that is for whoever made the text.
 * Reference: GS1 General Specifications, 7.8.5 (element strings with predefined length). */
#ifndef CM_SYMBOL_GS1_H
#define CM_SYMBOL_GS1_H

#include "base/buffer.h"

#define GS1_SEPARATOR 0x1Du

/** Append the text with each element as "[pp]rest", pp the first two digits of its identifier.
 * @param[in] text  without the FNC1 at its start
 * @retval CM_E_FORMAT  an element does not begin with two digits, a fixed one is short, an empty
 *                      one, a bracket    @retval CM_E_NO_MEMORY   Something may have been appended.
 */
CM_MUST_CHECK cm_err gs1_bracket(struct cm_slice text, struct buffer *out);

#endif
