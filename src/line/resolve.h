/* Names of hosts to addresses, on one thread for the whole process: getaddrinfo() waits, a line
 * must not. Answers come back on the loop's thread. A good answer is kept for a minute, and beyond
 * that as long as the name server is silent: a plant whose name server is down goes on printing.
 * Reference: RFC 3493 (getaddrinfo). */
#ifndef CM_LINE_RESOLVE_H
#define CM_LINE_RESOLVE_H

#include <sys/socket.h>

#include "line/loop.h"

#define RESOLVE_MOST 8u /* addresses of one name that are tried */

struct resolved {
    size_t n; /* 0: the name has no address; words says why */
    struct sockaddr_storage at[RESOLVE_MOST];
    socklen_t len[RESOLVE_MOST];
    char words[80];
};
/* `found` is borrowed for the call. */
typedef void resolve_fn(void *ctx, const struct resolved *found);

struct resolver;
struct resolve_query; /* one question under way */

/** Start the thread. @retval CM_E_NO_MEMORY  @retval CM_E_IO  no thread, no eventfd */
CM_MUST_CHECK cm_err resolver_new(struct loop *loop, struct resolver **out);
/* Questions under way are forgotten. It does not wait for a name server. */
void resolver_free(struct resolver *r);
void resolver_freep(struct resolver **r);

/** Ask for a name; fn is called in a later turn of the loop, once, unless it is cancelled.
 * @param[in] port  set in the addresses   @retval CM_E_NO_MEMORY  @retval CM_E_RANGE  name too long
 */
CM_MUST_CHECK cm_err resolver_ask(struct resolver *r, const char *host, uint16_t port,
                                  resolve_fn *fn, void *ctx, struct resolve_query **out);
/* NULL is fine. */
void resolver_cancel(struct resolve_query *q);

/** Digits to an address, without asking anybody. False: the text is a name. */
bool resolve_digits(const char *host, uint16_t port, struct resolved *out);

#endif
