/* Reading new codes with other readers' eyes. A hit needs a tag to agree, at least one in 2^16, so
 * the few candidates of a chunk are asked about one by one. */
#include "vault/cross.h"

#include <stdlib.h>
#include <string.h>

#include "codes/coder.h"
#include "vault/list_cross.h"

#define READERS_MAX  256u
#define VERSIONS_MAX 256u

struct reader {
    uint32_t scheme;
    uint8_t version;
    struct cm_coder *coder;
    struct normaliser normaliser;
    uint8_t attribute_n;
    bool inline_attribute[CM_ATTRIBUTES_MAX], inline_date;
};

struct cross {
    struct cm_engine *engine;
    const struct keystore *keystore;
    uint32_t scheme;
    uint8_t version, code_len;
    struct reader *readers;
    size_t reader_n, chunk;
    struct list_cross lists;
    struct cm_slice *texts;
    uint8_t *rows, *read;
    struct cm_opened *opened;
};

/* ---- Gathering ------------------------------------------------------------------------------- */

static bool known(const struct cross *c, uint32_t scheme, uint8_t version) {
    if (scheme == c->scheme && version == c->version) return true;
    for (size_t i = 0; i < c->reader_n; i++)
        if (c->readers[i].scheme == scheme && c->readers[i].version == version) return true;
    return false;
}

static cm_err add_reader(struct cross *c, const struct scheme_entry *s, uint8_t version) {
    const struct cm_key *root = NULL;
    if (known(c, s->id, version)) return CM_OK;
    if (c->reader_n == READERS_MAX) return CM_E_LIMIT;
    struct reader *r = &c->readers[c->reader_n];
    *r = (struct reader){.scheme = s->id,
                         .version = version,
                         .normaliser = s->normaliser,
                         .attribute_n = s->numbers->attribute_n,
                         .inline_date = s->numbers->date.present_inline};
    for (uint8_t i = 0; i < r->attribute_n; i++)
        r->inline_attribute[i] = s->numbers->attribute[i].present_inline;
    TRY(keystore_find(c->keystore, KEY_SCHEME, s->id, version, &root));
    TRY(cm_coder_new(&r->coder, s->numbers, root, version));
    c->reader_n++;
    return CM_OK;
}

static cm_err add_scheme(struct cross *c, const struct scheme_entry *s) {
    struct key_info infos[VERSIONS_MAX];
    size_t n = 0;
    if (s == NULL || s->code_len != c->code_len) return CM_OK;
    keystore_versions(c->keystore, KEY_SCHEME, s->id, infos, VERSIONS_MAX, &n);
    for (size_t i = 0; i < n && i < VERSIONS_MAX; i++)
        if (infos[i].state != KEY_DESTROYED) TRY(add_reader(c, s, infos[i].version));
    return CM_OK;
}

static bool has_scheme(const struct door *d, uint32_t scheme) {
    for (uint32_t i = 0; i < d->scheme_n; i++)
        if (d->schemes[i] == scheme) return true;
    return false;
}

static cm_err gather(void *ctx, const struct registry *r) {
    struct cross *c = ctx;
    const struct scheme_entry *own = registry_scheme(r, c->scheme);
    if (own == NULL) return CM_E_NOT_FOUND;
    c->code_len = own->code_len;
    list_cross_look(&c->lists, r, own->brand, own->numbers->test);
    TRY(add_scheme(c, own)); /* its other key versions, even before it stands behind a door */
    for (size_t d = 0; d < r->door_n; d++) {
        if (!has_scheme(r->doors[d], c->scheme)) continue;
        for (uint32_t i = 0; i < r->doors[d]->scheme_n; i++)
            TRY(add_scheme(c, registry_scheme(r, r->doors[d]->schemes[i])));
    }
    return CM_OK;
}

void cross_free(struct cross *c) {
    if (c == NULL) return;
    for (size_t i = 0; i < c->reader_n; i++)
        cm_coder_free(c->readers[i].coder);
    free(c->readers);
    free(c->texts);
    if (c->rows != NULL) wipe(c->rows, c->chunk * c->code_len);
    free(c->rows);
    free(c->read);
    free(c->opened);
    free(c);
}

static void cross_freep(struct cross **c) { cross_free(*c); }

cm_err cross_new(struct cross **out, struct cm_engine *engine, const struct keystore *keystore,
                 uint32_t scheme, uint8_t version, size_t chunk) {
    CM_CLEANUP(cross_freep) struct cross *c = calloc(1, sizeof *c);
    if (c == NULL) return CM_E_NO_MEMORY;
    c->engine = engine;
    c->lists.engine = engine;
    c->keystore = keystore;
    c->scheme = scheme;
    c->version = version;
    c->chunk = chunk;
    c->readers = calloc(READERS_MAX, sizeof *c->readers);
    if (c->readers == NULL) return CM_E_NO_MEMORY;
    TRY(engine_read(engine, gather, c));
    c->texts = calloc(chunk, sizeof *c->texts);
    c->rows = calloc(chunk, c->code_len);
    c->read = calloc(chunk, 1);
    c->opened = calloc(chunk, sizeof *c->opened);
    if (c->texts == NULL || c->rows == NULL || c->read == NULL || c->opened == NULL)
        return CM_E_NO_MEMORY;
    *out = take(&c);
    return CM_OK;
}

/* ---- Finding --------------------------------------------------------------------------------- */

struct candidate {
    const struct reader *reader;
    const struct cm_unit_fields *fields;
    uint32_t set; /* out; 0 = no unit */
};

static cm_err find_set(void *ctx, const struct registry *r) {
    struct candidate *k = ctx;
    const struct scheme_entry *s = registry_scheme(r, k->reader->scheme);
    const struct set *set = s != NULL ? scheme_batch(s, k->fields->batch) : NULL;
    if (set == NULL || set->key_version != k->reader->version) return CM_OK;
    for (uint8_t i = 0; i < k->reader->attribute_n; i++)
        if (k->reader->inline_attribute[i] && k->fields->attribute[i] != set->fields.attribute[i])
            return CM_OK;
    if (k->reader->inline_date && k->fields->day != set->fields.day) return CM_OK;
    if (k->fields->serial < set->counters.next_serial) k->set = set->number;
    return CM_OK;
}

static cm_err ask(struct cross *c, const struct reader *r, const struct cm_unit_fields *fields,
                  uint8_t *taken) {
    struct candidate k = {.reader = r, .fields = fields};
    bool exists = false;
    TRY(engine_read(c->engine, find_set, &k));
    if (k.set == 0) return CM_OK;
    TRY(engine_exist(c->engine, k.set, fields->serial, 1, &exists));
    if (exists) *taken = 1;
    return CM_OK;
}

cm_err cross_find(struct cross *c, const char *texts, size_t n, uint8_t *taken) {
    if (n > c->chunk) return CM_E_ARGUMENT;
    memset(taken, 0, n);
    for (size_t i = 0; i < n && c->reader_n > 0; i++) {
        c->texts[i] = slice_of(texts + i * c->code_len, c->code_len);
    }
    for (size_t r = 0; r < c->reader_n; r++) {
        const struct reader *reader = &c->readers[r];
        normalise_rows(&reader->normaliser, c->texts, n, c->rows, c->code_len, c->read);
        TRY(cm_coder_open(reader->coder, c->rows, n, c->opened));
        for (size_t i = 0; i < n; i++)
            if (c->read[i] == NORMALISED_OK && c->opened[i].result == CM_OPEN_OK)
                TRY(ask(c, reader, &c->opened[i].fields, &taken[i]));
    }
    return list_cross_find(&c->lists, texts, n, c->code_len, taken);
}
