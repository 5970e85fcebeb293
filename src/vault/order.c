/* Growth and release of an order; its words. Reading and writing: order_json.c. */
#include "vault/order.h"

#include <stdlib.h>
#include <string.h>

const char *order_role_name(enum order_role role) { return role == ORDER_PINS ? "pin" : "number"; }

void order_wipe(struct order *o) {
    for (size_t i = 0; i < ORDER_PARTS_MAX; i++) {
        buffer_free(&o->parts[i].keys);
        buffer_free(&o->parts[i].template_text);
        free(o->parts[i].files);
    }
    free(o->ranges);
    free(o->approvals);
    free(o->returns);
    buffer_free(&o->book);
    *o = (struct order)ORDER_INIT;
}

/* Room for item n of an array that doubles at each power of two. */
static cm_err grow(void **array, size_t n, size_t max, size_t size) {
    if (n >= max) return CM_E_LIMIT;
    if (*array != NULL && n > 0 && (n & (n - 1)) != 0) return CM_OK;
    void *grown = realloc(*array, (n == 0 ? 1 : 2 * n) * size);
    if (grown == NULL) return CM_E_NO_MEMORY;
    *array = grown;
    return CM_OK;
}

cm_err order_add_range(struct order *o, const struct order_range *range) {
    struct order_range *last = o->range_n > 0 ? &o->ranges[o->range_n - 1] : NULL;
    void *p = o->ranges;
    o->issued += range->units;
    if (last != NULL && last->first + last->count == range->first) {
        last->count += range->count;
        last->units += range->units;
        return CM_OK;
    }
    const cm_err err = grow(&p, o->range_n, ORDER_RANGES_MAX, sizeof *o->ranges);
    o->ranges = p;
    if (err != CM_OK) o->issued -= range->units;
    TRY(err);
    o->ranges[o->range_n++] = *range;
    return CM_OK;
}

cm_err order_add_file(struct order_part *part, const struct order_file *file) {
    void *p = part->files;
    const cm_err err = grow(&p, part->file_n, ORDER_FILES_MAX, sizeof *part->files);
    part->files = p;
    TRY(err);
    part->files[part->file_n++] = *file;
    return CM_OK;
}

cm_err order_add_approval(struct order *o, const struct order_approval *approval) {
    void *p = o->approvals;
    const cm_err err = grow(&p, o->approval_n, ORDER_APPROVALS_MAX, sizeof *o->approvals);
    o->approvals = p;
    TRY(err);
    o->approvals[o->approval_n++] = *approval;
    return CM_OK;
}

cm_err order_add_return(struct order *o, const struct order_return *r) {
    void *p = o->returns;
    const cm_err err = grow(&p, o->return_n, ORDER_RETURNS_MAX, sizeof *o->returns);
    o->returns = p;
    TRY(err);
    o->returns[o->return_n++] = *r;
    return CM_OK;
}
