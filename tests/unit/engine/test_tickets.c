/* Tickets at a door: one more face of a unit, redeemed once whichever face comes first. What a
 * ticket is and who reads it alike: tests/unit/wire, tests/oracle/ticket.mjs. */
#include "support/cm.h"

#include <pthread.h>
#include <stdio.h>

#include "base/text.h"
#include "support/world_ticket.h"

#define SERIALS 2000u

static int set_up(void **state) {
    static struct world w;
    w = (struct world){.dir = ""};
    world_make(&w, 12, SERIALS);
    world_issuer(&w, 1);
    *state = &w;
    return 0;
}

static int tear_down(void **state) {
    world_remove(*state);
    return 0;
}

static enum cm_verdict redeem(struct world *w, const char *text) {
    return world_ask(w, CM_OP_REDEEM, text, NULL, 0).verdict;
}

static enum cm_verdict check(struct world *w, const char *text) {
    return world_ask(w, CM_OP_CHECK, text, NULL, 0).verdict;
}

static void a_ticket_and_its_code_are_one_unit(void **state) {
    struct world *w = *state;
    char ticket[WORLD_TICKET_CAP], code[WORLD_CODE_CAP];
    const uint32_t set = world_batch(w, 4, true);
    world_ticket(w, set, 0, ticket);
    world_code(w, set, 0, code);
    assert_int_equal(check(w, ticket), CM_V_ACCEPTED);
    const struct cm_answer first = world_ask(w, CM_OP_REDEEM, ticket, NULL, 0);
    assert_int_equal(first.verdict, CM_V_ACCEPTED);
    assert_int_equal(first.set, set);
    assert_int_equal(first.serial, 0);
    assert_int_equal(redeem(w, ticket), CM_V_ALREADY_REDEEMED);
    assert_int_equal(redeem(w, code), CM_V_ALREADY_REDEEMED);
    world_ticket(w, set, 1, ticket);
    world_code(w, set, 1, code);
    assert_int_equal(redeem(w, code), CM_V_ACCEPTED);
    assert_int_equal(redeem(w, ticket), CM_V_ALREADY_REDEEMED);
    assert_int_equal(world_ask(w, CM_OP_REVERSE, ticket, NULL, 0).verdict, CM_V_ACCEPTED);
    assert_int_equal(redeem(w, code), CM_V_ACCEPTED);
}

/* After a restart the documents come from the image, the units from it and from the journal. */
static void tickets_outlive_a_restart(void **state) {
    struct world *w = *state;
    char ticket[2][WORLD_TICKET_CAP];
    const uint32_t set = world_batch(w, 2, true);
    for (unsigned i = 0; i < 2; i++)
        world_ticket(w, set, i, ticket[i]);
    assert_int_equal(redeem(w, ticket[0]), CM_V_ACCEPTED);
    world_close(w);
    world_open(w);
    assert_int_equal(redeem(w, ticket[0]), CM_V_ALREADY_REDEEMED);
    assert_int_equal(redeem(w, ticket[1]), CM_V_ACCEPTED);
}

static void a_unit_that_was_never_issued_is_no_ticket(void **state) {
    struct world *w = *state;
    char ticket[WORLD_TICKET_CAP];
    const uint32_t set = world_batch(w, 2, true);
    world_ticket(w, set, 2, ticket);
    assert_int_equal(check(w, ticket), CM_V_NOT_A_CODE);
    world_ticket(w, set + 1, 0, ticket); /* a batch that is not there */
    assert_int_equal(check(w, ticket), CM_V_NOT_A_CODE);
}

/* ---- Time ------------------------------------------------------------------------------------ */

static void a_genuine_ticket_out_of_its_time_says_so(void **state) {
    struct world *w = *state;
    char ticket[WORLD_TICKET_CAP];
    struct ticket_claims c = world_claims(w);
    const uint32_t set = world_batch(w, 2, true);
    c.nbf_unix_s = w->now_ms / 1000 + 60;
    world_ticket_of(w, 1, set, 0, c, ticket);
    assert_int_equal(redeem(w, ticket), CM_V_NOT_OPEN_YET);
    w->now_ms += 60000;
    assert_int_equal(check(w, ticket), CM_V_ACCEPTED);
    w->now_ms = c.exp_unix_s * 1000 - 1;
    assert_int_equal(check(w, ticket), CM_V_ACCEPTED);
    w->now_ms = c.exp_unix_s * 1000;
    assert_int_equal(redeem(w, ticket), CM_V_ENDED);
}

