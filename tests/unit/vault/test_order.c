/* Orders as documents, and their units as records: written and read back byte for byte; the same
 * units again after a stop; serials of records with holes between them. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "engine/orders.h"
#include "support/world.h"
#include "vault/order.h"
#include "vault/order_look.h"
#include "vault/order_serials.h"
#include "vault/order_units.h"

/* An order as order.make leaves it. */
static void fill(struct order *o, uint32_t set, uint64_t count) {
    *o = (struct order)ORDER_INIT;
    o->id = 1;
    o->set = set;
    o->test = true;
    o->count = count;
    o->made_ms = WORLD_NOW_MS;
    o->part_n = 1;
    (void)snprintf(o->name, sizeof o->name, "spring \"sale\"");
    (void)snprintf(o->parts[0].recipient, sizeof o->parts[0].recipient, "CN = bureau");
    (void)snprintf(o->parts[0].template_name, sizeof o->parts[0].template_name, "plain-list");
    buffer_text(&o->parts[0].keys, "-----BEGIN CERTIFICATE-----\n");
    buffer_text(&o->parts[0].template_text, "{}");
    o->parts[0].sequence = 1;
}

static void a_document_comes_back_byte_for_byte(void **state) {
    (void)state;
    CM_CLEANUP(order_wipe) struct order o, again = ORDER_INIT;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, text2 = BUFFER_INIT;
    fill(&o, 7, 1000);
    assert_ok(order_add_range(&o, &(struct order_range){.first = 5, .count = 600, .units = 590}));
    assert_ok(order_add_range(&o, &(struct order_range){.first = 605, .count = 100, .units = 100}));
    assert_ok(order_add_range(&o, &(struct order_range){.first = 900, .count = 20, .units = 20}));
    assert_int_equal(o.range_n, 2); /* neighbours become one */
    assert_int_equal(o.issued, 710);
    const struct order_approval approval = {.what = "release", .operator= "bob", .at_ms = 9};
    assert_ok(order_add_approval(&o, &approval));
    const struct order_return back = {.at_ms = 3, .lines = 4, .taken = 3, .quarantined = 1};
    assert_ok(order_add_return(&o, &back));
    o.counts = (struct order_counts){.produced = 1, .quarantined = 2};
    buffer_put(&o.book, "\x00\x05\x03\x80\x07", 5);
    (void)snprintf(o.options.images, sizeof o.options.images, "qr");
    const struct order_file zip = {.name = "images.zip.cms", .images = true, .records = 710};
    assert_ok(order_add_file(&o.parts[0], &zip));
    assert_ok(order_write(&o, &text));
    assert_ok(order_read(buffer_slice(&text), 1, &again, NULL));
    assert_ok(order_write(&again, &text2));
    assert_true(slice_equal(buffer_slice(&text), buffer_slice(&text2)));
    assert_int_equal(again.issued, 710);
    assert_string_equal(again.options.images, "qr");
    assert_true(again.parts[0].files[0].images && !again.parts[0].files[0].layout);
    assert_memory_equal(again.book.p, o.book.p, o.book.len);
}

/* Cut at every length and with each byte changed: an error or an order, never a crash. */
static void damaged_documents_are_refused_or_read(void **state) {
    (void)state;
    CM_CLEANUP(order_wipe) struct order o;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    fill(&o, 7, 1000);
    assert_ok(order_add_range(&o, &(struct order_range){.first = 5, .count = 600, .units = 590}));
    assert_ok(order_write(&o, &text));
    for (size_t len = 0; len < text.len; len++) {
        CM_CLEANUP(order_wipe) struct order read = ORDER_INIT;
        assert_int_equal(order_read(slice_of(text.p, len), 1, &read, NULL), CM_E_FORMAT);
    }
    for (size_t i = 0; i < text.len; i++) {
        CM_CLEANUP(order_wipe) struct order read = ORDER_INIT;
        text.p[i] ^= 1u;
        cm_ignore(order_read(buffer_slice(&text), 1, &read, NULL)); /* any status will do */
        text.p[i] ^= 1u;
    }
}

struct spender {
    struct world *w;
    struct order *o;
};

static cm_err spend(void *ctx, const struct issue_event *e, struct cm_diag *diag) {
    const struct spender *s = ctx;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const struct order_range range = {.first = e->first, .count = e->count, .units = e->issued};
    TRY(order_add_range(s->o, &range));
    TRY(order_write(s->o, &text));
    const struct order_document document = {.order = 1, .text = buffer_slice(&text)};
    return engine_order_issue(s->w->engine, e, &document, diag);
}

/* A batch that nobody minted. */
static uint32_t batch(struct world *w, uint64_t quantity) {
    char text[256];
    const uint32_t set = ++w->batch_n;
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":1,\"batch\":%u,\"key_version\":1,\"name\":\"spring\","
                   "\"attributes\":[],\"quantity\":%llu,\"product\":\"Cola\"}",
                   set - 1, (unsigned long long)quantity);
    world_document(w, DOCUMENT_BATCH, set, slice_text(text));
    return set;
}

