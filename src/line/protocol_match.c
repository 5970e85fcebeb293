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

/* How far one piece of an answer reaches into what is left. */
static enum match piece_match(const struct line_protocol *p, const struct phrase *answer, size_t i,
                              struct cm_slice rest, size_t *len) {
    const struct piece *piece = &answer->pieces[i];
    *len = 1;
    if (piece->kind == PIECE_BYTES) {
        const size_t n = rest.len < piece->len ? rest.len : piece->len;
        if (n > 0 && memcmp(rest.p, p->bytes.p + piece->at, n) != 0) return MATCH_NO;
        *len = piece->len;
    } else if (piece->kind != PIECE_ONE && piece->len == 0) {
        *len = gap_len(rest, stop_byte(p, answer, i));
        if (*len > GAP_MAX) return MATCH_NO;
        if (*len == rest.len) return MATCH_PARTLY;
    }
    return *len > rest.len ? MATCH_PARTLY : MATCH_WHOLE;
}

enum match protocol_match(const struct line_protocol *p, const struct phrase *answer,
                          struct cm_slice bytes, size_t *len, struct cm_slice *value) {
    size_t at = 0;
    if (answer->n == 0) return MATCH_NO;
    for (size_t i = 0; i < answer->n; i++) {
        const struct cm_slice rest = slice_of(bytes.p + at, bytes.len - at);
        size_t n = 0;
        const enum match match = piece_match(p, answer, i, rest, &n);
        if (match != MATCH_WHOLE) return match;
        if (answer->pieces[i].kind == PIECE_VALUE) *value = slice_of(rest.p, n);
        at += n;
    }
    *len = at;
    return MATCH_WHOLE;
}
