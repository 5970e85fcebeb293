/* Who may become an operator, and who may end one. The rule (docs/design/orders.md, "Operators"):
 * the first needs nobody, the second the first, and from then on two others, counted over all that
 * ever were. Signatures are made here as people's own programs would make them. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "crypto/sign.h"
#include "support/world.h"
#include "vault/acts.h"
#include "vault/order_sign.h"

#define WEEK_MS (UINT64_C(7) * 24u * 3600u * 1000u)

/* Everybody's key follows from the first letter of the name. */
static void hex_of(const char *name, char hex[static 2 * SIGN_PUBLIC_LEN + 1]) {
    const struct cm_key seed = {{(uint8_t)name[0]}};
    struct sign_public key;
    sign_public_of(&seed, &key);
    hex_format(key.b, sizeof key.b, hex);
}

struct ask {
    const char *act, *name, *by;
    struct cm_slice says; /* what `by` signs; empty: as the act wants it */
};

static void proposal_text(struct world *w, const char *answer, const struct ask *q,
                          struct buffer *text);

static void sign_for(struct world *w, const struct ask *q, struct buffer *args) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, whole = BUFFER_INIT;
    const struct cm_key seed = {{(uint8_t)q->by[0]}};
    struct signature signature;
    char hex[2 * SIGNATURE_LEN + 1], key[2 * SIGN_PUBLIC_LEN + 1];
    hex_of(q->name, key);
    if (q->says.len > 0)
        buffer_put(&text, q->says.p, q->says.len);
    else if (strcmp(q->act, "add") == 0 || strcmp(q->act, "revoke") == 0)
        buffer_printf(&text, "%s: %s\nkey: %s\n", q->act, q->name, key);
    else
        proposal_text(w, q->act, q, &text);
    assert_ok(order_signed_text(w->dir, ORDER_SIGNED_OPERATOR, buffer_slice(&text), &whole, NULL));
    sign_make(&seed, buffer_slice(&whole), &signature);
    hex_format(signature.b, sizeof signature.b, hex);
    buffer_printf(args, ",\"by\":\"%s\",\"signature\":\"%s\"", q->by, hex);
}

static cm_err ask_it(struct world *w, const struct ask *q, struct buffer *out,
                     struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, act = BUFFER_INIT;
    struct act_context ctx = {
        .engine = w->engine, .keystore = w->keystore, .workspace = w->dir, .now_ms = w->now_ms};
    char key[2 * SIGN_PUBLIC_LEN + 1];
    hex_of(q->name, key);
    buffer_printf(&act, "operator.%s", q->act);
    buffer_printf(&args, "{\"name\":\"%s\"", q->name);
    if (strcmp(q->act, "add") == 0) buffer_printf(&args, ",\"public_key\":\"%s\"", key);
    if (q->by != NULL) sign_for(w, q, &args);
    buffer_printf(&args, "}");
    assert_ok(buffer_err(&args));
    buffer_clear(out);
    return act_run(&ctx, buffer_slice(&act), buffer_slice(&args), out, diag);
}

static void does(struct world *w, const char *act, const char *name, const char *by,
                 const char *state) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    const struct ask q = {.act = act, .name = name, .by = by};
    const cm_err err = ask_it(w, &q, &out, &diag);
    if (err != CM_OK) fail_msg("%s %s: %s: %s", act, name, cm_err_name(err), diag.problem);
    CM_CLEANUP(buffer_free) struct buffer want = BUFFER_INIT;
    buffer_printf(&want, "\"state\":\"%s\"", state);
    if (strstr(buffer_cstr(&out), buffer_cstr(&want)) == NULL)
        fail_msg("no %s in %s", buffer_cstr(&want), buffer_cstr(&out));
}

static void refused(struct world *w, cm_err want, const char *act, const char *name, const char *by,
                    const char *problem) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    const struct ask q = {.act = act, .name = name, .by = by};
    assert_err(want, ask_it(w, &q, &out, &diag));
    assert_int_equal(out.len, 0);
    if (strstr(diag.problem, problem) == NULL) fail_msg("'%s', not '%s'", diag.problem, problem);
}

