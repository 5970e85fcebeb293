/* Units as records: a minter gives serials and texts, holes are closed up, and what joins files
 * (control number, match key) is written beside them. References as in order_units.h. */
#include "vault/order_units.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "codes/group.h"
#include "vault/card_minter.h"

#define LAST4      4u
#define VALUE(bit) (1u << (unsigned)(bit))

struct order_units {
    struct order_units_options o;
    bool cards;
    uint64_t record; /* place of the next record in the order, from 1 */
    uint64_t left;   /* serials of the range; new ones: no bound */
    bool spent;      /* they were spent before */
    struct minter *minter;
    struct card_minter *card_minter;
    struct grouping grouping;
    /* Units of the minter's chunk, packed; `at` of them were given. */
    size_t n, at;
    uint8_t text_n, pin_n, human_n;
    char *texts, *pins, *humans, *controls;
};

/* ---- Control numbers ------------------------------------------------------------------------- */

#define ORDER_DIGITS 6u

static void put_digits(char *to, size_t n, uint64_t value) {
    for (size_t i = n; i > 0; i--, value /= 10u)
        to[i - 1] = (char)('0' + value % 10u);
}

void order_control(uint32_t order, uint64_t record, char out[static ORDER_CONTROL_LEN]) {
    put_digits(out, ORDER_DIGITS, order);
    put_digits(out + ORDER_DIGITS, ORDER_CONTROL_LEN - ORDER_DIGITS, record);
}

cm_err order_control_read(struct cm_slice text, uint32_t order, uint64_t *record) {
    uint64_t of = 0, value = 0;
    if (text.len != ORDER_CONTROL_LEN) return CM_E_FORMAT;
    TRY(text_u64(slice_of(text.p, ORDER_DIGITS), UINT32_MAX, &of));
    TRY(text_u64(slice_of(text.p + ORDER_DIGITS, ORDER_CONTROL_LEN - ORDER_DIGITS), UINT64_MAX,
                 &value));
    if (of != order || value == 0) return CM_E_NOT_FOUND;
    *record = value;
    return CM_OK;
}

/* ---- Opening --------------------------------------------------------------------------------- */

struct look {
    struct order_units *u;
    bool human; /* the codes are printed in groups */
};

static cm_err look(void *ctx, const struct registry *r) {
    struct look *l = ctx;
    struct order_units *u = l->u;
    const struct set_entry *e = registry_set(r, u->o.order->set);
    if (e == NULL) return CM_E_NOT_FOUND;
    u->cards = e->pool != NULL;
    if (u->cards) {
        u->text_n = (uint8_t)cm_card_number_n(&e->pool->pool.numbers);
        u->pin_n = e->pool->pool.numbers.pin_n;
        return CM_OK;
    }
    const struct scheme_entry *s = registry_scheme(r, e->set.of);
    if (s == NULL) return CM_E_NOT_FOUND;
    u->text_n = s->code_len;
    u->grouping = grouping_of(s->numbers);
    l->human = s->numbers->group[0] != 0;
    return CM_OK;
}

static cm_err make_room(struct order_units *u, bool human) {
    const bool pins = u->pin_n > 0 && (u->o.values & VALUE(RECORD_PIN)) != 0;
    if (!pins) u->pin_n = 0;
    if (human) u->human_n = (uint8_t)grouping_text_len(&u->grouping, u->text_n);
    u->texts = malloc((size_t)ORDER_CHUNK * u->text_n);
    u->controls = malloc((size_t)ORDER_RECORDS * ORDER_CONTROL_LEN);
    if (pins) u->pins = malloc((size_t)ORDER_CHUNK * u->pin_n);
    if (human) u->humans = malloc((size_t)ORDER_RECORDS * u->human_n);
    const bool ok = u->texts != NULL && u->controls != NULL && (!pins || u->pins != NULL) &&
                    (!human || u->humans != NULL);
    return ok ? CM_OK : CM_E_NO_MEMORY;
}

cm_err order_units_open(struct order_units **out, const struct order_units_options *options,
                        struct cm_diag *diag) {
    CM_CLEANUP(order_units_closep) struct order_units *u = calloc(1, sizeof *u);
    if (u == NULL) return CM_E_NO_MEMORY;
    u->o = *options;
    u->record = 1;
    struct look l = {.u = u};
    const cm_err err = engine_read(options->engine, look, &l);
    if (err != CM_OK)
        return diag_fail(diag, err, options->order->name, NULL, NULL, "its set is not there");
    TRY(make_room(u, l.human));
    *out = take(&u);
    return CM_OK;
}

static void wipe_and_free(char *p, size_t len) {
    if (p != NULL) wipe(p, len);
    free(p);
}

void order_units_close(struct order_units *u) {
    if (u == NULL) return;
    minter_close(u->minter);
    card_minter_close(u->card_minter);
    wipe_and_free(u->texts, (size_t)ORDER_CHUNK * u->text_n);
    wipe_and_free(u->pins, (size_t)ORDER_CHUNK * u->pin_n);
    wipe_and_free(u->humans, (size_t)ORDER_RECORDS * u->human_n);
    free(u->controls);
    free(u);
}

void order_units_closep(struct order_units **u) { order_units_close(*u); }

