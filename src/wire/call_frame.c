/* Columns of calls and answers. The tables in docs/design/processes.md are the reference; it
 * refuses whatever an encoder of ours would not have written. */
#include "wire/call_frame.h"

#include <stdlib.h>

#include "base/macros.h"
#include "wire/call_columns.h"
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
    *list = (struct call_list)CALL_LIST_INIT;
}

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
};

static cm_err totals_of(const struct cm_call *calls, size_t n, struct totals *t) {
    if (n > FRAME_CALLS_MAX) return CM_E_LIMIT;
    for (size_t c = 0; c < n; c++) {
        if (calls[c].key.len > CM_KEY_TEXT_MAX || calls[c].n > CM_REQUESTS_MAX) return CM_E_LIMIT;
        t->requests += calls[c].n;
        t->keys += calls[c].key.len;
        for (size_t i = 0; i < calls[c].n; i++) {
            const struct cm_request *q = &calls[c].requests[i];
            if (q->redeemer.len > CM_REDEEMER_MAX || q->hold_ms > CM_HOLD_MS_MAX) return CM_E_LIMIT;
            t->codes += clipped(q->code).len;
            t->redeemers += q->redeemer.len;
            t->pins += clipped_pin(q->pin).len;
        }
    }
    return t->requests > FRAME_REQUESTS_MAX ? CM_E_LIMIT : CM_OK;
}

static void put_call_rows(struct buffer *out, const struct cm_call *calls, size_t n) {
    for (size_t c = 0; c < n; c++) {
        buffer_u32be(out, calls[c].caller.actor);
        buffer_u32be(out, calls[c].caller.brand);
        buffer_u8(out, calls[c].caller.test ? 1 : 0);
        buffer_u32be(out, calls[c].door);
        buffer_u8(out, (uint8_t)calls[c].key.len);
        buffer_u16be(out, (uint16_t)calls[c].n);
    }
}

typedef void put_request(struct buffer *out, const struct cm_request *q);
static void put_operation(struct buffer *out, const struct cm_request *q) {
    buffer_u8(out, (uint8_t)q->operation);
}
static void put_code_len(struct buffer *out, const struct cm_request *q) {
    buffer_u16be(out, (uint16_t)clipped(q->code).len);
}
static void put_code(struct buffer *out, const struct cm_request *q) {
    buffer_put(out, q->code.p, clipped(q->code).len);
}
static void put_redeemer_len(struct buffer *out, const struct cm_request *q) {
    buffer_u8(out, (uint8_t)q->redeemer.len);
}
static void put_redeemer(struct buffer *out, const struct cm_request *q) {
    buffer_put(out, q->redeemer.p, q->redeemer.len);
}
static void put_pin_len(struct buffer *out, const struct cm_request *q) {
    buffer_u8(out, (uint8_t)clipped_pin(q->pin).len);
}
static void put_pin(struct buffer *out, const struct cm_request *q) {
    buffer_put(out, q->pin.p, clipped_pin(q->pin).len);
}
static void put_hold(struct buffer *out, const struct cm_request *q) {
    buffer_u32be(out, hold_of(q));
}

static void put_column(struct buffer *out, uint32_t key, size_t len, put_request *put,
                       const struct cm_call *calls, size_t n) {
    item_bytes_head(out, key, len);
    for (size_t c = 0; c < n; c++)
        for (size_t i = 0; i < calls[c].n; i++)
            put(out, &calls[c].requests[i]);
}

