/* Addresses and networks. References as in address.h; RFC 4291 for the forms. */
#include "edge/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

#define MAPPED_LEN   12u /* bytes of ::ffff: */
#define PREFIX64_LEN 8u
#define TEXT_CAP     64u /* an address with room for spaces */

static const uint8_t mapped[MAPPED_LEN] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_ipv4(const struct address *a) { return memcmp(a->b, mapped, MAPPED_LEN) == 0; }

bool address_of(const struct sockaddr *from, struct address *out) {
    *out = (struct address){{0}};
    if (from != NULL && from->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof v4);
        memcpy(out->b, mapped, MAPPED_LEN);
        memcpy(out->b + MAPPED_LEN, &v4.sin_addr, sizeof v4.sin_addr);
        return true;
    }
    if (from == NULL || from->sa_family != AF_INET6) return false;
    struct sockaddr_in6 v6;
    memcpy(&v6, from, sizeof v6);
    memcpy(out->b, &v6.sin6_addr, sizeof out->b);
    return true;
}

static bool address_parse(struct cm_slice text, struct address *out) {
    char copy[TEXT_CAP];
    if (text.len == 0 || text.len >= sizeof copy) return false;
    memcpy(copy, text.p, text.len);
    copy[text.len] = '\0';
    struct address a = {{0}};
    memcpy(a.b, mapped, MAPPED_LEN);
    if (inet_pton(AF_INET, copy, a.b + MAPPED_LEN) != 1 && inet_pton(AF_INET6, copy, a.b) != 1)
        return false;
    *out = a;
    return true;
}

cm_err network_parse(const char *text, struct network *out) {
    const char *slash = strchr(text, '/');
    const size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
    struct network n = {.bits = 128};
    if (!address_parse(slice_of(text, len), &n.address)) return CM_E_FORMAT;
    const uint64_t most = is_ipv4(&n.address) ? 32 : 128;
    uint64_t bits = most;
    if (slash != NULL && text_u64(slice_text(slash + 1), most, &bits) != CM_OK) return CM_E_FORMAT;
    n.bits = (unsigned)(bits + (128 - most));
    *out = n;
    return CM_OK;
}

bool network_has(const struct network *n, const struct address *a) {
    const size_t whole = n->bits / 8;
    if (memcmp(n->address.b, a->b, whole) != 0) return false;
    const unsigned rest = n->bits % 8;
    if (rest == 0) return true;
    const uint8_t mask = (uint8_t)(0xFFu << (8 - rest));
    return ((n->address.b[whole] ^ a->b[whole]) & mask) == 0;
}

bool address_is_loopback(const struct address *a) {
    static const uint8_t one[ADDRESS_LEN] = {[ADDRESS_LEN - 1] = 1};
    return (is_ipv4(a) && a->b[MAPPED_LEN] == 127) || memcmp(a->b, one, sizeof one) == 0;
}

static bool is_trusted(const struct address *a, const struct network *trusted, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (network_has(&trusted[i], a)) return true;
    return false;
}

/* The last element of a list, without its spaces; `list` is cut before it. */
static struct cm_slice last_of(struct cm_slice *list) {
    size_t start = list->len;
    while (start > 0 && list->p[start - 1] != ',')
        start--;
    struct cm_slice last = slice_of(list->p + start, list->len - start);
    list->len = start > 0 ? start - 1 : 0;
    while (last.len > 0 && last.p[0] == ' ')
        last = slice_of(last.p + 1, last.len - 1);
    while (last.len > 0 && last.p[last.len - 1] == ' ')
        last.len--;
    return last;
}

struct address address_behind(const struct address *peer, const char *forwarded,
                              const struct network *trusted, size_t n) {
    struct address at = *peer;
    if (forwarded == NULL || strnlen(forwarded, FORWARDED_MAX + 1) > FORWARDED_MAX) return at;
    struct cm_slice list = slice_text(forwarded);
    while (list.len > 0 && is_trusted(&at, trusted, n)) {
        struct address hop;
        if (!address_parse(last_of(&list), &hop)) break;
        at = hop;
    }
    return at;
}

struct cm_slice address_key(const struct address *a) {
    return slice_of(a->b, is_ipv4(a) ? ADDRESS_LEN : PREFIX64_LEN);
}
