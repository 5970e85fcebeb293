/* Asking imported lists about new texts, in portions. */
#include "vault/list_cross.h"

#include "base/macros.h"

#define PORTION 256u /* texts asked about together: their answers lie on the stack */

void list_cross_look(struct list_cross *c, const struct registry *r, uint32_t brand, bool test) {
    c->ask = (struct owned_ask){.brand = brand, .test = test, .lists = true};
    c->any = false;
    for (uint32_t i = 1; i < r->set_n && r->legacy_n > 0; i++) {
        const struct set_entry *s = r->sets[i];
        if (s == NULL || s->legacy == NULL || s->set.test != test) continue;
        c->any = c->any || s->set.brand == brand || s->set.brand == 0 || brand == 0;
    }
}

cm_err list_cross_find(const struct list_cross *c, const char *texts, size_t n, size_t width,
                       uint8_t *taken) {
    struct cm_slice asked[PORTION];
    struct owned owned[PORTION];
    for (size_t done = 0; done < n && c->any;) {
        const size_t part = n - done < PORTION ? n - done : PORTION;
        for (size_t i = 0; i < part; i++)
            asked[i] = slice_of(texts + (done + i) * width, width);
        TRY(engine_owned(c->engine, &c->ask, asked, part, owned));
        for (size_t i = 0; i < part; i++)
            if (owned[i].set != 0) taken[done + i] = 1;
        done += part;
    }
    return CM_OK;
}
