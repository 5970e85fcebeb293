/* Reads one format. References as in zpl_format.h. */
#include "support/printers/zpl_format.h"

#include <string.h>

#include "base/text.h"

#define NAME_LEN   2u        /* letters of a command behind its prefix */
#define COPIES_MAX 99999999u /* ^PQ: 1 to 99,999,999 */
#define HEX_MARK   '_'       /* ^FH without a parameter */

/* The field between its ^FN or ^FO and its ^FS. */
struct field {
    struct buffer name, data;
    bool has_data, hex;
    uint8_t hex_mark;
    unsigned fixed_n; /* fields without ^FN so far: they are called #1, #2 ... */
};

static bool is(struct cm_slice name, const char *text) {
    return slice_equal(name, slice_text(text));
}

static struct cm_slice until(struct cm_slice s, uint8_t mark) {
    size_t len = 0;
    while (len < s.len && s.p[len] != mark)
        len++;
    return slice_of(s.p, len);
}

/* Control characters of the line stand for nothing in a format. */
static void put_plain(struct buffer *to, struct cm_slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] != '\r' && s.p[i] != '\n') buffer_u8(to, s.p[i]);
}

static void put_hex(struct buffer *to, struct cm_slice s, uint8_t mark) {
    for (size_t i = 0; i < s.len; i++) {
        uint8_t value = 0;
        const bool escaped = s.p[i] == mark && i + 2 < s.len &&
                             hex_parse(slice_of(s.p + i + 1, 2), &value, 1) == CM_OK;
        if (escaped)
            buffer_u8(to, value);
        else
            put_plain(to, slice_of(s.p + i, 1));
        if (escaped) i += 2;
    }
}

static void end_field(struct field *f, struct item *out) {
    if (f->has_data) {
        if (f->name.len == 0) buffer_printf(&f->name, "#%u", ++f->fixed_n);
        item_field(out, buffer_slice(&f->name), buffer_slice(&f->data));
        out->kind |= ZPL_PRINTS;
    }
    buffer_clear(&f->name);
    buffer_clear(&f->data);
    f->has_data = f->hex = false;
}

static void field_data(struct field *f, struct cm_slice data) {
    f->has_data = true;
    if (f->hex)
        put_hex(&f->data, data, f->hex_mark);
    else
        put_plain(&f->data, data);
}

static void quantity(struct item *out, struct cm_slice parameters) {
    uint64_t n = 1;
    if (text_u64(until(parameters, ','), COPIES_MAX, &n) == CM_OK && n > 0)
        out->copies = (uint32_t)n;
}

/* A name as the printer stores it: without what follows the line or a comma. */
static void stored_name(struct item *out, struct cm_slice parameters, unsigned kind) {
    struct buffer name = BUFFER_INIT;
    put_plain(&name, until(parameters, ','));
    item_field(out, slice_of(NULL, 0), buffer_slice(&name));
    buffer_free(&name);
    out->kind |= kind | (kind == ZPL_RECALLS ? ZPL_PRINTS : 0u);
}

/* A graphic is something to print, too: its name (^XG, ^IM) or its kind stands on the record. */
static void graphic(struct item *out, struct cm_slice name, struct cm_slice rest) {
    const bool stored = is(name, "XG") || is(name, "IM");
    item_field(out, name, stored ? until(rest, ',') : slice_of(NULL, 0));
    out->kind |= ZPL_PRINTS;
}

static void command(struct cm_slice name, struct cm_slice rest, struct field *f, struct item *out) {
    if (is(name, "FS")) end_field(f, out);
    if (is(name, "DF")) stored_name(out, rest, ZPL_STORES);
    if (is(name, "XF")) stored_name(out, rest, ZPL_RECALLS);
    if (is(name, "PQ")) quantity(out, rest);
    if (is(name, "FD")) field_data(f, rest);
    if (is(name, "FN")) {
        buffer_clear(&f->name);
        put_plain(&f->name, rest);
    }
    if (is(name, "FH")) {
        f->hex = true;
        f->hex_mark = rest.len > 0 && rest.p[0] > ' ' ? rest.p[0] : HEX_MARK;
    }
    if (is(name, "XG") || is(name, "IM") || (name.p[0] == 'G' && memchr("BCDEFS", name.p[1], 6)))
        graphic(out, name, rest);
    if (is(name, "JZ")) out->kind |= rest.len > 0 && rest.p[0] == 'N' ? ZPL_JZ_NO : ZPL_JZ_YES;
}

void zpl_format_read(struct cm_slice body, uint8_t *prefix, struct item *out) {
    struct field f = {.name = BUFFER_INIT, .data = BUFFER_INIT};
    while (body.len > 0) {
        const struct cm_slice noise = until(body, *prefix);
        body = slice_of(body.p + noise.len, body.len - noise.len);
        if (body.len <= NAME_LEN) break;
        const struct cm_slice name = slice_of(body.p + 1, NAME_LEN);
        body = slice_of(body.p + 1 + NAME_LEN, body.len - 1 - NAME_LEN);
        if (is(name, "CC") && body.len > 0) { /* its parameter may be a prefix itself */
            *prefix = body.p[0];
            body = slice_of(body.p + 1, body.len - 1);
            continue;
        }
        const struct cm_slice rest = until(body, *prefix);
        command(name, rest, &f, out);
        body = slice_of(body.p + rest.len, body.len - rest.len);
        if ((out->kind & ZPL_STORES) != 0) break; /* its fields are a template, not a label */
    }
    end_field(&f, out);
    buffer_free(&f.name);
    buffer_free(&f.data);
}
