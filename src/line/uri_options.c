/* The options of an address, ?name=value&name=value, each at most once; and the one way to write
 * an address. What a transport has no use for is refused, not ignored. References as in uri.h. */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/uri_inside.h"

#define BAUD_DEFAULT 9600u
#define BITS_DEFAULT 8u
#define OPTIONS_MOST 8u

/* Speeds that termios has by name (link_serial.c). */
static const uint32_t bauds[] = {1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400};
static const char *const parities[] = {"none", "even", "odd"};
static const char *const flows[] = {"none", "rtscts", "xonxoff"};

struct option {
    struct cm_slice name, value;
    size_t name_at, value_at;
};

static cm_err bad_value(struct uri_reader *r, const struct option *o, const char *remedy) {
    return uri_wrong(r, CM_E_RANGE, o->value_at, "a value that this option does not take", remedy);
}

static cm_err read_baud(struct uri_reader *r, const struct option *o) {
    uint64_t baud = 0;
    const cm_err err = text_u64(o->value, UINT32_MAX, &baud);
    for (size_t i = 0; err == CM_OK && i < CM_ARRAY_N(bauds); i++) {
        if (bauds[i] != baud) continue;
        r->uri.baud = bauds[i];
        return CM_OK;
    }
    return bad_value(r, o, "write 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200 or 230400");
}

static cm_err read_digit(struct uri_reader *r, const struct option *o, char least, uint8_t *out) {
    if (o->value.len != 1 || o->value.p[0] < least || o->value.p[0] > least + 1)
        return bad_value(r, o, least == '7' ? "write 7 or 8" : "write 1 or 2");
    *out = (uint8_t)(o->value.p[0] - '0');
    return CM_OK;
}

static bool choose(const struct option *o, const char *const *names, size_t n, unsigned *out) {
    for (size_t i = 0; i < n; i++) {
        if (!slice_equal(o->value, slice_text(names[i]))) continue;
        *out = (unsigned)i;
        return true;
    }
    return false;
}

static cm_err serial_option(struct uri_reader *r, const struct option *o, bool *known) {
    unsigned chosen = 0;
    *known = true;
    if (slice_equal(o->name, slice_text("baud"))) return read_baud(r, o);
    if (slice_equal(o->name, slice_text("bits"))) return read_digit(r, o, '7', &r->uri.bits);
    if (slice_equal(o->name, slice_text("stop"))) return read_digit(r, o, '1', &r->uri.stop);
    if (slice_equal(o->name, slice_text("parity"))) {
        if (!choose(o, parities, CM_ARRAY_N(parities), &chosen))
            return bad_value(r, o, "write none, even or odd");
        r->uri.parity = (enum serial_parity)chosen;
        return CM_OK;
    }
    if (slice_equal(o->name, slice_text("flow"))) {
        if (!choose(o, flows, CM_ARRAY_N(flows), &chosen))
            return bad_value(r, o, "write none, rtscts or xonxoff");
        r->uri.flow = (enum serial_flow)chosen;
        return CM_OK;
    }
    *known = false;
    return CM_OK;
}

/* A shipped name, or a file. The characters that end a value cannot stand in it. */
static cm_err read_protocol(struct uri_reader *r, const struct option *o) {
    if (o->value.len == 0) return bad_value(r, o, "name a shipped protocol or a file of rules");
    return uri_copy(r, o->value, o->value_at, r->uri.protocol, sizeof r->uri.protocol);
}

/* type/subtype of RFC 6838. */
static cm_err read_format(struct uri_reader *r, const struct option *o) {
    size_t slashes = 0;
    for (size_t i = 0; i < o->value.len; i++) {
        const uint8_t c = o->value.p[i];
        const bool word =
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("!#$^_.+-", c) != NULL;
        if (c == '/' && i > 0 && i + 1 < o->value.len) {
            slashes++;
        } else if (!word) {
            return bad_value(r, o, "write a media type such as application/vnd.zebra-zpl");
        }
    }
    if (slashes != 1)
        return bad_value(r, o, "write a media type such as application/vnd.zebra-zpl");
    return uri_copy(r, o->value, o->value_at, r->uri.format, sizeof r->uri.format);
}

/* SHA-256 of the key's SubjectPublicKeyInfo in base64, as RFC 7469 (2.4) has it: printers sign
 * their own certificates. */
static cm_err read_pin(struct uri_reader *r, const struct option *o) {
    const char *remedy = "write SHA-256 of the printer's public key (DER) in base64, 44 characters";
    if (o->value.len != PRINTER_PIN_CAP - 1 || o->value.p[PRINTER_PIN_CAP - 2] != '=')
        return bad_value(r, o, remedy);
    for (size_t i = 0; i + 1 < o->value.len; i++) {
        const uint8_t c = o->value.p[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (c < '0' || c > '9') && c != '+' && c != '/') return bad_value(r, o, remedy);
    }
    return uri_copy(r, o->value, o->value_at, r->uri.pin, sizeof r->uri.pin);
}

static cm_err one_option(struct uri_reader *r, const struct option *o) {
    bool known = false;
    if (r->uri.transport == TRANSPORT_SERIAL) TRY(serial_option(r, o, &known));
    if (known) return CM_OK;
    if (strcmp(r->uri.kind, "raw") == 0 && slice_equal(o->name, slice_text("protocol")))
        return read_protocol(r, o);
    if (r->uri.transport == TRANSPORT_HTTP && slice_equal(o->name, slice_text("format")))
        return read_format(r, o);
    if (r->uri.tls && slice_equal(o->name, slice_text("pin"))) return read_pin(r, o);
    return uri_wrong(r, CM_E_FORMAT, o->name_at, "an option that this address does not take",
                     "serial lines take baud, bits, stop, parity, flow; raw takes protocol; ipp "
                     "takes format, ipps also pin");
}

