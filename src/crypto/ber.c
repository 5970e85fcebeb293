/* A pull reader: heads go through a small window, bodies straight to the caller. */
#include "crypto/ber.h"

#include <string.h>

#define CONSTRUCTED 0x20u
#define TAG_LONG    0x1Fu /* low bits of a tag that goes on: X.690 8.1.2.4 */
#define LEN_LONG    0x80u /* X.690 8.1.3.5; alone: indefinite, 8.1.3.6 */
#define LEN_OCTETS  5u    /* most octets of a length: BER_LEN_MAX */
#define INDEFINITE  UINT64_MAX

static cm_err memory_pull(void *self, uint8_t *to, size_t cap, size_t *n) {
    struct cm_slice *rest = self;
    *n = rest->len < cap ? rest->len : cap;
    if (*n > 0) memcpy(to, rest->p, *n);
    *rest = slice_of(rest->p + *n, rest->len - *n);
    return CM_OK;
}

struct ber_source ber_memory(struct cm_slice *rest) {
    return (struct ber_source){.pull = memory_pull, .self = rest};
}

void ber_begin(struct ber_reader *r, struct ber_source source) {
    memset(r, 0, sizeof *r);
    r->source = source;
}

static void fail(struct ber_reader *r, cm_err err) {
    if (r->err == CM_OK) r->err = err;
}

static bool fill(struct ber_reader *r) {
    if (r->err != CM_OK || r->at < r->have) return r->err == CM_OK;
    size_t n = 0;
    const cm_err err = r->source.pull(r->source.self, r->window, sizeof r->window, &n);
    if (err != CM_OK) fail(r, err);
    r->at = 0;
    r->have = err == CM_OK ? n : 0;
    return r->have > 0;
}

static uint8_t next_byte(struct ber_reader *r) {
    if (!fill(r)) {
        fail(r, CM_E_TRUNCATED);
        return 0;
    }
    r->offset++;
    return r->window[r->at++];
}

/* Up to len bytes: what the window holds, or past it from the source. 0 when that failed. */
static size_t read_some(struct ber_reader *r, uint8_t *to, size_t len) {
    size_t n = r->have - r->at < len ? r->have - r->at : len;
    if (n > 0) {
        memcpy(to, r->window + r->at, n);
        r->at += n;
        return n;
    }
    const cm_err err = r->source.pull(r->source.self, to, len, &n);
    if (err == CM_OK && n > 0) return n;
    fail(r, err != CM_OK ? err : CM_E_TRUNCATED);
    return 0;
}

/* Read exactly len bytes. */
static void read_bytes(struct ber_reader *r, uint8_t *to, size_t len) {
    while (len > 0 && r->err == CM_OK) {
        const size_t n = read_some(r, to, len);
        to += n;
        len -= n;
        r->offset += n;
    }
}

static uint64_t open_end(const struct ber_reader *r) {
    return r->depth > 0 ? r->ends[r->depth - 1] : INDEFINITE;
}

uint8_t ber_peek(struct ber_reader *r) {
    if (r->err != CM_OK || r->offset == open_end(r) || !fill(r)) return 0;
    return r->window[r->at];
}

static uint64_t read_len(struct ber_reader *r, uint8_t tag) {
    const uint8_t first = next_byte(r);
    if (first < LEN_LONG) return first;
    if (first == LEN_LONG) {
        if ((tag & CONSTRUCTED) == 0) fail(r, CM_E_FORMAT);
        return INDEFINITE;
    }
    uint64_t len = 0;
    const unsigned n = first - LEN_LONG;
    if (n > LEN_OCTETS + 1) fail(r, CM_E_FORMAT);
    for (unsigned i = 0; i < n && r->err == CM_OK; i++)
        len = len << 8 | next_byte(r);
    if (len > BER_LEN_MAX) fail(r, CM_E_FORMAT);
    return len;
}

/* The length of an element whose tag must be this; it fits into the open one. */
static uint64_t read_head(struct ber_reader *r, uint8_t tag) {
    const uint8_t found = ber_peek(r);
    if (r->err == CM_OK && found == 0 && r->have == r->at) fail(r, CM_E_TRUNCATED);
    if (found != tag || (tag & TAG_LONG) == TAG_LONG) fail(r, CM_E_FORMAT);
    (void)next_byte(r);
    const uint64_t len = read_len(r, tag);
    const uint64_t end = open_end(r);
    if (end != INDEFINITE && (r->offset > end || (len != INDEFINITE && len > end - r->offset)))
        fail(r, CM_E_FORMAT);
    return r->err == CM_OK ? len : 0;
}

