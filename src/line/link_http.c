/* HTTP to a queue: one request at a time, each on a connection of its own, never sent twice.
 * libcurl repeats a request by itself on a reused connection that died, after 417 and on HTTP/2: so
 * none is reused, none is asked for leave, and HTTP/1.1 is all that is spoken. Redirects and
 * proxies of the environment are not followed either. Frames as in ipp_message.h; a request is
 * taken whole or not at all, and one that got no answer says how much of it left.
 * References: RFC 9110 (9.2.2: what may be retried), libcurl-multi(3), CURLOPT_FORBID_REUSE(3). */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/curl_loop.h"
#include "line/ipp_message.h"
#include "line/link_kind.h"

#define KEEP      16384u
#define US_PER_MS 1000u
#define LOOKS     4u /* for movement, within dead_ms */
#define URL_CAP   (PRINTER_HOST_CAP + PRINTER_PATH_CAP + 32u)

struct http {
    struct curl_loop curl;
    CURL *easy; /* the transfer under way; NULL: none */
    struct curl_slist *headers, *connect_to;
    bool probing; /* it only connects */
    struct buffer out, in;
    struct loop_timer stall; /* looks whether anything moves */
    curl_off_t moved;        /* bytes, as of the last look */
    unsigned stalls;         /* looks in a row that saw nothing move */
    struct resolve_query *query;
    struct resolved found;
    size_t which; /* of found: another one after each failure to connect */
    struct link *lk;
};

static void look_for_stall(void *ctx);

/* ---- A transfer */

static size_t take_answer(char *bytes, size_t size, size_t n, void *ctx) {
    struct http *h = ctx;
    if (size * n > IPP_MESSAGE_MAX - h->in.len) return 0; /* ends the transfer */
    buffer_put(&h->in, bytes, size * n);
    return h->in.failed ? 0 : size * n;
}

static void drop(struct http *h) {
    loop_timer_cancel(h->lk->loop, &h->stall);
    if (h->easy != NULL) {
        (void)curl_multi_remove_handle(h->curl.multi, h->easy);
        curl_easy_cleanup(h->easy);
        h->easy = NULL;
    }
    curl_slist_free_all(h->connect_to);
    h->connect_to = NULL;
}

/* "::ADDRESS:PORT": whatever the URL says, connect there. */
static struct curl_slist *connect_to(const struct link *lk, const struct http *h) {
    const struct sockaddr_storage *a = &h->found.at[h->which % h->found.n];
    char digits[INET6_ADDRSTRLEN] = "", text[INET6_ADDRSTRLEN + 16] = "";
    const bool six = a->ss_family == AF_INET6;
    const void *address =
        six ? (const void *)&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr
            : (const void *)&((const struct sockaddr_in *)(const void *)a)->sin_addr;
    if (inet_ntop(a->ss_family, address, digits, sizeof digits) == NULL) return NULL;
    text_append(text, sizeof text, six ? "::[%s]:%u" : "::%s:%u", digits, lk->uri.port);
    return curl_slist_append(NULL, text);
}

static void set_url(const struct link *lk, CURL *easy) {
    char url[URL_CAP] = "";
    const bool six = strchr(lk->uri.host, ':') != NULL;
    text_append(url, sizeof url, "http%s://%s%s%s:%u%s", lk->uri.tls ? "s" : "", six ? "[" : "",
                lk->uri.host, six ? "]" : "", lk->uri.port, lk->uri.path);
    (void)curl_easy_setopt(easy, CURLOPT_URL, url);
    (void)curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
}

static void set_care(const struct link *lk, CURL *easy) {
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)lk->o.connect_ms);
}

/* A printer whose key is known needs no authority to vouch for its certificate. */
static void set_trust(const struct link *lk, CURL *easy) {
    char pin[PRINTER_PIN_CAP + 16] = "";
    if (lk->uri.pin[0] == '\0') return;
    text_append(pin, sizeof pin, "sha256//%s", lk->uri.pin);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, pin);
}

