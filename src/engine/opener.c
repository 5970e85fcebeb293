/* The readers of a door, one after the other, over chunks of a call. */
#include "engine/opener_inside.h"

#include "engine/alias.h"
#include "wire/ticket.h"

#include <stdlib.h>
#include <string.h>

#define VERSIONS_MAX 256u

cm_err opener_new(struct opener **out, const struct registry *registry,
                  const struct keystore *keystore, struct clock_source clock) {
    struct opener *o = calloc(1, sizeof *o);
    if (o == NULL) return CM_E_NO_MEMORY;
    o->registry = registry;
    o->keystore = keystore;
    o->clock = clock;
    *out = o;
    return CM_OK;
}

static void forget_coders(struct opener *o) {
    for (size_t i = 0; i < o->coder_n; i++)
        cm_coder_free(o->coders[i].coder);
    o->coder_n = 0;
    opener_forget_numberers(o);
    opener_forget_hashers(o);
    opener_forget_ticketers(o);
    cmac_free(o->pseudonym);
    o->pseudonym = NULL;
    cmac_free(o->alias);
    o->alias = NULL;
}

void opener_free(struct opener *o) {
    if (o == NULL) return;
    forget_coders(o);
    wipe(o, sizeof *o);
    free(o);
}

/* Whatever changed, coders and numberers may rest on what it changed. */
void opener_refresh(struct opener *o) {
    if (o->generation == o->registry->generation) return;
    forget_coders(o);
    o->generation = o->registry->generation;
}

static cm_err coder_for(struct opener *o, const struct reader *r, struct cm_coder **out) {
    if (o->coder_n == CODERS_MAX) forget_coders(o);
    for (size_t i = 0; i < o->coder_n; i++) {
        if (o->coders[i].scheme != r->scheme->id || o->coders[i].version != r->version) continue;
        *out = o->coders[i].coder;
        return CM_OK;
    }
    const struct cm_key *root = NULL;
    TRY(keystore_find(o->keystore, KEY_SCHEME, r->scheme->id, r->version, &root));
    struct cm_coder *coder = NULL;
    TRY(cm_coder_new(&coder, r->scheme->numbers, root, r->version));
    o->coders[o->coder_n++] =
        (struct cached_coder){.scheme = r->scheme->id, .version = r->version, .coder = coder};
    *out = coder;
    return CM_OK;
}

cm_err opener_coder(struct opener *o, const struct scheme_entry *scheme, uint8_t version,
                    struct cm_coder **out) {
    const struct reader reader = {.scheme = scheme, .version = version};
    opener_refresh(o);
    return coder_for(o, &reader, out);
}

/* A scheme or pool under each of its key versions; destroyed versions open nothing. */
static size_t add_versions(const struct opener *o, enum key_kind kind, uint32_t id,
                           struct reader reader, struct reader *out, size_t n) {
    struct key_info infos[VERSIONS_MAX];
    size_t versions = 0;
    keystore_versions(o->keystore, kind, id, infos, VERSIONS_MAX, &versions);
    for (size_t v = 0; v < versions && v < VERSIONS_MAX && n < READERS_MAX; v++) {
        if (infos[v].state == KEY_DESTROYED) continue;
        reader.version = infos[v].version;
        out[n++] = reader;
    }
    return n;
}

/* Pairs in order of scheme id, then version; then the pools likewise, then the
 * imported lists. */
static size_t readers_of(const struct opener *o, const struct door *door,
                         struct reader out[static READERS_MAX]) {
    size_t n = 0;
    for (uint32_t i = 0; i < door->scheme_n; i++) {
        const struct reader r = {.scheme = registry_scheme(o->registry, door->schemes[i])};
        if (r.scheme != NULL) n = add_versions(o, KEY_SCHEME, r.scheme->id, r, out, n);
    }
    for (uint32_t i = 0; i < door->pool_n; i++) {
        const struct reader r = {.pool = registry_set(o->registry, door->pools[i])};
        if (r.pool != NULL) n = add_versions(o, KEY_POOL, r.pool->set.number, r, out, n);
    }
    for (uint32_t i = 0; i < door->legacy_n; i++) {
        const struct reader r = {.list = registry_set(o->registry, door->legacy[i])};
        if (r.list != NULL) n = add_versions(o, KEY_LEGACY, r.list->set.number, r, out, n);
    }
    return n;
}

