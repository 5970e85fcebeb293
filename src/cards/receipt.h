/* What a till prints after a card was used: lines of a pool's document with places to fill.
 *
 *     "receipt": ["Gift card {card}", "Paid    {amount} {currency}", "Left    {available}",
 *                 "{date} {time}  no. {transaction}"]
 *
 * Places: {card} (stars and the last four digits), {amount}, {balance}, {held}, {available},
 * {currency}, {state}, {date}, {time} (both UTC), {expires}, {transaction}. A line whose place has
 * nothing to say ({expires} of a card without an end) is left out. Refused: unknown places, lone
 * braces, control characters, too many or too long lines. A full number never stands in one. Pure.
 * Form: docs/design/cards.md. */
#ifndef CM_CARDS_RECEIPT_H
#define CM_CARDS_RECEIPT_H

#include "base/buffer.h"
#include "base/diag.h"
#include "countermark/life.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define RECEIPT_LINES_MAX 40u
#define RECEIPT_LINE_MAX  120u /* bytes of a line as the document has it */

/** @retval CM_E_FORMAT  an unknown place, a lone brace or a control character
 * @retval CM_E_RANGE   empty, or too long */
CM_MUST_CHECK cm_err receipt_line_check(struct cm_slice line, struct cm_diag *diag);

struct receipt_facts {
    struct cm_slice code; /* the card as typed; only its last four digits are shown */
    const struct cm_card_told *told;
    uint64_t time_ms;
};
/* Take the next line off lines that each end with a newline. */
bool receipt_next(struct cm_slice *rest, struct cm_slice *line);
/** Append a checked line with its places filled. @return false: nothing was to be said in it, and
 * nothing was appended */
bool receipt_line_fill(struct cm_slice line, const struct receipt_facts *facts, struct buffer *out);

/** Read the lines of a document.
 * @param[out] out  its lines, each ended by a newline, NUL-terminated; free() it; untouched on
 * error
 * @retval CM_E_FORMAT, CM_E_RANGE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err receipt_read(struct json_value list, char **out);
/* Write them as member "receipt"; nothing for NULL. */
void receipt_write(struct json_writer *w, const char *lines);

#define CARD_MASK_CAP 9u /* bytes with NUL: "**** 1234" less the blank */
/* Stars, and the last four digits where the text is a number as people type it (digits, blanks,
 * hyphens; eight digits at least): a track or another name of a card is hidden wholly. */
void card_mask(struct cm_slice code, char out[static CARD_MASK_CAP]);

#endif
