/* Texts with words in braces: {number} stands for each record's number, {{ and }} for braces. It
 * refuses words that nobody knows (and says which was meant), braces without their other half, and
 * bytes of the format that its encoding does not have. Words: record.h and the three counts below.
 */
#include <stdio.h>

#include "base/nearest.h"
#include "base/text.h"
#include "order/template_inside.h"

static const char *const counts[TEMPLATE_COUNT_N] = {"records", "units", "hash_total"};

const char *template_count_name(enum template_count count) { return counts[count]; }

/* ---- Tokens ---------------------------------------------------------------------------------- */

struct token {
    bool is_word;
    struct cm_slice text;
};

struct tokens {
    struct json_value at;
    struct cm_slice whole;
    size_t next;
};

static cm_err stray(const struct tokens *in) {
    return json_fail(in->at, CM_E_FORMAT,
                     "words stand in braces, as {number}; write {{ or }} for a brace itself",
                     "the brace at byte %zu of the text has no other half", in->next + 1);
}

static size_t run_until_brace(const struct tokens *in) {
    size_t i = in->next;
    while (i < in->whole.len && in->whole.p[i] != '{' && in->whole.p[i] != '}')
        i++;
    return i - in->next;
}

/* The token at `next`, which is not the end; empty words are left to those who look them up. */
static cm_err token_next(struct tokens *in, struct token *out) {
    const uint8_t *p = in->whole.p + in->next;
    const size_t left = in->whole.len - in->next;
    size_t n = run_until_brace(in);
    *out = (struct token){.is_word = false, .text = slice_of(p, n)};
    if (n == 0 && left > 1 && p[0] == p[1]) { /* a doubled brace is one, and text */
        out->text = slice_of(p, 1);
        n = 2;
    } else if (n == 0) {
        const uint8_t *end = p[0] == '{' ? memchr(p, '}', left) : NULL;
        if (end == NULL) return stray(in);
        out->is_word = true;
        out->text = slice_of(p + 1, (size_t)(end - p) - 1);
        n = out->text.len + 2;
    }
    in->next += n;
    return CM_OK;
}

/* ---- Words ----------------------------------------------------------------------------------- */

#define WORDS_MAX (RECORD_VALUE_N + RECORD_CONSTANT_N + TEMPLATE_COUNT_N + DECLARED_MAX)

static bool is(struct cm_slice word, const char *name) {
    return slice_equal(word, slice_text(name));
}

static cm_err unknown(const struct template_reader *r, struct json_value at, struct cm_slice word) {
    const char *words[WORDS_MAX];
    char typed[TEMPLATE_NAME_CAP] = "", remedy[DIAG_PART_CAP];
    size_t n = 0;
    for (unsigned i = 0; i < RECORD_VALUE_N; i++)
        words[n++] = record_value_name((enum record_value)i);
    for (unsigned i = 0; i < RECORD_CONSTANT_N; i++)
        words[n++] = record_constant_name((enum record_constant)i);
    for (unsigned i = 0; i < TEMPLATE_COUNT_N; i++)
        words[n++] = counts[i];
    for (size_t i = 0; i < r->declared_n; i++)
        words[n++] = r->declared[i].name;
    (void)snprintf(typed, sizeof typed, "%.*s", (int)(word.len < 40 ? word.len : 40), word.p);
    const char *near = nearest_word(typed, words, n);
    (void)snprintf(remedy, sizeof remedy, near != NULL ? "did you mean {%s}?" : "%s",
                   near != NULL ? near : "docs/guide/record-formats.md lists the words");
    return json_fail(at, CM_E_FORMAT, remedy, "there is no value {%s}", typed);
}

static bool find_word(const struct template_reader *r, struct cm_slice word,
                      struct template_piece *out) {
    for (unsigned i = 0; i < RECORD_VALUE_N; i++) {
        if (!is(word, record_value_name((enum record_value)i))) continue;
        const bool other = i == RECORD_MATCH && r->match >= 0;
        *out =
            (struct template_piece){.kind = PIECE_VALUE, .which = other ? (unsigned)r->match : i};
        return true;
    }
    for (unsigned i = 0; i < RECORD_CONSTANT_N; i++) {
        if (!is(word, record_constant_name((enum record_constant)i))) continue;
        *out = (struct template_piece){.kind = PIECE_CONSTANT, .which = i};
        return true;
    }
    for (unsigned i = 0; i < TEMPLATE_COUNT_N; i++) {
        if (!is(word, counts[i])) continue;
        *out = (struct template_piece){.kind = PIECE_COUNT, .which = i};
        return true;
    }
    return false;
}

static cm_err look_up(const struct template_reader *r, struct json_value at, struct cm_slice word,
                      struct template_piece *out) {
    return find_word(r, word, out) ? CM_OK : unknown(r, at, word);
}

/* ---- Pieces of a field ------------------------------------------------------------------------
 */

