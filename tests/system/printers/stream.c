/* Streams units to any printer address and tells what became of them: link, driver and loop as a
 * line puts them together, without journal or vault. For tests with foreign printers.
 *
 *     printer_stream ADDRESS RUN FIRST COUNT [WINDOW]
 *
 * Lines on standard output: "state NAME: WORDS", "fate NAME FIRST N", "down WORDS", and at the end
 * "given=N printed=N unsent=N refused=N cleared=N unknown=N delivered=N". A line "abandon" on
 * standard input ends it at once; after a minute it ends by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"
#include "line/kinds.h"
#include "line/link.h"

#define PATIENCE_US 60000000u
#define LABEL       "^XA^FO40,40^A0N,30,30^FD{code}^FS^XZ"

struct stream {
    struct loop *loop;
    struct link *lk;
    struct driver *d;
    struct resolver *resolver;
    struct loop_timer timer, patience;
    uint64_t next, end;
    bool stopping, over;
};

static void up(void *ctx) {
    struct stream *s = ctx;
    driver_connected(s->d, loop_now_us(s->loop));
}

static void down(void *ctx, const char *words) {
    struct stream *s = ctx;
    printf("down %s\n", words);
    driver_disconnected(s->d, loop_now_us(s->loop));
}

static void heard(void *ctx, struct cm_slice bytes) {
    struct stream *s = ctx;
    driver_hear(s->d, bytes, loop_now_us(s->loop));
}

static const struct link_events events = {.up = up, .down = down, .heard = heard};

static void nothing(void *ctx) { (void)ctx; }

static void lose_patience(void *ctx) {
    struct stream *s = ctx;
    driver_abandon(s->d, loop_now_us(s->loop));
}

static void hand(void *ctx, unsigned ready) {
    struct stream *s = ctx;
    char line[64];
    (void)ready;
    const ssize_t n = read(STDIN_FILENO, line, sizeof line);
    if (n > 0 && memcmp(line, "abandon", 7) == 0) lose_patience(s);
}

static void give(struct stream *s) {
    const uint64_t now = loop_now_us(s->loop);
    while (s->next < s->end && driver_room(s->d) > 0) {
        char code[32];
        (void)snprintf(code, sizeof code, "CODE%06llu", (unsigned long long)s->next);
        const struct unit u = {.serial = s->next, .texts = {slice_text(code)}};
        if (driver_give(s->d, &u, now, NULL) != CM_OK) abort();
        s->next++;
    }
    if (s->next < s->end || driver_in_flight(s->d) > 0 || s->stopping) return;
    s->stopping = true;
    driver_stop(s->d, now);
}

static void tell(struct stream *s) {
    struct report r;
    while (driver_report(s->d, &r)) {
        if (r.kind == REPORT_STATE) printf("state %s: %s\n", driver_state_name(r.state), r.words);
        if (r.kind == REPORT_RECONNECT) link_cut(s->lk);
        if (r.kind == REPORT_FATE)
            printf("fate %s %llu %llu\n", unit_fate_name(r.fate), (unsigned long long)r.serial,
                   (unsigned long long)r.n);
    }
    (void)fflush(stdout);
}

static void turn_ends(void *ctx) {
    struct stream *s = ctx;
    driver_tick(s->d, loop_now_us(s->loop));
    give(s);
    driver_left(s->d, link_write(s->lk, driver_out(s->d)), loop_now_us(s->loop));
    tell(s);
    if (s->next < s->end && driver_room(s->d) > 0) loop_hurry(s->loop);
    if (driver_state(s->d) == DRIVER_STOPPED) s->over = true;
    const uint64_t wakes = driver_wakes_us(s->d);
    if (wakes != UINT64_MAX) loop_timer_at(s->loop, &s->timer, wakes, nothing, NULL);
}

static cm_err open_stream(struct stream *s, char **arguments, size_t window) {
    struct printer_uri uri;
    struct link_options lo = {.seed = 1, .most_ms = 1000};
    TRY(printer_uri_parse(slice_text(arguments[0]), &uri, NULL));
    const struct driver_options o = {.kind = kind_named(uri.kind),
                                     .fields = {"code"},
                                     .template_text = slice_text(LABEL),
                                     .name = arguments[1],
                                     .address = arguments[0],
                                     .window = window};
    TRY(driver_new(&o, &s->d, NULL));
    TRY(loop_new(&s->loop));
    TRY(resolver_new(s->loop, &s->resolver));
    lo.resolver = s->resolver;
    return link_new(s->loop, &uri, &lo, &events, s, &s->lk, NULL);
}

static void books(const struct stream *s) {
    printf("given=%llu", (unsigned long long)driver_given(s->d));
    for (enum unit_fate f = 0; f < FATE_N; f++)
        printf(" %s=%llu", unit_fate_name(f), (unsigned long long)driver_fated(s->d, f));
    printf("\n");
}

static void close_stream(struct stream *s) {
    link_free(s->lk);
    resolver_free(s->resolver);
    loop_free(s->loop);
    driver_free(s->d);
}

int main(int argc, char **argv) {
    struct stream s = {.over = false};
    struct loop_watch *watch = NULL;
    uint64_t count = 0, window = 0;
    if (argc < 5 || text_u64(slice_text(argv[3]), UINT64_MAX, &s.next) != CM_OK ||
        text_u64(slice_text(argv[4]), UINT32_MAX, &count) != CM_OK ||
        (argc > 5 && text_u64(slice_text(argv[5]), UINT32_MAX, &window) != CM_OK) ||
        open_stream(&s, argv + 1, (size_t)window) != CM_OK) {
        (void)fprintf(stderr, "usage: printer_stream ADDRESS RUN FIRST COUNT [WINDOW]\n");
        return 2;
    }
    s.end = s.next + count;
    loop_turn_end(s.loop, turn_ends, &s);
    loop_timer_at(s.loop, &s.patience, loop_now_us(s.loop) + PATIENCE_US, lose_patience, &s);
    cm_ignore(loop_watch(s.loop, STDIN_FILENO, LOOP_READ, hand, &s, &watch)); /* a file: no hand */
    while (!s.over && loop_turn(s.loop, LOOP_FOREVER) == CM_OK) {
    }
    books(&s);
    close_stream(&s);
    return s.over ? 0 : 3;
}
