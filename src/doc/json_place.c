/* A scanner over JSON text that is known to be well formed; it never reads past the end, whatever
 * it is given. Grammar: RFC 8259 section 2. */
#include "doc/json_place.h"

#include <string.h>

struct scan {
    const uint8_t *p;
    size_t at, len;
};

static uint8_t peek(const struct scan *s) { return s->at < s->len ? s->p[s->at] : 0; }

static void skip_space(struct scan *s) {
    while (s->at < s->len && strchr(" \t\r\n", s->p[s->at]) != NULL && s->p[s->at] != 0)
        s->at++;
}

/* From the opening quote to behind the closing one. */
static void skip_string(struct scan *s) {
    s->at++;
    while (s->at < s->len && s->p[s->at] != '"')
        s->at += s->p[s->at] == '\\' ? 2u : 1u;
    s->at = s->at < s->len ? s->at + 1 : s->len;
}

size_t json_place_depth(struct cm_slice text) {
    struct scan s = {.p = text.p, .at = 0, .len = text.len};
    size_t depth = 0, deepest = 0;
    while (s.at < s.len) {
        const uint8_t c = peek(&s);
        if (c == '"') {
            skip_string(&s);
            continue;
        }
        if (c == '[' || c == '{') depth++;
        if ((c == ']' || c == '}') && depth > 0) depth--;
        if (depth > deepest) deepest = depth;
        s.at++;
    }
    return deepest;
}

/* Behind a number or a word; whatever stands here, the scan moves on. */
static void skip_word(struct scan *s) {
    if (s->at < s->len) s->at++;
    while (s->at < s->len && strchr(",]} \t\r\n", s->p[s->at]) == NULL)
        s->at++;
}

/* Behind one token; what it does to the depth of brackets. */
static size_t skip_token(struct scan *s, size_t depth) {
    switch (peek(s)) {
    case '"': skip_string(s); return depth;
    case '[':
    case '{': s->at++; return depth + 1;
    case ']':
    case '}': s->at++; return depth > 0 ? depth - 1 : 0;
    case ',':
    case ':': s->at++; return depth;
    default: skip_word(s); return depth;
    }
}

/* Behind the value that begins here: brackets are counted, so no recursion. */
static void skip_value(struct scan *s) {
    size_t depth = 0;
    do {
        skip_space(s);
        depth = skip_token(s, depth);
        if (depth > 0) skip_space(s);
    } while (depth > 0 && s->at < s->len);
}

/* True if the raw string that begins here is exactly `key`; keys with escapes are not followed. */
static bool key_here(const struct scan *s, const char *key) {
    const size_t n = strlen(key);
    return s->len - s->at >= n + 2 && memcmp(s->p + s->at + 1, key, n) == 0 &&
           s->p[s->at + 1 + n] == '"';
}

/* Into one member of the container here; false, and s unmoved, when it is not found. */
static bool enter(struct scan *s, const struct json_step *step, size_t *key_at) {
    struct scan in = *s;
    if (peek(&in) != (step->key != NULL ? '{' : '[')) return false;
    in.at++;
    for (size_t i = 0; in.at < in.len; i++) {
        skip_space(&in);
        if (peek(&in) == ']' || peek(&in) == '}') return false;
        bool found = step->key == NULL && i == step->index;
        *key_at = in.at;
        if (step->key != NULL) {
            found = key_here(&in, step->key);
            skip_string(&in);
            skip_space(&in);
            in.at++; /* the colon */
            skip_space(&in);
        }
        if (found) {
            *s = in;
            return true;
        }
        skip_value(&in);
        skip_space(&in);
        in.at++; /* the comma */
    }
    return false;
}

size_t json_place_offset(struct cm_slice text, const struct json_step *steps, size_t n,
                         bool at_key) {
    struct scan s = {.p = text.p, .at = 0, .len = text.len};
    skip_space(&s);
    for (size_t i = 0; i < n; i++) {
        size_t key_at = 0;
        if (!enter(&s, &steps[i], &key_at)) return s.at;
        if (at_key && i + 1 == n) return key_at;
    }
    return s.at < s.len ? s.at : s.len;
}

struct json_spot json_place_spot(struct cm_slice text, size_t offset) {
    struct json_spot spot = {.line = 1, .column = 1};
    for (size_t i = 0; i < offset && i < text.len; i++) {
        if (text.p[i] == '\n') {
            spot.line++;
            spot.column = 1;
        } else if ((text.p[i] & 0xC0u) != 0x80u) { /* continuation bytes are not code points */
            spot.column++;
        }
    }
    return spot;
}
