/* Shape and checksum of a keystore file: everything that can be judged without a secret.
 * The order of the questions gives each damage its own answer: empty, foreign, other version,
 * cut, downgraded, bit-flipped. Byte table: docs/design/keystore.md */
#include "crypto/keystore_format.h"

#include <string.h>

#include <sodium.h>

#include "crypto/keystore_layout.h"
#include "crypto/secret.h"

static const uint8_t magic[KEYSTORE_MAGIC_LEN] = {'C', 'M', 'K', 'E', 'Y', 'S', 0x1A, '\n'};

#define RESTORE "restore the keystore from a backup"

void keystore_checksum(struct cm_slice covered, uint8_t out[KEYSTORE_SUM_LEN]) {
    (void)crypto_generichash(out, KEYSTORE_SUM_LEN, covered.p, covered.len, NULL, 0);
}

void keystore_header_encode(const struct keystore_header *h, struct buffer *out) {
    buffer_put(out, magic, sizeof magic);
    buffer_u16be(out, KEYSTORE_FORMAT);
    buffer_u8(out, (uint8_t)h->slots_n);
    buffer_u8(out, 0);
    buffer_u32be(out, h->keys_n);
    buffer_u64be(out, h->generation);
    buffer_put(out, h->store.b, sizeof h->store.b);
    buffer_put(out, h->stream, sizeof h->stream);
    for (size_t i = 0; i < h->slots_n; i++) {
        uint8_t slot[SLOT_LEN];
        slot_encode(&h->slots[i], slot);
        buffer_put(out, slot, sizeof slot);
    }
}

static size_t zeros_at_end(struct cm_slice file) {
    size_t n = 0;
    while (n < file.len && file.p[file.len - 1 - n] == 0)
        n++;
    return n;
}

/* Empty, all zeros, or not ours at all. */
static cm_err check_magic(struct cm_slice file, struct cm_diag *diag) {
    if (file.len == 0)
        return diag_fail(diag, CM_E_TRUNCATED, NULL, NULL,
                         "remove it and run init again if it was never used; else " RESTORE,
                         "half-written: the file is empty, its first save was interrupted");
    if (zeros_at_end(file) == file.len)
        return diag_fail(diag, CM_E_TRUNCATED, NULL, NULL, RESTORE,
                         "half-written: the file holds only zeros");
    const size_t n = file.len < sizeof magic ? file.len : sizeof magic;
    if (!slice_equal(slice_of(file.p, n), slice_of(magic, n)))
        return diag_fail(diag, CM_E_FORMAT, NULL, "offset 0",
                         "check the path; if it is right, " RESTORE, "not a countermark keystore");
    return CM_OK;
}

static cm_err cut_short(struct cm_slice file, size_t want, struct cm_diag *diag) {
    return diag_fail(diag, CM_E_TRUNCATED, NULL, NULL, RESTORE,
                     "truncated: ends after %zu of at least %zu bytes", file.len, want);
}

static cm_err read_fixed(struct cursor *c, struct keystore_header *h, struct cm_diag *diag) {
    (void)cursor_bytes(c, sizeof magic);
    const uint16_t format = cursor_u16be(c);
    if (!c->failed && format != KEYSTORE_FORMAT)
        return diag_fail(diag, CM_E_VERSION, NULL, "offset 8",
                         format > KEYSTORE_FORMAT ? "update countermark to open it" : RESTORE,
                         "keystore format %u; this program reads format %u", format,
                         KEYSTORE_FORMAT);
    h->slots_n = cursor_u8(c);
    const uint8_t zero = cursor_u8(c);
    h->keys_n = cursor_u32be(c);
    h->generation = cursor_u64be(c);
    cursor_copy(c, h->store.b, sizeof h->store.b);
    cursor_copy(c, h->stream, sizeof h->stream);
    TRY(cursor_err(c));
    if (h->slots_n == 0 || h->slots_n > KEYSTORE_SLOTS_MAX || zero != 0 ||
        h->keys_n > KEYSTORE_KEYS_MAX)
        return diag_fail(diag, CM_E_CORRUPT, NULL, "header", RESTORE,
                         "damaged: %zu slots and %u keys cannot be", h->slots_n, h->keys_n);
    return CM_OK;
}

static cm_err read_slots(struct cursor *c, bool allow_weak, struct keystore_header *h,
                         struct cm_diag *diag) {
    for (size_t i = 0; i < h->slots_n; i++) {
        TRY(slot_decode(c, &h->slots[i], diag));
        TRY(slot_check_cost(&h->slots[i], allow_weak, diag));
    }
    return CM_OK;
}

static cm_err check_sum(struct cm_slice file, struct cm_diag *diag) {
    uint8_t sum[KEYSTORE_SUM_LEN];
    const size_t covered = file.len - KEYSTORE_SUM_LEN;
    keystore_checksum(slice_of(file.p, covered), sum);
    if (slice_equal(slice_of(sum, sizeof sum), slice_of(file.p + covered, sizeof sum)))
        return CM_OK;
    const size_t zeros = zeros_at_end(file);
    if (zeros >= KEYSTORE_SUM_LEN)
        return diag_fail(diag, CM_E_TRUNCATED, NULL, NULL, RESTORE,
                         "half-written: the last %zu bytes are zeros", zeros);
    return diag_fail(diag, CM_E_CORRUPT, NULL, NULL, RESTORE,
                     "damaged: the checksum contradicts the bytes (a flipped bit, or an edit)");
}

cm_err keystore_parse(struct cm_slice file, bool allow_weak_for_tests, struct keystore_parts *out,
                      struct cm_diag *diag) {
    TRY(check_magic(file, diag));
    struct keystore_parts parts = {.header = {.slots_n = 0}};
    struct keystore_header *h = &parts.header;
    struct cursor c = cursor_over(file);
    cm_err err = read_fixed(&c, h, diag);
    if (err == CM_E_TRUNCATED) return cut_short(file, KEYSTORE_FIXED_LEN, diag);
    TRY(err);
    const size_t sealed_len = KEYSTORE_FIXED_LEN + h->slots_n * SLOT_LEN;
    const size_t body_len = ((size_t)h->keys_n + 1) * KEYSTORE_MESSAGE_LEN;
    const size_t whole = sealed_len + KEYSTORE_SEAL_LEN + body_len + KEYSTORE_SUM_LEN;
    if (file.len < whole) return cut_short(file, whole, diag);
    if (file.len > whole)
        return diag_fail(diag, CM_E_CORRUPT, NULL, NULL, RESTORE,
                         "damaged: %zu bytes follow the end", file.len - whole);
    TRY(read_slots(&c, allow_weak_for_tests, h, diag));
    TRY(check_sum(file, diag));
    parts.sealed = slice_of(file.p, sealed_len);
    parts.seal = slice_of(file.p + sealed_len, KEYSTORE_SEAL_LEN);
    parts.body = slice_of(file.p + sealed_len + KEYSTORE_SEAL_LEN, body_len);
    parts.sum = slice_of(file.p + whole - KEYSTORE_SUM_LEN, KEYSTORE_SUM_LEN);
    *out = parts;
    return CM_OK;
}