/* What was begun in time is ended later; what was done is taken back later. */
static void a_hold_outlives_the_tickets_time(void **state) {
    struct world *w = *state;
    char ticket[WORLD_TICKET_CAP];
    enum cm_call_status status;
    const struct ticket_claims c = world_claims(w);
    const uint32_t set = world_batch(w, 1, true);
    world_ticket(w, set, 0, ticket);
    w->now_ms = c.exp_unix_s * 1000 - 1000;
    struct world_request q = {.operation = CM_OP_RESERVE, .code = ticket, .hold_ms = 60000};
    assert_int_equal(world_request(w, &q, &status).verdict, CM_V_ACCEPTED);
    w->now_ms += 2000;
    assert_int_equal(redeem(w, ticket), CM_V_ENDED);
    assert_int_equal(world_ask(w, CM_OP_CONFIRM, ticket, NULL, 0).verdict, CM_V_ACCEPTED);
    assert_int_equal(world_ask(w, CM_OP_REVERSE, ticket, NULL, 0).verdict, CM_V_ACCEPTED);
}

static void an_answer_is_given_again_under_its_key_after_the_end(void **state) {
    struct world *w = *state;
    char ticket[WORLD_TICKET_CAP];
    const uint32_t set = world_batch(w, 1, true);
    world_ticket(w, set, 0, ticket);
    assert_int_equal(world_ask(w, CM_OP_REDEEM, ticket, "key-1", 0).verdict, CM_V_ACCEPTED);
    w->now_ms = world_claims(w).exp_unix_s * 1000;
    const struct cm_answer again = world_ask(w, CM_OP_REDEEM, ticket, "key-1", 0);
    assert_int_equal(again.verdict, CM_V_ACCEPTED);
    assert_true(again.replayed);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static void a_rotated_key_keeps_its_tickets_to_its_end(void **state) {
    struct world *w = *state;
    char old[WORLD_TICKET_CAP], new[WORLD_TICKET_CAP];
    const uint32_t set = world_batch(w, 2, true);
    world_ticket(w, set, 0, old);
    const uint64_t end = w->now_ms / 1000 + WORLD_DAY_S;
    world_issuer_end(w, 2, 1, end); /* retired, and ended early */
    world_ticket_of(w, 2, set, 1, world_claims(w), new);
    assert_int_equal(check(w, old), CM_V_ACCEPTED);
    assert_int_equal(check(w, new), CM_V_ACCEPTED);
    w->now_ms = end * 1000;
    assert_int_equal(redeem(w, old), CM_V_NOT_A_CODE);
    assert_int_equal(redeem(w, new), CM_V_ACCEPTED);
}

static void a_destroyed_key_opens_nothing(void **state) {
    struct world *w = *state;
    char ticket[WORLD_TICKET_CAP];
    const uint32_t set = world_batch(w, 1, true);
    world_ticket(w, set, 0, ticket);
    assert_int_equal(check(w, ticket), CM_V_ACCEPTED);
    assert_ok(keystore_set_state(w->keystore, KEY_TICKET, 0, 1, KEY_DESTROYED, 2));
    world_document(
        w, DOCUMENT_DOOR, WORLD_DOOR, /* openers look at the keys again */
        slice_text("{\"name\":\"front\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[1]}"));
    assert_int_equal(check(w, ticket), CM_V_NOT_A_CODE);
}

/* Keys stay, begin when they began, and end earlier or when they did. */
static void an_issuers_past_cannot_be_changed(void **state) {
    struct world *w = *state;
    struct cm_diag diag = DIAG_INIT;
    static const char *const bent[] = {
        "{\"issuer\":\"OTHER\",\"brand\":0,\"keys\":[{\"version\":1,\"public_key\":\""
        "1111111111111111111111111111111111111111111111111111111111111111\","
        "\"not_before\":1,\"not_after\":2,\"retired\":false}]}",
        "{\"issuer\":\"ACME\",\"brand\":0,\"keys\":[{\"version\":1,\"public_key\":\""
        "1111111111111111111111111111111111111111111111111111111111111111\","
        "\"not_before\":1,\"not_after\":2,\"retired\":false}]}",
        "{\"issuer\":\"ACME\",\"brand\":5,\"keys\":[]}",
        "{\"issuer\":\"acme\",\"brand\":0,\"keys\":[]}",
    };
    for (size_t i = 0; i < CM_ARRAY_N(bent); i++)
        assert_int_not_equal(
            world_try_document(w, DOCUMENT_ISSUER, ISSUER_OF_NO_BRAND, slice_text(bent[i]), &diag),
            CM_OK);
    const uint64_t end = w->now_ms / 1000 + WORLD_DAY_S;
    world_issuer_end(w, 1, 1, end);
    struct buffer later = world_issuer_text(w, 1, 1, end + 1), anew = world_issuer_text(w, 1, 0, 0);
    const struct cm_slice texts[] = {buffer_slice(&later), buffer_slice(&anew)};
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++)
        assert_err(CM_E_CONFLICT,
                   world_try_document(w, DOCUMENT_ISSUER, ISSUER_OF_NO_BRAND, texts[i], &diag));
    buffer_free(&later);
    buffer_free(&anew);
}

