/* Lines of chance symbols, each symbol as often as the others, printed with chance faults, put a
 * little beside the place where they are expected, read and counted. References as in reading.h. */
#include "symbol/reading.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "symbol/fault_random.h"

#define SLACK_SHARE  0.15 /* of a capital: a line stands this far beside its place, each way */
#define MARGIN_SHARE 0.6  /* of a capital: paper around it */
#define STRENGTH_MAX 10.0
#define DEGREE       (3.14159265358979323846 / 180.0)
#define LINES_MAX    1000000u
#define LINE_SALT    UINT64_C(0xD1B54A32D192ED03) /* any odd number: seeds of lines differ */

struct desk {
    const struct reading_wish *wish;
    struct glyphset set;
    struct reader *reader;
    struct fault fault;
    struct fault_random chance;
    size_t deck[GLYPHSET_N_MAX], left; /* symbols not yet shown in this round */
};

static void desk_free(struct desk *d) {
    glyphset_free(&d->set);
    reader_free(d->reader);
}

static cm_err desk_open(struct desk *d, const struct reading_wish *wish, struct cm_diag *diag) {
    if (wish->length < 1 || wish->length > READING_LINE_MAX || wish->lines < 1 ||
        wish->lines > LINES_MAX || !(wish->strength >= 0 && wish->strength <= STRENGTH_MAX))
        return diag_fail(diag, CM_E_RANGE, "reading test", NULL,
                         "take 1 to 32 symbols a line, 1 to 1,000,000 lines, strength 0 to 10",
                         "a line, a number of lines or a strength out of range");
    d->wish = wish;
    d->chance.state = wish->seed;
    TRY(press_glyphs(wish->press, wish->font, wish->height_mm, wish->symbols, &d->set, diag));
    const struct fault typical = press_fault(wish->press, wish->font, wish->height_mm);
    d->fault = fault_scaled(&typical, wish->strength);
    return reader_new(&d->set, &d->reader);
}

static size_t draw(struct desk *d) {
    if (d->left == 0) {
        d->left = d->set.n;
        for (size_t i = 0; i < d->left; i++)
            d->deck[i] = i;
    }
    const size_t at = (size_t)(fault_share(&d->chance) * (double)d->left);
    const size_t symbol = d->deck[at];
    d->deck[at] = d->deck[--d->left];
    return symbol;
}

/* Paper around a line, so that it stays on the sheet when it is turned. */
static size_t margin_of(const struct desk *d, size_t n) {
    const double half = (double)n * (double)d->set.width / 2.0;
    return (size_t)ceil(MARGIN_SHARE * d->set.capital + half * tan(d->fault.skew_deg * DEGREE));
}

/* A line on paper, and where the reader is told to look for it: a little beside its place. */
struct sample {
    struct dots sheet;
    struct reader_line place;
};

static void sample_free(struct sample *s) { dots_free(&s->sheet); }

static cm_err print_line(struct desk *d, struct cm_slice text, uint64_t seed, struct sample *s) {
    const size_t margin = margin_of(d, text.len);
    const double slack = SLACK_SHARE * d->set.capital;
    s->place = (struct reader_line){
        .x = (double)margin + slack * (2.0 * fault_share(&d->chance) - 1.0),
        .foot = (double)margin + d->set.foot + slack * (2.0 * fault_share(&d->chance) - 1.0),
        .slack = slack,
        .skew_deg = d->fault.skew_deg,
        .n = text.len,
    };
    TRY(glyphset_line(&d->set, text, margin, &s->sheet));
    return fault_apply(&s->sheet, d->wish->press->look_dpi, &d->fault, seed);
}

static void count(struct reading *r, const size_t *shown, const struct reader_mark *marks,
                  const struct glyphset *set, size_t n) {
    bool wrong = false;
    for (size_t k = 0; k < n; k++) {
        const size_t as = glyphset_find(set, marks[k].symbol);
        r->shown[shown[k]]++;
        r->read_as[shown[k]][as]++;
        if (as == shown[k]) {
            r->margin[as] += marks[k].margin;
            continue;
        }
        r->wrong[shown[k]]++;
        wrong = true;
    }
    r->lines++;
    r->lines_wrong += wrong ? 1u : 0u;
}

static cm_err one_line(struct desk *d, struct reading *r) {
    size_t shown[READING_LINE_MAX] = {0};
    char text[READING_LINE_MAX];
    struct reader_mark marks[READING_LINE_MAX];
    CM_CLEANUP(sample_free) struct sample s = {.sheet = DOTS_INIT};
    const size_t n = d->wish->length;
    for (size_t k = 0; k < n; k++) {
        shown[k] = draw(d);
        text[k] = d->set.symbols[shown[k]];
    }
    TRY(print_line(d, slice_of(text, n), d->wish->seed ^ (LINE_SALT * (r->lines + 1u)), &s));
    TRY(reader_read(d->reader, &s.sheet, &s.place, marks));
    count(r, shown, marks, &d->set, n);
    return CM_OK;
}

static void finish(struct reading *r) {
    for (size_t i = 0; i < r->n; i++) {
        const uint32_t right = r->shown[i] - r->wrong[i];
        if (right > 0) r->margin[i] /= right;
    }
}

static void reading_freep(struct reading **r) { free(*r); }

cm_err reading_run(const struct reading_wish *wish, struct reading *out, struct cm_diag *diag) {
    CM_CLEANUP(desk_free) struct desk d = {.wish = wish};
    CM_CLEANUP(reading_freep) struct reading *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    TRY(desk_open(&d, wish, diag));
    r->n = d.set.n;
    memcpy(r->symbols, d.set.symbols, sizeof r->symbols);
    while (r->lines < wish->lines) {
        TRY(one_line(&d, r));
        if (wish->tick != NULL && !wish->tick(wish->ctx, r->lines)) break;
    }
    finish(r);
    *out = *r;
    return CM_OK;
}

cm_err reading_example(const struct reading_wish *wish, struct cm_slice text, struct dots *out,
                       struct reader_mark *marks, struct cm_diag *diag) {
    CM_CLEANUP(desk_free) struct desk d = {.wish = wish};
    CM_CLEANUP(sample_free) struct sample s = {.sheet = DOTS_INIT};
    TRY(desk_open(&d, wish, diag));
    if (text.len < 1 || text.len > READING_LINE_MAX)
        return diag_fail(diag, CM_E_RANGE, "reading test", NULL, "take a text of 1 to 32 symbols",
                         "a text of %zu symbols", text.len);
    TRY(print_line(&d, text, wish->seed, &s));
    if (marks != NULL) TRY(reader_read(d.reader, &s.sheet, &s.place, marks));
    *out = s.sheet;
    s.sheet = (struct dots)DOTS_INIT;
    return CM_OK;
}

size_t reading_mixes(const struct reading *r, struct reading_mix *out, size_t cap) {
    size_t n = 0;
    for (size_t i = 0; i < r->n * r->n; i++) {
        const size_t shown = i / r->n, as = i % r->n;
        const uint32_t times = r->read_as[shown][as];
        if (shown == as || times == 0) continue;
        size_t at = n < cap ? n : cap;
        for (; at > 0 && out[at - 1u].times < times; at--)
            if (at < cap) out[at] = out[at - 1u];
        if (at < cap) out[at] = (struct reading_mix){r->symbols[shown], r->symbols[as], times};
        n++;
    }
    return n;
}
