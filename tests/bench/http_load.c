/* An epoll loop over prepared requests. References as in http_load.h. */
#include "http_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/buffer.h"

#define EVENTS_N    64
#define ANSWER_CODE 512u /* bytes of an answer a code at most */
#define ANSWER_HEAD 4096u
#define WAIT_MS     5000

static const char accepted[] = "\"verdict\":\"accepted\"";

struct caller {
    struct http_link link;
    struct buffer request;
    char *answer; /* owned */
    size_t got;   /* bytes of the answer so far */
    size_t want;  /* of all of it; 0 = not known yet */
    uint64_t sent_ns;
};

struct loop {
    struct http_load *o;
    struct caller *callers;
    size_t codes_at, step, answer_cap, codes; /* codes of a request */
    size_t asked, answered;                   /* codes */
    void *tls;
    int epoll_fd;
};

/* ---- Requests -------------------------------------------------------------------------------- */

/* {"code":"..."} or {"codes":["...","..."]}; the place of the first code. */
static size_t body_put(const struct loop *l, struct buffer *to) {
    static const char filler[] = "00000000000000000000000000000000";
    const bool array = l->o->group > 0;
    buffer_text(to, array ? "{\"codes\":[" : "{\"code\":");
    const size_t first = to->len + 1;
    for (size_t i = 0; i < l->codes; i++)
        buffer_printf(to, "%s\"%.*s\"", i > 0 ? "," : "", (int)l->o->stock->len, filler);
    buffer_text(to, array ? "]}" : "}");
    return first;
}

static cm_err prepare(struct loop *l, struct caller *c) {
    l->codes = l->o->group > 0 ? l->o->group : 1;
    l->step = l->o->stock->len + 3;
    l->answer_cap = ANSWER_HEAD + l->codes * ANSWER_CODE;
    c->answer = malloc(l->answer_cap);
    if (c->answer == NULL) return CM_E_NO_MEMORY;
    CM_CLEANUP(buffer_free) struct buffer body = BUFFER_INIT;
    const size_t first = body_put(l, &body);
    buffer_printf(&c->request,
                  "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                  "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                  l->o->path, l->o->token, body.len);
    l->codes_at = c->request.len + first;
    buffer_put(&c->request, body.p, body.len);
    return buffer_err(&c->request);
}

static cm_err ask(struct loop *l, struct caller *c) {
    struct http_stock *s = l->o->stock;
    for (size_t i = 0; i < l->codes; i++) {
        if (s->next == s->n && s->spent) return CM_E_LIMIT;
        if (s->next == s->n) s->next = 0;
        memcpy(c->request.p + l->codes_at + i * l->step, s->texts + s->next++ * s->len, s->len);
    }
    c->got = c->want = 0;
    l->asked += l->codes;
    c->sent_ns = meter_now_ns();
    return http_link_send(&c->link, (const char *)c->request.p, c->request.len);
}

/* ---- Answers --------------------------------------------------------------------------------- */

static cm_err refuse(struct loop *l, struct caller *c, const char *why) {
    c->answer[c->got < l->answer_cap ? c->got : l->answer_cap - 1] = '\0';
    const char *body = strstr(c->answer, "\r\n\r\n");
    return diag_fail(l->o->diag, CM_E_STATE, l->o->path, NULL, NULL, "%s: %.12s %.120s", why,
                     c->answer, body != NULL ? body + 4 : "");
}

/* Status and length, once the header is there. */
static cm_err read_head(struct loop *l, struct caller *c) {
    static const char length[] = "Content-Length: ";
    const char *end = memmem(c->answer, c->got, "\r\n\r\n", 4);
    if (end == NULL) return c->got < ANSWER_HEAD ? CM_OK : refuse(l, c, "endless header");
    if (c->got < 12 || memcmp(c->answer + 9, "200", 3) != 0) return refuse(l, c, "not answered");
    const char *at = memmem(c->answer, (size_t)(end - c->answer), length, sizeof length - 1);
    if (at == NULL) return refuse(l, c, "no length");
    c->want = (size_t)(end - c->answer) + 4 + strtoul(at + sizeof length - 1, NULL, 10);
    return c->want < l->answer_cap ? CM_OK : refuse(l, c, "long answer");
}

