/* One chunk of cards: number, judge by the rules, look with the other key versions' eyes, spend,
 * hand out. The pool is copied at the start; the engine refuses a range that was counted under
 * rules which have changed since. */
#include "vault/card_minter.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cards/pool.h"
#include "vault/card_cross.h"
#include "vault/list_cross.h"

#define SKIPS_MAX      4096u /* indices in one event: 32 KiB of its 64 */
#define CARD_ISSUE_ONE 1u    /* every card has its first PIN */

/* A key version under which the pool numbers or has numbered. */
struct numbering {
    uint8_t version;
    struct cm_numberer *numberer; /* NULL: destroyed, its cards are no cards any more */
};

struct card_minter {
    struct card_minter_options options;
    struct pool pool; /* own copy: numberers borrow its rules */
    struct set set;   /* as it was at the last look; recalls not copied */
    struct numbering numberings[POOL_KEYS_MAX];
    size_t numbering_n;
    uint64_t at; /* next index to give */
    uint8_t number_n;
    /* Rows of one chunk. */
    size_t chunk;
    bool *exists;
    uint8_t *skip, *taken;
    struct cm_card_opened *opened;
    struct cm_card_pin *asked; /* with PINs */
    char *numbers, *pins;
    struct buffer skipped; /* indices, u64 each, for the event */
    struct list_cross lists;
    struct card_cross *cross; /* made when a second key version and a second face meet */
};

/* ---- Opening --------------------------------------------------------------------------------- */

struct look {
    struct card_minter *m;
    struct buffer document;
};

static cm_err read_pool(void *ctx, const struct registry *r) {
    struct look *l = ctx;
    const struct set_entry *e = registry_set(r, l->m->options.set);
    if (e == NULL || e->pool == NULL) return CM_E_NOT_FOUND;
    l->m->set = e->set;
    l->m->set.recalls = NULL;
    l->m->lists.engine = l->m->options.engine;
    list_cross_look(&l->m->lists, r, e->set.brand, e->set.test);
    pool_write(&e->pool->pool, &l->document);
    return buffer_err(&l->document);
}

static cm_err copy_pool(struct card_minter *m) {
    struct look l = {.m = m, .document = BUFFER_INIT};
    cm_err err = engine_read(m->options.engine, read_pool, &l);
    if (err == CM_OK) err = pool_read(buffer_slice(&l.document), "pool", &m->pool, NULL);
    buffer_free(&l.document);
    return err;
}

static cm_err add_numbering(struct card_minter *m, uint8_t version, struct cm_diag *diag) {
    struct numbering *n = &m->numberings[m->numbering_n];
    const struct cm_key *root = NULL;
    const cm_err err = keystore_find(m->options.keystore, KEY_POOL, m->set.number, version, &root);
    n->version = version;
    if (err == CM_OK) TRY(cm_numberer_new(&n->numberer, &m->pool.numbers, root, version));
    if (err == CM_OK || err == CM_E_STATE) {
        m->numbering_n++;
        return CM_OK;
    }
    return diag_fail(diag, err, m->pool.name, "keys", "'countermark key list' shows what there is",
                     "key version %u of the pool is not in the keystore", (unsigned)version);
}

static bool makes_pins(const struct card_minter *m) {
    return m->pool.numbers.pin_n > 0 && !m->options.no_pins;
}

static cm_err make_room(struct card_minter *m) {
    const bool pins = makes_pins(m);
    m->chunk = m->options.chunk > 0 ? m->options.chunk : CARD_MINTER_CHUNK;
    m->exists = calloc(m->chunk, sizeof *m->exists);
    m->skip = malloc(m->chunk);
    m->taken = malloc(m->chunk);
    m->opened = calloc(m->chunk, sizeof *m->opened);
    m->numbers = malloc(m->chunk * m->number_n);
    if (pins) m->asked = calloc(m->chunk, sizeof *m->asked);
    if (pins) m->pins = malloc(m->chunk * m->pool.numbers.pin_n);
    const bool ok = m->exists != NULL && m->skip != NULL && m->taken != NULL && m->opened != NULL &&
                    m->numbers != NULL && (!pins || (m->asked != NULL && m->pins != NULL));
    return ok ? CM_OK : CM_E_NO_MEMORY;
}

static void free_room(struct card_minter *m) {
    if (m->numbers != NULL) wipe(m->numbers, m->chunk * m->number_n);
    if (m->pins != NULL) wipe(m->pins, m->chunk * m->pool.numbers.pin_n);
    free(m->exists);
    free(m->skip);
    free(m->taken);
    free(m->opened);
    free(m->asked);
    free(m->numbers);
    free(m->pins);
}

