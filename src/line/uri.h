/* Where a printer is and what it speaks, as people write it:
 *
 *     zpl+tcp://10.0.0.7:9100        ztc+tcp://coder3        sppl+tcp://[fd00::7]
 *     wsi+serial:/dev/ttyS0?baud=9600&parity=even           raw+tcp://host?protocol=codenet
 *     ipp://queue.example/ipp/print  ipps://...              file:labels.txt
 *
 * Strict: what is not understood is refused with its position, and a user name or password in an
 * address is refused, since an address is shown and journaled. Pure: it opens nothing.
 * References: RFC 3986 (authority, path, query), RFC 3510 and RFC 7472 (ipp, ipps). */
#ifndef CM_LINE_URI_H
#define CM_LINE_URI_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"

#define PRINTER_URI_MAX    2048u /* bytes of one, as written */
#define PRINTER_KIND_CAP   16u
#define PRINTER_HOST_CAP   256u
#define PRINTER_PATH_CAP   1024u
#define PRINTER_OPTION_CAP 256u
#define PRINTER_PIN_CAP    45u /* base64 of SHA-256 and a NUL */
#define PRINTER_TEXT_CAP   (PRINTER_KIND_CAP + PRINTER_HOST_CAP + PRINTER_PATH_CAP + 1088u)

enum printer_transport { TRANSPORT_TCP, TRANSPORT_SERIAL, TRANSPORT_FILE, TRANSPORT_HTTP };
enum serial_parity { PARITY_NONE, PARITY_EVEN, PARITY_ODD };
enum serial_flow { FLOW_NONE, FLOW_RTSCTS, FLOW_XONXOFF };

struct printer_uri {
    char kind[PRINTER_KIND_CAP]; /* of the driver: kinds.h knows it by this name */
    enum printer_transport transport;
    char host[PRINTER_HOST_CAP]; /* tcp, http: lower case, an IPv6 address without brackets */
    uint16_t port;
    char path[PRINTER_PATH_CAP]; /* serial: the device; file: the file; http: from its slash */
    bool tls;                    /* ipps */
    char pin[PRINTER_PIN_CAP];   /* ipps: SHA-256 of its public key, in base64; else empty */
    char protocol[PRINTER_OPTION_CAP]; /* raw: a shipped name, or a file; else empty */
    char format[PRINTER_OPTION_CAP];   /* ipp: document format; empty: the driver's own */
    uint32_t baud;                     /* serial: 9600 unless said */
    uint8_t bits, stop;                /* serial: 8 and 1 unless said */
    enum serial_parity parity;
    enum serial_flow flow;
};

/** Read one. Default ports: zpl 9100, ztc 3001, sppl 9100, wsi 3100, codenet 7000, ngpcl 21000,
 * ipp 631.
 * @retval CM_E_FORMAT  diag says where and what to write instead   @retval CM_E_RANGE  a number
 * @retval CM_E_LIMIT   too long. On error `out` is untouched. Thread-safe. */
CM_MUST_CHECK cm_err printer_uri_parse(struct cm_slice text, struct printer_uri *out,
                                       struct cm_diag *diag);
/** The one way to write it: port always, serial settings where they differ from 8N1 without flow
 * control. It parses to the same again. Returns bytes without the NUL. */
size_t printer_uri_text(const struct printer_uri *uri, char out[static PRINTER_TEXT_CAP]);
/** Whether two lead to the same device, whatever is spoken to it: two runs must not share one. */
bool printer_uri_same(const struct printer_uri *a, const struct printer_uri *b);

#endif