static size_t find(const struct uri_reader *r, size_t from, size_t end, uint8_t byte) {
    const uint8_t *found = end > from ? memchr(r->text.p + from, byte, end - from) : NULL;
    return found == NULL ? end : (size_t)(found - r->text.p);
}

static cm_err read_list(struct uri_reader *r) {
    struct cm_slice seen[OPTIONS_MOST];
    size_t n = 0;
    while (r->at < r->text.len) {
        const size_t from = r->at + 1, end = find(r, from, r->text.len, '&');
        const size_t equals = find(r, from, end, '=');
        if (equals == end || equals == from)
            return uri_wrong(r, CM_E_FORMAT, from, "not name=value", "write ?baud=9600");
        const struct option o = {.name = slice_of(r->text.p + from, equals - from),
                                 .value = slice_of(r->text.p + equals + 1, end - equals - 1),
                                 .name_at = from,
                                 .value_at = equals + 1};
        for (size_t i = 0; i < n; i++)
            if (slice_equal(seen[i], o.name))
                return uri_wrong(r, CM_E_FORMAT, from, "an option twice", "say it once");
        if (n == OPTIONS_MOST)
            return uri_wrong(r, CM_E_LIMIT, from, "too many options", "leave some out");
        seen[n++] = o.name;
        TRY(one_option(r, &o));
        r->at = end;
    }
    return CM_OK;
}

/* The ports that the shipped protocols' coders listen on by default. */
static uint16_t protocol_port(const char *protocol) {
    if (strcmp(protocol, "codenet") == 0) return 7000;
    return strcmp(protocol, "ngpcl") == 0 ? 21000 : 0;
}

static cm_err check_raw(struct uri_reader *r) {
    if (strcmp(r->uri.kind, "raw") != 0) return CM_OK;
    if (r->uri.protocol[0] == '\0')
        return uri_wrong(r, CM_E_FORMAT, r->text.len, "raw without its protocol",
                         "add ?protocol=codenet, ?protocol=ngpcl or ?protocol=FILE");
    if (r->uri.transport == TRANSPORT_TCP && r->uri.port == 0)
        r->uri.port = protocol_port(r->uri.protocol);
    if (r->uri.transport == TRANSPORT_TCP && r->uri.port == 0)
        return uri_wrong(r, CM_E_FORMAT, r->text.len, "no port",
                         "write it behind the host: a protocol of your own has no default");
    return CM_OK;
}

cm_err uri_options_read(struct uri_reader *r) {
    if (r->uri.transport == TRANSPORT_SERIAL) {
        r->uri.baud = BAUD_DEFAULT;
        r->uri.bits = BITS_DEFAULT;
        r->uri.stop = 1;
    }
    if (r->at < r->text.len && r->text.p[r->at] != '?')
        return uri_wrong(r, CM_E_FORMAT, r->at, "text behind the address", "leave it out");
    if (r->at < r->text.len) TRY(read_list(r));
    return check_raw(r);
}

static void write_serial(const struct printer_uri *u, char *out) {
    text_append(out, PRINTER_TEXT_CAP, "?baud=%u", u->baud);
    if (u->bits != BITS_DEFAULT) text_append(out, PRINTER_TEXT_CAP, "&bits=%u", u->bits);
    if (u->stop != 1) text_append(out, PRINTER_TEXT_CAP, "&stop=%u", u->stop);
    if (u->parity != PARITY_NONE)
        text_append(out, PRINTER_TEXT_CAP, "&parity=%s", parities[u->parity]);
    if (u->flow != FLOW_NONE) text_append(out, PRINTER_TEXT_CAP, "&flow=%s", flows[u->flow]);
}

static void write_host(const struct printer_uri *u, char *out) {
    const bool six = strchr(u->host, ':') != NULL;
    text_append(out, PRINTER_TEXT_CAP, "//%s%s%s:%u", six ? "[" : "", u->host, six ? "]" : "",
                u->port);
}

size_t printer_uri_text(const struct printer_uri *u, char out[static PRINTER_TEXT_CAP]) {
    out[0] = '\0';
    switch (u->transport) {
    case TRANSPORT_SERIAL:
        text_append(out, PRINTER_TEXT_CAP, "%s+serial:%s", u->kind, u->path);
        write_serial(u, out);
        break;
    case TRANSPORT_FILE: text_append(out, PRINTER_TEXT_CAP, "file:%s", u->path); break;
    case TRANSPORT_HTTP:
        text_append(out, PRINTER_TEXT_CAP, "ipp%s:", u->tls ? "s" : "");
        write_host(u, out);
        text_append(out, PRINTER_TEXT_CAP, "%s", u->path);
        break;
    case TRANSPORT_TCP:
    default:
        text_append(out, PRINTER_TEXT_CAP, "%s+tcp:", u->kind);
        write_host(u, out);
        break;
    }
    const char *mark = u->transport == TRANSPORT_SERIAL ? "&" : "?";
    if (u->protocol[0] != '\0')
        text_append(out, PRINTER_TEXT_CAP, "%sprotocol=%s", mark, u->protocol);
    if (u->pin[0] != '\0') {
        text_append(out, PRINTER_TEXT_CAP, "%spin=%s", mark, u->pin);
        mark = "&";
    }
    if (u->format[0] != '\0') text_append(out, PRINTER_TEXT_CAP, "%sformat=%s", mark, u->format);
    return strlen(out);
}

bool printer_uri_same(const struct printer_uri *a, const struct printer_uri *b) {
    if (a->transport != b->transport || strcmp(a->path, b->path) != 0) return false;
    return strcmp(a->host, b->host) == 0 && a->port == b->port;
}
