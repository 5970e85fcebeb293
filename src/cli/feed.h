/* What cameras and hand scanners write, a line a product: a code as it stands in the symbol (the
 * bare code, a GS1 element string, or an address), NOREAD, or `code,result`. Pure: it takes pieces
 * of a byte stream and gives reads. A line that is too long or no text is a read of a wrong code:
 * nothing of it is shown or kept. Wipe what held codes.
 * References: GS1 General Specifications (AI 01, 21; FNC1 as GS; symbology identifiers of ISO/IEC
 * 15424); docs/guide/lines.md lists the words. */
#ifndef CM_CLI_FEED_H
#define CM_CLI_FEED_H

#include "base/buffer.h"

#define FEED_LINE_MAX 1024u /* bytes of a line */

enum feed_kind { FEED_NOTHING, FEED_CODE, FEED_BAD, FEED_NO_READ };
struct feed_read {
    enum feed_kind kind; /* FEED_NOTHING: an empty line or a CSV's head */
    struct cm_slice code;
};

/* The code in what a scanner read: behind AI 21 of a GS1 string, at the end of an address, else the
 * text itself. Borrows. */
struct cm_slice feed_code(struct cm_slice text);
/* What a whole line says; `first`: it may be the head of a CSV. Borrows the line. */
struct feed_read feed_line(struct cm_slice line, bool first);

/* Lines out of pieces. */
struct feed {
    struct buffer rest; /* a line that is not whole yet */
    bool overlong;      /* of which too much came: what follows is dropped up to its end */
    bool begun;
};
#define FEED_INIT                                                                                  \
    { .rest = BUFFER_INIT }
void feed_wipe(struct feed *f);
typedef cm_err feed_taker(void *ctx, const struct feed_read *read);
/** Take a piece; every whole line goes to `take`, whose error ends it.
 * @retval CM_E_NO_MEMORY, and as `take` */
CM_MUST_CHECK cm_err feed_put(struct feed *f, struct cm_slice piece, feed_taker *taker, void *ctx);
/** The stream has ended: a last line without its end counts. @retval as feed_put */
CM_MUST_CHECK cm_err feed_end(struct feed *f, feed_taker *taker, void *ctx);

#endif
