/* The planner's record for programs: the same facts as the table, exact numbers as texts. */
#include "codes/plan_sheet.h"

#include "codes/odds.h"
#include "codes/wide.h"
#include "doc/json_write.h"

#define EXACT_DIGITS 18u /* significant digits of a fraction */

static void wide_put(struct json_writer *w, const char *key, cm_u128 value) {
    char text[WIDE_TEXT_CAP];
    wide_format(value, text);
    json_put_cstr(w, key, text);
}

static void ratio_put(struct json_writer *w, const char *key, cm_u128 num, cm_u128 den) {
    char text[RATIO_TEXT_CAP];
    ratio_format_up(num, den, EXACT_DIGITS, text);
    json_put_cstr(w, key, text);
}

static void field_put(struct json_writer *w, const char *name, const struct cm_radix_field *field,
                      uint8_t cost) {
    json_object_begin(w, NULL);
    json_put_cstr(w, "name", name);
    json_put_cstr(w, "place", field->present_inline ? "inline" : "registered");
    json_put_u64(w, "room", field->cardinality);
    json_put_u64(w, "characters_inline", cost);
    json_object_end(w);
}

static void fields_put(struct json_writer *w, const struct plan_column *c) {
    json_array_begin(w, "fields");
    for (size_t i = 0; i < c->request.attribute_n; i++)
        field_put(w, c->request.attribute[i].name, &c->request.attribute[i].radix, c->plan.cost[i]);
    if (c->request.has_date) field_put(w, "date", &c->request.date, c->plan.cost[PLAN_DATE]);
    json_array_end(w);
}

static void attacks_put(struct json_writer *w, const struct plan *plan) {
    static const char *const names[PLAN_ATTACKS_N] = {"door", "campaign", "flood"};
    json_array_begin(w, "attacks");
    for (size_t i = 0; i < PLAN_ATTACKS_N; i++) {
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", names[i]);
        json_put_u64(w, "guesses_per_hour", plan->per_hour[i]);
        ratio_put(w, "hits_in_30_days", plan->hits_numerator[i], plan->space);
        json_object_end(w);
    }
    json_array_end(w);
}

static void plan_put(struct json_writer *w, const struct plan_column *c) {
    const unsigned bits = wide_log2_hundredths(c->plan.space);
    json_put_u64(w, "printed", c->plan.printed);
    json_put_u64(w, "length", c->plan.numbers.length);
    json_put_cstr(w, "check", cm_check_name(c->plan.numbers.check));
    json_put_cstr(w, "symbols", c->plan.numbers.alphabet.symbols);
    ratio_put(w, "bits", bits, 100);
    wide_put(w, "S", c->plan.space);
    wide_put(w, "C", c->plan.payloads);
    wide_put(w, "T", c->plan.tag_modulus);
    json_put_u64(w, "volume", c->plan.volume);
    json_put_u64(w, "odds_promised", c->plan.one_in);
    wide_put(w, "odds_all_live", odds_one_in(c->plan.space, c->plan.volume));
    wide_put(w, "odds_filtered_left_out", plan_odds_informed(&c->plan));
    json_put_u64(w, "filtered_ppm", c->plan.filtered_ppm);
    ratio_put(w, "probability_all_live", c->plan.volume, c->plan.space);
    wide_put(w, "most_live", c->plan.most_live);
    json_put_u64(w, "batches", c->request.batches);
    json_put_u64(w, "serials", c->request.serials);
    fields_put(w, c);
    attacks_put(w, &c->plan);
}

cm_err plan_table_json(const struct plan_sheet *sheet, enum plan_kind first, enum plan_kind last,
                       struct buffer *out) {
    struct json_writer w = json_writer_into(out, true);
    json_object_begin(&w, NULL);
    for (size_t k = first; k <= (size_t)last && k < PLAN_KINDS_N; k++) {
        const struct plan_column *c = &sheet->column[k];
        json_object_begin(&w, plan_kind_name((enum plan_kind)k));
        json_put_bool(&w, "fits", c->err == CM_OK);
        if (c->err == CM_OK) {
            plan_put(&w, c);
        } else {
            json_put_cstr(&w, "problem", c->diag.problem);
            json_put_cstr(&w, "remedy", c->diag.remedy);
        }
        json_object_end(&w);
    }
    json_object_end(&w);
    return buffer_err(out);
}
