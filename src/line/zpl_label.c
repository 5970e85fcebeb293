/* ZPL templates. A walk over the label's commands: field data with names moves into the recall, all
 * else into the stored format. References as in zpl_label.h. */
#include "line/zpl_label.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"

#define GS        0x1Du
#define PLACE_CAP 64u
#define RECALL    "^XA^XFR:CM.ZPL^FS"
#define STORE     "^DFR:CM.ZPL^FS"
#define ESCAPE_AT 6u /* the parameter of ^BX that is the escape character, counted from 0 */

struct compiler {
    struct zpl_label *label;
    struct cm_slice text;
    size_t at;
    const char *name;
    const char *const *fields;
    unsigned fn;      /* names given to fields of the stored format */
    char hex, escape; /* of the field that is being read */
    bool bars;
    struct cm_diag *diag;
};

/* Line and column of the place the compiler is at. */
static cm_err wrong(struct compiler *c, cm_err err, const char *problem, const char *remedy) {
    char place[PLACE_CAP];
    size_t line = 1, column = 1;
    for (size_t i = 0; i < c->at && i < c->text.len; i++) {
        column = c->text.p[i] == '\n' ? 1 : column + 1;
        line += c->text.p[i] == '\n';
    }
    (void)snprintf(place, sizeof place, "line %zu, column %zu", line, column);
    return diag_fail(c->diag, err, c->name, place, remedy, "%s", problem);
}

static bool is_command(const struct compiler *c, const char *two) {
    return c->text.len - c->at >= 3 && c->text.p[c->at] == '^' &&
           memcmp(c->text.p + c->at + 1, two, 2) == 0;
}

static cm_err add_piece(struct compiler *c, struct zpl_piece piece) {
    if (c->label->n == ZPL_PIECES_MAX)
        return wrong(c, CM_E_LIMIT, "too many changing parts", "use fewer fields");
    c->label->pieces[c->label->n++] = piece;
    return CM_OK;
}

static cm_err add_literal(struct compiler *c, const void *p, size_t len) {
    if (len == 0) return CM_OK;
    struct zpl_label *l = c->label;
    struct zpl_piece *last = l->n == 0 ? NULL : &l->pieces[l->n - 1];
    if (last == NULL || last->is_field) {
        TRY(add_piece(c, (struct zpl_piece){.at = l->bytes.len}));
        last = &l->pieces[l->n - 1];
    }
    buffer_put(&l->bytes, p, len);
    last->len += len;
    return CM_OK;
}

static cm_err add_text(struct compiler *c, const char *text) {
    return add_literal(c, text, strlen(text));
}

/* c->at stands behind an opening brace: the field's name and the closing one. */
static cm_err read_name(struct compiler *c, size_t end) {
    const uint8_t *from = c->text.p + c->at;
    const uint8_t *close = memchr(from, '}', end - c->at);
    if (close == NULL) return wrong(c, CM_E_FORMAT, "a brace without its end", "write {name}");
    const struct cm_slice name = slice_of(from, (size_t)(close - from));
    for (size_t i = 0; i < DRIVER_FIELDS; i++) {
        if (c->fields != NULL && c->fields[i] == NULL) break;
        if (c->fields != NULL && !slice_equal(name, slice_text(c->fields[i]))) continue;
        c->at += name.len + 1;
        return add_piece(
            c,
            (struct zpl_piece){
                .is_field = true, .field = i, .hex = c->hex, .escape = c->escape, .bars = c->bars});
    }
    return wrong(c, CM_E_NOT_FOUND, "a field of that name is not in the run",
                 "name one of the run's fields between the braces");
}