/* The pending proposal, from the registry: as `operator list` shows it. */
struct look {
    const char *name;
    struct operator_entry one;
};
static cm_err look(void *ctx, const struct registry *r) {
    struct look *l = ctx;
    const struct operator_entry *o = registry_operator_named(r, slice_text(l->name));
    if (o != NULL) l->one = *o;
    return CM_OK;
}

static void proposal_text(struct world *w, const char *answer, const struct ask *q,
                          struct buffer *text) {
    struct look l = {.name = q->name};
    char key[2 * SIGN_PUBLIC_LEN + 1];
    hex_of(q->name, key);
    assert_ok(engine_read(w->engine, look, &l));
    order_sign_answer(answer, l.one.wish == OPERATOR_TO_ADD ? "add" : "revoke", q->name, key,
                      l.one.by, l.one.changed_ms, text);
}

static bool stands(struct world *w, const char *name) {
    struct look l = {.name = name};
    assert_ok(engine_read(w->engine, look, &l));
    return l.one.id != 0 && operator_stands(&l.one);
}

/* alice, bob: as every workspace begins. */
static void two_people(struct world *w) {
    world_make(w, 8, 1000);
    does(w, "add", "alice", NULL, "approves");
    refused(w, CM_E_DENIED, "add", "bob", NULL, "there are operators already");
    does(w, "add", "bob", "alice", "approves");
}

static void a_third_person_wants_two(void **state) {
    (void)state;
    struct world w = {0};
    two_people(&w);
    does(&w, "add", "carol", "alice", "proposed");
    assert_false(stands(&w, "carol"));
    refused(&w, CM_E_DENIED, "confirm", "carol", "alice", "a second person confirms it");
    refused(&w, CM_E_DENIED, "confirm", "carol", "carol", "for or against themself");
    does(&w, "confirm", "carol", "bob", "approves");
    assert_true(stands(&w, "carol"));
    refused(&w, CM_E_STATE, "confirm", "carol", "bob", "nothing is proposed");
    world_remove(&w);
}

static void who_is_proposed_vouches_for_nobody(void **state) {
    (void)state;
    struct world w = {0};
    two_people(&w);
    does(&w, "add", "mallory", "alice", "proposed");
    refused(&w, CM_E_NOT_FOUND, "add", "second", "mallory", "no operator is named 'mallory'");
    refused(&w, CM_E_NOT_FOUND, "revoke", "bob", "mallory", "no operator is named 'mallory'");
    does(&w, "object", "mallory", "bob", "revoked");
    refused(&w, CM_E_EXISTS, "add", "mallory", "alice", "has this name");
    world_remove(&w);
}

/* The way that was open: be rid of the other one, then add oneself again. */
static void a_rogue_of_two_is_never_two(void **state) {
    (void)state;
    struct world w = {0};
    two_people(&w);
    does(&w, "revoke", "bob", "alice", "approves, to be revoked");
    assert_true(stands(&w, "bob"));
    refused(&w, CM_E_DENIED, "confirm", "bob", "alice", "nobody else is left");
    w.now_ms += WEEK_MS - 1;
    refused(&w, CM_E_DENIED, "confirm", "bob", "alice", "nobody else is left");
    does(&w, "object", "bob", "bob", "approves");
    w.now_ms += WEEK_MS;
    refused(&w, CM_E_STATE, "confirm", "bob", "alice", "nothing is proposed");
    assert_true(stands(&w, "bob"));
    world_remove(&w);
}

static void one_of_two_whose_key_is_lost_is_replaced_in_two_weeks(void **state) {
    (void)state;
    struct world w = {0};
    two_people(&w);
    does(&w, "revoke", "bob", "alice", "approves, to be revoked");
    w.now_ms += WEEK_MS;
    does(&w, "confirm", "bob", "alice", "revoked");
    assert_false(stands(&w, "bob"));
    refused(&w, CM_E_STATE, "revoke", "alice", "alice", "without the last one");
    /* Alone again, but no longer at the beginning. */
    does(&w, "add", "carol", "alice", "proposed");
    refused(&w, CM_E_DENIED, "confirm", "carol", "alice", "nobody else is left");
    w.now_ms += WEEK_MS;
    does(&w, "confirm", "carol", "alice", "approves");
    world_remove(&w);
}

