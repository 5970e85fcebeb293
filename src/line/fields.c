/* Texts of a unit, made in place: nothing is allocated for a unit. Reference: fields.h. */
#include "line/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define WORD_CAP   256u /* bytes of one word of a batch, with its NUL */
#define GROUPS_MAX 16u

enum {
    FIELD_CODE,
    FIELD_HUMAN,
    FIELD_BATCH,
    FIELD_PRODUCT,
    FIELD_GTIN,
    FIELD_DATE,
    FIELD_LINE,
    FIELD_SERIAL,
    FIELD_URL
};
const char *const fields_names[FIELDS_N + 1] = {"code", "human", "batch",  "product", "gtin",
                                                "date", "line",  "serial", "url",     NULL};

struct fields {
    char batch[WORD_CAP], product[WORD_CAP], gtin[WORD_CAP], date[WORD_CAP], line[WORD_CAP];
    char url[WORD_CAP]; /* "{code}" in it is the code; empty: the code alone */
    char separator[8];  /* between groups, a character of UTF-8 */
    uint8_t group[GROUPS_MAX];
    size_t group_n;
    char human_text[DRIVER_TEXT_MAX], url_text[DRIVER_TEXT_MAX], serial_text[DECIMAL_CAP];
};

static cm_err word(struct json_value batch, const char *key, char *out, size_t cap) {
    const struct json_value v = json_get(batch, key);
    const enum json_kind kind = json_kind_of(v);
    if (kind == JSON_KIND_ABSENT || kind == JSON_KIND_NULL) return CM_OK;
    return json_copy_text(v, 0, out, cap);
}

static cm_err read_groups(struct json_value batch, struct fields *f) {
    const struct json_value list = json_get(batch, "groups");
    const enum json_kind kind = json_kind_of(list);
    if (kind == JSON_KIND_ABSENT || kind == JSON_KIND_NULL) return CM_OK;
    size_t n = 0;
    TRY(json_items(list, 0, GROUPS_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        uint64_t len = 0;
        TRY(json_u64(json_at(list, i), 1, UINT8_MAX, &len));
        f->group[i] = (uint8_t)len;
    }
    f->group_n = n;
    return CM_OK;
}

cm_err fields_new(struct json_value batch, struct cm_slice line, struct fields **out) {
    if (line.len >= WORD_CAP) return CM_E_RANGE;
    struct fields *f = calloc(1, sizeof *f);
    if (f == NULL) return CM_E_NO_MEMORY;
    cm_err err = json_copy_text(json_get(batch, "name"), 1, f->batch, sizeof f->batch);
    const struct {
        const char *key;
        char *to;
        size_t cap;
    } words[] = {{"product", f->product, WORD_CAP}, {"gtin", f->gtin, WORD_CAP},
                 {"date", f->date, WORD_CAP},       {"line", f->line, WORD_CAP},
                 {"url", f->url, WORD_CAP},         {"separator", f->separator, 8}};
    for (size_t i = 0; i < CM_ARRAY_N(words) && err == CM_OK; i++)
        err = word(batch, words[i].key, words[i].to, words[i].cap);
    if (err == CM_OK) err = read_groups(batch, f);
    if (err != CM_OK) {
        fields_free(f);
        return err;
    }
    if (line.len > 0) { /* the run's own line outranks the batch's */
        memcpy(f->line, line.p, line.len);
        f->line[line.len] = '\0';
    }
    *out = f;
    return CM_OK;
}

void fields_free(struct fields *f) {
    if (f == NULL) return;
    wipe(f, sizeof *f); /* the last code stands in it */
    free(f);
}

/* Append what fits. */
static void put(char *out, size_t cap, size_t *len, const void *p, size_t n) {
    if (n > cap - *len) n = cap - *len;
    memcpy(out + *len, p, n);
    *len += n;
}

static struct cm_slice human(struct fields *f, struct cm_slice code) {
    size_t at = 0, len = 0;
    for (size_t i = 0; i < f->group_n && at < code.len; i++) {
        size_t n = f->group[i];
        if (n > code.len - at || i + 1 == f->group_n) n = code.len - at;
        if (i > 0)
            put(f->human_text, sizeof f->human_text, &len, f->separator, strlen(f->separator));
        put(f->human_text, sizeof f->human_text, &len, code.p + at, n);
        at += n;
    }
    return f->group_n == 0 ? code : slice_of(f->human_text, len);
}

static struct cm_slice url(struct fields *f, struct cm_slice code) {
    static const char mark[] = "{code}";
    if (f->url[0] == '\0') return code;
    const char *found = strstr(f->url, mark);
    const size_t before = found == NULL ? strlen(f->url) : (size_t)(found - f->url);
    size_t len = 0;
    put(f->url_text, sizeof f->url_text, &len, f->url, before);
    put(f->url_text, sizeof f->url_text, &len, code.p, code.len);
    if (found != NULL) {
        const char *rest = found + sizeof mark - 1;
        put(f->url_text, sizeof f->url_text, &len, rest, strlen(rest));
    }
    return slice_of(f->url_text, len);
}

void fields_fill(struct fields *f, struct cm_slice code, uint64_t serial, struct unit *out) {
    out->texts[FIELD_CODE] = code;
    out->texts[FIELD_HUMAN] = human(f, code);
    out->texts[FIELD_BATCH] = slice_text(f->batch);
    out->texts[FIELD_PRODUCT] = slice_text(f->product);
    out->texts[FIELD_GTIN] = slice_text(f->gtin);
    out->texts[FIELD_DATE] = slice_text(f->date);
    out->texts[FIELD_LINE] = slice_text(f->line);
    out->texts[FIELD_SERIAL] = slice_of(f->serial_text, decimal_format(serial, f->serial_text));
    out->texts[FIELD_URL] = url(f, code);
}