void ber_enter(struct ber_reader *r, uint8_t tag, bool *indefinite) {
    const uint64_t len = read_head(r, tag);
    if (r->depth >= BER_DEPTH) fail(r, CM_E_FORMAT);
    if (r->err != CM_OK) return;
    r->ends[r->depth++] = len == INDEFINITE ? INDEFINITE : r->offset + len;
    if (indefinite != NULL) *indefinite = len == INDEFINITE;
}

void ber_leave(struct ber_reader *r) {
    if (r->err == CM_OK && r->depth == 0) fail(r, CM_E_ARGUMENT);
    if (r->err != CM_OK) return;
    const uint64_t end = r->ends[r->depth - 1];
    if (end == INDEFINITE) {
        const uint8_t tag = next_byte(r), len = next_byte(r);
        if (tag != 0 || len != 0) fail(r, CM_E_FORMAT);
    } else if (r->offset != end) {
        fail(r, CM_E_FORMAT);
    }
    r->depth--;
}

void ber_whole(struct ber_reader *r, uint8_t tag, size_t max, struct buffer *out) {
    const uint64_t len = read_head(r, tag);
    if (r->err == CM_OK && (len == INDEFINITE || len > max)) fail(r, CM_E_FORMAT);
    if (r->err != CM_OK) return;
    uint8_t head[BER_HEAD_CAP];
    const size_t head_len = ber_head_before(head + sizeof head, tag, len);
    buffer_put(out, head + sizeof head - head_len, head_len);
    uint8_t *to = buffer_reserve(out, (size_t)len);
    if (to == NULL) {
        fail(r, CM_E_NO_MEMORY);
        return;
    }
    read_bytes(r, to, (size_t)len);
    if (r->err == CM_OK) out->len += (size_t)len;
}

void ber_expect(struct ber_reader *r, struct cm_slice element) {
    CM_CLEANUP(buffer_free) struct buffer found = BUFFER_INIT;
    ber_whole(r, element.p[0], element.len, &found);
    if (r->err == CM_OK && !slice_equal(buffer_slice(&found), element)) fail(r, CM_E_FORMAT);
}

void ber_string_begin(struct ber_reader *r, uint8_t one, uint8_t many) {
    r->pieces = ber_peek(r) == many;
    r->in_string = true;
    r->piece_left = 0;
    if (r->pieces)
        ber_enter(r, many, NULL);
    else
        r->piece_left = read_head(r, one);
}

static void string_end(struct ber_reader *r) {
    if (r->pieces) ber_leave(r);
    r->in_string = false;
}

void ber_string_next(struct ber_reader *r, uint8_t *to, size_t cap, size_t *n) {
    *n = 0;
    while (r->err == CM_OK && r->in_string && r->piece_left == 0) {
        if (r->pieces && ber_peek(r) == BER_OCTETS)
            r->piece_left = read_head(r, BER_OCTETS);
        else
            string_end(r);
    }
    if (r->err != CM_OK || !r->in_string) return;
    const size_t len = r->piece_left < cap ? (size_t)r->piece_left : cap;
    read_bytes(r, to, len);
    if (r->err != CM_OK) return;
    r->piece_left -= len;
    *n = len;
}

cm_err ber_err(const struct ber_reader *r) { return r->err; }

cm_err ber_end(struct ber_reader *r) {
    if (r->err == CM_OK && (r->depth > 0 || r->in_string || fill(r))) fail(r, CM_E_FORMAT);
    return r->err;
}

size_t ber_head_before(uint8_t *end, uint8_t tag, uint64_t len) {
    uint8_t *p = end;
    if (len < LEN_LONG) {
        *--p = (uint8_t)len;
    } else {
        uint8_t octets = 0;
        for (uint64_t rest = len; rest > 0; rest >>= 8, octets++)
            *--p = (uint8_t)(rest & 0xFFu);
        *--p = (uint8_t)(LEN_LONG | octets);
    }
    *--p = tag;
    return (size_t)(end - p);
}
