/* Options of pages become millimetres. */
#include "cli/page_job.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "symbol/length.h"

#define SIDE_MAX_MM 5000.0
#define SIDE_USUAL  "write it as 5, 2.5 or 5x10"

/* One length for both directions, or two. */
static cm_err read_pair(const struct options *o, const char *name, double *x, double *y,
                        struct cm_diag *diag) {
    const char *text = option_text(o, name);
    char flag[16];
    double one = 0;
    if (text == NULL) return CM_OK;
    if (length_parse(slice_text(text), &one)) {
        *x = *y = one;
        return CM_OK;
    }
    if (length_pair(text, x, y)) return CM_OK;
    (void)snprintf(flag, sizeof flag, "--%s", name);
    return diag_fail(diag, CM_E_ARGUMENT, flag, NULL, SIDE_USUAL, "'%.40s' is no length in mm",
                     text);
}

static cm_err read_grid(const char *grid, const struct options *o, struct sheet_wish *wish,
                        struct cm_diag *diag) {
    const char *page = option_text(o, "page"), *label = option_text(o, "label");
    if (grid != NULL) TRY(sheet_grid_parse(grid, wish, diag));
    if (page != NULL) TRY(sheet_page_parse(page, wish, diag));
    if (label != NULL && !length_pair(label, &wish->label_width, &wish->label_height))
        return diag_fail(diag, CM_E_ARGUMENT, "--label", NULL, "write it as 70x37",
                         "'%.40s' is no size in mm", label);
    if (grid == NULL && page == NULL && label != NULL) {
        wish->page_width = wish->label_width;
        wish->page_height = wish->label_height;
    }
    if (grid == NULL) wish->columns = wish->rows = 1;
    if (grid == NULL && page != NULL && label == NULL) wish->margin_x = wish->margin_y = 0;
    TRY(read_pair(o, "margin", &wish->margin_x, &wish->margin_y, diag));
    return read_pair(o, "gap", &wish->gap_x, &wish->gap_y, diag);
}

static cm_err read_label(struct page_job *job, const struct options *o, struct cm_diag *diag) {
    struct label_wish *w = &job->label;
    *w = (struct label_wish)LABEL_WISH_INIT;
    w->width = job->sheet.label_width;
    w->height = job->sheet.label_height;
    w->module_mm = job->symbols->look.module_mm;
    w->dpi = job->symbols->look.dpi;
    w->bar_mm = job->symbols->look.bar_mm;
    w->font = option_text(o, "line-font");
    TRY(option_decimal(o, "padding", 0, SIDE_MAX_MM, &w->padding, diag));
    return option_decimal(o, "line-mm", 0.5, SIDE_MAX_MM, &w->capital, diag);
}

static cm_err read_skip(struct page_job *job, const struct options *o, struct cm_diag *diag) {
    uint64_t skip = 0;
    TRY(option_u64(o, "skip", 0, UINT32_MAX, &skip, diag));
    job->skip = (size_t)skip;
    if (skip < job->per_page) return CM_OK;
    return diag_fail(diag, CM_E_ARGUMENT, "--skip", NULL, "skip fewer than it has",
                     "a page has %zu labels, %zu cannot be skipped on it", job->per_page,
                     job->skip);
}

cm_err page_job_sizes(struct page_job *job, const struct options *o, struct cm_diag *diag) {
    struct sheet_wish wish = SHEET_WISH_INIT;
    wish.marks = option_given(o, "marks");
    job->per_page = 1;
    job->natural =
        job->symbols->out.sheet == NULL && !option_given(o, "page") && !option_given(o, "label");
    if (job->natural && (option_given(o, "line") || wish.marks))
        return diag_fail(diag, CM_E_ARGUMENT, wish.marks ? "--marks" : "--line", NULL,
                         "add --label 60x40 or --sheet 3x8",
                         "pages that are as large as their symbol have no room for it");
    if (!job->natural) {
        TRY(read_grid(job->symbols->out.sheet, o, &wish, diag));
        TRY(sheet_settle(&wish, &job->sheet, diag));
        job->per_page = sheet_size(&job->sheet);
    }
    if (job->per_page > ROW_CHUNK_MAX)
        return diag_fail(diag, CM_E_RANGE, "--sheet", NULL, "use fewer labels on a page",
                         "%zu labels on a page, at most %u are possible", job->per_page,
                         ROW_CHUNK_MAX);
    TRY(read_skip(job, o, diag));
    return read_label(job, o, diag);
}

cm_err page_job_lines(struct page_job *job, const struct options *o, struct cm_diag *diag) {
    const struct symbol_job *s = job->symbols;
    job->serial = PAGE_NO_COLUMN;
    for (size_t i = 0; i < s->column_n; i++)
        if (strcmp(s->columns[i], "serial") == 0) job->serial = i;
    for (const char *line; (line = option_item(o, "line", job->label.line_n)) != NULL;
         job->label.line_n++) {
        if (job->label.line_n == LABEL_LINES_MAX)
            return diag_fail(diag, CM_E_ARGUMENT, "--line", NULL, "put more into one line",
                             "at most %u lines stand on a label", LABEL_LINES_MAX);
        TRY(payload_new(PAYLOAD_PLAIN, line, NULL, s->columns, s->column_n,
                        &job->lines[job->label.line_n], diag));
    }
    return CM_OK;
}

void page_job_wipe(struct page_job *job) {
    for (size_t i = 0; i < LABEL_LINES_MAX; i++)
        payload_free(job->lines[i]);
}
