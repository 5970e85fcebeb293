/* Columns made of columns: see order_extra.h. */
#include "vault/order_extra.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

#define MEMBER_LEN 3u /* "-07" */
#define DECIMAL    10u

static const char code_mark[] = "{code}";

/* ---- Addresses ------------------------------------------------------------------------------- */

static bool of_uri(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~:/?#[]@!$&'()*+,;=%", c) != NULL);
}

cm_err order_url_check(const char *url, struct cm_diag *diag) {
    const char *mark = strstr(url, code_mark);
    if (mark == NULL || strstr(mark + 1, code_mark) != NULL)
        return diag_fail(diag, CM_E_FORMAT, "--url", NULL, "write it as https://example.com/{code}",
                         "the address does not have {code} in it once");
    for (const char *at = url; *at != '\0'; at++) {
        if (at == mark)
            at += sizeof code_mark - 2; /* its last character */
        else if (!of_uri(*at))
            return diag_fail(diag, CM_E_FORMAT, "--url", NULL, "write other characters as %XX",
                             "character %zu cannot stand in an address", (size_t)(at - url) + 1);
    }
    return CM_OK;
}

static void split_url(struct order_extra *x, const char *url) {
    const char *mark = strstr(url, code_mark);
    if (mark == NULL) return;
    x->before = slice_of(url, (size_t)(mark - url));
    x->after = slice_text(mark + sizeof code_mark - 1);
}

/* ---- Columns --------------------------------------------------------------------------------- */

cm_err order_extra_open(struct order_extra *x, const struct order *o, uint32_t values,
                        size_t rows_max, bool same) {
    *x = (struct order_extra){.rows_max = rows_max, .items = same ? o->items : 1};
    const bool url = (values & 1u << RECORD_URL) != 0 && o->options.url[0] != '\0';
    if (url) {
        split_url(x, o->options.url);
        x->urls_len = rows_max * UINT8_MAX;
        x->urls = malloc(x->urls_len);
        if (x->urls == NULL) return CM_E_NO_MEMORY;
    }
    if ((values & 1u << RECORD_IMAGE) == 0) return CM_OK;
    x->images = malloc(rows_max * UINT8_MAX);
    return x->images != NULL ? CM_OK : CM_E_NO_MEMORY;
}

void order_extra_wipe(struct order_extra *x) {
    if (x->urls != NULL) wipe(x->urls, x->urls_len);
    free(x->urls);
    free(x->images);
    *x = (struct order_extra)ORDER_EXTRA_INIT;
}

static char *put(char *to, struct cm_slice text) {
    if (text.len > 0) memcpy(to, text.p, text.len);
    return to + text.len;
}

static cm_err give_urls(struct order_extra *x, struct record_set *set) {
    const size_t len = x->before.len + set->column[RECORD_CODE].width + x->after.len;
    char *to = x->urls;
    if (len > UINT8_MAX) return CM_E_RANGE;
    for (size_t i = 0; i < set->n; i++) {
        to = put(to, x->before);
        to = put(to, record_text(set, RECORD_CODE, i));
        to = put(to, x->after);
    }
    set->column[RECORD_URL] =
        (struct record_column){.rows = x->urls, .stride = len, .width = (uint8_t)len};
    return CM_OK;
}

/* Key tags that share a control number have a picture each: its name ends with the tag's number. */
static cm_err give_images(struct order_extra *x, struct record_set *set) {
    const size_t end = sizeof ORDER_IMAGE_END - 1;
    const size_t len = set->column[RECORD_CONTROL].width + (x->items > 1 ? MEMBER_LEN : 0) + end;
    char *to = x->images;
    if (len > UINT8_MAX) return CM_E_RANGE;
    for (size_t i = 0; i < set->n; i++) {
        const size_t member = i % x->items + 1;
        to = put(to, record_text(set, RECORD_CONTROL, i));
        if (x->items > 1) {
            *to++ = '-';
            *to++ = (char)('0' + member / DECIMAL % DECIMAL);
            *to++ = (char)('0' + member % DECIMAL);
        }
        to = put(to, slice_text(ORDER_IMAGE_END));
    }
    set->column[RECORD_IMAGE] =
        (struct record_column){.rows = x->images, .stride = len, .width = (uint8_t)len};
    return CM_OK;
}

cm_err order_extra_give(struct order_extra *x, struct record_set *set) {
    if (set->n > x->rows_max) return CM_E_RANGE;
    if (x->urls != NULL) TRY(give_urls(x, set));
    return x->images != NULL ? give_images(x, set) : CM_OK;
}
