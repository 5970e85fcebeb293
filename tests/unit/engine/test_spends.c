/* Devices' admissions in the ledger: redeemed by number, told by a document of the same group,
 * there again after a crash, and found by entry, by the entry before, and by unit. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "engine/spends_index.h"
#include "support/world.h"

#define DEVICE  1u
#define SERIALS 20u
#define UNIT(of, number)                                                                           \
    (struct spend_unit) { .set = (of), .serial = (number) }

static void add_device(struct world *w) {
    world_document(w, DOCUMENT_DEVICE, DEVICE,
                   slice_text("{\"name\":\"north\",\"brand\":0,\"public_key\":\"" /* RFC 8032 7.1 */
                              "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
                              "\",\"revoked\":false,\"changed_ms\":1}"));
}

/* What tell() is to say: a row a unit, by what the ledger answered. */
struct telling {
    const struct spend_unit *units;
    size_t n;
    uint32_t entry; /* of the first row */
    struct spend_answer answers[SERIALS];
    uint64_t now_ms;
};

static void hash_of(uint32_t entry, uint8_t hash[SPENDS_ENTRY_LEN]) {
    memset(hash, 0, SPENDS_ENTRY_LEN);
    put_u32be(hash, entry);
}

static cm_err tell(void *ctx, const struct registry *r, const struct spend_answer *answers,
                   uint64_t now_ms, struct buffer *document) {
    struct telling *t = ctx;
    struct spend_row rows[SERIALS] = {{.n = 0}};
    struct spend_first first = {.way = WAY_ONLINE, .ledger_ms = 7};
    struct spends_part part = {.device = DEVICE, .door = 1, .rows = rows, .firsts = &first};
    assert_non_null(registry_device(r, DEVICE));
    t->now_ms = part.at_ms = now_ms;
    for (uint32_t i = 0; i < t->n; i++) {
        t->answers[i] = answers[i];
        rows[i] = (struct spend_row){.n = t->entry + i,
                                     .time_ms = 1000 + i,
                                     .set = t->units[i].set,
                                     .serial = t->units[i].serial,
                                     .fate = answers[i].verdict == CM_V_ACCEPTED ? FATE_REDEEMED
                                                                                 : FATE_CONFLICT};
        hash_of(t->entry + i, rows[i].hash);
        hash_of(t->entry + i - 1, rows[i].previous);
        if (rows[i].fate == FATE_CONFLICT && part.first_n == 0) {
            first.row = i;
            part.first_n = 1;
        }
    }
    part.row_n = t->n;
    spends_part_write(&part, document);
    return buffer_err(document);
}

static struct telling spend(struct world *w, const struct spend_unit *units, size_t n,
                            uint32_t entry) {
    struct telling t = {.units = units, .n = n, .entry = entry};
    assert_ok(engine_spend(w->engine, units, n, 0, tell, &t, NULL));
    return t;
}

static void units_are_redeemed_once_and_told_in_the_same_group(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    char code[WORLD_CODE_CAP];
    world_make(&w, 12, 1000);
    const uint32_t set = world_batch(&w, SERIALS, true);
    add_device(&w);
    const struct spend_unit units[] = {UNIT(set, 3), UNIT(set, 4), UNIT(set, 3), UNIT(set, SERIALS),
                                       UNIT(set + 9, 0)};
    struct engine_stats before, after;
    engine_stats(w.engine, &before);
    const struct telling t = spend(&w, units, CM_ARRAY_N(units), 2);
    engine_stats(w.engine, &after);
    assert_int_equal(after.groups, before.groups + 1);
    assert_int_equal(t.answers[0].verdict, CM_V_ACCEPTED);
    assert_int_equal(t.answers[1].verdict, CM_V_ACCEPTED);
    assert_int_equal(t.answers[2].verdict, CM_V_ALREADY_REDEEMED);
    assert_int_equal(t.answers[2].time_ms, t.now_ms);
    assert_int_equal(t.answers[3].verdict, CM_V_NOT_A_CODE); /* never issued */
    assert_int_equal(t.answers[4].verdict, CM_V_NOT_A_CODE); /* no such batch */
    world_code(&w, set, 3, code);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 0).verdict, CM_V_ALREADY_REDEEMED);
    world_code(&w, set, 5, code);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 7).verdict, CM_V_ACCEPTED);
    const struct spend_unit late = UNIT(set, 5);
    const struct telling second = spend(&w, &late, 1, 9);
    assert_int_equal(second.answers[0].verdict, CM_V_ALREADY_REDEEMED);
    assert_int_equal(second.answers[0].actor, 7); /* who was first */
    world_remove(&w);
}

