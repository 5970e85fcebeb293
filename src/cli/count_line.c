/* Standard error only: standard output belongs to results. */
#include "cli/count_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define RENEW_US  100000u
#define BAR_WIDTH 30u

void count_line_init(struct count_line *l, bool shown, const char *what, uint64_t total) {
    *l = (struct count_line){
        .shown = shown && isatty(STDERR_FILENO) == 1, .what = what, .total = total};
}

static void draw(const struct count_line *l, uint64_t done, const char *end) {
    char bar[BAR_WIDTH + 1];
    if (l->total == 0) {
        (void)fprintf(stderr, "\r%" PRIu64 " %s%s", done, l->what, end);
        return;
    }
    if (done > l->total) done = l->total;
    const unsigned full = (unsigned)(done * BAR_WIDTH / l->total);
    for (unsigned i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    (void)fprintf(stderr, "\r[%s] %" PRIu64 " of %" PRIu64 " %s, %u %%%s", bar, done, l->total,
                  l->what, (unsigned)(done * 100 / l->total), end);
}

void count_line_show(struct count_line *l, uint64_t done) {
    if (!l->shown) return;
    const uint64_t now = clock_monotonic_us();
    if (now < l->renew_us) return;
    l->renew_us = now + RENEW_US;
    draw(l, done, "");
}

void count_line_end(struct count_line *l, uint64_t done) {
    if (l->shown) draw(l, done, "\n");
}
