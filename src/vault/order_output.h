/* The sealed files of an order, written by a thread of its own: whoever makes records hands over
 * buffers and goes on. One folder a part (numbers, PINs), which appears whole when all is sealed,
 * with its manifest. Held orders are sealed to the workspace's own key alone.
 *
 *     TRY(order_output_open(&out, &options, diag));
 *     for each file of each part, in one order of one part:
 *         TRY(order_output_file(out, part, name, diag));
 *         TRY(order_output_buffer(out, &buffer, diag)); ... fill it ...
 *         TRY(order_output_put(out, part, buffer));     // again and again
 *         TRY(order_output_end(out, part, records, hash_total));
 *     TRY(order_output_seal(out, order, diag));
 *     (journal the order)
 *     TRY(order_output_appear(out, diag));
 *
 * A layout is a file as it is: it holds nothing of records, and the manifest vouches for it.
 *
 * Design: docs/design/orders.md, "The life of an order". */
#ifndef CM_VAULT_ORDER_OUTPUT_H
#define CM_VAULT_ORDER_OUTPUT_H

#include "crypto/keystore.h"
#include "engine/engine.h"
#include "vault/order.h"

struct order_output;

struct order_output_options {
    struct cm_engine *engine;
    struct keystore *keystore;
    const char *workspace;
    const struct order *order; /* borrowed until close */
    uint64_t now_unix_s;
    bool held;
};

/** @retval as order_signer, order_recipients_read, bundle_begin; CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err order_output_open(struct order_output **out,
                                       const struct order_output_options *options,
                                       struct cm_diag *diag);
/* Stops the thread; what was not published is removed. */
void order_output_close(struct order_output *out);
void order_output_closep(struct order_output **out);

/** A file beside the records, before the first of them.
 * @retval CM_E_EXISTS  a file has this name      @retval as bundle_write */
CM_MUST_CHECK cm_err order_output_layout(struct order_output *out, size_t part,
                                         struct cm_slice name, struct cm_slice text,
                                         struct cm_diag *diag);
/** The next file of a part. @retval what the thread failed with */
CM_MUST_CHECK cm_err order_output_file(struct order_output *out, size_t part, const char *name,
                                       struct cm_diag *diag);
/** The same for a ZIP of pictures, after the records. @retval as order_output_file */
CM_MUST_CHECK cm_err order_output_images(struct order_output *out, size_t part, const char *name,
                                         struct cm_diag *diag);
/** An empty buffer; waits until one is free. @retval what the thread failed with */
CM_MUST_CHECK cm_err order_output_buffer(struct order_output *out, struct buffer **buffer,
                                         struct cm_diag *diag);
/** Hand a filled buffer over: it is wiped when it was sealed. */
CM_MUST_CHECK cm_err order_output_put(struct order_output *out, size_t part, struct buffer *buffer,
                                      struct cm_diag *diag);
CM_MUST_CHECK cm_err order_output_end(struct order_output *out, size_t part, uint64_t records,
                                      uint64_t hash_total, struct cm_diag *diag);
/** Wait for all of it and seal the folders; they appear once the ledger has the order as it is now.
 * @param[in,out] order  its parts get files, hash totals and manifests
 * @retval what the thread failed with, and as bundle_seal */
CM_MUST_CHECK cm_err order_output_seal(struct order_output *out, struct order *order,
                                       struct cm_diag *diag);
/** Let them appear; order_folders_settle does what is left after a stop. @retval as bundle_appear
 */
CM_MUST_CHECK cm_err order_output_appear(struct order_output *out, struct cm_diag *diag);

#endif
