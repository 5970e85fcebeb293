/* Columns of cards, a chunk at a time. See faces.h.
 *
 * One numberer for each key version that the indices need, made when the first of them comes; rows
 * of one version are computed together, in arrays. Nothing is allocated per chunk.
 * References: docs/design/faces.md; docs/design/construction.md sections 11 and 12. */
#include "cards/faces.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "crypto/secret.h"

#define HUMAN_GROUP 4u
#define ISSUE_FIRST 1u

struct numbering {
    uint8_t version;
    struct cm_numberer *numberer;
};

struct column {
    char *rows;
    uint8_t width;
    size_t laid; /* rows of a track that hold its text already */
};

struct face_maker {
    const struct pool *pool;         /* borrowed */
    const struct keystore *keystore; /* borrowed */
    struct face_options options;
    struct control control;
    struct track_form form[TRACKS];
    uint8_t number_n, a_card; /* rows a card */
    struct numbering numberings[POOL_KEYS_MAX];
    size_t numbering_n;
    struct column column[FACES_COLUMN_N];
    struct cm_card_item items[FACES_CHUNK];
    struct cm_card_pin asked[FACES_CHUNK];
};

/* ---- Opening --------------------------------------------------------------------------------- */

static bool wants(const struct face_maker *m, enum face_column column) {
    return (m->options.want & FACES_WANT(column)) != 0;
}

static bool track_column(enum face_column column, size_t *track, bool *lrc) {
    *track = column == FACES_TRACK2 || column == FACES_TRACK2_LRC ? 1u : 0u;
    *lrc = column == FACES_TRACK1_LRC || column == FACES_TRACK2_LRC;
    return column >= FACES_TRACK1 && column <= FACES_TRACK2_LRC;
}

/* Digits or characters of a column's texts; 0 where the pool has nothing for it. */
static size_t width_of(const struct face_maker *m, enum face_column column) {
    const struct cm_pool_numbers *numbers = &m->pool->numbers;
    size_t track = 0;
    bool lrc = false;
    if (track_column(column, &track, &lrc))
        return m->form[track].n == 0 ? 0u : m->form[track].n + (lrc ? 1u : 0u);
    switch (column) {
    case FACES_NUMBER: return m->number_n;
    case FACES_NUMBER_HUMAN: return m->number_n + (m->number_n - 1u) / HUMAN_GROUP;
    case FACES_EAN13: return numbers->faces.ean13.number_n;
    case FACES_GSRN: return numbers->faces.gsrn.number_n;
    case FACES_TAG:
        if (numbers->faces.tag.number_n == 0) return m->number_n;
        return m->options.sets ? numbers->faces.tag.number_n : 0u;
    case FACES_MEMBER: return m->a_card > 9u ? 2u : 1u;
    case FACES_CONTROL: return strlen(m->control.prefix) + m->control.digits;
    case FACES_PIN: return numbers->pin_n;
    case FACES_TRACK1:
    case FACES_TRACK1_LRC:
    case FACES_TRACK2:
    case FACES_TRACK2_LRC:
    default: return 0;
    }
}

static const char *const column_names[FACES_COLUMN_N] = {
    [FACES_NUMBER] = "number",   [FACES_NUMBER_HUMAN] = "number_human",
    [FACES_EAN13] = "ean13",     [FACES_GSRN] = "gsrn",
    [FACES_TAG] = "tag",         [FACES_MEMBER] = "member",
    [FACES_TRACK1] = "track1",   [FACES_TRACK1_LRC] = "track1_lrc",
    [FACES_TRACK2] = "track2",   [FACES_TRACK2_LRC] = "track2_lrc",
    [FACES_CONTROL] = "control", [FACES_PIN] = "pin"};

/* The number is made whenever something is made of it. */
static bool needed(const struct face_maker *m, enum face_column column) {
    const uint32_t of_number = FACES_WANT(FACES_NUMBER_HUMAN) | FACES_WANT(FACES_TAG) |
                               FACES_WANT(FACES_TRACK1) | FACES_WANT(FACES_TRACK1_LRC) |
                               FACES_WANT(FACES_TRACK2) | FACES_WANT(FACES_TRACK2_LRC);
    return wants(m, column) || (column == FACES_NUMBER && (m->options.want & of_number) != 0);
}

static cm_err make_columns(struct face_maker *m, struct cm_diag *diag) {
    for (unsigned c = 0; c < FACES_COLUMN_N; c++) {
        if (!needed(m, (enum face_column)c)) continue;
        const size_t width = width_of(m, (enum face_column)c);
        if (width == 0)
            return diag_fail(diag, CM_E_STATE, m->pool->name, "identifiers",
                             "leave it out, or make a pool whose cards have it",
                             "cards of this pool have no %s", column_names[c]);
        m->column[c].width = (uint8_t)width;
        m->column[c].rows = calloc(FACES_CHUNK, width);
        if (m->column[c].rows == NULL) return CM_E_NO_MEMORY;
    }
    return CM_OK;
}

