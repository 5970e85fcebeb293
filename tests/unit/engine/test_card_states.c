/* Every cell of the tables in docs/design/card-life.md: the card is brought into the state by
 * operations alone, the operation is asked by the public, a till and a desk; verdict and next state
 * are compared with the document. Expected values are the document's, cell by cell. */
#include "support/cm.h"

#include <string.h>

#include "engine/cards.h"
#include "support/world_card.h"

#define CARD 12u
#define NEXT 13u

enum state_name { INERT, ACTIVE, HELD, BLOCKED, LOST, EXPIRED, VOIDED, REPLACED };
#define STATE_N 8u
static const char *const state_names[STATE_N] = {"inert", "active",  "held",   "blocked",
                                                 "lost",  "expired", "voided", "replaced"};

enum who { PUBLIC, AT_TILL, AT_DESK };
#define WHO_N 3u
static const char *const who_names[WHO_N] = {"public", "till", "desk"};

/* Short names, so that a row of the table is a row here. */
enum {
    ok = CM_V_ACCEPTED,
    no = CM_V_NOT_A_CODE,
    in = CM_V_INACTIVE,
    bl = CM_V_BLOCKED,
    ex = CM_V_EXPIRED,
    vo = CM_V_VOID,
    re = CM_V_REPLACED,
    he = CM_V_RESERVED,
    nr = CM_V_NOT_RESERVED,
    nd = CM_V_NOT_REDEEMED,
    al = CM_V_ALREADY_ACTIVE,
    np = CM_V_NOT_POSSIBLE
};

struct row {
    enum cm_operation op;
    uint8_t public[STATE_N], till[STATE_N], desk[STATE_N];
    int8_t then[STATE_N]; /* state after an acceptance by who may; -1 = as it was */
};

#define NOBODY                                                                                     \
    { no, no, no, no, no, no, no, no }
#define NOT_FOR_TILLS                                                                              \
    { np, np, np, np, np, np, np, np }
#define SAME                                                                                       \
    { -1, -1, -1, -1, -1, -1, -1, -1 }

/* Columns: inert, active, active with a hold of the caller, blocked, lost, expired, void, replaced.
 * A till and a desk have the rights of a till; the public has the right PIN. */
