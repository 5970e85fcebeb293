/* Columns of calls and answers. The tables in docs/design/processes.md are the reference; it
 * refuses whatever an encoder of ours would not have written. */
#include "wire/call_frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "wire/call_columns.h"
#include "wire/card_columns.h"
#include "wire/item.h"

_Static_assert(CM_KEY_TEXT_MAX <= UINT8_MAX, "a key length is one byte");
_Static_assert(CM_REDEEMER_MAX <= UINT8_MAX, "a redeemer length is one byte");
_Static_assert(CM_PIN_TEXT_MAX < UINT8_MAX, "a PIN length is one byte");
_Static_assert(CM_REQUESTS_MAX <= UINT16_MAX, "the requests of a call are two bytes");
_Static_assert(CM_HOLD_MS_MAX <= UINT32_MAX, "a hold is four bytes");

void call_list_wipe(struct call_list *list) {
    free(list->calls);
    free(list->requests);
    free(list->answers);
    free(list->asks);
    free(list->told);
    *list = (struct call_list)CALL_LIST_INIT;
}

#define ITEM_HEADS_MAX 18u /* bytes before the value of an item: its key and its length */

/* ---- Calls, writing --------------------------------------------------------------------- */

/* Whatever is too long to be right stays so: one byte more than the longest tells it. */
static struct cm_slice cut(struct cm_slice text, size_t longest) {
    return text.len > longest + 1 ? slice_of(text.p, longest + 1) : text;
}
static struct cm_slice clipped(struct cm_slice code) { return cut(code, CM_CODE_TEXT_MAX); }
static struct cm_slice clipped_pin(struct cm_slice pin) { return cut(pin, CM_PIN_TEXT_MAX); }

static uint32_t hold_of(const struct cm_request *q) {
    return q->operation == CM_OP_RESERVE ? (uint32_t)q->hold_ms : 0;
}

struct totals {
    size_t requests, keys, codes, redeemers, pins; /* the last four in bytes */
    size_t asks, others;                           /* rows; bytes */
    bool asked;                                    /* any call asks something of cards */
};

static cm_err totals_of(const struct cm_call *calls, size_t n, struct totals *t) {
    if (n > FRAME_CALLS_MAX) return CM_E_LIMIT;
    for (size_t c = 0; c < n; c++) {
        if (calls[c].key.len > CM_KEY_TEXT_MAX || calls[c].n > CM_REQUESTS_MAX) return CM_E_LIMIT;
        t->requests += calls[c].n;
        t->asked = t->asked || calls[c].asks != NULL;
        t->keys += calls[c].key.len;
        for (size_t i = 0; i < calls[c].n; i++) {
            const struct cm_request *q = &calls[c].requests[i];
            if (q->redeemer.len > CM_REDEEMER_MAX || q->hold_ms > CM_HOLD_MS_MAX) return CM_E_LIMIT;
            t->codes += clipped(q->code).len;
            t->redeemers += q->redeemer.len;
            t->pins += clipped_pin(q->pin).len;
        }
    }
    if (t->requests > FRAME_REQUESTS_MAX) return CM_E_LIMIT;
    return t->asked ? card_asks_measure(calls, n, &t->asks, &t->others) : CM_OK;
}

/* Columns are written where they stand in the frame; each of these returns where it ended. */

static uint8_t *put_call_row(uint8_t *to, const struct cm_call *call) {
    put_u32be(to, call->caller.actor);
    put_u32be(to + 4, call->caller.brand);
    to[8] = (uint8_t)((call->caller.test ? CALL_TEST : 0u) | (call->asks != NULL ? CALL_ASKS : 0u) |
                      (call->told != NULL ? CALL_TOLD : 0u));
    put_u32be(to + 9, call->door);
    to[13] = (uint8_t)call->key.len;
    put_u16be(to + 14, (uint16_t)call->n);
    return to + CALL_ROW;
}

static uint8_t *put_bytes(uint8_t *to, struct cm_slice bytes) {
    if (bytes.len > 0) memcpy(to, bytes.p, bytes.len);
    return to + bytes.len;
}