static size_t count_accepted(const char *p, size_t len) {
    const char *end = p + len;
    size_t n = 0;
    for (const char *at = p; (at = memmem(at, (size_t)(end - at), accepted, sizeof accepted - 1));
         at += sizeof accepted)
        n++;
    return n;
}

static cm_err finish(struct loop *l, struct caller *c) {
    latencies_add(l->o->latencies, meter_now_ns() - c->sent_ns);
    l->answered += l->codes;
    if (!l->o->judged || count_accepted(c->answer, c->want) == l->codes) return CM_OK;
    return refuse(l, c, "not all codes were accepted");
}

/* Read what is there; ask again when the answer is whole and `more` is wanted. */
static cm_err serve(struct loop *l, struct caller *c, bool more) {
    do {
        size_t got = 0;
        TRY(http_link_receive(&c->link, c->answer + c->got, l->answer_cap - c->got, &got));
        c->got += got;
        if (c->want == 0) TRY(read_head(l, c));
    } while (http_link_holds(&c->link));
    if (c->want == 0 || c->got < c->want) return CM_OK;
    TRY(finish(l, c));
    return more ? ask(l, c) : CM_OK;
}

/* ---- A leg ----------------------------------------------------------------------------------- */

static cm_err turn(struct loop *l, bool more) {
    struct epoll_event events[EVENTS_N];
    const int n = epoll_wait(l->epoll_fd, events, EVENTS_N, WAIT_MS);
    if (n <= 0) return diag_fail(l->o->diag, CM_E_IO, l->o->path, NULL, NULL, "no answer");
    for (int i = 0; i < n; i++)
        TRY(serve(l, events[i].data.ptr, more));
    return CM_OK;
}

static cm_err work(struct loop *l, double seconds, const struct meter *m) {
    const size_t under_way = l->o->connections * l->codes;
    bool more = true;
    for (size_t i = 0; i < l->o->connections; i++)
        TRY(ask(l, &l->callers[i]));
    while (l->answered < l->asked) {
        more = more && l->asked + under_way <= l->o->leg_max && meter_seconds(m) < seconds;
        TRY(turn(l, more));
    }
    return CM_OK;
}

static cm_err connect_all(struct loop *l) {
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    l->callers = calloc(l->o->connections, sizeof *l->callers);
    if (l->callers == NULL || l->epoll_fd < 0) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < l->o->connections; i++)
        l->callers[i].link = HTTP_LINK_NONE;
    if (l->o->tls) TRY(http_link_tls_new(&l->tls));
    for (size_t i = 0; i < l->o->connections; i++) {
        struct caller *c = &l->callers[i];
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        TRY(prepare(l, c));
        if (http_link_open(&c->link, l->o->port, l->tls) != CM_OK)
            return diag_fail(l->o->diag, CM_E_IO, l->o->path, NULL, NULL,
                             "connection %zu was refused", i + 1);
        if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, c->link.fd, &e) != 0) return CM_E_IO;
    }
    return CM_OK;
}

static void loop_wipe(struct loop *l) {
    for (size_t i = 0; l->callers != NULL && i < l->o->connections; i++) {
        http_link_close(&l->callers[i].link);
        buffer_free(&l->callers[i].request);
        free(l->callers[i].answer);
    }
    free(l->callers);
    http_link_tls_free(l->tls);
    if (l->epoll_fd >= 0) (void)close(l->epoll_fd);
}

cm_err http_load_run(void *ctx, double seconds, struct leg *leg) {
    struct http_load *o = ctx;
    CM_CLEANUP(loop_wipe) struct loop l = {.o = o, .epoll_fd = -1};
    TRY(connect_all(&l));
    const struct process_cost before = process_cost_now(o->pids, HTTP_LOAD_PIDS_MAX);
    const struct meter m = meter_begin();
    TRY(work(&l, seconds, &m));
    meter_end(&m, leg);
    const struct process_cost after = process_cost_now(o->pids, HTTP_LOAD_PIDS_MAX);
    leg->items = (double)l.answered;
    leg->cpu_s = after.cpu_s - before.cpu_s;
    leg->written = after.written - before.written;
    leg->peak = after.peak;
    latencies_close(o->latencies, leg);
    return CM_OK;
}
