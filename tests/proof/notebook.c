/* See notebook.h. */
#include "support/cm.h"

#include "notebook.h"

#include <stdlib.h>

#include "support/must.h"

void notebook_init(struct notebook *b, size_t cap) {
    *b = (struct notebook){.events = must_calloc(cap, sizeof *b->events), .cap = cap};
}

void notebook_free(struct notebook *b) {
    free(b->events);
    *b = (struct notebook){0};
}

void notebook_tell(void *ctx, const struct load_call *call, bool answered) {
    struct notebook *b = ctx;
    if (!answered) return;
    if (b->n + call->n > b->cap) abort();
    for (uint32_t i = 0; i < call->n; i++)
        b->events[b->n++] = call->items[i];
}

void notebook_judge(const struct notebook *b, struct world *w, const struct load *load,
                    uint32_t set) {
    const struct history_totals totals = facts_totals(w, set);
    struct facts facts;
    struct history_fault fault;
    world_close(w);
    facts_read(&facts, w, set, load->unit_n);
    const struct history h = {.use_max = load->use_max,
                              .unit_n = load->unit_n,
                              .events = b->events,
                              .n = b->n,
                              .facts = facts.p,
                              .fact_n = facts.n,
                              .totals = &totals};
    if (history_judge(&h, &fault) != HISTORY_GOOD)
        fail_msg("rule %d: %s", (int)fault.rule, fault.what);
    assert_true(facts.n > 0);
    free(facts.p);
}
