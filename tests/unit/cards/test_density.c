/* The card planner. Expected odds: the table of published schemes (16 digits under 8 with 10^6
 * live: 1 in 10; 19 under 8 with 10^7: 1 in 10^3, with a PIN of 4: 10^7, of 6: 10^9; 19 under 4:
 * 10^7), and shares of powers of ten that can be counted by hand. */
#include "support/cm.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cards/density.h"
#include "cards/rules.h"

static struct density_plan planned(struct density_ask ask) {
    struct density_plan plan = {0};
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = density_plan(&ask, &plan, &diag);
    if (err != CM_OK) fail_msg("%s: %s; %s", cm_err_name(err), diag.problem, diag.remedy);
    return plan;
}

static void a_pool_that_its_digits_cannot_hide_is_given_a_pin(void **state) {
    (void)state;
    const struct density_plan plan = planned((struct density_ask){.volume = 1000000,
                                                                  .one_in = 10000000,
                                                                  .prefix_n = 8,
                                                                  .number_n = 16,
                                                                  .pin_n = DENSITY_PIN_AUTO});
    assert_int_equal(plan.body_n, 7);
    assert_int_equal(plan.pin_n, 6); /* 10^7 numbers, 10^6 cards: 1 in 10, six digits more */
    assert_true(plan.space / plan.ask.volume == 10000000);
    assert_true(plan.most_issued == 1000000);
}

static void odds_are_those_of_the_published_table(void **state) {
    (void)state;
    static const struct {
        uint64_t volume, one_in;
        uint8_t prefix_n, number_n, pin_n;
    } rows[] = {
        {1000000, 10, 8, 16, 0},        {10000000, 1000, 8, 19, 0},
        {10000000, 10000000, 8, 19, 4}, {10000000, 1000000000, 8, 19, 6},
        {10000000, 10000000, 4, 19, 0},
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        struct density_ask ask = {.volume = rows[i].volume,
                                  .one_in = rows[i].one_in,
                                  .prefix_n = rows[i].prefix_n,
                                  .number_n = rows[i].number_n,
                                  .pin_n = DENSITY_PIN_AUTO};
        const struct density_plan plan = planned(ask);
        assert_int_equal(plan.pin_n, rows[i].pin_n);
        assert_true(plan.space / ask.volume == rows[i].one_in);
        ask.one_in++; /* one step stricter is one digit more, or refused */
        ask.pin_n = rows[i].pin_n;
        struct density_plan none;
        assert_err(CM_E_LIMIT, density_plan(&ask, &none, NULL));
    }
}

static void without_a_length_the_shortest_number_is_found(void **state) {
    (void)state;
    struct density_ask ask = {
        .volume = 1000000, .one_in = 10000, .prefix_n = 8, .pin_n = DENSITY_PIN_AUTO};
    assert_int_equal(planned(ask).number_n, 19); /* m = 10 */
    ask.prefix_n = 5;
    assert_int_equal(planned(ask).number_n, 16);
    ask.pin_n = 4;
    assert_int_equal(planned(ask).number_n, 12); /* 10^6 numbers would do, all of them cards */
    ask.volume = 999999;
    ask.skipped_share = 1000000; /* a thousandth skipped: 10^6 no longer has the room */
    assert_int_equal(planned(ask).body_n, 7);
}

static void a_refusal_names_what_would_make_it_fit(void **state) {
    (void)state;
    struct density_ask ask = {
        .volume = 1000000, .one_in = 10000000, .prefix_n = 6, .number_n = 16, .pin_n = 0};
    struct density_plan plan;
    memset(&plan, 0xA5, sizeof plan);
    const struct density_plan before = plan;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_LIMIT, density_plan(&ask, &plan, &diag));
    assert_memory_equal(&plan, &before, sizeof plan);
    assert_string_equal(diag.problem,
                        "1000000 cards at one in 10000000 need 13 digits to guess; body and PIN "
                        "have 9");
    assert_string_equal(diag.remedy, "take a PIN of 4 digits, or a prefix of 2, or odds of one in "
                                     "1000, or fewer cards");
    ask.prefix_n = 3; /* now a longer number would do as well: 3 + 13 + 1 */
    ask.number_n = 13;
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_LIMIT, density_plan(&ask, &plan, &diag));
    assert_string_equal(diag.remedy, "take a PIN of 4 digits, or numbers of 17 digits, or odds of "
                                     "one in 1000, or fewer cards");
}

