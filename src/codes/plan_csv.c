/* PLAN.csv, row by row. Cells are trimmed of spaces; header names are folded to lower case. */
#include "codes/plan_csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "doc/csv.h"

#define QUANTITY_MAX ((uint64_t)1 << 40) /* units of one row; our choice */
#define FIRST_ROWS   64u

enum column {
    COL_GTIN,
    COL_SKU,
    COL_PRODUCT,
    COL_FLAVOUR,
    COL_LINE,
    COL_DATE,
    COL_QUANTITY,
    COL_N
};

static const char *const column_names[COL_N] = {"gtin", "sku",  "product", "flavour",
                                                "line", "date", "quantity"};

struct reading {
    struct csv_reader csv;
    struct production p;
    const struct plan_csv_options *options;
    uint8_t at[COL_N];                   /* field of the row, or PRODUCTION_NO_COLUMN */
    uint8_t field_of[CM_ATTRIBUTES_MAX]; /* field that holds an attribute's value */
    struct values gtins;                 /* by first use; owner[i] = SKU number */
    uint32_t *owner;
    size_t columns;
};

static struct cm_slice trimmed(struct cm_slice s) {
    while (s.len > 0 && s.p[0] == ' ')
        s = slice_of(s.p + 1, s.len - 1);
    while (s.len > 0 && s.p[s.len - 1] == ' ')
        s.len--;
    return s;
}

static struct cm_slice cell(const struct reading *r, uint8_t field) {
    return trimmed(csv_field(&r->csv, field));
}

static bool fold_name(struct cm_slice s, char out[static SCHEME_WORD_CAP]) {
    const struct cm_slice name = trimmed(s);
    if (name.len == 0 || name.len >= SCHEME_WORD_CAP) return false;
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.p[i];
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c == ' ' ? '_' : c);
    }
    out[name.len] = '\0';
    return true;
}

static cm_err attribute_add(struct reading *r, const char *name, uint8_t field) {
    if (r->p.attribute_n >= CM_ATTRIBUTES_MAX)
        return csv_fail(&r->csv, field, name, CM_E_LIMIT, "leave columns out",
                        "a scheme has at most %u attributes", CM_ATTRIBUTES_MAX);
    text_append(r->p.attribute_name[r->p.attribute_n], SCHEME_WORD_CAP, "%s", name);
    r->field_of[r->p.attribute_n++] = field;
    return CM_OK;
}

static cm_err column_take(struct reading *r, uint8_t field) {
    char name[SCHEME_WORD_CAP];
    if (!fold_name(csv_field(&r->csv, field), name))
        return csv_fail(&r->csv, field, NULL, CM_E_FORMAT, "name every column, in 1 to 32 bytes",
                        "the header has no fit name here");
    for (size_t c = 0; c < COL_N; c++) {
        if (!slice_equal(slice_text(name), slice_text(column_names[c]))) continue;
        if (r->at[c] != PRODUCTION_NO_COLUMN)
            return csv_fail(&r->csv, field, name, CM_E_FORMAT, "remove one of them",
                            "the column stands there twice");
        r->at[c] = field;
        return CM_OK;
    }
    for (uint8_t i = 0; i < r->p.attribute_n; i++)
        if (slice_equal(slice_text(name), slice_text(r->p.attribute_name[i])))
            return csv_fail(&r->csv, field, name, CM_E_FORMAT, "remove one of them",
                            "the column stands there twice");
    if (!scheme_attribute_name_valid(slice_text(name)))
        return csv_fail(&r->csv, field, NULL, CM_E_FORMAT,
                        "rename the column: a-z, 0-9, '_', '-', a letter first",
                        "'%s' cannot become an attribute", name);
    return attribute_add(r, name, field);
}

/* SKU, flavour and line go first, in this order; further columns as they stand. */
static cm_err header_read(struct reading *r) {
    bool more = false;
    TRY(csv_next(&r->csv, &more));
    if (!more)
        return csv_fail(&r->csv, 0, NULL, CM_E_FORMAT, "begin with a line of column names",
                        "the file is empty");
    r->columns = r->csv.n;
    struct reading extras = *r; /* collects the extra attributes, to be appended afterwards */
    for (uint8_t f = 0; f < r->csv.n; f++)
        TRY(column_take(&extras, f));
    memcpy(r->at, extras.at, sizeof r->at);
    const uint8_t *at = r->at;
    if (at[COL_SKU] == PRODUCTION_NO_COLUMN && at[COL_GTIN] == PRODUCTION_NO_COLUMN)
        return csv_fail(&r->csv, 0, NULL, CM_E_FORMAT, "add a column sku or gtin",
                        "nothing tells the products apart");
    if (at[COL_QUANTITY] == PRODUCTION_NO_COLUMN)
        return csv_fail(&r->csv, 0, NULL, CM_E_FORMAT, "add a column quantity",
                        "the column quantity is missing");
    TRY(attribute_add(r, "sku", at[COL_SKU] != PRODUCTION_NO_COLUMN ? at[COL_SKU] : at[COL_GTIN]));
    r->p.has_date = at[COL_DATE] != PRODUCTION_NO_COLUMN;
    if (at[COL_FLAVOUR] != PRODUCTION_NO_COLUMN) {
        r->p.flavour_column = r->p.attribute_n;
        TRY(attribute_add(r, "flavour", at[COL_FLAVOUR]));
    }
    if (at[COL_LINE] != PRODUCTION_NO_COLUMN) TRY(attribute_add(r, "line", at[COL_LINE]));
    for (uint8_t i = 0; i < extras.p.attribute_n; i++)
        TRY(attribute_add(r, extras.p.attribute_name[i], extras.field_of[i]));
    return CM_OK;
}

