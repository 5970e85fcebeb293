/* Get-Printer-Attributes over HTTP/1.1 by hand: one question that changes nothing, and a handful of
 * attributes out of its answer, found by their names. It is no IPP client: kind ipp is.
 * References: RFC 8010 (encoding), RFC 8011 (4.2.5, 5.4), RFC 9112. */
#include <string.h>

#include "base/macros.h"
#include "line/probe_language.h"
#include "line/reply.h"

#define IPP_VERSION    0x0101u
#define GET_ATTRIBUTES 0x000Bu
#define REQUEST_ID     1u
#define TAG_OPERATION  0x01u
#define TAG_END        0x03u
#define TAG_CHARSET    0x47u
#define TAG_LANGUAGE   0x48u
#define TAG_URI        0x45u
#define STATE_IDLE     3u
#define STATE_PRINTING 4u
#define STATE_STOPPED  5u

static void attribute(struct buffer *b, uint8_t tag, const char *name, struct cm_slice value) {
    const struct cm_slice n = slice_text(name);
    buffer_u8(b, tag);
    buffer_u16be(b, (uint16_t)n.len);
    buffer_put(b, n.p, n.len);
    buffer_u16be(b, (uint16_t)value.len);
    buffer_put(b, value.p, value.len);
}

cm_err probe_ipp_request(const struct printer_uri *uri, struct buffer *out) {
    const char *path = uri->path[0] == '\0' ? "/ipp/print" : uri->path;
    struct buffer body = BUFFER_INIT, address = BUFFER_INIT;
    const char *open = strchr(uri->host, ':') == NULL ? "" : "["; /* IPv6 */
    const char *close = open[0] == '\0' ? "" : "]";
    buffer_printf(&address, "ipp://%s%s%s:%u%s", open, uri->host, close, uri->port, path);
    buffer_u16be(&body, IPP_VERSION);
    buffer_u16be(&body, GET_ATTRIBUTES);
    buffer_u32be(&body, REQUEST_ID);
    buffer_u8(&body, TAG_OPERATION);
    attribute(&body, TAG_CHARSET, "attributes-charset", slice_text("utf-8"));
    attribute(&body, TAG_LANGUAGE, "attributes-natural-language", slice_text("en"));
    attribute(&body, TAG_URI, "printer-uri", buffer_slice(&address));
    buffer_u8(&body, TAG_END);
    buffer_printf(out,
                  "POST %s HTTP/1.1\r\nHost: %s%s%s:%u\r\nContent-Type: application/ipp\r\n"
                  "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                  path, open, uri->host, close, uri->port, body.len);
    buffer_put(out, body.p, body.len);
    const bool failed = body.failed || address.failed || out->failed;
    buffer_free(&body);
    buffer_free(&address);
    return failed ? CM_E_NO_MEMORY : CM_OK;
}

/* The first value of an attribute: its name stands between two lengths. */
static struct cm_slice value_of(struct cm_slice body, const char *name) {
    const size_t len = slice_text(name).len;
    struct cm_slice rest = reply_behind(body, name);
    for (; rest.p != NULL; rest = reply_behind(rest, name)) {
        const size_t before = (size_t)(rest.p - body.p) - len;
        struct cursor c = cursor_over(rest);
        const struct cm_slice value = cursor_bytes(&c, cursor_u16be(&c));
        if (before < sizeof(uint16_t) || cursor_err(&c) != CM_OK) continue;
        if (get_u16be(body.p + before - sizeof(uint16_t)) == len) return value;
    }
    return slice_of(NULL, 0);
}

/* RFC 9112 sections 6.2 and 7.1: as long as it says, or up to the last chunk. */
bool probe_ipp_is_whole(struct cm_slice heard) {
    static const char last_chunk[] = "\r\n0\r\n\r\n";
    const size_t n = sizeof last_chunk - 1;
    const struct cm_slice body = reply_behind(heard, "\r\n\r\n");
    const struct cm_slice length = reply_behind(heard, "\r\nContent-Length:");
    if (body.p == NULL) return false;
    if (length.p != NULL && length.p < body.p)
        return body.len >= reply_u64(reply_part(length, '\r', 0), UINT64_MAX);
    return heard.len >= n && memcmp(heard.p + heard.len - n, last_chunk, n) == 0;
}

static const char *state_of(struct cm_slice value) {
    switch (value.len == 4 ? get_u32be(value.p) : 0) {
    case STATE_IDLE: return "idle";
    case STATE_PRINTING: return "printing";
    case STATE_STOPPED: return "stopped";
    default: return "unknown";
    }
}

bool probe_ipp_read(const struct cm_slice *answers, struct probe *out) {
    const struct cm_slice body = reply_behind(answers[0], "\r\n\r\n");
    const struct cm_slice kind = reply_behind(answers[0], "application/ipp");
    /* The answer's own charset comes first, whatever its status. */
    const struct cm_slice begins = reply_behind(body, "attributes-charset");
    if (!reply_begins(answers[0], "HTTP/") || kind.p == NULL || begins.p == NULL) return false;
    const struct cm_slice state = value_of(body, "printer-state");
    if (state.len == 0) {
        probe_fact(out, "queue",
                   slice_text("not at this path: try /ipp/print, or the queue's own"));
        return true;
    }
    probe_fact(out, "state", slice_text(state_of(state)));
    probe_fact(out, "because", value_of(body, "printer-state-reasons"));
    probe_fact(out, "make", value_of(body, "printer-make-and-model"));
    const struct cm_slice accepts = value_of(body, "printer-is-accepting-jobs");
    if (accepts.len == 1)
        probe_fact(out, "takes jobs", slice_text(accepts.p[0] != 0 ? "yes" : "no"));
    probe_fact(out, "format by default", value_of(body, "document-format-default"));
    return true;
}
