/* Lines with places. References as in receipt.h. */
#include "cards/receipt.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "cards/amount.h"

#define SHOWN_DIGITS    4u
#define SHOW_MIN_DIGITS 8u /* of a shorter number, four digits would be half of the secret */
#define FACT_CAP        40u

void card_mask(struct cm_slice code, char out[static CARD_MASK_CAP]) {
    char mask[CARD_MASK_CAP] = "********";
    size_t digits = 0;
    for (size_t i = 0; i < code.len; i++) {
        const uint8_t c = code.p[code.len - 1 - i];
        if (c == ' ' || c == '-') continue;
        if (c < '0' || c > '9') {
            digits = 0;
            break;
        }
        if (digits < SHOWN_DIGITS) mask[CARD_MASK_CAP - 2 - digits] = (char)c;
        digits++;
    }
    memcpy(out, digits >= SHOW_MIN_DIGITS ? mask : "********", CARD_MASK_CAP);
}

/* ---- Facts ----------------------------------------------------------------------------------- */

typedef void fact_fn(const struct receipt_facts *f, char out[static FACT_CAP]);

static void put_amount(uint64_t minor, const struct receipt_facts *f, char *out) {
    if (f->told->currency[0] != '\0') amount_format(minor, f->told->currency, out);
}
static void fact_card(const struct receipt_facts *f, char *out) { card_mask(f->code, out); }
static void fact_amount(const struct receipt_facts *f, char *out) {
    put_amount(f->told->amount, f, out);
}
static void fact_balance(const struct receipt_facts *f, char *out) {
    put_amount(f->told->balance, f, out);
}
static void fact_held(const struct receipt_facts *f, char *out) {
    put_amount(f->told->held, f, out);
}
static void fact_available(const struct receipt_facts *f, char *out) {
    put_amount(f->told->balance - f->told->held, f, out);
}
static void fact_currency(const struct receipt_facts *f, char *out) {
    (void)snprintf(out, FACT_CAP, "%s", f->told->currency);
}
static void fact_state(const struct receipt_facts *f, char *out) {
    (void)snprintf(out, FACT_CAP, "%s", cm_card_state_name(f->told->state));
}
static void put_date(uint64_t ms, char *out) {
    char time[TIME_TEXT_CAP];
    if (ms == 0) return;
    time_format(ms, time);
    (void)snprintf(out, FACT_CAP, "%.10s", time); /* 2026-11-21 */
}
static void fact_date(const struct receipt_facts *f, char *out) { put_date(f->time_ms, out); }
static void fact_expires(const struct receipt_facts *f, char *out) {
    put_date(f->told->expires_ms, out);
}
static void fact_time(const struct receipt_facts *f, char *out) {
    char time[TIME_TEXT_CAP];
    if (f->time_ms == 0) return;
    time_format(f->time_ms, time);
    (void)snprintf(out, FACT_CAP, "%.5s", time + sizeof "2026-11-21T" - 1); /* 20:59 */
}
static void fact_transaction(const struct receipt_facts *f, char *out) {
    if (f->told->transaction == 0) return;
    out[decimal_format(f->told->transaction, out)] = '\0';
}

struct place_row {
    const char *name;
    fact_fn *fact;
};
static const struct place_row places[] = {{"card", fact_card},
                                          {"amount", fact_amount},
                                          {"balance", fact_balance},
                                          {"held", fact_held},
                                          {"available", fact_available},
                                          {"currency", fact_currency},
                                          {"state", fact_state},
                                          {"date", fact_date},
                                          {"time", fact_time},
                                          {"expires", fact_expires},
                                          {"transaction", fact_transaction}};

static const struct place_row *place_named(struct cm_slice name) {
    for (size_t i = 0; i < CM_ARRAY_N(places); i++)
        if (slice_equal(slice_text(places[i].name), name)) return &places[i];
    return NULL;
}