static void of_three_two_revoke_one_who_has_no_voice(void **state) {
    (void)state;
    struct world w = {0};
    two_people(&w);
    does(&w, "add", "carol", "alice", "proposed");
    does(&w, "confirm", "carol", "bob", "approves");
    does(&w, "revoke", "bob", "alice", "approves, to be revoked");
    refused(&w, CM_E_DENIED, "object", "bob", "bob", "they decide");
    w.now_ms += WEEK_MS;
    refused(&w, CM_E_DENIED, "confirm", "bob", "alice", "a second person confirms it");
    does(&w, "confirm", "bob", "carol", "revoked");
    does(&w, "revoke", "bob", NULL, "revoked"); /* once more changes nothing */
    world_remove(&w);
}

static void a_proposal_dies_with_its_proposer(void **state) {
    (void)state;
    struct world w = {0};
    two_people(&w);
    does(&w, "add", "carol", "alice", "proposed");
    does(&w, "confirm", "carol", "bob", "approves");
    does(&w, "add", "mallory", "bob", "proposed");
    does(&w, "revoke", "bob", "alice", "approves, to be revoked");
    does(&w, "confirm", "bob", "carol", "revoked");
    refused(&w, CM_E_DENIED, "confirm", "mallory", "alice", "approves no more");
    world_remove(&w);
}

static void an_answer_to_one_proposal_answers_no_other(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, out = BUFFER_INIT;
    struct ask q = {.act = "confirm", .name = "bob", .by = "carol"};
    two_people(&w);
    does(&w, "add", "carol", "alice", "proposed");
    does(&w, "confirm", "carol", "bob", "approves");
    does(&w, "revoke", "bob", "alice", "approves, to be revoked");
    proposal_text(&w, "confirm", &q, &text);
    does(&w, "object", "bob", "carol", "approves");
    w.now_ms += 1000;
    does(&w, "revoke", "bob", "alice", "approves, to be revoked");
    q.says = buffer_slice(&text);
    assert_err(CM_E_AUTH, ask_it(&w, &q, &out, NULL));
    assert_true(stands(&w, "bob"));
    world_remove(&w);
}

/* A ledger of 0.4 has no wishes: whoever it names stands, and the rule counts them. */
static void operators_of_old_ledgers_stand(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 8, 1000);
    static const char *const names[] = {"alice", "bob"};
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
        char key[2 * SIGN_PUBLIC_LEN + 1];
        uint32_t id = 0;
        hex_of(names[i], key);
        buffer_printf(&text,
                      "{\"name\":\"%s\",\"public_key\":\"%s\",\"revoked\":false,\"added_ms\":1,"
                      "\"by\":\"\"}",
                      names[i], key);
        assert_ok(engine_document(w.engine, DOCUMENT_OPERATOR, &id, 0, buffer_slice(&text), NULL));
    }
    assert_true(stands(&w, "alice") && stands(&w, "bob"));
    does(&w, "add", "carol", "alice", "proposed");
    does(&w, "confirm", "carol", "bob", "approves");
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_third_person_wants_two),
        cmocka_unit_test(who_is_proposed_vouches_for_nobody),
        cmocka_unit_test(a_rogue_of_two_is_never_two),
        cmocka_unit_test(one_of_two_whose_key_is_lost_is_replaced_in_two_weeks),
        cmocka_unit_test(of_three_two_revoke_one_who_has_no_voice),
        cmocka_unit_test(a_proposal_dies_with_its_proposer),
        cmocka_unit_test(an_answer_to_one_proposal_answers_no_other),
        cmocka_unit_test(operators_of_old_ledgers_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