/* Field data with names becomes ^FNn in the stored format, and a part of the recall. */
static cm_err changing_data(struct compiler *c, size_t end) {
    char number[16];
    (void)snprintf(number, sizeof number, "^FN%u", ++c->fn);
    buffer_text(&c->label->stored, number);
    TRY(add_text(c, number));
    if (c->hex != '\0') TRY(add_literal(c, (const char[]){'^', 'F', 'H', c->hex}, 4));
    TRY(add_text(c, "^FD"));
    while (c->at < end) {
        const uint8_t *from = c->text.p + c->at;
        const uint8_t *brace = memchr(from, '{', end - c->at);
        const size_t len = brace == NULL ? end - c->at : (size_t)(brace - from);
        TRY(add_literal(c, from, len));
        c->at += len;
        if (brace == NULL) break;
        c->at++;
        TRY(read_name(c, end));
    }
    return add_text(c, "^FS");
}

/* ^FD up to its ^FS. */
static cm_err field_data(struct compiler *c) {
    const size_t begins = c->at + 3;
    size_t end = begins;
    while (end < c->text.len && c->text.p[end] != '^')
        end++;
    if (end == c->text.len)
        return wrong(c, CM_E_FORMAT, "field data without ^FS", "end it with ^FS");
    const bool changes = memchr(c->text.p + begins, '{', end - begins) != NULL;
    if (changes) {
        c->at = begins;
        TRY(changing_data(c, end));
        c->at = end;
        return CM_OK;
    }
    if (c->hex != '\0') {
        buffer_text(&c->label->stored, "^FH");
        buffer_u8(&c->label->stored, (uint8_t)c->hex);
    }
    buffer_put(&c->label->stored, c->text.p + c->at, end - c->at);
    c->at = end;
    return CM_OK;
}

/* The end of the command that begins at c->at: the next prefix. */
static size_t command_end(const struct compiler *c) {
    size_t end = c->at + 1;
    while (end < c->text.len && c->text.p[end] != '^' && c->text.p[end] != '~')
        end++;
    return end;
}

/* The escape character that ^BXo,h,s,c,r,f,g names. */
static char symbol_escape(struct cm_slice command) {
    size_t comma = 0;
    for (size_t i = 0; i + 1 < command.len; i++) {
        if (command.p[i] == ',' && ++comma == ESCAPE_AT)
            return command.p[i + 1] > ' ' && command.p[i + 1] != ',' ? (char)command.p[i + 1]
                                                                     : '\0';
    }
    return '\0';
}

static bool is_forbidden(const struct compiler *c) {
    static const char *const names[] = {"DF", "XF", "FN", "PQ", "JZ", "CC", "CT", "CD", "JU", "XB"};
    for (size_t i = 0; i < CM_ARRAY_N(names); i++)
        if (is_command(c, names[i])) return true;
    return false;
}

static cm_err one_command(struct compiler *c) {
    if (c->text.p[c->at] == '~')
        return wrong(c, CM_E_FORMAT, "a command that acts at once", "leave ~ out of a label");
    if (is_forbidden(c))
        return wrong(c, CM_E_FORMAT, "a command that stores, repeats or changes the printer",
                     "leave it to the driver");
    if (is_command(c, "FD")) return field_data(c);
    const size_t end = command_end(c);
    if (is_command(c, "FX")) {
        c->at = end;
        return CM_OK;
    }
    if (is_command(c, "FH")) {
        c->hex = end - c->at > 3 && c->text.p[c->at + 3] > ' ' ? (char)c->text.p[c->at + 3] : '_';
        c->at = end;
        return CM_OK;
    }
    if (is_command(c, "BX")) c->escape = symbol_escape(slice_of(c->text.p + c->at, end - c->at));
    if (is_command(c, "BC")) c->bars = true;
    if (is_command(c, "FS")) {
        c->hex = c->escape = '\0';
        c->bars = false;
    }
    buffer_put(&c->label->stored, c->text.p + c->at, end - c->at);
    c->at = end;
    return CM_OK;
}

static void skip_space(struct compiler *c) {
    while (c->at < c->text.len && c->text.p[c->at] <= ' ')
        c->at++;
}

