/* The CBOR of a manifest, signed and read. Numbers of the map are those of docs/design/orders.md;
 * a number is never given a second meaning. */
#include "order/manifest.h"

#include <stdlib.h>

#include "order/manifest_inside.h"
#include "wire/atom.h"
#include "wire/cose.h"

#define FILE_ITEMS      6u
#define RECIPIENT_ITEMS 3u
#define FINGERPRINT_MAX 32u

static void put_key(struct buffer *out, enum manifest_item item) { atom_put_uint(out, item); }

static void put_text(struct buffer *out, enum manifest_item item, struct cm_slice text) {
    put_key(out, item);
    atom_put_text(out, text);
}

static void put_uint(struct buffer *out, enum manifest_item item, uint64_t value) {
    put_key(out, item);
    atom_put_uint(out, value);
}

static void put_sum(struct buffer *out, enum manifest_item item, const struct hash256 *sum) {
    put_key(out, item);
    atom_put_bytes(out, slice_of(sum->b, HASH_LEN));
}

static void put_files(struct buffer *out, const struct manifest *m) {
    put_key(out, ITEM_FILES);
    atom_put(out, ATOM_ARRAY, m->files_n);
    for (size_t i = 0; i < m->files_n; i++) {
        const struct manifest_file *f = &m->files[i];
        atom_put(out, ATOM_ARRAY, FILE_ITEMS);
        atom_put_text(out, f->name);
        atom_put_uint(out, f->len);
        atom_put_bytes(out, slice_of(f->sha256.b, HASH_LEN));
        atom_put_uint(out, f->records);
        atom_put_uint(out, f->role);
        atom_put_uint(out, f->hash_total);
    }
}

static void put_recipients(struct buffer *out, const struct manifest *m) {
    put_key(out, ITEM_RECIPIENTS);
    atom_put(out, ATOM_ARRAY, m->recipients_n);
    for (size_t i = 0; i < m->recipients_n; i++) {
        const struct manifest_recipient *r = &m->recipients[i];
        atom_put(out, ATOM_ARRAY, RECIPIENT_ITEMS);
        atom_put_bytes(out, r->fingerprint);
        atom_put_text(out, r->name);
        atom_put_uint(out, r->role);
    }
}

static void put_pair(struct buffer *out, enum manifest_item item, uint64_t a, uint64_t b) {
    put_key(out, item);
    atom_put(out, ATOM_ARRAY, 2);
    atom_put_uint(out, a);
    atom_put_uint(out, b);
}

/* In ascending order of their numbers, as RFC 8949 section 4.2.1 wants it. */
static void put_payload(struct buffer *out, const struct manifest *m) {
    const uint64_t optional =
        (m->has_previous ? 1u : 0u) + (m->is_reseal ? 1u : 0u) + (m->linked_order != 0 ? 1u : 0u);
    atom_put(out, ATOM_MAP, ITEM_ALWAYS_N + optional);
    put_uint(out, ITEM_VERSION, MANIFEST_VERSION);
    put_text(out, ITEM_BRAND, m->brand);
    put_key(out, ITEM_ORDER);
    atom_put(out, ATOM_ARRAY, 2);
    atom_put_bytes(out, slice_of(m->workspace, MANIFEST_WORKSPACE_LEN));
    atom_put_uint(out, m->order);
    put_uint(out, ITEM_SEQUENCE, m->sequence);
    put_uint(out, ITEM_CREATED, m->created_unix_s);
    put_uint(out, ITEM_KIND, m->kind);
    put_pair(out, ITEM_SET, m->set_id, m->key_version);
    put_uint(out, ITEM_COUNT, m->count);
    put_key(out, ITEM_CONTROLS);
    atom_put(out, ATOM_ARRAY, 2);
    atom_put_text(out, m->control_first);
    atom_put_text(out, m->control_last);
    put_uint(out, ITEM_HASH_TOTAL, m->hash_total);
    put_files(out, m);
    if (m->has_previous) put_sum(out, ITEM_PREVIOUS, &m->previous);
    put_recipients(out, m);
    put_key(out, ITEM_TEST);
    atom_put(out, ATOM_BOOL, m->test);
    put_text(out, ITEM_NAME, m->name);
    put_text(out, ITEM_SET_NAME, m->set);
    put_key(out, ITEM_TEMPLATE);
    atom_put(out, ATOM_ARRAY, 2);
    atom_put_text(out, m->template_name);
    atom_put_bytes(out, slice_of(m->template_sha256.b, HASH_LEN));
    if (m->is_reseal) put_sum(out, ITEM_RESEAL_OF, &m->reseal_of);
    if (m->linked_order != 0) put_uint(out, ITEM_LINKED, m->linked_order);
}

