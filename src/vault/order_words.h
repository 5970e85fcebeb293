/* What is the same in all records of an order: names, mode, product, dates; and the names of its
 * files. */
#ifndef CM_VAULT_ORDER_WORDS_H
#define CM_VAULT_ORDER_WORDS_H

#include "engine/engine.h"
#include "order/record.h"
#include "vault/order.h"

#define ORDER_WORD_CAP 128u /* bytes of one; a product's name is cut to it */

struct order_words {
    char text[RECORD_CONSTANT_N][ORDER_WORD_CAP];
    struct record_constants constants; /* slices into text */
};

/** Fill all that does not differ from file to file.
 * @param[out] w  must not be moved      @retval as engine_read */
CM_MUST_CHECK cm_err order_words_fill(struct order_words *w, struct cm_engine *engine,
                                      const struct order *o);
/** Name file `no` (from 1) of a part.
 * @param[in] extension  of its content: ".csv" */
void order_words_file(struct order_words *w, const struct order *o, size_t part, uint32_t no,
                      const char *extension);

#endif
