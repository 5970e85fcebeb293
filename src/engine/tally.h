/* What agents did with cards: counts and sums by (agent, set), as the ledger's events say. Agent 0
 * is everybody who is none. The owner alone uses it. It judges nothing.
 * Source: docs/design/stock.md, "Tallies". */
#ifndef CM_ENGINE_TALLY_H
#define CM_ENGINE_TALLY_H

#include "base/buffer.h"
#include "base/macros.h"
#include "ledger/card.h"

/* Written in the image: append only. */
enum tally_of { TALLY_ACTIVATED, TALLY_DEACTIVATED, TALLY_LOADED, TALLY_SPENT, TALLY_REFUNDED };
#define TALLY_N 5u
const char *tally_name(enum tally_of what);

struct tally_row {
    uint32_t agent, set;
    bool dirty;
    uint64_t count[TALLY_N], sum[TALLY_N]; /* sums in minor units of the set's currency */
};

struct tallies {
    struct tally_row *p; /* owned; in order of (agent, set) */
    size_t n, cap;
};
#define TALLIES_INIT                                                                               \
    { NULL, 0, 0 }

void tallies_wipe(struct tallies *t);

/** Count one. @retval CM_E_NO_MEMORY  nothing counted; never for an (agent, set) counted before */
CM_MUST_CHECK cm_err tally_add(struct tallies *t, uint32_t agent, uint32_t set, enum tally_of what,
                               uint64_t amount);
/** Count what an event did. Sales (activations, loads, what takes them back) are the agent's who
 * made them; use (spends, refunds) is the agent's whose card it is, wherever it was used.
 * @param[in] whose  the agent that sold the card, or in whose range it lies
 * @retval as tally_add */
CM_MUST_CHECK cm_err tally_card(struct tallies *t, const struct card_event *e, uint32_t whose);
/* Index of the first row of an agent; those of one agent stand together. */
size_t tally_first(const struct tallies *t, uint32_t agent);

/* The image's document of an agent (DOCUMENT_TALLY), appended. */
void tally_pack(const struct tallies *t, uint32_t agent, struct buffer *out);
/** Take an agent's rows of the image over. @retval CM_E_NO_MEMORY  @retval CM_E_CORRUPT */
CM_MUST_CHECK cm_err tally_load(struct tallies *t, uint32_t agent, struct cm_slice content);

#endif
