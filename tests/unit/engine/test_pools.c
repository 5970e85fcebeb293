/* Cards at a door: a pool is put beside a scheme, its cards are redeemed once, with their PINs.
 * The pool is example C of docs/design/construction.md section 12: its key, number and PIN were
 * printed by a program that shares no code with this one (node tests/oracle/worked.mjs).
 * Expected verdicts: docs/design/states.md section 3. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "countermark/card.h"
#include "crypto/secret.h"
#include "support/world.h"

#define POOL        7u
#define POOL_KEY    3u
#define POOL_INDEX  12345678u /* of the worked example */
#define POOL_NEXT   12350000u /* issued so far */
#define POOL_VOLUME 20000000u
#define NUMBER      "9643632930836097"
#define PIN         "031327"
#define HELD_OUT    "{\"version\":1,\"from_index\":0,\"held_out\":\"0.02\",\"held_below\":85899345,"
#define RULES_1     HELD_OUT "\"patterns\":[],\"listed\":[]}"

static const char pool_form[] =
    "{\"format\":1,\"name\":\"%s\",\"brand\":\"house\",\"id\":%u,\"mode\":\"%s\","
    "\"prefix\":\"%s\",\"body_digits\":11,\"number_digits\":16,\"pin_digits\":%u,"
    "\"volume\":%u,\"odds\":1000,\"payment_prefix_forced\":false,\"rules\":[%s]}";

struct pool_text {
    const char *name, *mode, *prefix, *rules;
    unsigned id, pin_n, volume;
};
static const struct pool_text gift = {.name = "gift",
                                      .mode = "TEST",
                                      .prefix = "9643",
                                      .rules = RULES_1,
                                      .id = POOL,
                                      .pin_n = 6,
                                      .volume = POOL_VOLUME};

static cm_err try_pool(struct world *w, const struct pool_text *t, struct cm_diag *diag) {
    char text[1024];
    (void)snprintf(text, sizeof text, pool_form, t->name, t->id, t->mode, t->prefix, t->pin_n,
                   t->volume, t->rules);
    return world_try_document(w, DOCUMENT_POOL, t->id, slice_text(text), diag);
}

static void add_pool(struct world *w, const struct pool_text *t) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = try_pool(w, t, &diag);
    if (err != CM_OK) fail_msg("pool: %s: %s", cm_err_name(err), diag.problem);
}

static cm_err issue_cards(struct world *w, uint32_t set, uint64_t first, uint64_t count,
                          uint8_t rule_version) {
    const struct issue_event e = {.set = set,
                                  .first = first,
                                  .count = count,
                                  .issued = count,
                                  .rule_version = rule_version};
    return engine_issue(w->engine, &e, NULL);
}

static void root_of(struct cm_key *key) {
    for (size_t i = 0; i < sizeof key->b; i++)
        key->b[i] = (uint8_t)(0x40u + i);
}

/* The world with the pool of the worked example beside its scheme, open and issued. */
static void make(struct world *w, const struct pool_text *t) {
    CM_KEY_SCOPED struct cm_key root;
    world_make(w, 12, 100000);
    root_of(&root);
    assert_ok(keystore_add(w->keystore, KEY_POOL, t->id, POOL_KEY, 1, &root));
    assert_ok(keystore_generate(w->keystore, KEY_PSEUDONYM, CAMPAIGN_OF_POOL | t->id, 1, 1));
    world_document(w, DOCUMENT_BRAND, 1, slice_text("{\"name\":\"house\"}"));
    add_pool(w, t);
    world_document(w, DOCUMENT_DOOR, WORLD_DOOR,
                   slice_text("{\"name\":\"front\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[1],"
                              "\"pools\":[7]}"));
    assert_ok(issue_cards(w, t->id, 0, POOL_NEXT, 1));
    const struct phase_event phase = {.set = t->id, .phase = PHASE_OPEN};
    assert_ok(engine_phase(w->engine, &phase, NULL));
}

static struct cm_numberer *numberer(void) {
    CM_KEY_SCOPED struct cm_key root;
    const struct cm_pool_numbers numbers = {
        .id = POOL, .test = true, .prefix_n = 4, .prefix = "9643", .body_n = 11, .pin_n = 6};
    struct cm_numberer *out = NULL;
    root_of(&root);
    assert_ok(cm_numberer_new(&out, &numbers, &root, POOL_KEY));
    return out;
}

static struct cm_answer ask(struct world *w, enum cm_operation op, const char *number,
                            const char *pin) {
    const struct world_request q = {.operation = op, .code = number, .pin = pin, .actor = 5};
    return world_request(w, &q, NULL);
}
static enum cm_verdict redeem(struct world *w, const char *number, const char *pin) {
    return ask(w, CM_OP_REDEEM, number, pin).verdict;
}

