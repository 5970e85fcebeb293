/* Who sells cards, as the engine's callers ask: cards change place or agent, where they lie, and
 * what each agent did with them. Who an agent is, the registry knows (registry_agent).
 * Source: docs/design/stock.md. */
#ifndef CM_ENGINE_AGENTS_H
#define CM_ENGINE_AGENTS_H

#include "base/diag.h"
#include "countermark/engine.h"
#include "engine/stock.h"
#include "engine/tally.h"

/* Cards change place or agent. */
struct stock_move {
    uint32_t set;
    uint64_t first, count;
    uint8_t state;         /* CM_CARD_MADE, CM_CARD_SHIPPED, CM_CARD_STOCK */
    uint32_t agent, order; /* 0 = none */
};
#define STOCK_MOVES_MAX 4096u /* of one call; our choice */
/** Lay ranges, all or nothing, in order; one group. What stands there already writes nothing.
 * @retval CM_E_NOT_FOUND  no such set or agent     @retval CM_E_RANGE  not numbered yet, or empty
 * @retval CM_E_CONFLICT   the set is a batch, or the agent is of another brand
 * @retval CM_E_STATE (restored), CM_E_LIMIT, CM_E_DEAD, CM_E_NO_SPACE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err engine_stock(struct cm_engine *engine, const struct stock_move *moves,
                                  size_t n, uint32_t actor, struct cm_diag *diag);
/** Judge such moves, and write nothing. @retval as engine_stock */
CM_MUST_CHECK cm_err engine_stock_judge(struct cm_engine *engine, const struct stock_move *moves,
                                        size_t n, struct cm_diag *diag);
/** Every span of a set, in order; cards between them are made and nobody's.
 * @retval CM_E_NOT_FOUND  no such set    @retval CM_E_NO_MEMORY, or what visit returned */
typedef cm_err stock_visit(void *ctx, const struct stock_span *span);
CM_MUST_CHECK cm_err engine_stock_spans(struct cm_engine *engine, uint32_t set, stock_visit *visit,
                                        void *ctx);
/** Every tally in order of (agent, set). The visitor may not call the engine. */
typedef cm_err tally_visit(void *ctx, const struct tally_row *row);
CM_MUST_CHECK cm_err engine_tallies(struct cm_engine *engine, tally_visit *visit, void *ctx);

#endif