typedef uint8_t *put_request(uint8_t *to, const struct cm_request *q);
static uint8_t *put_operation(uint8_t *to, const struct cm_request *q) {
    *to = (uint8_t)q->operation;
    return to + 1;
}
static uint8_t *put_code_len(uint8_t *to, const struct cm_request *q) {
    put_u16be(to, (uint16_t)clipped(q->code).len);
    return to + CODE_ROW;
}
static uint8_t *put_code(uint8_t *to, const struct cm_request *q) {
    return put_bytes(to, clipped(q->code));
}
static uint8_t *put_redeemer_len(uint8_t *to, const struct cm_request *q) {
    *to = (uint8_t)q->redeemer.len;
    return to + REDEEMER_ROW;
}
static uint8_t *put_redeemer(uint8_t *to, const struct cm_request *q) {
    return put_bytes(to, q->redeemer);
}
static uint8_t *put_pin_len(uint8_t *to, const struct cm_request *q) {
    *to = (uint8_t)clipped_pin(q->pin).len;
    return to + PIN_ROW;
}
static uint8_t *put_pin(uint8_t *to, const struct cm_request *q) {
    return put_bytes(to, clipped_pin(q->pin));
}
static uint8_t *put_hold(uint8_t *to, const struct cm_request *q) {
    put_u32be(to, hold_of(q));
    return to + HOLD_ROW;
}

/* Inlined where it is called, so that each column is a loop of its own. */
static inline __attribute__((always_inline)) void put_column(struct buffer *out, uint32_t key,
                                                             size_t len, put_request *put,
                                                             const struct cm_call *calls,
                                                             size_t n) {
    uint8_t *to = item_bytes_room(out, key, len);
    if (to == NULL || len == 0) return;
    for (size_t c = 0; c < n; c++)
        for (size_t i = 0; i < calls[c].n; i++)
            to = put(to, &calls[c].requests[i]);
}

static void put_call_columns(struct buffer *out, size_t keys_len, const struct cm_call *calls,
                             size_t n) {
    uint8_t *row = item_bytes_room(out, 2, n * CALL_ROW);
    for (size_t c = 0; row != NULL && c < n; c++)
        row = put_call_row(row, &calls[c]);
    uint8_t *key = item_bytes_room(out, 3, keys_len);
    for (size_t c = 0; key != NULL && c < n; c++)
        key = put_bytes(key, calls[c].key);
}

/* Of a whole body: so that the buffer grows once. */
static size_t body_len_max(const struct totals *t, size_t n) {
    const size_t row = 1 + CODE_ROW + REDEEMER_ROW + HOLD_ROW + PIN_ROW;
    return n * CALL_ROW + t->requests * row + t->keys + t->codes + t->redeemers + t->pins +
           t->asks * ASK_ROW + t->others + (size_t)ITEM_HEADS_MAX * (CALLS_ITEMS + ASKS_ITEMS);
}

cm_err calls_encode(struct buffer *out, const struct cm_call *calls, size_t n) {
    struct totals t = {0};
    TRY(totals_of(calls, n, &t));
    (void)buffer_reserve(out, body_len_max(&t, n)); /* a failure sticks */
    item_map(out, t.asked ? CALLS_ITEMS + ASKS_ITEMS : CALLS_ITEMS);
    item_uint(out, 1, n);
    put_call_columns(out, t.keys, calls, n);
    put_column(out, 4, t.requests, put_operation, calls, n);
    put_column(out, 5, t.requests * CODE_ROW, put_code_len, calls, n);
    put_column(out, 6, t.codes, put_code, calls, n);
    put_column(out, 7, t.requests * REDEEMER_ROW, put_redeemer_len, calls, n);
    put_column(out, 8, t.redeemers, put_redeemer, calls, n);
    put_column(out, 9, t.requests * HOLD_ROW, put_hold, calls, n);
    put_column(out, 10, t.requests * PIN_ROW, put_pin_len, calls, n);
    put_column(out, 11, t.pins, put_pin, calls, n);
    if (t.asked) card_asks_put(out, CALLS_ITEMS + 1, calls, n, t.asks, t.others);
    return buffer_err(out);
}

/* ---- Calls, reading --------------------------------------------------------------------- */

struct call_columns {
    struct cm_slice rows;                                                     /* of calls */
    const uint8_t *operations, *code_lens, *redeemer_lens, *holds, *pin_lens; /* of requests */
    struct cursor keys, codes, redeemers, pins; /* one after the other */
    struct card_asks_reader asks;
    bool asked, told; /* any call asks something of cards, or wants to be told of them */
};

static size_t requests_in(struct cm_slice rows) {
    size_t total = 0;
    for (size_t at = 0; at < rows.len; at += CALL_ROW)
        total += get_u16be(rows.p + at + CALL_ROW - 2);
    return total;
}

/* How many requests have a row of asks; what else the calls want of cards. */
static size_t asks_in(struct call_columns *c) {
    size_t total = 0;
    for (size_t at = 0; at < c->rows.len; at += CALL_ROW) {
        const uint8_t *row = c->rows.p + at;
        if (row[8] & CALL_ASKS) total += get_u16be(row + CALL_ROW - 2);
        c->asked = c->asked || (row[8] & CALL_ASKS) != 0;
        c->told = c->told || (row[8] & CALL_TOLD) != 0;
    }
    return total;
}