cm_err manifest_make(const struct manifest *m, const struct cm_key *seed, struct buffer *message,
                     struct cm_diag *diag) {
    TRY(manifest_judge(m, diag));
    CM_CLEANUP(buffer_free) struct buffer payload = BUFFER_INIT;
    put_payload(&payload, m);
    TRY(buffer_err(&payload));
    return cose_sign1_make(seed, MANIFEST_TYPE, buffer_slice(&payload), message);
}

/* ---- Reading ---------------------------------------------------------------------------- */

static bool has(struct atom_reader *r, enum manifest_item item) {
    struct atom_reader ahead = *r;
    if (atom_read(&ahead, ATOM_UINT, UINT32_MAX) != item || ahead.failed) return false;
    *r = ahead;
    return true;
}

static void want(struct atom_reader *r, enum manifest_item item) {
    if (!has(r, item)) r->failed = true;
}

static void want_array(struct atom_reader *r, size_t n) {
    if (atom_read(r, ATOM_ARRAY, n) != n) r->failed = true;
}

static uint64_t read_uint(struct atom_reader *r, enum manifest_item item, uint64_t max) {
    want(r, item);
    return atom_read(r, ATOM_UINT, max);
}

static struct cm_slice read_text(struct atom_reader *r, enum manifest_item item) {
    want(r, item);
    return atom_read_string(r, ATOM_TEXT, MANIFEST_TEXT_MAX);
}

static cm_err read_files(struct atom_reader *r, struct manifest_doc *d) {
    want(r, ITEM_FILES);
    const size_t n = (size_t)atom_read(r, ATOM_ARRAY, MANIFEST_FILES_MAX);
    d->files = calloc(n > 0 ? n : 1, sizeof *d->files);
    if (d->files == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < n && !r->failed; i++) {
        struct manifest_file *f = &d->files[i];
        want_array(r, FILE_ITEMS);
        f->name = atom_read_string(r, ATOM_TEXT, MANIFEST_TEXT_MAX);
        f->len = atom_read(r, ATOM_UINT, INT64_MAX);
        atom_read_exact(r, f->sha256.b, HASH_LEN);
        f->records = atom_read(r, ATOM_UINT, UINT64_MAX);
        f->role = (enum manifest_role)atom_read(r, ATOM_UINT, MANIFEST_SIGNER);
        f->hash_total = atom_read(r, ATOM_UINT, UINT64_MAX);
    }
    d->m.files = d->files;
    d->m.files_n = n;
    return CM_OK;
}

static cm_err read_recipients(struct atom_reader *r, struct manifest_doc *d) {
    want(r, ITEM_RECIPIENTS);
    const size_t n = (size_t)atom_read(r, ATOM_ARRAY, MANIFEST_RECIPIENTS_MAX);
    d->recipients = calloc(n > 0 ? n : 1, sizeof *d->recipients);
    if (d->recipients == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < n && !r->failed; i++) {
        struct manifest_recipient *to = &d->recipients[i];
        want_array(r, RECIPIENT_ITEMS);
        to->fingerprint = atom_read_string(r, ATOM_BYTES, FINGERPRINT_MAX);
        to->name = atom_read_string(r, ATOM_TEXT, MANIFEST_TEXT_MAX);
        to->role = (enum manifest_role)atom_read(r, ATOM_UINT, MANIFEST_PINS);
    }
    d->m.recipients = d->recipients;
    d->m.recipients_n = n;
    return CM_OK;
}

static bool read_sum(struct atom_reader *r, enum manifest_item item, struct hash256 *out) {
    if (!has(r, item)) return false;
    atom_read_exact(r, out->b, HASH_LEN);
    return true;
}

