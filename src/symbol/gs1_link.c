/* Making and reading Digital Links. The first element that may begin a link does; its qualifiers
 * follow in their order, the rest goes into the query. References as in gs1_link.h. */
#include "symbol/gs1_link.h"

#include <stdio.h>

#include "base/macros.h"

#define PATH_N 4u /* elements of the longest path: a key and three qualifiers */

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
static bool is_alnum(uint8_t c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c; }
static uint8_t raised(uint8_t c) { return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c; }

/* Length of "http://" or "https://" in any case, or 0. */
static size_t scheme_len(struct cm_slice uri) {
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < CM_ARRAY_N(schemes); i++) {
        const size_t len = strlen(schemes[i]);
        size_t same = 0;
        while (same < len && same < uri.len && lower(uri.p[same]) == (uint8_t)schemes[i][same])
            same++;
        if (same == len) return len;
    }
    return 0;
}

/* Length of scheme and host with port: up to the path, the query or the fragment. */
static size_t origin_len(struct cm_slice uri) {
    size_t at = scheme_len(uri);
    while (at < uri.len && uri.p[at] != '/' && uri.p[at] != '?' && uri.p[at] != '#')
        at++;
    return at;
}

/* ---- Hosts ----------------------------------------------------------------------------------- */

static bool is_host(struct cm_slice host) {
    size_t name = 0;
    while (name < host.len && (is_alnum(host.p[name]) || host.p[name] == '-' ||
                               (host.p[name] == '.' && name > 0 && host.p[name - 1] != '.')))
        name++;
    if (name == 0 || name == host.len) return name > 0;
    size_t at = name + 1;
    while (at < host.len && is_digit(host.p[at]))
        at++;
    return host.p[name] == ':' && at == host.len && at > name + 1 && at <= name + 6;
}

cm_err gs1_link_host(const char *host, struct cm_diag *diag) {
    static const char remedy[] = "write https://id.example.com, or https://example.com/path";
    const struct cm_slice uri = slice_text(host);
    const size_t scheme = scheme_len(uri), origin = origin_len(uri);
    if (scheme == 0)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, remedy,
                         "a link begins with https:// (or http://)");
    if (!is_host(slice_of(uri.p + scheme, origin - scheme)))
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, remedy,
                         "that is no host name (letters, digits, dots, hyphens, a port)");
    for (size_t i = origin; i < uri.len; i++)
        if (!is_alnum(uri.p[i]) && strchr("/-._~%!$&'()*+,;=:@", uri.p[i]) == NULL)
            return diag_fail(diag, CM_E_FORMAT, NULL, NULL, remedy,
                             "a link's path cannot hold what stands at character %zu", i + 1);
    if (uri.len > GS1_LINK_MAX / 2u)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, remedy, "the host and path are too long");
    return CM_OK;
}

/* ---- Making ---------------------------------------------------------------------------------- */

static void put_escaped(struct cm_slice text, struct buffer *out) {
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.p[i];
        if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            buffer_u8(out, c);
        } else {
            buffer_u8(out, '%');
            buffer_u8(out, (uint8_t)hex[c / 16u]);
            buffer_u8(out, (uint8_t)hex[c % 16u]);
        }
    }
}

/* Where each element goes: 0 the key, 1.. its qualifiers in order, QUERY the query, ABSENT: it was
 * there before. */
#define QUERY  0xFEu
#define ABSENT 0xFFu
struct plan {
    uint8_t place[GS1_ELEMENTS_MAX];
    size_t refused; /* the element that has no place, or n */
};

/* Which place of "22,10,21" an identifier has, from 1; 0: none. */
static uint8_t place_in(const char *path, const char *ai) {
    uint8_t place = 1;
    for (const char *at = path; at != NULL && *at != '\0'; place++) {
        const size_t len = strcspn(at, ",");
        if (len == strlen(ai) && memcmp(at, ai, len) == 0) return place;
        at += len;
        if (*at == ',') at++;
    }
    return 0;
}

