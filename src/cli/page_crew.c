/* A chunk is one page, or some pages of few labels: what a page says of itself is known before it
 * is begun. */
#include "cli/page_crew.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/count_line.h"
#include "cli/crew.h"
#include "cli/interrupt.h"
#include "symbol/layout.h"

#define CHUNK_LEAST 64u /* rows */
#define NUMBER_CAP  32u /* characters of a unit's number in labels of pages */

/* What the hands share; it belongs to the one whose turn it is to put. */
struct drawing {
    const struct page_crew *crew;
    bool begun; /* the first rows are taken; under the turn to take */
    struct label label;
    struct page_count count;
    struct count_line line;
};

struct hand {
    struct drawing *drawing;
    struct row_store rows;
    struct row_chunk chunk;
    struct symbol *symbols; /* of the chunk */
    size_t symbol_n, cap;
    size_t skip; /* places before the first row of the chunk */
    struct buffer text, lines;
    size_t *line_at; /* cap * line_n + 1 places in lines */
};

static const struct page_job *job_of(const struct hand *h) { return h->drawing->crew->job; }

static const struct cm_slice *cells_of(const struct hand *h, size_t i) {
    return h->chunk.cells + i * job_of(h)->symbols->column_n;
}

/* ---- Encoding ---------------------------------------------------------------------------------
 */

static void drop_symbols(struct hand *h) {
    for (size_t i = 0; i < h->symbol_n; i++)
        symbol_free(&h->symbols[i]);
    h->symbol_n = 0;
}

static cm_err make_row(struct hand *h, size_t i, struct cm_diag *diag) {
    const struct page_job *job = job_of(h);
    struct symbol symbol = {.width = 0};
    TRY(symbol_job_make(job->symbols, cells_of(h, i), &h->text, &symbol, diag));
    h->symbols[h->symbol_n++] = symbol;
    for (size_t k = 0; k < job->label.line_n; k++) {
        h->line_at[i * job->label.line_n + k] = h->lines.len;
        TRY(payload_fill(job->lines[k], cells_of(h, i), &h->lines, diag));
    }
    return buffer_err(&h->lines);
}

static cm_err work(void *ctx, struct cm_diag *diag) {
    struct hand *h = ctx;
    buffer_clear(&h->lines);
    for (size_t i = 0; i < h->chunk.n; i++) {
        const cm_err err = make_row(h, i, diag);
        if (err == CM_OK) continue;
        symbol_job_blame(job_of(h)->symbols, h->chunk.first + i, diag);
        return err;
    }
    h->line_at[h->chunk.n * job_of(h)->label.line_n] = h->lines.len;
    return CM_OK;
}

/* ---- Drawing ----------------------------------------------------------------------------------
 */

static cm_err next(void *ctx, bool *more, struct cm_diag *diag) {
    struct hand *h = ctx;
    drop_symbols(h);
    h->skip = h->drawing->begun ? 0 : job_of(h)->skip;
    h->drawing->begun = true;
    TRY(row_feed_take(h->drawing->crew->feed, h->cap - h->skip, &h->rows, &h->chunk, diag));
    *more = h->chunk.n > 0;
    return CM_OK;
}

/* The unit's serial, or its row. */
static void number_of(const struct hand *h, size_t i, char out[static NUMBER_CAP]) {
    const size_t column = job_of(h)->serial;
    const struct cm_slice serial =
        column != PAGE_NO_COLUMN ? cells_of(h, i)[column] : slice_of(NULL, 0);
    if (serial.len > 0 && serial.len < NUMBER_CAP && text_prints(serial))
        (void)snprintf(out, NUMBER_CAP, "%.*s", (int)serial.len, (const char *)serial.p);
    else
        (void)snprintf(out, NUMBER_CAP, "%" PRIu64, h->chunk.first + i);
}

static cm_err begin_page(struct hand *h, size_t first, size_t n, double width, double height) {
    char from[NUMBER_CAP], to[NUMBER_CAP], label[2 * NUMBER_CAP + 4], mark[2 * NUMBER_CAP + 16];
    struct pages *p = h->drawing->crew->pages;
    number_of(h, first, from);
    number_of(h, first + n - 1, to);
    (void)snprintf(label, sizeof label, n > 1 ? "%s-%s" : "%s", from, to);
    (void)snprintf(mark, sizeof mark, "%s %s",
                   job_of(h)->serial != PAGE_NO_COLUMN ? "serial" : "row", label);
    h->drawing->count.pages++;
    return page_begin(p, width, height, label, mark);
}

/* A page as large as its symbol. */
static cm_err draw_natural(struct hand *h, size_t i) {
    const struct symbol_job *job = job_of(h)->symbols;
    struct picture_size *size = &h->drawing->count.first;
    const struct symbol *s = &h->symbols[i];
    double width = 0, height = 0;
    const double module = job->look.module_mm > 0 ? job->look.module_mm : layout_module_mm(s->kind);
    TRY(page_symbol_size(h->drawing->crew->pages, s, module, job->look.bar_mm, &width, &height));
    TRY(begin_page(h, i, 1, width, height));
    page_symbol(h->drawing->crew->pages, s, 0, 0, module, job->look.bar_mm);
    if (h->chunk.first + i == 1)
        *size = (struct picture_size){.width_mm = width, .height_mm = height, .module_mm = module};
    return CM_OK;
}

