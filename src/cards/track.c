/* Layouts: read once, laid out once, then filled row by row. See track.h.
 * References: ISO/IEC 7811-2 (character sets, LRC); ISO/IEC 7813 (layouts, lengths, names). */
#include "cards/track.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"

#define NAME_ISO_MIN 2u
#define NO_NAME      " /" /* ISO/IEC 7813: a space as surname, nothing after it */
#define ISO_TRACK1   "%B{number}^{name}^{expiry}{service}{data}?"
#define ISO_TRACK2   ";{number}={expiry}{service}{data}?"

static const char *const hole_names[] = {
    [TRACK_LITERAL] = "",      [TRACK_NUMBER] = "number",   [TRACK_NAME] = "name",
    [TRACK_EXPIRY] = "expiry", [TRACK_SERVICE] = "service", [TRACK_DATA] = "data"};

static size_t text_max(uint8_t no) { return no == 1 ? TRACK_TEXT_MAX : TRACK2_TEXT_MAX; }
static char start_of(uint8_t no) { return no == 1 ? '%' : ';'; }

/* Data bits of a character: ASCII less 0x20 on track 1, less 0x30 on track 2. */
static uint8_t bits_of(uint8_t no, char c) {
    const unsigned byte = (unsigned char)c;
    return (uint8_t)(no == 1 ? (byte - 0x20u) & 63u : (byte - 0x30u) & 15u);
}

bool track_carries(uint8_t no, char c) {
    if (no == 1) return c >= 0x20 && c <= 0x5F && c != '%' && c != '?';
    return c >= 0x30 && c <= 0x3E && c != ';';
}

/* ---- Reading a layout ------------------------------------------------------------------------ */

static cm_err bad(struct cm_diag *diag, cm_err err, const char *remedy, const char *problem) {
    return diag_fail(diag, err, NULL, "layout", remedy, "%s", problem);
}

static cm_err add_piece(struct track *t, enum track_hole hole, size_t at, size_t n,
                        struct cm_diag *diag) {
    if (t->piece_n == TRACK_PIECES_MAX)
        return bad(diag, CM_E_RANGE, "use fewer holes", "the layout has too many parts");
    t->piece[t->piece_n++] = (struct track_piece){.hole = hole, .at = (uint8_t)at, .n = (uint8_t)n};
    return CM_OK;
}

/* The hole whose name stands after the brace at `at`; *n is the length of the whole. */
static cm_err read_hole(const char *text, size_t at, enum track_hole *hole, size_t *n,
                        struct cm_diag *diag) {
    const char *end = strchr(text + at, '}');
    const size_t len = end == NULL ? 0 : (size_t)(end - text) - at - 1u;
    for (unsigned h = TRACK_NUMBER; end != NULL && h < CM_ARRAY_N(hole_names); h++) {
        if (!slice_equal(slice_of(text + at + 1u, len), slice_text(hole_names[h]))) continue;
        *hole = (enum track_hole)h;
        *n = len + 2u;
        return CM_OK;
    }
    return bad(diag, CM_E_FORMAT, "use {number}, {name}, {expiry}, {service} or {data}",
               "a hole of the layout has an unknown name");
}

static cm_err check_character(const struct track *t, char c, struct cm_diag *diag) {
    if (track_carries(t->no, c)) return CM_OK;
    return bad(diag, CM_E_FORMAT,
               t->no == 1 ? "use upper case, digits, space and signs" : "use digits and =",
               "the layout holds a character that the track cannot carry");
}

static cm_err read_pieces(struct track *t, struct cm_diag *diag) {
    const size_t n = strlen(t->layout);
    if (n < 3 || t->layout[0] != start_of(t->no) || t->layout[n - 1] != '?')
        return bad(diag, CM_E_FORMAT,
                   t->no == 1 ? "begin it with % and end it with ?"
                              : "begin it with ; and end it with ?",
                   "the layout lacks a sentinel");
    size_t literal = 0;
    for (size_t at = 1; at + 1 < n;) {
        enum track_hole hole = TRACK_LITERAL;
        size_t len = 1;
        if (t->layout[at] == '{')
            TRY(read_hole(t->layout, at, &hole, &len, diag));
        else
            TRY(check_character(t, t->layout[at], diag));
        if (hole != TRACK_LITERAL) {
            if (at > literal) TRY(add_piece(t, TRACK_LITERAL, literal, at - literal, diag));
            TRY(add_piece(t, hole, 0, 0, diag));
            literal = at + len;
        }
        at += len;
    }
    return add_piece(t, TRACK_LITERAL, literal, n - literal, diag);
}

/* ---- What fills the holes -------------------------------------------------------------------- */

static bool digits_or_nothing(const char *text, size_t n) {
    const size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return len == 0 || len == n;
}

static bool is_expiry(const char *text) {
    if (!digits_or_nothing(text, TRACK_EXPIRY_CAP - 1u)) return false;
    if (text[0] == '\0') return true;
    const int month = (text[2] - '0') * 10 + (text[3] - '0');
    return month >= 1 && month <= 12;
}