static cm_err say_nothing(void *ctx, const struct registry *r, const struct spend_answer *answers,
                          uint64_t now_ms, struct buffer *document) {
    (void)ctx, (void)r, (void)now_ms, (void)document;
    assert_int_equal(answers[0].verdict, CM_V_NOT_A_CODE);
    return CM_OK;
}

/* Entries that are open are asked again whenever their file comes again, and mostly in vain. */
static void asking_again_in_vain_writes_nothing(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    world_make(&w, 12, 1000);
    const struct spend_unit never = UNIT(world_batch(&w, SERIALS, true), SERIALS);
    struct engine_stats before, after;
    engine_stats(w.engine, &before);
    assert_ok(engine_spend(w.engine, &never, 1, 0, say_nothing, NULL, NULL));
    engine_stats(w.engine, &after);
    assert_int_equal(after.groups, before.groups);
    world_remove(&w);
}

struct found {
    struct spends_at entry, after, unit;
    uint32_t n;
    uint32_t set;
};
static cm_err find(void *ctx, const struct registry *r) {
    struct found *f = ctx;
    uint8_t hash[SPENDS_ENTRY_LEN];
    hash_of(f->n, hash);
    f->entry = spends_index_entry(r->spends, hash);
    f->after = spends_index_after(r->spends, hash);
    f->unit = spends_index_unit(r->spends, f->set, 4);
    return CM_OK;
}

static void what_became_of_entries_is_there_after_replay_and_from_an_image(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    world_make(&w, 12, 1000);
    const uint32_t set = world_batch(&w, SERIALS, true);
    add_device(&w);
    const struct spend_unit units[] = {UNIT(set, 3), UNIT(set, 4), UNIT(set, 4)};
    (void)spend(&w, units, CM_ARRAY_N(units), 2);
    for (int life = 0; life < 3; life++) {
        struct found f = {.n = 3, .set = set};
        assert_ok(engine_read(w.engine, find, &f));
        assert_non_null(f.entry.row);
        assert_int_equal(f.entry.row->serial, 4);
        assert_int_equal(f.entry.row->fate, FATE_REDEEMED);
        assert_int_equal(f.entry.row->time_ms, 1001);
        assert_ptr_equal(f.unit.row, f.entry.row);
        assert_int_equal(f.after.row->n, 4);
        assert_int_equal(f.after.row->fate, FATE_CONFLICT);
        assert_int_equal(f.after.part->first_n, 1);
        assert_int_equal(f.after.part->firsts[0].row, 2);
        f.n = 77;
        assert_ok(engine_read(w.engine, find, &f));
        assert_null(f.entry.row);
        if (life == 1) assert_ok(engine_fold(w.engine)); /* the next life reads the image */
        world_close(&w);
        world_open(&w);
    }
    world_remove(&w);
}

/* As for everybody else: states.md. */
static void terms_voids_and_recalls_hold_for_devices_too(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    char code[WORLD_CODE_CAP];
    world_make(&w, 12, 1000);
    const uint32_t closed = world_batch(&w, SERIALS, false), set = world_batch(&w, SERIALS, true);
    add_device(&w);
    world_code(&w, set, 1, code);
    assert_int_equal(world_ask(&w, CM_OP_VOID, code, NULL, 0).verdict, CM_V_ACCEPTED);
    const struct recall_event recall = {.set = set, .first = 2, .last = 2};
    assert_ok(engine_recall(w.engine, &recall, NULL));
    world_code(&w, set, 3, code);
    const struct world_request hold = {
        .operation = CM_OP_RESERVE, .code = code, .actor = 5, .hold_ms = 60000};
    enum cm_call_status status;
    assert_int_equal(world_request(&w, &hold, &status).verdict, CM_V_ACCEPTED);
    const struct spend_unit units[] = {UNIT(closed, 0), UNIT(set, 1), UNIT(set, 2), UNIT(set, 3)};
    const struct telling t = spend(&w, units, CM_ARRAY_N(units), 2);
    assert_int_equal(t.answers[0].verdict, CM_V_NOT_OPEN_YET);
    assert_int_equal(t.answers[1].verdict, CM_V_VOID);
    assert_int_equal(t.answers[2].verdict, CM_V_RECALLED);
    assert_int_equal(t.answers[3].verdict, CM_V_RESERVED);
    assert_err(CM_E_ARGUMENT,
               engine_spend(w.engine, units, SPENDS_ROWS_MAX + 1, 0, tell, NULL, NULL));
    world_remove(&w);
}

