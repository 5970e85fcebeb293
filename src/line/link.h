/* The way to one printer: a connection that keeps itself. It resolves, connects, and after a loss
 * connects anew with growing waits and jitter (100 ms .. 30 s, back to the shortest when the
 * printer speaks). It knows no printer language and keeps no bytes: link_write takes what the
 * transport takes now, and what it took may be on paper. Nothing is ever written twice.
 *
 *     link_new(loop, &uri, &options, &events, ctx, &lk, diag);       events come from the loop
 *     driver_left(d, link_write(lk, driver_out(d)), now);
 *
 * Not thread-safe: everything happens on the loop's thread. */
#ifndef CM_LINE_LINK_H
#define CM_LINE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "line/loop.h"
#include "line/resolve.h"
#include "line/uri.h"

#define LINK_WORDS_CAP 80u /* as REPORT_WORDS_CAP of driver.h: they are shown together */

/* Any of them may call link_write, link_cut and link_free. None comes from inside link_new or
 * link_write. `heard` borrows the bytes for the call; NULL members are not called. */
struct link_events {
    void (*up)(void *ctx);
    void (*down)(void *ctx, const char *words); /* for people; also when an attempt fails */
    void (*heard)(void *ctx, struct cm_slice bytes);
    void (*writable)(void *ctx); /* after link_write took less than it was given */
};

struct link_options {
    struct resolver *resolver;  /* of the process; NULL: addresses of digits only */
    const char *folder;         /* file: where relative paths begin; NULL: the working folder */
    uint64_t seed;              /* of the jitter: another one for each line */
    uint32_t connect_ms;        /* until an attempt is given up; 0: 5 s */
    uint32_t dead_ms;           /* until a peer that acknowledges nothing is dead; 0: 30 s */
    uint32_t first_ms, most_ms; /* waits between attempts; 0: 100 ms and 30 s */
};

struct link;

/** Make a link; its first attempt is made in the loop's next turn. Texts are copied.
 * @retval CM_E_UNSUPPORTED  a transport that is not possible here   @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err link_new(struct loop *loop, const struct printer_uri *uri,
                              const struct link_options *o, const struct link_events *events,
                              void *ctx, struct link **out, struct cm_diag *diag);
/* No event comes afterwards. A file is synced. */
void link_free(struct link *lk);
void link_freep(struct link **lk);

/* How many of the first bytes the transport took; 0 while it is down. */
size_t link_write(struct link *lk, struct cm_slice bytes);
/* The connection looks dead (REPORT_RECONNECT): drop it, `down` comes from inside, connect anew. */
void link_cut(struct link *lk);
bool link_is_up(const struct link *lk);

#endif
