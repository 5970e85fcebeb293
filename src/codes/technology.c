/* The table of technologies. Lengths: one line of a usual print head, cap or label; our choice. */
#include "codes/technology.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "base/text.h"

static const struct technology technologies[] = {
    {"inkjet", "default", 18, false, "continuous or thermal inkjet of 7 dots and more, one line"},
    {"cap", "19", 14, true, "under caps and on round lids: any way up"},
    {"laser", "29", 20, false, "laser on carton, film or painted metal"},
    {"label", "31", 24, false, "thermal transfer label, 300 dpi"},
    {"offset", "29", 24, false, "offset or digital print, inside packs"},
    {"keypad", "digits", 24, false, "typed into a telephone: digits only"},
    {"machine", "crockford", 64, false, "two-dimensional symbol, read by machine only"},
};

const struct technology *technology_at(size_t i) {
    return i < CM_ARRAY_N(technologies) ? &technologies[i] : NULL;
}

cm_err technology_by_name(struct cm_slice name, const struct technology **out,
                          struct cm_diag *diag) {
    char known[DIAG_PART_CAP] = "known are: ";
    for (size_t i = 0; i < CM_ARRAY_N(technologies); i++) {
        if (slice_equal(name, slice_text(technologies[i].name))) {
            *out = &technologies[i];
            return CM_OK;
        }
        text_append(known, sizeof known, "%s%s", i > 0 ? ", " : "", technologies[i].name);
    }
    return diag_fail(diag, CM_E_NOT_FOUND, NULL, NULL, known, "no technology of that name");
}