static cm_err open_inside(struct card_minter *m, struct cm_diag *diag) {
    TRY(copy_pool(m));
    const struct set_counters *c = &m->set.counters;
    if (m->options.from_start && !m->options.shipped && c->issued > 0 && c->shipped != 0)
        return diag_fail(diag, CM_E_STATE, m->pool.name, NULL,
                         "what was handed over is never written again; recall it and make new "
                         "cards if the file is lost",
                         "cards of this pool have been shipped");
    m->number_n = (uint8_t)cm_card_number_n(&m->pool.numbers);
    TRY(make_room(m));
    for (size_t i = 0; i < m->pool.key_n; i++)
        TRY(add_numbering(m, m->pool.keys[i].version, diag));
    m->at = m->options.from_start ? m->options.first : c->next_serial;
    return m->at <= c->next_serial ? CM_OK : CM_E_RANGE;
}

cm_err card_minter_open(struct card_minter **out, const struct card_minter_options *options,
                        struct cm_diag *diag) {
    CM_CLEANUP(card_minter_closep) struct card_minter *m = calloc(1, sizeof *m);
    if (m == NULL) return CM_E_NO_MEMORY;
    m->options = *options;
    m->pool = (struct pool)POOL_INIT;
    TRY(open_inside(m, diag));
    *out = take(&m);
    return CM_OK;
}

void card_minter_close(struct card_minter *m) {
    if (m == NULL) return;
    for (size_t i = 0; i < m->numbering_n; i++)
        cm_numberer_free(m->numberings[i].numberer);
    free_room(m);
    pool_clear(&m->pool);
    buffer_free(&m->skipped);
    card_cross_free(m->cross);
    wipe(m, sizeof *m);
    free(m);
}

void card_minter_closep(struct card_minter **m) { card_minter_close(*m); }

/* ---- Chunks ---------------------------------------------------------------------------------- */

static struct cm_numberer *numberer_of(const struct card_minter *m, uint8_t version) {
    for (size_t i = 0; i < m->numbering_n; i++)
        if (m->numberings[i].version == version) return m->numberings[i].numberer;
    return NULL;
}

static cm_err compute(struct card_minter *m, size_t n, struct cm_diag *diag) {
    const uint8_t version = pool_key_version(&m->pool, m->at);
    struct cm_numberer *numberer = numberer_of(m, version);
    if (numberer == NULL)
        return diag_fail(diag, CM_E_STATE, m->pool.name, "keys",
                         "append a key version that begins at the next index",
                         "key version %u of the pool was destroyed", (unsigned)version);
    TRY(cm_numberer_make(numberer, m->at, n, m->numbers, m->skip));
    if (!makes_pins(m)) return CM_OK;
    for (size_t i = 0; i < n; i++)
        m->asked[i] = (struct cm_card_pin){.index = m->at + i, .issue = CARD_ISSUE_ONE};
    return cm_numberer_pin(numberer, m->asked, n, m->pins);
}

/* Is what the number opens to under another version a card of that version? */
static cm_err ask(struct card_minter *m, const struct numbering *other,
                  const struct cm_card_opened *card, uint8_t *taken) {
    bool exists = false;
    if (card->reading != CM_CARD_INDEX || card->skip != 0) return CM_OK;
    if (card->index >= m->set.counters.next_serial) return CM_OK;
    if (pool_key_version(&m->pool, card->index) != other->version) return CM_OK;
    TRY(engine_exist(m->options.engine, m->set.number, card->index, 1, &exists));
    if (exists) *taken = 1;
    return CM_OK;
}

static cm_err ask_all(struct card_minter *m, const struct numbering *other, size_t n) {
    for (size_t i = 0; i < n; i++)
        TRY(ask(m, other, &m->opened[i], &m->taken[i]));
    return CM_OK;
}

/* The other faces of the new cards, one after the other. */
static cm_err find_taken_faces(struct card_minter *m, const struct numbering *other, size_t n) {
    const struct cm_pool_numbers *numbers = &m->pool.numbers;
    struct cm_numberer *own = numberer_of(m, pool_key_version(&m->pool, m->at));
    for (unsigned f = CM_FACE_NUMBER + 1u; f < CM_CARD_FACE_N; f++) {
        struct card_cross_face face = {.face = (enum cm_card_face)f, .first = m->at};
        face.width = cm_card_shape(numbers, face.face).number_n;
        if (face.width == 0) continue;
        if (m->cross == NULL) TRY(card_cross_new(&m->cross));
        const uint8_t members = face.face == CM_FACE_TAG ? numbers->faces.tag_n : 1u;
        for (face.member = 1; face.member <= members; face.member++) {
            TRY(card_cross_open(m->cross, own, other->numberer, &face, n, m->opened));
            TRY(ask_all(m, other, n));
        }
    }
    return CM_OK;
}