/* The number that follows `words` in a remedy; 0 when they are not in it. */
static uint8_t offered(const struct cm_diag *diag, const char *words) {
    const char *at = strstr(diag->remedy, words);
    return at == NULL ? 0 : (uint8_t)strtoul(at + strlen(words), NULL, 10);
}

/* Try what the refusal of `ask` offers, if it is refused: each offer alone must be accepted. */
static unsigned try_offers(const struct density_ask *ask) {
    struct density_plan plan;
    struct cm_diag diag = DIAG_INIT;
    if (density_plan(ask, &plan, &diag) != CM_E_LIMIT) return 0;
    struct density_ask longer = *ask, shorter = *ask, secret = *ask;
    longer.number_n = offered(&diag, "numbers of ");
    shorter.prefix_n = offered(&diag, "a prefix of ");
    secret.pin_n = offered(&diag, "a PIN of ");
    if (longer.number_n != 0) assert_ok(density_plan(&longer, &plan, NULL));
    if (shorter.prefix_n != 0) assert_ok(density_plan(&shorter, &plan, NULL));
    if (secret.pin_n != 0 && plan.room >= ask->volume)
        assert_ok(density_plan(&secret, &plan, NULL));
    return (longer.number_n != 0 ? 1u : 0u) + (shorter.prefix_n != 0 ? 1u : 0u) +
           (secret.pin_n != 0 ? 1u : 0u);
}

static void what_a_refusal_offers_is_accepted(void **state) {
    (void)state;
    unsigned tried = 0;
    for (unsigned i = 0; i < 8 * 12 * 12; i++) {
        struct density_ask ask = {.volume = 1000,
                                  .one_in = 10000000,
                                  .prefix_n = (uint8_t)(1 + i / 12 % 12),
                                  .number_n = (uint8_t)(8 + i % 12),
                                  .pin_n = (uint8_t)(i % 5 == 0 ? 4 : 0)};
        for (unsigned k = 0; k < i / 144; k++)
            ask.volume *= 10;
        tried += try_offers(&ask);
        ask.face[i % DENSITY_FACES] =
            (struct density_face){.name = "face", .body_n = 13, .times = (uint8_t)(1 + i % 16)};
        tried += try_offers(&ask);
    }
    assert_true(tried > 100);
}

static void more_cards_than_numbers_are_refused(void **state) {
    (void)state;
    struct density_ask ask = {
        .volume = 1000001, .one_in = 1, .prefix_n = 1, .number_n = 8, .pin_n = 8};
    struct density_plan plan;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_LIMIT, density_plan(&ask, &plan, &diag));
    assert_non_null(strstr(diag.remedy, "at most 1000000 cards"));
    ask.volume = 1000000;
    assert_ok(density_plan(&ask, &plan, NULL));
    ask.skipped_share = 1;
    assert_err(CM_E_LIMIT, density_plan(&ask, &plan, NULL));
}

static void figures_out_of_range_are_refused_by_name(void **state) {
    (void)state;
    const struct density_ask good = {.volume = 10, .one_in = 10, .prefix_n = 4, .pin_n = 0};
    struct density_plan plan;
    struct density_ask bad[9];
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        bad[i] = good;
    bad[0].volume = 0;
    bad[1].volume = UINT64_MAX;
    bad[2].one_in = 0;
    bad[3].one_in = UINT64_MAX;
    bad[4].prefix_n = 0;
    bad[5].prefix_n = 13;
    bad[6].number_n = 10;
    bad[7].pin_n = 9;
    bad[8].skipped_share = SHARE_ONE;
    assert_ok(density_plan(&good, &plan, NULL));
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag = DIAG_INIT;
        assert_err(CM_E_RANGE, density_plan(&bad[i], &plan, &diag));
        assert_true(diag.place[0] != '\0' && diag.remedy[0] != '\0');
    }
}

