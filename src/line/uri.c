/* Addresses of printers, read from the front with one cursor, so that an error knows its place.
 * Options and the one way to write them are in uri_options.c. References as in uri.h. */
#include "line/uri.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/uri_inside.h"

#define PORT_MAX 65535u

static const struct {
    const char *scheme, *kind;
    enum printer_transport transport;
    uint16_t port; /* 0: the protocol says */
    bool tls;
} schemes[] = {
    {"zpl+tcp", "zpl", TRANSPORT_TCP, 9100, false},
    {"ztc+tcp", "ztc", TRANSPORT_TCP, 3001, false},
    {"sppl+tcp", "sppl", TRANSPORT_TCP, 9100, false},
    {"wsi+tcp", "wsi", TRANSPORT_TCP, 3100, false},
    {"raw+tcp", "raw", TRANSPORT_TCP, 0, false},
    {"zpl+serial", "zpl", TRANSPORT_SERIAL, 0, false},
    {"ztc+serial", "ztc", TRANSPORT_SERIAL, 0, false},
    {"sppl+serial", "sppl", TRANSPORT_SERIAL, 0, false},
    {"wsi+serial", "wsi", TRANSPORT_SERIAL, 0, false},
    {"raw+serial", "raw", TRANSPORT_SERIAL, 0, false},
    {"ipp", "ipp", TRANSPORT_HTTP, 631, false},
    {"ipps", "ipp", TRANSPORT_HTTP, 631, true},
    {"file", "file", TRANSPORT_FILE, 0, false},
};
#define EXAMPLE "write one such as zpl+tcp://10.0.0.7:9100 or wsi+serial:/dev/ttyS0?baud=9600"

cm_err uri_wrong(struct uri_reader *r, cm_err err, size_t at, const char *problem,
                 const char *remedy) {
    char place[32] = "";
    text_append(place, sizeof place, "character %zu", at + 1);
    return diag_fail(r->diag, err, "printer address", place, remedy, "%s", problem);
}

