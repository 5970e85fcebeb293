/* Where a request comes from: the peer, or, behind proxies that the operator named, the hop before
 * them. For the throttle an IPv4 address counts alone and IPv6 by its /64. */
#ifndef CM_EDGE_ADDRESS_H
#define CM_EDGE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/macros.h"

#define ADDRESS_LEN   16u /* bytes; IPv4 is kept as ::ffff:a.b.c.d */
#define NETWORKS_MAX  16u
#define FORWARDED_MAX 1024u /* bytes of X-Forwarded-For that are looked at */

struct address {
    uint8_t b[ADDRESS_LEN];
};
struct network {
    struct address address;
    unsigned bits; /* 0..128 */
};

struct sockaddr;
/* False for a family that is not IP: the address is then all zero. */
bool address_of(const struct sockaddr *from, struct address *out);
/** "10.0.0.0/8", "2001:db8::/32", or a bare address. @retval CM_E_FORMAT */
CM_MUST_CHECK cm_err network_parse(const char *text, struct network *out);
bool network_has(const struct network *n, const struct address *a);
bool address_is_loopback(const struct address *a);
/* The caller's address: `peer`, unless peer is in a trusted network; then the right-most address of
 * the X-Forwarded-For header (may be NULL) that is in none. */
struct address address_behind(const struct address *peer, const char *forwarded,
                              const struct network *trusted, size_t n);
/* What the throttle counts by: all of an IPv4 address, the /64 of an IPv6 one. */
struct cm_slice address_key(const struct address *a);

#endif
