/* Fuzz target for the cursor of base/bytes: a script of reads never passes the end, the count of
 * bytes handed out plus the bytes left is always the whole, and a failure sticks. */
#include "fuzz/fuzz.h"

#include "base/bytes.h"

/* One read as told by `op`; returns how many bytes it takes when it succeeds. */
static size_t read_one(struct cursor *c, uint8_t op) {
    switch (op & 7u) {
    case 0: (void)cursor_u8(c); return 1;
    case 1: (void)cursor_u16be(c); return 2;
    case 2: (void)cursor_u32be(c); return 4;
    case 3: (void)cursor_u64be(c); return 8;
    default: (void)cursor_bytes(c, op); return op;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct cursor script = cursor_over(slice_of(data, len));
    struct cursor c = cursor_over(slice_of(data, len));
    size_t taken = 0;
    while (script.left > 0) {
        const bool failed_before = c.failed;
        const size_t n = read_one(&c, cursor_u8(&script));
        if (!c.failed) taken += n;
        fuzz_require(!failed_before || c.failed);
        fuzz_require(c.failed || taken + c.left == len);
    }
    fuzz_require((cursor_err(&c) == CM_OK) == !c.failed);
    return 0;
}
