/* The life of a request. The order of refusals is part of the interface: size and shape of the
 * header, path, method, throttle of the address, caller, throttle of the key, role, then the body.
 * References as in exchange.h. */
#include "edge/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "edge/inside.h"

#define HEADER_LEN_MAX   16384u /* bytes of all fields */
#define HEADER_FIELD_MAX 64u
#define US_PER_S         1000000u
#define JSON_TYPE        "application/json"
#define KEEP_USUAL       4096u     /* bytes of each buffer of an idle exchange */
#define KEEP_ARRAY       262144u   /* the same while all idle ones hold less than KEPT_MAX */
#define KEPT_MAX         33554432u /* bytes */

/* ---- Room ------------------------------------------------------------------------------------ */

/* What an exchange that is given back may keep: any has room for a usual request, and as long as
 * there is room in all, for an array too. */
static size_t kept_most(const struct edge *e) {
    return e->kept_len < KEPT_MAX ? KEEP_ARRAY : KEEP_USUAL;
}

static size_t kept_len(const struct exchange *x) {
    return x->body.cap + x->reply.cap + x->request.cap * sizeof *x->request.items +
           x->request.ask_cap * sizeof *x->request.asks + x->answer_cap * sizeof *x->answers +
           x->told_cap * sizeof *x->told;
}

static cm_err answers_room(struct exchange *x, size_t n) {
    if (n <= x->answer_cap) return CM_OK;
    free(x->answers);
    x->answers = calloc(n, sizeof *x->answers);
    x->answer_cap = x->answers != NULL ? n : 0;
    return x->answers != NULL ? CM_OK : CM_E_NO_MEMORY;
}

static cm_err told_room(struct exchange *x, size_t n) {
    if (n <= x->told_cap) return CM_OK;
    free(x->told);
    x->told = calloc(n, sizeof *x->told);
    x->told_cap = x->told != NULL ? n : 0;
    return x->told != NULL ? CM_OK : CM_E_NO_MEMORY;
}

struct exchange *exchange_take(struct edge *edge, struct conn *conn, void *http) {
    struct exchange *x = edge->idle;
    if (x == NULL) x = calloc(1, sizeof *x);
    if (x == NULL) return NULL;
    if (x == edge->idle) edge->idle = x->next;
    edge->kept_len -= kept_len(x);
    *x = (struct exchange){.edge = edge,
                           .conn = conn,
                           .http = http,
                           .route = ROUTE_NONE,
                           .began_us = clock_monotonic_us(),
                           .body = x->body,
                           .reply = x->reply,
                           .request = x->request,
                           .answers = x->answers,
                           .answer_cap = x->answer_cap,
                           .told = x->told,
                           .told_cap = x->told_cap};
    return x;
}

void exchange_give(struct exchange *x) {
    struct edge *e = x->edge;
    const size_t keep = kept_most(e);
    e->bodies_len -= x->body.len;
    request_clear(&x->request);
    buffer_recycle(&x->body, keep); /* codes that may be good yet */
    buffer_recycle(&x->reply, keep);
    if (x->answer_cap * sizeof *x->answers > keep) {
        free(x->answers);
        x->answers = NULL;
        x->answer_cap = 0;
    }
    if (x->told_cap * sizeof *x->told > keep) {
        free(x->told);
        x->told = NULL;
        x->told_cap = 0;
    }
    wipe(x->idempotency, x->idempotency_len);
    e->kept_len += kept_len(x);
    x->next = e->idle;
    e->idle = x;
}

void exchange_free_idle(struct edge *edge) {
    while (edge->idle != NULL) {
        struct exchange *x = edge->idle;
        edge->idle = x->next;
        request_wipe(&x->request);
        buffer_free(&x->body); /* wiped when it was given back */
        buffer_free(&x->reply);
        free(x->answers);
        free(x->told);
        free(x);
    }
}

/* ---- Endings -------------------------------------------------------------------------------- */

void exchange_fail(struct exchange *x, enum problem p, const struct cm_diag *diag) {
    x->problem = p;
    x->state = EXCHANGE_READY;
    if (problem_status(p) == 503 && x->retry_after_s == 0) x->retry_after_s = EXCHANGE_RETRY_S;
    buffer_recycle(&x->reply, KEEP_USUAL);
    /* Without memory for its text a problem goes out as a bare status. */
    cm_ignore(problem_write(&x->reply, p, diag));
}

void exchange_fail_because(struct exchange *x, enum problem p, const char *remedy,
                           const char *why) {
    struct cm_diag diag = DIAG_INIT;
    diag_set(&diag, NULL, NULL, remedy, "%s", why);
    exchange_fail(x, p, &diag);
}

static void throttled(struct exchange *x, uint64_t wait_us) {
    x->retry_after_s = (wait_us + US_PER_S - 1) / US_PER_S;
    exchange_fail(x, PROBLEM_THROTTLED, NULL);
}

