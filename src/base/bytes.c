/* Byte order, slices, cursor, wiping. No allocation, no I/O. */
#include "base/bytes.h"

#include <string.h>

struct cm_slice slice_text(const char *text) {
    return slice_of(text, strlen(text));
}

bool slice_equal(struct cm_slice a, struct cm_slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

void wipe(void *p, size_t len) {
    if (p != NULL) explicit_bzero(p, len);
}

void key_wipe(struct cm_key *key) { wipe(key, sizeof *key); }

struct cm_slice cursor_bytes(struct cursor *c, size_t len) {
    if (c->failed || len > c->left) {
        c->failed = true;
        return slice_of(NULL, 0);
    }
    const struct cm_slice s = slice_of(c->p, len);
    c->p += len;
    c->left -= len;
    return s;
}

void cursor_copy(struct cursor *c, void *out, size_t len) {
    const struct cm_slice s = cursor_bytes(c, len);
    if (c->failed) {
        memset(out, 0, len);
    } else if (len > 0) {
        memcpy(out, s.p, len);
    }
}

uint8_t cursor_u8(struct cursor *c) {
    const struct cm_slice s = cursor_bytes(c, 1);
    return c->failed ? 0 : s.p[0];
}

uint16_t cursor_u16be(struct cursor *c) {
    const struct cm_slice s = cursor_bytes(c, 2);
    return c->failed ? 0 : get_u16be(s.p);
}

uint32_t cursor_u32be(struct cursor *c) {
    const struct cm_slice s = cursor_bytes(c, 4);
    return c->failed ? 0 : get_u32be(s.p);
}

uint64_t cursor_u64be(struct cursor *c) {
    const struct cm_slice s = cursor_bytes(c, 8);
    return c->failed ? 0 : get_u64be(s.p);
}

cm_err cursor_err(const struct cursor *c) { return c->failed ? CM_E_TRUNCATED : CM_OK; }

cm_err cursor_end(const struct cursor *c) {
    if (c->failed) return CM_E_TRUNCATED;
    return c->left == 0 ? CM_OK : CM_E_FORMAT;
}
