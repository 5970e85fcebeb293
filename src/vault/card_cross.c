/* Faces of new cards, with the eyes of another key version, in arrays. See card_cross.h. */
#include "vault/card_cross.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "crypto/secret.h"

#define CROSS_LANES 1024u /* texts at once, as the numberer has them */

struct card_cross {
    struct cm_card_item items[CROSS_LANES];
    struct cm_slice texts[CROSS_LANES];
    char rows[CROSS_LANES * CM_CARD_NUMBER_MAX];
};

cm_err card_cross_new(struct card_cross **out) {
    struct card_cross *c = calloc(1, sizeof *c);
    if (c == NULL) return CM_E_NO_MEMORY;
    *out = c;
    return CM_OK;
}

void card_cross_free(struct card_cross *c) {
    if (c == NULL) return;
    wipe(c, sizeof *c);
    free(c);
}

static cm_err open_lanes(struct card_cross *c, struct cm_numberer *own, struct cm_numberer *other,
                         const struct card_cross_face *face, uint64_t first, size_t n,
                         struct cm_card_opened *opened) {
    const size_t width = face->width;
    for (size_t i = 0; i < n; i++) {
        c->items[i] = (struct cm_card_item){.index = first + i, .member = face->member};
        c->texts[i] = slice_of(c->rows + i * width, width);
    }
    TRY(cm_numberer_face(own, face->face, c->items, n, c->rows));
    return cm_numberer_open_any(other, c->texts, n, opened);
}

cm_err card_cross_open(struct card_cross *c, struct cm_numberer *own, struct cm_numberer *other,
                       const struct card_cross_face *face, size_t n,
                       struct cm_card_opened *opened) {
    for (size_t done = 0; done < n; done += CROSS_LANES) {
        const size_t lanes = n - done < CROSS_LANES ? n - done : CROSS_LANES;
        TRY(open_lanes(c, own, other, face, face->first + done, lanes, opened + done));
    }
    return CM_OK;
}