bool receipt_next(struct cm_slice *rest, struct cm_slice *line) {
    const uint8_t *end = rest->len > 0 ? memchr(rest->p, '\n', rest->len) : NULL;
    if (end == NULL) return false;
    *line = slice_of(rest->p, (size_t)(end - rest->p));
    *rest = slice_of(end + 1, rest->len - line->len - 1);
    return true;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

/* The text up to the next place, and the place's name; false at the end of the line, which is then
 * all in *text. *name.p is NULL where a brace stands alone. */
static bool next_place(struct cm_slice *rest, struct cm_slice *text, struct cm_slice *name) {
    const uint8_t *open = rest->len > 0 ? memchr(rest->p, '{', rest->len) : NULL;
    if (open == NULL) {
        *text = *rest;
        *rest = slice_of(NULL, 0);
        return false;
    }
    *text = slice_of(rest->p, (size_t)(open - rest->p));
    const size_t left = rest->len - text->len - 1;
    const uint8_t *close = left > 0 ? memchr(open + 1, '}', left) : NULL;
    *name = close != NULL ? slice_of(open + 1, (size_t)(close - open - 1)) : slice_of(NULL, 0);
    *rest = close != NULL ? slice_of(close + 1, left - name->len - 1) : slice_of(NULL, 0);
    return true;
}

static bool has_byte(struct cm_slice text, uint8_t byte) {
    return text.len > 0 && memchr(text.p, byte, text.len) != NULL;
}

static cm_err check_characters(struct cm_slice line, struct cm_diag *diag) {
    if (!utf8_valid(line))
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, NULL, "a receipt's line is not UTF-8");
    for (size_t i = 0; i < line.len; i++)
        if (line.p[i] < ' ' || line.p[i] == 0x7Fu)
            return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "write one item a line",
                             "a receipt's line holds a control character");
    return CM_OK;
}

cm_err receipt_line_check(struct cm_slice line, struct cm_diag *diag) {
    static const char remedy[] = "places are {card}, {amount}, {balance}, {held}, {available}, "
                                 "{currency}, {state}, {date}, {time}, {expires}, {transaction}";
    struct cm_slice rest = line, text, name;
    if (line.len == 0 || line.len > RECEIPT_LINE_MAX)
        return diag_fail(diag, CM_E_RANGE, NULL, NULL, NULL, "a receipt's line has 1 to %u bytes",
                         RECEIPT_LINE_MAX);
    TRY(check_characters(line, diag));
    for (bool more = true; more;) {
        more = next_place(&rest, &text, &name);
        if (has_byte(text, '}') || (more && name.p == NULL))
            return diag_fail(diag, CM_E_FORMAT, NULL, NULL, remedy, "a brace stands alone");
        if (more && place_named(name) == NULL)
            return diag_fail(diag, CM_E_FORMAT, NULL, NULL, remedy, "no such place in a receipt");
    }
    return CM_OK;
}

bool receipt_line_fill(struct cm_slice line, const struct receipt_facts *facts,
                       struct buffer *out) {
    const size_t before = out->len;
    struct cm_slice rest = line, text, name;
    for (bool more = true; more;) {
        char fact[FACT_CAP] = "";
        more = next_place(&rest, &text, &name);
        buffer_put(out, text.p, text.len);
        const struct place_row *place = more ? place_named(name) : NULL;
        if (place == NULL) continue;
        place->fact(facts, fact);
        if (fact[0] == '\0') {
            out->len = before;
            return false;
        }
        buffer_text(out, fact);
    }
    return true;
}

/* ---- In a document --------------------------------------------------------------------------- */

static void put_line(struct buffer *text, struct cm_slice line) {
    buffer_put(text, line.p, line.len);
    buffer_u8(text, '\n');
}

cm_err receipt_read(struct json_value list, char **out) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    size_t n = 0;
    TRY(json_items(list, 1, RECEIPT_LINES_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_diag found = DIAG_INIT;
        struct cm_slice line;
        TRY(json_text(json_at(list, i), 1, RECEIPT_LINE_MAX, &line));
        const cm_err err = receipt_line_check(line, &found);
        if (err != CM_OK)
            return json_fail(json_at(list, i), err, found.remedy, "%s", found.problem);
        put_line(&text, line);
    }
    buffer_u8(&text, '\0');
    TRY(buffer_err(&text));
    char *lines = strdup((const char *)text.p);
    if (lines == NULL) return CM_E_NO_MEMORY;
    *out = lines;
    return CM_OK;
}

void receipt_write(struct json_writer *w, const char *lines) {
    struct cm_slice rest = slice_text(lines != NULL ? lines : ""), line;
    if (rest.len == 0) return;
    json_array_begin(w, "receipt");
    while (receipt_next(&rest, &line))
        json_put_text(w, NULL, line);
    json_array_end(w);
}
