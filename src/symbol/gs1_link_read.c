/* Reading Digital Links: the last key in the path begins the elements, so that a path before it may
 * hold anything. References as in gs1_link.h. */
#include <stdio.h>

#include "base/macros.h"
#include "symbol/gs1_link.h"

#define SEGMENTS_MAX 64u /* of a path */

static cm_err bad(struct cm_diag *diag, cm_err err, const char *place, const char *remedy,
                  const char *problem) {
    return diag_fail(diag, err, NULL, place, remedy, "%s", problem);
}

/* ---- Percent-encoding ------------------------------------------------------------------------ */

static int hex_value(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Add an element with its value decoded. A plus is a plus: forms are no part of links. */
static cm_err add_decoded(struct gs1 *m, struct cm_slice ai, struct cm_slice value,
                          struct cm_diag *diag) {
    TRY(gs1_add(m, ai, value, diag));
    struct gs1_element *e = &m->element[m->n - 1];
    uint8_t *to = m->store + m->used - value.len;
    char place[GS1_PLACE_CAP];
    gs1_place(e->ai, 0, place);
    size_t kept = 0;
    for (size_t i = 0; i < value.len; i++) {
        int c = value.p[i];
        if (c == '%') {
            const int high = i + 2 < value.len ? hex_value(value.p[i + 1]) : -1;
            const int low = i + 2 < value.len ? hex_value(value.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return bad(diag, CM_E_FORMAT, place, "write a per cent sign as %25",
                           "a per cent sign without two hexadecimal digits");
            c = high * 16 + low;
            i += 2;
        }
        to[kept++] = (uint8_t)c;
    }
    wipe(to + kept, value.len - kept);
    m->used -= value.len - kept;
    e->text.len = kept;
    if (kept > 0) return CM_OK;
    return bad(diag, CM_E_FORMAT, place, "give it a value, or leave it out",
               "the element is empty");
}

/* A GTIN of 8, 12 or 13 digits, as older links have it, is filled up. It is the message's last. */
static cm_err fill_gtin(struct gs1 *m, struct cm_diag *diag) {
    struct gs1_element *e = &m->element[m->n - 1];
    const size_t len = e->text.len;
    if (strcmp(e->ai, "01") != 0 || (len != 8 && len != 12 && len != 13)) return CM_OK;
    uint8_t digits[14] = {0};
    memset(digits, '0', sizeof digits);
    memcpy(digits + sizeof digits - len, e->text.p, len);
    m->n--;
    m->used -= len;
    return gs1_add(m, slice_text("01"), slice_of(digits, sizeof digits), diag);
}

/* ---- The path -------------------------------------------------------------------------------- */

struct path {
    struct cm_slice segment[SEGMENTS_MAX];
    size_t n;
};

static bool cut_path(struct cm_slice text, struct path *path) {
    path->n = 0;
    size_t from = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.p[i] != '/') continue;
        if (path->n == SEGMENTS_MAX) return false;
        path->segment[path->n++] = slice_of(text.p + from, i - from);
        from = i + 1;
    }
    return true;
}

static bool is_key(struct cm_slice ai) {
    const struct gs1_id *id = NULL;
    return gs1_id_find(ai, &id) == CM_OK && (id->link & GS1_LINK_KEY) != 0;
}

/* Where in "22,10,21" an identifier stands, looking from *at on, which goes behind it. */
static bool skip_to(const char **at, const char *ai) {
    while (*at != NULL && **at != '\0') {
        const struct cm_slice word = slice_of(*at, strcspn(*at, ","));
        *at += word.len;
        if (**at == ',') *at += 1;
        if (gs1_id_matches(word, ai)) return true;
    }
    return false;
}

/* Do the elements from 1 to n follow the key in the order of this path? `extra`, if not NULL,
 * stands behind element `after`. */
static bool along(const struct gs1 *m, size_t n, const char *path, size_t after,
                  const char *extra) {
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && !skip_to(&path, m->element[i].ai)) return false;
        if (extra != NULL && i == after && !skip_to(&path, extra)) return false;
    }
    return true;
}

static bool in_order(const struct gs1 *m, size_t n, size_t after, const char *extra) {
    const char *const *paths = m->element[0].id->paths;
    for (size_t i = 0; i < GS1_PATHS; i++)
        if (along(m, n, paths[i], after, extra)) return true;
    return false;
}

