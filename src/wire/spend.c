/* Entries of a device's chain: a map of numbered items, signed. See spend.h. */
#include "wire/spend.h"

#include "crypto/hash.h"
#include "wire/atom.h"

/* Labels of the map; 5 to 7 by kind. */
enum { ITEM_KIND = 1, ITEM_N, ITEM_TIME, ITEM_PREVIOUS, ITEM_FIFTH, ITEM_SIXTH, ITEM_SEVENTH };
#define TAG_SIGN1  18u /* RFC 9052 section 4.2 */
#define ARRAY_LEN  4u
#define HEADER_MAX 128u /* bytes of a protected header */

static const uint8_t item_counts[SPEND_KIND_N] = {
    [SPEND_START] = 5, [SPEND_ADMIT] = 7, [SPEND_LIST] = 6};

bool spend_iss_fits(struct cm_slice iss) {
    if (iss.len < SPEND_ISS_MIN || iss.len > SPEND_ISS_MAX) return false;
    for (size_t i = 0; i < iss.len; i++) {
        const uint8_t c = iss.p[i];
        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) return false;
    }
    return true;
}

static bool fits(const struct spend_entry *e) {
    const bool numbers = e->n >= 1 && e->n <= SPEND_N_MAX && e->time_ms <= SPEND_TIME_MAX;
    if (!numbers || (unsigned)e->kind >= SPEND_KIND_N) return false;
    if ((e->kind == SPEND_START) != (e->n == 1)) return false;
    if (e->kind == SPEND_START) return true;
    return spend_iss_fits(slice_text(e->iss)) && e->iat <= SPEND_TIME_MAX &&
           e->sequence <= SPEND_TIME_MAX;
}

static void put_rest(struct buffer *out, const struct spend_entry *e) {
    atom_put_uint(out, ITEM_FIFTH);
    if (e->kind == SPEND_START) {
        atom_put_bytes(out, slice_of(e->chain, sizeof e->chain));
        return;
    }
    atom_put_text(out, slice_text(e->iss));
    atom_put_uint(out, ITEM_SIXTH);
    if (e->kind == SPEND_LIST) {
        atom_put_uint(out, e->sequence);
        return;
    }
    atom_put_bytes(out, slice_of(e->cti, sizeof e->cti));
    atom_put_uint(out, ITEM_SEVENTH);
    atom_put_uint(out, e->iat);
}

cm_err spend_make(const struct cm_key *seed, const struct spend_entry *e, struct buffer *out) {
    CM_CLEANUP(buffer_free) struct buffer payload = BUFFER_INIT;
    if (!fits(e)) return CM_E_RANGE;
    atom_put(&payload, ATOM_MAP, item_counts[e->kind]);
    atom_put_uint(&payload, ITEM_KIND);
    atom_put_uint(&payload, e->kind);
    atom_put_uint(&payload, ITEM_N);
    atom_put_uint(&payload, e->n);
    atom_put_uint(&payload, ITEM_TIME);
    atom_put_uint(&payload, e->time_ms);
    atom_put_uint(&payload, ITEM_PREVIOUS);
    atom_put_bytes(&payload, slice_of(e->previous, sizeof e->previous));
    put_rest(&payload, e);
    TRY(buffer_err(&payload));
    return cose_sign1_make(seed, SPEND_TYPE, buffer_slice(&payload), out);
}

static void expect(struct atom_reader *r, uint64_t label) {
    if (atom_read(r, ATOM_UINT, label) != label) r->failed = true;
}

