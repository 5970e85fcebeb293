/* A walk along each edge. Every closed line has an edge above a dark module that goes to the right:
 * there walks begin, and there it is noted that an edge has been walked. */
#include "symbol/outline.h"

#include <stdlib.h>

#include "base/macros.h"

#define WAYS 4u /* right, down, left, up: each is the next one's left */

struct walk {
    const struct symbol *s;
    const struct lettering_pen *pen;
    double x0, y0;
    uint8_t *walked; /* of each module: the edge above it */
    long x, y;       /* a corner of modules */
    unsigned way;
};

static void freep(uint8_t **p) { free(*p); }

bool outline_can(const struct symbol *s) {
    for (size_t i = 0; i < s->rows; i++)
        if (s->row_modules != NULL && s->row_modules[i] != 1) return false;
    return s->guard == NULL;
}

static bool is_dark(const struct symbol *s, long x, long y) {
    if (x < 0 || y < 0 || (size_t)x >= s->width || (size_t)y >= s->rows) return false;
    return symbol_is_dark(s, (size_t)x, (size_t)y);
}

/* The module ahead, on the right of who goes that way; on the left is that of the way before. */
static bool dark_ahead(const struct walk *w, unsigned way) {
    static const int8_t right[WAYS][2] = {{0, 0}, {-1, 0}, {-1, -1}, {0, -1}};
    return is_dark(w->s, w->x + right[way][0], w->y + right[way][1]);
}

/* One module's edge, and the way on from there. */
static void step(struct walk *w) {
    static const int8_t on[WAYS][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    if (w->way == 0) w->walked[(size_t)w->y * w->s->width + (size_t)w->x] = 1;
    w->x += on[w->way][0];
    w->y += on[w->way][1];
    const unsigned left = (w->way + WAYS - 1) % WAYS;
    if (!dark_ahead(w, w->way))
        w->way = (w->way + 1) % WAYS;
    else if (dark_ahead(w, left))
        w->way = left;
}

/* Modules are looked at from left to right, so the first edge begins at a corner. */
static void walk_around(struct walk *w, size_t x, size_t y) {
    w->x = (long)x;
    w->y = (long)y;
    w->way = 0;
    w->pen->move(w->pen->ctx, w->x0 + (double)x, w->y0 + (double)y);
    for (;;) {
        const unsigned way = w->way;
        step(w);
        if (w->x == (long)x && w->y == (long)y && w->way == 0) break;
        if (w->way != way) w->pen->line(w->pen->ctx, w->x0 + (double)w->x, w->y0 + (double)w->y);
    }
    w->pen->close(w->pen->ctx);
}

cm_err outline_trace(const struct symbol *s, double x, double y, const struct lettering_pen *pen) {
    CM_CLEANUP(freep) uint8_t *walked = calloc(s->rows, s->width);
    if (walked == NULL) return CM_E_NO_MEMORY;
    struct walk w = {.s = s, .pen = pen, .x0 = x, .y0 = y, .walked = walked};
    for (size_t row = 0; row < s->rows; row++)
        for (size_t column = 0; column < s->width; column++) {
            const bool edge =
                symbol_is_dark(s, column, row) && (row == 0 || !symbol_is_dark(s, column, row - 1));
            if (edge && walked[row * s->width + column] == 0) walk_around(&w, column, row);
        }
    wipe(walked, s->rows * s->width);
    return CM_OK;
}
