/* The group walker. References as in segment_scan.h; the rules of "torn" are section 6 there. */
#include "ledger/segment_scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/crc32c.h"
#include "ledger/event_frame.h"

#define PLACE_CAP 64u /* bytes of "offset 123" */

void scan_wipe(struct segment_scan *scan) {
    disk_closep(&scan->fd);
    hasher_free(scan->hasher);
    free(scan->window);
    *scan = (struct segment_scan)SEGMENT_SCAN_INIT;
}

cm_err scan_corrupt(const struct segment_scan *scan, uint64_t offset, const char *problem,
                    struct cm_diag *diag) {
    char place[PLACE_CAP];
    (void)snprintf(place, sizeof place, "offset %" PRIu64, offset);
    return diag_fail(diag, CM_E_CORRUPT, scan->name.text, place,
                     "acknowledged events may be missing: restore from a backup and the archive",
                     "%s", problem);
}

static cm_err header_link(const struct segment_header *head, struct segment_scan *scan) {
    uint8_t sector[SEGMENT_HEADER_LEN];
    segment_encode(head, sector);
    return group_hash(scan->hasher, slice_of(sector, sizeof sector), &scan->chain.link);
}

cm_err scan_begin(struct segment_scan *scan, int give_fd, const struct segment_header *head) {
    disk_closep(&scan->fd);
    scan->fd = give_fd;
    if (scan->window == NULL) scan->window = malloc(GROUP_LEN_MAX);
    if (scan->window == NULL) return CM_E_NO_MEMORY;
    if (scan->hasher == NULL) TRY(hasher_new(&scan->hasher));
    scan->name = segment_name_of(head->number);
    scan->head = *head;
    scan->chain.next_sequence = head->first_sequence;
    scan->chain.last_time_ms = head->last_time_ms;
    scan->offset = SEGMENT_HEADER_LEN;
    scan->last_offset = 0;
    scan->last_len = SEGMENT_HEADER_LEN;
    scan->group_n = scan->event_n = 0;
    scan->sealed = false;
    scan_refresh(scan);
    return header_link(head, scan);
}

cm_err scan_follows(const struct segment_scan *before, const struct segment_header *head,
                    struct cm_diag *diag) {
    struct segment_scan next = SEGMENT_SCAN_INIT; /* for the name in the diag only */
    next.name = segment_name_of(head->number);
    const struct hash256 *hash = &before->chain.link;
    if (!slice_equal(slice_of(head->previous.b, HASH_LEN), slice_of(hash->b, HASH_LEN)))
        return scan_corrupt(&next, 0, "does not follow the segment before (hash)", diag);
    if (head->number != before->head.number + 1 ||
        head->first_sequence != before->chain.next_sequence)
        return scan_corrupt(&next, 0, "does not follow the segment before (sequence)", diag);
    if (head->last_time_ms != before->chain.last_time_ms || head->epoch < before->head.epoch)
        return scan_corrupt(&next, 0, "does not follow the segment before (time, epoch)", diag);
    return CM_OK;
}

/* Bytes of the file in memory, read ahead as far as the window reaches. */
static cm_err look(struct segment_scan *scan, uint64_t at, size_t len, const uint8_t **p) {
    const bool inside = at >= scan->window_at && at - scan->window_at <= scan->window_len &&
                        scan->window_len - (size_t)(at - scan->window_at) >= len;
    if (!inside) {
        const uint64_t left = scan->head.file_len - at;
        const size_t n = left < GROUP_LEN_MAX ? (size_t)left : GROUP_LEN_MAX;
        scan->window_len = 0;
        TRY(disk_read(scan->fd, scan->window, n, at));
        scan->window_at = at;
        scan->window_len = n;
    }
    *p = scan->window + (at - scan->window_at);
    return CM_OK;
}

/* Why a decoded header cannot be the next one; NULL if it can. */
static const char *header_fault(const struct segment_scan *scan, const struct group_header *h) {
    const uint64_t room = scan->head.file_len - scan->offset;
    const size_t need = group_span(h->payload_len) + (h->kind == GROUP_DATA ? SECTOR_LEN : 0);
    if (h->segment != scan->head.number || h->nonce != scan->head.nonce ||
        h->offset != scan->offset)
        return "a group from another place stands here";
    if (h->epoch != scan->head.epoch) return "the group has another epoch than its segment";
    if (h->first_sequence != scan->chain.next_sequence) return "the sequence does not continue";
    if (h->time_ms < scan->chain.last_time_ms) return "the event time goes back";
    if (!slice_equal(slice_of(h->link.b, HASH_LEN), slice_of(scan->chain.link.b, HASH_LEN)))
        return "the hash of the group before does not match";
    if (need > room) return "the group does not fit its segment";
    if ((h->kind == GROUP_DATA) != (h->count > 0)) return "impossible number of events";
    if (h->kind == GROUP_SEAL && h->payload_len != GROUP_SEAL_PAYLOAD) return "impossible seal";
    return NULL;
}

/* A sector of the group's extent that was never written is still all zero. */
static bool has_unwritten_sector(const uint8_t *whole, size_t span) {
    for (size_t at = SECTOR_LEN; at < span; at += SECTOR_LEN) {
        if (bytes_zero(whole + at, SECTOR_LEN)) return true;
    }
    return false;
}

