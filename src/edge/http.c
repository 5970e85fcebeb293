/* Between libmicrohttpd 0.9.75 and our exchanges: its callbacks fill heads and bodies, its
 * suspended connections wait for the vault. Framing, keep-alive and TLS are the library's; it is
 * set to its strict reading of HTTP. References as in http.h; RFC 9110, RFC 9112. */
#include "edge/http.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/clock.h"
#include "base/log.h"
#include "edge/inside.h"

#define MEMORY_PER_CONN 49152u   /* bytes: request line and headers, then a piece of the body */
#define INACTIVE_S      30u      /* the library's own limit, behind ours */
#define SWALLOW_MAX     4194304u /* bytes of a body read after it was refused */
#define OPTIONS_CAP     12u
#define TLS_PRIORITIES  "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* ---- Headers -------------------------------------------------------------------------------- */

struct field {
    struct cm_slice name;
    size_t at; /* of the pointer in struct head */
};
#define FIELD(text, member)                                                                        \
    { {(const uint8_t *)(text), sizeof(text) - 1}, offsetof(struct head, member) }

static enum MHD_Result take_field(void *cls, enum MHD_ValueKind kind, const char *name,
                                  const char *value) {
    static const struct field fields[] = {
        FIELD("authorization", authorization),       FIELD("content-type", content_type),
        FIELD("content-length", content_length),     FIELD("transfer-encoding", transfer_encoding),
        FIELD("content-encoding", content_encoding), FIELD("idempotency-key", idempotency_key),
        FIELD("x-forwarded-for", forwarded),
    };
    struct head *h = cls;
    const size_t name_len = strlen(name);
    (void)kind;
    h->field_n++;
    h->len += name_len + (value != NULL ? strlen(value) : 0) + 4; /* ": " and the line's end */
    for (size_t i = 0; i < CM_ARRAY_N(fields); i++) {
        if (name_len != fields[i].name.len ||
            strncasecmp(name, (const char *)fields[i].name.p, name_len) != 0)
            continue;
        const char **to = (const char **)(void *)((char *)h + fields[i].at);
        h->doubled = h->doubled || *to != NULL;
        *to = value != NULL ? value : "";
    }
    return MHD_YES;
}

static void read_head(struct MHD_Connection *c, const char *method, const char *path,
                      struct head *h) {
    *h = (struct head){.method = method, .path = path};
    (void)MHD_get_connection_values(c, MHD_HEADER_KIND, take_field, h);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    (void)address_of(info != NULL ? info->client_addr : NULL, &h->peer);
}

/* ---- Answers -------------------------------------------------------------------------------- */

static enum MHD_Result respond(struct exchange *x) {
    struct edge *e = x->edge;
    const uint64_t now_us = clock_monotonic_us();
    const bool queued = http_answer_queue(&e->http.answers, x);
    if (x->conn != NULL) conn_enter(x->conn, CONN_ANSWER, x->reply.len, now_us);
    e->metrics.requests[x->route][x->problem]++;
    metrics_duration(&e->metrics, now_us - x->began_us);
    return queued ? MHD_YES : MHD_NO;
}

/* ---- The library's callbacks ---------------------------------------------------------------- */

static struct conn *conn_of(struct MHD_Connection *c) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

static enum MHD_Result begin(struct edge *e, struct MHD_Connection *c, const char *method,
                             const char *path, void **state) {
    struct exchange *x = exchange_take(e, conn_of(c), c);
    if (x == NULL) return MHD_NO;
    struct head head;
    *state = x;
    read_head(c, method, path, &head);
    if (x->conn != NULL) conn_enter(x->conn, CONN_BODY, 0, x->began_us);
    exchange_begin(x, &head);
    return x->state == EXCHANGE_READY ? respond(x) : MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **state) {
    struct exchange *x = *state;
    (void)version;
    if (x == NULL) return begin(cls, c, method, path, state);
    if (*data_len > 0) {
        if (x->conn != NULL) x->conn->bytes += *data_len;
        if (x->conn != NULL && x->conn->bytes > SWALLOW_MAX) return MHD_NO;
        exchange_body(x, slice_of(data, *data_len));
        *data_len = 0;
        return MHD_YES;
    }
    exchange_end(x);
    if (x->state == EXCHANGE_READY) return respond(x);
    if (x->conn != NULL) conn_enter(x->conn, CONN_WORK, 0, x->began_us);
    MHD_suspend_connection(c);
    return MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **state,
                         enum MHD_RequestTerminationCode code) {
    struct exchange *x = *state;
    (void)cls;
    (void)c;
    (void)code;
    if (x == NULL) return;
    if (x->conn != NULL) conn_enter(x->conn, CONN_IDLE, 0, clock_monotonic_us());
    exchange_give(x);
    *state = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *c, void **context,
                          enum MHD_ConnectionNotificationCode code) {
    struct edge *e = cls;
    struct conn *conn = *context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
        conn = info != NULL ? calloc(1, sizeof *conn) : NULL;
        *context = conn;
        if (conn == NULL) return; /* then the library's own limits alone hold for it */
        conn_add(&e->conns, conn, info->connect_fd, clock_monotonic_us());
        e->metrics.connections++;
        return;
    }
    *context = NULL;
    if (conn == NULL) return;
    conn_remove(&e->conns, conn);
    wipe(&conn->memo, sizeof conn->memo);
    free(conn);
}

