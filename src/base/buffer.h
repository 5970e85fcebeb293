/* A growing byte buffer with a sticky error, for building texts, frames and records.
 * After an allocation fails every later call does nothing; buffer_err says so once at the end. */
#ifndef CM_BASE_BUFFER_H
#define CM_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct buffer {
    uint8_t *p;
    size_t len, cap;
    bool failed;
};
#define BUFFER_INIT                                                                                \
    { NULL, 0, 0, false }

/* Free and leave an empty buffer; buffer_wipe zeroes the bytes first. */
void buffer_free(struct buffer *b);
void buffer_wipe(struct buffer *b);
/* Empty it for its next use: what was written is wiped, room beyond `keep` bytes is given back. */
void buffer_recycle(struct buffer *b, size_t keep);
/* Make room for `more` bytes and return where they go (len unchanged), or NULL when failed. */
uint8_t *buffer_reserve(struct buffer *b, size_t more);
void buffer_put(struct buffer *b, const void *p, size_t len);
void buffer_text(struct buffer *b, const char *text);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_u8(struct buffer *b, uint8_t v);
void buffer_u16be(struct buffer *b, uint16_t v);
void buffer_u32be(struct buffer *b, uint32_t v);
void buffer_u64be(struct buffer *b, uint64_t v);
/* Append a NUL that does not count in len and return the text, or NULL when failed. */
const char *buffer_cstr(struct buffer *b);
static inline struct cm_slice buffer_slice(const struct buffer *b) {
    return slice_of(b->p, b->len);
}
static inline void buffer_clear(struct buffer *b) { b->len = 0; }
/* CM_OK or CM_E_NO_MEMORY. */
CM_MUST_CHECK cm_err buffer_err(const struct buffer *b);

#endif
