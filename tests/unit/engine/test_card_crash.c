/* Cards and sudden ends: a till's process is killed at any moment, its keys are asked again, and
 * the balance is what the till was told; a backup knows every card. The books are kept by the test
 * from the answers alone. */
#include "support/cm.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "engine/cards.h"
#include "engine/fsck.h"
#include "support/scratch.h"
#include "support/world_card.h"

#define CARD    12u
#define LIVES   6u
#define START   100000u
#define MOST    400u /* requests of one life */
#define KEY_LEN 16u

/* The n-th request of a life: spends, loads and holds that are confirmed by the next. */
static struct card_ask request(unsigned life, unsigned n, uint64_t hold, char key[static KEY_LEN]) {
    static const enum cm_operation ops[] = {CM_OP_REDEEM, CM_OP_LOAD, CM_OP_RESERVE, CM_OP_CONFIRM};
    const enum cm_operation op = ops[n % CM_ARRAY_N(ops)];
    (void)snprintf(key, KEY_LEN, "%u-%u", life, n);
    return (struct card_ask){.op = op,
                             .index = CARD,
                             .actor = TILL,
                             .rights = CM_RIGHT_TILL,
                             .amount = op == CM_OP_CONFIRM ? 0 : 1 + (n * 7) % 50,
                             .reference = op == CM_OP_CONFIRM ? hold : 0,
                             .hold_ms = 600000,
                             .key = key};
}

/* What a till does until it is killed: every answer goes to its books the moment it has it. */
static void till_works(struct card_world *c, unsigned life, int books) {
    uint64_t hold = 0;
    char key[KEY_LEN];
    world_open(&c->w);
    for (unsigned n = 0; n < MOST; n++) {
        const struct card_ask q = request(life, n, hold, key);
        const struct card_answer r = card_ask(c, &q);
        hold = r.told.transaction;
        if (write(books, &r, sizeof r) != (ssize_t)sizeof r) _exit(1);
    }
    for (;;)
        (void)pause();
}

static size_t read_books(int fd, struct card_answer *out, size_t wanted) {
    uint8_t *to = (uint8_t *)out;
    size_t len = 0;
    while (len < wanted * sizeof *out) {
        const ssize_t n = read(fd, to + len, wanted * sizeof *out - len);
        if (n <= 0) break;
        len += (size_t)n;
    }
    return len / sizeof *out;
}

/* Kill the till somewhere, and read what it was told until then. */
static size_t live_and_die(struct card_world *c, unsigned life, size_t wanted,
                           struct card_answer *out) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t till = fork();
    assert_true(till >= 0);
    if (till == 0) {
        (void)close(ends[0]);
        till_works(c, life, ends[1]);
    }
    (void)close(ends[1]);
    size_t n = read_books(ends[0], out, wanted);
    (void)kill(till, SIGKILL);
    int status = 0;
    assert_int_equal(waitpid(till, &status, 0), till);
    assert_true(WIFSIGNALED(status));
    n += read_books(ends[0], out + n, MOST - n); /* answers that were on their way */
    (void)close(ends[0]);
    return n;
}

static int64_t moved(const struct card_answer *r, unsigned n) {
    const int64_t amount = (int64_t)r->told.amount;
    return n % 4 == 1 ? amount : n % 4 == 2 ? 0 : -amount;
}