/* ---- Use -------------------------------------------------------------------------------------- */

static void a_card_is_redeemed_once_with_its_pin(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    struct cm_answer a = ask(&w, CM_OP_CHECK, NUMBER, PIN);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    a = ask(&w, CM_OP_REDEEM, "9643 6329 3083 6097", "031 327");
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_int_equal(a.set, POOL);
    assert_true(a.serial == POOL_INDEX);
    w.now_ms += 5000;
    a = ask(&w, CM_OP_REDEEM, NUMBER, PIN);
    assert_int_equal(a.verdict, CM_V_ALREADY_REDEEMED);
    assert_true(a.time_ms == WORLD_NOW_MS);
    world_remove(&w);
}

static void the_pool_and_its_spent_cards_survive_restarts_from_journal_and_image(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ACCEPTED);
    for (int folded = 0; folded < 2; folded++) {
        if (folded == 1) assert_ok(engine_fold(w.engine));
        world_close(&w);
        world_open(&w);
        assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ALREADY_REDEEMED);
        assert_int_equal(redeem(&w, NUMBER, "031328"), CM_V_NOT_A_CODE);
    }
    assert_int_equal(ask(&w, CM_OP_REVERSE, NUMBER, PIN).verdict, CM_V_ACCEPTED);
    assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ACCEPTED);
    world_remove(&w);
}

static void codes_and_cards_are_told_apart_at_one_door(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    w.batch_n = 0; /* set numbers 1..6 are free beside pool 7 */
    const uint32_t batch = world_batch(&w, 10, true);
    char code[WORLD_CODE_CAP];
    world_code(&w, batch, 3, code);
    /* In one call, so that both pass the same arrays; a PIN beside a code is not looked at. */
    const struct cm_request requests[3] = {
        {.operation = CM_OP_REDEEM, .code = slice_text(code), .pin = slice_text("0000")},
        {.operation = CM_OP_REDEEM, .code = slice_text(NUMBER), .pin = slice_text(PIN)},
        {.operation = CM_OP_REDEEM, .code = slice_text("nonsense")}};
    struct cm_answer answers[3];
    struct cm_call call = {.caller = {.actor = 5, .test = true},
                           .door = WORLD_DOOR,
                           .requests = requests,
                           .n = 3,
                           .answers = answers};
    assert_ok(cm_engine_run(w.engine, &call, 1));
    assert_int_equal(call.status, CM_CALL_DONE);
    assert_int_equal(answers[0].verdict, CM_V_ACCEPTED);
    assert_int_equal(answers[0].set, batch);
    assert_int_equal(answers[1].verdict, CM_V_ACCEPTED);
    assert_int_equal(answers[1].set, POOL);
    assert_int_equal(answers[2].verdict, CM_V_TYPING_ERROR);
    world_remove(&w);
}

/* ---- Refusals --------------------------------------------------------------------------------- */

static void wrong_and_missing_pins_answer_like_an_unknown_number(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    static const char *const wrong[] = {NULL, "",         "031328", "31327",  "0313270",
                                        "O31327", "000000", "abcdef", "\xff\xff", "03132\xc2"};
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++)
        assert_int_equal(redeem(&w, NUMBER, wrong[i]), CM_V_NOT_A_CODE);
    char longest[CM_PIN_TEXT_MAX + 2u];
    memset(longest, ' ', sizeof longest);
    memcpy(longest, PIN, sizeof PIN - 1u);
    longest[sizeof longest - 1u] = '\0'; /* one byte beyond the limit, all spaces but the PIN */
    assert_int_equal(redeem(&w, NUMBER, longest), CM_V_NOT_A_CODE);
    longest[sizeof longest - 2u] = '\0';
    const struct cm_answer a = ask(&w, CM_OP_CHECK, NUMBER, "031328");
    assert_int_equal(a.set, 0);
    assert_true(a.serial == 0);
    assert_int_equal(redeem(&w, NUMBER, longest), CM_V_ACCEPTED);
    world_remove(&w);
}

static void typing_errors_and_guesses_are_told_apart(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    /* Luhn digit, length, prefix, letters. */
    static const char *const typos[] = {"9643632930836098", "964363293083609", "8643632930836097",
                                        "964363293O836097", ""};
    for (size_t i = 0; i < CM_ARRAY_N(typos); i++)
        assert_int_equal(redeem(&w, typos[i], PIN), CM_V_TYPING_ERROR);
    struct cm_numberer *nb = numberer();
    char number[CM_CARD_NUMBER_MAX + 1u] = {0}, pin[CM_CARD_PIN_MAX + 1u] = {0};
    uint8_t skip = 0;
    for (uint64_t index = POOL_NEXT - 1u; index <= POOL_NEXT; index++) {
        const struct cm_card_pin asked = {.index = index, .issue = 1};
        assert_ok(cm_numberer_make(nb, index, 1, number, &skip));
        assert_ok(cm_numberer_pin(nb, &asked, 1, pin));
        assert_int_equal(redeem(&w, number, pin),
                         index < POOL_NEXT ? CM_V_ACCEPTED : CM_V_NOT_A_CODE);
    }
    cm_numberer_free(nb);
    world_remove(&w);
}

