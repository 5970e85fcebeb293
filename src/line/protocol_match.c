/* Answers of a line protocol, matched at the front of what has come so far. No going back: a gap
 * ends at the first occurrence of the byte that follows it. References as in protocol.h. */
#include <string.h>

#include "line/protocol.h"

#define GAP_MAX 1024u /* bytes of <*> or a value; more is noise */

/* The byte that ends a gap: the first of the next piece. */
static int stop_byte(const struct line_protocol *p, const struct phrase *a, size_t i) {
    if (i + 1 >= a->n || a->pieces[i + 1].kind != PIECE_BYTES) return -1;
    return p->bytes.p[a->pieces[i + 1].at];
}

/* Bytes of a gap at the front of rest; rest.len when its end has not come. */
static size_t gap_len(struct cm_slice rest, int stop) {
    size_t len = 0;
    while (len < rest.len && rest.p[len] != stop)
        len++;
    return len;
}

enum match protocol_match(const struct line_protocol *p, const struct phrase *answer,
                          struct cm_slice bytes, size_t *len, struct cm_slice *value) {
    size_t at = 0;
    if (answer->n == 0) return MATCH_NO;
    for (size_t i = 0; i < answer->n; i++) {
        const struct piece *piece = &answer->pieces[i];
        const struct cm_slice rest = slice_of(bytes.p + at, bytes.len - at);
        size_t take = 1;
        if (piece->kind == PIECE_BYTES) {
            const size_t n = rest.len < piece->len ? rest.len : piece->len;
            if (n > 0 && memcmp(rest.p, p->bytes.p + piece->at, n) != 0) return MATCH_NO;
            take = piece->len;
        } else if (piece->kind != PIECE_ONE && piece->len == 0) {
            take = gap_len(rest, stop_byte(p, answer, i));
            if (take > GAP_MAX) return MATCH_NO;
            if (take == rest.len) return MATCH_PARTLY;
        }
        if (take > rest.len) return MATCH_PARTLY;
        if (piece->kind == PIECE_VALUE) *value = slice_of(rest.p, take);
        at += take;
    }
    *len = at;
    return MATCH_WHOLE;
}