static cm_err open_cards(struct order_units *u, uint64_t first, struct cm_diag *diag) {
    const struct card_minter_options how = {.engine = u->o.engine,
                                            .keystore = u->o.keystore,
                                            .set = u->o.order->set,
                                            .from_start = u->spent,
                                            .first = first,
                                            .shipped = true,
                                            .chunk = ORDER_CHUNK,
                                            .spend = u->o.spend,
                                            .spend_ctx = u->o.spend_ctx};
    card_minter_close(u->card_minter);
    u->card_minter = NULL;
    return card_minter_open(&u->card_minter, &how, diag);
}

static cm_err open_codes(struct order_units *u, uint64_t first, struct cm_diag *diag) {
    const struct minter_options how = {.engine = u->o.engine,
                                       .keystore = u->o.keystore,
                                       .set = u->o.order->set,
                                       .from_start = u->spent,
                                       .first = first,
                                       .shipped = true,
                                       .spend = u->o.spend,
                                       .spend_ctx = u->o.spend_ctx};
    minter_close(u->minter);
    u->minter = NULL;
    return minter_open(&u->minter, &how, diag);
}

cm_err order_units_from(struct order_units *u, const struct order_range *range,
                        struct cm_diag *diag) {
    u->spent = range != NULL;
    u->left = range != NULL ? range->count : UINT64_MAX;
    u->n = u->at = 0;
    const uint64_t first = range != NULL ? range->first : 0;
    return u->cards ? open_cards(u, first, diag) : open_codes(u, first, diag);
}

/* ---- Chunks ---------------------------------------------------------------------------------- */

static void pack(const uint8_t *skip, size_t n, const char *rows, size_t width, char *to) {
    for (size_t i = 0; i < n; i++) {
        if (skip[i] != 0) continue;
        memcpy(to, rows + i * width, width);
        to += width;
    }
}

static cm_err next_cards(struct order_units *u, uint64_t most, size_t *rows_n,
                         struct cm_diag *diag) {
    struct card_rows rows;
    TRY(card_minter_next(u->card_minter, most, &rows, diag));
    pack(rows.skip, rows.n, rows.numbers, rows.number_n, u->texts);
    if (u->pins != NULL) pack(rows.skip, rows.n, rows.pins, rows.pin_n, u->pins);
    u->n = rows.cards;
    *rows_n = rows.n;
    return CM_OK;
}

static cm_err next_codes(struct order_units *u, uint64_t most, size_t *rows_n,
                         struct cm_diag *diag) {
    struct minter_rows rows;
    TRY(minter_next(u->minter, most, &rows, diag));
    pack(rows.skip, rows.n, rows.texts, rows.code_len, u->texts);
    u->n = rows.units;
    *rows_n = rows.n;
    return CM_OK;
}

/* Until a chunk has units, or there are no more serials. */
static cm_err fill(struct order_units *u, uint64_t most, struct cm_diag *diag) {
    u->n = u->at = 0;
    while (u->n == 0 && u->left > 0) {
        size_t rows = 0;
        uint64_t want = most < ORDER_CHUNK && !u->spent ? most : ORDER_CHUNK;
        if (want > u->left) want = u->left;
        TRY(u->cards ? next_cards(u, want, &rows, diag) : next_codes(u, want, &rows, diag));
        u->left = rows == 0 ? 0 : u->left - (u->spent ? rows : 0);
    }
    return CM_OK;
}

static struct record_column column(const char *rows, size_t width) {
    return (struct record_column){.rows = rows, .stride = width, .width = (uint8_t)width};
}

/* What goes beside the units: human form, control numbers, match key. */
static void give(struct order_units *u, size_t n, struct record_set *set) {
    const char *texts = u->texts + u->at * u->text_n;
    for (size_t i = 0; i < n; i++)
        order_control(u->o.order->id, u->record + i, u->controls + i * ORDER_CONTROL_LEN);
    *set = (struct record_set){.n = n, .first = u->record};
    set->column[u->cards ? RECORD_NUMBER : RECORD_CODE] = column(texts, u->text_n);
    set->column[RECORD_CONTROL] = column(u->controls, ORDER_CONTROL_LEN);
    set->column[RECORD_MATCH] = set->column[RECORD_CONTROL];
    if (u->o.order->options.match == MATCH_LAST4) {
        set->column[RECORD_MATCH] = column(texts + u->text_n - LAST4, LAST4);
        set->column[RECORD_MATCH].stride = u->text_n;
    }
    if (u->pins != NULL) set->column[RECORD_PIN] = column(u->pins + u->at * u->pin_n, u->pin_n);
    if (u->humans != NULL) {
        grouping_apply(&u->grouping, u->text_n, texts, n, u->humans);
        set->column[RECORD_CODE_HUMAN] = column(u->humans, u->human_n);
    } else if (!u->cards) {
        set->column[RECORD_CODE_HUMAN] = set->column[RECORD_CODE];
    }
    u->at += n;
    u->record += n;
}

cm_err order_units_next(struct order_units *u, uint64_t most, struct record_set *set,
                        struct cm_diag *diag) {
    *set = (struct record_set){.n = 0, .first = u->record};
    if (u->at == u->n) TRY(fill(u, most, diag));
    size_t n = u->n - u->at;
    if (n > ORDER_RECORDS) n = ORDER_RECORDS;
    if (n > most) n = (size_t)most;
    if (n > 0) give(u, n, set);
    return CM_OK;
}
