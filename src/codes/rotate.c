/* The half turn of a row. A row that turns into itself is no danger and is not hit.
 * Reference: docs/design/construction.md section 9. */
#include "codes/rotate.h"

#include <string.h>

#include "base/macros.h"

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

uint8_t rotation_hits(const struct rotation *rotation, const uint8_t *row, size_t row_n) {
    uint8_t differs = 0;
    for (size_t i = 0; i < row_n; i++) {
        const uint8_t image = rotation->image[row[i] & (CM_ALPHABET_MAX - 1u)];
        if (image == CM_NO_SYMBOL) return 0;
        differs = differs || image != row[row_n - 1 - i];
    }
    return differs;
}
