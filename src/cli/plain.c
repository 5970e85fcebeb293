/* Code point by code point. The tables are coarse on purpose: whole blocks, no dependence on the
 * locale. */
#include "cli/plain.h"

#include "base/macros.h"
#include "base/text.h"

#define BLANK    "                                "
#define STAND_IN '?'

struct range {
    uint32_t first, last;
};

static bool within(const struct range *table, size_t n, uint32_t c) {
    for (size_t i = 0; i < n; i++)
        if (c >= table[i].first && c <= table[i].last) return true;
    return false;
}

/* C0, DEL, C1; marks that change the direction; line and paragraph separators; invisible tags. */
static bool is_steering(uint32_t c) {
    static const struct range table[] = {{0x0000, 0x001f},   {0x007f, 0x009f}, {0x061c, 0x061c},
                                         {0x200b, 0x200f},   {0x2028, 0x202e}, {0x2060, 0x206f},
                                         {0xfeff, 0xfeff},   {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
                                         {0xf0000, 0x10ffff}};
    return within(table, CM_ARRAY_N(table), c);
}

static bool is_combining(uint32_t c) {
    static const struct range table[] = {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},
                                         {0x064b, 0x065f}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},
                                         {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff},
                                         {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
    return within(table, CM_ARRAY_N(table), c);
}

static bool is_wide(uint32_t c) {
    static const struct range table[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
        {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
        {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
    return within(table, CM_ARRAY_N(table), c);
}

/* One character as it is shown. */
struct glyph {
    struct cm_slice bytes;
    size_t width;
};

static struct glyph next_glyph(struct cm_slice *rest) {
    static const char stand_in = STAND_IN;
    const struct cm_slice before = *rest;
    struct glyph g = {.bytes = slice_of(&stand_in, 1), .width = 1};
    uint32_t c = 0;
    if (utf8_next(rest, &c) != CM_OK) {
        *rest = slice_of(before.p + 1, before.len - 1);
        return g;
    }
    if (is_steering(c)) return g;
    g.bytes = slice_of(before.p, before.len - rest->len);
    g.width = is_combining(c) ? 0 : is_wide(c) ? 2 : 1;
    return g;
}

size_t plain_width(struct cm_slice text) {
    size_t n = 0;
    while (text.len > 0)
        n += next_glyph(&text).width;
    return n;
}

void plain_put(struct buffer *out, struct cm_slice text) {
    while (text.len > 0) {
        const struct glyph g = next_glyph(&text);
        buffer_put(out, g.bytes.p, g.bytes.len);
    }
}

static void blanks(struct buffer *out, size_t n) {
    for (; n > 0; n -= n < sizeof BLANK - 1 ? n : sizeof BLANK - 1)
        buffer_put(out, BLANK, n < sizeof BLANK - 1 ? n : sizeof BLANK - 1);
}

/* Columns that were used. */
static size_t put_cut(struct buffer *out, struct cm_slice text, size_t columns) {
    size_t used = 0;
    const bool whole = plain_width(text) <= columns;
    const size_t room = whole ? columns : columns - 1;
    while (text.len > 0) {
        const struct glyph g = next_glyph(&text);
        if (used + g.width > room) break;
        buffer_put(out, g.bytes.p, g.bytes.len);
        used += g.width;
    }
    if (!whole) buffer_text(out, "~");
    return used + !whole;
}

void plain_cut(struct buffer *out, struct cm_slice text, size_t columns) {
    if (columns > 0) (void)put_cut(out, text, columns);
}

void plain_fit(struct buffer *out, struct cm_slice text, size_t columns, bool right) {
    const size_t width = plain_width(text);
    if (columns == 0) return;
    if (right && width < columns) blanks(out, columns - width);
    const size_t used = put_cut(out, text, columns);
    if (used < columns && !(right && width < columns)) blanks(out, columns - used);
}
