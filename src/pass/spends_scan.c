/* A device's file, piece by piece: see spends_scan.h. */
#include "pass/spends_scan.h"

#include <stdio.h>

#include "base/macros.h"

#define PLACE_CAP 64u
#define HEAD_BYTE 0xd2u /* tag 18: every entry begins with it */

static cm_err refuse(const struct spends_scan *s, cm_err err, const char *problem,
                     struct cm_diag *diag) {
    char place[PLACE_CAP];
    (void)snprintf(place, sizeof place, "byte %zu, entry %llu", s->at,
                   (unsigned long long)s->chain.n + 1);
    return diag_fail(diag, err, s->name, place,
                     "fetch the file again; --salvage takes what the device signed, entry by entry",
                     "%s", problem);
}

static struct cm_slice rest_of(const struct spends_scan *s, size_t at) {
    return slice_of(s->file.p + at, s->file.len - at);
}

/* An entry that the device signed begins here. */
static bool is_signed(const struct spends_scan *s, size_t at, struct spend_read *out) {
    struct cm_slice rest = rest_of(s, at);
    return rest.p[0] == HEAD_BYTE && spend_take(&rest, out) == CM_OK &&
           (s->vouched || spend_check(out, &s->device) == CM_OK);
}

/* Where the next one begins, or the end of the file. */
static size_t next_signed(const struct spends_scan *s) {
    struct spend_read ignored;
    for (size_t at = s->at + 1; at < s->file.len; at++)
        if (is_signed(s, at, &ignored)) return at;
    return s->file.len;
}

static cm_err entry(struct spends_scan *s, const struct spend_read *read, struct spends_piece *out,
                    struct cm_diag *diag) {
    if (spend_follow(&s->chain, read) != CM_OK) {
        if (!s->salvage)
            return refuse(s, CM_E_CONFLICT,
                          "it does not follow the one before: entries are missing or moved", diag);
        s->chain.n = read->entry.n;
        spend_hash(read, s->chain.hash);
    }
    *out = (struct spends_piece){
        .kind = PIECE_ENTRY, .at = s->at, .bytes = read->bytes, .read = *read};
    s->at += read->bytes.len;
    return CM_OK;
}

static cm_err other(struct spends_scan *s, struct spends_piece *out, struct cm_diag *diag) {
    const size_t end = next_signed(s);
    struct cm_slice rest = rest_of(s, s->at);
    struct spend_read read;
    const bool whole = spend_take(&rest, &read) == CM_OK;
    const bool tail = end == s->file.len && end - s->at <= SPEND_ENTRY_MAX && !whole;
    if (!tail && !s->salvage)
        return refuse(s, whole ? CM_E_AUTH : CM_E_CORRUPT,
                      whole ? "changed, or not signed by this device" : "no entry of a device",
                      diag);
    *out = (struct spends_piece){.kind = tail ? PIECE_UNFINISHED : PIECE_DAMAGED,
                                 .at = s->at,
                                 .bytes = slice_of(s->file.p + s->at, end - s->at)};
    s->at = end;
    return CM_OK;
}

cm_err spends_scan_next(struct spends_scan *s, struct spends_piece *out, struct cm_diag *diag) {
    struct spend_read read;
    if (s->at == s->file.len) {
        *out = (struct spends_piece){.kind = PIECE_END, .at = s->at};
        return CM_OK;
    }
    return is_signed(s, s->at, &read) ? entry(s, &read, out, diag) : other(s, out, diag);
}

/* To the end; *last is the last entry, if there is one. */
static cm_err run_through(const struct spends_scan *s, bool vouched, uint64_t *pieces,
                          struct spend_read *last, struct cm_diag *diag) {
    struct spends_scan dry = *s;
    struct spends_piece piece = {.kind = PIECE_ENTRY};
    uint64_t n = 0;
    dry.vouched = vouched;
    for (; piece.kind != PIECE_END; n++) {
        TRY(spends_scan_next(&dry, &piece, diag));
        if (piece.kind == PIECE_ENTRY) *last = piece.read;
    }
    *pieces = n - 1;
    return CM_OK;
}

cm_err spends_scan_whole(struct spends_scan *s, uint64_t *pieces, struct cm_diag *diag) {
    struct spend_read last = {.bytes = slice_of(NULL, 0)};
    s->vouched = !s->salvage && run_through(s, true, pieces, &last, NULL) == CM_OK &&
                 last.bytes.len > 0 && spend_check(&last, &s->device) == CM_OK;
    return s->vouched ? CM_OK : run_through(s, false, pieces, &last, diag);
}
