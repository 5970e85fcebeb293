/* Planning one code. Lengths, spaces and odds below were computed with node's BigInt from the two
 * conditions S >= volume * G and S >= C * 2^16, apart from this library. */
#include "support/cm.h"

#include <string.h>

#include "codes/odds.h"
#include "codes/plan.h"
#include "codes/wide.h"

static struct plan_request request_for(const char *technology) {
    struct plan_request request = PLAN_REQUEST_DEFAULTS;
    const struct technology *found = NULL;
    assert_ok(technology_by_name(slice_text(technology), &found, NULL));
    assert_ok(plan_use_technology(&request, found, NULL));
    if (request.length_max == 18) request.length_max = 16; /* the tests below count on it */
    return request;
}

static void add_field(struct plan_request *r, const char *name, uint64_t room, bool present) {
    struct plan_field *field = &r->attribute[r->attribute_n++];
    (void)snprintf(field->name, sizeof field->name, "%s", name);
    field->radix = (struct cm_radix_field){.present_inline = present, .cardinality = room};
}

/* 4e6 * 1e9 = 4e15 <= 23^12 = 21914624432020321, but > 23^11 */
static void volume_and_odds_give_length_tag_and_promise(void **state) {
    (void)state;
    struct plan_request request = request_for("inkjet");
    struct plan plan;
    request.volume = 4000000;
    assert_ok(plan_make(&request, &plan, NULL));
    assert_int_equal(plan.numbers.length, 12);
    assert_int_equal(plan.printed, 13);
    assert_true(plan.space == (cm_u128)21914624432020321u);
    assert_true(plan.payloads == (cm_u128)1 << 30);
    assert_true(plan.tag_modulus == 20409584);
    assert_int_equal(plan.numbers.t_minus_1, 20409583);
    assert_true(odds_one_in(plan.space, plan.volume) == 5478656108u);
    assert_int_equal(plan.most_live, 21914624);
    assert_true(plan.hits_numerator[1] == (cm_u128)7200000 * 4000000);
    assert_int_equal(plan.numbers.check, CM_CHECK_PRIME);
}

/* C = 64 * 3653 * 2^30; C * 2^16 = 1.64e19 > 23^13 = 5.04e17, 23^14 = 1.16e19, 23^15 = 2.67e20 */
static void inline_fields_cost_characters_when_the_tag_needs_room(void **state) {
    (void)state;
    struct plan_request request = request_for("inkjet");
    struct plan plan;
    request.volume = 4000000;
    add_field(&request, "sku", 64, true);
    request.has_date = true;
    request.date = (struct cm_radix_field){.present_inline = true, .cardinality = 3653};
    request.epoch_day = 20454;
    assert_ok(plan_make(&request, &plan, NULL));
    assert_int_equal(plan.numbers.length, 15);
    assert_int_equal(plan.cost[0], 2);         /* 13 without the SKU */
    assert_int_equal(plan.cost[PLAN_DATE], 3); /* 12 without the date: the odds alone need those */
    assert_true(plan.tag_modulus >= ODDS_TAG_LEAST);
    request.attribute[0].radix.present_inline = false;
    assert_ok(plan_make(&request, &plan, NULL));
    assert_int_equal(plan.numbers.length, 13);
    assert_int_equal(plan.cost[0], 2); /* the price stands there for a registered field, too */
}

static void a_code_too_long_is_refused_with_what_would_make_it_fit(void **state) {
    (void)state;
    struct plan_request request = request_for("inkjet");
    struct plan plan;
    struct cm_diag diag = DIAG_INIT;
    memset(&plan, 0xA5, sizeof plan);
    request.volume = 1000000000;
    request.serials = 1u << 30;
    add_field(&request, "sku", 1u << 20, true);
    request.has_date = true;
    request.date = (struct cm_radix_field){.present_inline = true, .cardinality = 3653};
    assert_err(CM_E_LIMIT, plan_make(&request, &plan, &diag));
    assert_int_equal(plan.printed, 0xA5);
    /* C = 2^20 * 3653 * 2^40: with 2^16, 2^87.8 needs 20; without SKU 15, without date 17 */
    assert_string_equal(diag.problem, "needs L=21 with its check character; inkjet takes 16");
    assert_string_equal(diag.remedy,
                        "register sku (then L=16 fits); or register the date (saves 3); or "
                        "register every field (then L=15 fits)");
}