static cm_err value_read(struct reading *r, uint8_t attribute, uint32_t *value) {
    const uint8_t field = r->field_of[attribute];
    const char *name = r->p.attribute_name[attribute];
    const struct cm_slice text = cell(r, field);
    if (attribute == r->p.flavour_column && r->options->flavours != NULL &&
        values_find(r->options->flavours, text) == VALUES_NONE)
        return csv_fail(&r->csv, field, name, CM_E_NOT_FOUND,
                        "correct it, or add it to the list of flavours", "unknown flavour '%.*s'",
                        (int)text.len, (const char *)text.p);
    const cm_err err = values_append(&r->p.values[attribute], text, value);
    if (err == CM_OK || err == CM_E_EXISTS) return CM_OK;
    if (text.len == 0)
        return csv_fail(&r->csv, field, name, CM_E_FORMAT, "write a value in every row",
                        "the cell is empty");
    return csv_fail(&r->csv, field, name, err, "use 1 to 96 bytes, no control characters",
                    "this cannot be a value");
}

static cm_err gtin_read(struct reading *r, uint32_t sku, struct production_item *item) {
    const uint8_t field = r->at[COL_GTIN];
    if (field == PRODUCTION_NO_COLUMN) return CM_OK;
    struct cm_diag why = DIAG_INIT;
    char gtin[GTIN_CAP];
    const cm_err err = gtin_parse(cell(r, field), gtin, &why);
    if (err != CM_OK) return csv_fail(&r->csv, field, "gtin", err, why.remedy, "%s", why.problem);
    if (item->gtin[0] != '\0' && !slice_equal(slice_text(gtin), slice_text(item->gtin)))
        return csv_fail(&r->csv, field, "gtin", CM_E_CONFLICT, "give one SKU one GTIN",
                        "an earlier row of this SKU has %s", item->gtin);
    uint32_t index = 0;
    const cm_err seen = values_append(&r->gtins, slice_text(gtin), &index);
    if (seen == CM_OK) {
        if ((index & (index + 1)) == 0) { /* room doubles whenever the count is 2^k - 1 */
            uint32_t *owner = realloc(r->owner, ((size_t)index + 1) * 2 * sizeof *owner);
            if (owner == NULL) return CM_E_NO_MEMORY;
            r->owner = owner;
        }
        r->owner[index] = sku;
    } else if (seen != CM_E_EXISTS) {
        return seen;
    }
    if (r->owner[index] != sku)
        return csv_fail(&r->csv, field, "gtin", CM_E_CONFLICT, "give every SKU its own GTIN",
                        "another SKU has this GTIN already");
    memcpy(item->gtin, gtin, sizeof gtin);
    return CM_OK;
}

static cm_err product_read(struct reading *r, struct production_item *item) {
    const uint8_t field = r->at[COL_PRODUCT];
    if (field == PRODUCTION_NO_COLUMN) return CM_OK;
    const struct cm_slice text = cell(r, field);
    if (text.len > VALUE_MAX)
        return csv_fail(&r->csv, field, "product", CM_E_RANGE, "shorten it to 96 bytes",
                        "the name has %zu bytes", text.len);
    if (item->known && !slice_equal(text, slice_text(item->product)))
        return csv_fail(&r->csv, field, "product", CM_E_CONFLICT, "give one SKU one name",
                        "an earlier row of this SKU says '%s'", item->product);
    if (text.len > 0) memcpy(item->product, text.p, text.len);
    item->product[text.len] = '\0';
    return CM_OK;
}

/* SKU numbers come one by one, so one doubling is always enough. */
static cm_err items_reserve(struct production *p, uint32_t sku) {
    if (sku < p->items_cap) return CM_OK;
    const uint32_t cap = p->items_cap == 0 ? FIRST_ROWS : p->items_cap * 2;
    struct production_item *items = realloc(p->items, cap * sizeof *items);
    if (items == NULL) return CM_E_NO_MEMORY;
    memset(items + p->items_cap, 0, (cap - p->items_cap) * sizeof *items);
    p->items = items;
    p->items_cap = cap;
    return CM_OK;
}