/* A device with an old list lets in a ticket that was taken back; a reversed unit is fresh. */
static void a_ticket_that_was_taken_back_redeems_no_fresh_unit(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    world_make(&w, 12, 1000);
    const uint32_t set = world_batch(&w, SERIALS, true);
    add_device(&w);
    world_document(&w, DOCUMENT_REVOKED, 0,
                   slice_text("{\"brand\":0,\"at_ms\":5,\"why\":\"\",\"ctis\":"
                              "\"0102030405060708\"}"));
    const struct spend_unit units[] = {
        {.set = set, .serial = 3, .cti = {1, 2, 3, 4, 5, 6, 7, 8}},
        {.set = set, .serial = 3, .cti = {1, 2, 3, 4, 5, 6, 7, 9}}, /* by another key: it stands */
        {.set = set, .serial = 3, .cti = {1, 2, 3, 4, 5, 6, 7, 8}}};
    const struct telling t = spend(&w, units, CM_ARRAY_N(units), 2);
    assert_int_equal(t.answers[0].verdict, CM_V_VOID);
    assert_int_equal(t.answers[0].time_ms, 5);
    assert_int_equal(t.answers[1].verdict, CM_V_ACCEPTED);
    assert_int_equal(t.answers[2].verdict, CM_V_ALREADY_REDEEMED);
    world_remove(&w);
}

static void units_are_sought_by_the_thousand_in_one_turn(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    world_make(&w, 12, 1000);
    const uint32_t set = world_batch(&w, SERIALS, true);
    static struct spend_sought sought[SPENDS_ROWS_MAX];
    for (size_t i = 0; i < CM_ARRAY_N(sought); i++)
        sought[i] = (struct spend_sought){.set = set, .serial = i, .there = i % 2 == 0};
    sought[1].brand = 7; /* whose batch it is not */
    sought[2].set = set + 1;
    assert_ok(engine_seek(w.engine, sought, CM_ARRAY_N(sought)));
    for (size_t i = 0; i < CM_ARRAY_N(sought); i++) {
        assert_int_equal(sought[i].there, i < SERIALS && i != 1 && i != 2);
        if (sought[i].there) assert_true(sought[i].test && sought[i].scheme == WORLD_SCHEME);
    }
    assert_err(CM_E_ARGUMENT, engine_seek(w.engine, sought, CM_ARRAY_N(sought) + 1));
    assert_ok(engine_seek(w.engine, sought, 0));
    world_remove(&w);
}

/* ---- Documents --------------------------------------------------------------------------------
 */

