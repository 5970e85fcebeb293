/* Rows of asks and of what is told. References as in card_columns.h; currencies: ISO 4217. */
#include "wire/card_columns.h"

#include <string.h>

#include "base/macros.h"

#include "wire/call_columns.h"

#define CURRENCY_LEN 3u /* letters; a row without a currency has three zero bytes */

_Static_assert(CM_CARD_TEXT_MAX < UINT16_MAX, "the length of a card's text is two bytes");
_Static_assert(ASK_ROW == 8u + CURRENCY_LEN + 8u + 1u + 1u + 2u, "as it is put and read");
_Static_assert(TOLD_ROW == 1u + 1u + CURRENCY_LEN + 5u * 8u + 1u, "as it is put and read");

/* Whatever is too long to be a card stays so: one byte more than the longest tells it. */
static struct cm_slice clipped(struct cm_slice text) {
    return text.len > CM_CARD_TEXT_MAX ? slice_of(text.p, CM_CARD_TEXT_MAX + 1u) : text;
}

static bool is_currency(const uint8_t *p) {
    if (p[0] == 0 && p[1] == 0 && p[2] == 0) return true;
    for (size_t i = 0; i < CURRENCY_LEN; i++)
        if (p[i] < 'A' || p[i] > 'Z') return false;
    return true;
}

static bool is_currency_text(const char text[static CURRENCY_LEN + 1]) {
    uint8_t row[CURRENCY_LEN] = {0};
    const size_t len = strnlen(text, CURRENCY_LEN + 1);
    if (len != 0 && len != CURRENCY_LEN) return false;
    memcpy(row, text, len);
    return is_currency(row);
}

static void put_currency(uint8_t *to, const char text[static CURRENCY_LEN]) {
    memset(to, 0, CURRENCY_LEN);
    if (text[0] != '\0') memcpy(to, text, CURRENCY_LEN);
}

/* ---- Asks ------------------------------------------------------------------------------------ */

cm_err card_asks_measure(const struct cm_call *calls, size_t n, size_t *row_n, size_t *text_len) {
    size_t rows = 0, texts = 0;
    for (size_t c = 0; c < n; c++) {
        if (calls[c].asks == NULL) continue;
        rows += calls[c].n;
        for (size_t i = 0; i < calls[c].n; i++) {
            const struct cm_card_ask *a = &calls[c].asks[i];
            if (a->amount > CM_AMOUNT_MAX || (unsigned)a->reason >= CM_REASON_N) return CM_E_LIMIT;
            if (!is_currency_text(a->currency)) return CM_E_LIMIT;
            texts += clipped(a->other).len;
        }
    }
    *row_n = rows;
    *text_len = texts;
    return CM_OK;
}

static uint8_t *put_ask(uint8_t *to, const struct cm_card_ask *a) {
    put_u64be(to, a->amount);
    put_currency(to + 8, a->currency);
    put_u64be(to + 11, a->reference);
    to[19] = (uint8_t)a->reason;
    to[20] = a->checked ? 1 : 0;
    put_u16be(to + 21, (uint16_t)clipped(a->other).len);
    return to + ASK_ROW;
}

static uint8_t *put_other(uint8_t *to, const struct cm_card_ask *a) {
    const struct cm_slice text = clipped(a->other);
    if (text.len > 0) memcpy(to, text.p, text.len);
    return to + text.len;
}

typedef uint8_t *put_fn(uint8_t *to, const struct cm_card_ask *a);

static void put_asks(struct buffer *out, uint32_t key, size_t len, put_fn *put,
                     const struct cm_call *calls, size_t n) {
    uint8_t *to = item_bytes_room(out, key, len);
    for (size_t c = 0; to != NULL && c < n; c++)
        for (size_t i = 0; calls[c].asks != NULL && i < calls[c].n; i++)
            to = put(to, &calls[c].asks[i]);
}

