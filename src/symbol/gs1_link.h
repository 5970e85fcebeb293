/* GS1 Digital Link URIs: "https://id.example.com/01/09506000134352/21/7NQ4K2?17=271231". Made in
 * the canonical order of path and query, and read back, with custom path stems and foreign query
 * parameters (left aside). It refuses elements that no link can say, qualifiers out of order,
 * qualifiers in the query, wrong percent-encoding, and a host that is none. Compressed links and
 * "gtin"-like names instead of numbers are refused as what they are.
 * Reference: GS1 Digital Link Standard: URI Syntax 1.4; RFC 3986. Design: docs/design/symbols.md.
 */
#ifndef CM_SYMBOL_GS1_LINK_H
#define CM_SYMBOL_GS1_LINK_H

#include "symbol/gs1.h"

#define GS1_LINK_MAX 2048u /* bytes of a URI */

/** Is this a place for links: "https://id.example.com", a port, a path?
 * @retval CM_E_FORMAT  no http(s), no host, a query, a fragment, a user, a character that a URI
 *                      lacks */
CM_MUST_CHECK cm_err gs1_link_host(const char *host, struct cm_diag *diag);
/** Append a link.
 * @param[in] m      judged         @param[in] host  judged by gs1_link_host
 * @param[in] upper  scheme and host in capitals, which mean the same: a QR code packs them denser.
 *                   A path's capitals have a meaning, so it stays as it is
 * @retval CM_E_CONFLICT  no element that may begin a link, or one that has no place in it
 * @retval CM_E_LIMIT     longer than GS1_LINK_MAX */
CM_MUST_CHECK cm_err gs1_link_write(const struct gs1 *m, const char *host, bool upper,
                                    struct buffer *out, struct cm_diag *diag);
/** Read one. Values are decoded, not judged; a GTIN of 8, 12 or 13 digits is filled up to 14.
 * @param[out] m  begun anew; empty on error
 * @retval CM_E_FORMAT  no link, no key in it, wrong percent-encoding
 * @retval CM_E_CONFLICT  qualifiers of another key or out of order, or in the query; a query's
 *                        identifier that no link may have there
 * @retval CM_E_NOT_FOUND, CM_E_LIMIT  as gs1_add */
CM_MUST_CHECK cm_err gs1_link_read(struct cm_slice uri, struct gs1 *m, struct cm_diag *diag);

#endif
