/* The list of languages. */
#include "line/kinds.h"

#include <string.h>

#include "base/macros.h"

static const struct driver_kind *const kinds[] = {&kind_zpl, &kind_ztc, &kind_sppl, &kind_wsi,
                                                  &kind_raw, &kind_ipp, &kind_sink};

const struct driver_kind *kind_at(size_t i) { return i < CM_ARRAY_N(kinds) ? kinds[i] : NULL; }

const struct driver_kind *kind_named(const char *name) {
    for (size_t i = 0; i < CM_ARRAY_N(kinds); i++)
        if (strcmp(kinds[i]->name, name) == 0) return kinds[i];
    return NULL;
}
