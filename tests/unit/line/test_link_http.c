/* line/link to a queue over HTTP, against sockets of this machine: a request goes once, whole or
 * not at all, and what became of it is told. Frames as in line/ipp_message.h. */
#include "wire.h"

#include "line/ipp_message.h"

#define REQUEST "\x01\x01\x00\x02\x00\x00\x00\x07 the rest of it"
#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n"

struct host {
    struct wire w;
    int listener, fd; /* fd: of the connection that is spoken to; -1: none */
    unsigned accepted;
    char got[4096];
    size_t got_n;
};

static void host_open(struct host *h, const struct link_options *o) {
    char address[64];
    uint16_t port = 0;
    *h = (struct host){.fd = -1};
    h->listener = wire_listen(&port);
    (void)snprintf(address, sizeof address, "ipp://127.0.0.1:%u/ipp/print", port);
    wire_open(&h->w, address, o);
}

static void host_close(struct host *h) {
    if (h->fd >= 0) (void)close(h->fd);
    if (h->listener >= 0) (void)close(h->listener);
    wire_close(&h->w);
}

/* Take connections as they come; the last one that says something is spoken to. */
static bool host_hears(struct host *h, size_t least) {
    const int fd = accept4(h->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        h->accepted++;
        if (h->fd >= 0) (void)close(h->fd);
        h->fd = fd;
        h->got_n = 0;
    }
    if (h->fd < 0) return false;
    const ssize_t n = recv(h->fd, h->got + h->got_n, sizeof h->got - 1 - h->got_n, 0);
    if (n > 0) h->got_n += (size_t)n;
    h->got[h->got_n] = '\0';
    return h->got_n >= least;
}

static void host_says(struct host *h, const char *head, struct cm_slice body) {
    char text[256];
    const int n = snprintf(text, sizeof text, "%sContent-Length: %zu\r\n\r\n", head, body.len);
    assert_int_equal(send(h->fd, text, (size_t)n, MSG_NOSIGNAL), n);
    if (body.len > 0) (void)send(h->fd, body.p, body.len, MSG_NOSIGNAL);
}

/* One frame with the request of this file. */
static struct buffer request_frame(void) {
    struct buffer b = BUFFER_INIT;
    buffer_u32be(&b, sizeof REQUEST - 1);
    buffer_put(&b, REQUEST, sizeof REQUEST - 1);
    return b;
}

static void up_then_write(struct host *h) {
    struct buffer frame = request_frame();
    wire_until(&h->w, host_hears(h, SIZE_MAX) || h->w.ups > 0);
    assert_int_equal(link_write(h->w.lk, buffer_slice(&frame)), frame.len);
    assert_int_equal(link_write(h->w.lk, buffer_slice(&frame)), 0); /* one at a time */
    buffer_free(&frame);
}

static void whole_request(struct host *h) {
    const char *end = NULL;
    wire_until(&h->w, host_hears(h, 1) && (end = strstr(h->got, "\r\n\r\n")) != NULL &&
                          h->got_n >= (size_t)(end - h->got) + 4 + sizeof REQUEST - 1);
    assert_memory_equal(end + 4, REQUEST, sizeof REQUEST - 1);
}

static void one_frame(const struct host *h, unsigned status, struct cm_slice message) {
    struct ipp_frame f;
    assert_int_equal(ipp_frame(buffer_slice(&h->w.heard), &f), h->w.heard.len);
    assert_int_equal(f.status, status);
    assert_int_equal(f.request, 7);
    assert_int_equal(f.message.len, message.len);
    if (message.len > 0) assert_memory_equal(f.message.p, message.p, message.len);
}

static void example_of_use(void **state) {
    (void)state;
    struct host h;
    const struct link_options o = {.seed = 1};
    host_open(&h, &o);
    up_then_write(&h);
    whole_request(&h);
    assert_non_null(strstr(h.got, "POST /ipp/print HTTP/1.1\r\n"));
    assert_non_null(strstr(h.got, "Content-Type: application/ipp\r\n"));
    assert_null(strstr(h.got, "Expect"));
    host_says(&h, OK_HEAD, slice_text("answer"));
    wire_until(&h.w, h.w.heard.len > 0);
    one_frame(&h, 200, slice_text("answer"));
    wire_until(&h.w, h.w.writables == 1); /* the second write was short */
    assert_int_equal(h.w.downs, 0);
    host_close(&h);
}

static void an_error_of_http_is_an_answer(void **state) {
    (void)state;
    struct host h;
    const struct link_options o = {.seed = 1};
    host_open(&h, &o);
    up_then_write(&h);
    whole_request(&h);
    host_says(&h, "HTTP/1.1 404 Not Found\r\n", slice_text("<html>"));
    wire_until(&h.w, h.w.heard.len > 0);
    one_frame(&h, 404, slice_text("<html>"));
    assert_int_equal(h.w.downs, 0);
    host_close(&h);
}

