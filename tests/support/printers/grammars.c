/* The list of grammars. References as in grammars.h. */
#include "support/printers/grammars.h"

#include <string.h>

static const struct grammar *const all[] = {&grammar_zpl, &grammar_ztc, &grammar_sppl, &grammar_wsi,
                                            &grammar_raw};

const struct grammar *grammar_at(size_t i) {
    return i < sizeof all / sizeof all[0] ? all[i] : NULL;
}

const struct grammar *grammar_named(const char *name) {
    for (size_t i = 0; grammar_at(i) != NULL; i++)
        if (strcmp(grammar_at(i)->name, name) == 0) return grammar_at(i);
    return NULL;
}
