/* Cards with a life in the world of a test (world.h): one pool at the world's door, with PINs, and
 * the whole of what a call may ask and be told. Numbers and PINs come from the public API. */
#ifndef CM_TESTS_SUPPORT_WORLD_CARD_H
#define CM_TESTS_SUPPORT_WORLD_CARD_H

#include "countermark/card.h"
#include "support/world.h"

#define CARDS      7u    /* set number of the pool */
#define CARDS_N    1000u /* issued */
#define CARD_CAP   20u   /* bytes of a number with its NUL */
#define CARD_PIN_N 4u
#define LIFE_EUR                                                                                   \
    "{\"activation\":\"till\",\"currency\":\"EUR\",\"load_max\":100000,"                           \
    "\"balance_max\":200000,\"pin_tries\":3}"
#define TILL   5u /* actors */
#define TILL_B 6u
#define DESK   8u
#define WEB    9u

struct card_world {
    struct world w;
    struct cm_numberer *numberer;
    unsigned pin_n;
};

/* With these digits of PIN (0 or 4) and this life (JSON); issued and open. */
void card_world_make(struct card_world *c, unsigned pin_n, const char *life);
/* Give the pool this life: it has another one already. */
cm_err card_world_try_life(struct card_world *c, const char *life);
void card_world_remove(struct card_world *c);
/* A world with PINs and LIFE_EUR around a cmocka test; it is the test's state. */
int card_world_setup(void **state);
int card_world_teardown(void **state);
static inline struct card_world *card_world_of(void **state) { return *state; }
/* Close and open it again, from the image or from the journal. */
void card_world_reopen(struct card_world *c, bool folded);
/* Number and PIN of a card, NUL-terminated. */
void card_number(struct card_world *c, uint64_t index, char out[static CARD_CAP]);
void card_pin(struct card_world *c, uint64_t index, unsigned issue, char out[static CARD_CAP]);

/* One request with everything that may stand beside it, and its whole answer. */
struct card_ask {
    enum cm_operation op;
    uint64_t index;
    uint32_t actor, rights;
    const char *pin; /* NULL: none; "" : the card's own */
    uint64_t amount, reference, hold_ms;
    const char *currency, *key;
    uint64_t other; /* REPLACE */
    enum cm_card_reason reason;
    bool checked;
};
struct card_answer {
    struct cm_answer a;
    struct cm_card_told told;
    enum cm_call_status status;
};
struct card_answer card_ask(struct card_world *c, const struct card_ask *q);
/* As a till with its rights; as a desk; as the web, with the card's PIN. */
struct card_answer till_asks(struct card_world *c, enum cm_operation op, uint64_t index,
                             uint64_t amount);
struct card_answer desk_asks(struct card_world *c, enum cm_operation op, uint64_t index);
struct card_answer web_asks(struct card_world *c, enum cm_operation op, uint64_t index,
                            uint64_t amount);

#define assert_verdict(answer, wanted)                                                             \
    do {                                                                                           \
        const enum cm_verdict got_verdict = (answer).a.verdict;                                    \
        if (got_verdict != (wanted))                                                               \
            fail_msg("got %s, want %s", cm_verdict_name(got_verdict), cm_verdict_name(wanted));    \
    } while (0)

#endif