static cm_err lay_out(struct face_maker *m, struct cm_diag *diag) {
    for (size_t t = 0; t < TRACKS; t++) {
        const struct track *track = &m->pool->identifiers.track[t];
        if (!track->on) continue;
        const cm_err err = track_form(track, m->options.expiry, &m->form[t]);
        if (err == CM_E_FORMAT)
            return diag_fail(diag, err, m->pool->name, "expiry", "write it as YYMM, such as 3012",
                             "the expiry is no year and month");
        if (err != CM_OK)
            return diag_fail(diag, err, m->pool->name, "expiry", "make it without an expiry",
                             "with the expiry track %u is too long", (unsigned)track->no);
    }
    return CM_OK;
}

cm_err face_maker_new(struct face_maker **out, const struct pool *pool,
                      const struct keystore *keystore, const struct face_options *options,
                      struct cm_diag *diag) {
    CM_CLEANUP(face_maker_freep) struct face_maker *m = calloc(1, sizeof *m);
    if (m == NULL) return CM_E_NO_MEMORY;
    m->pool = pool;
    m->keystore = keystore;
    m->options = *options;
    if (m->options.pin_issue == 0) m->options.pin_issue = ISSUE_FIRST;
    m->control = control_of(&pool->numbers, &pool->identifiers);
    m->number_n = (uint8_t)cm_card_number_n(&pool->numbers);
    m->a_card = 1;
    if (options->sets && pool->numbers.faces.tag_n == 0)
        return diag_fail(diag, CM_E_STATE, pool->name, "identifiers",
                         "leave the sets out, or make a pool whose cards have them",
                         "cards of this pool have no key tags");
    if (options->sets) m->a_card = pool->numbers.faces.tag_n;
    TRY(lay_out(m, diag));
    m->options.expiry = NULL; /* borrowed for the call alone */
    TRY(make_columns(m, diag));
    *out = take(&m);
    return CM_OK;
}

void face_maker_free(struct face_maker *m) {
    if (m == NULL) return;
    for (size_t i = 0; i < m->numbering_n; i++)
        cm_numberer_free(m->numberings[i].numberer);
    for (size_t c = 0; c < FACES_COLUMN_N; c++) {
        if (m->column[c].rows == NULL) continue;
        wipe(m->column[c].rows, (size_t)FACES_CHUNK * m->column[c].width);
        free(m->column[c].rows);
    }
    wipe(m, sizeof *m);
    free(m);
}

void face_maker_freep(struct face_maker **m) { face_maker_free(*m); }

size_t faces_cards_max(const struct face_maker *m) { return FACES_CHUNK / m->a_card; }

/* ---- Chunks ---------------------------------------------------------------------------------- */

static cm_err numberer_for(struct face_maker *m, uint8_t version, struct cm_numberer **out) {
    for (size_t i = 0; i < m->numbering_n; i++) {
        if (m->numberings[i].version != version) continue;
        *out = m->numberings[i].numberer;
        return CM_OK;
    }
    const struct cm_pool_numbers *numbers = &m->pool->numbers;
    const struct cm_key *root = NULL;
    TRY(keystore_find(m->keystore, KEY_POOL, numbers->id, version, &root));
    struct numbering *n = &m->numberings[m->numbering_n]; /* versions are at most POOL_KEYS_MAX */
    TRY(cm_numberer_new(&n->numberer, numbers, root, version));
    n->version = version;
    m->numbering_n++;
    *out = n->numberer;
    return CM_OK;
}

static cm_err make_face(struct face_maker *m, struct cm_numberer *numberer, enum cm_card_face face,
                        enum face_column column, size_t at, size_t n) {
    const struct column *c = &m->column[column];
    if (c->rows == NULL) return CM_OK;
    return cm_numberer_face(numberer, face, m->items + at, n, c->rows + at * c->width);
}

/* Rows at .. at + n of one key version: what needs keys. */
static cm_err make_run(struct face_maker *m, uint8_t version, bool numbers, size_t at, size_t n) {
    struct cm_numberer *numberer = NULL;
    const bool own = m->pool->numbers.faces.tag.number_n != 0;
    TRY(numberer_for(m, version, &numberer));
    if (numbers) TRY(make_face(m, numberer, CM_FACE_NUMBER, FACES_NUMBER, at, n));
    TRY(make_face(m, numberer, CM_FACE_EAN13, FACES_EAN13, at, n));
    TRY(make_face(m, numberer, CM_FACE_GSRN, FACES_GSRN, at, n));
    if (own) TRY(make_face(m, numberer, CM_FACE_TAG, FACES_TAG, at, n));
    const struct column *pin = &m->column[FACES_PIN];
    if (pin->rows == NULL) return CM_OK;
    for (size_t i = at; i < at + n; i++)
        m->asked[i] =
            (struct cm_card_pin){.index = m->items[i].index, .issue = m->options.pin_issue};
    return cm_numberer_pin(numberer, m->asked + at, n, pin->rows + at * pin->width);
}

