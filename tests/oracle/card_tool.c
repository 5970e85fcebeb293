/* The C side of cards.mjs: makes a workspace whose cards live at random, through every operation,
 * arrays, idempotency keys, days that pass, folds and restarts; prints its folder and what the
 * engine says of each card that has a history.
 * Usage: card_tool SEED. The folder is the caller's to remove. */
#include "support/cm.h"

#include <stdlib.h>

#include "countermark/code.h"
#include "engine/cards.h"
#include "support/splitmix.h"
#include "support/world_card.h"

#define PLAYED  60u /* cards */
#define TURNS   6000u
#define MEMORY  64u /* transactions and holds that are remembered */
#define HOUR    3600000u
#define KEY_CAP 24u

struct play {
    struct card_world c;
    uint64_t random, seen[MEMORY], seen_card[MEMORY];
    size_t seen_n;
};

static uint64_t draw(struct play *p, uint64_t below) { return splitmix_next(&p->random) % below; }

static void remember(struct play *p, uint64_t card, uint64_t transaction) {
    const size_t at = p->seen_n++ % MEMORY;
    p->seen[at] = transaction;
    p->seen_card[at] = card;
}

static void turn(struct play *p, unsigned n) {
    static const enum cm_operation ops[] = {
        CM_OP_ACTIVATE, CM_OP_ACTIVATE,  CM_OP_LOAD,    CM_OP_LOAD,    CM_OP_REDEEM,
        CM_OP_REDEEM,   CM_OP_REDEEM,    CM_OP_RESERVE, CM_OP_RESERVE, CM_OP_RESERVE,
        CM_OP_CONFIRM,  CM_OP_CONFIRM,   CM_OP_RELEASE, CM_OP_REVERSE, CM_OP_REVERSE,
        CM_OP_CHECK,    CM_OP_DEACTIVATE};
    static const enum cm_operation rare[] = {CM_OP_BLOCK, CM_OP_UNBLOCK, CM_OP_UNBLOCK,
                                             CM_OP_LOSE,  CM_OP_REPLACE, CM_OP_RENEW_PIN,
                                             CM_OP_VOID};
    const bool desk = draw(p, 12) == 0;
    struct card_ask q = {.op =
                             desk ? rare[draw(p, CM_ARRAY_N(rare))] : ops[draw(p, CM_ARRAY_N(ops))],
                         .index = draw(p, PLAYED),
                         .actor = draw(p, 3) == 0 ? WEB : TILL,
                         .amount = draw(p, 3000),
                         .hold_ms = 1 + draw(p, 5 * HOUR),
                         .other = draw(p, PLAYED),
                         .reason = (enum cm_card_reason)draw(p, CM_REASON_N)};
    char key[KEY_CAP];
    q.rights = q.actor == WEB ? 0 : CM_RIGHT_TILL | CM_RIGHT_DESK;
    if (q.actor == WEB) q.pin = draw(p, 4) == 0 ? "99999" : "";
    if (q.op == CM_OP_VOID && draw(p, 4) != 0) q.op = CM_OP_CHECK; /* or all would end void */
    if (q.op == CM_OP_CONFIRM || q.op == CM_OP_RELEASE || q.op == CM_OP_REVERSE) {
        const size_t at = draw(p, MEMORY);
        q.index = p->seen_card[at];
        q.reference = draw(p, 5) == 0 ? 0 : p->seen[at];
        q.amount = draw(p, 2) == 0 ? 0 : q.amount;
    }
    (void)snprintf(key, sizeof key, "key-%u", n - (unsigned)(draw(p, 4) == 0)); /* some again */
    if (draw(p, 2) == 0) q.key = key;
    const struct card_answer r = card_ask(&p->c, &q);
    if (r.status == CM_CALL_DONE && r.a.verdict == CM_V_ACCEPTED && r.told.transaction != 0)
        remember(p, q.index, r.told.transaction);
}

static void play(struct play *p) {
    p->c.w = (struct world){.segment_len = 131072, .fold_len = 20000};
    card_world_make(&p->c, CARD_PIN_N,
                    "{\"activation\":\"till\",\"currency\":\"EUR\",\"pin_tries\":3,"
                    "\"valid_days\":40}");
    for (unsigned n = 0; n < TURNS; n++) {
        turn(p, n);
        p->c.w.now_ms += draw(p, HOUR);
        if (n % 1500 != 1499) continue;
        if (n % 3000 == 1499) assert_ok(engine_fold(p->c.w.engine));
        world_close(&p->c.w);
        world_open(&p->c.w);
    }
}

static void print_card(struct play *p, uint64_t index) {
    static struct card_line lines[CARD_LINES_MAX];
    struct card_view v;
    size_t n = 0, all = 0;
    uint64_t before = 0;
    do {
        assert_ok(engine_card_history(p->c.w.engine, CARDS, index, before, lines, CARD_LINES_MAX,
                                      &n, NULL));
        all += n;
        before = n > 0 ? lines[n - 1].sequence : 0;
    } while (n == CARD_LINES_MAX);
    if (all == 0) return;
    assert_ok(engine_card_view(p->c.w.engine, 0, CARDS, index, &v, NULL));
    (void)printf("card %u %llu %s balance=%llu held=%llu holds=%zu use=%u failed=%u issue=%u "
                 "lines=%zu\n",
                 CARDS, (unsigned long long)index, cm_card_state_name(v.record.state),
                 (unsigned long long)v.record.balance, (unsigned long long)v.held, v.record.hold_n,
                 v.record.use, v.record.pin_failed, v.record.pin_issue, all);
}

int main(int argc, char **argv) {
    struct play p = {.seen_n = 0};
    if (argc != 2) return 2;
    p.random = strtoull(argv[1], NULL, 10);
    play(&p);
    (void)printf("%s\n", p.c.w.dir);
    for (uint64_t i = 0; i < CARDS_N; i++)
        print_card(&p, i);
    world_close(&p.c.w);
    cm_numberer_free(p.c.numberer);
    cm_coder_free(p.c.w.coder);
    keystore_close(p.c.w.keystore);
    return 0;
}
