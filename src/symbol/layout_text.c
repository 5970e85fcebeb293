/* The line of text against the room below the bars. */
#include <math.h>

#include "base/macros.h"
#include "symbol/layout.h"

#define NARROWEST 1e-9 /* capitals: no text is narrower */

cm_err layout_text_spread(const struct symbol *s, struct lettering *lettering, double *out,
                          struct cm_diag *diag) {
    double spread = 0;
    for (size_t i = 0; i < s->text_n && lettering != NULL; i++) {
        const struct symbol_text *const t = &s->texts[i];
        double width = 0;
        TRY(lettering_width(lettering, slice_text(t->text), &width, diag));
        const int room = t->to - t->from;
        if (room > 0) spread = fmax(spread, fmax(width, NARROWEST) / room);
    }
    *out = spread;
    return CM_OK;
}

cm_err layout_text_place(const struct symbol *s, size_t i, const struct layout *l,
                         struct lettering *lettering, struct lettering_place *out,
                         struct cm_diag *diag) {
    const struct symbol_text *const t = &s->texts[i];
    double width = 0;
    TRY(lettering_width(lettering, slice_text(t->text), &width, diag));
    *out = (struct lettering_place){
        .x = l->left + (t->from + t->to) / 2.0 - width * l->capital / 2.0,
        .foot = l->foot,
        .capital = l->capital,
    };
    return CM_OK;
}
