/* BDF, line by line: a header, then glyphs of which each lies in the font's box. Keywords that
 * shape no glyph are passed over, properties but the two that are used, too. It refuses whatever
 * would make two readers see different dots. Reference as in bitfont.h. */
#include "symbol/bitfont.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define LINE_MAX_LEN 1024u
#define NUMBER_MAX   9999
#define GLYPHS_MAX   70000u /* a font of all of Unicode's first plane is not over it */
#define HEX_MAX      (2u * BITFONT_SIDE_MAX / 8u)

struct box {
    int width, height, x, y;
};
struct bdf {
    struct cm_slice rest, line;
    unsigned line_n;
    const char *input;
    struct cm_diag *diag;
    struct box box; /* FONTBOUNDINGBOX */
    unsigned glyphs;
    bool named;
    struct bitfont font;
};

static cm_err fail(const struct bdf *b, cm_err err, const char *problem) {
    char place[DIAG_PART_CAP] = "";
    text_append(place, sizeof place, "line %u", b->line_n);
    return diag_fail(b->diag, err, b->input, place, "give a font in BDF 2.1 or 2.2", "%s", problem);
}

/* The next line that is not empty or a comment, without its end. */
static cm_err next_line(struct bdf *b) {
    do {
        if (b->rest.len == 0) return fail(b, CM_E_FORMAT, "the font ends before ENDFONT");
        const uint8_t *const end = memchr(b->rest.p, '\n', b->rest.len);
        const size_t len = end != NULL ? (size_t)(end - b->rest.p) : b->rest.len;
        b->line_n++;
        if (len > LINE_MAX_LEN) return fail(b, CM_E_FORMAT, "a line of more than 1024 bytes");
        b->line = slice_of(b->rest.p, len);
        const size_t used = len + (end != NULL ? 1u : 0u);
        b->rest = slice_of(b->rest.p + used, b->rest.len - used);
        while (b->line.len > 0 &&
               (b->line.p[b->line.len - 1] == '\r' || b->line.p[b->line.len - 1] == ' '))
            b->line.len--;
    } while (b->line.len == 0 || (b->line.len >= 7 && memcmp(b->line.p, "COMMENT", 7) == 0));
    return CM_OK;
}

/* Does the line begin with this word? *rest is what stands behind it. */
static bool keyword(const struct bdf *b, const char *word, struct cm_slice *rest) {
    const size_t len = strlen(word);
    if (b->line.len < len || memcmp(b->line.p, word, len) != 0) return false;
    if (b->line.len > len && b->line.p[len] != ' ' && b->line.p[len] != '\t') return false;
    *rest = slice_of(b->line.p + len, b->line.len - len);
    return true;
}

/* One decimal number with sign, small; false if there is none. */
static bool number(struct cm_slice *rest, int *out) {
    size_t at = 0, digits = 0;
    int value = 0;
    while (at < rest->len && (rest->p[at] == ' ' || rest->p[at] == '\t'))
        at++;
    const bool negative = at < rest->len && rest->p[at] == '-';
    if (negative) at++;
    for (; at < rest->len && rest->p[at] >= '0' && rest->p[at] <= '9'; at++, digits++) {
        value = 10 * value + (rest->p[at] - '0');
        if (value > NUMBER_MAX * 100) return false;
    }
    if (digits == 0 || (at < rest->len && rest->p[at] != ' ' && rest->p[at] != '\t')) return false;
    *out = negative ? -value : value;
    *rest = slice_of(rest->p + at, rest->len - at);
    return true;
}

static bool numbers(struct cm_slice rest, int *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!number(&rest, &out[i])) return false;
    return true;
}

/* FAMILY_NAME "5x7" */
static void read_name(struct bdf *b, struct cm_slice rest) {
    size_t n = 0;
    for (size_t i = 0; i < rest.len && n + 1 < BITFONT_NAME_CAP; i++) {
        const uint8_t c = rest.p[i];
        if (c != '"' && c > ' ' && c < 0x7F) b->font.name[n++] = (char)c;
    }
    b->named = n > 0;
}