/* libcurl repeats a request on some of these by itself; ours are counted for a while after. */
static void no_answer_never_means_again(void **state) {
    (void)state;
    static const char *const answers[] = {
        "",                                                   /* closed */
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", /* cut amid */
        "garbage\r\n\r\n",                                    /* no HTTP */
        "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", /* too long, and cut */
    };
    for (unsigned i = 0; i < CM_ARRAY_N(answers); i++) {
        struct host h;
        const struct link_options o = {.seed = 1, .first_ms = 5, .most_ms = 10};
        unsigned posts = 0;
        host_open(&h, &o);
        up_then_write(&h);
        whole_request(&h);
        (void)send(h.fd, answers[i], strlen(answers[i]), MSG_NOSIGNAL);
        (void)close(h.fd);
        h.fd = -1;
        wire_until(&h.w, h.w.downs > 0);
        one_frame(&h, IPP_CUT_AMID, slice_of(NULL, 0));
        assert_true(strlen(h.w.words) > 0);
        const uint64_t end = clock_monotonic_us() + 150000;
        while (clock_monotonic_us() < end) {
            if (host_hears(&h, 1)) posts++;
            assert_ok(loop_turn(h.w.loop, 1000));
        }
        assert_int_equal(posts, 0);
        assert_true(h.w.ups >= 2); /* it connected again, and said nothing */
        host_close(&h);
    }
}

static void redirects_and_refusals_of_expectations_are_not_followed(void **state) {
    (void)state;
    static const char *const heads[] = {
        "HTTP/1.1 307 Elsewhere\r\nLocation: /other\r\n",
        "HTTP/1.1 417 Expectation Failed\r\n",
        "HTTP/1.1 401 Who?\r\nWWW-Authenticate: Basic realm=\"x\"\r\n",
        "HTTP/1.1 426 Upgrade\r\nUpgrade: TLS/1.2,HTTP/1.1\r\nConnection: Upgrade\r\n",
    };
    static const unsigned statuses[] = {307, 417, 401, 426};
    for (unsigned i = 0; i < CM_ARRAY_N(heads); i++) {
        struct host h;
        const struct link_options o = {.seed = 1};
        host_open(&h, &o);
        up_then_write(&h);
        whole_request(&h);
        const unsigned before = h.accepted;
        host_says(&h, heads[i], slice_of(NULL, 0));
        wire_until(&h.w, h.w.heard.len > 0);
        one_frame(&h, statuses[i], slice_of(NULL, 0));
        wire_for_ms(&h.w, 50);
        (void)host_hears(&h, SIZE_MAX);
        assert_int_equal(h.accepted, before);
        host_close(&h);
    }
}

/* Switched off between two requests: nothing of the second one left. */
static void a_request_that_found_nobody_is_told_apart(void **state) {
    (void)state;
    struct host h;
    const struct link_options o = {.seed = 1, .first_ms = 5, .most_ms = 10};
    struct buffer frame = request_frame();
    host_open(&h, &o);
    wire_until(&h.w, host_hears(&h, SIZE_MAX) || h.w.ups > 0);
    (void)close(h.listener);
    h.listener = -1;
    assert_int_equal(link_write(h.w.lk, buffer_slice(&frame)), frame.len);
    wire_until(&h.w, h.w.downs > 0);
    one_frame(&h, IPP_CUT_BEFORE, slice_of(NULL, 0));
    assert_non_null(strstr(h.w.words, "connection refused: is the printer on"));
    buffer_free(&frame);
    host_close(&h);
}

static void a_printer_that_never_answers_is_given_up(void **state) {
    (void)state;
    struct host h;
    const struct link_options o = {.seed = 1, .dead_ms = 200};
    host_open(&h, &o);
    up_then_write(&h);
    whole_request(&h);
    wire_until(&h.w, h.w.downs == 1);
    one_frame(&h, IPP_CUT_AMID, slice_of(NULL, 0));
    assert_string_equal(h.w.words, "the printer did not answer a request");
    host_close(&h);
}

static void half_a_frame_is_not_taken(void **state) {
    (void)state;
    struct host h;
    const struct link_options o = {.seed = 1};
    struct buffer frame = request_frame();
    host_open(&h, &o);
    wire_until(&h.w, host_hears(&h, SIZE_MAX) || h.w.ups > 0);
    for (size_t n = 0; n < frame.len; n++)
        assert_int_equal(link_write(h.w.lk, slice_of(frame.p, n)), 0);
    buffer_put(&frame, frame.p, 6); /* and what stands behind it stays */
    assert_int_equal(link_write(h.w.lk, buffer_slice(&frame)), frame.len - 6);
    buffer_free(&frame);
    host_close(&h);
}

static void freed(struct wire *w) {
    if (w->heard.len == 0) return;
    link_free(w->lk);
    w->lk = NULL;
}

static void freed_from_inside_an_answer_and_amid_a_request(void **state) {
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct host h;
        const struct link_options o = {.seed = 1};
        host_open(&h, &o);
        h.w.on_event = freed;
        up_then_write(&h);
        whole_request(&h);
        if (i == 0) host_says(&h, OK_HEAD, slice_text("x"));
        if (i == 0) wire_until(&h.w, h.w.lk == NULL);
        host_close(&h);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_use),
        cmocka_unit_test(an_error_of_http_is_an_answer),
        cmocka_unit_test(no_answer_never_means_again),
        cmocka_unit_test(redirects_and_refusals_of_expectations_are_not_followed),
        cmocka_unit_test(a_request_that_found_nobody_is_told_apart),
        cmocka_unit_test(a_printer_that_never_answers_is_given_up),
        cmocka_unit_test(half_a_frame_is_not_taken),
        cmocka_unit_test(freed_from_inside_an_answer_and_amid_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
