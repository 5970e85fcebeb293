/* Record formats as data: what a line of an order's file looks like, read from a JSON file that
 * anybody can write (docs/guide/record-formats.md). Read once, immutable, shared by threads; files
 * are written through render.h. It refuses what a bureau could misread (a fixed field without a
 * width, PINs in a file that does not say that it holds them), naming line, column and remedy.
 * Design: docs/design/orders.md, "Record formats".
 */
#ifndef CM_ORDER_TEMPLATE_H
#define CM_ORDER_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/diag.h"
#include "order/record.h"

#define TEMPLATE_TEXT_MAX (1u << 18) /* bytes of a format's JSON */

struct template;

/** Read and judge a format.
 * @param[out] out    untouched on error
 * @param[in]  text   its JSON; borrowed for the call
 * @param[in]  input  names it in errors: the file, "format 'csv-comma'"
 * @param[in]  diag   may be NULL; says line, column, problem and remedy
 * @retval CM_E_FORMAT, CM_E_RANGE, CM_E_LIMIT  it is not sound      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err template_read(struct cm_slice text, const char *input, struct template **out,
                                   struct cm_diag *diag);
void template_free(struct template *t);
void template_freep(struct template **t);

const char *template_name(const struct template *t);
const char *template_about(const struct template *t); /* one line for people */
const char *template_kind(const struct template *t);  /* "csv", "fixed", "xml", "jsonl", "text" */
/* Of the file, with its dot: ".csv". */
const char *template_extension(const struct template *t);

/* Bit 1 << v for each record_value that it writes or sums, so that only those are computed. Values
 * that only count (sequence, in_file, carton, in_carton, bundle_end) are among them and need no
 * column; so is the hash total's. */
uint32_t template_values(const struct template *t);
/* As template_values, without those that may be missing: "optional" fields. */
uint32_t template_needs(const struct template *t);
/* Bit 1 << c for each record_constant. */
uint32_t template_constants(const struct template *t);
/* As template_constants, without those in "optional" fields. */
uint32_t template_needs_constants(const struct template *t);
/* It says "holds": "pin": its file goes to the PIN's recipient alone. Only such a one has {pin}. */
bool template_wants_pin(const struct template *t);

/** Append the legend for people: every field with its name, text and size, and its place in a fixed
 * format. Lines of UTF-8.  @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err template_legend(const struct template *t, struct buffer *out);

/* The word that a field says in every record where its value was probably meant ("number" without
 * braces), or NULL. Sound, and worth a note. */
const char *template_suspect(const struct template *t);

/* Files made once beside the records, as a card layout; see render_companion. */
size_t template_companion_n(const struct template *t);

#endif