static bool is_alnum(uint8_t c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

cm_err uri_copy(struct uri_reader *r, struct cm_slice text, size_t at, char *out, size_t cap) {
    if (text.len >= cap) return uri_wrong(r, CM_E_LIMIT, at, "too long", "shorten it");
    if (text.len > 0) memcpy(out, text.p, text.len);
    out[text.len] = '\0';
    return CM_OK;
}

/* How many characters stand before the first of `ends`. */
static size_t span_to(const struct uri_reader *r, const char *ends) {
    size_t n = 0;
    while (r->at + n < r->text.len && strchr(ends, r->text.p[r->at + n]) == NULL)
        n++;
    return n;
}

static bool starts(const struct uri_reader *r, const char *text) {
    const size_t len = strlen(text);
    return r->text.len - r->at >= len && memcmp(r->text.p + r->at, text, len) == 0;
}

/* Nothing but printable ASCII; a file's name may be any UTF-8. */
static cm_err check_bytes(struct uri_reader *r, bool ascii) {
    for (size_t i = 0; i < r->text.len; i++) {
        const uint8_t c = r->text.p[i];
        if (c < ' ' || c == 0x7Fu || (ascii && (c == ' ' || c > 0x7Fu)))
            return uri_wrong(r, CM_E_FORMAT, i, "a character that cannot stand in an address",
                             "leave out spaces and control characters");
    }
    if (!utf8_valid(r->text)) return uri_wrong(r, CM_E_FORMAT, 0, "not UTF-8", "write it in UTF-8");
    return CM_OK;
}

static cm_err read_scheme(struct uri_reader *r) {
    const size_t len = span_to(r, ":");
    const struct cm_slice name = slice_of(r->text.p, len);
    for (size_t i = 0; i < CM_ARRAY_N(schemes); i++) {
        if (len == r->text.len || !slice_equal(name, slice_text(schemes[i].scheme))) continue;
        r->uri.transport = schemes[i].transport;
        r->uri.port = schemes[i].port;
        r->uri.tls = schemes[i].tls;
        r->at = len + 1;
        return uri_copy(r, slice_text(schemes[i].kind), 0, r->uri.kind, sizeof r->uri.kind);
    }
    if (len == r->text.len)
        return uri_wrong(r, CM_E_FORMAT, 0, "no scheme in front of a colon", EXAMPLE);
    return uri_wrong(
        r, CM_E_FORMAT, 0, "a scheme that is not known",
        "write zpl, ztc, sppl, wsi or raw with +tcp:// or +serial:, or ipp:// or file:");
}

/* [fd00::7] */
static cm_err read_ipv6(struct uri_reader *r) {
    const size_t from = r->at++;
    const size_t len = span_to(r, "]/?#@");
    struct in6_addr address;
    char text[INET6_ADDRSTRLEN] = "";
    if (r->at + len == r->text.len || r->text.p[r->at + len] != ']')
        return uri_wrong(r, CM_E_FORMAT, from, "a bracket without its end", "write [address]");
    if (len >= sizeof text)
        return uri_wrong(r, CM_E_FORMAT, from, "not an IPv6 address", "write it as [fd00::7]");
    memcpy(text, r->text.p + r->at, len);
    if (inet_pton(AF_INET6, text, &address) != 1)
        return uri_wrong(r, CM_E_FORMAT, from, "not an IPv6 address",
                         "write it as [fd00::7], without a zone");
    (void)inet_ntop(AF_INET6, &address, r->uri.host, sizeof r->uri.host);
    r->at += len + 1;
    return CM_OK;
}

/* A name, or an IPv4 address. What ends in a number must be an address: 10.0.0 is a slip. */
static cm_err read_name(struct uri_reader *r) {
    const size_t len = span_to(r, ":/?#");
    const struct cm_slice host = slice_of(r->text.p + r->at, len);
    if (len == 0) return uri_wrong(r, CM_E_FORMAT, r->at, "no host", "name the printer's host");
    for (size_t i = 0; i < len; i++) {
        const uint8_t c = host.p[i];
        const bool edge = i == 0 || host.p[i - 1] == '.';
        if (!is_alnum(c) && c != '_' && (edge || (c != '-' && c != '.')))
            return uri_wrong(r, CM_E_FORMAT, r->at + i, "a character that no host name has",
                             "letters, digits, dots and hyphens; an IPv6 address in brackets");
    }
    TRY(uri_copy(r, host, r->at, r->uri.host, sizeof r->uri.host));
    for (char *c = r->uri.host; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    const char *dot = strrchr(r->uri.host, '.');
    const char *last = dot == NULL ? r->uri.host : dot + 1;
    struct in_addr address;
    if (*last != '\0' && strspn(last, "0123456789") == strlen(last) &&
        inet_pton(AF_INET, r->uri.host, &address) != 1)
        return uri_wrong(r, CM_E_FORMAT, r->at, "not an IPv4 address",
                         "write four numbers up to 255, such as 10.0.0.7");
    r->at += len;
    return CM_OK;
}

static cm_err read_port(struct uri_reader *r) {
    if (!starts(r, ":")) return CM_OK;
    const size_t from = ++r->at, len = span_to(r, "/?#");
    uint64_t port = 0;
    const cm_err err = text_u64(slice_of(r->text.p + from, len), PORT_MAX, &port);
    if (err == CM_E_RANGE || (err == CM_OK && port == 0))
        return uri_wrong(r, CM_E_RANGE, from, "no such port", "write a number from 1 to 65535");
    if (err != CM_OK)
        return uri_wrong(r, CM_E_FORMAT, from, "not a port",
                         "write a number, such as 9100, or leave out the colon");
    r->uri.port = (uint16_t)port;
    r->at += len;
    return CM_OK;
}

static cm_err read_host(struct uri_reader *r) {
    if (!starts(r, "//"))
        return uri_wrong(r, CM_E_FORMAT, r->at, "no // behind the scheme", EXAMPLE);
    r->at += 2;
    const size_t end = r->at + span_to(r, "/?#");
    for (size_t i = r->at; i < end; i++)
        if (r->text.p[i] == '@')
            return uri_wrong(r, CM_E_FORMAT, r->at, "a user name or password in an address",
                             "leave it out: addresses are shown and stored");
    TRY(starts(r, "[") ? read_ipv6(r) : read_name(r));
    return read_port(r);
}

/* Of a queue: as it stands, for the request line of HTTP. */
static cm_err read_queue(struct uri_reader *r) {
    const size_t len = span_to(r, "?#");
    if (len == 0)
        return uri_copy(r, slice_text("/ipp/print"), r->at, r->uri.path, sizeof r->uri.path);
    const struct cm_slice path = slice_of(r->text.p + r->at, len);
    for (size_t i = 0; i < len; i++)
        if (!is_alnum(path.p[i]) && strchr("/-._~%!$&'()*+,;=:@", path.p[i]) == NULL)
            return uri_wrong(r, CM_E_FORMAT, r->at + i, "a character that no path has",
                             "write it as % and two hex digits");
    TRY(uri_copy(r, path, r->at, r->uri.path, sizeof r->uri.path));
    r->at += len;
    return CM_OK;
}

static cm_err read_device(struct uri_reader *r) {
    const size_t len = span_to(r, "?");
    const struct cm_slice path = slice_of(r->text.p + r->at, len);
    if (len < 2 || path.p[0] != '/' || path.p[1] == '/' || path.p[len - 1] == '/')
        return uri_wrong(r, CM_E_FORMAT, r->at, "not the path of a device",
                         "write it from the root, such as /dev/ttyS0");
    TRY(uri_copy(r, path, r->at, r->uri.path, sizeof r->uri.path));
    r->at += len;
    return CM_OK;
}

/* file:PATH, or file:///PATH of RFC 8089. Nothing in it has a meaning, not even a question mark. */
static cm_err read_file(struct uri_reader *r) {
    if (starts(r, "//")) {
        r->at += 2;
        if (!starts(r, "/") || starts(r, "//"))
            return uri_wrong(r, CM_E_FORMAT, r->at, "a file on another host",
                             "write file:PATH, with one slash or none");
    }
    const struct cm_slice path = slice_of(r->text.p + r->at, r->text.len - r->at);
    if (path.len == 0 || path.p[path.len - 1] == '/')
        return uri_wrong(r, CM_E_FORMAT, r->at, "no file is named", "write file:labels.txt");
    TRY(uri_copy(r, path, r->at, r->uri.path, sizeof r->uri.path));
    r->at = r->text.len;
    return CM_OK;
}

static cm_err read_all(struct uri_reader *r) {
    TRY(read_scheme(r));
    TRY(check_bytes(r, r->uri.transport != TRANSPORT_FILE));
    switch (r->uri.transport) {
    case TRANSPORT_FILE: return read_file(r);
    case TRANSPORT_SERIAL: TRY(read_device(r)); break;
    case TRANSPORT_HTTP:
        TRY(read_host(r));
        TRY(read_queue(r));
        break;
    case TRANSPORT_TCP:
    default:
        TRY(read_host(r));
        if (starts(r, "/"))
            return uri_wrong(r, CM_E_FORMAT, r->at, "a path behind the port",
                             "leave it out: a printer's port has none");
        break;
    }
    return uri_options_read(r);
}

cm_err printer_uri_parse(struct cm_slice text, struct printer_uri *out, struct cm_diag *diag) {
    struct uri_reader r = {.text = text, .diag = diag};
    if (text.len > PRINTER_URI_MAX)
        return uri_wrong(&r, CM_E_LIMIT, PRINTER_URI_MAX, "too long", "shorten it");
    if (text.len == 0) return uri_wrong(&r, CM_E_FORMAT, 0, "it is empty", EXAMPLE);
    TRY(read_all(&r));
    *out = r.uri;
    return CM_OK;
}