static cm_err add_piece(struct template *t, struct json_value at, struct template_field *f,
                        const struct template_piece *piece) {
    if (t->piece_n == TEMPLATE_PIECES_MAX)
        return json_fail(at, CM_E_LIMIT, "write fewer texts", "more than %u texts and words",
                         TEMPLATE_PIECES_MAX);
    t->pieces[t->piece_n++] = *piece;
    f->piece_n++;
    return CM_OK;
}

/* Text of the field's own, kept as UTF-8: it goes the way of all text of the field. */
static cm_err add_text(struct template *t, struct json_value at, struct template_field *f,
                       struct cm_slice text) {
    const struct template_piece piece = {
        .kind = PIECE_TEXT, .at = (uint32_t)t->bytes.len, .len = (uint32_t)text.len};
    buffer_put(&t->bytes, text.p, text.len);
    TRY(buffer_err(&t->bytes));
    return add_piece(t, at, f, &piece);
}

static cm_err judge_length(const struct template *t, struct json_value at,
                           const struct template_field *f) {
    size_t len = 0;
    for (size_t i = 0; i < f->piece_n; i++) {
        const struct template_piece *p = &t->pieces[f->piece + i];
        len += p->kind == PIECE_TEXT ? p->len : TEMPLATE_TEXT_PIECE_MAX;
    }
    if (len <= TEMPLATE_RAW_MAX) return CM_OK;
    return json_fail(at, CM_E_LIMIT, "make several fields of it",
                     "the field may grow to %zu bytes, at most %u", len, TEMPLATE_RAW_MAX);
}

cm_err template_pattern(struct template_reader *r, struct json_value at, struct cm_slice text,
                        struct template_field *f) {
    struct tokens in = {.at = at, .whole = text};
    f->piece = (uint32_t)r->t->piece_n;
    f->piece_n = 0;
    while (in.next < text.len) {
        struct token token;
        struct template_piece piece;
        TRY(token_next(&in, &token));
        if (!token.is_word) {
            TRY(add_text(r->t, at, f, token.text));
            continue;
        }
        TRY(look_up(r, at, token.text, &piece));
        TRY(add_piece(r->t, at, f, &piece));
    }
    return judge_length(r->t, at, f);
}

/* ---- The format's own bytes -------------------------------------------------------------------
 */

cm_err template_literal(struct template_reader *r, struct json_value at, struct cm_slice text) {
    while (text.len > 0) {
        uint32_t c = 0;
        uint8_t bytes[CHARSET_CHAR_MAX] = {0};
        TRY(utf8_next(&text, &c));
        /* Frames of machines hold control characters: they are the writer's own will. */
        size_t len = c < ' ' ? 1 : charset_put(r->t->charset, c, bytes);
        if (c < ' ') bytes[0] = (uint8_t)c;
        if (len == 0)
            return json_fail(at, CM_E_FORMAT, "choose another \"encoding\", or other text",
                             "U+%04X is not in %s", c, charset_words[r->t->charset]);
        buffer_put(&r->pending, bytes, len);
    }
    return buffer_err(&r->pending);
}

/* ---- Lines of text ----------------------------------------------------------------------------
 */

static cm_err place_word(struct template_reader *r, struct json_value at, struct cm_slice word) {
    for (size_t i = 0; i < r->declared_n; i++)
        if (is(word, r->declared[i].name)) return template_field_place(r, at, &r->declared[i]);
    struct template_field f = {.name = ""};
    struct template_piece piece;
    TRY(look_up(r, at, word, &piece));
    template_field_plain(r, &f);
    memcpy(f.name, word.p, word.len); /* a known word: short */
    f.piece = (uint32_t)r->t->piece_n;
    TRY(add_piece(r->t, at, &f, &piece));
    return template_field_place(r, at, &f);
}

cm_err template_text(struct template_reader *r, struct json_value at, struct cm_slice text) {
    struct tokens in = {.at = at, .whole = text};
    while (in.next < text.len) {
        struct token token;
        TRY(token_next(&in, &token));
        if (token.is_word)
            TRY(place_word(r, at, token.text));
        else
            TRY(template_literal(r, at, token.text));
    }
    return CM_OK;
}

bool template_is_word(const struct template_reader *r, const char *name) {
    struct template_piece piece;
    for (size_t i = 0; i < r->declared_n; i++)
        if (strcmp(r->declared[i].name, name) == 0) return true;
    return find_word(r, slice_text(name), &piece);
}

void template_count_uses(struct template *t, const struct template_field *f) {
    for (size_t i = 0; i < f->piece_n; i++) {
        const struct template_piece *p = &t->pieces[f->piece + i];
        if (p->kind == PIECE_CONSTANT) t->constants |= 1u << p->which;
        if (p->kind == PIECE_CONSTANT && !f->optional) t->needs_constants |= 1u << p->which;
        if (p->kind != PIECE_VALUE) continue;
        t->values |= 1u << p->which;
        if (!f->optional) t->needs |= 1u << p->which;
    }
}
