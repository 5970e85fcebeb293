/* Revocation lists: see revocation.h. */
#include "wire/revocation.h"

#include "base/macros.h"
#include "wire/atom.h"

enum { ITEM_ISS = 1, ITEM_SEQUENCE, ITEM_ISSUED, ITEM_NEXT, ITEM_CTIS };
#define ITEM_N 5u

static bool ascending(struct cm_slice ctis) {
    for (size_t at = SPEND_CTI_LEN; at < ctis.len; at += SPEND_CTI_LEN)
        if (get_u64be(ctis.p + at - SPEND_CTI_LEN) >= get_u64be(ctis.p + at)) return false;
    return true;
}

static bool fits(const struct revocation_list *l) {
    return spend_iss_fits(slice_text(l->iss)) && l->sequence <= SPEND_TIME_MAX &&
           l->issued_s <= SPEND_TIME_MAX && l->next_s <= SPEND_TIME_MAX &&
           l->next_s >= l->issued_s && l->ctis.len % SPEND_CTI_LEN == 0;
}

cm_err revocation_make(const struct cm_key *seed, const struct revocation_list *list,
                       struct buffer *out) {
    CM_CLEANUP(buffer_free) struct buffer payload = BUFFER_INIT;
    if (!fits(list)) return CM_E_RANGE;
    if (revocation_n(list) > REVOCATION_N_MAX) return CM_E_LIMIT;
    if (!ascending(list->ctis)) return CM_E_FORMAT;
    atom_put(&payload, ATOM_MAP, ITEM_N);
    atom_put_uint(&payload, ITEM_ISS);
    atom_put_text(&payload, slice_text(list->iss));
    atom_put_uint(&payload, ITEM_SEQUENCE);
    atom_put_uint(&payload, list->sequence);
    atom_put_uint(&payload, ITEM_ISSUED);
    atom_put_uint(&payload, list->issued_s);
    atom_put_uint(&payload, ITEM_NEXT);
    atom_put_uint(&payload, list->next_s);
    atom_put_uint(&payload, ITEM_CTIS);
    atom_put_bytes(&payload, list->ctis);
    TRY(buffer_err(&payload));
    return cose_sign1_make(seed, REVOCATION_TYPE, buffer_slice(&payload), out);
}

static void expect(struct atom_reader *r, uint64_t label) {
    if (atom_read(r, ATOM_UINT, label) != label) r->failed = true;
}

cm_err revocation_read(struct cm_slice message, struct revocation_list *list,
                       struct cose_sign1 *cose) {
    struct cose_sign1 m;
    struct revocation_list l = {.sequence = 0};
    if (cose_sign1_read(message, &m) != CM_OK) return CM_E_FORMAT;
    if (!slice_equal(m.content_type, slice_text(REVOCATION_TYPE))) return CM_E_FORMAT;
    struct atom_reader r = atom_reader_over(m.payload);
    if (atom_read(&r, ATOM_MAP, ITEM_N) != ITEM_N) r.failed = true;
    expect(&r, ITEM_ISS);
    const struct cm_slice iss = atom_read_string(&r, ATOM_TEXT, SPEND_ISS_MAX);
    if (!r.failed) memcpy(l.iss, iss.p, iss.len);
    expect(&r, ITEM_SEQUENCE);
    l.sequence = atom_read(&r, ATOM_UINT, SPEND_TIME_MAX);
    expect(&r, ITEM_ISSUED);
    l.issued_s = atom_read(&r, ATOM_UINT, SPEND_TIME_MAX);
    expect(&r, ITEM_NEXT);
    l.next_s = atom_read(&r, ATOM_UINT, SPEND_TIME_MAX);
    expect(&r, ITEM_CTIS);
    l.ctis = atom_read_string(&r, ATOM_BYTES, (size_t)REVOCATION_N_MAX * SPEND_CTI_LEN);
    TRY(atom_end(&r));
    if (!fits(&l) || !ascending(l.ctis)) return CM_E_FORMAT;
    *list = l;
    *cose = m;
    return CM_OK;
}

bool revocation_has(const struct revocation_list *list, const uint8_t cti[SPEND_CTI_LEN]) {
    const uint64_t wanted = get_u64be(cti);
    size_t low = 0, high = revocation_n(list);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const uint64_t there = get_u64be(list->ctis.p + middle * SPEND_CTI_LEN);
        if (there == wanted) return true;
        if (there < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
