/* Frames out, answers in. References as in gateway.h. */
#include "edge/gateway.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "edge/inside.h"

#define STATUS_EVERY_US 1000000u

void gateway_init(struct gateway *g, int verify_fd, int issue_fd) {
    *g = (struct gateway){.number = 0};
    g->last = &g->first;
    g->issues_last = &g->issues;
    channel_init(&g->verify, verify_fd);
    channel_init(&g->issue, issue_fd);
}

static void flight_clear(struct flight *f) {
    f->number = 0;
    f->n = 0;
}

static void flight_wipe(struct flight *f) {
    free(f->exchanges);
    free(f->calls);
    *f = (struct flight){.number = 0};
}

static cm_err flight_room(struct flight *f, size_t n) {
    if (n <= f->cap) return CM_OK;
    flight_wipe(f);
    f->exchanges = calloc(n, sizeof(struct exchange *));
    f->calls = calloc(n, sizeof *f->calls);
    if (f->exchanges == NULL || f->calls == NULL) return CM_E_NO_MEMORY;
    f->cap = n;
    return CM_OK;
}

void gateway_wipe(struct gateway *g) {
    channel_wipe(&g->verify);
    channel_wipe(&g->issue);
    for (size_t i = 0; i < GATEWAY_FLIGHTS; i++)
        flight_wipe(&g->flights[i]);
}

/* ---- Out ------------------------------------------------------------------------------------ */

static cm_err put_issue(struct gateway *g, const struct exchange *x) {
    const struct issue_frame asked = {.actor = x->caller.actor,
                                      .batch = x->request.batch,
                                      .key = slice_of(x->idempotency, x->idempotency_len),
                                      .count = x->request.count};
    const size_t start = channel_begin(&g->issue, FRAME_ISSUE, ++g->issue_sent);
    TRY(issue_encode(&g->issue.out, &asked));
    return channel_end(&g->issue, start);
}

static cm_err put_act(struct gateway *g, const struct exchange *x) {
    const struct keyed_act_frame asked = {
        .actor = x->caller.actor, .name = slice_text(x->act), .args_json = buffer_slice(&x->body)};
    const size_t start = channel_begin(&g->issue, FRAME_KEYED_ACT, ++g->issue_sent);
    TRY(keyed_act_encode(&g->issue.out, &asked));
    return channel_end(&g->issue, start);
}

void gateway_wait(struct gateway *g, struct exchange *x) {
    x->next = NULL;
    if (route_is_call(x->route)) {
        *g->last = x;
        g->last = &x->next;
        return;
    }
    if ((route_is_act(x->route) ? put_act(g, x) : put_issue(g, x)) != CM_OK) {
        exchange_fail(x, PROBLEM_UNAVAILABLE, NULL);
        return;
    }
    *g->issues_last = x;
    g->issues_last = &x->next;
}

/* How many of those who wait fit one frame: at least one. */
static size_t take_count(const struct gateway *g) {
    size_t n = 0, requests = 0, bytes = 0;
    for (const struct exchange *x = g->first; x != NULL && n < FRAME_CALLS_MAX; x = x->next) {
        requests += x->call.n;
        bytes += x->body.len;
        if (n > 0 && (requests > GATEWAY_REQUESTS_MAX || bytes > GATEWAY_BYTES_MAX)) break;
        n++;
    }
    return n;
}

static cm_err send_frame(struct edge *e, struct flight *f) {
    struct gateway *g = &e->gateway;
    const size_t n = take_count(g);
    TRY(flight_room(f, n));
    for (struct exchange *x = g->first; x != NULL && f->n < n; x = g->first) {
        g->first = x->next;
        if (g->first == NULL) g->last = &g->first;
        f->exchanges[f->n] = x;
        f->calls[f->n++] = x->call;
        e->metrics.frame_requests += x->call.n;
    }
    if (++g->number == 0) g->number = 1;
    f->number = g->number;
    e->metrics.frames++;
    const size_t start = channel_begin(&g->verify, FRAME_CALLS, f->number);
    TRY(calls_encode(&g->verify.out, f->calls, f->n));
    return channel_end(&g->verify, start);
}

static cm_err ask_status(struct gateway *g) {
    const size_t start = channel_begin(&g->verify, FRAME_STATUS, 0);
    buffer_u8(&g->verify.out, 0xA0); /* an empty CBOR map */
    return channel_end(&g->verify, start);
}