/* The first index from `first` on that is held out. The threshold is the document's: the first 32
 * bits of the hold tag below 85899345; that the numberer finds it rightly is vectors.oracle's. */
static void held_out_number(const char *rules, uint64_t first, char *number, char *pin) {
    char text[1024];
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    CM_KEY_SCOPED struct cm_key root;
    struct cm_numberer *nb = NULL;
    (void)snprintf(text, sizeof text, pool_form, gift.name, gift.id, gift.mode, gift.prefix,
                   gift.pin_n, gift.volume, rules);
    assert_ok(pool_read(slice_text(text), "pool", &pool, NULL));
    root_of(&root);
    assert_ok(cm_numberer_new(&nb, &pool.numbers, &root, POOL_KEY));
    uint8_t skip = 0;
    while ((skip & CM_CARD_SKIP_HELD) == 0)
        assert_ok(cm_numberer_make(nb, first++, 1, number, &skip));
    const struct cm_card_pin asked = {.index = first - 1u, .issue = 1};
    assert_ok(cm_numberer_pin(nb, &asked, 1, pin));
    cm_numberer_free(nb);
}

static void numbers_that_the_rules_skip_are_guesses(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    char number[CM_CARD_NUMBER_MAX + 1u] = {0}, pin[CM_CARD_PIN_MAX + 1u] = {0};
    held_out_number(RULES_1, 1000, number, pin);
    assert_int_equal(redeem(&w, number, pin), CM_V_NOT_A_CODE);
    world_remove(&w);
}

static void a_later_rule_version_leaves_issued_cards_alone(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    assert_int_equal(ask(&w, CM_OP_CHECK, NUMBER, PIN).verdict, CM_V_ACCEPTED);
    struct pool_text next = gift;
    /* The worked example's number on the list of a version that begins after it. */
    next.rules = RULES_1 ",{\"version\":2,\"from_index\":12350000,\"held_out\":\"0\","
                         "\"held_below\":0,\"patterns\":[],\"listed\":[\"" NUMBER "\"]}";
    add_pool(&w, &next);
    assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ACCEPTED);
    /* A range that was counted under the old rules is counted again; closed ranges stay. */
    assert_int_equal(issue_cards(&w, POOL, POOL_NEXT, 10, 1), CM_E_CONFLICT);
    assert_ok(issue_cards(&w, POOL, POOL_NEXT, 10, 2));
    struct cm_diag diag = DIAG_INIT;
    assert_int_equal(try_pool(&w, &gift, &diag), CM_E_CONFLICT); /* a version cannot be taken back */
    next.rules = RULES_1 ",{\"version\":2,\"from_index\":12350000,\"held_out\":\"0\","
                         "\"held_below\":0,\"patterns\":[],\"listed\":[\"" NUMBER "\"]}"
                         ",{\"version\":3,\"from_index\":12350009,\"held_out\":\"0\","
                         "\"held_below\":0,\"patterns\":[\"zeros\"],\"listed\":[]}";
    assert_int_equal(try_pool(&w, &next, &diag), CM_E_CONFLICT); /* 12350009 is issued */
    world_close(&w);
    world_open(&w);
    assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ALREADY_REDEEMED);
    world_remove(&w);
}

static void the_pin_belongs_to_the_idempotent_request(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    struct world_request q = {
        .operation = CM_OP_REDEEM, .code = NUMBER, .pin = PIN, .key = "till-7/1", .actor = 5};
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    const struct cm_answer again = world_request(&w, &q, NULL);
    assert_int_equal(again.verdict, CM_V_ACCEPTED);
    assert_true(again.replayed);
    /* Whoever knows number and key, but not the PIN, learns nothing. */
    q.pin = "000000";
    enum cm_call_status status = CM_CALL_DONE;
    (void)world_request(&w, &q, &status);
    assert_int_equal(status, CM_CALL_KEY_REUSED);
    world_remove(&w);
}

static void a_card_can_be_used_once_per_redeemer(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    world_document(&w, DOCUMENT_TERMS, TERMS_OF_SET | POOL,
                   slice_text("{\"uses\":\"once per redeemer\"}"));
    struct world_request q = {
        .operation = CM_OP_REDEEM, .code = NUMBER, .pin = PIN, .redeemer = "ann", .actor = 5};
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ALREADY_REDEEMED);
    q.redeemer = "bob";
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

/* ---- Documents -------------------------------------------------------------------------------- */