void card_asks_put(struct buffer *out, uint32_t key, const struct cm_call *calls, size_t n,
                   size_t row_n, size_t text_len) {
    put_asks(out, key, row_n * ASK_ROW, put_ask, calls, n);
    put_asks(out, key + 1, text_len, put_other, calls, n);
}

cm_err card_asks_next(struct card_asks_reader *r, struct cm_card_ask *out) {
    struct cm_card_ask a = {.amount = cursor_u64be(&r->rows)};
    uint8_t currency[CURRENCY_LEN] = {0};
    cursor_copy(&r->rows, currency, sizeof currency);
    a.reference = cursor_u64be(&r->rows);
    const uint8_t reason = cursor_u8(&r->rows), checked = cursor_u8(&r->rows);
    a.other = cursor_bytes(&r->texts, cursor_u16be(&r->rows));
    if (r->rows.failed || r->texts.failed || !is_currency(currency)) return CM_E_FORMAT;
    if (reason >= CM_REASON_N || checked > 1) return CM_E_FORMAT;
    if (a.amount > CM_AMOUNT_MAX || a.other.len > CM_CARD_TEXT_MAX + 1u) return CM_E_LIMIT;
    memcpy(a.currency, currency, sizeof currency);
    a.reason = (enum cm_card_reason)reason;
    a.checked = checked == 1;
    *out = a;
    return CM_OK;
}

cm_err card_asks_end(const struct card_asks_reader *r) {
    TRY(cursor_end(&r->rows));
    return cursor_end(&r->texts);
}

/* ---- Told ------------------------------------------------------------------------------------ */

size_t card_told_count(const struct cm_call *calls, size_t n) {
    size_t rows = 0;
    for (size_t c = 0; c < n; c++)
        for (size_t i = 0; calls[c].status == CM_CALL_DONE && i < calls[c].n; i++)
            rows += card_is_told(&calls[c], i);
    return rows;
}

static uint8_t *put_told(uint8_t *to, const struct cm_card_told *t) {
    to[0] = (uint8_t)t->state;
    to[1] = (uint8_t)t->reason;
    put_currency(to + 2, t->currency);
    put_u64be(to + 5, t->balance);
    put_u64be(to + 13, t->held);
    put_u64be(to + 21, t->amount);
    put_u64be(to + 29, t->transaction);
    put_u64be(to + 37, t->expires_ms);
    to[45] = t->pin_tries_left;
    return to + TOLD_ROW;
}

void card_told_put(struct buffer *out, uint32_t key, const struct cm_call *calls, size_t n,
                   size_t row_n) {
    uint8_t *to = item_bytes_room(out, key, row_n * TOLD_ROW);
    for (size_t c = 0; to != NULL && c < n; c++)
        for (size_t i = 0; calls[c].status == CM_CALL_DONE && i < calls[c].n; i++)
            if (card_is_told(&calls[c], i)) to = put_told(to, &calls[c].told[i]);
}

cm_err card_told_check(struct cm_slice rows) {
    for (size_t at = 0; at < rows.len; at += TOLD_ROW) {
        const uint8_t *row = rows.p + at;
        if (row[0] >= CM_CARD_STATE_N || row[1] >= CM_REASON_N || !is_currency(row + 2))
            return CM_E_FORMAT;
    }
    return CM_OK;
}

void card_told_read(const uint8_t *row, struct cm_card_told *out) {
    *out = (struct cm_card_told){.card = true,
                                 .state = (enum cm_card_state)row[0],
                                 .reason = (enum cm_card_reason)row[1],
                                 .balance = get_u64be(row + 5),
                                 .held = get_u64be(row + 13),
                                 .amount = get_u64be(row + 21),
                                 .transaction = get_u64be(row + 29),
                                 .expires_ms = get_u64be(row + 37),
                                 .pin_tries_left = row[45]};
    memcpy(out->currency, row + 2, CURRENCY_LEN);
}
