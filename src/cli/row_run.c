/* Lines of one width. Copies are made in whole pieces of 16 bytes, in ascending order: what a piece
 * writes beyond its end is overwritten by the next one, or by the next line. */
#include "cli/row_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PIECE         ROW_RUN_SLACK /* bytes of one copy */
#define ODOMETER_N    8u            /* digits that count in one register */
#define ODOMETER_TURN 100000000u    /* 10^ODOMETER_N */
#define DIGITS_CAP    21u           /* bytes of a 64-bit number with its NUL */
#define ONES          0x0101010101010101u
#define TOPS          (ONES * 0x80u)
#define DIGIT_BASE    0xF6u /* 256 - 10: a digit is kept so far up that 9 + 1 carries by itself */

/* ---- Decimal counting ------------------------------------------------------------------------ */

/* Eight digits, the last one in the lowest byte, each as DIGIT_BASE + digit. */
static uint64_t odometer_at(uint64_t value) {
    uint64_t digits = 0;
    for (unsigned i = 0; i < ODOMETER_N; i++, value /= 10u)
        digits |= (DIGIT_BASE + value % 10u) << (8u * i);
    return digits;
}

/* A byte that went over is 0 and has carried into the next: give it its base again. */
static inline uint64_t odometer_next(uint64_t digits) {
    digits++;
    return digits | ((~digits & TOPS) >> 7) * DIGIT_BASE;
}

/* The last n digits as text in the first n of eight bytes. */
static inline void odometer_put(uint64_t digits, unsigned n, uint8_t *out) {
    const uint64_t text = digits - ONES * (DIGIT_BASE - '0');
    const uint64_t be = __builtin_bswap64(text << (8u * (ODOMETER_N - n)));
    memcpy(out, &be, sizeof be);
}

_Static_assert(ODOMETER_N <= ROW_RUN_SLACK, "a serial may touch what a copy may");

/* ---- Layout ---------------------------------------------------------------------------------- */

static uint64_t run_of(uint64_t first) {
    uint64_t end = 10;
    while (end <= first && end < UINT64_MAX / 10u)
        end *= 10u;
    const uint64_t turn = ODOMETER_TURN - first % ODOMETER_TURN;
    const uint64_t width = end > first ? end - first : turn;
    return width < turn ? width : turn;
}

void row_run_begin(struct row_run *r, uint64_t first) {
    buffer_clear(&r->image);
    r->step_n = 0;
    r->first = first;
    r->n = run_of(first);
    r->full = false;
}

static void add_step(struct row_run *r, enum row_step_kind kind, size_t from, size_t to,
                     size_t len) {
    if (len == 0) return;
    if (r->step_n == ROW_RUN_STEPS_MAX || to + len > UINT16_MAX) {
        r->full = true;
        return;
    }
    r->steps[r->step_n++] = (struct row_step){
        .kind = (uint8_t)kind, .from = (uint16_t)from, .to = (uint16_t)to, .len = (uint16_t)len};
}

void row_run_constant(struct row_run *r, struct cm_slice text) {
    size_t at = r->image.len;
    struct row_step *last = r->step_n > 0 ? &r->steps[r->step_n - 1] : NULL;
    if (text.len == 0) return;
    buffer_put(&r->image, text.p, text.len);
    if (last != NULL && last->kind != STEP_IMAGE && !last->has_next) {
        last->next = (char)text.p[0];
        last->has_next = true;
        at++;
    } else if (last != NULL && last->kind == STEP_IMAGE && at + text.len <= UINT16_MAX) {
        last->len = (uint16_t)(last->len + text.len);
        return;
    }
    add_step(r, STEP_IMAGE, at, at, r->image.len - at);
}

static void add_group(struct row_run *r, size_t from, size_t len) {
    static const uint8_t blank[CM_LENGTH_MAX + 1u] = {0};
    const size_t at = r->image.len;
    buffer_put(&r->image, blank, len);
    add_step(r, STEP_CODE, from, at, len);
}

void row_run_code(struct row_run *r, const struct grouping *grouping, uint8_t code_len) {
    size_t from = 0;
    for (size_t i = 0; i < CM_GROUPS_MAX && grouping->size[i] != 0; i++) {
        if (i > 0) row_run_constant(r, slice_of(&grouping->separator, 1));
        add_group(r, from, grouping->size[i]);
        from += grouping->size[i];
    }
    if (from == 0) add_group(r, 0, code_len);
}

void row_run_serial(struct row_run *r) {
    char text[DIGITS_CAP];
    const size_t len = (size_t)snprintf(text, sizeof text, "%" PRIu64, r->first);
    const size_t counted = len < ODOMETER_N ? len : ODOMETER_N;
    row_run_constant(r, slice_of(text, len - counted));
    const size_t at = r->image.len;
    buffer_put(&r->image, text + (len - counted), counted);
    add_step(r, STEP_SERIAL, 0, at, counted);
}

cm_err row_run_end(struct row_run *r) {
    r->line_len = r->image.len;
    if (buffer_reserve(&r->image, ROW_RUN_SLACK) == NULL) return CM_E_NO_MEMORY;
    memset(r->image.p + r->line_len, 0, ROW_RUN_SLACK);
    return r->full ? CM_E_LIMIT : CM_OK;
}

void row_run_wipe(struct row_run *r) { buffer_free(&r->image); }

/* ---- Lines ----------------------------------------------------------------------------------- */

static inline void copy_pieces(uint8_t *to, const uint8_t *from, size_t len) {
    for (size_t i = 0; i < len; i += PIECE)
        memcpy(to + i, from + i, PIECE);
}

static inline void put_line(const struct row_run *r, const uint8_t *code, uint64_t serial,
                            uint8_t *line) {
    for (const struct row_step *s = r->steps; s < r->steps + r->step_n; s++) {
        uint8_t *to = line + s->to;
        if (s->kind == STEP_IMAGE) {
            copy_pieces(to, r->image.p + s->from, s->len);
            continue;
        }
        if (s->kind == STEP_SERIAL)
            odometer_put(serial, s->len, to);
        else
            copy_pieces(to, code + s->from, s->len);
        to[s->len] = (uint8_t)s->next;
    }
}

size_t row_run_put(const struct row_run *r, const char *codes, uint8_t code_len,
                   const uint8_t *skip, uint64_t serial, size_t n, uint8_t *out) {
    uint64_t digits = odometer_at(serial);
    uint8_t *line = out;
    for (size_t i = 0; i < n; i++) {
        if (skip[i] == 0) {
            put_line(r, (const uint8_t *)codes + i * code_len, digits, line);
            line += r->line_len;
        }
        digits = odometer_next(digits);
    }
    return (size_t)(line - out);
}
