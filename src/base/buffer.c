/* Growing buffer: doubles, never shrinks, keeps its error. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

#define BUFFER_FIRST_CAP 256u /* bytes of the first allocation */

void buffer_free(struct buffer *b) {
    free(b->p);
    *b = (struct buffer)BUFFER_INIT;
}

void buffer_wipe(struct buffer *b) {
    wipe(b->p, b->cap);
    buffer_free(b);
}

void buffer_recycle(struct buffer *b, size_t keep) {
    wipe(b->p, b->len);
    b->len = 0;
    b->failed = false;
    if (b->cap > keep) buffer_free(b);
}

uint8_t *buffer_reserve(struct buffer *b, size_t more) {
    if (b->failed) return NULL;
    size_t need;
    if (!checked_add_size(b->len, more, &need)) {
        b->failed = true;
        return NULL;
    }
    if (need > b->cap || b->p == NULL) { /* NULL + 0 is undefined: even nothing gets memory */
        size_t cap = b->cap == 0 ? BUFFER_FIRST_CAP : b->cap;
        while (cap < need && checked_mul_size(cap, 2, &cap)) {
        }
        uint8_t *p = cap < need ? NULL : malloc(cap);
        if (p == NULL) {
            b->failed = true;
            return NULL;
        }
        if (b->p != NULL) memcpy(p, b->p, b->len);
        wipe(b->p, b->cap); /* the buffer may carry secrets; realloc would leave a copy */
        free(b->p);
        b->p = p;
        b->cap = cap;
    }
    return b->p + b->len;
}

void buffer_put(struct buffer *b, const void *p, size_t len) {
    uint8_t *to = buffer_reserve(b, len);
    if (to == NULL || len == 0) return;
    memcpy(to, p, len);
    b->len += len;
}

void buffer_text(struct buffer *b, const char *text) { buffer_put(b, text, strlen(text)); }

void buffer_printf(struct buffer *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    const int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    uint8_t *to = len < 0 ? NULL : buffer_reserve(b, (size_t)len + 1);
    if (to != NULL) {
        (void)vsnprintf((char *)to, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    } else {
        b->failed = true;
    }
    va_end(again);
}

void buffer_u8(struct buffer *b, uint8_t v) { buffer_put(b, &v, 1); }

void buffer_u16be(struct buffer *b, uint16_t v) {
    uint8_t be[2];
    put_u16be(be, v);
    buffer_put(b, be, sizeof be);
}

void buffer_u32be(struct buffer *b, uint32_t v) {
    uint8_t be[4];
    put_u32be(be, v);
    buffer_put(b, be, sizeof be);
}

void buffer_u64be(struct buffer *b, uint64_t v) {
    uint8_t be[8];
    put_u64be(be, v);
    buffer_put(b, be, sizeof be);
}

const char *buffer_cstr(struct buffer *b) {
    uint8_t *end = buffer_reserve(b, 1);
    if (end == NULL) return NULL;
    *end = '\0';
    return (const char *)b->p;
}

cm_err buffer_err(const struct buffer *b) { return b->failed ? CM_E_NO_MEMORY : CM_OK; }
