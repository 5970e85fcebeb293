/* One chunk: encipher, filter, look with other readers' eyes, spend, hand out. */
#include "vault/minter.h"

#include <stdlib.h>
#include <string.h>

#include "codes/coder.h"
#include "engine/runs.h"
#include "vault/cross.h"

#define SKIPS_MAX 4096u /* serials in one event: 32 KiB of its 64 */
#define BLOCK     4096u /* codes whose numerals stay in the cache until they are text */

struct minter {
    struct minter_options options;
    struct cm_scheme_numbers numbers;
    struct set set; /* as it was at the last look; recalls not copied */
    char name[REGISTRY_NAME_CAP];
    uint64_t at;           /* next serial to give */
    uint64_t spent_before; /* serials below were spent when the minter was opened */
    uint8_t code_len;
    struct minter_place *own;
};

struct minter_place {
    uint64_t first; /* serials that were computed: [first, first + n) */
    size_t n;
    uint8_t code_len;
    struct cm_coder *coder;
    struct cross *cross;
    uint8_t *numerals, *skip, *taken;
    bool *exists;
    char *texts;
    struct buffer skipped; /* serials, u64 each, for the event */
    uint32_t *holes;       /* offsets of rows that are no units, for a run; made when wanted */
};

/* ---- Opening --------------------------------------------------------------------------------- */

static cm_err look(void *ctx, const struct registry *r) {
    struct minter *m = ctx;
    const struct set_entry *e = registry_set(r, m->options.set);
    if (e == NULL || e->set.kind != SET_BATCH) return CM_E_NOT_FOUND;
    m->set = e->set;
    m->set.recalls = NULL;
    m->numbers = *registry_scheme(r, e->set.of)->numbers;
    memcpy(m->name, e->name, sizeof m->name);
    return CM_OK;
}

static cm_err make_room(struct minter_place *p) {
    p->numerals = malloc((size_t)BLOCK * p->code_len);
    p->texts = malloc((size_t)MINTER_CHUNK * p->code_len);
    p->skip = malloc(MINTER_CHUNK);
    p->taken = malloc(MINTER_CHUNK);
    p->exists = calloc(MINTER_CHUNK, sizeof *p->exists);
    const bool ok = p->numerals != NULL && p->texts != NULL && p->skip != NULL &&
                    p->taken != NULL && p->exists != NULL;
    return ok ? CM_OK : CM_E_NO_MEMORY;
}

static void wipe_and_free(void *p, size_t len) {
    if (p == NULL) return;
    wipe(p, len);
    free(p);
}

void minter_place_free(struct minter_place *p) {
    if (p == NULL) return;
    cm_coder_free(p->coder);
    cross_free(p->cross);
    wipe_and_free(p->numerals, (size_t)BLOCK * p->code_len);
    wipe_and_free(p->texts, (size_t)MINTER_CHUNK * p->code_len);
    free(p->skip);
    free(p->taken);
    free(p->exists);
    buffer_free(&p->skipped);
    free(p->holes);
    free(p);
}

void minter_place_freep(struct minter_place **p) { minter_place_free(*p); }

