/* Planning one code. Two conditions make its length: S >= volume * G for the odds, and
 * S >= C * 2^16 so that the tag is worth its name. */
#include "codes/plan.h"

#include <string.h>

#include "base/text.h"
#include "codes/filter.h"
#include "codes/group.h"
#include "codes/normalise.h"
#include "codes/odds.h"
#include "codes/pack.h"
#include "codes/wide.h"

#define PPM 1000000u

cm_err plan_use_technology(struct plan_request *request, const struct technology *technology,
                           struct cm_diag *diag) {
    TRY(cm_alphabet_by_name(&request->alphabet, slice_text(technology->alphabet), diag));
    request->alphabet_name[0] = '\0';
    text_append(request->alphabet_name, sizeof request->alphabet_name, "%s", technology->alphabet);
    request->technology = technology;
    request->length_max = technology->length_max;
    request->rotation = technology->rotates;
    return CM_OK;
}

enum cm_check plan_check_kind(const struct plan_request *request) {
    enum cm_check kind = CM_CHECK_NONE;
    if (request->check && cm_check_kind_for(request->alphabet.n, &kind) != CM_OK)
        return CM_CHECK_NONE;
    return kind;
}

static void numbers_of(const struct plan_request *r, uint8_t length,
                       struct cm_scheme_numbers *out) {
    *out = (struct cm_scheme_numbers){
        .key_version_first = 1,
        .alphabet = r->alphabet,
        .length = length,
        .check = plan_check_kind(r),
        .attribute_n = r->attribute_n,
        .date = r->has_date ? r->date : (struct cm_radix_field){.cardinality = 1},
        .epoch_day = r->has_date ? r->epoch_day : 0,
        .batches = r->batches,
        .serials = r->serials,
        .filter_version = r->filter_version,
        .table_version = NORMALISE_TABLE_VERSION,
        .rotation_filter = r->rotation,
    };
    for (size_t i = 0; i < r->attribute_n; i++)
        out->attribute[i] = r->attribute[i].radix;
    const struct grouping grouping = grouping_default(cm_scheme_code_len(out));
    memcpy(out->group, grouping.size, sizeof out->group);
    out->group_separator = grouping.separator;
}

cm_err plan_length(const struct plan_request *request, uint8_t *length) {
    struct cm_scheme_numbers numbers;
    numbers_of(request, 1, &numbers); /* the length plays no part in C */
    cm_u128 payloads = 0;
    TRY(pack_payloads(&numbers, &payloads));
    const cm_u128 for_odds = (cm_u128)request->volume * request->one_in;
    const cm_u128 for_tag = payloads * ODDS_TAG_LEAST; /* at most 2^104 */
    return odds_length(request->alphabet.n, for_odds > for_tag ? for_odds : for_tag, length);
}

/* Characters that a field of the trial takes inline: with it less without it. 0 also when that
 * cannot be. `radix` points into the trial and is left as it was. */
static uint8_t field_cost(const struct plan_request *trial, struct cm_radix_field *radix) {
    uint8_t with = 0, without = 0;
    const bool present_inline = radix->present_inline;
    radix->present_inline = true;
    const bool fits = plan_length(trial, &with) == CM_OK;
    radix->present_inline = false;
    const bool less = plan_length(trial, &without) == CM_OK;
    radix->present_inline = present_inline;
    return fits && less ? (uint8_t)(with - without) : 0;
}

static void costs_fill(const struct plan_request *request, struct plan *plan) {
    struct plan_request trial = *request;
    for (size_t i = 0; i < trial.attribute_n; i++)
        plan->cost[i] = field_cost(&trial, &trial.attribute[i].radix);
    if (trial.has_date) plan->cost[PLAN_DATE] = field_cost(&trial, &trial.date);
}

static cm_err attacks_fill(const struct plan_request *request, struct plan *plan) {
    const uint64_t rates[PLAN_ATTACKS_N] = {request->door_per_hour, request->campaign_per_hour,
                                            ODDS_FLOOD_PER_HOUR};
    for (size_t i = 0; i < PLAN_ATTACKS_N; i++) {
        plan->per_hour[i] = rates[i];
        TRY(odds_hits_a_month(rates[i], request->volume, &plan->hits_numerator[i]));
    }
    return CM_OK;
}

/* The share is an estimate from above, so it may be a float: nothing is promised with it. */
static cm_err filtered_fill(struct plan *plan, struct cm_diag *diag) {
    const struct filter_options options = {.code_n = plan->printed,
                                           .version = plan->numbers.filter_version,
                                           .rotation = plan->numbers.rotation_filter};
    CM_CLEANUP(filter_freep) struct filter *filter = NULL;
    TRY(filter_new(&filter, &plan->numbers.alphabet, &options, diag));
    const double ppm = filter_share(filter) * PPM;
    plan->filtered_ppm = ppm >= PPM ? PPM : (uint32_t)ppm + (ppm > 0 ? 1u : 0u);
    return CM_OK;
}

