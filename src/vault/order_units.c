/* Units as records: a minter gives serials and texts, holes are closed up, and what joins files
 * (control number, match key) is written beside them. References as in order_units.h. */
#include "vault/order_units.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cards/faces.h"
#include "codes/group.h"
#include "vault/card_minter.h"
#include "vault/order_extra.h"

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
    struct pool pool; /* cards: own copy, the face maker borrows it */
    struct face_maker *faces;
    struct grouping grouping;
    struct order_extra extra;
    /* Units of the minter's chunk, packed; `at` of them were given. */
    size_t n, at, given, most;
    uint8_t text_n, human_n;
    uint64_t *serials;
    char *texts, *humans, *controls; /* texts: codes, or cards' numbers */
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
    struct buffer pool; /* its document */
    bool human;         /* the codes are printed in groups */
};

static cm_err look(void *ctx, const struct registry *r) {
    struct look *l = ctx;
    struct order_units *u = l->u;
    const struct set_entry *e = registry_set(r, u->o.order->set);
    if (e == NULL) return CM_E_NOT_FOUND;
    u->cards = e->pool != NULL;
    if (u->cards) {
        pool_write(&e->pool->pool, &l->pool);
        return buffer_err(&l->pool);
    }
    const struct scheme_entry *s = registry_scheme(r, e->set.of);
    if (s == NULL) return CM_E_NOT_FOUND;
    u->text_n = s->code_len;
    u->grouping = grouping_of(s->numbers);
    l->human = s->numbers->group[0] != 0;
    return CM_OK;
}

static cm_err make_room(struct order_units *u, bool human) {
    if (human) u->human_n = (uint8_t)grouping_text_len(&u->grouping, u->text_n);
    u->serials = calloc(ORDER_CHUNK, sizeof *u->serials);
    u->controls = malloc((size_t)ORDER_RECORDS * ORDER_CONTROL_LEN);
    u->texts = malloc((size_t)ORDER_CHUNK * u->text_n);
    if (human) u->humans = malloc((size_t)ORDER_RECORDS * u->human_n);
    const bool ok = u->serials != NULL && u->controls != NULL && u->texts != NULL &&
                    (!human || u->humans != NULL);
    return ok ? CM_OK : CM_E_NO_MEMORY;
}

/* Which column of faces is which value of records. */
static const struct {
    enum record_value value;
    enum face_column face;
} faces_of[] = {{RECORD_NUMBER, FACES_NUMBER},   {RECORD_NUMBER_HUMAN, FACES_NUMBER_HUMAN},
                {RECORD_EAN13, FACES_EAN13},     {RECORD_GSRN, FACES_GSRN},
                {RECORD_TAG, FACES_TAG},         {RECORD_MEMBER, FACES_MEMBER},
                {RECORD_TRACK1, FACES_TRACK1},   {RECORD_TRACK1_LRC, FACES_TRACK1_LRC},
                {RECORD_TRACK2, FACES_TRACK2},   {RECORD_TRACK2_LRC, FACES_TRACK2_LRC},
                {RECORD_CONTROL, FACES_CONTROL}, {RECORD_PIN, FACES_PIN}};

/* The pool says what its control numbers are: then they are these. */
static bool own_control(const struct order_units *u) {
    return u->pool.identifiers.control.digits > 0;
}

static uint32_t values_of_pool(const struct pool *p) {
    const struct cm_card_faces *f = &p->numbers.faces;
    uint32_t values = VALUE(RECORD_NUMBER) | VALUE(RECORD_NUMBER_HUMAN) | VALUE(RECORD_MEMBER) |
                      VALUE(RECORD_TAG);
    if (f->ean13.number_n > 0) values |= VALUE(RECORD_EAN13);
    if (f->gsrn.number_n > 0) values |= VALUE(RECORD_GSRN);
    if (f->tag.number_n > 0 && f->tag_n == 0) values &= ~VALUE(RECORD_TAG);
    if (p->identifiers.track[0].on) values |= VALUE(RECORD_TRACK1) | VALUE(RECORD_TRACK1_LRC);
    if (p->identifiers.track[1].on) values |= VALUE(RECORD_TRACK2) | VALUE(RECORD_TRACK2_LRC);
    if (p->numbers.pin_n > 0) values |= VALUE(RECORD_PIN);
    return values;
}

