/* What a stripe reader sent, to the part of it that is the number.
 *
 * It refuses tracks whose LRC is wrong, that fit no layout of the pool, or that disagree. A reader
 * that could not read a track says so as %E? or ;E?; what the other track says then counts.
 * References: see cards/track.h; docs/design/faces.md, "Swipes". */
#include "cards/track.h"

#include <string.h>

#include "base/macros.h"

#define SWIPE_MAX  512u /* bytes; three tracks of 79, 40 and 107 characters, and line ends */
#define TRACK_BAD  3u   /* read past, never taken */
#define UNREADABLE "E"  /* between sentinels: the reader could not read that track */

static bool all_digits(struct cm_slice text) {
    unsigned wrong = 0;
    for (size_t i = 0; i < text.len; i++)
        wrong |= (unsigned)(text.p[i] < '0' || text.p[i] > '9');
    return wrong == 0;
}

static bool begins(struct cm_slice text, size_t at, const char *with, size_t n) {
    return n <= text.len - at && slice_equal(slice_of(text.p + at, n), slice_of(with, n));
}

/* How many characters an open hole takes: up to the literal behind it. */
static bool open_hole(const struct track *t, const struct track_piece *next, struct cm_slice text,
                      size_t *at) {
    while (*at < text.len && !begins(text, *at, t->layout + next->at, next->n)) {
        if (!track_carries(t->no, (char)text.p[*at])) return false;
        (*at)++;
    }
    return *at < text.len;
}

/* One piece at *at; leaves *at behind it. */
static bool match_piece(const struct track *t, const struct track_piece *piece,
                        struct cm_slice text, size_t *at, struct cm_slice *number) {
    size_t n = 0;
    switch (piece->hole) {
    case TRACK_NAME:
    case TRACK_DATA: return open_hole(t, piece + 1, text, at);
    case TRACK_LITERAL:
        if (!begins(text, *at, t->layout + piece->at, piece->n)) return false;
        *at += piece->n;
        return true;
    case TRACK_NUMBER: n = t->number_n; break;
    case TRACK_EXPIRY: n = TRACK_EXPIRY_CAP - 1u; break;
    case TRACK_SERVICE: n = TRACK_SERVICE_CAP - 1u; break;
    default: return false;
    }
    const char separator = track_separator(t->no);
    if (piece->hole != TRACK_NUMBER && begins(text, *at, &separator, 1)) n = 1;
    if (n > text.len - *at) return false;
    const struct cm_slice part = slice_of(text.p + *at, n);
    *at += n;
    if (piece->hole == TRACK_NUMBER) *number = part;
    return n == 1 ? part.p[0] == (uint8_t)separator || all_digits(part) : all_digits(part);
}

/* A whole track, sentinels included, against a layout. */
static bool match(const struct track *t, struct cm_slice text, struct cm_slice *number) {
    size_t at = 0;
    for (size_t i = 0; i < t->piece_n; i++)
        if (!match_piece(t, &t->piece[i], text, &at, number)) return false;
    return at == text.len;
}

/* ---- Several tracks with sentinels ----------------------------------------------------------- */

/* The track that begins at the front of *rest, from sentinel to sentinel; *lrc is empty or one
 * character. A sign that begins a track may also be the LRC of the one before: it is, when another
 * one, or nothing, follows. */
static bool cut_track(struct cm_slice *rest, struct cm_slice *track, struct cm_slice *lrc) {
    const uint8_t *end = memchr(rest->p, '?', rest->len);
    if (end == NULL) return false;
    const size_t n = (size_t)(end - rest->p) + 1u, left = rest->len - n;
    *track = slice_of(rest->p, n);
    const uint8_t *after = rest->p + n;
    const bool alone = left == 1;
    const bool before_track = left > 1 && (after[1] == ';' || after[1] == '+');
    *lrc = slice_of(after, alone || before_track ? 1u : 0u);
    *rest = slice_of(after + lrc->len, left - lrc->len);
    return true;
}

static unsigned track_no(uint8_t start, unsigned before) {
    if (start == '%') return before == 0 ? 1u : 0u;
    if (start == ';') return before < 2u ? 2u : TRACK_BAD;
    return start == '+' ? TRACK_BAD : 0u;
}

static enum swipe read_one(const struct track *t, struct cm_slice text, struct cm_slice lrc,
                           struct cm_slice *number) {
    struct cm_slice found = slice_of(NULL, 0);
    if (slice_equal(slice_of(text.p + 1, text.len - 2u), slice_text(UNREADABLE))) return SWIPE_NOT;
    if (lrc.len > 0 && (char)lrc.p[0] != track_lrc(t->no, text)) return SWIPE_BAD;
    if (!match(t, text, &found)) return SWIPE_BAD;
    if (number->len > 0 && !slice_equal(*number, found)) return SWIPE_BAD;
    *number = found;
    return SWIPE_NUMBER;
}

static enum swipe read_tracks(const struct track tracks[static TRACKS], struct cm_slice rest,
                              struct cm_slice *number) {
    struct cm_slice text, lrc, found = slice_of(NULL, 0);
    unsigned before = 0;
    while (rest.len > 0) {
        const unsigned no = track_no(rest.p[0], before);
        if (no == 0 || !cut_track(&rest, &text, &lrc)) return SWIPE_BAD;
        before = no;
        if (no == TRACK_BAD || !tracks[no - 1u].on) continue;
        if (read_one(&tracks[no - 1u], text, lrc, &found) == SWIPE_BAD) return SWIPE_BAD;
    }
    if (found.len == 0) return SWIPE_BAD;
    *number = found;
    return SWIPE_NUMBER;
}

/* ---- A track whose sentinels the reader took off --------------------------------------------- */

static enum swipe read_bare(const struct track *t, struct cm_slice text, struct cm_slice *number) {
    char whole[TRACK_TEXT_MAX + 2u];
    struct cm_slice found = slice_of(NULL, 0);
    if (!t->on || text.len > TRACK_TEXT_MAX) return SWIPE_NOT;
    whole[0] = t->layout[0];
    memcpy(whole + 1, text.p, text.len);
    whole[text.len + 1u] = '?';
    if (!match(t, slice_of(whole, text.len + 2u), &found)) return SWIPE_NOT;
    const size_t at = (size_t)(found.p - (const uint8_t *)whole) - 1u;
    *number = slice_of(text.p + at, found.len);
    return SWIPE_NUMBER;
}

enum swipe swipe_read(const struct track tracks[static TRACKS], struct cm_slice text,
                      struct cm_slice *number) {
    while (text.len > 0 && (text.p[text.len - 1u] == '\n' || text.p[text.len - 1u] == '\r'))
        text.len--;
    if (text.len == 0 || text.len > SWIPE_MAX || (!tracks[0].on && !tracks[1].on)) return SWIPE_NOT;
    if (text.p[0] == '%' || text.p[0] == ';' || text.p[0] == '+')
        return read_tracks(tracks, text, number);
    for (size_t i = 0; i < TRACKS; i++)
        if (read_bare(&tracks[i], text, number) == SWIPE_NUMBER) return SWIPE_NUMBER;
    return SWIPE_NOT;
}