static cm_err read_box(struct bdf *b, struct cm_slice rest) {
    int v[4];
    if (b->box.width != 0) return fail(b, CM_E_FORMAT, "a second FONTBOUNDINGBOX");
    if (!numbers(rest, v, 4)) return fail(b, CM_E_FORMAT, "FONTBOUNDINGBOX wants four numbers");
    if (v[0] < 1 || v[1] < 1) return fail(b, CM_E_FORMAT, "a font's box without dots");
    const int side = (int)BITFONT_SIDE_MAX;
    if (v[0] > side || v[1] > side) return fail(b, CM_E_LIMIT, "a cell of over 32 dots");
    if (abs(v[2]) > side || abs(v[3]) > side)
        return fail(b, CM_E_FORMAT, "a font's box far off its origin");
    b->box = (struct box){v[0], v[1], v[2], v[3]};
    return CM_OK;
}

static cm_err read_count(struct bdf *b, struct cm_slice rest, unsigned *glyphs) {
    int v = 0;
    if (b->box.width == 0) return fail(b, CM_E_FORMAT, "no FONTBOUNDINGBOX before CHARS");
    if (!number(&rest, &v) || v < 1 || v > (int)GLYPHS_MAX)
        return fail(b, CM_E_FORMAT, "CHARS wants the number of glyphs");
    *glyphs = (unsigned)v;
    return CM_OK;
}

static cm_err read_header(struct bdf *b, unsigned *glyphs) {
    struct cm_slice rest;
    TRY(next_line(b));
    if (!keyword(b, "STARTFONT", &rest) || rest.len < 4 || memcmp(rest.p, " 2.", 3) != 0)
        return fail(b, CM_E_FORMAT, "it does not begin with STARTFONT 2.x");
    for (;;) {
        TRY(next_line(b));
        if (keyword(b, "FONTBOUNDINGBOX", &rest)) TRY(read_box(b, rest));
        if (keyword(b, "FAMILY_NAME", &rest)) read_name(b, rest);
        if (keyword(b, "STARTCHAR", &rest)) return fail(b, CM_E_FORMAT, "a glyph before CHARS");
        if (keyword(b, "CHARS", &rest)) return read_count(b, rest, glyphs);
    }
}

struct glyph {
    int code, advance;
    struct box box;
    bool has_code, has_advance, has_box;
};

static cm_err judge_glyph(const struct bdf *b, const struct glyph *g) {
    if (!g->has_code || !g->has_advance || !g->has_box)
        return fail(b, CM_E_FORMAT, "a glyph without ENCODING, DWIDTH or BBX");
    const struct box *const f = &b->box, *const o = &g->box;
    if (o->width < 0 || o->height < 0 || o->x < f->x || o->y < f->y || o->width > f->width ||
        o->height > f->height || o->x - f->x > f->width - o->width ||
        o->y - f->y > f->height - o->height)
        return fail(b, CM_E_FORMAT, "a glyph that does not lie in the font's box");
    if (g->advance < 0 || g->advance > 2 * (int)BITFONT_SIDE_MAX)
        return fail(b, CM_E_FORMAT, "a DWIDTH that cannot be");
    return CM_OK;
}

static cm_err read_glyph_box(const struct bdf *b, struct cm_slice rest, struct glyph *g) {
    int v[4];
    if (!numbers(rest, v, 4)) return fail(b, CM_E_FORMAT, "BBX wants four numbers");
    g->box = (struct box){v[0], v[1], v[2], v[3]};
    g->has_box = true;
    return CM_OK;
}

static cm_err read_glyph_head(struct bdf *b, struct glyph *g) {
    struct cm_slice rest;
    for (;;) {
        TRY(next_line(b));
        if (keyword(b, "BITMAP", &rest)) return judge_glyph(b, g);
        if (keyword(b, "ENCODING", &rest)) {
            g->has_code = number(&rest, &g->code);
            if (!g->has_code) return fail(b, CM_E_FORMAT, "ENCODING wants a number");
        } else if (keyword(b, "DWIDTH", &rest)) {
            g->has_advance = number(&rest, &g->advance);
        } else if (keyword(b, "BBX", &rest)) {
            TRY(read_glyph_box(b, rest, g));
        } else if (keyword(b, "ENDCHAR", &rest) || keyword(b, "STARTCHAR", &rest)) {
            return fail(b, CM_E_FORMAT, "a glyph without BITMAP");
        }
    }
}