static void a_killed_till_asks_its_keys_again_and_nothing_is_done_twice(void **state) {
    (void)state;
    static struct card_answer told[MOST + 1];
    struct card_world c = {.numberer = NULL};
    int64_t balance = START;
    card_world_make(&c, 0, "{\"activation\":\"till\",\"currency\":\"EUR\"}");
    assert_int_equal(till_asks(&c, CM_OP_ACTIVATE, CARD, START).a.verdict, CM_V_ACCEPTED);
    for (unsigned life = 0; life < LIVES; life++) {
        world_close(&c.w);
        const size_t n = live_and_die(&c, life, 10 + 37 * life, told);
        world_open(&c.w);
        uint64_t hold = 0;
        for (unsigned i = 0; i <= n && i < MOST; i++) { /* and the one that had no answer */
            char key[KEY_LEN];
            const struct card_ask q = request(life, i, hold, key);
            struct card_answer again = card_ask(&c, &q);
            assert_int_equal(again.a.verdict, CM_V_ACCEPTED);
            if (i < n) {
                assert_true(again.a.replayed);
                again.a.replayed = false;
                assert_memory_equal(&again, &told[i], sizeof again);
            }
            hold = again.told.transaction;
            balance += moved(&again, i);
        }
        if (n % 4 == 2) { /* the last one was a hold */
            const struct card_ask release = {.op = CM_OP_RELEASE,
                                             .index = CARD,
                                             .actor = TILL,
                                             .rights = CM_RIGHT_TILL,
                                             .reference = hold};
            assert_int_equal(card_ask(&c, &release).a.verdict, CM_V_ACCEPTED);
        }
        const struct card_answer now = till_asks(&c, CM_OP_CHECK, CARD, 0);
        assert_true((int64_t)now.told.balance == balance);
        assert_int_equal(now.told.held, 0);
    }
    world_close(&c.w);
    struct fsck_report report;
    assert_ok(engine_fsck(&(struct fsck_options){.workspace = c.w.dir}, &report, NULL));
    assert_true(report.image_agrees);
    world_open(&c.w);
    card_world_remove(&c);
}

/* ---- Backup --------------------------------------------------------------------------------- */

static cm_err to_buffer(void *ctx, struct cm_slice bytes) {
    buffer_put(ctx, bytes.p, bytes.len);
    return buffer_err(ctx);
}

static cm_err from_buffer(void *ctx, uint8_t *out, size_t cap, size_t *n) {
    struct cm_slice *left = ctx;
    *n = left->len < cap ? left->len : cap;
    if (*n > 0) memcpy(out, left->p, *n);
    *left = slice_of(left->p + *n, left->len - *n);
    return CM_OK;
}

static void restore(struct world *w, struct cm_slice backup) {
    struct scratch folder;
    struct workspace workspace;
    struct backup_report report;
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT;
    const struct backup_feed source = {.read = from_buffer, .ctx = &backup};
    assert_true(scratch_make(&folder));
    assert_ok(backup_read(&source, folder.path, &file, &report, NULL));
    assert_ok(workspace_read(w->dir, &workspace, NULL));
    workspace.epoch++;
    assert_ok(workspace_write(folder.path, &workspace, NULL));
    scratch_remove(w->dir);
    memcpy(w->dir, folder.path, sizeof w->dir);
}

static void a_restored_workspace_knows_every_card_of_its_backup(void **state) {
    (void)state;
    struct card_world c = {.numberer = NULL};
    struct backup_report report;
    struct card_line lines[4];
    size_t n = 0;
    CM_CLEANUP(buffer_free) struct buffer stream = BUFFER_INIT;
    const struct backup_sink sink = {.write = to_buffer, .ctx = &stream};
    card_world_make(&c, 0, LIFE_EUR);
    (void)till_asks(&c, CM_OP_ACTIVATE, CARD, 1000);
    assert_ok(engine_fold(c.w.engine));
    (void)till_asks(&c, CM_OP_REDEEM, CARD, 300); /* in the journal only */
    assert_ok(engine_backup(c.w.engine, false, &sink, &report, NULL));
    (void)till_asks(&c, CM_OP_REDEEM, CARD, 100); /* what the backup does not know */
    world_close(&c.w);
    restore(&c.w, buffer_slice(&stream));
    world_open(&c.w);
    assert_int_equal(till_asks(&c, CM_OP_CHECK, CARD, 0).told.balance, 700);
    assert_int_equal(till_asks(&c, CM_OP_REDEEM, CARD, 1).status, CM_CALL_RESTORED);
    assert_ok(engine_accept_restore(c.w.engine, NULL, 0, NULL));
    assert_int_equal(till_asks(&c, CM_OP_REDEEM, CARD, 1).told.balance, 699);
    assert_ok(engine_card_history(c.w.engine, CARDS, CARD, 0, lines, 4, &n, NULL));
    assert_int_equal(n, 3);
    card_world_remove(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_till_asks_its_keys_again_and_nothing_is_done_twice),
        cmocka_unit_test(a_restored_workspace_knows_every_card_of_its_backup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