cm_err calls_encode(struct buffer *out, const struct cm_call *calls, size_t n) {
    struct totals t = {0};
    TRY(totals_of(calls, n, &t));
    item_map(out, CALLS_ITEMS);
    item_uint(out, 1, n);
    item_bytes_head(out, 2, n * CALL_ROW);
    put_call_rows(out, calls, n);
    item_bytes_head(out, 3, t.keys);
    for (size_t c = 0; c < n; c++)
        buffer_put(out, calls[c].key.p, calls[c].key.len);
    put_column(out, 4, t.requests, put_operation, calls, n);
    put_column(out, 5, t.requests * CODE_ROW, put_code_len, calls, n);
    put_column(out, 6, t.codes, put_code, calls, n);
    put_column(out, 7, t.requests * REDEEMER_ROW, put_redeemer_len, calls, n);
    put_column(out, 8, t.redeemers, put_redeemer, calls, n);
    put_column(out, 9, t.requests * HOLD_ROW, put_hold, calls, n);
    put_column(out, 10, t.requests * PIN_ROW, put_pin_len, calls, n);
    put_column(out, 11, t.pins, put_pin, calls, n);
    return buffer_err(out);
}

/* ---- Calls, reading --------------------------------------------------------------------- */

struct call_columns {
    struct cm_slice rows;
    struct cursor keys, operations, code_lens, codes, redeemer_lens, redeemers, holds, pin_lens,
        pins;
};

static size_t requests_in(struct cm_slice rows) {
    size_t total = 0;
    for (size_t at = 0; at < rows.len; at += CALL_ROW)
        total += get_u16be(rows.p + at + CALL_ROW - 2);
    return total;
}

static cm_err read_columns(struct cm_slice body, struct call_columns *c, struct call_list *list) {
    struct item_reader r = item_reader_over(body, CALLS_ITEMS);
    list->n = (size_t)item_read_uint(&r, FRAME_CALLS_MAX);
    c->rows = item_read_rows(&r, list->n, CALL_ROW);
    list->request_n = requests_in(c->rows);
    const size_t n = list->request_n;
    c->keys = cursor_over(item_read_bytes(&r));
    c->operations = cursor_over(item_read_rows(&r, n, 1));
    c->code_lens = cursor_over(item_read_rows(&r, n, CODE_ROW));
    c->codes = cursor_over(item_read_bytes(&r));
    c->redeemer_lens = cursor_over(item_read_rows(&r, n, REDEEMER_ROW));
    c->redeemers = cursor_over(item_read_bytes(&r));
    c->holds = cursor_over(item_read_rows(&r, n, HOLD_ROW));
    c->pin_lens = cursor_over(item_read_rows(&r, n, PIN_ROW));
    c->pins = cursor_over(item_read_bytes(&r));
    TRY(item_read_end(&r));
    return list->n == 0 ? CM_E_FORMAT : n > FRAME_REQUESTS_MAX ? CM_E_LIMIT : CM_OK;
}

static cm_err read_request(struct call_columns *c, struct cm_request *q) {
    const uint8_t operation = cursor_u8(&c->operations);
    if (operation >= CM_OPERATION_N) return CM_E_FORMAT;
    q->operation = (enum cm_operation)operation;
    q->code = cursor_bytes(&c->codes, cursor_u16be(&c->code_lens));
    q->redeemer = cursor_bytes(&c->redeemers, cursor_u8(&c->redeemer_lens));
    q->hold_ms = cursor_u32be(&c->holds);
    q->pin = cursor_bytes(&c->pins, cursor_u8(&c->pin_lens));
    if (q->code.len > (size_t)CM_CODE_TEXT_MAX + 1) return CM_E_LIMIT;
    if (q->pin.len > (size_t)CM_PIN_TEXT_MAX + 1) return CM_E_LIMIT;
    const bool holds = q->operation == CM_OP_RESERVE;
    if (holds ? q->hold_ms == 0 || q->hold_ms > CM_HOLD_MS_MAX : q->hold_ms != 0)
        return CM_E_FORMAT;
    return CM_OK;
}

static cm_err read_call(struct call_columns *c, struct cursor *rows, struct cm_call *call) {
    call->caller.actor = cursor_u32be(rows);
    call->caller.brand = cursor_u32be(rows);
    const uint8_t test = cursor_u8(rows);
    call->caller.test = test == 1;
    call->door = cursor_u32be(rows);
    call->key = cursor_bytes(&c->keys, cursor_u8(rows));
    call->n = cursor_u16be(rows);
    if (test > 1) return CM_E_FORMAT;
    return call->n == 0 || call->n > CM_REQUESTS_MAX ? CM_E_LIMIT : CM_OK;
}