static cm_err whole_label(struct compiler *c) {
    if (c->text.len > ZPL_LABEL_MAX)
        return wrong(c, CM_E_LIMIT, "the template is too long", "leave pictures out of it");
    skip_space(c);
    if (!is_command(c, "XA"))
        return wrong(c, CM_E_FORMAT, "a label begins with ^XA", "write one whole label");
    buffer_text(&c->label->stored, "^XA" STORE);
    TRY(add_text(c, RECALL));
    c->at += 3;
    skip_space(c);
    while (c->at < c->text.len && !is_command(c, "XZ")) {
        if (c->text.p[c->at] != '^' && c->text.p[c->at] != '~')
            return wrong(c, CM_E_FORMAT, "text outside a command", "commands begin with ^");
        TRY(one_command(c));
        skip_space(c);
    }
    if (c->at >= c->text.len)
        return wrong(c, CM_E_FORMAT, "the label has no end", "end it with ^XZ");
    c->at += 3;
    skip_space(c);
    if (c->at < c->text.len)
        return wrong(c, CM_E_FORMAT, "text behind ^XZ", "one label a template");
    if (c->fn == 0)
        return wrong(c, CM_E_FORMAT, "no field data names a field", "write ^FD{code}^FS");
    buffer_text(&c->label->stored, "^XZ\n");
    TRY(add_text(c, "^PQ1^XZ\n"));
    TRY(buffer_err(&c->label->stored));
    return buffer_err(&c->label->bytes);
}

cm_err zpl_label_compile(struct zpl_label *label, struct cm_slice text, const char *name,
                         const char *const *fields, struct cm_diag *diag) {
    *label = (struct zpl_label){.stored = BUFFER_INIT, .bytes = BUFFER_INIT};
    struct compiler c = {
        .label = label, .text = text, .name = name, .fields = fields, .diag = diag};
    const cm_err err = whole_label(&c);
    if (err != CM_OK) zpl_label_free(label);
    return err;
}

void zpl_label_free(struct zpl_label *label) {
    buffer_free(&label->stored);
    buffer_free(&label->bytes);
    label->n = 0;
}

static cm_err bad_byte(struct cm_diag *diag, uint8_t byte) {
    return diag_fail(diag, CM_E_FORMAT, "unit", NULL,
                     "choose another text; ^ and ~ need ^FH in the template",
                     "byte %02X cannot stand in this field", byte);
}

static cm_err put_byte(const struct zpl_piece *p, uint8_t byte, struct buffer *out,
                       struct cm_diag *diag) {
    static const char digits[] = "0123456789ABCDEF";
    if (byte == GS && p->escape != '\0') {
        buffer_put(out, (const char[]){p->escape, '1'}, 2);
        return CM_OK;
    }
    if (p->bars && (byte == '>' || byte == GS)) {
        buffer_put(out, byte == GS ? ">8" : ">0", 2);
        return CM_OK;
    }
    const bool special = byte == '^' || byte == '~' || (p->hex != '\0' && byte == (uint8_t)p->hex);
    if (byte < ' ' || byte == 0x7Fu || (special && p->hex == '\0')) return bad_byte(diag, byte);
    if (special) {
        buffer_put(out, (const char[]){p->hex, digits[byte >> 4], digits[byte & 15u]}, 3);
        return CM_OK;
    }
    buffer_u8(out, byte);
    if (p->escape != '\0' && byte == (uint8_t)p->escape) buffer_u8(out, byte);
    return CM_OK;
}

cm_err zpl_label_recall(const struct zpl_label *label, const struct unit *u, struct buffer *out,
                        struct cm_diag *diag) {
    for (size_t i = 0; i < label->n; i++) {
        const struct zpl_piece *p = &label->pieces[i];
        if (!p->is_field) {
            buffer_put(out, label->bytes.p + p->at, p->len);
            continue;
        }
        const struct cm_slice text = u->texts[p->field];
        for (size_t k = 0; k < text.len; k++)
            TRY(put_byte(p, text.p[k], out, diag));
    }
    return CM_OK;
}
