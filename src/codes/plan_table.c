/* The planner's table for people: a row a fact, a column a plan. Every promise is printed from
 * exact integers; no rounding is in our favour. */
#include "codes/plan_sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "codes/odds.h"
#include "codes/wide.h"

#define LABEL_WIDTH 32
#define CELL_WIDTH  28
#define CELL_CAP    80u
#define HITS_DIGITS 3u

typedef void cell_fn(const struct plan_column *column, size_t arg, char out[static CELL_CAP]);

static void cell_length(const struct plan_column *c, size_t arg, char out[static CELL_CAP]) {
    (void)arg;
    const unsigned check = c->plan.numbers.check == CM_CHECK_NONE ? 0u : 1u;
    text_append(out, CELL_CAP, "%u%s", c->plan.printed, check != 0 ? ", the last a check" : "");
}

static void cell_alphabet(const struct plan_column *c, size_t arg, char out[static CELL_CAP]) {
    (void)arg;
    text_append(out, CELL_CAP, "%s, %u symbols",
                c->request.alphabet_name[0] != '\0' ? c->request.alphabet_name : "own",
                c->request.alphabet.n);
}

static void cell_bits(const struct plan_column *c, size_t arg, char out[static CELL_CAP]) {
    (void)arg;
    const unsigned hundredths = wide_log2_hundredths(c->plan.space);
    text_append(out, CELL_CAP, "%u.%02u", hundredths / 100, hundredths % 100);
}

enum wide_fact {
    FACT_SPACE,
    FACT_PAYLOADS,
    FACT_TAG,
    FACT_ODDS,
    FACT_INFORMED,
    FACT_PROMISED,
    FACT_LIVE,
    FACT_VOLUME,
    FACT_BATCHES,
    FACT_SERIALS
};

static cm_u128 fact(const struct plan_column *c, enum wide_fact which) {
    switch (which) {
    case FACT_SPACE: return c->plan.space;
    case FACT_PAYLOADS: return c->plan.payloads;
    case FACT_TAG: return c->plan.tag_modulus;
    case FACT_ODDS: return odds_one_in(c->plan.space, c->plan.volume);
    case FACT_INFORMED: return plan_odds_informed(&c->plan);
    case FACT_PROMISED: return c->plan.one_in;
    case FACT_LIVE: return c->plan.most_live;
    case FACT_VOLUME: return c->plan.volume;
    case FACT_BATCHES: return c->request.batches;
    case FACT_SERIALS: return c->request.serials;
    default: return 0;
    }
}

static void cell_wide(const struct plan_column *c, size_t arg, char out[static CELL_CAP]) {
    wide_group(fact(c, (enum wide_fact)arg), out);
}

static void cell_one_in(const struct plan_column *c, size_t arg, char out[static CELL_CAP]) {
    char text[WIDE_GROUP_CAP];
    wide_group(fact(c, (enum wide_fact)arg), text);
    text_append(out, CELL_CAP, "one in %s", text);
}

static void cell_filtered(const struct plan_column *c, size_t arg, char out[static CELL_CAP]) {
    (void)arg;
    ratio_format_up(c->plan.filtered_ppm, 10000, HITS_DIGITS, out);
    text_append(out, CELL_CAP, " %%");
}

static void cell_field(const struct plan_column *c, size_t arg, char out[static CELL_CAP]) {
    const struct cm_radix_field *field =
        arg == PLAN_DATE ? &c->request.date : &c->request.attribute[arg].radix;
    if (field->present_inline)
        text_append(out, CELL_CAP, "inline +%u", c->plan.cost[arg]);
    else
        text_append(out, CELL_CAP, "registered, inline +%u", c->plan.cost[arg]);
}

static void cell_hits(const struct plan_column *c, size_t arg, char out[static CELL_CAP]) {
    ratio_format_up(c->plan.hits_numerator[arg], c->plan.space, HITS_DIGITS, out);
}

static void row(const struct plan_column *const *columns, size_t n, const char *label,
                cell_fn *cell, size_t arg, struct buffer *out) {
    char line[LABEL_WIDTH + PLAN_KINDS_N * (CELL_CAP + 2) + 1] = "";
    text_append(line, sizeof line, "%-*s", LABEL_WIDTH, label);
    for (size_t k = 0; k < n; k++) {
        char text[CELL_CAP] = "";
        if (columns[k]->err == CM_OK)
            cell(columns[k], arg, text);
        else
            text_append(text, sizeof text, "-");
        text_append(line, sizeof line, "  %-*s", CELL_WIDTH, text);
    }
    size_t len = strlen(line);
    while (len > 0 && line[len - 1] == ' ')
        line[--len] = '\0';
    buffer_printf(out, "%s\n", line);
}

