/* The faces of a card at a door. The texts are examples C and D of docs/design/construction.md
 * section 13, printed by a program that shares no code with this one (node
 * tests/oracle/worked.mjs); tracks as ISO/IEC 7813 lays them out. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "support/world_pool.h"

#define FACES                                                                                      \
    KEYS_3 "],\"identifiers\":[{\"kind\":\"ean13\",\"prefix\":\"29\"},"                            \
           "{\"kind\":\"gsrn\",\"prefix\":\"9506000\"},{\"kind\":\"tags\",\"items\":3,"            \
           "\"numbers\":\"own\",\"prefix\":\"9644\",\"digits\":16},"                               \
           "{\"kind\":\"track1\",\"name\":\"GIFT/CARD\"},{\"kind\":\"track2\"}"
#define EAN  "2916837271910"
#define GSRN "950600037855869911"
#define TAG2 "9644842796424990"

static struct pool_text faced(void) {
    struct pool_text text = gift;
    text.keys = FACES;
    return text;
}

static struct cm_answer ask(struct world *w, enum cm_operation op, const char *text,
                            const char *pin) {
    const struct world_request q = {.operation = op, .code = text, .pin = pin, .actor = 5};
    return world_request(w, &q, NULL);
}

static void a_card_is_redeemed_by_any_of_its_faces_once(void **state) {
    (void)state;
    static const char *const texts[] = {NUMBER,
                                        EAN,
                                        GSRN,
                                        TAG2,
                                        "2 916837 271910",
                                        "%B" NUMBER "^GIFT/CARD^^^?",
                                        ";" NUMBER "=3012000?",
                                        "%B" NUMBER "^GIFT/CARD^3012000?;" NUMBER "=3012000?\r\n",
                                        NUMBER "=3012000"};
    const struct pool_text text = faced();
    struct world w = {0};
    world_pool_make(&w, &text);
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        const struct cm_answer a = ask(&w, CM_OP_CHECK, texts[i], PIN);
        if (a.verdict != CM_V_ACCEPTED) fail_msg("%s: %d", texts[i], (int)a.verdict);
        assert_int_equal(a.set, POOL);
        assert_true(a.serial == POOL_INDEX);
        assert_int_equal(ask(&w, CM_OP_CHECK, texts[i], "031328").verdict, CM_V_NOT_A_CODE);
    }
    assert_int_equal(ask(&w, CM_OP_REDEEM, EAN, PIN).verdict, CM_V_ACCEPTED);
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++)
        assert_int_equal(ask(&w, CM_OP_REDEEM, texts[i], PIN).verdict, CM_V_ALREADY_REDEEMED);
    world_remove(&w);
}

static void wrong_texts_are_told_as_those_of_numbers_are(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum cm_verdict verdict;
    } rows[] = {
        {"2916837271911", CM_V_TYPING_ERROR}, /* check digit */
        {"950600037855869912", CM_V_TYPING_ERROR},
        {"9644842796424991", CM_V_TYPING_ERROR},
        {"2916837271", CM_V_TYPING_ERROR},            /* no face has this length */
        {"4006381333931", CM_V_TYPING_ERROR},         /* another's EAN-13 */
        {";" NUMBER "=3012000?0", CM_V_TYPING_ERROR}, /* LRC */
        {";9643632930836098=3012000?", CM_V_TYPING_ERROR},
        {"%B" NUMBER "^GIFT/CARD^^^?;9643632930836105=3012000?", CM_V_TYPING_ERROR},
        {"2900000000001", CM_V_NOT_A_CODE}, /* opens to no card: a guess */
        {"950600000000000002", CM_V_NOT_A_CODE},
    };
    const struct pool_text text = faced();
    struct world w = {0};
    world_pool_make(&w, &text);
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        const enum cm_verdict v = ask(&w, CM_OP_CHECK, rows[i].text, PIN).verdict;
        if (v != rows[i].verdict) fail_msg("%s: %d", rows[i].text, (int)v);
    }
    world_remove(&w);
}

/* A pool whose EAN-13 could be a number of the first is refused beside it. */
static void pools_whose_faces_meet_are_refused(void **state) {
    (void)state;
    const struct pool_text text = faced();
    struct world w = {0};
    struct cm_diag diag = DIAG_INIT;
    world_pool_make(&w, &text);
    struct pool_text other = gift;
    other.id = POOL + 1u;
    other.name = "other";
    other.prefix = "2912"; /* 13 digits with a body of 8 */
    other.body_n = 8;
    other.volume = 1000;
    assert_err(CM_E_CONFLICT, try_pool(&w, &other, &diag));
    assert_non_null(strstr(diag.problem, "gift"));
    other.body_n = 9;
    assert_ok(try_pool(&w, &other, &diag));
    world_remove(&w);
}

static void identifiers_are_frozen_with_the_pool(void **state) {
    (void)state;
    const struct pool_text text = faced();
    struct world w = {0};
    struct cm_diag diag = DIAG_INIT;
    world_pool_make(&w, &text);
    assert_ok(try_pool(&w, &text, &diag));
    struct pool_text less = text;
    less.keys = KEYS_3;
    assert_err(CM_E_CONFLICT, try_pool(&w, &less, &diag));
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_is_redeemed_by_any_of_its_faces_once),
        cmocka_unit_test(wrong_texts_are_told_as_those_of_numbers_are),
        cmocka_unit_test(pools_whose_faces_meet_are_refused),
        cmocka_unit_test(identifiers_are_frozen_with_the_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