static bool begin(struct link *lk, bool probing) {
    struct http *h = lk->own;
    h->easy = curl_easy_init();
    h->connect_to = connect_to(lk, h);
    h->probing = probing;
    buffer_recycle(&h->in, KEEP);
    if (h->easy == NULL || h->connect_to == NULL) return false;
    set_url(lk, h->easy);
    set_care(lk, h->easy);
    set_trust(lk, h->easy);
    (void)curl_easy_setopt(h->easy, CURLOPT_CONNECT_TO, h->connect_to);
    if (probing) {
        (void)curl_easy_setopt(h->easy, CURLOPT_CONNECT_ONLY, 1L);
    } else {
        (void)curl_easy_setopt(h->easy, CURLOPT_POST, 1L);
        (void)curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t)(h->out.len - IPP_OUT_HEAD));
        (void)curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, h->out.p + IPP_OUT_HEAD);
        (void)curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers);
        (void)curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, take_answer);
        (void)curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, h);
    }
    h->moved = -1;
    look_for_stall(lk);
    return curl_multi_add_handle(h->curl.multi, h->easy) == CURLM_OK;
}

/* ---- Its end */

static void explain(const struct link *lk, CURLcode result, char out[LINK_WORDS_CAP]) {
    const struct http *h = lk->own;
    const char *words = curl_easy_strerror(result);
    long number = 0;
    (void)curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &number);
    out[0] = '\0';
    if (result == CURLE_COULDNT_CONNECT || (result == CURLE_OPERATION_TIMEDOUT && h->probing)) {
        link_explain(lk, number == 0 ? ETIMEDOUT : (int)number, out);
        return;
    }
    if (result == CURLE_OPERATION_TIMEDOUT) words = "the printer did not answer a request";
    if (result == CURLE_GOT_NOTHING || result == CURLE_RECV_ERROR || result == CURLE_SEND_ERROR ||
        result == CURLE_PARTIAL_FILE)
        words = "the printer cut the connection";
    if (result == CURLE_PEER_FAILED_VERIFICATION)
        words = "its certificate is not trusted: give its key, ipps://...?pin=...";
    if (result == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        words = "it is another printer: its key is not that of the address";
    if (result == CURLE_SSL_CONNECT_ERROR) words = "no TLS there: is it ipp://, not ipps://?";
    text_append(out, LINK_WORDS_CAP, "%s", words);
}

/* Without a connection, and for TLS without its handshake, nothing of a request has left. */
static enum ipp_cut cut_at(const struct link *lk) {
    const struct http *h = lk->own;
    curl_off_t connected = 0;
    const CURLINFO when = lk->uri.tls ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T;
    const bool known = curl_easy_getinfo(h->easy, when, &connected) == CURLE_OK;
    return known && connected == 0 ? IPP_CUT_BEFORE : IPP_CUT_AMID;
}

/* The frame for the driver, in h->out's place: the request's first bytes are its beginning. */
static bool make_frame(struct http *h, unsigned status, struct buffer *frame) {
    buffer_u32be(frame, status);
    buffer_u32be(frame, (uint32_t)(IPP_ECHO_LEN + h->in.len));
    buffer_put(frame, h->out.p + IPP_OUT_HEAD, IPP_ECHO_LEN);
    buffer_put(frame, h->in.p, h->in.len);
    return buffer_err(frame) == CM_OK;
}

static void fails(struct link *lk, CURLcode result) {
    struct http *h = lk->own;
    struct buffer frame = BUFFER_INIT;
    char words[LINK_WORDS_CAP];
    const bool probing = h->probing;
    const enum ipp_cut cut = cut_at(lk);
    explain(lk, result, words);
    if (cut == IPP_CUT_BEFORE) h->which++;
    drop(h);
    buffer_clear(&h->in);
    if (!probing && make_frame(h, (unsigned)cut, &frame)) link_tells(lk, buffer_slice(&frame));
    buffer_free(&frame);
    if (lk->phase != LINK_WAITS) link_failed(lk, words);
}

static void succeeds(struct link *lk) {
    struct http *h = lk->own;
    struct buffer frame = BUFFER_INIT;
    long status = 0;
    (void)curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
    drop(h);
    if (h->probing) {
        link_is_up_now(lk);
        return;
    }
    if (make_frame(h, (unsigned)status, &frame)) {
        link_heard(lk, buffer_slice(&frame));
        if (lk->phase == LINK_UP && h->easy == NULL) link_writable(lk);
    } else {
        link_failed(lk, cm_err_name(CM_E_NO_MEMORY));
    }
    buffer_wipe(&frame);
}

static void look_for_end(void *ctx) {
    struct link *lk = ctx;
    struct http *h = lk->own;
    int left = 0;
    const CURLMsg *m = curl_multi_info_read(h->curl.multi, &left);
    if (m == NULL || m->msg != CURLMSG_DONE || m->easy_handle != h->easy) return;
    const CURLcode result = m->data.result;
    link_enter(lk);
    if (result == CURLE_OK) {
        succeeds(lk);
    } else {
        fails(lk, result);
    }
    link_leave(lk);
}

