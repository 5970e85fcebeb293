/* Shapes and data of ZPL fields. References as in zpl_page.h. */
#include "line/zpl_field.h"

#include "base/macros.h"
#include "base/text.h"
#include "line/reply.h"

#define GS          0x1Du
#define QR_PREFIX   3u /* "MA,": level, input mode, comma */
#define QR_MODULE   2u /* at 203 dpi */
#define BX_ECC_200  200u
#define BX_MODULE   1u
#define DECIMAL_LEN 3u
#define PAIR        2u /* ">:" */

struct cm_slice zpl_value(struct cm_slice values, size_t i) {
    struct cm_slice part = reply_part(values, ',', i);
    while (part.len > 0 && part.p[0] <= ' ')
        part = slice_of(part.p + 1, part.len - 1);
    while (part.len > 0 && part.p[part.len - 1] <= ' ')
        part.len--;
    return part;
}

static char letter(struct cm_slice values, size_t i, char otherwise) {
    const struct cm_slice part = zpl_value(values, i);
    return part.len == 0 ? otherwise : (char)part.p[0];
}

/* What turns a field: drawn upright, and said. */
static void upright(struct zpl_reader *r, char orientation) {
    if (orientation != 'N' && orientation != 'R' && orientation != 'I' && orientation != 'B')
        return;
    if (orientation != 'N') zpl_note_command(r, "drawn upright, the printer turns it");
}

/* ^A0N,height,width: the font's name stands where others have their second letter. */
static void text_shape(struct zpl_reader *r, struct cm_slice values) {
    struct zpl_mark *m = &r->field;
    m->kind = ZPL_TEXT;
    m->height = zpl_number(values, 1, r->font_height);
    m->width = zpl_number(values, 2, 0);
    upright(r, letter(values, 0, 'N'));
    if (r->name[1] != '0')
        zpl_note_command(r, "another font: its place is right, its looks are not");
}

static void datamatrix_shape(struct zpl_reader *r, struct cm_slice values) {
    struct zpl_mark *m = &r->field;
    m->kind = ZPL_DATAMATRIX;
    upright(r, letter(values, 0, 'N'));
    m->module = zpl_number(values, 1, BX_MODULE);
    if (zpl_number(values, 2, 0) != BX_ECC_200)
        zpl_note_command(r, "drawn with quality 200, it asks for another");
    if (zpl_value(values, 3).len > 0 || zpl_value(values, 4).len > 0)
        zpl_note_command(r, "drawn in the least size, it asks for rows and columns");
    r->escape = letter(values, 6, '\0');
    if (zpl_value(values, 7).len > 0 && letter(values, 7, '1') != '1')
        zpl_note_command(r, "drawn square, it asks for a rectangle");
}

static void qr_shape(struct zpl_reader *r, struct cm_slice values) {
    struct zpl_mark *m = &r->field;
    m->kind = ZPL_QR;
    upright(r, letter(values, 0, 'N'));
    if (letter(values, 1, '2') != '2') zpl_note_command(r, "drawn as model 2, it asks for model 1");
    m->module = zpl_number(values, 2, QR_MODULE);
    m->lowered = r->bars;
    if (m->typeset) zpl_note(r, "^FT: the place of a QR code is a guess");
}

static void bars_shape(struct zpl_reader *r, struct cm_slice values) {
    struct zpl_mark *m = &r->field;
    m->kind = ZPL_CODE128;
    upright(r, letter(values, 0, 'N'));
    m->module = r->module;
    m->height = zpl_number(values, 1, r->bars);
    m->printed = letter(values, 2, 'Y') == 'Y';
    m->above = letter(values, 3, 'N') == 'Y';
    if (letter(values, 5, 'N') != 'N') zpl_note_command(r, "drawn in mode N, it asks for another");
}

static void box_shape(struct zpl_reader *r, struct cm_slice values) {
    struct zpl_mark *m = &r->field;
    m->kind = ZPL_BOX;
    m->thick = zpl_number(values, 2, 1);
    m->width = zpl_number(values, 0, m->thick);
    m->height = zpl_number(values, 1, m->thick);
    m->white = letter(values, 3, 'B') == 'W';
    if (zpl_number(values, 4, 0) != 0) zpl_note_command(r, "drawn with square corners");
}

bool zpl_field_shape(struct zpl_reader *r, struct cm_slice values) {
    if (r->name[0] == 'A' && r->name[1] != '@') {
        text_shape(r, values);
        return true;
    }
    static const struct {
        char name[2];
        void (*read)(struct zpl_reader *, struct cm_slice);
    } shapes[] = {{{'B', 'X'}, datamatrix_shape},
                  {{'B', 'Q'}, qr_shape},
                  {{'B', 'C'}, bars_shape},
                  {{'G', 'B'}, box_shape}};
    for (size_t i = 0; i < CM_ARRAY_N(shapes); i++) {
        if (memcmp(shapes[i].name, r->name, 2) != 0) continue;
        shapes[i].read(r, values);
        return true;
    }
    return false;
}

