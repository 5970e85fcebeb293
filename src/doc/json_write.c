/* A JSON emitter: no tree, no allocation of its own. It refuses nothing; bad UTF-8 is replaced. */
#include "doc/json_write.h"

#include <inttypes.h>

#include "base/macros.h"
#include "base/text.h"

#define FIRST_PLAIN 0x20u /* RFC 8259 section 7: all below is escaped */

static void put_code_point(struct buffer *out, const uint8_t *from, size_t len, uint32_t cp) {
    switch (cp) {
    case '"': buffer_text(out, "\\\""); return;
    case '\\': buffer_text(out, "\\\\"); return;
    case '\n': buffer_text(out, "\\n"); return;
    case '\r': buffer_text(out, "\\r"); return;
    case '\t': buffer_text(out, "\\t"); return;
    default: break;
    }
    if (cp < FIRST_PLAIN || cp == 0x7Fu)
        buffer_printf(out, "\\u%04" PRIx32, cp);
    else
        buffer_put(out, from, len);
}

/* How many of the first bytes stand for themselves: printable ASCII but the quote and backslash. */
static size_t plain_len(struct cm_slice text) {
    size_t n = 0;
    while (n < text.len && text.p[n] >= FIRST_PLAIN && text.p[n] < 0x7Fu && text.p[n] != '"' &&
           text.p[n] != '\\')
        n++;
    return n;
}

static void put_string(struct buffer *out, struct cm_slice text) {
    buffer_u8(out, '"');
    while (text.len > 0) {
        const size_t plain = plain_len(text);
        buffer_put(out, text.p, plain);
        text = slice_of(text.p + plain, text.len - plain);
        if (text.len == 0) break;
        const struct cm_slice before = text;
        uint32_t cp = 0;
        if (utf8_next(&text, &cp) == CM_OK) {
            put_code_point(out, before.p, before.len - text.len, cp);
        } else {
            buffer_text(out, "\xEF\xBF\xBD"); /* U+FFFD */
            text.p++;
            text.len--;
        }
    }
    buffer_u8(out, '"');
}

static void line_break(struct json_writer *w) {
    if (!w->pretty) return;
    buffer_u8(w->out, '\n');
    for (unsigned i = 0; i < w->depth; i++)
        buffer_text(w->out, "  ");
}

static void begin_member(struct json_writer *w, const char *key) {
    if (w->begun) buffer_u8(w->out, ',');
    if (w->depth > 0) line_break(w);
    w->begun = true;
    if (key == NULL) return;
    put_string(w->out, slice_text(key));
    buffer_text(w->out, w->pretty ? ": " : ":");
}

static void begin(struct json_writer *w, const char *key, char bracket) {
    begin_member(w, key);
    buffer_u8(w->out, (uint8_t)bracket);
    w->depth++;
    w->begun = false;
}

static void end(struct json_writer *w, char bracket) {
    w->depth--;
    if (w->begun) line_break(w);
    buffer_u8(w->out, (uint8_t)bracket);
    w->begun = true;
    if (w->depth == 0 && w->pretty) buffer_u8(w->out, '\n');
}

void json_object_begin(struct json_writer *w, const char *key) { begin(w, key, '{'); }

void json_object_end(struct json_writer *w) { end(w, '}'); }

void json_array_begin(struct json_writer *w, const char *key) { begin(w, key, '['); }

void json_array_end(struct json_writer *w) { end(w, ']'); }

void json_put_text(struct json_writer *w, const char *key, struct cm_slice text) {
    begin_member(w, key);
    put_string(w->out, text);
}

void json_put_cstr(struct json_writer *w, const char *key, const char *text) {
    json_put_text(w, key, slice_text(text));
}

void json_put_u64(struct json_writer *w, const char *key, uint64_t value) {
    begin_member(w, key);
    char digits[DECIMAL_CAP];
    buffer_put(w->out, digits, decimal_format(value, digits));
}

void json_put_i64(struct json_writer *w, const char *key, int64_t value) {
    begin_member(w, key);
    buffer_printf(w->out, "%" PRId64, value);
}

void json_put_bool(struct json_writer *w, const char *key, bool value) {
    begin_member(w, key);
    buffer_text(w->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *w, const char *key) {
    begin_member(w, key);
    buffer_text(w->out, "null");
}

void json_put_raw(struct json_writer *w, const char *key, struct cm_slice json) {
    begin_member(w, key);
    buffer_put(w->out, json.p, json.len);
}