/* ---- What is no ticket ----------------------------------------------------------------------- */

static void forged_cut_and_live_tickets_are_refused(void **state) {
    struct world *w = *state;
    char ticket[WORLD_TICKET_CAP], bent[WORLD_TICKET_CAP];
    struct ticket_claims c = world_claims(w);
    const uint32_t set = world_batch(w, 1, true);
    c.flags = TICKET_SINGLE; /* says that it is LIVE; the batch is TEST */
    world_ticket_of(w, 1, set, 0, c, ticket);
    assert_int_equal(check(w, ticket), CM_V_NOT_A_CODE);
    c = world_claims(w);
    memcpy(c.iss, "OTHER", sizeof "OTHER");
    world_ticket_of(w, 1, set, 0, c, ticket);
    assert_int_equal(check(w, ticket), CM_V_NOT_A_CODE);
    world_ticket(w, set, 0, ticket);
    memcpy(bent, ticket, sizeof bent);
    char *at = &bent[strlen(bent) - 12]; /* in the signature */
    *at = *at == '0' ? '1' : '0';
    assert_int_equal(check(w, bent), CM_V_NOT_A_CODE);
    memcpy(bent, ticket, sizeof bent);
    bent[strlen(bent) - 3] = '\0';
    assert_int_equal(check(w, bent), CM_V_TYPING_ERROR);
    assert_int_equal(check(w, "CM1:"), CM_V_TYPING_ERROR);
    assert_int_equal(check(w, "CM1:AAAA"), CM_V_TYPING_ERROR);
    assert_int_equal(check(w, ticket), CM_V_ACCEPTED);
}

static void a_door_without_the_scheme_takes_no_ticket_of_it(void **state) {
    struct world *w = *state;
    char ticket[WORLD_TICKET_CAP];
    const uint32_t set = world_batch(w, 1, true);
    world_ticket(w, set, 0, ticket);
    world_document(w, DOCUMENT_DOOR, WORLD_DOOR,
                   slice_text("{\"name\":\"front\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[]}"));
    assert_int_equal(check(w, ticket), CM_V_NOT_A_CODE);
}

/* ---- Taken back ------------------------------------------------------------------------------ */

/* The document that `ticket revoke` writes for one unit's ticket of key version 1. */
static void take_back(struct world *w, uint32_t set, uint64_t serial) {
    char text[WORLD_TICKET_CAP], hex[2 * TICKET_CTI_LEN + 1], document[256];
    struct ticket_message m;
    struct ticket_claims c;
    world_ticket(w, set, serial, text);
    assert_ok(ticket_open(slice_text(text), &m));
    assert_ok(ticket_claims_read(m.cose.payload, &c));
    hex_format(c.cti, sizeof c.cti, hex);
    (void)snprintf(document, sizeof document,
                   "{\"brand\":0,\"at_ms\":1795000000001,\"why\":\"\",\"ctis\":\"%s\"}", hex);
    world_document(w, DOCUMENT_REVOKED, 0, slice_text(document));
}

/* docs/design/states.md section 2, behind row 7: whatever becomes of its unit. A used unit does not
 * become void, so that only the list speaks against its ticket once the use was reversed. */