uint32_t order_units_values(const struct set_entry *set) {
    static const uint32_t always = VALUE(RECORD_CONTROL) | VALUE(RECORD_MATCH) |
                                   VALUE(RECORD_SEQUENCE) | VALUE(RECORD_IN_FILE) |
                                   VALUE(RECORD_CARTON) | VALUE(RECORD_IN_CARTON) |
                                   VALUE(RECORD_BUNDLE_END) | VALUE(RECORD_IMAGE);
    if (set->pool != NULL) return always | values_of_pool(&set->pool->pool);
    return always | VALUE(RECORD_CODE) | VALUE(RECORD_CODE_HUMAN);
}

static cm_err open_faces(struct order_units *u, struct cm_slice document, struct cm_diag *diag) {
    struct face_options how = {.sets = u->o.order->items > 1};
    const bool last4 = u->o.order->options.match == MATCH_LAST4;
    TRY(pool_read(document, "pool", &u->pool, diag));
    const uint32_t values = u->o.values & (values_of_pool(&u->pool) | VALUE(RECORD_CONTROL));
    for (size_t i = 0; i < CM_ARRAY_N(faces_of); i++) {
        const bool control = faces_of[i].value == RECORD_CONTROL;
        if ((values & VALUE(faces_of[i].value)) != 0 && (!control || own_control(u)))
            how.want |= FACES_WANT(faces_of[i].face);
    }
    if (last4) how.want |= FACES_WANT(FACES_NUMBER);
    if (own_control(u)) how.want |= FACES_WANT(FACES_CONTROL);
    u->text_n = (uint8_t)cm_card_number_n(&u->pool.numbers);
    if (how.want == 0) how.want = FACES_WANT(FACES_NUMBER);
    TRY(face_maker_new(&u->faces, &u->pool, u->o.keystore, &how, diag));
    u->most = faces_cards_max(u->faces);
    return CM_OK;
}

static cm_err open_inside(struct order_units *u, struct look *l, struct cm_diag *diag) {
    const cm_err err = engine_read(u->o.engine, look, l);
    if (err != CM_OK)
        return diag_fail(diag, err, u->o.order->name, NULL, NULL, "its set is not there");
    u->most = ORDER_RECORDS;
    if (u->cards) TRY(open_faces(u, buffer_slice(&l->pool), diag));
    TRY(make_room(u, l->human));
    return order_extra_open(&u->extra, u->o.order, u->o.values, ORDER_RECORDS,
                            u->cards && own_control(u));
}

