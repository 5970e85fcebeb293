/* References as in lines_hall.h. */
#include "lines_hall.h"

#include "support/cm.h"
#include "support/printers/grammars.h"
#include "support/printers/hall.h"

struct hall *lines_hall_open(size_t n, uint64_t rate_per_minute) {
    struct hall *h = NULL;
    assert_ok(hall_new(&h, NULL));
    for (size_t i = 0; i < n; i++) {
        const struct printer_options o = {.grammar = grammar_named("zpl"),
                                          .keep_record = true,
                                          .rate_per_minute = rate_per_minute,
                                          .seed = i};
        struct printer *p = NULL;
        assert_ok(printer_new(&o, &p, NULL));
        assert_ok(hall_add(h, p, "0", NULL));
    }
    return h;
}

void lines_hall_close(struct hall *h) { hall_free(h); }
void lines_hall_turn(struct hall *h) { assert_ok(hall_turn(h, 0)); }
uint16_t lines_hall_port(const struct hall *h, size_t i) { return hall_port(h, i); }

void lines_hall_off(struct hall *h, size_t i) {
    const struct fault off = {.what = FAULT_POWER, .ms = (uint64_t)1 << 40};
    printer_fault(hall_printer(h, i), &off);
}

uint64_t lines_hall_taken(const struct hall *h, size_t i) {
    return record_count(hall_printer(h, i)->record, RECORD_TAKEN);
}

uint64_t lines_hall_printed(const struct hall *h, size_t i) {
    return record_count(hall_printer(h, i)->record, RECORD_PRINTED);
}

size_t lines_hall_twice(const struct hall *h, size_t i) {
    return record_duplicates(hall_printer(h, i)->record, 1u << RECORD_TAKEN);
}