static cm_err read_calls(struct call_columns *c, struct call_list *list) {
    struct cursor rows = cursor_over(c->rows);
    size_t at = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct cm_call *call = &list->calls[i];
        TRY(read_call(c, &rows, call));
        call->requests = list->requests + at;
        call->answers = list->answers + at;
        for (size_t k = 0; k < call->n; k++)
            TRY(read_request(c, &list->requests[at + k]));
        at += call->n;
    }
    /* The blobs must hold what the lengths say, no more and no less. */
    if (cursor_end(&c->keys) != CM_OK || cursor_end(&c->codes) != CM_OK ||
        cursor_end(&c->redeemers) != CM_OK || cursor_end(&c->pins) != CM_OK)
        return CM_E_FORMAT;
    return CM_OK;
}

cm_err calls_decode(struct cm_slice body, struct call_list *out) {
    struct call_columns c = {.rows = {NULL, 0}};
    CM_CLEANUP(call_list_wipe) struct call_list list = CALL_LIST_INIT;
    TRY(read_columns(body, &c, &list));
    list.calls = calloc(list.n, sizeof *list.calls);
    list.requests = calloc(list.request_n + 1, sizeof *list.requests);
    list.answers = calloc(list.request_n + 1, sizeof *list.answers);
    if (list.calls == NULL || list.requests == NULL || list.answers == NULL) return CM_E_NO_MEMORY;
    TRY(read_calls(&c, &list));
    *out = list;
    list = (struct call_list)CALL_LIST_INIT;
    return CM_OK;
}

/* ---- Answers, writing ------------------------------------------------------------------- */

static size_t answered(const struct cm_call *call) {
    return call->status == CM_CALL_DONE ? call->n : 0;
}

static void put_answer(struct buffer *out, const struct cm_answer *a) {
    buffer_u8(out, (uint8_t)a->verdict);
    buffer_u8(out, a->replayed ? 1 : 0);
    buffer_u32be(out, a->set);
    buffer_u64be(out, a->serial);
    buffer_u64be(out, a->sequence);
    buffer_u64be(out, a->time_ms);
    buffer_u64be(out, a->until_ms);
    buffer_u32be(out, a->use);
}

cm_err answers_encode(struct buffer *out, const struct cm_call *calls, size_t n,
                      const struct set_words *words, size_t words_n) {
    if (n > FRAME_CALLS_MAX || words_n > FRAME_REQUESTS_MAX) return CM_E_LIMIT;
    size_t answer_n = 0, words_len = 0;
    for (size_t c = 0; c < n; c++)
        answer_n += answered(&calls[c]);
    for (size_t i = 0; i < words_n; i++)
        words_len += words[i].description.len;
    item_map(out, ANSWERS_ITEMS);
    item_uint(out, 1, n);
    item_bytes_head(out, 2, n * STATUS_ROW);
    for (size_t c = 0; c < n; c++) {
        buffer_u8(out, (uint8_t)calls[c].status);
        buffer_u16be(out, (uint16_t)answered(&calls[c]));
    }
    item_bytes_head(out, 3, answer_n * ANSWER_ROW);
    for (size_t c = 0; c < n; c++)
        for (size_t i = 0; i < answered(&calls[c]); i++)
            put_answer(out, &calls[c].answers[i]);
    item_bytes_head(out, 4, words_n * WORDS_ROW);
    for (size_t i = 0; i < words_n; i++) {
        buffer_u32be(out, words[i].set);
        buffer_u32be(out, (uint32_t)words[i].description.len);
    }
    item_bytes_head(out, 5, words_len);
    for (size_t i = 0; i < words_n; i++)
        buffer_put(out, words[i].description.p, words[i].description.len);
    return buffer_err(out);
}