static const struct row table[] = {
    {CM_OP_CHECK,
     {no, ok, ok, bl, bl, ex, vo, re},
     {in, ok, ok, bl, bl, ex, vo, re},
     {in, ok, ok, bl, bl, ex, vo, re},
     SAME},
    {CM_OP_REDEEM,
     {no, ok, ok, bl, bl, ex, vo, re},
     {in, ok, ok, bl, bl, ex, vo, re},
     {in, ok, ok, bl, bl, ex, vo, re},
     SAME},
    {CM_OP_RESERVE,
     {no, ok, ok, bl, bl, ex, vo, re},
     {in, ok, ok, bl, bl, ex, vo, re},
     {in, ok, ok, bl, bl, ex, vo, re},
     SAME},
    {CM_OP_CONFIRM,
     {no, no, ok, no, no, no, no, no}, /* nothing of its own there: the PIN tells nothing */
     {in, nr, ok, bl, bl, nr, vo, re},
     {in, nr, ok, bl, bl, nr, vo, re},
     {-1, -1, ACTIVE, -1, -1, -1, -1, -1}},
    {CM_OP_RELEASE,
     {no, no, ok, no, no, no, no, no},
     {nr, nr, ok, nr, nr, nr, vo, re},
     {nr, nr, ok, nr, nr, nr, vo, re},
     {-1, -1, ACTIVE, -1, -1, -1, -1, -1}},
    {CM_OP_REVERSE,
     NOBODY,
     {in, nd, nd, nd, nd, nd, vo, re},
     {in, nd, nd, nd, nd, nd, vo, re},
     SAME},
    {CM_OP_ACTIVATE,
     NOBODY,
     {ok, al, al, bl, bl, ex, vo, re},
     {ok, al, al, bl, bl, ex, vo, re},
     {ACTIVE, -1, -1, -1, -1, -1, -1, -1}},
    {CM_OP_DEACTIVATE,
     NOBODY,
     {in, ok, he, bl, bl, ex, vo, re},
     {in, ok, he, bl, bl, ex, vo, re},
     {-1, INERT, -1, -1, -1, -1, -1, -1}},
    {CM_OP_LOAD, NOBODY, {in, ok, ok, bl, bl, ex, vo, re}, {in, ok, ok, bl, bl, ex, vo, re}, SAME},
    {CM_OP_BLOCK,
     NOBODY,
     NOT_FOR_TILLS,
     {ok, ok, ok, bl, bl, ok, vo, re},
     {BLOCKED, BLOCKED, BLOCKED, -1, -1, BLOCKED, -1, -1}},
    {CM_OP_UNBLOCK,
     NOBODY,
     NOT_FOR_TILLS,
     {np, np, np, ok, ok, np, vo, re},
     {-1, -1, -1, ACTIVE, ACTIVE, -1, -1, -1}},
    {CM_OP_LOSE,
     NOBODY,
     NOT_FOR_TILLS,
     {ok, ok, ok, ok, bl, ok, vo, re},
     {LOST, LOST, LOST, LOST, -1, LOST, -1, -1}},
    {CM_OP_REPLACE,
     NOBODY,
     NOT_FOR_TILLS,
     {in, ok, he, ok, ok, ex, vo, re},
     {-1, REPLACED, -1, REPLACED, REPLACED, -1, -1, -1}},
    {CM_OP_RENEW_PIN, NOBODY, NOT_FOR_TILLS, {ok, ok, ok, ok, ok, ok, vo, re}, SAME},
    {CM_OP_VOID,
     NOBODY,
     NOT_FOR_TILLS,
     {ok, ok, ok, ok, ok, ok, vo, re},
     {VOIDED, VOIDED, VOIDED, VOIDED, VOIDED, VOIDED, -1, -1}},
};

static const uint32_t actors[WHO_N] = {WEB, TILL, DESK};
static const uint32_t rights[WHO_N] = {0, CM_RIGHT_TILL, CM_RIGHT_TILL | CM_RIGHT_DESK};

static struct card_answer asks(struct card_world *c, enum who who, enum cm_operation op,
                               uint64_t card) {
    const bool amount = op == CM_OP_REDEEM || op == CM_OP_RESERVE || op == CM_OP_LOAD;
    const struct card_ask q = {.op = op,
                               .index = card,
                               .actor = actors[who],
                               .rights = rights[who],
                               .pin = who == PUBLIC ? "" : NULL,
                               .amount = amount ? 10 : 0,
                               .hold_ms = 600000,
                               .other = card + 1};
    return card_ask(c, &q);
}

/* Expired cards of the world are those that were activated a day or more ago. */
static void bring(struct card_world *c, uint64_t card, enum state_name s, enum who who) {
    if (s == INERT) return;
    const struct card_ask activate = {.op = CM_OP_ACTIVATE,
                                      .index = card,
                                      .actor = DESK,
                                      .rights = CM_RIGHT_TILL,
                                      .amount = 1000};
    assert_int_equal(card_ask(c, &activate).a.verdict, CM_V_ACCEPTED);
    enum cm_operation op = CM_OP_CHECK;
    switch (s) {
    case HELD: op = CM_OP_RESERVE; break;
    case BLOCKED: op = CM_OP_BLOCK; break;
    case LOST: op = CM_OP_LOSE; break;
    case VOIDED: op = CM_OP_VOID; break;
    case REPLACED: op = CM_OP_REPLACE; break;
    case EXPIRED: c->w.now_ms += 86400000u; return;
    case INERT:
    case ACTIVE:
    default: return;
    }
    assert_int_equal(asks(c, s == HELD ? who : AT_DESK, op, card).a.verdict, CM_V_ACCEPTED);
}