static bool has_hole(const struct track *t, enum track_hole hole) {
    for (size_t i = 0; i < t->piece_n; i++)
        if (t->piece[i].hole == hole) return true;
    return false;
}

/* Data may hold the separator of track 2, which ends no field there. */
static bool carried(uint8_t no, const char *text, bool data) {
    for (const char *c = text; *c != '\0'; c++)
        if (!track_carries(no, *c) || (*c == track_separator(no) && !(data && no == 2)))
            return false;
    return true;
}

static cm_err check_idle(const struct track *t, struct cm_diag *diag) {
    const struct track_words *w = &t->words;
    const char *const words[] = {[TRACK_NAME] = w->name,
                                 [TRACK_EXPIRY] = w->expiry,
                                 [TRACK_SERVICE] = w->service,
                                 [TRACK_DATA] = w->data};
    for (unsigned h = TRACK_NAME; h <= TRACK_DATA; h++)
        if (words[h][0] != '\0' && !has_hole(t, (enum track_hole)h))
            return bad(diag, CM_E_FORMAT, "give the layout a hole for it, or leave the value out",
                       "a value is given that the layout has no hole for");
    return CM_OK;
}

static cm_err check_words(const struct track *t, struct cm_diag *diag) {
    const struct track_words *w = &t->words;
    if (!is_expiry(w->expiry))
        return diag_fail(diag, CM_E_FORMAT, NULL, "expiry", "write it as YYMM, such as 3012",
                         "the expiry is no year and month");
    if (!digits_or_nothing(w->service, TRACK_SERVICE_CAP - 1u))
        return diag_fail(diag, CM_E_FORMAT, NULL, "service", "write three digits",
                         "the service code is not of three digits");
    if (!carried(t->no, w->name, false))
        return diag_fail(diag, CM_E_FORMAT, NULL, "name",
                         "write it in upper case, such as GIFT/CARD",
                         "the name holds a character that the track cannot carry");
    if (t->iso && t->no == 1 && strlen(w->name) < NAME_ISO_MIN)
        return diag_fail(diag, CM_E_RANGE, NULL, "name", "use 2 to 26 characters, or leave it out",
                         "a name of ISO/IEC 7813 has at least two characters");
    if (!carried(t->no, w->data, true))
        return diag_fail(diag, CM_E_FORMAT, NULL, "data", "use what the track can carry",
                         "the data holds a character that the track cannot carry");
    return check_idle(t, diag);
}

/* What a reader must know of a layout: each hole once at most, the number exactly once, and a text
 * where holes of open length end. */
static cm_err check_holes(const struct track *t, struct cm_diag *diag) {
    unsigned n[CM_ARRAY_N(hole_names)] = {0};
    for (size_t i = 0; i < t->piece_n; i++) {
        const enum track_hole hole = t->piece[i].hole;
        const bool open = hole == TRACK_NAME || hole == TRACK_DATA;
        if (hole != TRACK_LITERAL && ++n[hole] > 1)
            return bad(diag, CM_E_FORMAT, "put each hole in once", "a hole stands there twice");
        if (open && t->piece[i + 1].hole != TRACK_LITERAL) /* the last piece is a sentinel */
            return bad(diag, CM_E_FORMAT, "put a separator behind it",
                       "a hole of open length is followed by another hole");
    }
    if (n[TRACK_NUMBER] == 1) return CM_OK;
    return bad(diag, CM_E_FORMAT, "put {number} in", "the layout has no number");
}

/* What was laid out must be read back as the number, with and without its LRC. */
static cm_err check_readable(const struct track *t, struct cm_diag *diag) {
    struct track_form form;
    if (track_form(t, NULL, &form) != CM_OK)
        return diag_fail(diag, CM_E_RANGE, NULL, "layout", "shorten name or data",
                         "track %u takes %zu characters with sentinels and LRC", (unsigned)t->no,
                         text_max(t->no));
    struct track tracks[TRACKS] = {{.on = false}, {.on = false}};
    char digits[CM_CARD_NUMBER_MAX] = {0}, row[TRACK_TEXT_MAX];
    tracks[t->no - 1u] = *t;
    for (unsigned d = 0; d < 20u; d++) {
        struct cm_slice number = slice_of(NULL, 0);
        for (size_t i = 0; i < t->number_n; i++)
            digits[i] = (char)('0' + (d / 2u + i * (d & 1u)) % 10u);
        const size_t n = track_fill(&form, digits, 1, true, row);
        if (swipe_read(tracks, slice_of(row, n), &number) != SWIPE_NUMBER ||
            !slice_equal(number, slice_of(digits, t->number_n)))
            return bad(diag, CM_E_FORMAT, "set the number off by a separator",
                       "the layout does not give its number back");
    }
    return CM_OK;
}