/* What all rows of one SKU agree on. */
static cm_err item_read(struct reading *r, const struct production_row *row) {
    TRY(items_reserve(&r->p, row->value[0]));
    struct production_item *item = &r->p.items[row->value[0]];
    const uint8_t column = r->p.flavour_column;
    const uint32_t flavour = column == PRODUCTION_NO_COLUMN ? VALUES_NONE : row->value[column];
    if (item->known && item->flavour != flavour) {
        const struct cm_slice was = values_at(&r->p.values[column], item->flavour);
        return csv_fail(&r->csv, r->field_of[column], "flavour", CM_E_CONFLICT,
                        "give one SKU one flavour", "an earlier row of this SKU says '%.*s'",
                        (int)was.len, (const char *)was.p);
    }
    TRY(gtin_read(r, row->value[0], item));
    TRY(product_read(r, item));
    item->flavour = flavour;
    item->known = true;
    return CM_OK;
}

static cm_err numbers_read(struct reading *r, struct production_row *row) {
    const uint8_t quantity = r->at[COL_QUANTITY], date = r->at[COL_DATE];
    const cm_err err = text_u64(cell(r, quantity), QUANTITY_MAX, &row->quantity);
    if (err != CM_OK || row->quantity == 0)
        return csv_fail(&r->csv, quantity, "quantity", err == CM_E_FORMAT ? err : CM_E_RANGE,
                        "write a count in digits only, 1 to 2^40",
                        err == CM_E_FORMAT ? "this is not a whole number"
                                           : "nobody makes that many units in one batch");
    if (!r->p.has_date) return CM_OK;
    if (date_parse(cell(r, date), &row->day) != CM_OK)
        return csv_fail(&r->csv, date, "date", CM_E_FORMAT, "write it as 2026-01-31",
                        "this is not a date");
    return CM_OK;
}

static cm_err row_keep(struct reading *r, const struct production_row *row) {
    struct production *p = &r->p;
    if (p->row_n >= PRODUCTION_ROWS_MAX)
        return csv_fail(&r->csv, 0, NULL, CM_E_LIMIT, "split the plan", "more than %u rows",
                        PRODUCTION_ROWS_MAX);
    if (p->row_n == p->rows_cap) {
        const uint32_t cap = p->rows_cap == 0 ? FIRST_ROWS : p->rows_cap * 2;
        struct production_row *rows = realloc(p->rows, cap * sizeof *rows);
        if (rows == NULL) return CM_E_NO_MEMORY;
        p->rows = rows;
        p->rows_cap = cap;
    }
    p->first_day = p->row_n == 0 || row->day < p->first_day ? row->day : p->first_day;
    p->last_day = p->row_n == 0 || row->day > p->last_day ? row->day : p->last_day;
    p->largest = row->quantity > p->largest ? row->quantity : p->largest;
    p->total += row->quantity; /* at most 10^6 rows of 2^40: below 2^60 */
    p->rows[p->row_n++] = *row;
    return CM_OK;
}

static cm_err rows_read(struct reading *r) {
    for (;;) {
        bool more = false;
        struct production_row row = {.line = 0};
        TRY(csv_next(&r->csv, &more));
        if (!more) break;
        row.line = r->csv.row_line;
        if (r->csv.n != r->columns)
            return csv_fail(&r->csv, r->csv.n - 1, NULL, CM_E_FORMAT,
                            "give every row the header's columns", "%zu fields, the header has %zu",
                            r->csv.n, r->columns);
        for (uint8_t a = 0; a < r->p.attribute_n; a++)
            TRY(value_read(r, a, &row.value[a]));
        TRY(item_read(r, &row));
        TRY(numbers_read(r, &row));
        TRY(row_keep(r, &row));
    }
    if (r->p.row_n > 0) return CM_OK;
    return csv_fail(&r->csv, 0, NULL, CM_E_FORMAT, "add a row for each batch",
                    "the plan has no rows");
}

static void reading_wipe(struct reading *r) {
    csv_reader_free(&r->csv);
    production_wipe(&r->p);
    values_free(&r->gtins);
    free(r->owner);
}

cm_err plan_csv_read(struct production *out, struct cm_slice text, const char *input,
                     const struct plan_csv_options *options, struct cm_diag *diag) {
    if (text.len > PLAN_CSV_MAX)
        return diag_fail(diag, CM_E_LIMIT, input, NULL, "split the plan", "the file is too large");
    CM_CLEANUP(reading_wipe) struct reading r = {.options = options, .owner = NULL};
    memset(r.at, PRODUCTION_NO_COLUMN, sizeof r.at);
    production_init(&r.p);
    csv_reader_init(&r.csv, text, 0, input, &CSV_LIMITS_DEFAULT, diag);
    TRY(header_read(&r));
    TRY(rows_read(&r));
    *out = r.p;
    production_init(&r.p); /* the lists belong to *out now */
    return CM_OK;
}