static void table_and_json_say_the_same(void **state) {
    (void)state;
    const struct density_plan plan = planned((struct density_ask){.volume = 10000000,
                                                                  .one_in = 1000000000,
                                                                  .prefix_n = 8,
                                                                  .number_n = 19,
                                                                  .pin_n = DENSITY_PIN_AUTO,
                                                                  .door_per_hour = 1000});
    CM_CLEANUP(buffer_free) struct buffer table = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer json = BUFFER_INIT;
    density_table(&plan, &table);
    density_json(&plan, &json);
    const char *text = buffer_cstr(&table), *object = buffer_cstr(&json);
    assert_non_null(strstr(text, "body of 10, Luhn digit: 19 in all"));
    assert_non_null(strstr(text, "6 digits, demanded by the odds"));
    assert_non_null(strstr(text, "1,000,000,000"));
    assert_non_null(strstr(text, "2.88")); /* 4 million * 720 / 10^9 */
    assert_null(strstr(text, "campaign cap"));
    assert_non_null(strstr(object, "\"pin_digits\": 6"));
    assert_non_null(strstr(object, "\"one_in\": \"1000000000\""));
}

/* 29 | 10 digits | check: a million cards are hit by every ten thousandth EAN-13 that is guessed,
 * whatever the number's digits allow. */
static void a_guess_of_an_ean_is_a_guess(void **state) {
    (void)state;
    struct density_ask ask = {.volume = 1000000,
                              .one_in = 1000000000,
                              .prefix_n = 3,
                              .number_n = 19,
                              .pin_n = 0,
                              .face = {{.name = "EAN-13", .body_n = 10, .times = 1}}};
    struct density_plan plan;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_LIMIT, density_plan(&ask, &plan, &diag));
    assert_non_null(strstr(diag.problem, "EAN-13"));
    assert_non_null(strstr(diag.remedy, "a PIN of 5 digits"));
    assert_non_null(strstr(diag.remedy, "one in 10000,"));
    ask.pin_n = DENSITY_PIN_AUTO; /* 10^(10 + 5) = 10^6 * 10^9 */
    plan = planned(ask);
    assert_int_equal(plan.pin_n, 5);
    assert_true(plan.space == (cm_u128)1000000000000000u);
    assert_true(plan.most_issued == 1000000);
    ask.pin_n = 0; /* where the number fails first, its remedy holds for the EAN-13, too */
    ask.number_n = 17;
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_LIMIT, density_plan(&ask, &plan, &diag));
    assert_non_null(strstr(diag.remedy, "a PIN of 5 digits"));
    ask.pin_n = DENSITY_PIN_AUTO;
    ask.number_n = 0; /* the PIN that the EAN-13 demands shortens the number, too */
    assert_int_equal(planned(ask).body_n, 10);
    ask.number_n = 19;
    ask.one_in = 10000;
    ask.pin_n = 0;
    plan = planned(ask);
    assert_true(plan.most_issued == 1000000);
    ask.face[0].times = 3; /* three key tags: three texts a card */
    assert_err(CM_E_LIMIT, density_plan(&ask, &plan, NULL));
    ask.one_in = 1;
    ask.face[0].body_n = 6;
    assert_err(CM_E_LIMIT, density_plan(&ask, &plan, NULL)); /* 10^6 / 3 cards at most */
    ask.volume = 333333;
    assert_true(planned(ask).room == 333333);
}

static void the_table_names_every_face(void **state) {
    (void)state;
    const struct density_plan plan = planned(
        (struct density_ask){.volume = 1000,
                             .one_in = 1000000,
                             .prefix_n = 4,
                             .pin_n = 4,
                             .face = {{"EAN-13", 10, 1}, {"GSRN", 0, 0}, {"key tag", 9, 3}}});
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    density_table(&plan, &text);
    assert_non_null(strstr(buffer_cstr(&text), "a guessed EAN-13: once in  100,000,000,000\n"));
    assert_non_null(strstr(buffer_cstr(&text), "a guessed key tag: once in 3,333,333,333\n"));
    assert_null(strstr(buffer_cstr(&text), "GSRN"));
    buffer_clear(&text);
    density_json(&plan, &text);
    assert_non_null(strstr(buffer_cstr(&text), "\"texts_a_card\": 3"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_that_its_digits_cannot_hide_is_given_a_pin),
        cmocka_unit_test(odds_are_those_of_the_published_table),
        cmocka_unit_test(without_a_length_the_shortest_number_is_found),
        cmocka_unit_test(a_refusal_names_what_would_make_it_fit),
        cmocka_unit_test(what_a_refusal_offers_is_accepted),
        cmocka_unit_test(more_cards_than_numbers_are_refused),
        cmocka_unit_test(figures_out_of_range_are_refused_by_name),
        cmocka_unit_test(table_and_json_say_the_same),
        cmocka_unit_test(a_guess_of_an_ean_is_a_guess),
        cmocka_unit_test(the_table_names_every_face),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