static cm_err draw_label(struct hand *h, size_t i, size_t place, struct cm_diag *diag) {
    struct drawing *d = h->drawing;
    const struct page_job *job = job_of(h);
    const size_t line_n = job->label.line_n;
    struct cm_slice lines[LABEL_LINES_MAX];
    const struct sheet_place at = sheet_place(&job->sheet, place);
    if (h->chunk.first + i == 1) {
        TRY(label_settle(&job->label, d->crew->pages, &h->symbols[i], &d->label, diag));
        d->count.first.module_mm = d->label.module_mm;
        TRY(page_symbol_size(d->crew->pages, &h->symbols[i], d->label.module_mm, d->label.bar_mm,
                             &d->count.first.width_mm, &d->count.first.height_mm));
    }
    for (size_t k = 0; k < line_n; k++) {
        const size_t from = h->line_at[i * line_n + k];
        lines[k] = slice_of(h->lines.p + from, h->line_at[i * line_n + k + 1] - from);
    }
    return label_draw(&d->label, d->crew->pages, &h->symbols[i], lines, at.x, at.y, diag);
}

/* n rows from `first` on, on a page from its label `place` on. */
static cm_err draw_sheet(struct hand *h, size_t first, size_t n, size_t place,
                         struct cm_diag *diag) {
    const struct sheet *sheet = &job_of(h)->sheet;
    TRY(begin_page(h, first, n, sheet->page_width, sheet->page_height));
    for (size_t i = 0; i < n; i++) {
        const cm_err err = draw_label(h, first + i, place + i, diag);
        if (err == CM_OK) continue;
        symbol_job_blame(job_of(h)->symbols, h->chunk.first + first + i, diag);
        return err;
    }
    sheet_marks(sheet, h->drawing->crew->pages);
    return CM_OK;
}

static cm_err put(void *ctx, struct cm_diag *diag) {
    struct hand *h = ctx;
    struct drawing *d = h->drawing;
    const size_t per_page = job_of(h)->per_page;
    if (interrupt_came())
        return diag_fail(diag, CM_E_CANCELLED, job_of(h)->symbols->input, NULL,
                         "run the same command again: it begins with the first row",
                         "stopped; nothing was left");
    if (h->chunk.first == 1) memcpy(d->count.size, h->symbols[0].size, sizeof d->count.size);
    for (size_t i = 0, n = 0; i < h->chunk.n; i += n) {
        const size_t place = i == 0 ? h->skip : 0, left = h->chunk.n - i, room = per_page - place;
        n = left < room ? left : room;
        TRY(job_of(h)->natural ? draw_natural(h, i) : draw_sheet(h, i, n, place, diag));
    }
    d->count.labels += h->chunk.n;
    count_line_show(&d->line, d->count.labels);
    return CM_OK;
}

/* ---- The whole --------------------------------------------------------------------------------
 */

static void hand_wipe(struct hand *h) {
    if (h->symbols != NULL) drop_symbols(h);
    row_store_wipe(&h->rows);
    buffer_wipe(&h->text);
    buffer_wipe(&h->lines);
    free(h->symbols);
    free(h->line_at);
}

static cm_err hand_init(struct hand *h, struct drawing *d) {
    const struct page_job *job = d->crew->job;
    h->drawing = d;
    h->cap = job->per_page;
    while (h->cap < CHUNK_LEAST)
        h->cap += job->per_page;
    h->symbols = calloc(h->cap, sizeof *h->symbols);
    h->line_at = calloc(h->cap * job->label.line_n + 1, sizeof *h->line_at);
    return h->symbols != NULL && h->line_at != NULL ? CM_OK : CM_E_NO_MEMORY;
}

cm_err page_crew_run(const struct page_crew *crew, struct page_count *out, struct cm_diag *diag) {
    struct drawing d = {.crew = crew};
    struct hand hands[CREW_HANDS_MAX] = {{.drawing = NULL}};
    void *contexts[CREW_HANDS_MAX] = {NULL};
    const unsigned n = crew->hands > 0 ? crew->hands : crew_size(CREW_HANDS_MAX);
    const struct crew all = {.next = next, .work = work, .put = put, .hands = contexts, .n = n};
    cm_err err = CM_OK;
    count_line_init(&d.line, crew->progress, "labels", row_feed_total(crew->feed));
    for (unsigned i = 0; i < n && err == CM_OK; i++) {
        contexts[i] = &hands[i];
        err = hand_init(&hands[i], &d);
    }
    if (err == CM_OK) err = crew_run(&all, diag);
    count_line_end(&d.line, d.count.labels);
    for (size_t i = 0; i < CM_ARRAY_N(hands); i++)
        hand_wipe(&hands[i]);
    if (err == CM_OK) *out = d.count;
    return err;
}
