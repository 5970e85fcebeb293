/* Writing an order's file through a record format: head, records in chunks of any size, tail with
 * what was counted. The same records give the same bytes, however they are cut into chunks. It
 * refuses text that the format cannot carry (a forbidden character, too long, not in the encoding),
 * names record and field, and never quotes the text: it may be a code.
 *
 *     struct render r;
 *     TRY(render_begin(&r, template, &plan, &out, diag));
 *     while (more records) TRY(render_records(&r, &set, &out, diag));   // flush and clear `out`
 *     TRY(render_end(&r, &out, diag));
 *
 * Buffers that held records are wiped by the caller (buffer_wipe, buffer_recycle). Design:
 * docs/design/orders.md, "Record formats".
 */
#ifndef CM_ORDER_RENDER_H
#define CM_ORDER_RENDER_H

#include "base/buffer.h"
#include "order/template.h"

/* Sum of a column's digits as numbers, modulo this: docs/design/orders.md. */
#define RENDER_HASH_MODULUS UINT64_C(1000000000000000)

/* What is known of a file before its first record. */
struct render_plan {
    const struct record_constants *constants; /* borrowed until render_end */
    uint64_t records;                         /* of the file */
    uint64_t units;      /* cards or codes of the file: fewer than records where sets are made */
    uint32_t per_carton; /* records; 0: all in carton 1 */
    uint32_t per_bundle; /* records; 0: no bundles, only the file's last record is marked */
};

/* A file being written: caller's storage, no clean-up needed. */
struct render {
    const struct template *template;
    struct render_plan plan;
    uint64_t records, units, hash_total; /* so far */
};

/** Begin a file: byte-order mark, header lines, names of columns.
 * @param[in,out] out  appended to; after an error what was appended is wiped
 * @retval CM_E_FORMAT  a constant cannot be written      @retval CM_E_NOT_FOUND  one is empty
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err render_begin(struct render *r, const struct template *t,
                                  const struct render_plan *plan, struct buffer *out,
                                  struct cm_diag *diag);
/** Append a chunk of records; set->first says where in the order they stand.
 * @retval CM_E_NOT_FOUND  the format needs a value that this set does not have
 * @retval CM_E_FORMAT     a text that the format cannot carry      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err render_records(struct render *r, const struct record_set *set,
                                    struct buffer *out, struct cm_diag *diag);
/** End the file: trailer lines with what was counted.
 * @retval CM_E_STATE  other counts than planned      @retval as render_begin */
CM_MUST_CHECK cm_err render_end(struct render *r, struct buffer *out, struct cm_diag *diag);

/** File i of those made once beside the records: its name, and its bytes.
 * @param[in] i  below template_companion_n      @retval as render_begin */
CM_MUST_CHECK cm_err render_companion(const struct template *t,
                                      const struct record_constants *constants, size_t i,
                                      struct buffer *name, struct buffer *out,
                                      struct cm_diag *diag);

#endif
