/* One chunk: encipher, filter, look with other readers' eyes, spend, hand out. */
#include "vault/minter.h"

#include <stdlib.h>
#include <string.h>

#include "codes/coder.h"
#include "vault/cross.h"

#define SKIPS_MAX 4096u /* serials in one event: 32 KiB of its 64 */
#define BLOCK     4096u /* codes whose numerals stay in the cache until they are text */

struct minter {
    struct minter_options options;
    struct cm_scheme_numbers numbers;
    struct set set; /* as it was at the last look; recalls not copied */
    char name[REGISTRY_NAME_CAP];
    struct cm_coder *coder;
    struct cross *cross;
    uint64_t at; /* next serial to give */
    uint8_t code_len;
    uint8_t *numerals, *skip, *taken;
    bool *exists;
    char *texts;
    struct buffer skipped; /* serials, u64 each, for the event */
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

static cm_err make_room(struct minter *m) {
    m->code_len = cm_scheme_code_len(&m->numbers);
    m->numerals = malloc((size_t)BLOCK * m->code_len);
    m->texts = malloc((size_t)MINTER_CHUNK * m->code_len);
    m->skip = malloc(MINTER_CHUNK);
    m->taken = malloc(MINTER_CHUNK);
    m->exists = calloc(MINTER_CHUNK, sizeof *m->exists);
    const bool ok = m->numerals != NULL && m->texts != NULL && m->skip != NULL &&
                    m->taken != NULL && m->exists != NULL;
    return ok ? CM_OK : CM_E_NO_MEMORY;
}

static void wipe_and_free(void *p, size_t len) {
    if (p == NULL) return;
    wipe(p, len);
    free(p);
}

void minter_close(struct minter *m) {
    if (m == NULL) return;
    cm_coder_free(m->coder);
    cross_free(m->cross);
    wipe_and_free(m->numerals, (size_t)BLOCK * m->code_len);
    wipe_and_free(m->texts, (size_t)MINTER_CHUNK * m->code_len);
    free(m->skip);
    free(m->taken);
    free(m->exists);
    buffer_free(&m->skipped);
    free(m);
}

void minter_closep(struct minter **m) { minter_close(*m); }

static cm_err open_inside(struct minter *m, struct cm_diag *diag) {
    const struct cm_key *root = NULL;
    TRY(engine_read(m->options.engine, look, m));
    if (m->options.from_start && m->set.counters.issued > 0 && m->set.counters.shipped != 0)
        return diag_fail(diag, CM_E_STATE, m->name, NULL,
                         "what was handed over is never written again; recall it and make a new "
                         "batch if the file is lost",
                         "codes of this batch have been opened or shipped");
    const cm_err err =
        keystore_find(m->options.keystore, KEY_SCHEME, m->set.of, m->set.key_version, &root);
    if (err != CM_OK)
        return diag_fail(diag, err, m->name, NULL, "'countermark key list' shows what there is",
                         "its key version %u is not in the keystore", m->set.key_version);
    TRY(cm_coder_new(&m->coder, &m->numbers, root, m->set.key_version));
    TRY(cross_new(&m->cross, m->options.engine, m->options.keystore, m->set.of, m->set.key_version,
                  MINTER_CHUNK));
    m->at = m->options.from_start ? m->options.first : m->set.counters.next_serial;
    if (m->at > m->set.counters.next_serial) return CM_E_RANGE;
    return make_room(m);
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

static cm_err compute(struct minter *m, size_t n) {
    for (size_t done = 0; done < n; done += BLOCK) {
        const size_t part = n - done < BLOCK ? n - done : BLOCK;
        TRY(cm_coder_mint_range(m->coder, &m->set.fields, m->at + done, part, m->numerals,
                                m->skip + done));
        cm_coder_text(m->coder, m->numerals, part, m->texts + done * m->code_len);
    }
    return CM_OK;
}

static size_t count_units(const struct minter *m, size_t n) {
    size_t units = 0;
    for (size_t i = 0; i < n; i++)
        units += m->skip[i] == 0;
    return units;
}

static void give(struct minter *m, size_t n, bool again, struct minter_rows *rows) {
    *rows = (struct minter_rows){.first = m->at,
                                 .n = n,
                                 .units = count_units(m, n),
                                 .skip = m->skip,
                                 .texts = m->texts,
                                 .code_len = m->code_len,
                                 .again = again};
    m->at += n;
}

/* Spent serials: the ledger knows which of them had another owner's text. */
static cm_err next_again(struct minter *m, size_t n, struct minter_rows *rows) {
    TRY(compute(m, n));
    TRY(engine_exist(m->options.engine, m->set.number, m->at, n, m->exists));
    for (size_t i = 0; i < n; i++)
        if (!m->exists[i]) m->skip[i] = 1;
    give(m, n, true, rows);
    return CM_OK;
}

/* The event has room for so many: where more were found, the chunk ends early. */
static cm_err find_skips(struct minter *m, size_t *n) {
    TRY(cross_find(m->cross, m->texts, *n, m->taken));
    buffer_clear(&m->skipped);
    for (size_t i = 0; i < *n; i++) {
        if (m->taken[i] == 0 || m->skip[i] != 0) continue; /* a filtered one never opens anyway */
        if (m->skipped.len == SKIPS_MAX * sizeof(uint64_t)) {
            *n = i;
            break;
        }
        m->skip[i] = 1;
        buffer_u64be(&m->skipped, m->at + i);
    }
    return buffer_err(&m->skipped);
}

static cm_err next_new(struct minter *m, size_t n, struct minter_rows *rows, struct cm_diag *diag) {
    TRY(compute(m, n));
    TRY(find_skips(m, &n));
    const struct issue_event e = {.set = m->set.number,
                                  .first = m->at,
                                  .count = n,
                                  .issued = count_units(m, n),
                                  .rule_version = m->numbers.filter_version,
                                  .skipped = buffer_slice(&m->skipped)};
    TRY(engine_issue_keyed(m->options.engine, &e, m->options.key, diag));
    if (m->options.key != NULL) m->options.key->item++;
    m->set.counters.next_serial = m->at + n;
    m->set.counters.issued += e.issued;
    give(m, n, false, rows);
    return CM_OK;
}

static size_t smaller(uint64_t a, uint64_t b) { return (size_t)(a < b ? a : b); }

cm_err minter_next(struct minter *m, uint64_t most, struct minter_rows *rows,
                   struct cm_diag *diag) {
    const struct set_counters *c = &m->set.counters;
    *rows = (struct minter_rows){.first = m->at, .code_len = m->code_len};
    if (m->at < c->next_serial)
        return next_again(m, smaller(smaller(MINTER_CHUNK, most), c->next_serial - m->at), rows);
    const uint64_t wanted = smaller(m->set.quantity - c->issued, most);
    const uint64_t room = m->numbers.serials - m->at;
    if (wanted == 0) return CM_OK;
    if (room == 0)
        return diag_fail(diag, CM_E_LIMIT, m->name, NULL, "make a further batch for the rest",
                         "its serials are used up: the filters skipped more than was reserved");
    return next_new(m, smaller(smaller(MINTER_CHUNK, wanted), room), rows, diag);
}

cm_err minter_again(struct minter *m, const struct issued_range *range, struct minter_rows *rows) {
    const uint64_t spent = m->set.counters.next_serial, here = m->at;
    if (range->count > MINTER_CHUNK || range->first > spent || range->count > spent - range->first)
        return CM_E_RANGE;
    m->at = range->first;
    const cm_err err = next_again(m, (size_t)range->count, rows);
    m->at = here;
    return err;
}