cm_err gateway_send(struct edge *e, uint64_t now_us) {
    struct gateway *g = &e->gateway;
    for (size_t i = 0; i < GATEWAY_FLIGHTS && g->first != NULL; i++) {
        if (g->flights[i].number != 0) continue;
        const cm_err err = send_frame(e, &g->flights[i]);
        if (err != CM_OK) return err;
    }
    if (now_us - g->status_asked_us >= STATUS_EVERY_US) {
        g->status_asked_us = now_us;
        TRY(ask_status(g));
    }
    if (channel_flush(&g->verify) != CM_OK || channel_flush(&g->issue) != CM_OK) return CM_E_DEAD;
    return CM_OK;
}

/* ---- In ---------------------------------------------------------------------------------------
 */

static struct flight *flight_of(struct gateway *g, uint32_t number) {
    for (size_t i = 0; i < GATEWAY_FLIGHTS; i++)
        if (number != 0 && g->flights[i].number == number) return &g->flights[i];
    return NULL;
}

static cm_err land(struct gateway *g, const struct frame *frame) {
    struct flight *f = flight_of(g, frame->number);
    if (f == NULL) return CM_E_FORMAT;
    struct set_words *words = NULL;
    size_t words_n = 0;
    TRY(answers_decode(frame->body, f->calls, f->n, &words, &words_n));
    for (size_t i = 0; i < f->n; i++) {
        f->exchanges[i]->call.status = f->calls[i].status;
        exchange_answered(f->exchanges[i], words, words_n);
        http_resume(f->exchanges[i]);
    }
    free(words);
    flight_clear(f);
    return CM_OK;
}

static cm_err crash_land(struct gateway *g, const struct frame *frame) {
    struct outcome_frame o;
    struct flight *f = flight_of(g, frame->number);
    if (f == NULL) return CM_E_FORMAT;
    TRY(outcome_decode(frame->body, &o));
    for (size_t i = 0; i < f->n; i++) {
        exchange_fault(f->exchanges[i], o.err, &o.diag);
        http_resume(f->exchanges[i]);
    }
    flight_clear(f);
    return CM_OK;
}

static cm_err take_keys(struct edge *e, const struct frame *frame) {
    struct key_table table = KEY_TABLE_INIT;
    TRY(key_table_decode(frame->body, &table));
    access_sort(&table);
    key_table_wipe(&e->keys);
    e->keys = table;
    e->has_keys = true;
    e->generation++;
    return CM_OK;
}

static cm_err take_status(struct edge *e, const struct frame *frame, uint64_t now_us) {
    TRY(status_decode(frame->body, &e->status));
    e->status_us = now_us;
    return CM_OK;
}

static cm_err take_verify(struct edge *e, const struct frame *frame, uint64_t now_us) {
    switch (frame->kind) {
    case FRAME_ANSWERS: return land(&e->gateway, frame);
    case FRAME_FAULT: return crash_land(&e->gateway, frame);
    case FRAME_KEYS: return take_keys(e, frame);
    case FRAME_STATUS_ANSWER: return take_status(e, frame, now_us);
    case FRAME_CALLS:
    case FRAME_STATUS:
    case FRAME_ISSUE:
    case FRAME_ISSUE_ANSWER:
    case FRAME_ACT:
    case FRAME_ACT_ANSWER:
    case FRAME_KEYED_ACT:
    case FRAME_RUNS:
    default: return CM_E_FORMAT;
    }
}

static cm_err take_issue(struct edge *e, const struct frame *frame) {
    struct gateway *g = &e->gateway;
    struct outcome_frame o;
    struct exchange *x = g->issues;
    if (x == NULL || frame->kind != FRAME_ISSUE_ANSWER || frame->number != g->issue_got + 1)
        return CM_E_FORMAT;
    TRY(outcome_decode(frame->body, &o));
    g->issue_got++;
    g->issues = x->next;
    if (g->issues == NULL) g->issues_last = &g->issues;
    if (o.err == CM_OK)
        exchange_issued(x, o.result_json);
    else
        exchange_fault(x, o.err, &o.diag);
    http_resume(x);
    return CM_OK;
}

static cm_err receive(struct edge *e, struct channel *c, uint64_t now_us) {
    TRY(channel_read(c));
    for (;;) {
        struct frame frame;
        const cm_err next = channel_next(c, &frame);
        if (next == CM_E_TRUNCATED) return c->ended ? CM_E_DEAD : CM_OK;
        TRY(next);
        TRY(c == &e->gateway.issue ? take_issue(e, &frame) : take_verify(e, &frame, now_us));
    }
}

cm_err gateway_receive(struct edge *e, uint64_t now_us) {
    cm_err err = receive(e, &e->gateway.verify, now_us);
    if (err == CM_OK) err = receive(e, &e->gateway.issue, now_us);
    if (err == CM_OK || err == CM_E_NO_MEMORY) return err;
    log_event(LOG_ERROR, "edge: the vault cannot be understood or went away: %s", cm_err_name(err));
    return CM_E_DEAD;
}
