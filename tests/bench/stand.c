/* Printers up, runs begun, the loop turned. References as in stand.h. */
#include "stand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/supply_here.h"
#include "doc/json_write.h"

#define LABEL                                                                                      \
    "^XA^PW400^LL200^FO30,60^A0N,56,50^FD{human}^FS^FO30,140^A0N,22,20^FDKeep this code^FS^XZ"
#define LOG_MAX  65536u
#define PATH_CAP 1100u
#define WAIT_US  20000000u
#define TURN_US  100000u

/* ---- Printers ---------------------------------------------------------------------------------
 */

/* Each says "ready zpl 127.0.0.1:PORT" once it listens. */
static bool printers_answer(void *ctx) {
    struct stand *s = ctx;
    CM_CLEANUP(buffer_free) struct buffer log = BUFFER_INIT;
    char path[PATH_CAP];
    size_t n = 0;
    (void)snprintf(path, sizeof path, "%s/log", s->printers.dir);
    if (file_read(path, LOG_MAX, &log, NULL) != CM_OK) return false;
    const char *at = buffer_cstr(&log);
    while (at != NULL && n < s->printer_n && (at = strstr(at, "ready zpl 127.0.0.1:")) != NULL) {
        at += strlen("ready zpl 127.0.0.1:");
        s->ports[n++] = (unsigned)strtoul(at, NULL, 10);
    }
    return n == s->printer_n;
}

cm_err stand_printers(struct stand *s, const struct stand_plan *plan, const char *scratch) {
    char count[DECIMAL_CAP + 1] = "", rate[DECIMAL_CAP + 1] = "";
    const char *paced[] = {CM_PRINTERS, "--grammar", "zpl", "--port",  "0",   "--count",
                           count,       "--rate",    rate,  "--depth", "300", NULL};
    const char *sinks[] = {CM_PRINTERS, "--grammar", "zpl",    "--port", "0",
                           "--count",   count,       "--sink", NULL};
    s->printer_n = plan->lines + plan->spare;
    (void)snprintf(count, sizeof count, "%zu", s->printer_n);
    (void)snprintf(rate, sizeof rate, "%llu", (unsigned long long)plan->rate);
    TRY(server_folder(&s->printers, "printer_emulator", NULL, scratch, s->diag));
    return server_start(&s->printers, plan->rate > 0 ? paced : sinks, printers_answer, s, s->diag);
}

/* ---- Runs -------------------------------------------------------------------------------------
 */

cm_err stand_batches(struct stand *s, const struct stand_plan *plan) {
    for (size_t i = 0; i < plan->lines; i++) {
        uint32_t set = 0;
        TRY(shop_batch(&s->shop, plan->quantity, &set, s->diag));
    }
    return CM_OK;
}

/* The i-th line prints the i-th batch. */
cm_err stand_start(struct stand *s, const struct stand_plan *plan, size_t i) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    char text[64];
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    (void)snprintf(text, sizeof text, "batch-%zu", i + 1);
    json_put_cstr(&w, "batch", text);
    (void)snprintf(text, sizeof text, "zpl+tcp://127.0.0.1:%u", s->ports[i]);
    json_put_cstr(&w, "printer", text);
    json_object_begin(&w, "template");
    json_put_cstr(&w, "name", "plain");
    json_put_cstr(&w, "text", LABEL);
    json_object_end(&w);
    if (plan->window > 0) json_put_u64(&w, "window", plan->window);
    json_object_end(&w);
    TRY(buffer_err(&args));
    return session_act(&s->session, "run.start", buffer_slice(&args), &result, s->diag);
}

static cm_err open_lines(struct stand *s) {
    struct supply *supply = NULL;
    char folder[PATH_CAP];
    (void)snprintf(folder, sizeof folder, "%s/line", s->shop.dir);
    if (mkdir(folder, S_IRWXU) != 0) return CM_E_IO;
    TRY(loop_new(&s->loop));
    TRY(supply_here_new(&s->session, &supply));
    const struct lines_options o = {.loop = s->loop,
                                    .folder = folder,
                                    .files = folder,
                                    .clock = clock_wall(),
                                    .supply = supply,
                                    .seed = 1};
    return lines_new(&o, &s->lines, s->diag);
}

uint64_t stand_given(const struct stand *s) {
    uint64_t n = 0;
    for (size_t i = 0; i < lines_n(s->lines); i++) {
        struct run_view v;
        lines_view(s->lines, i, &v);
        n += v.given;
    }
    return n;
}

static bool all_print(const struct stand *s, size_t lines) {
    bool print = lines_n(s->lines) == lines;
    for (size_t i = 0; print && i < lines; i++) {
        struct run_view v;
        lines_view(s->lines, i, &v);
        print = v.printed > 0;
    }
    return print;
}

static cm_err wait_for_all(struct stand *s, size_t lines) {
    const uint64_t end_us = clock_monotonic_us() + WAIT_US;
    while (clock_monotonic_us() < end_us) {
        if (all_print(s, lines)) return CM_OK;
        TRY(loop_turn(s->loop, TURN_US));
    }
    return diag_fail(s->diag, CM_E_STATE, "lines", NULL, NULL, "not every line prints after 20 s");
}

cm_err stand_open(struct stand *s, const struct stand_plan *plan, const char *scratch,
                  struct cm_diag *diag) {
    *s = (struct stand)STAND_INIT;
    s->diag = diag;
    TRY(stand_printers(s, plan, scratch));
    TRY(shop_open(&s->shop, scratch, diag));
    TRY(stand_batches(s, plan));
    s->session = (struct session){
        .workspace = s->shop.dir, .keystore = s->shop.keystore, .engine = s->shop.engine};
    for (size_t i = 0; i < plan->lines; i++)
        TRY(stand_start(s, plan, i));
    TRY(open_lines(s));
    return wait_for_all(s, plan->lines);
}

void stand_close(struct stand *s) {
    lines_free(s->lines);
    loop_free(s->loop);
    run_live_wipe(&s->session.live);
    shop_close(&s->shop);
    server_stop(&s->printers);
    *s = (struct stand)STAND_INIT;
}

cm_err stand_run(void *ctx, double seconds, struct leg *leg) {
    struct stand *s = ctx;
    const uint64_t before = stand_given(s);
    lines_delay_clear(s->lines);
    const struct meter m = meter_begin();
    while (meter_seconds(&m) < seconds)
        TRY(loop_turn(s->loop, TURN_US));
    leg->items = (double)(stand_given(s) - before);
    leg->p50_us = (double)lines_delay_us(s->lines, 0.50);
    leg->p99_us = (double)lines_delay_us(s->lines, 0.99);
    meter_end(&m, leg);
    return leg->items > 0 ? CM_OK
                          : diag_fail(s->diag, CM_E_STATE, "lines", NULL, NULL, "nothing was sent");
}
