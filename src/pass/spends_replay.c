/* Reading a device's file again. Each entry names the hash of the one before, so the signature of
 * the last one vouches for them all. What follows the last whole entry is an entry that a power cut
 * left unfinished, if it begins as every entry of this device does: nobody was let in by it.
 * Anything else is damage, and is left as it is. */
#include <stdio.h>

#include "base/macros.h"
#include "pass/spends_inside.h"

#define PLACE_CAP 64u
#define ZEROS_MIN 8u /* in a signature or hash, so many in a row stand once in 2^58 */

static cm_err damaged(const struct spends *s, const char *problem, struct cm_diag *diag) {
    char place[PLACE_CAP];
    (void)snprintf(place, sizeof place, "byte %llu, entry %llu", (unsigned long long)s->len,
                   (unsigned long long)s->chain.n + 1);
    return diag_fail(diag, CM_E_CORRUPT, s->path, place,
                     "sync it with --salvage, and begin a new file", "%s", problem);
}

/* Sectors that never reached the disk read as zeros. */
static bool has_hole(struct cm_slice bytes) {
    size_t zeros = 0;
    for (size_t i = 0; i < bytes.len && zeros < ZEROS_MIN; i++)
        zeros = bytes.p[i] == 0 ? zeros + 1 : 0;
    return zeros >= ZEROS_MIN;
}

/* All entries of a device are the same up to their payload. */
static cm_err head_of(const struct spends *s, struct buffer *out) {
    const struct spend_entry any = {.kind = SPEND_START, .n = 1};
    struct spend_read read;
    TRY(spend_make(s->seed, &any, out));
    struct cm_slice rest = buffer_slice(out);
    TRY(spend_take(&rest, &read));
    out->len = (size_t)(read.cose.payload.p - out->p) - 2; /* its length: two bytes */
    return CM_OK;
}

static cm_err is_torn(const struct spends *s, struct cm_slice rest, bool *torn) {
    CM_CLEANUP(buffer_free) struct buffer head = BUFFER_INIT;
    TRY(head_of(s, &head));
    const size_t n = rest.len < head.len ? rest.len : head.len;
    *torn = rest.len <= SPEND_ENTRY_MAX;
    for (size_t i = 0; i < n && *torn; i++)
        *torn = rest.p[i] == head.p[i] || rest.p[i] == 0;
    return CM_OK;
}

static bool is_own(const struct spends *s, const struct spend_read *r) {
    uint8_t kid[COSE_KID_LEN];
    cose_kid(&s->device, kid);
    return slice_equal(slice_of(kid, sizeof kid), slice_of(r->cose.kid, sizeof r->cose.kid));
}

static cm_err replay_one(struct spends *s, const struct spend_read *r, struct cm_diag *diag) {
    if (!is_own(s, r))
        return diag_fail(diag, CM_E_AUTH, s->path, NULL, "give the key of the device that wrote it",
                         "another device wrote this file");
    if (spend_follow(&s->chain, r) != CM_OK)
        return damaged(s, "an entry is missing or stands in a wrong place", diag);
    s->len += r->bytes.len;
    return spends_remember(s, &r->entry);
}

/* The very last entry may be as long as it should be and still lack a sector. */
static bool lacks_some(const struct spends *s, const struct spend_read *r, struct cm_slice rest) {
    return rest.len == 0 && is_own(s, r) && has_hole(r->bytes) &&
           spend_check(r, &s->device) == CM_E_AUTH;
}

cm_err spends_replay(struct spends *s, struct cm_slice bytes, size_t *torn, struct cm_diag *diag) {
    struct cm_slice rest = bytes;
    struct spend_read read, last = {.entry = {.n = 0}};
    bool unfinished = true;
    while (rest.len > 0 && spend_take(&rest, &read) == CM_OK) {
        if (lacks_some(s, &read, rest)) {
            rest = read.bytes;
            break;
        }
        last = read;
        TRY(replay_one(s, &last, diag));
    }
    if (rest.len > 0) TRY(is_torn(s, rest, &unfinished));
    if (!unfinished) return damaged(s, "no entry of this device", diag);
    if (s->chain.n > 0 && spend_check(&last, &s->device) != CM_OK)
        return damaged(s, "the last entry, or one before it, was changed", diag);
    *torn = rest.len;
    return CM_OK;
}
