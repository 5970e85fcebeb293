/* The bytes of the run journal: records and groups, made and read strictly. Reference:
 * run_journal_inside.h; byte table in docs/design/runs.md. */
#include <stdlib.h>

#include "base/crc32c.h"
#include "line/run_journal_inside.h"

#define CRC_FROM 8u /* the checksum covers the group from here on */

/* ---- Records -------------------------------------------------------------------------------- */

static bool has_span(enum record_type type) {
    return type == RECORD_HOLD || type == RECORD_HOLE || type == RECORD_SENT ||
           type == RECORD_FATE || type == RECORD_FORGET;
}

static size_t body_len(const struct run_record *r) {
    if (has_span(r->type)) return RECORD_SPAN_LEN;
    if (r->type == RECORD_LET_GO) return sizeof r->number;
    return r->type == RECORD_BEGIN || r->type == RECORD_MEMORY ? r->bytes.len : 0;
}

void run_record_put(struct buffer *out, const struct run_record *r) {
    buffer_u8(out, (uint8_t)r->type);
    buffer_u8(out, 0);
    buffer_u16be(out, (uint16_t)body_len(r));
    buffer_u32be(out, r->run);
    if (has_span(r->type)) {
        buffer_u32be(out, r->span.set);
        buffer_u64be(out, r->span.first);
        buffer_u64be(out, r->span.count);
        buffer_u8(out, r->type == RECORD_FATE ? r->span.stage : 0);
        buffer_u8(out, r->type == RECORD_FATE ? r->span.cause : 0);
        buffer_u16be(out, 0);
        return;
    }
    if (r->type == RECORD_LET_GO) {
        buffer_u64be(out, r->number);
        return;
    }
    buffer_put(out, r->bytes.p, r->bytes.len);
}

static cm_err take_span(struct cursor *c, struct run_record *out) {
    out->span.set = cursor_u32be(c);
    out->span.first = cursor_u64be(c);
    out->span.count = cursor_u64be(c);
    out->span.stage = cursor_u8(c);
    out->span.cause = cursor_u8(c);
    const uint16_t zero = cursor_u16be(c);
    const bool fate = out->type == RECORD_FATE;
    if (zero != 0 || out->span.cause >= CM_CAUSE_N) return CM_E_FORMAT;
    if (!fate && (out->span.stage != 0 || out->span.cause != 0)) return CM_E_FORMAT;
    return CM_OK;
}

cm_err run_record_take(struct cursor *c, struct run_record *out) {
    *out = (struct run_record){.type = RECORD_BEGIN};
    const uint8_t type = cursor_u8(c), zero = cursor_u8(c);
    const uint16_t len = cursor_u16be(c);
    out->run = cursor_u32be(c);
    struct cursor body = cursor_over(cursor_bytes(c, len));
    TRY(cursor_err(c));
    if (type < RECORD_BEGIN || type > RECORD_LET_GO || zero != 0) return CM_E_FORMAT;
    out->type = (enum record_type)type;
    if (has_span(out->type)) TRY(take_span(&body, out));
    if (out->type == RECORD_LET_GO) out->number = cursor_u64be(&body);
    if (out->type == RECORD_BEGIN || out->type == RECORD_MEMORY)
        out->bytes = cursor_bytes(&body, body.left);
    return cursor_end(&body);
}

/* ---- Groups --------------------------------------------------------------------------------- */

cm_err run_group_make(const struct run_journal *j, struct cm_slice records, struct buffer *out) {
    const size_t len = GROUP_HEADER_LEN + records.len;
    if (records.len > UINT32_MAX) return CM_E_RANGE;
    buffer_clear(out);
    uint8_t *p = buffer_reserve(out, 2 * len);
    if (p == NULL) {
        out->failed = false;
        return CM_E_NO_MEMORY;
    }
    memset(p, 0, GROUP_HEADER_LEN);
    put_u32be(p, GROUP_MAGIC);
    put_u32be(p + 8, (uint32_t)records.len);
    p[12] = GROUP_VERSION;
    put_u64be(p + 16, j->sequence);
    put_u64be(p + 24, j->generation);
    if (records.len > 0) memcpy(p + GROUP_HEADER_LEN, records.p, records.len);
    put_u32be(p + 4, crc32c(0, slice_of(p + CRC_FROM, len - CRC_FROM)));
    memcpy(p + len, p, len);
    out->len = 2 * len;
    return CM_OK;
}

struct group {
    uint64_t sequence, generation;
    unsigned version;
    struct cm_slice records;
    size_t len;
};

/* Whether a whole group begins here. */
static bool take_group(struct cm_slice rest, struct group *out) {
    struct cursor c = cursor_over(rest);
    const uint32_t magic = cursor_u32be(&c), crc = cursor_u32be(&c), len = cursor_u32be(&c);
    out->version = cursor_u8(&c);
    (void)cursor_bytes(&c, 3);
    out->sequence = cursor_u64be(&c);
    out->generation = cursor_u64be(&c);
    out->records = cursor_bytes(&c, len);
    if (c.failed || magic != GROUP_MAGIC) return false;
    out->len = GROUP_HEADER_LEN + len;
    return crc32c(0, slice_of(rest.p + CRC_FROM, out->len - CRC_FROM)) == crc;
}

/* The next whole group of this file at or behind *at. Bytes between are damage, or an end. */
static bool next_group(const struct run_journal *j, struct cm_slice file, size_t *at,
                       struct group *out) {
    static const uint8_t magic[] = {'C', 'M', 'R', 'J'};
    while (*at < file.len) {
        const uint8_t *found = memmem(file.p + *at, file.len - *at, magic, sizeof magic);
        if (found == NULL) return false;
        *at = (size_t)(found - file.p);
        const bool whole = take_group(slice_of(found, file.len - *at), out);
        if (whole && (j->generation == 0 || out->generation == j->generation)) return true;
        ++*at;
    }
    return false;
}

static cm_err apply_records(struct run_journal *j, struct cm_slice records) {
    struct cursor c = cursor_over(records);
    struct run_record r;
    while (c.left > 0) {
        if (run_record_take(&c, &r) != CM_OK) return CM_E_CORRUPT;
        const cm_err err = run_record_apply(j, &r);
        if (err != CM_OK) return err == CM_E_NO_MEMORY ? err : CM_E_CORRUPT;
    }
    return CM_OK;
}

cm_err run_journal_replay(struct run_journal *j, struct cm_slice file) {
    struct group g;
    size_t at = 0;
    j->generation = 0;
    bool begun = false;
    while (next_group(j, file, &at, &g)) {
        at += g.len;
        if (begun && g.sequence == j->sequence - 1) continue; /* the second copy */
        if (begun && g.sequence != j->sequence) return CM_E_CORRUPT;
        if (g.version != GROUP_VERSION) return CM_E_VERSION;
        if (!begun && (g.generation == 0 || g.records.len == 0 || g.records.p[0] != RECORD_BEGIN))
            return CM_E_CORRUPT;
        begun = true;
        j->generation = g.generation;
        j->sequence = g.sequence + 1;
        TRY(apply_records(j, g.records));
    }
    return begun ? CM_OK : CM_E_CORRUPT;
}
