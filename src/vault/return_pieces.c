/* Pieces of a return file, the same in every pass. References as in return_pieces.h. */
#include "vault/return_pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

#define PIECES_FIRST 16u

cm_err return_pieces_init(struct return_pieces *p, const struct hash256 *named,
                          struct cm_slice head) {
    *p = (struct return_pieces){.named = *named};
    TRY(hasher_new(&p->whole));
    TRY(hasher_begin(p->whole));
    return hasher_update(p->whole, head);
}

void return_pieces_wipe(struct return_pieces *p) {
    hasher_free(p->whole);
    free(p->piece);
    *p = (struct return_pieces){.whole = NULL};
}

static cm_err changed(struct cm_diag *diag) {
    return diag_fail(diag, CM_E_CONFLICT, "return file", NULL, "receive it again",
                     "it changed while it was read, or is not the one that was named");
}

static cm_err make_room(struct return_pieces *p, struct cm_diag *diag) {
    if (p->n < p->cap) return CM_OK;
    if (p->n == RETURN_PIECES_MAX)
        return diag_fail(diag, CM_E_LIMIT, "return file", NULL, "split it", "it is too long");
    const size_t cap = p->cap == 0 ? PIECES_FIRST : 2 * p->cap;
    struct hash256 *piece = realloc(p->piece, cap * sizeof *piece);
    if (piece == NULL) return CM_E_NO_MEMORY;
    p->piece = piece;
    p->cap = cap;
    return CM_OK;
}

cm_err return_pieces_next(struct return_pieces *p, struct cm_slice text, struct cm_diag *diag) {
    struct hash256 hash;
    hash_sha256(text, &hash);
    if (p->proved) {
        if (p->at == p->n || memcmp(p->piece[p->at].b, hash.b, sizeof hash.b) != 0)
            return changed(diag);
        p->at++;
        return CM_OK;
    }
    TRY(make_room(p, diag));
    TRY(hasher_update(p->whole, text));
    p->piece[p->n++] = hash;
    p->at = p->n;
    return CM_OK;
}

cm_err return_pieces_turn(struct return_pieces *p, struct cm_diag *diag) {
    if (!p->proved) {
        struct hash256 whole;
        TRY(hasher_end(p->whole, &whole));
        if (memcmp(whole.b, p->named.b, sizeof whole.b) != 0) return changed(diag);
        p->proved = true;
    }
    if (p->at != p->n) return changed(diag);
    p->at = 0;
    return CM_OK;
}