static bool repeats(const struct gs1 *m, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (strcmp(m->element[i].ai, m->element[at].ai) == 0) return true;
    return false;
}

/* Lay the elements out behind the key along one of its paths. */
static bool plan_along(const struct gs1 *m, size_t key, const char *path, struct plan *plan) {
    for (size_t i = 0; i < m->n; i++) {
        const struct gs1_element *e = &m->element[i];
        const uint8_t at = place_in(path, e->ai);
        if (repeats(m, i))
            plan->place[i] = ABSENT;
        else if (i == key)
            plan->place[i] = 0;
        else if (at > 0)
            plan->place[i] = at;
        else if ((e->id->link & GS1_LINK_ATTRIBUTE) != 0)
            plan->place[i] = QUERY;
        else {
            plan->refused = i;
            return false;
        }
    }
    return true;
}

static cm_err make_plan(const struct gs1 *m, struct plan *plan, struct cm_diag *diag) {
    size_t key = 0;
    while (key < m->n && (m->element[key].id->link & GS1_LINK_KEY) == 0)
        key++;
    if (key == m->n)
        return diag_fail(
            diag, CM_E_CONFLICT, NULL, NULL,
            "add (01), (00), (253), (255), (401), (402), (414), (417), (8003), (8004), "
            "(8006), (8010), (8013), (8017) or (8018)",
            "no element here can begin a Digital Link");
    const char *const *paths = m->element[key].id->paths;
    for (size_t i = 0; i < GS1_PATHS; i++)
        if ((i == 0 || paths[i] != NULL) && plan_along(m, key, paths[i], plan)) return CM_OK;
    char place[GS1_PLACE_CAP];
    const struct gs1_element *e = &m->element[plan->refused];
    gs1_place(e->ai, 0, place);
    return diag_fail(diag, CM_E_CONFLICT, NULL, place,
                     "leave it out, or use a GS1 DataMatrix or GS1-128 with the element string",
                     "%s has no place in a Digital Link of (%s)", e->id->title, m->element[key].ai);
}

static void put_origin(const char *host, bool upper, struct buffer *out) {
    const struct cm_slice uri = slice_text(host);
    const size_t origin = origin_len(uri);
    size_t len = uri.len;
    while (len > origin && uri.p[len - 1] == '/')
        len--;
    for (size_t i = 0; i < len; i++)
        buffer_u8(out, i >= origin ? uri.p[i] : upper ? raised(uri.p[i]) : lower(uri.p[i]));
}

static void put_path(const struct gs1 *m, const struct plan *plan, struct buffer *out) {
    for (uint8_t place = 0; place < PATH_N; place++)
        for (size_t i = 0; i < m->n; i++) {
            if (plan->place[i] != place) continue;
            buffer_printf(out, "/%s/", m->element[i].ai);
            put_escaped(m->element[i].text, out);
        }
}

static void put_query(const struct gs1 *m, const struct plan *plan, struct buffer *out) {
    char mark = '?';
    for (size_t i = 0; i < m->n; i++) {
        if (plan->place[i] != QUERY) continue;
        buffer_printf(out, "%c%s=", mark, m->element[i].ai);
        put_escaped(m->element[i].text, out);
        mark = '&';
    }
}

cm_err gs1_link_write(const struct gs1 *m, const char *host, bool upper, struct buffer *out,
                      struct cm_diag *diag) {
    struct plan plan = {.refused = 0};
    TRY(make_plan(m, &plan, diag));
    const size_t from = out->len;
    put_origin(host, upper, out);
    put_path(m, &plan, out);
    put_query(m, &plan, out);
    TRY(buffer_err(out));
    if (out->len - from <= GS1_LINK_MAX) return CM_OK;
    wipe(out->p + from, out->len - from);
    out->len = from;
    return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "leave elements out",
                     "a link of more than %u characters", GS1_LINK_MAX);
}
