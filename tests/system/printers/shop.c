/* A hall of emulators on a thread. References as in shop.h. */
#include "shop.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "support/cm.h"
#include "support/printers/grammars.h"

#define PRODUCT_US 500000u /* between two products: a slot coder has time to be renewed */
#define TURN_MS    20u
#define FILE_MOST  65536u

const struct shop_address shop_addresses[SHOP_ADDRESSES] = {
    {"zpl", "zpl+tcp://", ""},
    {"ztc", "ztc+tcp://", ""},
    {"sppl", "sppl+tcp://", ""},
    {"wsi", "wsi+tcp://", ""},
    {"codenet", "raw+tcp://", "?protocol=codenet"},
    {"ngpcl", "raw+tcp://", "?protocol=ngpcl"},
    {"any", "tcp://", ""}};

static void *keep_open(void *ctx) {
    struct shop *s = ctx;
    uint64_t product_us = clock_monotonic_us();
    while (!atomic_load(&s->closing)) {
        cm_ignore(hall_turn(s->hall, TURN_MS)); /* records are kept in memory: nothing can fail */
        if (clock_monotonic_us() < product_us) continue;
        product_us += PRODUCT_US;
        for (size_t i = 0; i < hall_n(s->hall); i++)
            if (s->moves[i]) printer_products(hall_printer(s->hall, i), 1);
    }
    return NULL;
}

void shop_add(struct shop *s, size_t kind, const char *faults, bool moves) {
    struct printer *p = NULL;
    assert_true(hall_n(s->hall) < SHOP_MOST);
    s->moves[hall_n(s->hall)] = moves;
    struct printer_options o = {.grammar = grammar_named(shop_addresses[kind].kind),
                                .faults = slice_text(faults),
                                .keep_record = true,
                                .manual = true,
                                .total = 31084};
    if (o.grammar == NULL) {
        char path[1024];
        struct buffer text = BUFFER_INIT;
        (void)snprintf(path, sizeof path,
                       CM_SOURCE_DIR "/tests/support/printers/protocols/%s.rules",
                       shop_addresses[kind].kind);
        assert_ok(file_read(path, FILE_MOST, &text, NULL));
        if (s->rules[kind] == NULL)
            assert_ok(protocol_parse(buffer_slice(&text), path, &s->rules[kind], NULL));
        buffer_free(&text);
        o.grammar = &grammar_raw;
        o.grammar_data = s->rules[kind];
    }
    assert_ok(printer_new(&o, &p, NULL));
    assert_ok(hall_add(s->hall, p, "0", NULL));
}

void shop_open(struct shop *s) {
    *s = (struct shop){.hall = NULL};
    assert_ok(hall_new(&s->hall, NULL));
}

void shop_serve(struct shop *s) {
    assert_int_equal(pthread_create(&s->thread, NULL, keep_open, s), 0);
}

void shop_stop(struct shop *s) {
    atomic_store(&s->closing, true);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
}

void shop_close(struct shop *s) {
    hall_free(s->hall);
    for (size_t i = 0; i < SHOP_KINDS; i++)
        protocol_free(s->rules[i]);
}