static enum state_name state_of(struct card_world *c, uint64_t card) {
    struct card_view v;
    assert_ok(engine_card_view(c->w.engine, 0, CARDS, card, &v, NULL));
    if (v.state == CM_CARD_ACTIVE) return v.record.hold_n > 0 ? HELD : ACTIVE;
    static const enum state_name names[CM_CARD_STATE_N] = {INERT,   INERT, INERT,  ACTIVE,  BLOCKED,
                                                           EXPIRED, LOST,  VOIDED, REPLACED};
    return names[v.state];
}

static void try_cell(struct card_world *c, const struct row *row, enum who who, enum state_name s,
                     uint64_t card) {
    const uint8_t *const wanted = who == PUBLIC    ? row->public
                                  : who == AT_TILL ? row->till
                                                   : row->desk;
    bring(c, card, s, who);
    const enum cm_verdict got = asks(c, who, row->op, card).a.verdict;
    const enum cm_verdict want = (enum cm_verdict)wanted[s];
    if (got != want)
        fail_msg("operation %d by %s on %s: %s, the table says %s", (int)row->op, who_names[who],
                 state_names[s], cm_verdict_name(got), cm_verdict_name(want));
    enum state_name then = s;
    if (got == CM_V_ACCEPTED && row->then[s] >= 0) then = (enum state_name)row->then[s];
    if (got == CM_V_ACCEPTED && row->op == CM_OP_RESERVE) then = HELD;
    const enum state_name is = state_of(c, card);
    if (is != then)
        fail_msg("operation %d by %s on %s leaves it %s, the table says %s", (int)row->op,
                 who_names[who], state_names[s], state_names[is], state_names[then]);
}

static void every_cell_of_the_table_holds(void **state) {
    (void)state;
    struct card_world c = {.numberer = NULL};
    uint64_t card = 0;
    card_world_make(&c, CARD_PIN_N,
                    "{\"activation\":\"till\",\"currency\":\"EUR\",\"valid_days\":1}");
    for (size_t r = 0; r < CM_ARRAY_N(table); r++)
        for (unsigned who = 0; who < WHO_N; who++)
            for (unsigned s = 0; s < STATE_N; s++, card += 2) /* the next one may replace it */
                try_cell(&c, &table[r], (enum who)who, (enum state_name)s, card);
    assert_true(card < CARDS_N);
    card_world_remove(&c);
}

/* ---- Beside the table ----------------------------------------------------------------------- */

/* Which operations the pool's opening and its terms bind: the document's list. */
static void pool_and_terms_bind_what_begins_something_and_not_what_ends_it(void **state) {
    (void)state;
    static const struct {
        enum cm_operation op;
        enum cm_verdict verdict;
    } rows[] = {{CM_OP_CHECK, CM_V_ENDED},      {CM_OP_REDEEM, CM_V_ENDED},
                {CM_OP_RESERVE, CM_V_ENDED},    {CM_OP_LOAD, CM_V_ENDED},
                {CM_OP_CONFIRM, CM_V_ACCEPTED}, {CM_OP_BLOCK, CM_V_ACCEPTED}};
    struct card_world c = {.numberer = NULL};
    card_world_make(&c, CARD_PIN_N, LIFE_EUR);
    bring(&c, CARD, HELD, AT_DESK);
    const struct phase_event closed = {.set = CARDS, .phase = PHASE_CLOSED};
    assert_ok(engine_phase(c.w.engine, &closed, NULL));
    assert_int_equal(asks(&c, AT_DESK, CM_OP_ACTIVATE, NEXT).a.verdict, CM_V_ENDED);
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++)
        assert_int_equal(asks(&c, AT_DESK, rows[i].op, CARD).a.verdict, rows[i].verdict);
    card_world_remove(&c);
}

