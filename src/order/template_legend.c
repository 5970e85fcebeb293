/* The legend of a record format: what a bureau wants beside the file, one line a field, with its
 * place where fields have one. It says words, never values.
 */
#include "order/template_inside.h"

#define WIDEST 5u /* digits of a place */

static void put_piece(const struct template *t, const struct template_piece *p,
                      struct buffer *out) {
    if (p->kind == PIECE_TEXT) buffer_put(out, t->bytes.p + p->at, p->len);
    if (p->kind == PIECE_VALUE)
        buffer_printf(out, "{%s}", record_value_name((enum record_value)p->which));
    if (p->kind == PIECE_CONSTANT)
        buffer_printf(out, "{%s}", record_constant_name((enum record_constant)p->which));
    if (p->kind == PIECE_COUNT)
        buffer_printf(out, "{%s}", template_count_name((enum template_count)p->which));
}

static void put_size(const struct template_field *f, struct buffer *out) {
    if (f->width > 0)
        buffer_printf(out, "exactly %u characters, filled up %s with '%c'", f->width,
                      f->right ? "on the left" : "on the right", f->pad);
    else if (f->most < TEMPLATE_CHARS_MAX)
        buffer_printf(out, "at most %u characters", f->most);
    else
        buffer_text(out, "as long as it is");
    if (f->optional) buffer_text(out, ", may be empty");
}

static void put_field(const struct template *t, const struct template_field *f, unsigned no,
                      uint32_t from, struct buffer *out) {
    buffer_printf(out, "%3u  ", no);
    if (t->kind == KIND_FIXED)
        buffer_printf(out, "%*u-%-*u  ", (int)WIDEST, from, (int)WIDEST, from + f->width - 1);
    buffer_printf(out, "%-20s  ", f->name);
    for (size_t i = 0; i < f->piece_n; i++)
        put_piece(t, &t->pieces[f->piece + i], out);
    buffer_text(out, "  (");
    put_size(f, out);
    buffer_text(out, ")\n");
}

static void put_part(const struct template *t, const struct template_part *part, const char *title,
                     struct buffer *out) {
    uint32_t from = 1;
    if (part->field_n == 0) return;
    buffer_printf(out, "%s\n", title);
    for (uint32_t i = 0; i < part->field_n; i++) {
        const struct template_field *f = &t->fields[part->field + i];
        if (t->kind == KIND_FIXED && i > 0 && f->before_len > 0) from = 1; /* the next line */
        put_field(t, f, i + 1, from, out);
        from += f->width;
    }
}

cm_err template_legend(const struct template *t, struct buffer *out) {
    buffer_printf(out, "Record format %s: %s\n", t->name, t->about);
    buffer_printf(out, "Kind %s, encoding %s.\n", template_kind(t), charset_words[t->charset]);
    if (t->hash_value >= 0)
        buffer_printf(out, "Hash total: digits of {%s} modulo 10^15, summed modulo 10^15.\n",
                      record_value_name((enum record_value)t->hash_value));
    put_part(t, &t->head, "Before the records:", out);
    put_part(t, &t->record, "In each record:", out);
    put_part(t, &t->tail, "After the records:", out);
    return buffer_err(out);
}

const char *template_suspect(const struct template *t) {
    for (uint32_t i = 0; i < t->record.field_n; i++) {
        const struct template_field *f = &t->fields[t->record.field + i];
        const struct template_piece *p = &t->pieces[f->piece];
        if (f->piece_n != 1 || p->kind != PIECE_TEXT) continue;
        const struct cm_slice text = slice_of(t->bytes.p + p->at, p->len);
        for (unsigned v = 0; v < RECORD_VALUE_N; v++)
            if (slice_equal(text, slice_text(record_value_name((enum record_value)v))))
                return record_value_name((enum record_value)v);
    }
    return NULL;
}