static cm_err read_path(struct cm_slice text, struct gs1 *m, struct cm_diag *diag) {
    struct path path;
    if (!cut_path(text, &path))
        return bad(diag, CM_E_LIMIT, NULL, "shorten the path", "the path has too many parts");
    size_t at = path.n;
    for (size_t i = path.n; i >= 2; i -= 2) {
        if (!is_key(path.segment[i - 2])) continue;
        at = i - 2;
        break;
    }
    if (at == path.n)
        return bad(diag, CM_E_FORMAT, NULL, "write https://id.example.com/01/09506000134352",
                   "the path names no GS1 key with its value");
    for (; at + 1 < path.n; at += 2) {
        TRY(add_decoded(m, path.segment[at], path.segment[at + 1], diag));
        TRY(fill_gtin(m, diag));
    }
    if (in_order(m, m->n, 0, NULL)) return CM_OK;
    char place[GS1_PLACE_CAP];
    gs1_place(m->element[m->n - 1].ai, 0, place);
    return bad(diag, CM_E_CONFLICT, place, "write 01, 22, 10, 21 or 01, 235; other data in a query",
               "the path's qualifiers are not this key's, or out of order");
}

/* ---- The query ------------------------------------------------------------------------------- */

static cm_err judge_attribute(const struct gs1 *m, size_t in_path, struct cm_diag *diag) {
    const struct gs1_element *e = &m->element[m->n - 1];
    char place[GS1_PLACE_CAP];
    gs1_place(e->ai, 0, place);
    for (size_t after = 0; after < in_path; after++)
        if (in_order(m, in_path, after, e->ai))
            return bad(diag, CM_E_CONFLICT, place, "move it into the path",
                       "a qualifier of the key must not stand in the query");
    if ((e->id->link & GS1_LINK_ATTRIBUTE) == 0)
        return bad(diag, CM_E_CONFLICT, place, "leave it out", "it must not stand in a query");
    return CM_OK;
}

/* Other parameters are the host's own, and left aside. */
static cm_err read_parameter(struct cm_slice text, size_t in_path, struct gs1 *m,
                             struct cm_diag *diag) {
    const uint8_t *equals = memchr(text.p, '=', text.len);
    if (equals == NULL || equals == text.p) return CM_OK;
    const size_t name = (size_t)(equals - text.p);
    for (size_t i = 0; i < name; i++)
        if (text.p[i] < '0' || text.p[i] > '9') return CM_OK;
    TRY(add_decoded(m, slice_of(text.p, name), slice_of(equals + 1, text.len - name - 1), diag));
    TRY(fill_gtin(m, diag));
    return judge_attribute(m, in_path, diag);
}

static cm_err read_query(struct cm_slice text, struct gs1 *m, struct cm_diag *diag) {
    const size_t in_path = m->n;
    size_t from = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.p[i] != '&' && text.p[i] != ';') continue;
        if (i > from) TRY(read_parameter(slice_of(text.p + from, i - from), in_path, m, diag));
        from = i + 1;
    }
    return CM_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static size_t find(struct cm_slice text, uint8_t c) {
    const uint8_t *at = text.len > 0 ? memchr(text.p, c, text.len) : NULL;
    return at == NULL ? text.len : (size_t)(at - text.p);
}

/* Behind scheme and host, or 0. */
static size_t path_from(struct cm_slice uri) {
    static const char http[] = "http";
    size_t at = 0;
    while (at < 4 && at < uri.len && (uri.p[at] | 0x20) == http[at])
        at++;
    if (at < 4) return 0;
    if (at < uri.len && (uri.p[at] | 0x20) == 's') at++;
    if (uri.len - at < 4 || memcmp(uri.p + at, "://", 3) != 0 || uri.p[at + 3] == '/') return 0;
    at += 3;
    at += find(slice_of(uri.p + at, uri.len - at), '/');
    return at < uri.len ? at + 1 : 0;
}

static cm_err read_link(struct cm_slice uri, struct gs1 *m, struct cm_diag *diag) {
    const size_t path = path_from(uri);
    if (uri.len > GS1_LINK_MAX || path == 0)
        return bad(diag, uri.len > GS1_LINK_MAX ? CM_E_LIMIT : CM_E_FORMAT, NULL,
                   "write https://id.example.com/01/09506000134352", "that is no Digital Link");
    struct cm_slice rest = slice_of(uri.p + path, uri.len - path);
    rest.len = find(rest, '#');
    const size_t question = find(rest, '?');
    TRY(read_path(slice_of(rest.p, question), m, diag));
    if (question == rest.len) return CM_OK;
    return read_query(slice_of(rest.p + question + 1, rest.len - question - 1), m, diag);
}

cm_err gs1_link_read(struct cm_slice uri, struct gs1 *m, struct cm_diag *diag) {
    gs1_init(m);
    const cm_err err = read_link(uri, m, diag);
    if (err != CM_OK) gs1_wipe(m);
    return err;
}
