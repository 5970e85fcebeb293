/* The hand beside the printers. References as in control.h. */
#include "support/printers/control.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"

#define NUMBER_MOST 1000000000u

void control_free(struct control *c) {
    for (size_t i = 0; i < c->n; i++)
        fault_script_free(&c->faults[i]);
    free(c->faults);
    *c = (struct control){0};
}

static struct cm_slice word(struct cm_slice *line) {
    size_t len = 0;
    while (len < line->len && line->p[len] != ' ')
        len++;
    const struct cm_slice first = slice_of(line->p, len);
    const size_t eaten = len < line->len ? len + 1 : len;
    *line = slice_of(line->p + eaten, line->len - eaten);
    return first;
}

static cm_err strike(struct control *c, struct printer *p, struct cm_slice what,
                     struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer line = BUFFER_INIT;
    struct fault_script script = {0};
    buffer_text(&line, "at item 1 ");
    buffer_put(&line, what.p, what.len);
    TRY(fault_parse(buffer_slice(&line), "control", &script, diag));
    struct fault_script *faults = realloc(c->faults, (c->n + 1) * sizeof script);
    if (faults == NULL) abort();
    c->faults = faults;
    c->faults[c->n++] = script;
    if (script.n == 1) printer_fault(p, &script.faults[0]);
    return script.n == 1 ? CM_OK : CM_E_FORMAT;
}

static void counts(const struct printer *p, struct buffer *answer) {
    for (unsigned e = 0; e < RECORD_EVENT_N; e++)
        buffer_printf(answer, "%s=%" PRIu64 " ", record_event_name((enum record_event)e),
                      record_count(p->record, (enum record_event)e));
    buffer_printf(answer, "held=%zu total=%" PRIu64 "\n", p->grammar->held(p), p->total);
}

cm_err control_line(struct control *c, struct cm_slice line, struct buffer *answer,
                    struct cm_diag *diag) {
    uint64_t which = 1, n = 0;
    struct cm_slice rest = line;
    struct cm_slice what = word(&rest);
    if (text_u64(what, NUMBER_MOST, &which) == CM_OK) what = word(&rest);
    if (which == 0 || which > hall_n(c->hall))
        return diag_fail(diag, CM_E_NOT_FOUND, "control", NULL, NULL, "no such printer");
    struct printer *p = hall_printer(c->hall, (size_t)which - 1);
    if (slice_equal(what, slice_text("fault"))) return strike(c, p, rest, diag);
    if (slice_equal(what, slice_text("mend"))) {
        printer_mend(p);
    } else if (slice_equal(what, slice_text("counts"))) {
        counts(p, answer);
    } else if (slice_equal(what, slice_text("products")) &&
               text_u64(rest, NUMBER_MOST, &n) == CM_OK) {
        printer_products(p, n);
    } else {
        return diag_fail(diag, CM_E_FORMAT, "control", NULL, "fault, mend, products or counts",
                         "not a line it knows");
    }
    return CM_OK;
}