/* A row of hexadecimal digits as bits, bit x the dot x from the left. */
static cm_err read_row(struct bdf *b, int width, uint32_t *out) {
    uint8_t bytes[HEX_MAX / 2u] = {0};
    const size_t len = ((size_t)width + 7u) / 8u;
    uint32_t bits = 0;
    TRY(next_line(b));
    if (hex_parse(b->line, bytes, len) != CM_OK)
        return fail(b, CM_E_FORMAT,
                    "a row that is not as many hexadecimal digits as its width has");
    for (size_t x = 0; x < 8u * len; x++) {
        const bool ink = ((unsigned)bytes[x / 8u] >> (7u - x % 8u) & 1u) != 0;
        if (ink && x >= (size_t)width)
            return fail(b, CM_E_FORMAT, "a row with ink beyond its glyph's width");
        if (ink) bits |= (uint32_t)1 << x;
    }
    *out = bits;
    return CM_OK;
}

static cm_err read_glyph(struct bdf *b) {
    struct glyph g = {0};
    struct cm_slice rest;
    uint32_t rows[BITFONT_SIDE_MAX] = {0};
    TRY(next_line(b));
    if (!keyword(b, "STARTCHAR", &rest))
        return fail(b, CM_E_FORMAT, "fewer glyphs than CHARS promises");
    TRY(read_glyph_head(b, &g));
    const int right = g.box.x - b->box.x;
    const int down = b->box.y + b->box.height - (g.box.y + g.box.height);
    for (int y = 0; y < g.box.height; y++) {
        TRY(read_row(b, g.box.width, &rows[y + down]));
        rows[y + down] = g.box.width > 0 ? rows[y + down] << (unsigned)right : 0;
    }
    TRY(next_line(b));
    if (!keyword(b, "ENDCHAR", &rest)) return fail(b, CM_E_FORMAT, "more rows than its BBX says");
    const int at = g.code - (int)BITFONT_FIRST;
    if (at < 0 || at >= (int)BITFONT_N) return CM_OK; /* a glyph that no code has */
    if (b->font.has[at]) return fail(b, CM_E_FORMAT, "a character that has a glyph already");
    b->font.has[at] = true;
    memcpy(b->font.rows[at], rows, sizeof rows);
    if (g.advance > b->font.advance) b->font.advance = (uint8_t)g.advance;
    b->glyphs++;
    return CM_OK;
}

static cm_err parse(struct bdf *b) {
    struct cm_slice rest;
    unsigned n = 0;
    TRY(read_header(b, &n));
    for (unsigned i = 0; i < n; i++)
        TRY(read_glyph(b));
    TRY(next_line(b));
    if (!keyword(b, "ENDFONT", &rest))
        return fail(b, CM_E_FORMAT, "more glyphs than CHARS promises");
    if (b->glyphs == 0) return fail(b, CM_E_FORMAT, "no glyph of ASCII in it");
    const int foot = b->box.height + b->box.y;
    if (foot < 1 || foot > b->box.height)
        return fail(b, CM_E_FORMAT, "a font's box that does not stand on the line");
    b->font.width = (uint8_t)b->box.width;
    b->font.height = (uint8_t)b->box.height;
    b->font.foot = (uint8_t)foot;
    if (b->font.advance < b->font.width) b->font.advance = b->font.width;
    return CM_OK;
}

cm_err bitfont_parse(struct bitfont *out, struct cm_slice bdf, const char *input,
                     struct cm_diag *diag) {
    struct bdf b = {.rest = bdf, .input = input, .diag = diag};
    if (bdf.len > BITFONT_FILE_MAX)
        return diag_fail(diag, CM_E_LIMIT, input, NULL, "take a font of ASCII alone",
                         "a font of more than 1 MiB");
    TRY(parse(&b));
    if (!b.named) text_append(b.font.name, sizeof b.font.name, "%s", "unnamed");
    *out = b.font;
    return CM_OK;
}
