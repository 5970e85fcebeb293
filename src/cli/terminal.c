/* The terminal, character by character: signals are off while a secret is typed, so that Ctrl-C
 * cannot leave the terminal without echo. */
#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"

#define TERMINAL  "/dev/tty"
#define CONTROL_C 0x03
#define CONTROL_D 0x04
#define CONTROL_U 0x15
#define BACKSPACE 0x08
#define DELETE    0x7f

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

bool terminal_there(void) {
    CM_CLEANUP(close_fd) int fd = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);
    return fd >= 0 && isatty(fd) == 1;
}

/* ---- One line, byte by byte ------------------------------------------------------------------ */

struct line {
    int fd;
    bool typed; /* by a person: editing keys mean something */
    uint8_t *p; /* guarded, cap bytes */
    size_t len, cap;
    bool ended;
};

static cm_err take_key(struct line *l, uint8_t c) {
    if (l->typed && c == CONTROL_C) return CM_E_CANCELLED;
    if (l->typed && c == CONTROL_D && l->len == 0) return CM_E_CANCELLED;
    if (c == '\n' || (l->typed && (c == '\r' || c == CONTROL_D))) {
        l->ended = true;
        return CM_OK;
    }
    if (l->typed && (c == BACKSPACE || c == DELETE)) {
        l->len -= l->len > 0;
        return CM_OK;
    }
    if (l->typed && c == CONTROL_U) {
        l->len = 0;
        return CM_OK;
    }
    if (l->len == l->cap) return CM_E_LIMIT;
    l->p[l->len++] = c;
    return CM_OK;
}

static cm_err read_keys(struct line *l) {
    while (!l->ended) {
        uint8_t c = 0;
        const ssize_t got = read(l->fd, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return CM_E_IO;
        if (got == 0) break;
        TRY(take_key(l, c));
        wipe(&c, 1);
    }
    if (!l->typed && l->len > 0 && l->p[l->len - 1] == '\r') l->len--;
    return l->len > 0 ? CM_OK : CM_E_FORMAT;
}

static cm_err read_line(int fd, bool typed, size_t cap, struct secret *out, struct cm_diag *diag) {
    SECRET_SCOPED struct secret room = SECRET_INIT, exact = SECRET_INIT;
    TRY(secret_init(&room, cap, diag));
    struct line l = {.fd = fd, .typed = typed, .p = room.p, .cap = cap};
    TRY(read_keys(&l));
    TRY(secret_init(&exact, l.len, diag));
    memcpy(exact.p, room.p, l.len);
    *out = exact;
    exact = (struct secret)SECRET_INIT;
    return CM_OK;
}

static cm_err explain(cm_err err, const char *input, size_t cap, struct cm_diag *diag) {
    switch ((int)err) {
    case CM_OK: return CM_OK;
    case CM_E_CANCELLED: return diag_fail(diag, err, NULL, NULL, NULL, "stopped");
    case CM_E_LIMIT: return diag_fail(diag, err, input, NULL, NULL, "longer than %zu bytes", cap);
    case CM_E_FORMAT: return diag_fail(diag, err, input, NULL, NULL, "nothing was given");
    case CM_E_IO:
        return diag_fail(diag, err, input, NULL, "is it open for reading?", "cannot read: %s",
                         file_errno_text(errno));
    default: return err;
    }
}

cm_err terminal_secret(const char *prompt, size_t cap, struct secret *out, struct cm_diag *diag) {
    CM_CLEANUP(close_fd) int fd = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios before, quiet;
    if (fd < 0 || tcgetattr(fd, &before) != 0) return CM_E_NOT_FOUND;
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    TRY(terminal_show(prompt));
    if (tcsetattr(fd, TCSAFLUSH, &quiet) != 0) return CM_E_IO;
    const cm_err err = read_line(fd, true, cap, out, diag);
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    TRY(terminal_show("\n"));
    return explain(err, "terminal", cap, diag);
}

cm_err descriptor_secret(int fd, size_t cap, struct secret *out, struct cm_diag *diag) {
    return explain(read_line(fd, false, cap, out, diag), "--passphrase-fd", cap, diag);
}

cm_err terminal_show(const char *text) {
    CM_CLEANUP(close_fd) int fd = open(TERMINAL, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    size_t left = strlen(text);
    if (fd < 0) return CM_E_NOT_FOUND;
    while (left > 0) {
        const ssize_t put = write(fd, text, left);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return CM_E_IO;
        text += put;
        left -= (size_t)put;
    }
    return CM_OK;
}