/* ---- The header ----------------------------------------------------------------------------- */

/* Path and method. False: ended in a problem. */
static bool find_route(struct exchange *x, const struct head *head) {
    x->route = route_of(head->path);
    x->act = route_act(head->path);
    if (head->len > HEADER_LEN_MAX || head->field_n > HEADER_FIELD_MAX)
        exchange_fail(x, PROBLEM_HEADERS, NULL);
    else if (head->doubled)
        exchange_fail_because(x, PROBLEM_MALFORMED, "send it once", "a header field came twice");
    else if (x->route == ROUTE_NONE)
        exchange_fail(x, PROBLEM_NOT_FOUND, NULL);
    else if (route_is_post(x->route) && strcmp(head->method, "POST") != 0)
        x->allow = "POST";
    else if (!route_is_post(x->route) && strcmp(head->method, "GET") != 0 &&
             strcmp(head->method, "HEAD") != 0)
        x->allow = "GET, HEAD";
    if (x->allow != NULL) exchange_fail(x, PROBLEM_METHOD, NULL);
    return x->state == EXCHANGE_READING;
}

static bool find_caller(struct exchange *x, const struct head *head) {
    struct edge *e = x->edge;
    const struct cm_slice from = address_key(&x->address);
    uint64_t wait = throttle_wait_us(&e->throttle, e->address_rate, from, x->began_us);
    if (wait > 0) {
        throttled(x, wait);
        return false;
    }
    if (!e->has_keys) {
        exchange_fail(x, PROBLEM_UNAVAILABLE, NULL);
        return false;
    }
    const struct key_row *key = NULL;
    if (head->authorization != NULL && x->conn != NULL)
        key = access_again(&x->conn->memo, &e->keys, e->generation, head->authorization);
    else if (head->authorization != NULL)
        key = access_find(&e->keys, head->authorization);
    if (key == NULL) { /* a guess at a key counts like a guess at a code */
        if (head->authorization != NULL)
            throttle_charge(&e->throttle, e->address_rate, from, x->began_us, 1);
        exchange_fail(x, PROBLEM_UNAUTHORIZED, NULL);
        return false;
    }
    x->key = key;
    x->generation = e->generation;
    x->caller = (struct cm_caller){.actor = key->id, .brand = key->brand, .test = key->test};
    wait = throttle_wait_us(&e->throttle, e->key_rate, exchange_key_name(x), x->began_us);
    if (wait > 0)
        throttled(x, wait);
    else if (!access_allows(key->role, x->route))
        exchange_fail(x, PROBLEM_FORBIDDEN, NULL);
    return x->state == EXCHANGE_READING;
}

static bool is_json(const char *type) {
    if (type == NULL || strncasecmp(type, JSON_TYPE, strlen(JSON_TYPE)) != 0) return false;
    const char after = type[strlen(JSON_TYPE)];
    return after == '\0' || after == ';' || after == ' ';
}

/* What the header says of the body. */
static void check_body_head(struct exchange *x, const struct head *head) {
    uint64_t len = 0;
    if (head->content_length != NULL && head->transfer_encoding != NULL)
        exchange_fail_because(x, PROBLEM_MALFORMED, "send one of them",
                              "both Content-Length and Transfer-Encoding");
    else if (head->content_length == NULL && head->transfer_encoding == NULL)
        exchange_fail(x, PROBLEM_LENGTH_REQUIRED, NULL);
    else if (head->content_length != NULL &&
             text_u64(slice_text(head->content_length), UINT64_MAX >> 1, &len) != CM_OK)
        exchange_fail_because(x, PROBLEM_MALFORMED, NULL, "Content-Length is not a number");
    else if (len > REQUEST_BODY_MAX)
        exchange_fail(x, PROBLEM_TOO_LARGE, NULL);
    else if (!is_json(head->content_type) ||
             (head->content_encoding != NULL && strcmp(head->content_encoding, "identity") != 0))
        exchange_fail(x, PROBLEM_MEDIA_TYPE, NULL);
}

static void read_idempotency(struct exchange *x, const char *header) {
    if (header == NULL || x->state != EXCHANGE_READING) return;
    if (idempotency_key_read(header, x->idempotency, &x->idempotency_len) != CM_OK)
        exchange_fail_because(x, PROBLEM_MALFORMED, NULL,
                              "Idempotency-Key is not a text of 1 to 255 printable characters");
}

void exchange_begin(struct exchange *x, const struct head *head) {
    const struct edge_options *o = x->edge->o;
    x->address = address_behind(&head->peer, head->forwarded, o->trusted, o->trusted_n);
    if (!find_route(x, head) || !route_is_post(x->route)) return;
    if (!find_caller(x, head)) return;
    check_body_head(x, head);
    read_idempotency(x, head->idempotency_key);
}