static cm_err read_payload(struct manifest_doc *d, struct atom_reader *r) {
    struct manifest *m = &d->m;
    const uint64_t items = atom_read(r, ATOM_MAP, ITEM_ALWAYS_N + ITEM_OPTIONAL_N);
    const uint64_t version = read_uint(r, ITEM_VERSION, UINT64_MAX);
    if (!r->failed && version != MANIFEST_VERSION) return CM_E_VERSION;
    m->brand = read_text(r, ITEM_BRAND);
    want(r, ITEM_ORDER);
    want_array(r, 2);
    atom_read_exact(r, m->workspace, MANIFEST_WORKSPACE_LEN);
    m->order = (uint32_t)atom_read(r, ATOM_UINT, UINT32_MAX);
    m->sequence = read_uint(r, ITEM_SEQUENCE, UINT64_MAX);
    m->created_unix_s = read_uint(r, ITEM_CREATED, UINT64_MAX);
    m->kind = (enum manifest_kind)read_uint(r, ITEM_KIND, MANIFEST_CARDS);
    want(r, ITEM_SET);
    want_array(r, 2);
    m->set_id = (uint32_t)atom_read(r, ATOM_UINT, UINT32_MAX);
    m->key_version = (uint8_t)atom_read(r, ATOM_UINT, UINT8_MAX);
    m->count = read_uint(r, ITEM_COUNT, UINT64_MAX);
    want(r, ITEM_CONTROLS);
    want_array(r, 2);
    m->control_first = atom_read_string(r, ATOM_TEXT, MANIFEST_TEXT_MAX);
    m->control_last = atom_read_string(r, ATOM_TEXT, MANIFEST_TEXT_MAX);
    m->hash_total = read_uint(r, ITEM_HASH_TOTAL, UINT64_MAX);
    TRY(read_files(r, d));
    m->has_previous = read_sum(r, ITEM_PREVIOUS, &m->previous);
    TRY(read_recipients(r, d));
    want(r, ITEM_TEST);
    m->test = atom_read(r, ATOM_BOOL, 1) != 0;
    m->name = read_text(r, ITEM_NAME);
    m->set = read_text(r, ITEM_SET_NAME);
    want(r, ITEM_TEMPLATE);
    want_array(r, 2);
    m->template_name = atom_read_string(r, ATOM_TEXT, MANIFEST_TEXT_MAX);
    atom_read_exact(r, m->template_sha256.b, HASH_LEN);
    m->is_reseal = read_sum(r, ITEM_RESEAL_OF, &m->reseal_of);
    const bool linked = has(r, ITEM_LINKED);
    if (linked) m->linked_order = (uint32_t)atom_read(r, ATOM_UINT, UINT32_MAX);
    if (linked && m->linked_order == 0) r->failed = true;
    const unsigned optional = (unsigned)m->has_previous + (unsigned)m->is_reseal + (unsigned)linked;
    if (items != ITEM_ALWAYS_N + optional) r->failed = true;
    return atom_end(r);
}

static cm_err read_message(struct manifest_doc *d, const struct sign_public *key,
                           struct cm_diag *diag) {
    struct cose_sign1 cose;
    const cm_err err = cose_sign1_read(buffer_slice(&d->message), &cose);
    if (err != CM_OK || !slice_equal(cose.content_type, slice_text(MANIFEST_TYPE)))
        return diag_fail(diag, CM_E_FORMAT, "manifest", NULL, "ask for the delivery again",
                         "not a manifest, cut, or changed");
    memcpy(d->kid, cose.kid, sizeof d->kid);
    hash_sha256(buffer_slice(&d->message), &d->sha256);
    if (key != NULL && cose_sign1_check(&cose, key) != CM_OK)
        return diag_fail(diag, CM_E_AUTH, "manifest", NULL,
                         "check that the key is the sender's; then ask for the delivery again",
                         "not signed with this key, or changed after it was signed");
    struct atom_reader r = atom_reader_over(cose.payload);
    const cm_err shape = read_payload(d, &r);
    if (shape == CM_E_VERSION)
        return diag_fail(diag, shape, "manifest", NULL, "update countermark",
                         "made by a newer version");
    if (shape == CM_E_FORMAT)
        return diag_fail(diag, shape, "manifest", NULL, "ask for the delivery again",
                         "its content is not that of a manifest");
    TRY(shape);
    return manifest_judge(&d->m, diag) == CM_OK ? CM_OK : CM_E_FORMAT;
}

_Static_assert(sizeof((struct manifest_doc){.kid = {0}}.kid) == COSE_KID_LEN, "a key id");

cm_err manifest_read(struct cm_slice message, const struct sign_public *key,
                     struct manifest_doc **out, struct cm_diag *diag) {
    CM_CLEANUP(manifest_doc_freep) struct manifest_doc *d = calloc(1, sizeof *d);
    if (d == NULL) return CM_E_NO_MEMORY;
    if (message.len > COSE_MESSAGE_MAX) return CM_E_FORMAT;
    buffer_put(&d->message, message.p, message.len);
    TRY(buffer_err(&d->message));
    TRY(read_message(d, key, diag));
    *out = take(&d);
    return CM_OK;
}

void manifest_doc_free(struct manifest_doc *d) {
    if (d == NULL) return;
    buffer_free(&d->message);
    free(d->files);
    free(d->recipients);
    free(d);
}

void manifest_doc_freep(struct manifest_doc **d) { manifest_doc_free(take(d)); }