cm_err minter_place_new(struct minter_place **out, const struct minter *m) {
    CM_CLEANUP(minter_place_freep) struct minter_place *p = calloc(1, sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    const struct cm_key *root = NULL;
    p->code_len = m->code_len;
    TRY(keystore_find(m->options.keystore, KEY_SCHEME, m->set.of, m->set.key_version, &root));
    TRY(cm_coder_new(&p->coder, &m->numbers, root, m->set.key_version));
    TRY(cross_new(&p->cross, m->options.engine, m->options.keystore, m->set.of, m->set.key_version,
                  MINTER_CHUNK));
    TRY(make_room(p));
    *out = take(&p);
    return CM_OK;
}

void minter_close(struct minter *m) {
    if (m == NULL) return;
    minter_place_free(m->own);
    free(m);
}

void minter_closep(struct minter **m) { minter_close(*m); }

static cm_err open_inside(struct minter *m, struct cm_diag *diag) {
    const struct cm_key *root = NULL;
    TRY(engine_read(m->options.engine, look, m));
    if (m->options.from_start && !m->options.shipped && m->set.counters.issued > 0 &&
        m->set.counters.shipped != 0)
        return diag_fail(diag, CM_E_STATE, m->name, NULL,
                         "what was handed over is never written again; recall it and make a new "
                         "batch if the file is lost",
                         "codes of this batch have been opened or shipped");
    const cm_err err =
        keystore_find(m->options.keystore, KEY_SCHEME, m->set.of, m->set.key_version, &root);
    if (err != CM_OK)
        return diag_fail(diag, err, m->name, NULL, "'countermark key list' shows what there is",
                         "its key version %u is not in the keystore", m->set.key_version);
    m->code_len = cm_scheme_code_len(&m->numbers);
    m->spent_before = m->set.counters.next_serial;
    m->at = m->options.from_start ? m->options.first : m->set.counters.next_serial;
    if (m->at > m->set.counters.next_serial) return CM_E_RANGE;
    return minter_place_new(&m->own, m);
}

cm_err minter_open(struct minter **out, const struct minter_options *options,
                   struct cm_diag *diag) {
    CM_CLEANUP(minter_closep) struct minter *m = calloc(1, sizeof *m);
    if (m == NULL) return CM_E_NO_MEMORY;
    m->options = *options;
    TRY(open_inside(m, diag));
    *out = take(&m);
    return CM_OK;
}

/* ---- Chunks ---------------------------------------------------------------------------------- */

static size_t smaller(uint64_t a, uint64_t b) { return (size_t)(a < b ? a : b); }

/* Who else owns a text can be asked ahead: nobody but this minter issues meanwhile, for the
 * workspace has one owner and the daemon runs one act at a time; and a batch has one key version,
 * so it never meets itself. Serials that were spent before, the ledger judges (next_again). */
cm_err minter_compute(const struct minter *m, struct minter_place *p, uint64_t first, uint64_t n) {
    p->first = first;
    p->n = 0;
    if (first >= m->numbers.serials) return CM_OK;
    const size_t whole = smaller(smaller(MINTER_CHUNK, n), m->numbers.serials - first);
    for (size_t done = 0; done < whole; done += BLOCK) {
        const size_t part = smaller(BLOCK, whole - done);
        TRY(cm_coder_mint_range(p->coder, &m->set.fields, first + done, part, p->numerals,
                                p->skip + done));
        cm_coder_text(p->coder, p->numerals, part, p->texts + done * p->code_len);
    }
    if (first + whole > m->spent_before) TRY(cross_find(p->cross, p->texts, whole, p->taken));
    p->n = whole;
    return CM_OK;
}

static cm_err have(const struct minter *m, struct minter_place *p, size_t n) {
    return p->first == m->at && p->n >= n ? CM_OK : minter_compute(m, p, m->at, n);
}

static size_t count_units(const struct minter_place *p, size_t n) {
    size_t units = 0;
    for (size_t i = 0; i < n; i++)
        units += p->skip[i] == 0;
    return units;
}

static void give(struct minter *m, struct minter_place *p, size_t n, size_t units, bool again,
                 struct minter_rows *rows) {
    *rows = (struct minter_rows){.first = m->at,
                                 .n = n,
                                 .units = units,
                                 .skip = p->skip,
                                 .texts = p->texts,
                                 .code_len = m->code_len,
                                 .again = again};
    m->at += n;
}

/* Spent serials: the ledger knows which of them had another owner's text. */
static cm_err next_again(struct minter *m, struct minter_place *p, size_t n,
                         struct minter_rows *rows) {
    TRY(have(m, p, n));
    p->n = 0; /* as in next_new */
    TRY(engine_exist(m->options.engine, m->set.number, m->at, n, p->exists));
    for (size_t i = 0; i < n; i++)
        if (!p->exists[i]) p->skip[i] = 1;
    give(m, p, n, count_units(p, n), true, rows);
    return CM_OK;
}

/* The event has room for so many: where more were found, the chunk ends early. */
static cm_err mark_skips(struct minter_place *p, size_t *n) {
    buffer_clear(&p->skipped);
    for (size_t i = 0; i < *n; i++) {
        if (p->taken[i] == 0 || p->skip[i] != 0) continue; /* a filtered one never opens anyway */
        if (p->skipped.len == SKIPS_MAX * sizeof(uint64_t)) {
            *n = i;
            break;
        }
        p->skip[i] = 1;
        buffer_u64be(&p->skipped, p->first + i);
    }
    return buffer_err(&p->skipped);
}

/* A run is told which serials are no units; where that would be too many, the chunk ends early. */
static cm_err mark_holes(struct minter_place *p, size_t *n, size_t *hole_n) {
    if (p->holes == NULL) p->holes = calloc(EVENT_HOLES_MAX, sizeof *p->holes);
    if (p->holes == NULL) return CM_E_NO_MEMORY;
    *hole_n = 0;
    for (size_t i = 0; i < *n; i++) {
        if (p->skip[i] == 0) continue;
        if (*hole_n == EVENT_HOLES_MAX) {
            *n = i;
            break;
        }
        p->holes[(*hole_n)++] = (uint32_t)i;
    }
    const size_t row = sizeof(uint64_t);
    while (p->skipped.len > 0 && get_u64be(p->skipped.p + p->skipped.len - row) >= p->first + *n)
        p->skipped.len -= row;
    return CM_OK;
}

static cm_err spend(struct minter *m, struct minter_place *p, const struct issue_event *e,
                    size_t hole_n, struct cm_diag *diag) {
    const struct run_hold hold = {.run = m->options.run, .holes = p->holes, .hole_n = hole_n};
    if (m->options.spend != NULL) return m->options.spend(m->options.spend_ctx, e, diag);
    if (m->options.run != 0) return engine_run_hold(m->options.engine, e, &hold, diag);
    TRY(engine_issue_keyed(m->options.engine, e, m->options.key, diag));
    if (m->options.key != NULL) m->options.key->item++;
    return CM_OK;
}

static cm_err next_new(struct minter *m, struct minter_place *p, size_t n, struct minter_rows *rows,
                       struct cm_diag *diag) {
    TRY(have(m, p, n));
    p->n = 0; /* marked from here on: after a refusal the next try computes anew */
    size_t hole_n = 0;
    TRY(mark_skips(p, &n));
    if (m->options.run != 0) TRY(mark_holes(p, &n, &hole_n));
    const struct issue_event e = {.set = m->set.number,
                                  .first = m->at,
                                  .count = n,
                                  .issued = count_units(p, n),
                                  .rule_version = m->numbers.filter_version,
                                  .skipped = buffer_slice(&p->skipped)};
    TRY(spend(m, p, &e, hole_n, diag));
    m->set.counters.next_serial = m->at + n;
    m->set.counters.issued += e.issued;
    give(m, p, n, e.issued, false, rows);
    return CM_OK;
}

uint64_t minter_at(const struct minter *m) { return m->at; }

uint64_t minter_left(const struct minter *m) {
    const struct set_counters *c = &m->set.counters;
    return m->set.quantity - c->issued + (c->next_serial - m->at);
}

cm_err minter_take(struct minter *m, struct minter_place *p, uint64_t most,
                   struct minter_rows *rows, struct cm_diag *diag) {
    const struct set_counters *c = &m->set.counters;
    *rows = (struct minter_rows){.first = m->at, .code_len = m->code_len};
    if (m->at < c->next_serial)
        return next_again(m, p, smaller(smaller(MINTER_CHUNK, most), c->next_serial - m->at), rows);
    const uint64_t wanted = smaller(m->set.quantity - c->issued, most);
    const uint64_t room = m->numbers.serials - m->at;
    if (wanted == 0) return CM_OK;
    if (room == 0)
        return diag_fail(diag, CM_E_LIMIT, m->name, NULL, "make a further batch for the rest",
                         "its serials are used up: the filters skipped more than was reserved");
    return next_new(m, p, smaller(smaller(MINTER_CHUNK, wanted), room), rows, diag);
}

cm_err minter_next(struct minter *m, uint64_t most, struct minter_rows *rows,
                   struct cm_diag *diag) {
    return minter_take(m, m->own, most, rows, diag);
}

cm_err minter_again(struct minter *m, const struct issued_range *range, struct minter_rows *rows) {
    const uint64_t spent = m->set.counters.next_serial, here = m->at;
    if (range->count > MINTER_CHUNK || range->first > spent || range->count > spent - range->first)
        return CM_E_RANGE;
    m->at = range->first;
    const cm_err err = next_again(m, m->own, (size_t)range->count, rows);
    m->at = here;
    return err;
}
