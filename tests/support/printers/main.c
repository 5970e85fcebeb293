/* printer_emulator: the emulated printers as a program (--help tells how). */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "support/printers/control.h"
#include "support/printers/options.h"

#define TURN_MS    100u /* how soon a signal is noticed at the latest */
#define PATH_CAP   4096u
#define LINE_CAP   1024u
#define PORT_MAX   65535u
#define EXIT_USED  2 /* the command line is wrong */
#define EXIT_FAULT 3

static volatile sig_atomic_t ended;

static void on_signal(int number) {
    (void)number;
    ended = 1;
}

/* The i-th printer's address: consecutive ports, numbered paths. */
static void address_of(const struct emulator_options *o, uint64_t i, char *out, size_t cap) {
    uint64_t port = 0;
    out[0] = '\0';
    if (text_u64(slice_text(o->address), PORT_MAX, &port) == CM_OK && port > 0)
        text_append(out, cap, "%" PRIu64, port + i);
    else if (strncmp(o->address, "unix:", 5) == 0 && i > 0)
        text_append(out, cap, "%s.%" PRIu64, o->address, i + 1);
    else
        text_append(out, cap, "%s", o->address);
}

static cm_err add_one(struct hall *h, const struct emulator_options *o, uint64_t i,
                      struct cm_diag *diag) {
    char path[PATH_CAP] = "", address[PATH_CAP];
    struct printer_options one = o->printer;
    if (o->record != NULL) {
        text_append(path, sizeof path, i == 0 ? "%s" : "%s.%" PRIu64, o->record, i + 1);
        one.record_path = path;
    }
    one.seed += i; /* each line has its own luck */
    address_of(o, i, address, sizeof address);
    struct printer *p = NULL;
    TRY(printer_new(&one, &p, diag));
    TRY(hall_add(h, p, address, diag));
    (void)printf("ready %s %s\n", one.grammar->name, hall_address(h, (size_t)i));
    return CM_OK;
}

/* Obey the whole lines that came; what is no line of control is told and passed over. */
static void obey(struct control *c, struct buffer *in) {
    CM_CLEANUP(buffer_free) struct buffer answer = BUFFER_INIT;
    uint8_t *to = buffer_reserve(in, LINE_CAP);
    const ssize_t got = to == NULL ? 0 : read(STDIN_FILENO, to, LINE_CAP);
    if (got > 0) in->len += (size_t)got;
    for (;;) {
        const uint8_t *end = in->len == 0 ? NULL : memchr(in->p, '\n', in->len);
        if (end == NULL) break;
        struct cm_diag diag = DIAG_INIT;
        char text[LINE_CAP];
        const size_t len = (size_t)(end - in->p);
        const cm_err err = control_line(c, slice_of(in->p, len), &answer, &diag);
        if (err != CM_OK) {
            (void)diag_text(&diag, err, text, sizeof text);
            buffer_printf(&answer, "error %s\n", text);
        }
        memmove(in->p, in->p + len + 1, in->len - len - 1);
        in->len -= len + 1;
    }
    if (answer.len == 0) return;
    (void)fwrite(answer.p, 1, answer.len, stdout);
    (void)fflush(stdout);
}

static cm_err serve(struct hall *h, const struct emulator_options *o) {
    CM_CLEANUP(control_free) struct control c = {.hall = h};
    CM_CLEANUP(buffer_free) struct buffer in = BUFFER_INIT;
    if (o->control && fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) != 0) return CM_E_IO;
    while (!ended) {
        if (o->control) obey(&c, &in);
        TRY(hall_turn(h, TURN_MS));
    }
    return CM_OK;
}

static cm_err run(const struct emulator_options *o, struct cm_diag *diag) {
    CM_CLEANUP(hall_freep) struct hall *h = NULL;
    TRY(hall_new(&h, diag));
    for (uint64_t i = 0; i < o->count; i++)
        TRY(add_one(h, o, i, diag));
    (void)fflush(stdout);
    TRY(serve(h, o));
    for (size_t i = 0; i < (size_t)o->count; i++) {
        const struct printer *p = hall_printer(h, i);
        (void)printf("printed %s %" PRIu64 "\n", hall_address(h, i), p->total - p->o.total);
    }
    return CM_OK;
}

int main(int argc, char **argv) {
    struct emulator_options o;
    struct cm_diag diag = DIAG_INIT;
    char line[LINE_CAP];
    const struct sigaction end = {.sa_handler = on_signal};
    (void)sigaction(SIGTERM, &end, NULL);
    (void)sigaction(SIGINT, &end, NULL);
    cm_err err = emulator_options_read(argc - 1, argv + 1, &o, &diag);
    const bool help = err == CM_OK && o.help;
    int code = err == CM_OK ? EXIT_SUCCESS : EXIT_USED;
    if (help) (void)fputs(emulator_help, stdout);
    if (err == CM_OK && !help) {
        err = run(&o, &diag);
        code = err == CM_OK ? EXIT_SUCCESS : EXIT_FAULT;
    }
    if (err != CM_OK) {
        (void)diag_text(&diag, err, line, sizeof line);
        (void)fprintf(stderr, "printer_emulator: %s\n", line);
    }
    emulator_options_free(&o);
    return code;
}