static cm_err read_layout(struct track *t, struct cm_slice layout, struct cm_diag *diag) {
    t->iso = slice_equal(layout, slice_text("iso"));
    if (t->iso) layout = slice_text(t->no == 1 ? ISO_TRACK1 : ISO_TRACK2);
    if (layout.len >= sizeof t->layout)
        return bad(diag, CM_E_RANGE, "shorten it", "the layout is too long");
    memcpy(t->layout, layout.p, layout.len);
    if (t->iso && t->no == 1 && t->words.name[0] == '\0')
        memcpy(t->words.name, NO_NAME, sizeof NO_NAME);
    return read_pieces(t, diag);
}

cm_err track_init(struct track *out, uint8_t no, struct cm_slice layout,
                  const struct track_words *words, size_t number_n, struct cm_diag *diag) {
    struct track t = {.on = true, .no = no, .number_n = (uint8_t)number_n, .words = *words};
    TRY(read_layout(&t, layout, diag));
    TRY(check_holes(&t, diag));
    TRY(check_words(&t, diag));
    TRY(check_readable(&t, diag));
    *out = t;
    return CM_OK;
}

/* ---- Laying out ------------------------------------------------------------------------------ */

/* Without an expiry or service code their separator stands in their place (ISO/IEC 7813). */
static void hole_text(const struct track *t, enum track_hole hole, const char *expiry,
                      const char **text, size_t *n) {
    static const char *const none[] = {"^", "="};
    *text = "";
    if (hole == TRACK_NAME) *text = t->words.name;
    if (hole == TRACK_DATA) *text = t->words.data;
    if (hole == TRACK_EXPIRY) *text = expiry;
    if (hole == TRACK_SERVICE) *text = t->words.service;
    if ((hole == TRACK_EXPIRY || hole == TRACK_SERVICE) && (*text)[0] == '\0')
        *text = none[t->no - 1u];
    *n = strlen(*text);
}

static void append(struct track_form *form, const char *text, size_t n, bool counts) {
    for (size_t k = 0; k < n; k++) {
        form->text[form->n + k] = text[k];
        if (counts) form->bits ^= bits_of(form->no, text[k]);
    }
    form->n = (uint8_t)(form->n + n);
}

cm_err track_form(const struct track *track, const char *expiry, struct track_form *out) {
    static const char zeros[] = "0000000000000000000"; /* CM_CARD_NUMBER_MAX of them */
    struct track_form form = {.n = 0, .no = track->no, .number_n = track->number_n};
    if (expiry == NULL) expiry = track->words.expiry;
    if (!is_expiry(expiry)) return CM_E_FORMAT;
    for (size_t i = 0; i < track->piece_n; i++) {
        const struct track_piece *piece = &track->piece[i];
        const char *text = track->layout + piece->at;
        size_t n = piece->n;
        if (piece->hole == TRACK_NUMBER) {
            text = zeros;
            n = track->number_n;
            form.number_at = form.n;
        } else if (piece->hole != TRACK_LITERAL) {
            hole_text(track, piece->hole, expiry, &text, &n);
        }
        /* the LRC must fit, too */
        if (form.n + n + 1u > text_max(track->no)) return CM_E_RANGE;
        append(&form, text, n, piece->hole != TRACK_NUMBER);
    }
    *out = form;
    return CM_OK;
}

/* ---- Filling --------------------------------------------------------------------------------- */

static char lrc_char(uint8_t no, uint8_t bits) { return (char)(bits + (no == 1 ? 0x20u : 0x30u)); }

/* Digits give their own bits: 0x10 | d on track 1, d on track 2. */
static uint8_t number_bits(uint8_t no, const char *digits, size_t n) {
    unsigned bits = 0;
    for (size_t i = 0; i < n; i++)
        bits ^= (unsigned char)digits[i];
    return (uint8_t)(bits & 15u) | (uint8_t)(no == 1 && n % 2u == 1u ? 0x10u : 0u);
}

void track_renumber(const struct track_form *form, const char *numbers, size_t n, bool lrc,
                    char *rows) {
    const size_t width = form->n + (lrc ? 1u : 0u), number_n = form->number_n;
    for (size_t i = 0; i < n; i++) {
        char *row = rows + i * width, *to = row + form->number_at;
        const char *number = numbers + i * number_n;
        for (size_t k = 0; k < number_n; k++)
            to[k] = number[k];
        if (lrc)
            row[form->n] =
                lrc_char(form->no, (uint8_t)(form->bits ^ number_bits(form->no, number, number_n)));
    }
}

size_t track_fill(const struct track_form *form, const char *numbers, size_t n, bool lrc,
                  char *rows) {
    const size_t width = form->n + (lrc ? 1u : 0u);
    for (size_t i = 0; i < n; i++)
        memcpy(rows + i * width, form->text, form->n);
    track_renumber(form, numbers, n, lrc, rows);
    return width;
}

char track_lrc(uint8_t no, struct cm_slice text) {
    uint8_t bits = 0;
    for (size_t i = 0; i < text.len; i++)
        bits ^= bits_of(no, (char)text.p[i]);
    return lrc_char(no, bits);
}