static void codes_of(struct order_units *u, uint64_t most, struct buffer *out) {
    struct record_set set;
    do {
        assert_ok(order_units_next(u, most, &set, NULL));
        for (size_t i = 0; i < set.n; i++) {
            const struct cm_slice code = record_text(&set, RECORD_CODE, i);
            const struct cm_slice control = record_text(&set, RECORD_CONTROL, i);
            buffer_put(out, control.p, control.len);
            buffer_put(out, code.p, code.len);
        }
        most -= set.n;
    } while (set.n > 0 && most > 0);
}

static void units_come_again_as_they_came_and_their_serials_are_known(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(order_wipe) struct order o, loaded = ORDER_INIT;
    CM_CLEANUP(order_units_closep) struct order_units *u = NULL, *again = NULL;
    CM_CLEANUP(order_serials_freep) struct order_serials *serials = NULL;
    CM_CLEANUP(buffer_free) struct buffer first = BUFFER_INIT, second = BUFFER_INIT;
    world_make(&w, 12, 100000);
    fill(&o, batch(&w, 3000), 2500);
    struct spender spender = {&w, &o};
    const struct order_units_options how = {.engine = w.engine,
                                            .keystore = w.keystore,
                                            .order = &o,
                                            .spend = spend,
                                            .spend_ctx = &spender};
    assert_ok(order_units_open(&u, &how, NULL));
    assert_ok(order_units_from(u, NULL, NULL));
    codes_of(u, o.count, &first);
    assert_int_equal(o.issued, 2500);
    world_close(&w); /* a stop: what is left is in the ledger */
    world_open(&w);
    assert_ok(order_load(w.engine, 1, &loaded, NULL));
    assert_int_equal(loaded.issued, 2500);
    struct order_units_options later = how;
    later.engine = w.engine;
    later.order = &loaded;
    assert_ok(order_units_open(&again, &later, NULL));
    for (size_t i = 0; i < loaded.range_n; i++) {
        assert_ok(order_units_from(again, &loaded.ranges[i], NULL));
        codes_of(again, UINT64_MAX, &second);
    }
    assert_true(slice_equal(buffer_slice(&first), buffer_slice(&second)));
    assert_ok(order_serials_new(&serials, w.engine, w.keystore, &loaded, NULL));
    uint64_t last = 0;
    for (uint64_t unit = 0; unit < 2500; unit++) {
        const uint64_t serial = order_serial_of(serials, unit);
        uint64_t back = 0;
        assert_true(unit == 0 || serial > last);
        assert_ok(order_unit_of(serials, serial, &back));
        assert_int_equal(back, unit);
        last = serial;
    }
    order_units_closep(&u);
    order_units_closep(&again);
    u = again = NULL;
    world_remove(&w);
}

static void control_numbers_name_one_record_of_one_order(void **state) {
    (void)state;
    char text[ORDER_CONTROL_LEN];
    uint64_t record = 0;
    order_control(12, 345, text);
    assert_memory_equal(text, "00001200000345", ORDER_CONTROL_LEN);
    assert_ok(order_control_read(slice_of(text, sizeof text), 12, &record));
    assert_int_equal(record, 345);
    assert_int_equal(order_control_read(slice_of(text, sizeof text), 13, &record), CM_E_NOT_FOUND);
    assert_int_equal(order_control_read(slice_text("0000120000034"), 12, &record), CM_E_FORMAT);
    assert_int_equal(order_control_read(slice_text("0000120000034x"), 12, &record), CM_E_FORMAT);
}

static void put(struct world *w, uint32_t id, uint32_t set, const char *name) {
    CM_CLEANUP(order_wipe) struct order o;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    fill(&o, set, 10);
    (void)snprintf(o.name, sizeof o.name, "%s", name);
    o.parts[0].sequence = id;
    assert_ok(order_write(&o, &text));
    world_document(w, DOCUMENT_ORDER, id, buffer_slice(&text));
}

/* Whoever approves order 1 must not be given one that was called so. */
static void an_order_is_what_its_number_says_whatever_others_are_called(void **state) {
    (void)state;
    struct world w = {0};
    uint32_t number = 0;
    world_make(&w, 12, 100000);
    const uint32_t set = batch(&w, 3000);
    put(&w, 1, set, "spring");
    put(&w, 2, set, "1");
    put(&w, 3, set, "summer");
    put(&w, 4, set, "summer");
    assert_ok(order_number(w.engine, slice_text("1"), &number, NULL));
    assert_int_equal(number, 1);
    assert_ok(order_number(w.engine, slice_text("ORDER-000002"), &number, NULL));
    assert_int_equal(number, 2);
    assert_ok(order_number(w.engine, slice_text("spring"), &number, NULL));
    assert_int_equal(number, 1);
    assert_int_equal(order_number(w.engine, slice_text("summer"), &number, NULL), CM_E_CONFLICT);
    assert_int_equal(order_number(w.engine, slice_text("9"), &number, NULL), CM_E_NOT_FOUND);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_comes_back_byte_for_byte),
        cmocka_unit_test(damaged_documents_are_refused_or_read),
        cmocka_unit_test(units_come_again_as_they_came_and_their_serials_are_known),
        cmocka_unit_test(an_order_is_what_its_number_says_whatever_others_are_called),
        cmocka_unit_test(control_numbers_name_one_record_of_one_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