static void rows_fields(const struct plan_column *const *columns, size_t n, struct buffer *out) {
    const struct plan_request *r = &columns[0]->request;
    char label[CELL_CAP];
    for (size_t i = 0; i < r->attribute_n; i++) {
        (void)snprintf(label, sizeof label, "%.15s (%" PRIu64 ")", r->attribute[i].name,
                       r->attribute[i].radix.cardinality);
        row(columns, n, label, cell_field, i, out);
    }
    if (!r->has_date) return;
    (void)snprintf(label, sizeof label, "date (%" PRIu64 " days)", r->date.cardinality);
    row(columns, n, label, cell_field, PLAN_DATE, out);
}

static void rows_attacks(const struct plan_column *const *columns, size_t n, struct buffer *out) {
    static const char *const names[PLAN_ATTACKS_N] = {"door lets", "campaign lets", "flood of"};
    const struct plan_request *r = &columns[0]->request;
    const uint64_t rates[PLAN_ATTACKS_N] = {r->door_per_hour, r->campaign_per_hour,
                                            ODDS_FLOOD_PER_HOUR};
    buffer_text(out, "expected hits in 30 days, every planned code live\n");
    for (size_t a = 0; a < PLAN_ATTACKS_N; a++) {
        char label[CELL_CAP], rate[WIDE_GROUP_CAP];
        wide_group(rates[a], rate);
        (void)snprintf(label, sizeof label, "  %s %s an hour", names[a], rate);
        row(columns, n, label, cell_hits, a, out);
    }
}

static void head(const struct plan_column *const *columns, size_t n, enum plan_kind first,
                 struct buffer *out) {
    const struct plan_request *r = &columns[0]->request;
    buffer_printf(out, "technology %s, up to %u characters\n\n%-*s",
                  r->technology != NULL ? r->technology->name : "not stated", r->length_max,
                  LABEL_WIDTH, "");
    for (size_t k = 0; k < n; k++) {
        const char *name = plan_kind_name((enum plan_kind)((size_t)first + k));
        if (k + 1 < n)
            buffer_printf(out, "  %-*s", CELL_WIDTH, name);
        else
            buffer_printf(out, "  %s\n", name);
    }
}

static void foot(const struct plan_column *const *columns, size_t n, enum plan_kind first,
                 struct buffer *out) {
    for (size_t k = 0; k < n; k++) {
        if (columns[k]->err == CM_OK) continue;
        char text[4 * DIAG_PART_CAP];
        (void)diag_text(&columns[k]->diag, columns[k]->err, text, sizeof text);
        buffer_printf(out, "%s does not fit: %s\n",
                      plan_kind_name((enum plan_kind)((size_t)first + k)), text);
    }
}

cm_err plan_table_text(const struct plan_sheet *sheet, enum plan_kind first, enum plan_kind last,
                       struct buffer *out) {
    const struct plan_column *columns[PLAN_KINDS_N];
    size_t n = 0;
    for (size_t k = first; k <= (size_t)last && k < PLAN_KINDS_N; k++)
        columns[n++] = &sheet->column[k];
    if (n == 0) return CM_E_ARGUMENT;
    head(columns, n, first, out);
    row(columns, n, "characters printed", cell_length, 0, out);
    row(columns, n, "alphabet", cell_alphabet, 0, out);
    row(columns, n, "bits", cell_bits, 0, out);
    row(columns, n, "texts S", cell_wide, FACT_SPACE, out);
    row(columns, n, "payloads C", cell_wide, FACT_PAYLOADS, out);
    row(columns, n, "tag T", cell_wide, FACT_TAG, out);
    row(columns, n, "planned codes", cell_wide, FACT_VOLUME, out);
    row(columns, n, "promised odds", cell_one_in, FACT_PROMISED, out);
    row(columns, n, "odds, all planned live", cell_one_in, FACT_ODDS, out);
    row(columns, n, "  filtered texts left out", cell_one_in, FACT_INFORMED, out);
    row(columns, n, "skipped by the filter", cell_filtered, 0, out);
    row(columns, n, "most live as promised", cell_wide, FACT_LIVE, out);
    row(columns, n, "batches", cell_wide, FACT_BATCHES, out);
    row(columns, n, "serials a batch", cell_wide, FACT_SERIALS, out);
    rows_fields(columns, n, out);
    rows_attacks(columns, n, out);
    foot(columns, n, first, out);
    return buffer_err(out);
}