static void weaker_odds_and_larger_alphabets_are_offered_when_they_help(void **state) {
    (void)state;
    struct plan_request request = request_for("inkjet");
    struct plan plan;
    struct cm_diag diag = DIAG_INIT;
    request.volume = 10000000;
    request.one_in = 100000000000000; /* 1e21: 23^16 = 6.1e21, 23^15 = 2.7e20 */
    assert_err(CM_E_LIMIT, plan_make(&request, &plan, &diag));
    assert_string_equal(diag.problem, "needs L=17 with its check character; inkjet takes 16");
    assert_string_equal(diag.remedy, "use 27 symbols (then L=15 fits); or accept odds of one in "
                                     "26,663,523,546,439");
    request.alphabet_name[0] = '\0';
    assert_ok(cm_alphabet_by_name(&request.alphabet, slice_text("27"), &diag));
    assert_ok(plan_make(&request, &plan, NULL));
    assert_int_equal(plan.printed, 15);
    assert_int_equal(plan.numbers.check, CM_CHECK_NONE); /* 27 is no prime */
}

/* without filters nobody can leave anything out; with them the odds of one who does are a hair
 * better, by 1 / (1 - share): share of 13 symbols from the filter's own exact count */
static void a_guesser_who_knows_the_filter_gains_only_its_share(void **state) {
    (void)state;
    struct plan_request request = request_for("inkjet");
    struct plan plan;
    request.volume = 4000000;
    assert_ok(plan_make(&request, &plan, NULL));
    assert_in_range(plan.filtered_ppm, 1000, 25000);
    const cm_u128 plain = odds_one_in(plan.space, plan.volume);
    const cm_u128 informed = plan_odds_informed(&plan);
    assert_true(informed < plain && informed > plain - plain * (plan.filtered_ppm + 1u) / 1000000u);
    request.filter_version = 0;
    assert_ok(plan_make(&request, &plan, NULL));
    assert_int_equal(plan.filtered_ppm, 0);
    assert_true(plan_odds_informed(&plan) > plain - 2);
}

static void what_no_code_can_do_is_said_so(void **state) {
    (void)state;
    struct plan_request request = request_for("machine");
    struct plan plan;
    struct cm_diag diag = DIAG_INIT;
    request.batches = request.serials = 1ull << 45;
    assert_err(CM_E_LIMIT, plan_make(&request, &plan, &diag)); /* 2^90 > 2^88 */
    assert_non_null(strstr(diag.problem, "88 bits"));
    request.batches = 10;
    request.serials = 10;
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_LIMIT, plan_make(&request, &plan, &diag));
    assert_string_equal(diag.problem, "room for 100 codes, wanted are 1000000");
    request.serials = 0;
    assert_err(CM_E_RANGE, plan_make(&request, &plan, NULL));
}

/* for every technology and a spread of volumes and odds: one character less breaks a promise */
static void every_plan_is_the_shortest(void **state) {
    (void)state;
    unsigned planned = 0;
    for (size_t t = 0; technology_at(t) != NULL; t++) {
        for (uint64_t one_in = 1000; one_in <= 1000000000000; one_in *= 1000) {
            struct plan_request request = request_for(technology_at(t)->name);
            struct plan plan;
            request.one_in = one_in;
            request.volume = 123456789;
            request.length_max = 120;
            assert_ok(plan_make(&request, &plan, NULL));
            const cm_u128 odds_need = (cm_u128)request.volume * one_in;
            const cm_u128 tag_need = plan.payloads << 16;
            cm_u128 shorter = plan.space / request.alphabet.n;
            assert_true(plan.space >= odds_need && plan.space >= tag_need);
            assert_true(shorter < odds_need || shorter < tag_need);
            planned++;
        }
    }
    assert_int_equal(planned, 28);
}

static void a_plan_becomes_a_scheme(void **state) {
    (void)state;
    struct plan_request request = request_for("cap");
    struct plan plan;
    add_field(&request, "sku", 64, false);
    assert_ok(plan_make(&request, &plan, NULL));
    CM_CLEANUP(scheme_wipe) struct scheme scheme;
    scheme_init(&scheme);
    assert_err(CM_E_FORMAT, plan_scheme(&request, &plan, "no name", "", true, &scheme, NULL));
    assert_ok(plan_scheme(&request, &plan, "cola-2026", "cola", true, &scheme, NULL));
    assert_string_equal(scheme.attribute_name[0], "sku");
    assert_true(scheme.numbers.test && scheme.numbers.rotation_filter);
    uint64_t most = 0;
    assert_ok(scheme_most_live(&scheme, &most));
    assert_int_equal(most, plan.most_live);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(volume_and_odds_give_length_tag_and_promise),
        cmocka_unit_test(inline_fields_cost_characters_when_the_tag_needs_room),
        cmocka_unit_test(a_code_too_long_is_refused_with_what_would_make_it_fit),
        cmocka_unit_test(weaker_odds_and_larger_alphabets_are_offered_when_they_help),
        cmocka_unit_test(a_guesser_who_knows_the_filter_gains_only_its_share),
        cmocka_unit_test(what_no_code_can_do_is_said_so),
        cmocka_unit_test(every_plan_is_the_shortest),
        cmocka_unit_test(a_plan_becomes_a_scheme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