/* Do the inline fields agree with the batch record as made? */
static bool fields_agree(const struct scheme_entry *s, const struct set *set,
                         const struct cm_unit_fields *f) {
    uint64_t differ = 0;
    for (uint8_t i = 0; i < s->numbers->attribute_n; i++)
        if (s->numbers->attribute[i].present_inline)
            differ |= f->attribute[i] ^ set->fields.attribute[i];
    if (s->numbers->date.present_inline) differ |= (uint64_t)f->day ^ (uint64_t)set->fields.day;
    return differ == 0;
}

/* A later reader may better a refusal, never an acceptance: typing error < not a code < unknown
 * batch < in doubt < unit. */
void resolved_refuse(struct resolved *r, enum cm_verdict verdict) {
    static const uint8_t rank[CM_VERDICT_N] = {[CM_V_TYPING_ERROR] = 0,
                                               [CM_V_NOT_A_CODE] = 1,
                                               [CM_V_UNKNOWN_BATCH] = 2,
                                               [CM_V_BUSY] = 3,
                                               [CM_V_ACCEPTED] = 4};
    if (rank[verdict] > rank[r->verdict]) r->verdict = verdict;
}

void resolved_guess(struct resolved *r, uint32_t pool, uint64_t serial) {
    if (r->guess != 0 && r->guess_serial <= serial) return;
    r->guess = pool;
    r->guess_serial = serial;
}

void resolved_doubt(struct resolved *r, uint32_t brand) {
    if (r->verdict == CM_V_ACCEPTED) return;
    r->doubt_brand = r->verdict == CM_V_BUSY && r->doubt_brand != brand ? DOUBT_ALL : brand;
    r->verdict = CM_V_BUSY;
}

void resolved_find(struct resolved *r, struct set *set, uint64_t serial, uint16_t position) {
    if (r->verdict == CM_V_ACCEPTED) return; /* the first owner stands */
    /* Within a brand a text has one owner (imports.md): it is not in the list that is in doubt. */
    if (r->verdict == CM_V_BUSY && r->doubt_brand != set->brand) return;
    r->verdict = CM_V_ACCEPTED;
    r->set = set;
    r->serial = serial;
    r->reader = position;
}

static void merge(const struct reader *reader, uint16_t position, enum normalised read,
                  const struct cm_opened *opened, struct resolved *r) {
    if (read != NORMALISED_OK || opened->result == CM_OPEN_TYPO) return;
    if (opened->result == CM_OPEN_NONE) {
        resolved_refuse(r, CM_V_NOT_A_CODE);
        return;
    }
    struct set *set = scheme_batch(reader->scheme, opened->fields.batch);
    if (set == NULL) {
        resolved_refuse(r, CM_V_UNKNOWN_BATCH);
        return;
    }
    if (set->key_version != reader->version ||
        !fields_agree(reader->scheme, set, &opened->fields)) {
        resolved_refuse(r, CM_V_NOT_A_CODE);
        return;
    }
    resolved_find(r, set, opened->fields.serial, position);
}

/* The readers `first` .. `reader_n` of the door over o->chunk. */
static cm_err resolve_chunk(struct opener *o, size_t first, size_t reader_n, size_t n,
                            struct resolved *out) {
    for (size_t i = 0; i < n; i++)
        o->texts[i] = o->chunk[i]->code;
    const struct scheme_entry *rows_of = NULL;
    for (size_t p = first; p < reader_n; p++) {
        const struct scheme_entry *scheme = o->readers[p].scheme;
        if (scheme == NULL) {
            TRY((o->readers[p].pool != NULL ? opener_read_cards : opener_read_list)(
                o, &o->readers[p], (uint16_t)p, n, out));
            continue;
        }
        struct cm_coder *coder = NULL;
        TRY(coder_for(o, &o->readers[p], &coder));
        if (rows_of != scheme) /* key versions of one scheme share the rows */
            normalise_rows(&scheme->normaliser, o->texts, n, o->rows, scheme->code_len, o->read);
        rows_of = scheme;
        TRY(cm_coder_open(coder, o->rows, n, o->opened));
        for (size_t i = 0; i < n; i++)
            merge(&o->readers[p], (uint16_t)p, (enum normalised)o->read[i], &o->opened[i], &out[i]);
    }
    wipe(o->rows, n * (CM_LENGTH_MAX + 1u));
    return CM_OK;
}