static void a_recall_stops_all_but_giving_back(void **state) {
    (void)state;
    struct card_world c = {.numberer = NULL};
    card_world_make(&c, CARD_PIN_N, LIFE_EUR);
    bring(&c, CARD, HELD, AT_TILL);
    const struct card_answer spend = asks(&c, AT_TILL, CM_OP_REDEEM, CARD);
    assert_int_equal(spend.a.verdict, CM_V_ACCEPTED);
    const struct recall_event recall = {.set = CARDS, .first = CARD, .last = CARD};
    assert_ok(engine_recall(c.w.engine, &recall, NULL));
    static const enum cm_operation stopped[] = {CM_OP_CHECK, CM_OP_REDEEM, CM_OP_RESERVE,
                                                CM_OP_CONFIRM, CM_OP_LOAD};
    for (size_t i = 0; i < CM_ARRAY_N(stopped); i++)
        assert_int_equal(asks(&c, AT_TILL, stopped[i], CARD).a.verdict, CM_V_RECALLED);
    assert_int_equal(asks(&c, AT_TILL, CM_OP_RELEASE, CARD).a.verdict, CM_V_ACCEPTED);
    assert_int_equal(asks(&c, AT_TILL, CM_OP_REVERSE, CARD).a.verdict, CM_V_ACCEPTED);
    assert_int_equal(asks(&c, AT_DESK, CM_OP_VOID, CARD).a.verdict, CM_V_ACCEPTED);
    card_world_remove(&c);
}

static void a_card_stopped_before_it_was_sold_goes_back_to_the_shelf(void **state) {
    (void)state;
    struct card_world c = {.numberer = NULL};
    card_world_make(&c, CARD_PIN_N, LIFE_EUR);
    assert_int_equal(asks(&c, AT_DESK, CM_OP_BLOCK, CARD).a.verdict, CM_V_ACCEPTED);
    assert_int_equal(asks(&c, PUBLIC, CM_OP_CHECK, CARD).a.verdict, CM_V_NOT_A_CODE);
    assert_int_equal(asks(&c, AT_DESK, CM_OP_ACTIVATE, CARD).a.verdict, CM_V_BLOCKED);
    assert_int_equal(asks(&c, AT_DESK, CM_OP_REPLACE, CARD).a.verdict, CM_V_INACTIVE);
    assert_int_equal(asks(&c, AT_DESK, CM_OP_UNBLOCK, CARD).a.verdict, CM_V_ACCEPTED);
    assert_int_equal(state_of(&c, CARD), INERT);
    assert_int_equal(asks(&c, AT_DESK, CM_OP_ACTIVATE, CARD).a.verdict, CM_V_ACCEPTED);
    card_world_remove(&c);
}

static void only_an_unused_card_takes_anothers_place(void **state) {
    (void)state;
    struct card_world c = {.numberer = NULL};
    card_world_make(&c, CARD_PIN_N, LIFE_EUR);
    struct card_ask replace = {
        .op = CM_OP_REPLACE, .index = CARD, .actor = DESK, .rights = CM_RIGHT_DESK, .other = NEXT};
    bring(&c, CARD, ACTIVE, AT_DESK);
    bring(&c, NEXT, ACTIVE, AT_DESK); /* somebody's */
    assert_int_equal(card_ask(&c, &replace).a.verdict, CM_V_NOT_POSSIBLE);
    replace.other = CARD; /* itself */
    assert_int_equal(card_ask(&c, &replace).a.verdict, CM_V_NOT_POSSIBLE);
    replace.other = CARDS_N + 1; /* never issued */
    assert_int_equal(card_ask(&c, &replace).a.verdict, CM_V_NOT_POSSIBLE);
    replace.other = NEXT + 1;
    assert_int_equal(card_ask(&c, &replace).a.verdict, CM_V_ACCEPTED);
    card_world_remove(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_of_the_table_holds),
        cmocka_unit_test(pool_and_terms_bind_what_begins_something_and_not_what_ends_it),
        cmocka_unit_test(a_recall_stops_all_but_giving_back),
        cmocka_unit_test(a_card_stopped_before_it_was_sold_goes_back_to_the_shelf),
        cmocka_unit_test(only_an_unused_card_takes_anothers_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