/* ---- Data */

/* One byte of the data with ^FH undone; *at moves behind it. */
static uint8_t next_byte(struct cm_slice data, char hex, size_t *at) {
    const uint8_t c = data.p[*at];
    if (hex != '\0' && c == (uint8_t)hex && data.len - *at >= 3) {
        const uint64_t value = reply_hex(slice_of(data.p + *at + 1, 2));
        *at += 3;
        return (uint8_t)value;
    }
    ++*at;
    return c;
}

/* Behind a symbol's escape character: 1 is FNC1, dNNN a byte, itself once more itself. */
static void put_escaped(struct zpl_reader *r, struct zpl_mark *m, struct cm_slice rest, char escape,
                        size_t *used) {
    struct buffer *out = &r->page->texts;
    uint64_t value = 0;
    *used = 1;
    if (rest.len > 0 && rest.p[0] == (uint8_t)escape) {
        buffer_u8(out, rest.p[0]);
    } else if (rest.len > 0 && rest.p[0] == '1') {
        if (out->len == m->at)
            m->fnc1 = true;
        else
            buffer_u8(out, GS);
    } else if (rest.len > DECIMAL_LEN && rest.p[0] == 'd' &&
               text_u64(slice_of(rest.p + 1, DECIMAL_LEN), UINT8_MAX, &value) == CM_OK) {
        buffer_u8(out, (uint8_t)value);
        *used = 1 + DECIMAL_LEN;
    } else {
        zpl_note(r, "^BX: an escape that is not drawn");
        *used = rest.len > 0;
    }
}

static void matrix_data(struct zpl_reader *r, struct zpl_mark *m, struct cm_slice plain,
                        char escape) {
    for (size_t at = 0; at < plain.len;) {
        if (escape == '\0' || plain.p[at] != (uint8_t)escape) {
            buffer_u8(&r->page->texts, plain.p[at++]);
            continue;
        }
        size_t used = 0;
        put_escaped(r, m, slice_of(plain.p + at + 1, plain.len - at - 1), escape, &used);
        at += 1 + used;
    }
}

/* "MA,text": level and input mode stand before the text. */
static struct cm_slice qr_data(struct zpl_reader *r, struct zpl_mark *m, struct cm_slice plain) {
    if (plain.len < QR_PREFIX || plain.p[QR_PREFIX - 1] != ',' || plain.p[1] != 'A') {
        zpl_note(r, "^BQ: drawn as automatic input, its data asks for another mode");
        return plain;
    }
    m->level = (char)plain.p[0];
    return slice_of(plain.p + QR_PREFIX, plain.len - QR_PREFIX);
}

/* Code 128: a start character in front chooses the set; >0 is > itself. */
static void bars_data(struct zpl_reader *r, struct zpl_mark *m, struct cm_slice plain) {
    const bool starts = plain.len >= PAIR && plain.p[0] == '>' &&
                        (plain.p[1] == ';' || plain.p[1] == ':' || plain.p[1] == '9');
    if (starts && plain.p[1] == ';') m->kind = ZPL_CODE128_C;
    for (size_t at = starts ? PAIR : 0; at < plain.len; at++) {
        const bool invokes = plain.p[at] == '>' && at + 1 < plain.len;
        buffer_u8(&r->page->texts, plain.p[at]);
        if (!invokes) continue;
        at++; /* its second character says which */
        if (plain.p[at] != '0')
            zpl_note(r, "^BC: FNC1, or a change of sets within the data, is drawn as >");
    }
}

void zpl_field_data(struct zpl_reader *r, struct zpl_mark *m, struct cm_slice data, char hex,
                    char escape) {
    struct buffer plain = BUFFER_INIT;
    for (size_t at = 0; at < data.len;) {
        const bool ends_line = data.p[at] == '\r' || data.p[at] == '\n'; /* a printer skips it */
        const uint8_t byte = next_byte(data, hex, &at);
        if (!ends_line) buffer_u8(&plain, byte);
    }
    struct cm_slice text = plain.len == 0 ? slice_of("", 0) : buffer_slice(&plain);
    m->at = r->page->texts.len;
    if (m->kind == ZPL_QR) text = qr_data(r, m, text);
    if (m->kind == ZPL_DATAMATRIX) {
        matrix_data(r, m, text, escape);
    } else if (m->kind == ZPL_CODE128) {
        bars_data(r, m, text);
    } else {
        buffer_put(&r->page->texts, text.p, text.len);
    }
    m->len = r->page->texts.len - m->at;
    if (plain.failed) r->page->texts.failed = true;
    buffer_wipe(&plain);
}
