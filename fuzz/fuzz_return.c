/* Fuzz target for order/return: the first line of the input names columns, the rest are lines. Cut
 * into two pieces at a line end, the same lines say the same. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "order/return.h"

struct sum {
    uint64_t lines, hash;
};

static cm_err add(void *ctx, struct return_line *l) {
    struct sum *s = ctx;
    s->lines++;
    fuzz_require((unsigned)l->problem < RETURN_PROBLEM_N && (unsigned)l->state < BOOK_STATE_N);
    s->hash = s->hash * 1099511628211u + (uint64_t)l->problem * 8u + (uint64_t)l->state;
    for (size_t c = 0; c < RETURN_COLUMN_N; c++)
        for (size_t i = 0; i < l->field[c].len; i++)
            s->hash = (s->hash ^ l->field[c].p[i]) * 1099511628211u;
    return CM_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct return_head head;
    struct cm_diag diag = DIAG_INIT;
    const uint8_t *end = len > 0 ? memchr(data, '\n', len) : NULL;
    const size_t body = end != NULL ? (size_t)(end - data) + 1 : len;
    if (return_head_read(slice_of(data, body), &head, &diag) != CM_OK) {
        fuzz_require(diag.problem[0] != '\0');
        return 0;
    }
    struct sum whole = {0}, parts = {0};
    uint64_t n = 0;
    const struct cm_slice rows = slice_of(data + body, len - body);
    if (return_read(&head, rows, 2, add, &whole, &n, &diag) != CM_OK) return 0;
    fuzz_require(n == whole.lines);
    if (rows.len > 0 && memchr(rows.p, '"', rows.len) != NULL) return 0; /* may hold line ends */
    const uint8_t *cut =
        rows.len > 0 ? memchr(rows.p + rows.len / 2, '\n', rows.len - rows.len / 2) : NULL;
    const size_t first = cut != NULL ? (size_t)(cut - rows.p) + 1 : rows.len;
    fuzz_require(return_read(&head, slice_of(rows.p, first), 2, add, &parts, &n, NULL) == CM_OK);
    fuzz_require(return_read(&head, slice_of(rows.p + first, rows.len - first), 2, add, &parts, &n,
                             NULL) == CM_OK);
    fuzz_require(parts.lines == whole.lines && parts.hash == whole.hash);
    return 0;
}