static const char *body_fault(const struct segment_scan *scan, const struct group_header *h,
                              const uint8_t *whole) {
    const size_t len = GROUP_HEADER_LEN + (size_t)h->payload_len;
    const uint8_t *payload = whole + GROUP_HEADER_LEN;
    if (!bytes_zero(whole + len, group_span(h->payload_len) - len)) return "padding is not zero";
    if (h->kind == GROUP_DATA) {
        return frame_check(slice_of(payload, h->payload_len), h->count) == CM_OK
                   ? NULL
                   : "the event frames do not add up";
    }
    if (get_u64be(payload) != scan->group_n || get_u64be(payload + 8) != scan->event_n)
        return "the seal counts other groups or events";
    return NULL;
}

static cm_err accept(struct segment_scan *scan, const struct group_header *h, const uint8_t *whole,
                     struct journal_group *out) {
    const size_t len = GROUP_HEADER_LEN + (size_t)h->payload_len;
    struct hash256 hash;
    TRY(group_hash(scan->hasher, slice_of(whole, len), &hash));
    *out = (struct journal_group){.epoch = h->epoch,
                                  .segment = h->segment,
                                  .offset = scan->offset,
                                  .first_sequence = h->first_sequence,
                                  .time_ms = h->time_ms,
                                  .count = h->count,
                                  .events = slice_of(whole + GROUP_HEADER_LEN, h->payload_len)};
    for (size_t i = 0; i < sizeof out->hash; i++)
        out->hash[i] = hash.b[i];
    scan->chain.link = hash;
    scan->chain.next_sequence += h->count;
    scan->chain.last_time_ms = h->time_ms;
    scan->last_offset = scan->offset;
    scan->last_len = group_span(h->payload_len);
    scan->offset += scan->last_len;
    scan->sealed = h->kind == GROUP_SEAL;
    scan->group_n += h->kind == GROUP_DATA ? 1u : 0u;
    scan->event_n += h->count;
    return CM_OK;
}

cm_err scan_next(struct segment_scan *scan, enum scan_found *found, struct journal_group *out,
                 struct cm_diag *diag) {
    const uint8_t *whole = NULL;
    struct group_header h;
    if (scan->sealed) {
        *found = SCAN_SEALED;
        return CM_OK;
    }
    if (scan->offset >= scan->head.file_len)
        return scan_corrupt(scan, scan->offset, "the segment is full and has no seal", diag);
    TRY(look(scan, scan->offset, SECTOR_LEN, &whole));
    if (bytes_zero(whole, SECTOR_LEN)) {
        *found = SCAN_STOP;
        return CM_OK;
    }
    if (group_decode(whole, &h) != CM_OK)
        return scan_corrupt(scan, scan->offset, "not a group header", diag);
    const char *fault = header_fault(scan, &h);
    if (fault != NULL) return scan_corrupt(scan, scan->offset, fault, diag);
    const size_t span = group_span(h.payload_len);
    TRY(look(scan, scan->offset, span, &whole));
    if (crc32c(0, slice_of(whole + GROUP_HEADER_LEN, h.payload_len)) != h.payload_crc) {
        if (!has_unwritten_sector(whole, span))
            return scan_corrupt(scan, scan->offset, "the checksum of the group is wrong", diag);
        *found = SCAN_STOP;
        return CM_OK;
    }
    fault = body_fault(scan, &h, whole);
    if (fault != NULL) return scan_corrupt(scan, scan->offset, fault, diag);
    TRY(accept(scan, &h, whole, out));
    *found = scan->sealed ? SCAN_SEALED : SCAN_GROUP;
    return CM_OK;
}

/* A header of this very segment at its own offset: only a durable group can have put it there,
 * since events cannot contain the nonce. */
static bool is_group_of(const struct segment_scan *scan, const uint8_t *sector, uint64_t at) {
    struct group_header h;
    return group_decode(sector, &h) == CM_OK && h.segment == scan->head.number &&
           h.nonce == scan->head.nonce && h.offset == at;
}

/* How far the one group in flight can reach from the present offset. */
static cm_err reach(struct segment_scan *scan, uint64_t *end) {
    const uint8_t *sector = NULL;
    struct group_header h;
    *end = scan->offset;
    if (scan->sealed || scan->offset >= scan->head.file_len) return CM_OK;
    TRY(look(scan, scan->offset, SECTOR_LEN, &sector));
    *end += group_decode(sector, &h) == CM_OK ? group_span(h.payload_len) : GROUP_LEN_MAX;
    return CM_OK;
}

cm_err scan_judge(struct segment_scan *scan, uint64_t *torn_end, struct cm_diag *diag) {
    uint64_t limit = 0;
    uint64_t end = scan->offset;
    TRY(reach(scan, &limit));
    for (uint64_t at = scan->offset; at < scan->head.file_len; at += SECTOR_LEN) {
        const uint8_t *sector = NULL;
        TRY(look(scan, at, SECTOR_LEN, &sector));
        if (bytes_zero(sector, SECTOR_LEN)) continue;
        if (at > scan->offset && is_group_of(scan, sector, at))
            return scan_corrupt(scan, scan->offset, "a bad group, and others behind it", diag);
        if (at >= limit) return scan_corrupt(scan, at, "bytes behind the end of the journal", diag);
        end = at + SECTOR_LEN;
    }
    *torn_end = end;
    return CM_OK;
}
