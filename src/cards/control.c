/* Control numbers: an index in clear, for people and files. No secret, no proof.
 * Reference: docs/design/faces.md, "Control numbers". */
#include "cards/identifiers.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"

struct control control_of(const struct cm_pool_numbers *numbers, const struct identifiers *ids) {
    if (ids->control.digits != 0) return ids->control;
    return (struct control){.digits = numbers->body_n};
}

size_t control_write(const struct control *control, uint64_t index, char *out) {
    const size_t prefix_n = strlen(control->prefix), n = prefix_n + control->digits;
    memcpy(out, control->prefix, prefix_n);
    for (size_t at = n; at > prefix_n; at--) {
        out[at - 1u] = (char)('0' + index % 10u);
        index /= 10u;
    }
    return n;
}

cm_err control_read(const struct control *control, struct cm_slice text, uint64_t *index) {
    const size_t prefix_n = strlen(control->prefix);
    if (text.len != prefix_n + control->digits ||
        !slice_equal(slice_of(text.p, prefix_n), slice_of(control->prefix, prefix_n)))
        return CM_E_FORMAT;
    uint64_t value = 0;
    for (size_t i = prefix_n; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') return CM_E_FORMAT;
        value = value * 10u + (uint64_t)(text.p[i] - '0');
    }
    *index = value;
    return CM_OK;
}