static cm_err find_taken(struct card_minter *m, size_t n) {
    const uint8_t own = pool_key_version(&m->pool, m->at);
    memset(m->taken, 0, n);
    for (size_t k = 0; k < m->numbering_n; k++) {
        const struct numbering *other = &m->numberings[k];
        if (other->version == own || other->numberer == NULL) continue;
        TRY(cm_numberer_open(other->numberer, m->numbers, n, m->opened));
        TRY(ask_all(m, other, n));
        TRY(find_taken_faces(m, other, n));
    }
    return list_cross_find(&m->lists, m->numbers, n, m->number_n, m->taken);
}

/* The event has room for so many: where more were found, the chunk ends early. */
static cm_err find_skips(struct card_minter *m, size_t *n) {
    TRY(find_taken(m, *n));
    buffer_clear(&m->skipped);
    for (size_t i = 0; i < *n; i++) {
        if (m->taken[i] == 0 || m->skip[i] != 0) continue; /* one by the rules never opens anyway */
        if (m->skipped.len == SKIPS_MAX * sizeof(uint64_t)) {
            *n = i;
            break;
        }
        m->skip[i] = 1;
        buffer_u64be(&m->skipped, m->at + i);
    }
    return buffer_err(&m->skipped);
}

static size_t count_cards(const struct card_minter *m, size_t n) {
    size_t cards = 0;
    for (size_t i = 0; i < n; i++)
        cards += m->skip[i] == 0;
    return cards;
}

static void give(struct card_minter *m, size_t n, bool again, struct card_rows *rows) {
    rows->first = m->at;
    rows->n = n;
    rows->cards = count_cards(m, n);
    rows->again = again;
    m->at += n;
}

/* Spent indices: the ledger knows which of them had another owner's number. */
static cm_err next_again(struct card_minter *m, size_t n, struct card_rows *rows,
                         struct cm_diag *diag) {
    TRY(compute(m, n, diag));
    TRY(engine_exist(m->options.engine, m->set.number, m->at, n, m->exists));
    for (size_t i = 0; i < n; i++)
        if (!m->exists[i]) m->skip[i] = 1;
    give(m, n, true, rows);
    return CM_OK;
}

static cm_err next_new(struct card_minter *m, size_t n, struct card_rows *rows,
                       struct cm_diag *diag) {
    TRY(compute(m, n, diag));
    TRY(find_skips(m, &n));
    const struct issue_event e = {.set = m->set.number,
                                  .first = m->at,
                                  .count = n,
                                  .issued = count_cards(m, n),
                                  .rule_version = (uint8_t)m->pool.rules->version_n,
                                  .skipped = buffer_slice(&m->skipped)};
    TRY(m->options.spend != NULL ? m->options.spend(m->options.spend_ctx, &e, diag)
                                 : engine_issue(m->options.engine, &e, diag));
    m->set.counters.next_serial = m->at + n;
    m->set.counters.issued += e.issued;
    give(m, n, false, rows);
    return CM_OK;
}

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

cm_err card_minter_next(struct card_minter *m, uint64_t most, struct card_rows *rows,
                        struct cm_diag *diag) {
    const struct set_counters *c = &m->set.counters;
    *rows = (struct card_rows){.first = m->at,
                               .skip = m->skip,
                               .numbers = m->numbers,
                               .pins = m->pins,
                               .number_n = m->number_n,
                               .pin_n = m->pool.numbers.pin_n};
    /* A chunk lies within one key version. */
    const uint64_t end = smaller(cm_card_capacity(&m->pool.numbers), pool_key_end(&m->pool, m->at));
    const uint64_t n = smaller(smaller(m->chunk, most), end > m->at ? end - m->at : 0);
    if (m->at < c->next_serial)
        return next_again(m, (size_t)smaller(n, c->next_serial - m->at), rows, diag);
    const uint64_t left = m->set.quantity - c->issued;
    if (left == 0) return CM_OK;
    if (n == 0)
        return diag_fail(diag, CM_E_LIMIT, m->pool.name, NULL, "make a further pool for the rest",
                         "its indices are used up: the rules skipped more than was planned");
    return next_new(m, (size_t)smaller(n, left), rows, diag);
}
