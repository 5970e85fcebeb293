/* A terminal that shows a picture of text, renewed in one write so that nothing flickers: on the
 * other screen, with the keys unechoed; what stood there before comes back at the end. Signals that
 * end a program, and a changed size, come as events: hold them first (interrupt.h).
 * References: ECMA-48; xterm's ctlseqs for the other screen. */
#ifndef CM_CLI_SCREEN_H
#define CM_CLI_SCREEN_H

#include <stdbool.h>
#include <termios.h>

#include "base/bytes.h"
#include "base/diag.h"

struct screen {
    int signals; /* descriptor */
    bool shown, typed;
    struct termios before;
};
#define SCREEN_INIT                                                                                \
    { .signals = -1 }

enum screen_event { SCREEN_TICK, SCREEN_RESIZED, SCREEN_QUIT };

/* Whether standard output and input are a terminal. */
bool screen_there(void);
/** Take the screen over, or, without a terminal or a wish for a picture, only the signals.
 * screen_close it in every case.
 * @retval CM_E_IO  the system gives no descriptor for signals */
CM_MUST_CHECK cm_err screen_open(struct screen *s, bool picture, struct cm_diag *diag);
void screen_close(struct screen *s);
void screen_size(size_t *columns, size_t *rows);
/** Show lines, each ended by a line end, from the top. @retval as output_bytes */
CM_MUST_CHECK cm_err screen_draw(const struct screen *s, struct cm_slice lines,
                                 struct cm_diag *diag);
/* Wait: `q` and Ctrl-C end, a changed size comes at once. */
enum screen_event screen_wait(const struct screen *s, unsigned ms);

#endif