static void a_used_ticket_that_was_taken_back_stays_refused_when_its_use_is_reversed(void **state) {
    struct world *w = *state;
    char ticket[WORLD_TICKET_CAP], code[WORLD_CODE_CAP];
    const uint32_t set = world_batch(w, 2, true);
    world_ticket(w, set, 0, ticket);
    world_code(w, set, 0, code);
    assert_int_equal(redeem(w, ticket), CM_V_ACCEPTED);
    take_back(w, set, 0);
    for (int life = 0; life < 2; life++) {
        assert_int_equal(redeem(w, ticket),
                         CM_V_ALREADY_REDEEMED); /* what happened is told first */
        assert_int_equal(world_ask(w, CM_OP_REVERSE, ticket, NULL, 0).verdict, CM_V_ACCEPTED);
        assert_int_equal(check(w, ticket), CM_V_VOID);
        assert_int_equal(redeem(w, ticket), CM_V_VOID);
        const struct cm_answer held = world_ask(w, CM_OP_RESERVE, ticket, NULL, 0);
        assert_int_equal(held.verdict, CM_V_VOID);
        assert_int_equal(held.time_ms, 1795000000001u);  /* when it was taken back */
        assert_int_equal(check(w, code), CM_V_ACCEPTED); /* another face: revoke again to void it */
        assert_int_equal(world_ask(w, CM_OP_RESERVE, code, NULL, 0).verdict, CM_V_ACCEPTED);
        assert_int_equal(world_ask(w, CM_OP_CONFIRM, ticket, NULL, 0).verdict, CM_V_VOID);
        assert_int_equal(world_ask(w, CM_OP_CONFIRM, code, NULL, 0).verdict, CM_V_ACCEPTED);
        world_close(w);
        world_open(w);
    }
    world_ticket(w, set, 1, ticket);
    assert_int_equal(redeem(w, ticket), CM_V_ACCEPTED);
}

/* ---- Races ----------------------------------------------------------------------------------- */

#define RACERS 64u
#define UNITS  25u

struct racer {
    struct world *w;
    const char *texts; /* UNITS of WORLD_TICKET_CAP each: all tickets, or all codes */
    unsigned won;
};

static void *race(void *ctx) {
    struct racer *r = ctx;
    for (unsigned i = 0; i < UNITS; i++) {
        struct cm_answer a = {.set = 0};
        const struct cm_request q = {.operation = CM_OP_REDEEM,
                                     .code = slice_text(r->texts + i * WORLD_TICKET_CAP)};
        struct cm_call call = {
            .caller = {.test = true}, .door = WORLD_DOOR, .requests = &q, .n = 1, .answers = &a};
        if (cm_engine_run(r->w->engine, &call, 1) != CM_OK) break;
        r->won += call.status == CM_CALL_DONE && a.verdict == CM_V_ACCEPTED;
    }
    return NULL;
}

static void sixty_four_at_once_redeem_each_unit_once(void **state) {
    struct world *w = *state;
    static char tickets[UNITS * WORLD_TICKET_CAP], codes[UNITS * WORLD_TICKET_CAP];
    struct racer racers[RACERS];
    pthread_t threads[RACERS];
    unsigned won = 0;
    const uint32_t set = world_batch(w, UNITS, true);
    for (unsigned i = 0; i < UNITS; i++) {
        world_ticket(w, set, i, tickets + i * WORLD_TICKET_CAP);
        world_code(w, set, i, codes + i * WORLD_TICKET_CAP);
    }
    for (unsigned i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.w = w, .texts = i % 2 == 0 ? tickets : codes};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (unsigned i = 0; i < RACERS; i++) {
        (void)pthread_join(threads[i], NULL);
        won += racers[i].won;
    }
    assert_int_equal(won, UNITS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_ticket_and_its_code_are_one_unit),
        TEST(tickets_outlive_a_restart),
        TEST(a_unit_that_was_never_issued_is_no_ticket),
        TEST(a_genuine_ticket_out_of_its_time_says_so),
        TEST(a_hold_outlives_the_tickets_time),
        TEST(an_answer_is_given_again_under_its_key_after_the_end),
        TEST(a_rotated_key_keeps_its_tickets_to_its_end),
        TEST(a_destroyed_key_opens_nothing),
        TEST(an_issuers_past_cannot_be_changed),
        TEST(forged_cut_and_live_tickets_are_refused),
        TEST(a_door_without_the_scheme_takes_no_ticket_of_it),
        TEST(a_used_ticket_that_was_taken_back_stays_refused_when_its_use_is_reversed),
        TEST(sixty_four_at_once_redeem_each_unit_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