static cm_err read_columns(struct cm_slice body, struct call_columns *c, struct call_list *list) {
    const bool asked = item_map_has(body, CALLS_ITEMS + ASKS_ITEMS);
    struct item_reader r = item_reader_over(body, CALLS_ITEMS + (asked ? ASKS_ITEMS : 0));
    list->n = (size_t)item_read_uint(&r, FRAME_CALLS_MAX);
    c->rows = item_read_rows(&r, list->n, CALL_ROW);
    list->request_n = requests_in(c->rows);
    const size_t n = list->request_n;
    c->keys = cursor_over(item_read_bytes(&r));
    c->operations = item_read_rows(&r, n, 1).p;
    c->code_lens = item_read_rows(&r, n, CODE_ROW).p;
    c->codes = cursor_over(item_read_bytes(&r));
    c->redeemer_lens = item_read_rows(&r, n, REDEEMER_ROW).p;
    c->redeemers = cursor_over(item_read_bytes(&r));
    c->holds = item_read_rows(&r, n, HOLD_ROW).p;
    c->pin_lens = item_read_rows(&r, n, PIN_ROW).p;
    c->pins = cursor_over(item_read_bytes(&r));
    const size_t ask_n = asks_in(c);
    if (asked) {
        c->asks.rows = cursor_over(item_read_rows(&r, ask_n, ASK_ROW));
        c->asks.texts = cursor_over(item_read_bytes(&r));
    }
    TRY(item_read_end(&r));
    if (asked != c->asked) return CM_E_FORMAT;
    return list->n == 0 ? CM_E_FORMAT : n > FRAME_REQUESTS_MAX ? CM_E_LIMIT : CM_OK;
}

/* The row-th request of the frame; the columns were found long enough. */
static cm_err read_request(struct call_columns *c, size_t row, struct cm_request *q) {
    if (c->operations[row] >= CM_OPERATION_N) return CM_E_FORMAT;
    q->operation = (enum cm_operation)c->operations[row];
    q->code = cursor_bytes(&c->codes, get_u16be(c->code_lens + row * CODE_ROW));
    q->redeemer = cursor_bytes(&c->redeemers, c->redeemer_lens[row]);
    q->hold_ms = get_u32be(c->holds + row * HOLD_ROW);
    q->pin = cursor_bytes(&c->pins, c->pin_lens[row]);
    if (q->code.len > (size_t)CM_CODE_TEXT_MAX + 1) return CM_E_LIMIT;
    if (q->pin.len > (size_t)CM_PIN_TEXT_MAX + 1) return CM_E_LIMIT;
    const bool holds = q->operation == CM_OP_RESERVE;
    if (holds ? q->hold_ms == 0 || q->hold_ms > CM_HOLD_MS_MAX : q->hold_ms != 0)
        return CM_E_FORMAT;
    return CM_OK;
}

static cm_err read_call(struct call_columns *c, struct cursor *rows, struct cm_call *call,
                        uint8_t *flags) {
    call->caller.actor = cursor_u32be(rows);
    call->caller.brand = cursor_u32be(rows);
    *flags = cursor_u8(rows);
    call->caller.test = (*flags & CALL_TEST) != 0;
    call->door = cursor_u32be(rows);
    call->key = cursor_bytes(&c->keys, cursor_u8(rows));
    call->n = cursor_u16be(rows);
    if (*flags > (CALL_TEST | CALL_ASKS | CALL_TOLD)) return CM_E_FORMAT;
    return call->n == 0 || call->n > CM_REQUESTS_MAX ? CM_E_LIMIT : CM_OK;
}

/* What the call, whose requests begin at `at`, asks of cards and where it is told of them. */
static cm_err read_cards(struct call_columns *c, const struct call_list *list, size_t at,
                         uint8_t flags, struct cm_call *call) {
    if (flags & CALL_TOLD) call->told = list->told + at;
    if (!(flags & CALL_ASKS)) return CM_OK;
    call->asks = list->asks + at;
    for (size_t k = 0; k < call->n; k++)
        TRY(card_asks_next(&c->asks, &list->asks[at + k]));
    return CM_OK;
}