cm_u128 plan_odds_informed(const struct plan *plan) {
    return plan->space / PPM * (PPM - plan->filtered_ppm) / plan->volume;
}

static cm_err request_check(const struct plan_request *r, struct cm_diag *diag) {
    const uint64_t counts[] = {r->volume, r->one_in, r->batches, r->serials};
    static const char *const names[] = {"volume", "odds", "batches", "serials"};
    for (size_t i = 0; i < CM_ARRAY_N(counts); i++)
        if (counts[i] < 1 || counts[i] > SCHEME_COUNT_MAX)
            return diag_fail(diag, CM_E_RANGE, NULL, names[i], "use 1 to 2^53", "%llu is no count",
                             (unsigned long long)counts[i]);
    if (r->attribute_n > CM_ATTRIBUTES_MAX || r->alphabet.n < CM_ALPHABET_MIN) return CM_E_ARGUMENT;
    const cm_u128 room = (cm_u128)r->batches * r->serials;
    if (room >= r->volume) return CM_OK;
    char text[WIDE_TEXT_CAP];
    wide_format(room, text);
    return diag_fail(diag, CM_E_LIMIT, NULL, "batches, serials", "raise batches or serials",
                     "room for %s codes, wanted are %llu", text, (unsigned long long)r->volume);
}

/* Say why it cannot be, and what would help. */
static cm_err refuse(const struct plan_request *r, cm_err length_err, uint8_t printed,
                     struct cm_diag *diag) {
    char remedy[DIAG_PART_CAP] = "";
    plan_remedy(r, remedy, sizeof remedy);
    const char *help = remedy[0] != '\0' ? remedy : "plan for less volume or weaker odds";
    if (length_err != CM_OK)
        return diag_fail(diag, CM_E_LIMIT, NULL, NULL, help,
                         "no code can do this: inline fields beyond 88 bits, or beyond 120 in all");
    return diag_fail(diag, CM_E_LIMIT, NULL, NULL, help, "needs L=%u%s; %s takes %u", printed,
                     plan_check_kind(r) == CM_CHECK_NONE ? "" : " with its check character",
                     r->technology != NULL ? r->technology->name : "the technology", r->length_max);
}

cm_err plan_make(const struct plan_request *request, struct plan *out, struct cm_diag *diag) {
    struct plan plan = {.volume = request->volume, .one_in = request->one_in};
    uint8_t length = 0;
    TRY(request_check(request, diag));
    const cm_err err = plan_length(request, &length);
    if (err != CM_OK) return refuse(request, err, 0, diag);
    plan.printed = (uint8_t)(length + (plan_check_kind(request) == CM_CHECK_NONE ? 0u : 1u));
    if (plan.printed > request->length_max) return refuse(request, CM_OK, plan.printed, diag);
    numbers_of(request, length, &plan.numbers);
    TRY(cm_scheme_numbers_freeze(&plan.numbers, diag));
    TRY(pack_space(plan.numbers.alphabet.n, length, &plan.space));
    TRY(pack_payloads(&plan.numbers, &plan.payloads));
    plan.tag_modulus = pack_t(&plan.numbers);
    const cm_u128 live = odds_most_live(plan.space, request->one_in);
    plan.most_live = live > UINT64_MAX ? UINT64_MAX : (uint64_t)live;
    costs_fill(request, &plan);
    TRY(filtered_fill(&plan, diag));
    TRY(attacks_fill(request, &plan));
    *out = plan;
    return CM_OK;
}

cm_err plan_scheme(const struct plan_request *request, const struct plan *plan, const char *name,
                   const char *brand, bool test, struct scheme *out, struct cm_diag *diag) {
    struct scheme s;
    scheme_init(&s);
    s.numbers = plan->numbers;
    s.numbers.test = test;
    text_append(s.name, sizeof s.name, "%s", name);
    text_append(s.brand, sizeof s.brand, "%s", brand);
    text_append(s.alphabet_name, sizeof s.alphabet_name, "%s", request->alphabet_name);
    if (request->technology != NULL)
        text_append(s.technology, sizeof s.technology, "%s", request->technology->name);
    for (size_t i = 0; i < request->attribute_n; i++)
        memcpy(s.attribute_name[i], request->attribute[i].name, SCHEME_WORD_CAP);
    s.has_date = request->has_date;
    s.volume = request->volume;
    s.one_in = request->one_in;
    TRY(scheme_check(&s, diag));
    *out = s;
    return CM_OK;
}
