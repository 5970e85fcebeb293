/* Control sequences stand here and nowhere else. */
#include "cli/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/macros.h"
#include "cli/output.h"

#define ENTER   "\x1b[?1049h\x1b[?25l" /* the other screen, no cursor */
#define LEAVE   "\x1b[?25h\x1b[?1049l"
#define HOME    "\x1b[H"
#define TO_EDGE "\x1b[K" /* clear the rest of the line */
#define TO_END  "\x1b[J" /* clear what is below */

#define COLUMNS_DEFAULT 80u
#define ROWS_DEFAULT    24u

bool screen_there(void) { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

static cm_err take_keys(struct screen *s) {
    struct termios quiet;
    if (tcgetattr(STDIN_FILENO, &s->before) != 0) return CM_E_IO;
    quiet = s->before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
    quiet.c_cc[VMIN] = 0;
    quiet.c_cc[VTIME] = 0;
    quiet.c_cc[VSUSP] = _POSIX_VDISABLE; /* stopped, it would leave the other screen standing */
    if (tcsetattr(STDIN_FILENO, TCSANOW, &quiet) != 0) return CM_E_IO;
    s->typed = true;
    return CM_OK;
}

cm_err screen_open(struct screen *s, bool picture, struct cm_diag *diag) {
    sigset_t wanted;
    (void)sigemptyset(&wanted);
    (void)sigaddset(&wanted, SIGINT);
    (void)sigaddset(&wanted, SIGTERM);
    (void)sigaddset(&wanted, SIGHUP);
    (void)sigaddset(&wanted, SIGWINCH);
    (void)pthread_sigmask(SIG_BLOCK, &wanted, NULL);
    s->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->signals < 0)
        return diag_fail(diag, CM_E_IO, "signals", NULL, NULL, "%s", file_errno_text(errno));
    if (!picture || !screen_there()) return CM_OK;
    TRY(take_keys(s));
    s->shown = true;
    return output_text(ENTER, diag);
}

void screen_close(struct screen *s) {
    if (s->shown) cm_ignore(output_text(LEAVE, NULL)); /* nobody is left to tell */
    if (s->typed) (void)tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
    if (s->signals >= 0) (void)close(s->signals);
    *s = (struct screen)SCREEN_INIT;
}

void screen_size(size_t *columns, size_t *rows) {
    struct winsize size = {.ws_col = 0};
    *columns = COLUMNS_DEFAULT;
    *rows = ROWS_DEFAULT;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return;
    if (size.ws_col > 0) *columns = size.ws_col;
    if (size.ws_row > 0) *rows = size.ws_row;
}

/* The last line has no line end, so that nothing scrolls. */
cm_err screen_draw(const struct screen *s, struct cm_slice lines, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer frame = BUFFER_INIT;
    if (!s->shown) return output_bytes(lines, diag);
    buffer_text(&frame, HOME);
    for (size_t i = 0; i < lines.len; i++) {
        if (lines.p[i] != '\n')
            buffer_put(&frame, &lines.p[i], 1);
        else
            buffer_text(&frame, i + 1 < lines.len ? TO_EDGE "\r\n" : TO_EDGE);
    }
    buffer_text(&frame, TO_END);
    TRY(buffer_err(&frame));
    return output_bytes(buffer_slice(&frame), diag);
}

static enum screen_event hear_signal(const struct screen *s) {
    struct signalfd_siginfo info;
    enum screen_event event = SCREEN_TICK;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGWINCH) return SCREEN_QUIT;
        event = SCREEN_RESIZED;
    }
    return event;
}

/* A closed terminal ends it, too. */
static bool quit_typed(void) {
    char keys[16];
    const ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
    if (n <= 0) return n == 0 || errno != EAGAIN;
    for (ssize_t i = 0; i < n; i++)
        if (keys[i] == 'q' || keys[i] == 'Q') return true;
    return false;
}

enum screen_event screen_wait(const struct screen *s, unsigned ms) {
    struct pollfd fds[] = {{.fd = s->signals, .events = POLLIN},
                           {.fd = s->typed ? STDIN_FILENO : -1, .events = POLLIN}};
    if (poll(fds, CM_ARRAY_N(fds), (int)ms) <= 0) return SCREEN_TICK;
    if (fds[1].revents != 0 && quit_typed()) return SCREEN_QUIT;
    return fds[0].revents != 0 ? hear_signal(s) : SCREEN_TICK;
}
