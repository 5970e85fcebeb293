/* Fuzz target for line/driver: a driver of any language, given units, hostile answers, broken
 * links, wishes of the operator and memories of another life in any order. Whatever happens, every
 * unit leaves once and the books close; a unit's bytes are never said twice, in any life. */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

#include "line/kinds.h"

#define STEP_US  7000u
#define GIVE_MAX 600u
#define CODE_LEN 6u

static const char label[] = "^XA^FD{code}^FS^XZ";
static const char rules[] = "begin <\nend >\nforbid >\nunit S{code}\nack +\nrefuse -\nprinted !\n"
                            "status ?\nstatus-answer =<state>.\nmeans running 1\n"
                            "count #\ncount-answer #<count>.\non Y\noff N\n"
                            "readback R\nreadback-answer r<value>.\n";

/* What goes on over all lives. */
struct world {
    uint64_t now_us, given;
    unsigned char gone[GIVE_MAX]; /* has its fate */
};

static struct driver *make(const struct driver_kind *kind) {
    struct driver *d = NULL;
    const struct driver_options o = {
        .kind = kind,
        .fields = {"code"},
        .template_text = slice_text(kind == &kind_raw ? rules : label),
        .name = "run",
        .address = "ipp://localhost",
        .reply_ms = 50,
        .poll_ms = 10,
        .rest_ms = 20,
    };
    fuzz_require(driver_new(&o, &d, NULL) == CM_OK);
    return d;
}

/* How often the bytes that leave hold the code of a unit: at most once over its life. */
static void look_for_codes(struct cm_slice out, unsigned char *seen) {
    for (size_t i = 0; i + CODE_LEN <= out.len; i++) {
        unsigned serial = 0;
        if (memcmp(out.p + i, "CX", 2) != 0) continue;
        for (size_t k = 2; k < CODE_LEN; k++)
            serial = serial * 10 + (unsigned)(out.p[i + k] - '0');
        fuzz_require(serial < GIVE_MAX && seen[serial] == 0);
        seen[serial] = 1;
    }
}

static void give(struct driver *d, uint64_t *given, uint64_t now_us) {
    char code[16];
    (void)snprintf(code, sizeof code, "CX%04u", (unsigned)*given);
    const struct unit u = {.serial = *given, .texts = {slice_text(code)}};
    if (driver_room(d) == 0 || *given == GIVE_MAX) return;
    fuzz_require(driver_give(d, &u, now_us, NULL) == CM_OK);
    ++*given;
}

static void check_books(struct driver *d, struct world *at) {
    struct report r;
    uint64_t fated = 0;
    for (enum unit_fate f = 0; f < FATE_N; f++)
        fated += driver_fated(d, f);
    fuzz_require(driver_given(d) == fated + driver_in_flight(d));
    while (driver_report(d, &r)) {
        fuzz_require(memchr(r.words, '\0', sizeof r.words) != NULL);
        for (uint64_t i = 0; r.kind == REPORT_FATE && i < r.n; i++)
            fuzz_require(r.serial + i < at->given && at->gone[r.serial + i]++ == 0);
    }
}

/* The program dies: another driver takes over what was in flight, with a memory that is whole, or
 * of the input. Returns how much of the input that took. */
static size_t die(struct driver **d, struct world *at, struct cm_slice memory) {
    struct unit_past past[GIVE_MAX];
    struct buffer own = BUFFER_INIT;
    const size_t n = driver_in_flight(*d);
    size_t k = 0;
    check_books(*d, at);
    for (uint64_t serial = 0; serial < at->given; serial++)
        if (at->gone[serial] == 0) past[k++].serial = serial;
    fuzz_require(k == n);
    driver_memory(*d, &own);
    fuzz_require(own.len <= DRIVER_MEMORY_MAX);
    struct driver *next = make((*d)->kind);
    const struct cm_slice use = memory.len == 0 ? buffer_slice(&own) : memory;
    fuzz_require(driver_remember(next, use, past, n) == CM_OK);
    fuzz_require(driver_given(next) == n);
    driver_free(*d);
    buffer_free(&own);
    *d = next;
    return memory.len;
}

/* One byte of the input is one wish; 0x80 and above hand that many bytes to the driver. */
static size_t act(struct driver **which, const uint8_t *p, size_t len, struct world *at) {
    struct driver *d = *which;
    const uint64_t now_us = at->now_us;
    const size_t n = p[0] < 0x80u ? 0 : (size_t)(p[0] & 0x7Fu);
    const size_t bytes = n < len - 1 ? n : len - 1;
    switch (p[0] < 0x80u ? p[0] & 15u : 16u) {
    case 0: driver_connected(d, now_us); break;
    case 1: driver_disconnected(d, now_us); break;
    case 2: driver_resume(d, now_us); break;
    case 3: driver_passed(d, 1, now_us); break;
    case 4: driver_stop(d, now_us); break;
    case 5: {
        const size_t most = (size_t)(p[0] >> 4) * 8;
        return die(which, at, slice_of(p + 1, most < len - 1 ? most : len - 1)) + 1;
    }
    case 16: driver_hear(d, slice_of(p + 1, bytes), now_us); return bytes + 1;
    default: give(d, &at->given, now_us); break;
    }
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    unsigned char seen[GIVE_MAX] = {0};
    if (len == 0) return 0;
    const struct driver_kind *kind = kind_at(data[0]);
    if (kind == NULL) return 0;
    struct driver *d = make(kind);
    struct world world = {.now_us = STEP_US};
    driver_connected(d, world.now_us);
    for (size_t at = 1; at < len; world.now_us += STEP_US) {
        at += act(&d, data + at, len - at, &world);
        driver_tick(d, world.now_us);
        look_for_codes(driver_out(d), seen);
        driver_left(d, driver_out(d).len, world.now_us);
        check_books(d, &world);
    }
    driver_abandon(d, world.now_us);
    fuzz_require(driver_in_flight(d) == 0);
    check_books(d, &world);
    driver_free(d);
    return 0;
}