static void read_rest(struct atom_reader *r, struct spend_entry *e) {
    expect(r, ITEM_FIFTH);
    if (e->kind == SPEND_START) {
        atom_read_exact(r, e->chain, sizeof e->chain);
        return;
    }
    const struct cm_slice iss = atom_read_string(r, ATOM_TEXT, SPEND_ISS_MAX);
    if (!r->failed) memcpy(e->iss, iss.p, iss.len);
    expect(r, ITEM_SIXTH);
    if (e->kind == SPEND_LIST) {
        e->sequence = atom_read(r, ATOM_UINT, SPEND_TIME_MAX);
        return;
    }
    atom_read_exact(r, e->cti, sizeof e->cti);
    expect(r, ITEM_SEVENTH);
    e->iat = atom_read(r, ATOM_UINT, SPEND_TIME_MAX);
}

static cm_err read_entry(struct cm_slice payload, struct spend_entry *out) {
    struct atom_reader r = atom_reader_over(payload);
    struct spend_entry e = {.n = 0};
    const uint64_t items = atom_read(&r, ATOM_MAP, ITEM_SEVENTH);
    expect(&r, ITEM_KIND);
    e.kind = (enum spend_kind)atom_read(&r, ATOM_UINT, SPEND_KIND_N - 1);
    if (items != item_counts[e.kind]) return CM_E_FORMAT;
    expect(&r, ITEM_N);
    e.n = atom_read(&r, ATOM_UINT, SPEND_N_MAX);
    expect(&r, ITEM_TIME);
    e.time_ms = atom_read(&r, ATOM_UINT, SPEND_TIME_MAX);
    expect(&r, ITEM_PREVIOUS);
    atom_read_exact(&r, e.previous, sizeof e.previous);
    read_rest(&r, &e);
    TRY(atom_end(&r));
    if (!fits(&e)) return CM_E_FORMAT;
    *out = e;
    return CM_OK;
}

/* Where the first message of a sequence ends. */
static cm_err message_len(struct cm_slice bytes, size_t *out) {
    struct atom_reader r = atom_reader_over(bytes);
    if (atom_read(&r, ATOM_TAG, TAG_SIGN1) != TAG_SIGN1) r.failed = true;
    if (atom_read(&r, ATOM_ARRAY, ARRAY_LEN) != ARRAY_LEN) r.failed = true;
    (void)atom_read_string(&r, ATOM_BYTES, HEADER_MAX);
    (void)atom_read(&r, ATOM_MAP, 0);
    (void)atom_read_string(&r, ATOM_BYTES, SPEND_ENTRY_MAX);
    (void)atom_read_string(&r, ATOM_BYTES, SIGNATURE_LEN);
    if (r.failed) return CM_E_FORMAT;
    *out = bytes.len - r.rest.len;
    return CM_OK;
}

cm_err spend_take(struct cm_slice *rest, struct spend_read *out) {
    struct spend_read read = {.bytes = *rest};
    TRY(message_len(*rest, &read.bytes.len));
    if (read.bytes.len > SPEND_ENTRY_MAX) return CM_E_FORMAT;
    if (cose_sign1_read(read.bytes, &read.cose) != CM_OK) return CM_E_FORMAT;
    if (!slice_equal(read.cose.content_type, slice_text(SPEND_TYPE))) return CM_E_FORMAT;
    TRY(read_entry(read.cose.payload, &read.entry));
    *rest = slice_of(rest->p + read.bytes.len, rest->len - read.bytes.len);
    *out = read;
    return CM_OK;
}

void spend_hash(const struct spend_read *r, uint8_t hash[SPEND_HASH_LEN]) {
    struct hash256 sum;
    hash_sha256(r->bytes, &sum);
    memcpy(hash, sum.b, SPEND_HASH_LEN);
}

cm_err spend_follow(struct spend_chain *chain, const struct spend_read *r) {
    const struct cm_slice before = slice_of(chain->hash, sizeof chain->hash);
    if (r->entry.n != chain->n + 1) return CM_E_CONFLICT;
    if (!slice_equal(before, slice_of(r->entry.previous, sizeof r->entry.previous)))
        return CM_E_CONFLICT;
    chain->n = r->entry.n;
    spend_hash(r, chain->hash);
    return CM_OK;
}