/* What the library has to say may quote what came in: it is not written down. */
__attribute__((format(printf, 2, 0))) static void on_log(void *cls, const char *format,
                                                         va_list args) {
    (void)cls;
    (void)format;
    (void)args;
}

/* ---- Start, turn, stop ------------------------------------------------------------------------
 */

struct options {
    struct MHD_OptionItem items[OPTIONS_CAP];
    size_t n;
};

static void set_number(struct options *o, enum MHD_OPTION option, intptr_t value) {
    o->items[o->n++] = (struct MHD_OptionItem){option, value, NULL};
}

/* The library takes texts as pointers to change; it does not change them. */
static void set_text(struct options *o, enum MHD_OPTION option, const char *text) {
    union {
        const char *is;
        char *wanted;
    } pointer = {.is = text};
    o->items[o->n++] = (struct MHD_OptionItem){option, 0, pointer.wanted};
}

static void collect(const struct edge_options *o, struct options *out) {
    set_number(out, MHD_OPTION_LISTEN_SOCKET, o->listener);
    set_number(out, MHD_OPTION_CONNECTION_LIMIT, (intptr_t)o->limits.connections);
    set_number(out, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
               (intptr_t)o->limits.connections_per_address);
    set_number(out, MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_PER_CONN);
    set_number(out, MHD_OPTION_CONNECTION_TIMEOUT, INACTIVE_S);
    set_number(out, MHD_OPTION_STRICT_FOR_CLIENT, 1);
    if (o->tls_certificate != NULL) {
        set_text(out, MHD_OPTION_HTTPS_MEM_CERT, o->tls_certificate);
        set_text(out, MHD_OPTION_HTTPS_MEM_KEY, o->tls_key);
        set_text(out, MHD_OPTION_HTTPS_PRIORITIES, TLS_PRIORITIES);
    }
    set_number(out, MHD_OPTION_END, 0);
}

cm_err http_start(struct edge *e, struct cm_diag *diag) {
    const bool tls = e->o->tls_certificate != NULL;
    struct options options = {.n = 0};
    collect(e->o, &options);
    const int flags = fcntl(e->o->listener, F_GETFL);
    if (flags >= 0) (void)fcntl(e->o->listener, F_SETFL, flags | O_NONBLOCK);
    const unsigned mode = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                          (tls ? (unsigned)MHD_USE_TLS : 0u);
    struct MHD_Daemon *d = MHD_start_daemon(
        mode, 0, NULL, NULL, on_request, e, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, e, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
        e, MHD_OPTION_ARRAY, options.items, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        d != NULL ? MHD_get_daemon_info(d, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (info == NULL)
        return diag_fail(diag, tls ? CM_E_FORMAT : CM_E_IO, "HTTP server", NULL,
                         tls ? "check that key and certificate are PEM and belong together" : NULL,
                         "libmicrohttpd could not start");
    e->http = (struct http){.daemon = d, .epoll_fd = info->epoll_fd};
    return CM_OK;
}

void http_turn(struct edge *e) { (void)MHD_run(e->http.daemon); }

int http_wait_ms(const struct http *h, int most) {
    MHD_UNSIGNED_LONG_LONG wait = 0;
    if (MHD_get_timeout(h->daemon, &wait) != MHD_YES || wait > (unsigned)most) return most;
    return (int)wait;
}

void http_resume(struct exchange *x) { MHD_resume_connection(x->http); }

void http_quiet(struct http *h) {
    if (h->quiet) return;
    h->quiet = true;
    const int fd = MHD_quiesce_daemon(h->daemon);
    if (fd >= 0) (void)close(fd);
}

void http_stop(struct http *h) {
    if (h->daemon != NULL) MHD_stop_daemon(h->daemon);
    http_answers_wipe(&h->answers);
    h->daemon = NULL;
}
