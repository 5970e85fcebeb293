/* From rows to cardinalities, with room reserved: a scheme is for years, and what is printed inside
 * a code can never be widened. */
#include "codes/production.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "codes/wide.h"

#define ROOM_LEAST    16u                 /* values of an attribute; our choice */
#define SERIALS_LEAST ((uint64_t)1 << 16) /* serials of a batch; our choice */
#define YEAR_TEXT_LEN 4u

void production_init(struct production *p) {
    memset(p, 0, sizeof *p);
    p->flavour_column = PRODUCTION_NO_COLUMN;
}

void production_wipe(struct production *p) {
    for (size_t i = 0; i < CM_ATTRIBUTES_MAX; i++)
        values_free(&p->values[i]);
    free(p->items);
    free(p->rows);
    production_init(p);
}

/* 12.5 % for filtered codes (a word list skips well under 1 %), and a few for tiny batches. */
static uint64_t with_skips(uint64_t quantity) { return quantity + quantity / 8 + 64; }

static cm_err row_fail(const struct production_row *row, const char *column, cm_err err,
                       const char *remedy, const char *problem, struct cm_diag *diag) {
    char place[DIAG_PART_CAP];
    (void)snprintf(place, sizeof place, "line %" PRIu64 ", column %s", row->line, column);
    return diag_fail(diag, err, NULL, place, remedy, "%s", problem);
}

static cm_err dates_check(const struct production *p, const struct plan_request *r,
                          struct cm_diag *diag) {
    char first[DATE_TEXT_CAP], last[DATE_TEXT_CAP], given[DATE_TEXT_CAP], problem[DIAG_PART_CAP];
    const int64_t end = (int64_t)r->epoch_day + (int64_t)r->date.cardinality;
    for (uint32_t i = 0; i < p->row_n; i++) {
        if (p->rows[i].day >= r->epoch_day && p->rows[i].day < end) continue;
        date_format(r->epoch_day, first);
        date_format((int32_t)(end - 1), last);
        date_format(p->rows[i].day, given);
        (void)snprintf(problem, sizeof problem, "%s lies outside the scheme's dates, %s to %s",
                       given, first, last);
        return row_fail(&p->rows[i], "date", CM_E_RANGE,
                        "correct the date, or give another epoch or more days", problem, diag);
    }
    return CM_OK;
}

static cm_err quantities_check(const struct production *p, uint64_t serials, struct cm_diag *diag) {
    char problem[DIAG_PART_CAP];
    for (uint32_t i = 0; i < p->row_n; i++) {
        const uint64_t need = with_skips(p->rows[i].quantity);
        if (need <= serials) continue;
        (void)snprintf(problem, sizeof problem,
                       "%" PRIu64 " units and room for skipped ones need %" PRIu64
                       " serials, a batch has %" PRIu64,
                       p->rows[i].quantity, need, serials);
        return row_fail(&p->rows[i], "quantity", CM_E_RANGE,
                        "split the row into several batches, or reserve more serials", problem,
                        diag);
    }
    return CM_OK;
}

static int32_t year_start(int32_t day) {
    char text[DATE_TEXT_CAP];
    date_format(day, text);
    memcpy(text + YEAR_TEXT_LEN, "-01-01", sizeof "-01-01");
    int32_t start = day;
    cm_ignore(date_parse(slice_text(text), &start)); /* a year that was printed can be read */
    return start;
}

static void fields_infer(const struct production *p, const struct production_room *room,
                         struct plan_request *r) {
    r->attribute_n = p->attribute_n;
    for (size_t i = 0; i < p->attribute_n; i++) {
        struct plan_field *field = &r->attribute[i];
        const uint64_t n = p->values[i].n * room->growth;
        memcpy(field->name, p->attribute_name[i], sizeof field->name);
        field->radix.present_inline = false;
        field->radix.cardinality = wide_power_above(n > ROOM_LEAST ? n : ROOM_LEAST);
    }
    r->has_date = p->has_date;
    if (!p->has_date) return;
    r->date = (struct cm_radix_field){.present_inline = false, .cardinality = room->days};
    r->epoch_day = room->epoch_day != 0 ? room->epoch_day : year_start(p->first_day);
}

cm_err production_infer(const struct production *p, const struct production_room *room,
                        struct plan_request *request, struct cm_diag *diag) {
    struct plan_request r = *request;
    if (p->row_n == 0 || room->growth < 1 || room->growth > UINT16_MAX || room->days < 1 ||
        room->days > UINT16_MAX * 8u || room->batches_least > SCHEME_COUNT_MAX)
        return CM_E_ARGUMENT;
    if (p->total > SCHEME_COUNT_MAX / room->growth)
        return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "plan fewer units or less growth",
                         "%" PRIu64 " units times %" PRIu64 " are beyond 2^53", p->total,
                         room->growth);
    fields_infer(p, room, &r);
    const uint64_t batches = p->row_n * room->growth;
    const uint64_t serials = with_skips(2 * p->largest); /* quantities stay below 2^41 */
    r.volume = p->total * room->growth;
    r.batches = wide_power_above(batches > room->batches_least ? batches : room->batches_least);
    r.serials = room->serials != 0
                    ? room->serials
                    : wide_power_above(serials > SERIALS_LEAST ? serials : SERIALS_LEAST);
    if (p->has_date) TRY(dates_check(p, &r, diag));
    TRY(quantities_check(p, r.serials, diag));
    *request = r;
    return CM_OK;
}

cm_err production_fill(const struct production *p, struct scheme *scheme, struct cm_diag *diag) {
    for (size_t i = 0; i < p->attribute_n; i++) {
        const uint8_t at = scheme_attribute_find(scheme, slice_text(p->attribute_name[i]));
        if (at == SCHEME_NO_FIELD)
            return diag_fail(diag, CM_E_NOT_FOUND, NULL, p->attribute_name[i],
                             "make the scheme from this plan", "the scheme has no such attribute");
        for (uint32_t v = 0; v < p->values[i].n; v++) {
            uint32_t index = 0;
            const struct cm_slice text = values_at(&p->values[i], v);
            if (values_find(&scheme->values[at], text) != VALUES_NONE) continue;
            TRY(scheme_append_value(scheme, at, text, &index, diag));
        }
    }
    return CM_OK;
}