static void a_document_says_again_what_was_written(void **state) {
    (void)state;
    struct spend_row rows[2] = {{.n = 1, .fate = FATE_NOTED},
                                {.n = UINT32_MAX,
                                 .time_ms = UINT64_MAX,
                                 .set = 9,
                                 .serial = UINT64_MAX,
                                 .fate = FATE_CONFLICT,
                                 .flags = SPEND_FORKED | SPEND_FUTURE}};
    struct spend_first first = {
        .row = 1, .way = WAY_DEVICE, .who = 4, .n = 5, .device_ms = 6, .ledger_ms = 7};
    memset(rows[1].hash, 0xab, sizeof rows[1].hash);
    memset(rows[1].previous, 0xcd, sizeof rows[1].previous);
    memset(rows[1].cti, 0xef, sizeof rows[1].cti);
    const struct spends_part part = {.device = 2,
                                     .door = 3,
                                     .at_ms = 99,
                                     .rows = rows,
                                     .row_n = 2,
                                     .firsts = &first,
                                     .first_n = 1};
    struct buffer text = BUFFER_INIT;
    struct spends_part read;
    spends_part_write(&part, &text);
    assert_ok(buffer_err(&text));
    assert_ok(spends_part_read(buffer_slice(&text), &read, NULL));
    assert_int_equal(read.device, 2);
    assert_int_equal(read.door, 3);
    assert_int_equal(read.at_ms, 99);
    assert_int_equal(read.row_n, 2);
    const struct spend_row *r = &read.rows[1];
    assert_int_equal(r->n, UINT32_MAX);
    assert_true(r->time_ms == UINT64_MAX && r->serial == UINT64_MAX);
    assert_memory_equal(r->hash, rows[1].hash, sizeof r->hash);
    assert_memory_equal(r->previous, rows[1].previous, sizeof r->previous);
    assert_memory_equal(r->cti, rows[1].cti, sizeof r->cti);
    assert_int_equal(r->set, 9);
    assert_int_equal(r->fate, FATE_CONFLICT);
    assert_int_equal(r->flags, SPEND_FORKED | SPEND_FUTURE);
    assert_int_equal(read.first_n, 1);
    const struct spend_first *f = &read.firsts[0];
    assert_int_equal(f->row + f->way + f->who, 1 + WAY_DEVICE + 4);
    assert_int_equal(f->n, 5);
    assert_int_equal(f->device_ms, 6);
    assert_int_equal(f->ledger_ms, 7);
    free(read.rows);
    free(read.firsts);
    buffer_free(&text);
}

static void documents_that_are_none_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "{}",
        "{\"device\":1,\"door\":1,\"at_ms\":1,\"entries\":\"AAAA\",\"firsts\":\"\"}", /* no row */
        "{\"device\":1,\"door\":1,\"at_ms\":1,\"entries\":\"A\",\"firsts\":\"\"}",
        "{\"device\":1,\"door\":1,\"at_ms\":1,\"entries\":\"====\",\"firsts\":\"\"}",
        "{\"device\":1,\"door\":1,\"at_ms\":1,\"entries\":\"\",\"firsts\":\"\",\"more\":1}"};
    struct spends_part nobodys = {.id = 42};
    assert_err(CM_E_RANGE, spends_part_read(slice_text("{\"device\":0,\"door\":1,\"at_ms\":1,"
                                                       "\"entries\":\"\",\"firsts\":\"\"}"),
                                            &nobodys, NULL));
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct spends_part read = {.id = 42};
        assert_err(CM_E_FORMAT, spends_part_read(slice_text(bad[i]), &read, NULL));
        assert_int_equal(read.id, 42);
    }
}

static void every_fate_has_a_name_and_few_are_asked_again(void **state) {
    (void)state;
    size_t open = 0;
    for (unsigned f = 0; f < SPEND_FATE_N; f++) {
        for (unsigned other = 0; other < f; other++)
            assert_string_not_equal(spend_fate_name((enum spend_fate)f),
                                    spend_fate_name((enum spend_fate)other));
        open += spend_fate_is_open((enum spend_fate)f);
    }
    assert_int_equal(open, 3);
    assert_false(spend_fate_is_open(FATE_CONFLICT));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_redeemed_once_and_told_in_the_same_group),
        cmocka_unit_test(asking_again_in_vain_writes_nothing),
        cmocka_unit_test(what_became_of_entries_is_there_after_replay_and_from_an_image),
        cmocka_unit_test(terms_voids_and_recalls_hold_for_devices_too),
        cmocka_unit_test(a_ticket_that_was_taken_back_redeems_no_fresh_unit),
        cmocka_unit_test(units_are_sought_by_the_thousand_in_one_turn),
        cmocka_unit_test(a_document_says_again_what_was_written),
        cmocka_unit_test(documents_that_are_none_are_refused),
        cmocka_unit_test(every_fate_has_a_name_and_few_are_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