static cm_err read_calls(struct call_columns *c, struct call_list *list) {
    struct cursor rows = cursor_over(c->rows);
    size_t at = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct cm_call *call = &list->calls[i];
        uint8_t flags = 0;
        TRY(read_call(c, &rows, call, &flags));
        call->requests = list->requests + at;
        call->answers = list->answers + at;
        for (size_t k = 0; k < call->n; k++)
            TRY(read_request(c, at + k, &list->requests[at + k]));
        TRY(read_cards(c, list, at, flags, call));
        at += call->n;
    }
    /* The blobs must hold what the lengths say, no more and no less. */
    if (cursor_end(&c->keys) != CM_OK || cursor_end(&c->codes) != CM_OK ||
        cursor_end(&c->redeemers) != CM_OK || cursor_end(&c->pins) != CM_OK)
        return CM_E_FORMAT;
    return card_asks_end(&c->asks);
}

cm_err calls_decode(struct cm_slice body, struct call_list *out) {
    struct call_columns c = {.rows = {NULL, 0}};
    CM_CLEANUP(call_list_wipe) struct call_list list = CALL_LIST_INIT;
    TRY(read_columns(body, &c, &list));
    list.calls = calloc(list.n, sizeof *list.calls);
    list.requests = calloc(list.request_n + 1, sizeof *list.requests);
    list.answers = calloc(list.request_n + 1, sizeof *list.answers);
    if (c.asked) list.asks = calloc(list.request_n + 1, sizeof *list.asks);
    if (c.told) list.told = calloc(list.request_n + 1, sizeof *list.told);
    if (list.calls == NULL || list.requests == NULL || list.answers == NULL ||
        (c.asked && list.asks == NULL) || (c.told && list.told == NULL))
        return CM_E_NO_MEMORY;
    TRY(read_calls(&c, &list));
    *out = list;
    list = (struct call_list)CALL_LIST_INIT;
    return CM_OK;
}

/* ---- Answers, writing ------------------------------------------------------------------- */

static size_t answered(const struct cm_call *call) {
    return call->status == CM_CALL_DONE ? call->n : 0;
}

static uint8_t *put_answer(uint8_t *to, const struct cm_answer *a, bool told) {
    to[0] = (uint8_t)a->verdict;
    to[1] = (uint8_t)((a->replayed ? ANSWER_REPLAYED : 0u) | (told ? ANSWER_TOLD : 0u));
    put_u32be(to + 2, a->set);
    put_u64be(to + 6, a->serial);
    put_u64be(to + 14, a->sequence);
    put_u64be(to + 22, a->time_ms);
    put_u64be(to + 30, a->until_ms);
    put_u32be(to + 38, a->use);
    put_u16be(to + 42, a->prize);
    return to + ANSWER_ROW;
}

static void put_answers(struct buffer *out, size_t answer_n, const struct cm_call *calls,
                        size_t n) {
    uint8_t *to = item_bytes_room(out, 3, answer_n * ANSWER_ROW);
    for (size_t c = 0; to != NULL && c < n; c++)
        for (size_t i = 0; i < answered(&calls[c]); i++)
            to = put_answer(to, &calls[c].answers[i], card_is_told(&calls[c], i));
}

cm_err answers_encode(struct buffer *out, const struct cm_call *calls, size_t n,
                      const struct set_words *words, size_t words_n) {
    if (n > FRAME_CALLS_MAX || words_n > FRAME_REQUESTS_MAX) return CM_E_LIMIT;
    size_t answer_n = 0, words_len = 0;
    for (size_t c = 0; c < n; c++)
        answer_n += answered(&calls[c]);
    for (size_t i = 0; i < words_n; i++)
        words_len += words[i].description.len + words[i].receipt.len;
    const size_t told_n = card_told_count(calls, n);
    item_map(out, told_n > 0 ? ANSWERS_ITEMS + TOLD_ITEMS : ANSWERS_ITEMS);
    item_uint(out, 1, n);
    item_bytes_head(out, 2, n * STATUS_ROW);
    for (size_t c = 0; c < n; c++) {
        buffer_u8(out, (uint8_t)calls[c].status);
        buffer_u16be(out, (uint16_t)answered(&calls[c]));
    }
    put_answers(out, answer_n, calls, n);
    item_bytes_head(out, 4, words_n * WORDS_ROW);
    for (size_t i = 0; i < words_n; i++) {
        buffer_u32be(out, words[i].set);
        buffer_u32be(out, (uint32_t)words[i].description.len);
        buffer_u32be(out, (uint32_t)words[i].receipt.len);
    }
    item_bytes_head(out, 5, words_len);
    for (size_t i = 0; i < words_n; i++) {
        buffer_put(out, words[i].description.p, words[i].description.len);
        buffer_put(out, words[i].receipt.p, words[i].receipt.len);
    }
    if (told_n > 0) card_told_put(out, ANSWERS_ITEMS + 1, calls, n, told_n);
    return buffer_err(out);
}