void exchange_body(struct exchange *x, struct cm_slice bytes) {
    if (x->state != EXCHANGE_READING) return;
    if (!route_is_post(x->route)) {
        exchange_fail_because(x, PROBLEM_MALFORMED, NULL, "a body where none belongs");
        return;
    }
    if (bytes.len > REQUEST_BODY_MAX - x->body.len) {
        exchange_fail(x, PROBLEM_TOO_LARGE, NULL);
        return;
    }
    const size_t before = x->body.len;
    buffer_put(&x->body, bytes.p, bytes.len);
    x->edge->bodies_len += x->body.len - before;
    if (x->body.failed || x->edge->bodies_len > BODIES_MAX)
        exchange_fail(x, PROBLEM_UNAVAILABLE, NULL);
}

/* ---- The body is there ---------------------------------------------------------------------- */

/* The caller's key; NULL when it was revoked while the body was on its way. */
static const struct key_row *present_key(const struct exchange *x) {
    const struct edge *e = x->edge;
    if (x->generation == e->generation) return x->key;
    for (size_t i = 0; i < e->keys.key_n; i++)
        if (e->keys.keys[i].id == x->caller.actor) return &e->keys.keys[i];
    return NULL;
}

/* Where it is asked; NULL: ended in a problem. */
static const struct door_row *find_door(struct exchange *x) {
    const struct key_table *keys = &x->edge->keys;
    const struct key_row *key = present_key(x);
    if (key == NULL) {
        exchange_fail(x, PROBLEM_UNAUTHORIZED, NULL);
        return NULL;
    }
    const struct door_row *door = access_door(keys, key, x->request.door);
    if (door == NULL && key->door == 0 && x->request.door.len == 0)
        exchange_fail_because(x, PROBLEM_MALFORMED, "name one as \"door\"",
                              "this key asks at any door of its brand");
    else if (door == NULL)
        exchange_fail(x, PROBLEM_FORBIDDEN, NULL);
    else
        x->call.door = door->id;
    return door;
}

/* The call of what was read; told of cards where there are some. False: ended in a problem. */
static bool build_call(struct exchange *x) {
    const struct door_row *door = find_door(x);
    if (door == NULL) return false;
    x->call.caller = x->caller;
    x->call.key = slice_of(x->idempotency, x->idempotency_len);
    x->call.requests = x->request.items;
    x->call.n = x->request.n;
    x->call.asks = x->request.asked ? x->request.asks : NULL;
    if (answers_room(x, x->request.n) != CM_OK ||
        (door->cards && told_room(x, x->request.n) != CM_OK)) {
        exchange_fail(x, PROBLEM_UNAVAILABLE, NULL);
        return false;
    }
    x->call.answers = x->answers;
    x->call.told = door->cards ? x->told : NULL;
    return true;
}

static void ask_vault(struct exchange *x) {
    if (route_is_call(x->route) && !build_call(x)) return;
    x->state = EXCHANGE_WAITING;
    gateway_wait(&x->edge->gateway, x);
}

static void answer_look(struct exchange *x) {
    const char *why = NULL;
    cm_err err = CM_OK;
    if (x->route == ROUTE_METRICS && !address_is_loopback(&x->address)) {
        exchange_fail(x, PROBLEM_FORBIDDEN, NULL);
        return;
    }
    if (x->route == ROUTE_METRICS)
        err = metrics_write(&x->reply, &x->edge->metrics, x->edge->conns.n,
                            x->edge->status_us > 0 ? &x->edge->status : NULL);
    else if (x->route == ROUTE_READYZ && !edge_is_ready(x->edge, &why))
        exchange_fail_because(x, PROBLEM_UNAVAILABLE, NULL, why);
    else
        buffer_text(&x->reply, "{\"status\":\"ok\"}");
    if (err != CM_OK) exchange_fail(x, PROBLEM_UNAVAILABLE, NULL);
    x->state = EXCHANGE_READY;
}

void exchange_end(struct exchange *x) {
    if (x->state != EXCHANGE_READING) return;
    if (!route_is_post(x->route)) {
        answer_look(x);
        return;
    }
    struct cm_diag diag = DIAG_INIT;
    if (route_is_act(x->route)) { /* the act reads its arguments itself */
        ask_vault(x);
        return;
    }
    const cm_err err = request_read(x->route, buffer_slice(&x->body), &x->request, &diag);
    /* The reader keeps where to report; what it finds later has nobody to tell. */
    if (err == CM_OK)
        ask_vault(x);
    else if (err == CM_E_LIMIT)
        exchange_fail(x, PROBLEM_TOO_LARGE, &diag);
    else
        exchange_fail(x, err == CM_E_NO_MEMORY ? PROBLEM_UNAVAILABLE : PROBLEM_MALFORMED, &diag);
}