static cm_err make_runs(struct face_maker *m, bool numbers, size_t n) {
    size_t at = 0;
    while (at < n) {
        const uint8_t version = pool_key_version(m->pool, m->items[at].index);
        size_t end = m->pool->key_n > 1 ? at + 1 : n;
        while (end < n && pool_key_version(m->pool, m->items[end].index) == version)
            end++;
        TRY(make_run(m, version, numbers, at, end - at));
        at = end;
    }
    return CM_OK;
}

static void fill_human(const struct face_maker *m, size_t n) {
    const struct column *to = &m->column[FACES_NUMBER_HUMAN];
    for (size_t i = 0; to->rows != NULL && i < n; i++) {
        const char *digits = m->column[FACES_NUMBER].rows + i * m->number_n;
        char *row = to->rows + i * to->width;
        for (size_t k = 0; k < m->number_n; k++) {
            if (k > 0 && k % HUMAN_GROUP == 0) *row++ = ' ';
            *row++ = digits[k];
        }
    }
}

static void fill_clear(const struct face_maker *m, size_t n) {
    const struct column *member = &m->column[FACES_MEMBER], *control = &m->column[FACES_CONTROL];
    for (size_t i = 0; member->rows != NULL && i < n; i++) {
        const unsigned which = m->items[i].member;
        char *row = member->rows + i * member->width;
        if (member->width == 2) *row++ = (char)('0' + which / 10u);
        *row = (char)('0' + which % 10u);
    }
    for (size_t i = 0; control->rows != NULL && i < n; i++)
        (void)control_write(&m->control, m->items[i].index, control->rows + i * control->width);
}

static void fill_track(struct column *c, const struct track_form *form, bool lrc,
                       const char *numbers, size_t n) {
    if (n <= c->laid) {
        track_renumber(form, numbers, n, lrc, c->rows);
        return;
    }
    (void)track_fill(form, numbers, n, lrc, c->rows);
    c->laid = n;
}

/* What is made of the numbers, and what needs no key. */
static void fill_rest(struct face_maker *m, size_t n) {
    const char *numbers = m->column[FACES_NUMBER].rows;
    fill_human(m, n);
    fill_clear(m, n);
    for (unsigned c = FACES_TRACK1; c <= FACES_TRACK2_LRC; c++) {
        size_t track = 0;
        bool lrc = false;
        if (m->column[c].rows != NULL && track_column((enum face_column)c, &track, &lrc))
            fill_track(&m->column[c], &m->form[track], lrc, numbers, n);
    }
    if (m->column[FACES_TAG].rows != NULL && m->pool->numbers.faces.tag.number_n == 0)
        memcpy(m->column[FACES_TAG].rows, numbers, n * m->number_n);
}

/* A number for each of its card's rows. */
static void take_numbers(const struct face_maker *m, const char *numbers, size_t n) {
    char *to = m->column[FACES_NUMBER].rows;
    for (size_t i = 0; to != NULL && i < n; i++)
        for (uint8_t k = 0; k < m->a_card; k++, to += m->number_n)
            memcpy(to, numbers + i * m->number_n, m->number_n);
}

cm_err faces_make(struct face_maker *m, const uint64_t *indices, size_t n, struct face_rows *out) {
    return faces_make_of(m, indices, NULL, n, out);
}

cm_err faces_make_of(struct face_maker *m, const uint64_t *indices, const char *numbers, size_t n,
                     struct face_rows *out) {
    if (n > faces_cards_max(m)) return CM_E_RANGE;
    size_t rows = 0;
    for (size_t i = 0; i < n; i++)
        for (uint8_t k = 1; k <= m->a_card; k++)
            m->items[rows++] = (struct cm_card_item){.index = indices[i], .member = k};
    if (numbers != NULL) take_numbers(m, numbers, n);
    TRY(make_runs(m, numbers == NULL, rows));
    fill_rest(m, rows);
    struct face_rows made = {.n = rows};
    for (unsigned c = 0; c < FACES_COLUMN_N; c++) {
        if (!wants(m, (enum face_column)c)) continue;
        made.column[c].rows = m->column[c].rows;
        made.column[c].stride = m->column[c].width;
        made.column[c].width = m->column[c].width;
    }
    *out = made;
    return CM_OK;
}
