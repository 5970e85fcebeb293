/* Slices, big-endian integers, a reading cursor with a sticky error, wiping.
 * Parsing anywhere in the project goes through the cursor: it cannot run past its end. */
#ifndef CM_BASE_BYTES_H
#define CM_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "countermark/bytes.h"
#include "countermark/error.h"

/* A slice over a NUL-terminated text, without the NUL. */
struct cm_slice slice_text(const char *text);
static inline struct cm_slice slice_of(const void *p, size_t len) {
    return (struct cm_slice){.p = p, .len = len};
}
/* Equality of public bytes; secrets are compared by secret_equal (crypto room). */
bool slice_equal(struct cm_slice a, struct cm_slice b);

/* Big-endian stores and loads: here, so that compilers make one instruction of each. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "countermark is built for LE hosts");

static inline void put_u16be(uint8_t *p, uint16_t v) {
    const uint16_t be = __builtin_bswap16(v);
    memcpy(p, &be, sizeof be);
}
static inline void put_u32be(uint8_t *p, uint32_t v) {
    const uint32_t be = __builtin_bswap32(v);
    memcpy(p, &be, sizeof be);
}
static inline void put_u64be(uint8_t *p, uint64_t v) {
    const uint64_t be = __builtin_bswap64(v);
    memcpy(p, &be, sizeof be);
}
static inline uint16_t get_u16be(const uint8_t *p) {
    uint16_t be;
    memcpy(&be, p, sizeof be);
    return __builtin_bswap16(be);
}
static inline uint32_t get_u32be(const uint8_t *p) {
    uint32_t be;
    memcpy(&be, p, sizeof be);
    return __builtin_bswap32(be);
}
static inline uint64_t get_u64be(const uint8_t *p) {
    uint64_t be;
    memcpy(&be, p, sizeof be);
    return __builtin_bswap64(be);
}

/* Overwrite with zeros in a way the compiler must keep. */
void wipe(void *p, size_t len);
void key_wipe(struct cm_key *key);
#define CM_KEY_SCOPED CM_CLEANUP(key_wipe)

/* Reads that fail leave the cursor failed and yield zero; check cursor_err once at the end. */
struct cursor {
    const uint8_t *p;
    size_t left;
    bool failed;
};
static inline struct cursor cursor_over(struct cm_slice s) {
    return (struct cursor){.p = s.p, .left = s.len, .failed = false};
}
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16be(struct cursor *c);
uint32_t cursor_u32be(struct cursor *c);
uint64_t cursor_u64be(struct cursor *c);
/* Borrow `len` bytes of the underlying memory; an empty slice when too few are left. */
struct cm_slice cursor_bytes(struct cursor *c, size_t len);
void cursor_copy(struct cursor *c, void *out, size_t len);
/* CM_OK, or CM_E_TRUNCATED if any read failed. */
CM_MUST_CHECK cm_err cursor_err(const struct cursor *c);
/* As cursor_err, and CM_E_FORMAT if bytes are left over. */
CM_MUST_CHECK cm_err cursor_end(const struct cursor *c);

#endif
