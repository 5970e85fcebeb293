/* The half turn of a row. A row that turns into itself is no danger and is not hit.
 * Reference: docs/design/construction.md section 9. */
#include "codes/rotate.h"

#include <string.h>

#include "base/macros.h"
#include "codes/kernels.h"

#define IMAGE_MISSING CM_ALPHABET_MAX /* a bit of CM_NO_SYMBOL that no position has */
_Static_assert((CM_NO_SYMBOL & IMAGE_MISSING) != 0, "as it says");

static const char turns[][2] = {
    {'0', '0'}, {'8', '8'}, {'H', 'H'}, {'I', 'I'}, {'N', 'N'}, {'O', 'O'}, {'S', 'S'},
    {'X', 'X'}, {'Z', 'Z'}, {'6', '9'}, {'9', '6'}, {'M', 'W'}, {'W', 'M'},
};

void rotation_init(struct rotation *out, const struct cm_alphabet *alphabet) {
    struct rotation r = {.n = 0};
    memset(r.image, (int)CM_NO_SYMBOL, sizeof r.image);
    for (size_t i = 0; i < CM_ARRAY_N(turns); i++) {
        const uint8_t from = alphabet->index[(uint8_t)turns[i][0]];
        const uint8_t to = alphabet->index[(uint8_t)turns[i][1]];
        if (from == CM_NO_SYMBOL || to == CM_NO_SYMBOL) continue;
        r.image[from] = to;
        r.n++;
    }
    *out = r;
}

static uint8_t row_hits(const struct rotation *rotation, const uint8_t *row, size_t row_n) {
    unsigned missing = 0, differs = 0;
    for (size_t i = 0; i < row_n; i++) {
        const uint8_t image = rotation->image[row[i] & (CM_ALPHABET_MAX - 1u)];
        missing |= image & IMAGE_MISSING;
        differs |= (unsigned)image ^ row[row_n - 1 - i];
    }
    return (uint8_t)((missing == 0) & (differs != 0));
}

void rotation_rows(const struct rotation *rotation, const uint8_t *rows, size_t n, size_t stride,
                   size_t row_n, uint8_t *hits) {
    turn_fn *const kernel = kernels_turn(row_n);
    if (kernel != NULL) {
        kernel(rotation, rows, n, stride, row_n, hits);
        return;
    }
    for (size_t i = 0; i < n; i++)
        hits[i] |= row_hits(rotation, rows + i * stride, row_n);
}
