/* What few ask for: a number with a fraction; and a value that was read, written again, for
 * documents that carry others inside them. */
#include <jansson.h>

#include "base/macros.h"
#include "doc/json.h"
#include "doc/json_write.h"

static int append(const char *bytes, size_t len, void *ctx) {
    struct buffer *out = ctx;
    buffer_put(out, bytes, len);
    return out->failed ? -1 : 0;
}

cm_err json_copy_value(struct json_value v, struct buffer *out) {
    if (!json_present(v)) return json_fail(v, CM_E_FORMAT, NULL, "missing");
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
    return json_dump_callback((const json_t *)v.node, append, out, flags) == 0 ? CM_OK
                                                                               : CM_E_NO_MEMORY;
}

cm_err json_number(struct json_value v, double *out) {
    int64_t whole = 0;
    if (json_kind_of(v) == JSON_KIND_REAL) {
        *out = json_real_value((const json_t *)v.node);
        return CM_OK;
    }
    TRY(json_i64(v, INT64_MIN, INT64_MAX, &whole));
    *out = (double)whole;
    return CM_OK;
}
