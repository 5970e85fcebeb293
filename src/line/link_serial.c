/* A serial line: raw bytes, the speed and frame of the address, no echo, no signals, no job
 * control. It takes the line for itself. There is no connection to lose: a printer that is off is
 * told by its silence, a pulled adapter by its device. References: termios(3), ioctl_tty(2). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "line/link_kind.h"

#define READ_CAP 4096u

struct serial {
    int fd; /* -1: none */
    struct loop_watch *watch;
};

static const struct {
    uint32_t baud;
    speed_t speed;
} speeds[] = {{1200, B1200},   {2400, B2400},     {4800, B4800},
              {9600, B9600},   {19200, B19200},   {38400, B38400},
              {57600, B57600}, {115200, B115200}, {230400, B230400}};

static const char *explain(int number) {
    if (number == ENOENT || number == ENODEV || number == ENXIO)
        return "no such device: is the adapter plugged in?";
    if (number == EACCES || number == EPERM)
        return "the device must not be opened: add this user to its group";
    if (number == EBUSY) return "another program has this serial line";
    if (number == ENOTTY) return "it is no serial line: name a device such as /dev/ttyS0";
    return file_errno_text(number);
}

static cm_err serial_begin(struct link *lk, struct cm_diag *diag) {
    struct serial *s = lk->own;
    (void)diag;
    s->fd = -1;
    return CM_OK;
}

static void serial_close(struct link *lk) {
    struct serial *s = lk->own;
    loop_unwatch(s->watch);
    s->watch = NULL;
    if (s->fd < 0) return;
    (void)ioctl(s->fd, TIOCNXCL);
    (void)close(s->fd);
    s->fd = -1;
}

static void hear(struct link *lk) {
    struct serial *s = lk->own;
    uint8_t bytes[READ_CAP];
    const ssize_t n = read(s->fd, bytes, sizeof bytes);
    if (n > 0) {
        link_heard(lk, slice_of(bytes, (size_t)n));
        wipe(bytes, (size_t)n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        link_failed(lk, "the serial device is gone: is the adapter plugged in?");
    }
}

static void happens(void *ctx, unsigned events) {
    struct link *lk = ctx;
    struct serial *s = lk->own;
    if (lk->timer.set) return; /* a write failed: that is told in this turn */
    link_enter(lk);
    if (events & LOOP_WRITE) {
        loop_watch_set(s->watch, LOOP_READ);
        link_writable(lk);
    }
    if (s->fd >= 0 && (events & (LOOP_READ | LOOP_CLOSED))) hear(lk);
    link_leave(lk);
}

static void set_frame(const struct printer_uri *u, struct termios *t) {
    cfmakeraw(t); /* 8 bits, nothing translated */
    t->c_cflag |= (tcflag_t)(CLOCAL | CREAD);
    t->c_cflag &= (tcflag_t) ~(CSTOPB | PARENB | PARODD | CRTSCTS);
    t->c_iflag &= (tcflag_t) ~(IXON | IXOFF | IXANY | INPCK);
    if (u->bits == 7) t->c_cflag = (t->c_cflag & (tcflag_t)~CSIZE) | CS7;
    if (u->stop == 2) t->c_cflag |= CSTOPB;
    if (u->parity != PARITY_NONE) t->c_cflag |= PARENB;
    if (u->parity == PARITY_ODD) t->c_cflag |= PARODD;
    if (u->flow == FLOW_RTSCTS) t->c_cflag |= CRTSCTS;
    if (u->flow == FLOW_XONXOFF) t->c_iflag |= (tcflag_t)(IXON | IXOFF);
    t->c_cc[VMIN] = 1;
    t->c_cc[VTIME] = 0;
}

/* The driver takes what it can and says nothing of the rest: read it back. */
static int configure(const struct printer_uri *u, int fd) {
    struct termios wish, got;
    speed_t speed = B9600;
    if (ioctl(fd, TIOCEXCL) != 0) return errno;
    if (tcgetattr(fd, &wish) != 0) return errno;
    set_frame(u, &wish);
    for (size_t i = 0; i < CM_ARRAY_N(speeds); i++)
        if (speeds[i].baud == u->baud) speed = speeds[i].speed;
    if (cfsetispeed(&wish, speed) != 0 || cfsetospeed(&wish, speed) != 0) return EINVAL;
    if (tcsetattr(fd, TCSANOW, &wish) != 0) return errno;
    if (tcgetattr(fd, &got) != 0) return errno;
    if (cfgetospeed(&got) != speed) return EINVAL;
    (void)tcflush(fd, TCIFLUSH); /* noise from before */
    return 0;
}

static void serial_open(struct link *lk) {
    struct serial *s = lk->own;
    s->fd = open(lk->uri.path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (s->fd < 0) {
        link_failed(lk, explain(errno));
        return;
    }
    const int number = configure(&lk->uri, s->fd);
    if (number != 0) {
        link_failed(lk, number == EINVAL ? "the device cannot be set to this speed or frame"
                                         : explain(number));
        return;
    }
    const cm_err err = loop_watch(lk->loop, s->fd, LOOP_READ, happens, lk, &s->watch);
    if (err != CM_OK) {
        link_failed(lk, cm_err_name(err));
        return;
    }
    link_is_up_now(lk);
}

static size_t serial_write(struct link *lk, struct cm_slice bytes) {
    struct serial *s = lk->own;
    const ssize_t n = write(s->fd, bytes.p, bytes.len);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        link_fails_soon(lk, "the serial device is gone: is the adapter plugged in?");
        return 0;
    }
    if (n < 0 || (size_t)n < bytes.len) loop_watch_set(s->watch, LOOP_READ | LOOP_WRITE);
    return n < 0 ? 0 : (size_t)n;
}

const struct link_kind link_serial = {
    .own_len = sizeof(struct serial),
    .begin = serial_begin,
    .open = serial_open,
    .write = serial_write,
    .close = serial_close,
};