static void pools_that_contradict_the_world_are_refused(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    struct pool_text t = gift;
    struct cm_diag diag = DIAG_INIT;
    t.id = 8;
    assert_int_equal(try_pool(&w, &t, &diag), CM_E_EXISTS); /* name */
    t.name = "other";
    assert_int_equal(try_pool(&w, &t, &diag), CM_E_CONFLICT); /* same numbers */
    t.mode = "LIVE"; /* another world: rehearsals may use the numbers of the real thing */
    add_pool(&w, &t);
    t = gift;
    t.volume--;
    assert_int_equal(try_pool(&w, &t, &diag), CM_E_CONFLICT); /* the promise is frozen */
    t = gift;
    t.pin_n = 4;
    assert_int_equal(try_pool(&w, &t, &diag), CM_E_CONFLICT);
    assert_int_equal(try_pool(&w, &gift, &diag), CM_OK); /* the same again changes nothing */
    assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ACCEPTED);
    char text[1024];
    (void)snprintf(text, sizeof text, pool_form, "third", 9u, "TEST", "9644", 6u, 1000u, RULES_1);
    assert_int_equal(world_try_document(&w, DOCUMENT_POOL, 10, slice_text(text), &diag),
                     CM_E_CONFLICT); /* its id says 9 */
    t = (struct pool_text){"third", "TEST", "9644", RULES_1, 9, 0, UINT32_MAX};
    assert_int_equal(try_pool(&w, &t, &diag), CM_E_LIMIT); /* 10^11 numbers, one in 1000: too many */
    world_remove(&w);
}

static void a_door_takes_only_pools_of_its_own_mode(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    static const struct {
        const char *text;
        cm_err err;
    } doors[] = {
        {"{\"name\":\"a\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[7]}", CM_OK},
        {"{\"name\":\"b\",\"brand\":1,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[7]}", CM_OK},
        {"{\"name\":\"c\",\"brand\":0,\"mode\":\"LIVE\",\"schemes\":[],\"pools\":[7]}",
         CM_E_CONFLICT},
        {"{\"name\":\"d\",\"brand\":2,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[7]}",
         CM_E_CONFLICT},
        {"{\"name\":\"e\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[6]}",
         CM_E_NOT_FOUND},
        {"{\"name\":\"f\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[7,7]}",
         CM_E_EXISTS},
        {"{\"name\":\"g\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[],\"pools\":7}", CM_E_FORMAT}};
    /* Asked again after the image was loaded: what a pool's brand is must not be lost with it. */
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < CM_ARRAY_N(doors); i++) {
            struct cm_diag diag = DIAG_INIT;
            assert_int_equal(world_try_document(&w, DOCUMENT_DOOR, 10 + i,
                                                slice_text(doors[i].text), &diag),
                             doors[i].err);
        }
        assert_ok(engine_fold(w.engine));
        world_close(&w);
        world_open(&w);
    }
    world_remove(&w);
}

static cm_err describe(void *ctx, const struct registry *registry) {
    const struct set_entry *s = registry_set(registry, POOL);
    assert_non_null(s);
    buffer_put((struct buffer *)ctx, s->description.p, s->description.len);
    return CM_OK;
}

static void answers_carry_the_pool_and_its_reward(void **state) {
    (void)state;
    struct world w = {0};
    make(&w, &gift);
    world_document(&w, DOCUMENT_TERMS, TERMS_OF_SET | POOL,
                   slice_text("{\"reward\":[{\"language\":\"en\",\"text\":\"a mug\"}]}"));
    struct buffer b = BUFFER_INIT;
    assert_ok(engine_read(w.engine, describe, &b));
    assert_string_equal(buffer_cstr(&b),
                        "{\"pool\":\"gift\",\"reward\":[{\"language\":\"en\",\"text\":\"a mug\"}]}");
    buffer_free(&b);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_is_redeemed_once_with_its_pin),
        cmocka_unit_test(the_pool_and_its_spent_cards_survive_restarts_from_journal_and_image),
        cmocka_unit_test(codes_and_cards_are_told_apart_at_one_door),
        cmocka_unit_test(wrong_and_missing_pins_answer_like_an_unknown_number),
        cmocka_unit_test(typing_errors_and_guesses_are_told_apart),
        cmocka_unit_test(numbers_that_the_rules_skip_are_guesses),
        cmocka_unit_test(a_later_rule_version_leaves_issued_cards_alone),
        cmocka_unit_test(the_pin_belongs_to_the_idempotent_request),
        cmocka_unit_test(a_card_can_be_used_once_per_redeemer),
        cmocka_unit_test(pools_that_contradict_the_world_are_refused),
        cmocka_unit_test(a_door_takes_only_pools_of_its_own_mode),
        cmocka_unit_test(answers_carry_the_pool_and_its_reward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
