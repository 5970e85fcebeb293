/* Orders that make up for another one: see return_remakes.h. */
#include "vault/return_remakes.h"

#include <stdlib.h>

#include "base/macros.h"
#include "vault/order_look.h"
#include "vault/order_units.h"

void remakes_wipe(struct remakes *r) {
    for (size_t i = 0; i < r->n; i++)
        order_serials_free(r->list[i].serials);
    free(r->list);
    *r = (struct remakes){.n = 0};
}

struct search {
    uint32_t of;
    struct remakes *out;
};

static bool makes_up(const struct order_entry *e, uint32_t of) {
    return e != NULL && e->of == of && e->state >= ORDER_RESERVED && e->state != ORDER_WITHDRAWN;
}

static cm_err search(void *ctx, const struct registry *r) {
    const struct search *s = ctx;
    size_t n = 0;
    for (uint32_t i = 0; i < r->order_n; i++)
        n += makes_up(r->orders[i], s->of);
    if (n == 0) return CM_OK;
    s->out->list = calloc(n, sizeof *s->out->list);
    if (s->out->list == NULL) return CM_E_NO_MEMORY;
    for (uint32_t i = 0; i < r->order_n; i++)
        if (makes_up(r->orders[i], s->of)) s->out->list[s->out->n++].order = i;
    return CM_OK;
}

cm_err remakes_read(const struct act_context *ctx, uint32_t of, bool own, struct remakes *out,
                    struct cm_diag *diag) {
    CM_CLEANUP(remakes_wipe) struct remakes r = {.n = 0};
    struct search s = {.of = of, .out = &r};
    TRY(engine_read(ctx->engine, search, &s));
    for (size_t i = 0; i < r.n; i++) {
        CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
        TRY(order_load(ctx->engine, r.list[i].order, &o, diag));
        r.list[i].records = order_records(&o);
        if (own) TRY(order_serials_new(&r.list[i].serials, ctx->engine, ctx->keystore, &o, diag));
    }
    *out = r;
    r = (struct remakes){.n = 0};
    return CM_OK;
}

bool remakes_have(const struct remakes *r, const struct control *control, struct cm_slice text) {
    uint64_t number = 0, unit = 0;
    const bool own = control->digits > 0;
    if (own && control_read(control, text, &number) != CM_OK) return false;
    for (size_t i = 0; i < r->n; i++) {
        const struct remake *one = &r->list[i];
        if (own ? order_unit_of(one->serials, number, &unit) == CM_OK
                : order_control_read(text, one->order, &number) == CM_OK && number <= one->records)
            return true;
    }
    return false;
}