/* Who redeems enters the ledger only as a pseudonym under the campaign's own key. */
static cm_err pseudonym(struct opener *o, const struct cm_request *q, struct resolved *r) {
    if (q->redeemer.len == 0 || r->verdict != CM_V_ACCEPTED) return CM_OK;
    const uint32_t campaign = set_campaign(r->set);
    if (o->pseudonym == NULL || o->pseudonym_of != campaign) {
        const struct cm_key *key = NULL;
        const cm_err err = keystore_find(o->keystore, KEY_PSEUDONYM, campaign, 1, &key);
        if (err == CM_E_STATE) return CM_OK; /* destroyed: unlinked, and nothing links anew */
        TRY(err);
        cmac_free(o->pseudonym);
        o->pseudonym = NULL;
        TRY(cmac_new(&o->pseudonym, key));
        o->pseudonym_of = campaign;
    }
    _Static_assert(CMAC_LEN == EVENT_HASH_LEN, "a pseudonym is one tag");
    TRY(cmac_message(o->pseudonym, q->redeemer, r->redeemer));
    r->has_redeemer = true;
    return CM_OK;
}

/* Whose names count at a door: its brand's, or of one for all brands that of its first cards. */
static uint32_t alias_brand(const struct opener *o, const struct door *door) {
    const uint32_t first = door->pool_n > 0 ? door->pools[0] : door->legacy[0];
    const struct set_entry *cards = registry_set(o->registry, first);
    return door->brand != 0 || cards == NULL ? door->brand : cards->set.brand;
}

static bool names_count(const struct opener *o, const struct door *door) {
    return o->registry->aliases && (door->pool_n > 0 || door->legacy_n > 0);
}

/* A text that no reader opened may be another name of a card: the owner looks that up. */
static cm_err alias_of(struct opener *o, const struct door *door, const struct cm_request *q,
                       struct resolved *r) {
    const struct cm_key *key = NULL;
    if (!names_count(o, door) || r->verdict == CM_V_ACCEPTED) return CM_OK;
    if (r->verdict == CM_V_BUSY) return CM_OK; /* a list that cannot be read may have the text */
    if (o->alias == NULL) {
        if (keystore_find(o->keystore, KEY_ALIAS, ALIAS_KEY_ID, 1, &key) != CM_OK) return CM_OK;
        TRY(cmac_new(&o->alias, key));
    }
    const cm_err err = alias_hash(o->alias, alias_brand(o, door), q->code, r->alias);
    r->has_alias = err == CM_OK;
    return err == CM_E_RANGE ? CM_OK : err; /* no name is so long, or empty */
}

static cm_err resolve_all(struct opener *o, const struct door *door, size_t reader_n, size_t n,
                          struct resolved *out) {
    for (size_t i = 0; i < n; i++)
        out[i] = (struct resolved){.verdict = CM_V_TYPING_ERROR};
    TRY(resolve_chunk(o, 0, reader_n, n, out));
    for (size_t i = 0; i < n; i++)
        if (out[i].verdict != CM_V_ACCEPTED && ticket_text_is(o->chunk[i]->code))
            TRY(opener_read_ticket(o, door, o->chunk[i], &out[i]));
    for (size_t i = 0; i < n; i++)
        TRY(pseudonym(o, o->chunk[i], &out[i]));
    for (size_t i = 0; i < n && names_count(o, door); i++)
        TRY(alias_of(o, door, o->chunk[i], &out[i]));
    return CM_OK;
}

cm_err opener_resolve(struct opener *o, const struct door *door, const struct cm_call *calls,
                      size_t call_n, struct resolved *out) {
    opener_refresh(o);
    const size_t reader_n = readers_of(o, door, o->readers);
    size_t n = 0;
    for (size_t c = 0; c < call_n; c++) {
        for (size_t i = 0; i < calls[c].n; i++) {
            o->chunk[n++] = &calls[c].requests[i];
            if (n < OPENER_CHUNK) continue;
            TRY(resolve_all(o, door, reader_n, n, out));
            out += n;
            n = 0;
        }
    }
    return n > 0 ? resolve_all(o, door, reader_n, n, out) : CM_OK;
}

cm_err opener_next(struct opener *o, const struct door *door, const struct cm_request *request,
                   struct resolved *out) {
    opener_refresh(o);
    const size_t reader_n = readers_of(o, door, o->readers);
    struct resolved next = {.verdict = CM_V_NOT_A_CODE};
    o->chunk[0] = request;
    TRY(resolve_chunk(o, (size_t)out->reader + 1, reader_n, 1, &next));
    TRY(pseudonym(o, request, &next));
    TRY(alias_of(o, door, request, &next));
    *out = next;
    return CM_OK;
}
