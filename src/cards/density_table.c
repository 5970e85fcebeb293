/* The card plan for people and for programs, from one record. It computes nothing that the plan
 * does not hold but ratios; figures are cut off, never rounded up. */
#include "cards/density.h"

#include <stdio.h>

#include "codes/odds.h"
#include "codes/wide.h"
#include "doc/json_write.h"

#define RATIO_DIGITS 3u
#define LABEL_CAP    32u

static void put_count(struct buffer *out, const char *label, cm_u128 count, const char *unit) {
    char text[WIDE_GROUP_CAP];
    wide_group(count, text);
    buffer_printf(out, "  %-26s %s%s\n", label, text, unit);
}

/* Expected hits a month at a rate. volume * rate * 720 < 10^15 * 2^64 * 720 < 2^128. */
static void hits_text(const struct density_plan *plan, uint64_t per_hour,
                      char text[static RATIO_TEXT_CAP]) {
    cm_u128 hits = 0;
    text[0] = '?';
    text[1] = '\0';
    if (odds_hits_a_month(per_hour, plan->ask.volume, &hits) == CM_OK)
        ratio_format(hits, plan->space, RATIO_DIGITS, text);
}

static const struct {
    const char *name, *key;
} rate_names[DENSITY_RATES] = {{"door limit", "door_limit"},
                               {"campaign cap", "campaign_cap"},
                               {"flood, 4 million an hour", "flood"}};

static uint64_t rate_at(const struct density_plan *plan, size_t i) {
    const uint64_t rates[DENSITY_RATES] = {plan->ask.door_per_hour, plan->ask.cap_per_hour,
                                           ODDS_FLOOD_PER_HOUR};
    return rates[i];
}

static cm_u128 power10(unsigned n) {
    cm_u128 power = 1;
    for (unsigned i = 0; i < n; i++)
        power *= 10u;
    return power;
}

static cm_u128 pin_tries(const struct density_plan *plan) { return power10(plan->pin_n); }

/* What one guess of a face hits with: issued texts among all of its body and PIN. */
static cm_u128 face_one_in(const struct density_plan *plan, const struct density_face *face) {
    return power10((unsigned)face->body_n + plan->pin_n) / face->times / plan->ask.volume;
}

static void put_face(struct buffer *out, const struct density_plan *plan,
                     const struct density_face *face) {
    char label[LABEL_CAP];
    if (face->body_n == 0) return;
    (void)snprintf(label, sizeof label, "a guessed %s: once in", face->name);
    put_count(out, label, face_one_in(plan, face), "");
}

void density_table(const struct density_plan *plan, struct buffer *out) {
    buffer_printf(out, "Card pool: prefix of %u digits, body of %u, Luhn digit: %u in all\n",
                  plan->ask.prefix_n, plan->body_n, plan->number_n);
    if (plan->pin_n == 0)
        buffer_text(out, "  PIN                        none needed\n");
    else
        buffer_printf(out, "  PIN                        %u digits%s\n", plan->pin_n,
                      plan->ask.pin_n == DENSITY_PIN_AUTO ? ", demanded by the odds" : "");
    put_count(out, "cards wanted", plan->ask.volume, "");
    put_count(out, "numbers under the prefix", plan->numbers, "");
    put_count(out, "left after the rules", plan->room, "");
    put_count(out, "a guess hits once in", plan->space / plan->ask.volume, "");
    put_count(out, "promised: once in", plan->ask.one_in, "");
    put_count(out, "minting stops at", plan->most_issued, " cards");
    for (size_t i = 0; i < DENSITY_FACES; i++)
        put_face(out, plan, &plan->ask.face[i]);
    if (plan->pin_n > 0)
        put_count(out, "a seen number: once in", pin_tries(plan), " tries of its PIN");
    buffer_text(out, "Expected hits a month, all cards active\n");
    for (size_t i = 0; i < DENSITY_RATES; i++) {
        char text[RATIO_TEXT_CAP];
        if (rate_at(plan, i) == 0) continue;
        hits_text(plan, rate_at(plan, i), text);
        buffer_printf(out, "  %-26s %s\n", rate_names[i].name, text);
    }
}

static void put_wide(struct json_writer *w, const char *key, cm_u128 value) {
    char text[WIDE_TEXT_CAP];
    wide_format(value, text);
    json_put_cstr(w, key, text);
}

static void put_faces_json(struct json_writer *w, const struct density_plan *plan) {
    bool any = false;
    for (size_t i = 0; i < DENSITY_FACES; i++)
        any = any || plan->ask.face[i].body_n != 0;
    if (!any) return;
    json_array_begin(w, "identifiers");
    for (size_t i = 0; i < DENSITY_FACES; i++) {
        const struct density_face *face = &plan->ask.face[i];
        if (face->body_n == 0) continue;
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", face->name);
        json_put_u64(w, "body_digits", face->body_n);
        json_put_u64(w, "texts_a_card", face->times);
        put_wide(w, "one_in", face_one_in(plan, face));
        json_object_end(w);
    }
    json_array_end(w);
}

void density_json(const struct density_plan *plan, struct buffer *out) {
    struct json_writer w = json_writer_into(out, true);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "prefix_digits", plan->ask.prefix_n);
    json_put_u64(&w, "body_digits", plan->body_n);
    json_put_u64(&w, "number_digits", plan->number_n);
    json_put_u64(&w, "pin_digits", plan->pin_n);
    json_put_u64(&w, "volume", plan->ask.volume);
    json_put_u64(&w, "promised_one_in", plan->ask.one_in);
    put_wide(&w, "numbers", plan->numbers);
    put_wide(&w, "space", plan->space);
    put_wide(&w, "room", plan->room);
    put_wide(&w, "most_issued", plan->most_issued);
    put_wide(&w, "one_in", plan->space / plan->ask.volume);
    put_faces_json(&w, plan);
    json_object_begin(&w, "hits_a_month");
    for (size_t i = 0; i < DENSITY_RATES; i++) {
        char text[RATIO_TEXT_CAP];
        if (rate_at(plan, i) == 0) continue;
        hits_text(plan, rate_at(plan, i), text);
        json_put_cstr(&w, rate_names[i].key, text);
    }
    json_object_end(&w);
    json_object_end(&w);
}
