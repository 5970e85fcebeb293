/* Writing and reading of the backup's framing: docs/design/backup.md, table by table. */
#include "ledger/backup_stream.h"

#include <string.h>

#include "base/crc32c.h"
#include "base/macros.h"

#define HEAD_LEN 48u /* magic 8, format 4, workspace 16, made 8, position 8, CRC 4 */
#define PART_LEN 10u /* mark 1, kind 1, number 8 */
#define TAIL_LEN 12u /* length of a part 8, CRC 4 */
#define END_LEN  12u /* parts 4, end 8; the CRC of everything follows */

static const uint8_t magic[8] = {'C', 'M', 'B', 'A', 'C', 'K', 'U', 'P'};
enum { MARK_PART = 'P', MARK_END = 'E' };

static cm_err emit(struct backup_out *o, const void *p, size_t len) {
    const struct cm_slice bytes = slice_of(p, len);
    o->sum = crc32c(o->sum, bytes);
    o->len += len;
    return o->sink->write(o->sink->ctx, bytes);
}

cm_err out_head(struct backup_out *o, const struct backup_report *r) {
    uint8_t head[HEAD_LEN];
    memcpy(head, magic, sizeof magic);
    put_u32be(head + 8, BACKUP_FORMAT);
    memcpy(head + 12, r->workspace_id, sizeof r->workspace_id);
    put_u64be(head + 28, r->made_ms);
    put_u64be(head + 36, r->position);
    put_u32be(head + 44, crc32c(0, slice_of(head, 44)));
    return emit(o, head, sizeof head);
}

cm_err out_part(struct backup_out *o, enum backup_part kind, uint64_t number) {
    uint8_t head[PART_LEN] = {MARK_PART, (uint8_t)kind};
    put_u64be(head + 2, number);
    o->part_sum = 0;
    o->part_len = 0;
    o->parts++;
    return emit(o, head, sizeof head);
}

cm_err out_bytes(struct backup_out *o, struct cm_slice bytes) {
    while (bytes.len > 0) {
        const size_t n = bytes.len < BACKUP_CHUNK_MAX ? bytes.len : BACKUP_CHUNK_MAX;
        uint8_t len[sizeof(uint32_t)];
        put_u32be(len, (uint32_t)n);
        TRY(emit(o, len, sizeof len));
        TRY(emit(o, bytes.p, n));
        o->part_sum = crc32c(o->part_sum, slice_of(bytes.p, n));
        o->part_len += n;
        bytes = slice_of(bytes.p + n, bytes.len - n);
    }
    return CM_OK;
}

cm_err out_part_end(struct backup_out *o) {
    uint8_t tail[sizeof(uint32_t) + TAIL_LEN] = {0};
    put_u64be(tail + 4, o->part_len);
    put_u32be(tail + 12, o->part_sum);
    return emit(o, tail, sizeof tail);
}

cm_err out_end(struct backup_out *o, uint64_t end) {
    uint8_t bytes[1 + END_LEN] = {MARK_END};
    put_u32be(bytes + 1, o->parts);
    put_u64be(bytes + 5, end);
    TRY(emit(o, bytes, sizeof bytes));
    uint8_t sum[sizeof(uint32_t)];
    put_u32be(sum, o->sum);
    return emit(o, sum, sizeof sum);
}

static cm_err take_in(struct backup_in *i, uint8_t *out, size_t len) {
    for (size_t have = 0; have < len;) {
        size_t n = 0;
        TRY(i->feed->read(i->feed->ctx, out + have, len - have, &n));
        if (n == 0) return CM_E_TRUNCATED;
        have += n;
    }
    i->sum = crc32c(i->sum, slice_of(out, len));
    i->len += len;
    return CM_OK;
}

cm_err in_head(struct backup_in *i, struct backup_report *r) {
    uint8_t head[HEAD_LEN];
    TRY(take_in(i, head, sizeof magic));
    if (memcmp(head, magic, sizeof magic) != 0) return CM_E_FORMAT;
    TRY(take_in(i, head + sizeof magic, HEAD_LEN - sizeof magic));
    if (crc32c(0, slice_of(head, 44)) != get_u32be(head + 44)) return CM_E_CORRUPT;
    if (get_u32be(head + 8) != BACKUP_FORMAT) return CM_E_VERSION;
    memcpy(r->workspace_id, head + 12, sizeof r->workspace_id);
    r->made_ms = get_u64be(head + 28);
    r->position = get_u64be(head + 36);
    return CM_OK;
}

static cm_err in_end(struct backup_in *i, uint64_t *end) {
    uint8_t bytes[END_LEN], sum[sizeof(uint32_t)], beyond;
    TRY(take_in(i, bytes, sizeof bytes));
    const uint32_t whole = i->sum;
    TRY(take_in(i, sum, sizeof sum));
    if (get_u32be(sum) != whole || get_u32be(bytes) != i->parts) return CM_E_CORRUPT;
    size_t n = 0;
    TRY(i->feed->read(i->feed->ctx, &beyond, sizeof beyond, &n));
    if (n != 0) return CM_E_CORRUPT; /* something was appended */
    *end = get_u64be(bytes + 4);
    return CM_OK;
}

cm_err in_part(struct backup_in *i, enum backup_part *kind, uint64_t *number, uint64_t *end,
               bool *more) {
    uint8_t mark, head[PART_LEN - 1];
    TRY(take_in(i, &mark, sizeof mark));
    *more = mark == MARK_PART;
    if (mark == MARK_END) return in_end(i, end);
    if (mark != MARK_PART) return CM_E_CORRUPT;
    TRY(take_in(i, head, sizeof head));
    if (head[0] < BACKUP_WORKSPACE || head[0] > BACKUP_SIGNER) return CM_E_CORRUPT;
    *kind = (enum backup_part)head[0];
    *number = get_u64be(head + 1);
    i->part_sum = 0;
    i->part_len = 0;
    i->parts++;
    return CM_OK;
}

cm_err in_chunk(struct backup_in *i, struct cm_slice *bytes) {
    uint8_t len[sizeof(uint32_t)], tail[TAIL_LEN];
    TRY(take_in(i, len, sizeof len));
    const uint32_t n = get_u32be(len);
    if (n > BACKUP_CHUNK_MAX) return CM_E_CORRUPT;
    TRY(take_in(i, i->chunk, n));
    *bytes = slice_of(i->chunk, n);
    i->part_sum = crc32c(i->part_sum, *bytes);
    i->part_len += n;
    if (n > 0) return CM_OK;
    TRY(take_in(i, tail, sizeof tail));
    const bool holds = get_u64be(tail) == i->part_len && get_u32be(tail + 8) == i->part_sum;
    return holds ? CM_OK : CM_E_CORRUPT;
}
