/* Responses of libmicrohttpd 0.9.75. References as in http_answer.h; RFC 9110, RFC 9111. */
#include "edge/http_answer.h"

#include <stdio.h>

#include <microhttpd.h>

#include "edge/inside.h"

#define NUMBER_CAP   24u
#define KEPT_LEN_MAX 1024u /* bytes of a reply that is worth comparing */

static void add_header(struct MHD_Response *r, const char *name, const char *value) {
    (void)MHD_add_response_header(r, name, value); /* without memory: an answer without it */
}

static const char *type_of(const struct exchange *x) {
    if (x->problem != PROBLEM_NONE) return "application/problem+json";
    return x->route == ROUTE_METRICS ? "text/plain; version=0.0.4" : "application/json";
}

static void add_headers(const struct exchange *x, struct MHD_Response *r) {
    char number[NUMBER_CAP];
    add_header(r, "Content-Type", type_of(x));
    add_header(r, "Cache-Control", "no-store");
    add_header(r, "X-Content-Type-Options", "nosniff");
    if (x->problem == PROBLEM_UNAUTHORIZED) add_header(r, "WWW-Authenticate", "Bearer");
    if (x->allow != NULL) add_header(r, "Allow", x->allow);
    if (x->retry_after_s > 0) {
        (void)snprintf(number, sizeof number, "%llu", (unsigned long long)x->retry_after_s);
        add_header(r, "Retry-After", number);
    }
    if (x->edge->draining) add_header(r, "Connection", "close");
}

static struct MHD_Response *make(const struct exchange *x, enum MHD_ResponseMemoryMode memory) {
    struct MHD_Response *r = MHD_create_response_from_buffer(x->reply.len, x->reply.p, memory);
    if (r != NULL) add_headers(x, r);
    return r;
}

/* ---- What is kept ---------------------------------------------------------------------------- */

/* Only what every caller may read and nothing but its text decides. */
static bool may_keep(const struct exchange *x) {
    return x->route == ROUTE_CHECK && x->problem == PROBLEM_NONE && x->retry_after_s == 0 &&
           !x->edge->draining && x->reply.len <= KEPT_LEN_MAX;
}

static struct MHD_Response *find(const struct http_answers *a, struct cm_slice text) {
    for (size_t i = 0; i < HTTP_ANSWERS_KEPT; i++)
        if (a->kept[i].response != NULL && slice_equal(buffer_slice(&a->kept[i].text), text))
            return a->kept[i].response;
    return NULL;
}

static void forget(struct http_answers *a, size_t i) {
    if (a->kept[i].response != NULL) MHD_destroy_response(a->kept[i].response);
    a->kept[i].response = NULL;
    buffer_clear(&a->kept[i].text);
}

/* A new response in the place of the oldest; NULL without memory. */
static struct MHD_Response *keep(struct http_answers *a, const struct exchange *x) {
    const size_t i = a->next;
    struct buffer *text = &a->kept[i].text;
    forget(a, i);
    buffer_put(text, x->reply.p, x->reply.len);
    if (text->failed) {
        buffer_free(text);
        return NULL;
    }
    a->kept[i].response = make(x, MHD_RESPMEM_MUST_COPY);
    a->next = (i + 1) % HTTP_ANSWERS_KEPT;
    return a->kept[i].response;
}

void http_answers_wipe(struct http_answers *a) {
    for (size_t i = 0; i < HTTP_ANSWERS_KEPT; i++) {
        forget(a, i);
        buffer_free(&a->kept[i].text);
    }
}

bool http_answer_queue(struct http_answers *a, struct exchange *x) {
    const bool kept = may_keep(x);
    struct MHD_Response *r = NULL;
    if (kept) r = find(a, buffer_slice(&x->reply));
    if (kept && r == NULL) r = keep(a, x);
    const bool own = r == NULL;
    if (own) r = make(x, MHD_RESPMEM_PERSISTENT);
    if (r == NULL) return false;
    const bool queued = MHD_queue_response(x->http, problem_status(x->problem), r) == MHD_YES;
    if (own) MHD_destroy_response(r);
    return queued;
}