/* A slow printer may take its time as long as something moves. */
static void look_for_stall(void *ctx) {
    struct link *lk = ctx;
    struct http *h = lk->own;
    curl_off_t sent = 0;
    (void)curl_easy_getinfo(h->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    const curl_off_t moved = sent + (curl_off_t)h->in.len;
    const bool stands = moved == h->moved && !h->probing;
    h->moved = moved;
    loop_timer_at(lk->loop, &h->stall,
                  loop_now_us(lk->loop) + lk->o.dead_ms * (uint64_t)US_PER_MS / LOOKS,
                  look_for_stall, lk);
    h->stalls = stands ? h->stalls + 1 : 0;
    if (h->stalls < LOOKS) return;
    link_enter(lk);
    fails(lk, CURLE_OPERATION_TIMEDOUT);
    link_leave(lk);
}

/* ---- The transport */

static cm_err http_begin(struct link *lk, struct cm_diag *diag) {
    struct http *h = lk->own;
    struct resolved digits;
    h->lk = lk;
    if (lk->o.resolver == NULL && !resolve_digits(lk->uri.host, lk->uri.port, &digits))
        return diag_fail(diag, CM_E_UNSUPPORTED, "printer address", NULL,
                         "write the address in digits", "names are not looked up here");
    TRY(curl_loop_init(&h->curl, lk->loop, look_for_end, lk));
    h->headers = curl_slist_append(NULL, "Content-Type: application/ipp");
    struct curl_slist *more = curl_slist_append(h->headers, "Expect:");
    return more == NULL ? CM_E_NO_MEMORY : CM_OK;
}

static void http_close(struct link *lk) {
    struct http *h = lk->own;
    resolver_cancel(h->query);
    h->query = NULL;
    drop(h);
    buffer_wipe(&h->out);
    buffer_wipe(&h->in);
}

static void http_end(struct link *lk) {
    struct http *h = lk->own;
    curl_loop_wipe(&h->curl);
    curl_slist_free_all(h->headers);
}

static void probe(struct link *lk) {
    if (!begin(lk, true)) link_failed(lk, cm_err_name(CM_E_NO_MEMORY));
}

static void resolved(void *ctx, const struct resolved *found) {
    struct link *lk = ctx;
    struct http *h = lk->own;
    link_enter(lk);
    h->query = NULL;
    h->found = *found;
    loop_timer_cancel(lk->loop, &lk->timer);
    if (found->n == 0) {
        link_failed(lk, found->words);
    } else {
        probe(lk);
    }
    link_leave(lk);
}

static void unresolved(void *ctx) {
    struct link *lk = ctx;
    link_enter(lk);
    link_failed(lk, "the name server does not answer: write the address in digits");
    link_leave(lk);
}

static void http_open(struct link *lk) {
    struct http *h = lk->own;
    if (resolve_digits(lk->uri.host, lk->uri.port, &h->found)) {
        probe(lk);
        return;
    }
    loop_timer_at(lk->loop, &lk->timer,
                  loop_now_us(lk->loop) + lk->o.connect_ms * (uint64_t)US_PER_MS, unresolved, lk);
    const cm_err err =
        resolver_ask(lk->o.resolver, lk->uri.host, lk->uri.port, resolved, lk, &h->query);
    if (err != CM_OK) link_failed(lk, cm_err_name(err));
}

static size_t http_write(struct link *lk, struct cm_slice bytes) {
    struct http *h = lk->own;
    if (h->easy != NULL || bytes.len < IPP_OUT_HEAD) return 0;
    const size_t len = IPP_OUT_HEAD + (size_t)get_u32be(bytes.p);
    if (len > bytes.len || len < IPP_OUT_HEAD + IPP_ECHO_LEN) return 0;
    buffer_recycle(&h->out, KEEP);
    buffer_put(&h->out, bytes.p, len);
    if (buffer_err(&h->out) == CM_OK && begin(lk, false)) return len;
    drop(h);
    link_fails_soon(lk, cm_err_name(CM_E_NO_MEMORY));
    return 0;
}

const struct link_kind link_http = {
    .own_len = sizeof(struct http),
    .begin = http_begin,
    .open = http_open,
    .write = http_write,
    .close = http_close,
    .end = http_end,
};