cm_err order_units_open(struct order_units **out, const struct order_units_options *options,
                        struct cm_diag *diag) {
    CM_CLEANUP(order_units_closep) struct order_units *u = calloc(1, sizeof *u);
    if (u == NULL) return CM_E_NO_MEMORY;
    u->o = *options;
    u->record = 1;
    u->pool = (struct pool)POOL_INIT;
    struct look l = {.u = u, .pool = BUFFER_INIT};
    const cm_err err = open_inside(u, &l, diag);
    buffer_free(&l.pool);
    TRY(err);
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
    face_maker_free(u->faces);
    order_extra_wipe(&u->extra);
    pool_clear(&u->pool);
    wipe_and_free(u->texts, (size_t)ORDER_CHUNK * u->text_n);
    wipe_and_free(u->humans, (size_t)ORDER_RECORDS * u->human_n);
    free(u->serials);
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
                                            .no_pins = true, /* the face maker's, where asked */
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

static void pack_serials(struct order_units *u, const uint8_t *skip, size_t n, uint64_t first) {
    u->n = 0;
    for (size_t i = 0; i < n; i++)
        if (skip[i] == 0) u->serials[u->n++] = first + i;
}

static cm_err next_cards(struct order_units *u, uint64_t most, size_t *rows_n,
                         struct cm_diag *diag) {
    struct card_rows rows;
    TRY(card_minter_next(u->card_minter, most, &rows, diag));
    pack_serials(u, rows.skip, rows.n, rows.first);
    pack(rows.skip, rows.n, rows.numbers, rows.number_n, u->texts);
    *rows_n = rows.n;
    return CM_OK;
}

static cm_err next_codes(struct order_units *u, uint64_t most, size_t *rows_n,
                         struct cm_diag *diag) {
    struct minter_rows rows;
    TRY(minter_next(u->minter, most, &rows, diag));
    pack_serials(u, rows.skip, rows.n, rows.first);
    pack(rows.skip, rows.n, rows.texts, rows.code_len, u->texts);
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

static void give_codes(struct order_units *u, size_t n, struct record_set *set) {
    const char *texts = u->texts + u->at * u->text_n;
    set->column[RECORD_CODE] = column(texts, u->text_n);
    set->column[RECORD_CODE_HUMAN] = set->column[RECORD_CODE];
    if (u->o.order->options.match == MATCH_LAST4) {
        set->column[RECORD_MATCH] = column(texts + u->text_n - LAST4, LAST4);
        set->column[RECORD_MATCH].stride = u->text_n;
    }
    if (u->humans == NULL) return;
    grouping_apply(&u->grouping, u->text_n, texts, n, u->humans);
    set->column[RECORD_CODE_HUMAN] = column(u->humans, u->human_n);
}

static cm_err give_cards(struct order_units *u, size_t n, struct record_set *set) {
    struct face_rows rows;
    TRY(faces_make_of(u->faces, u->serials + u->at, u->texts + u->at * u->text_n, n, &rows));
    for (size_t i = 0; i < CM_ARRAY_N(faces_of); i++) {
        const enum face_column c = faces_of[i].face;
        if (rows.column[c].rows == NULL) continue;
        set->column[faces_of[i].value] = (struct record_column){.rows = rows.column[c].rows,
                                                                .stride = rows.column[c].stride,
                                                                .width = rows.column[c].width};
    }
    set->n = rows.n;
    struct record_column *match = &set->column[RECORD_MATCH];
    const struct record_column *number = &set->column[RECORD_NUMBER];
    if (u->o.order->options.match != MATCH_LAST4) return CM_OK;
    *match = *number;
    match->rows += number->width - LAST4;
    match->width = LAST4;
    return CM_OK;
}

/* Each is one more than the one before. */
static void put_controls(struct order_units *u, size_t n) {
    if (n > 0) order_control(u->o.order->id, u->record, u->controls);
    for (size_t i = 1; i < n; i++) {
        char *to = u->controls + i * ORDER_CONTROL_LEN;
        size_t at = ORDER_CONTROL_LEN - 1;
        memcpy(to, to - ORDER_CONTROL_LEN, ORDER_CONTROL_LEN);
        for (; to[at] == '9' && at > ORDER_DIGITS; at--)
            to[at] = '0';
        to[at]++;
    }
}

/* Control numbers and the match key, beside the units. */
static cm_err give(struct order_units *u, size_t n, struct record_set *set) {
    const uint32_t items = u->o.order->items;
    *set = (struct record_set){.n = n * items, .first = u->record};
    put_controls(u, set->n);
    set->column[RECORD_CONTROL] = column(u->controls, ORDER_CONTROL_LEN);
    if (u->cards)
        TRY(give_cards(u, n, set));
    else
        give_codes(u, n, set);
    if (set->column[RECORD_MATCH].rows == NULL)
        set->column[RECORD_MATCH] = set->column[RECORD_CONTROL];
    TRY(order_extra_give(&u->extra, set));
    u->at += n;
    u->given = n;
    u->record += set->n;
    return CM_OK;
}

bool order_units_own_control(const struct order_units *u) { return u->cards && own_control(u); }

const uint64_t *order_units_serials(const struct order_units *u, size_t *n) {
    *n = u->given;
    return u->serials + u->at - u->given;
}

cm_err order_units_next(struct order_units *u, uint64_t most, struct record_set *set,
                        struct cm_diag *diag) {
    *set = (struct record_set){.n = 0, .first = u->record};
    if (u->at == u->n) TRY(fill(u, most, diag));
    size_t n = u->n - u->at;
    if (n > u->most) n = u->most;
    if (n > most) n = (size_t)most;
    return n > 0 ? give(u, n, set) : CM_OK;
}
