/* Lines first, then words. */
#include "cli/feed.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define GS 0x1d /* how scanners pass FNC1 on */

/* ---- Codes in symbols -------------------------------------------------------------------------
 */

static bool all_digits(const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (p[i] < '0' || p[i] > '9') return false;
    return true;
}

static struct cm_slice behind(struct cm_slice s, size_t n) { return slice_of(s.p + n, s.len - n); }

static bool begins(struct cm_slice s, const char *with) {
    return s.len >= strlen(with) && memcmp(s.p, with, strlen(with)) == 0;
}

/* "]d2", "]Q3" ...: which symbol it was. */
static struct cm_slice without_symbology(struct cm_slice s) {
    const bool is = s.len > 3 && s.p[0] == ']' && s.p[2] >= '0' && s.p[2] <= '9';
    if (is) s = behind(s, 3);
    return s.len > 0 && s.p[0] == GS ? behind(s, 1) : s;
}

static struct cm_slice up_to(struct cm_slice s, uint8_t end) {
    const uint8_t *at = s.len > 0 ? memchr(s.p, end, s.len) : NULL;
    return at != NULL ? slice_of(s.p, (size_t)(at - s.p)) : s;
}

/* 01 GTIN 21 CODE, with or without brackets around the identifiers. */
static bool gs1_code(struct cm_slice s, struct cm_slice *code) {
    const size_t gtin = 14;
    const char *first = begins(s, "(01)") ? "(01)" : "01";
    const char *second = first[0] == '(' ? "(21)" : "21";
    const size_t head = strlen(first) + gtin;
    if (!begins(s, first) || s.len <= head || !all_digits(s.p + strlen(first), gtin)) return false;
    struct cm_slice rest = behind(s, head);
    if (!begins(rest, second)) return false;
    *code = up_to(behind(rest, strlen(second)), GS);
    return true;
}

static bool is_address(struct cm_slice s) { return begins(s, "http://") || begins(s, "https://"); }

/* Behind the last '/' or '=' of the address; a slash at its very end is none. */
static struct cm_slice address_code(struct cm_slice s) {
    s = up_to(s, '#');
    while (s.len > 0 && s.p[s.len - 1] == '/')
        s.len--;
    for (size_t i = s.len; i > 0; i--)
        if (s.p[i - 1] == '/' || s.p[i - 1] == '=') return behind(s, i);
    return s;
}

static struct cm_slice trim(struct cm_slice s) {
    while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '"'))
        s = behind(s, 1);
    while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t' ||
                         s.p[s.len - 1] == '\r' || s.p[s.len - 1] == '"'))
        s.len--;
    return s;
}

struct cm_slice feed_code(struct cm_slice text) {
    struct cm_slice s = without_symbology(trim(text)), code;
    if (gs1_code(s, &code)) return code;
    return is_address(s) ? address_code(s) : s;
}

/* ---- Lines ------------------------------------------------------------------------------------
 */

/* Letters alone, without regard to case: "No-Read" is "noread". */
static bool is_word(struct cm_slice s, const char *word) {
    for (size_t i = 0; i < s.len; i++) {
        const uint8_t c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (uint8_t)(s.p[i] + ('a' - 'A')) : s.p[i];
        if (c == ' ' || c == '-' || c == '_') continue;
        if (*word == '\0' || c != (uint8_t)*word) return false;
        word++;
    }
    return *word == '\0';
}

static bool is_one_of(struct cm_slice s, const char *const *words) {
    for (; *words != NULL; words++)
        if (is_word(s, *words)) return true;
    return false;
}

static bool is_no_read(struct cm_slice s) {
    static const char *const words[] = {"noread", "nr", "?", NULL};
    return is_one_of(s, words);
}

/* A comma separates, or a semicolon, or a tab; no code holds one. */
static size_t separator(struct cm_slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == ',' || s.p[i] == ';' || s.p[i] == '\t') return i;
    return s.len;
}

/* What can be no code of ours is one that nobody issued: the empty one. */
static struct cm_slice readable(struct cm_slice s) {
    if (!utf8_valid(s)) return slice_text("");
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < ' ') return slice_text("");
    return s;
}

struct feed_read feed_line(struct cm_slice line, bool first) {
    static const char *const bad[] = {"bad", "fail", "failed", "reject", "rejected", "ng", NULL};
    const struct feed_read nothing = {.kind = FEED_NOTHING, .code = slice_text("")};
    const struct cm_slice whole = trim(line);
    const size_t at = separator(whole);
    const struct cm_slice word = trim(slice_of(whole.p, at));
    const struct cm_slice result = at < whole.len ? trim(behind(whole, at + 1)) : slice_text("");
    if (whole.len == 0) return nothing;
    if (first && is_word(word, "code")) return nothing;
    if (is_no_read(word) || is_no_read(result))
        return (struct feed_read){.kind = FEED_NO_READ, .code = slice_text("")};
    return (struct feed_read){.kind = is_one_of(result, bad) ? FEED_BAD : FEED_CODE,
                              .code = readable(feed_code(word))};
}

/* ---- Pieces -----------------------------------------------------------------------------------
 */

void feed_wipe(struct feed *f) {
    buffer_wipe(&f->rest);
    *f = (struct feed)FEED_INIT;
}

static cm_err hand_over(struct feed *f, struct cm_slice line, feed_taker *taker, void *ctx) {
    const struct feed_read wrong = {.kind = FEED_CODE, .code = slice_text("")};
    const struct feed_read read = f->overlong ? wrong : feed_line(line, !f->begun);
    f->begun = f->begun || f->overlong || line.len > 0;
    f->overlong = false;
    return read.kind == FEED_NOTHING ? CM_OK : taker(ctx, &read);
}

static void keep(struct feed *f, struct cm_slice piece) {
    if (f->rest.len + piece.len > FEED_LINE_MAX) {
        f->overlong = true;
        buffer_recycle(&f->rest, FEED_LINE_MAX);
    }
    if (!f->overlong) buffer_put(&f->rest, piece.p, piece.len);
}

/* Scanners end lines with LF, CR, or both: then the second is an empty line. */
static size_t line_end(struct cm_slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == '\n' || s.p[i] == '\r') return i;
    return s.len;
}

cm_err feed_put(struct feed *f, struct cm_slice piece, feed_taker *taker, void *ctx) {
    while (piece.len > 0) {
        const size_t len = line_end(piece);
        keep(f, slice_of(piece.p, len));
        if (len == piece.len) break;
        piece = behind(piece, len + 1);
        TRY(buffer_err(&f->rest));
        TRY(hand_over(f, buffer_slice(&f->rest), taker, ctx));
        buffer_recycle(&f->rest, FEED_LINE_MAX);
    }
    return buffer_err(&f->rest);
}

cm_err feed_end(struct feed *f, feed_taker *taker, void *ctx) {
    if (f->rest.len == 0 && !f->overlong) return CM_OK;
    const cm_err err = hand_over(f, buffer_slice(&f->rest), taker, ctx);
    buffer_recycle(&f->rest, FEED_LINE_MAX);
    return err;
}
