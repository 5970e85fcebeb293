/* Acts of tickets at their edges: more numbers than one document of revoked tickets holds, and
 * portions of devices' files. What they do from end to end: tests/system/passes,
 * tests/system/cli/tickets_sync.sh. */
#include "support/cm.h"

#include <string.h>

#include "base/base64.h"
#include "base/macros.h"
#include "base/text.h"
#include "doc/json_write.h"
#include "support/world_ticket.h"
#include "vault/acts.h"

#define VERSIONS ISSUER_KEYS_MAX
#define UNITS    (REVOKED_MAX / VERSIONS + 1) /* with a number under each key: over REVOKED_MAX */

static void must(struct world *w, const char *name, struct cm_slice args, struct buffer *out) {
    struct act_context ctx = {
        .engine = w->engine, .keystore = w->keystore, .workspace = w->dir, .now_ms = w->now_ms};
    struct cm_diag diag = DIAG_INIT;
    buffer_clear(out);
    const cm_err err = act_run(&ctx, slice_text(name), args, out, &diag);
    if (err != CM_OK) fail_msg("%s: %s: %s", name, cm_err_name(err), diag.problem);
}

static void has(struct buffer *b, const char *part) {
    if (strstr(buffer_cstr(b), part) == NULL) fail_msg("no %s in %.400s", part, buffer_cstr(b));
}

static struct buffer units_of_batch(void) {
    struct buffer args = BUFFER_INIT;
    struct json_writer j = json_writer_into(&args, false);
    json_object_begin(&j, NULL);
    json_array_begin(&j, "units");
    for (unsigned serial = 0; serial < UNITS; serial++) {
        char unit[32];
        (void)snprintf(unit, sizeof unit, "batch-1:%u", serial);
        json_put_cstr(&j, NULL, unit);
    }
    json_array_end(&j);
    json_object_end(&j);
    return args;
}

/* A unit that is void and not listed would be refused online and let in by every device. */
static void units_with_many_key_versions_are_revoked_and_listed_whole(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    char listed[64];
    world_make(&w, 12, 1000);
    world_issuer(&w, VERSIONS);
    assert_int_equal(world_batch(&w, UNITS, true), 1);
    CM_CLEANUP(buffer_free) struct buffer args = units_of_batch();
    (void)snprintf(listed, sizeof listed, "\"tickets\":%u,", UNITS * VERSIONS);
    must(&w, "ticket.revoke", buffer_slice(&args), &out);
    has(&out, "\"revoked\":157,\"revoked_before\":0,\"void_now\":157,");
    must(&w, "ticket.revocations", slice_text("{}"), &out);
    has(&out, listed);
    has(&out, "\"sequence\":2,"); /* of two documents */
    must(&w, "ticket.revoke", buffer_slice(&args), &out);
    has(&out, "\"revoked\":0,\"revoked_before\":157,\"void_now\":0,");
    world_remove(&w);
}

/* By its text a ticket's own end is known, by its unit the key's: 100 days here. */
static void lists_forget_tickets_whose_time_is_over(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT, args = BUFFER_INIT;
    char text[WORLD_TICKET_CAP];
    world_make(&w, 12, 1000);
    world_issuer(&w, 1);
    const uint32_t set = world_batch(&w, 2, true);
    world_ticket(&w, set, 0, text); /* ten days */
    struct json_writer j = json_writer_into(&args, false);
    json_object_begin(&j, NULL);
    json_array_begin(&j, "tickets");
    json_put_cstr(&j, NULL, text);
    json_array_end(&j);
    json_array_begin(&j, "units");
    json_put_cstr(&j, NULL, "batch-1:1");
    json_array_end(&j);
    json_object_end(&j);
    must(&w, "ticket.revoke", buffer_slice(&args), &out);
    static const struct {
        uint64_t days;
        const char *told;
    } lists[] = {{0, "\"sequence\":1,\"tickets\":2,\"over\":0,"},
                 {39, "\"sequence\":1,\"tickets\":2,\"over\":0,"},
                 {40, "\"sequence\":1,\"tickets\":1,\"over\":1,"},
                 {99, "\"sequence\":1,\"tickets\":1,\"over\":1,"}};
    for (size_t i = 0; i < CM_ARRAY_N(lists); i++) {
        w.now_ms = WORLD_NOW_MS + lists[i].days * WORLD_DAY_S * 1000;
        must(&w, "ticket.revocations", slice_text("{}"), &out);
        has(&out, lists[i].told);
    }
    world_remove(&w);
}

/* ---- A portion of a device's file --------------------------------------------------------------
 */

static const struct cm_key device_seed = {{4, 2}};

static void add_device(struct world *w) {
    struct sign_public key;
    char hex[2 * SIGN_PUBLIC_LEN + 1], text[256];
    sign_public_of(&device_seed, &key);
    hex_format(key.b, sizeof key.b, hex);
    (void)snprintf(text, sizeof text,
                   "{\"name\":\"north\",\"brand\":0,\"public_key\":\"%s\",\"revoked\":false,"
                   "\"changed_ms\":1}",
                   hex);
    world_document(w, DOCUMENT_DEVICE, 1, slice_text(text));
}

/* One more entry of the chain. */
static void admit(struct spend_chain *chain, const char *iss, const uint8_t cti[SPEND_CTI_LEN],
                  struct buffer *file) {
    struct spend_entry e = {.kind = chain->n == 0 ? SPEND_START : SPEND_ADMIT,
                            .n = chain->n + 1,
                            .time_ms = WORLD_NOW_MS,
                            .iat = WORLD_NOW_MS / 1000};
    struct spend_read read;
    const size_t at = file->len;
    memcpy(e.previous, chain->hash, sizeof e.previous);
    memcpy(e.iss, iss, strlen(iss));
    memcpy(e.cti, cti, sizeof e.cti);
    assert_ok(spend_make(&device_seed, &e, file));
    struct cm_slice made = slice_of(file->p + at, file->len - at);
    assert_ok(spend_take(&made, &read));
    assert_ok(spend_follow(chain, &read));
}

static void cti_of(struct world *w, unsigned version, uint32_t set, uint64_t serial,
                   uint8_t cti[SPEND_CTI_LEN]) {
    char text[WORLD_TICKET_CAP];
    struct ticket_message m;
    struct ticket_claims c;
    world_ticket_of(w, version, set, serial, world_claims(w), text);
    assert_ok(ticket_open(slice_text(text), &m));
    assert_ok(ticket_claims_read(m.cose.payload, &c));
    memcpy(cti, c.cti, sizeof c.cti);
}

static struct buffer sync_args(const struct buffer *file, bool salvage) {
    struct buffer args = BUFFER_INIT, text = BUFFER_INIT;
    struct json_writer j = json_writer_into(&args, false);
    base64_put(&text, buffer_slice(file));
    json_object_begin(&j, NULL);
    json_put_cstr(&j, "door", "front");
    json_put_text(&j, "entries", buffer_slice(&text));
    if (salvage) json_put_bool(&j, "salvage", true);
    json_object_end(&j);
    buffer_free(&text);
    return args;
}

/* Ids are opened under every version of the key; who is no issuer here has no tickets. */
static void tickets_of_several_keys_in_one_portion_find_their_units(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT, file = BUFFER_INIT;
    struct spend_chain chain = {.n = 0};
    uint8_t cti[SPEND_CTI_LEN] = {0};
    world_make(&w, 12, 1000);
    world_issuer(&w, 3);
    add_device(&w);
    const uint32_t set = world_batch(&w, 10, true);
    admit(&chain, "", cti, &file);
    for (unsigned i = 0; i < 9; i++) {
        cti_of(&w, 1 + i % 3, set, i, cti);
        admit(&chain, WORLD_ISSUER, cti, &file);
    }
    admit(&chain, WORLD_ISSUER, cti, &file); /* the last one again */
    admit(&chain, "OTHER", cti, &file);
    cti_of(&w, 2, set, 10, cti); /* never issued */
    admit(&chain, WORLD_ISSUER, cti, &file);
    CM_CLEANUP(buffer_free) struct buffer args = sync_args(&file, false);
    must(&w, "ticket.sync", buffer_slice(&args), &out);
    has(&out, "\"counts\":{\"redeemed\":9,\"conflict\":1,\"revoked\":0,\"void\":0,\"expired\":0,"
              "\"not_open\":0,\"unknown\":2,\"noted\":1,\"already\":0,\"new\":0}");
    must(&w, "ticket.sync", buffer_slice(&args), &out);
    has(&out, "\"redeemed\":0,\"conflict\":1,");
    has(&out, "\"unknown\":2,\"noted\":1,\"already\":9,");
    world_remove(&w);
}

/* The last signature alone is looked at when a portion follows from end to end. */
static void a_changed_bit_anywhere_in_a_portion_is_refused_and_the_entry_named(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT, file = BUFFER_INIT;
    struct spend_chain chain = {.n = 0};
    uint8_t cti[SPEND_CTI_LEN] = {0};
    world_make(&w, 12, 1000);
    world_issuer(&w, 1);
    add_device(&w);
    const uint32_t set = world_batch(&w, 10, true);
    for (unsigned i = 0; i < 4; i++, cti_of(&w, 1, set, i, cti))
        admit(&chain, i == 0 ? "" : WORLD_ISSUER, cti, &file);
    struct act_context ctx = {
        .engine = w.engine, .keystore = w.keystore, .workspace = w.dir, .now_ms = w.now_ms};
    for (size_t at = 0; at < file.len; at++) {
        struct cm_diag diag = DIAG_INIT;
        file.p[at] ^= 0x40;
        CM_CLEANUP(buffer_free) struct buffer args = sync_args(&file, false);
        buffer_clear(&out);
        const cm_err err =
            act_run(&ctx, slice_text("ticket.sync"), buffer_slice(&args), &out, &diag);
        assert_true(err == CM_E_FORMAT || err == CM_E_AUTH || err == CM_E_NOT_FOUND);
        if (err != CM_E_NOT_FOUND) assert_non_null(strstr(diag.place, "entry "));
        file.p[at] ^= 0x40;
    }
    CM_CLEANUP(buffer_free) struct buffer args = sync_args(&file, false);
    must(&w, "ticket.sync", buffer_slice(&args), &out);
    has(&out, "\"counts\":{\"redeemed\":3,");
    world_remove(&w);
}

/* An old copy of the file was put back, and somebody laid both branches end to end. */
static void two_branches_in_one_portion_that_is_saved_are_told_as_a_fork(void **state) {
    (void)state;
    struct world w = {.now_ms = WORLD_NOW_MS};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT, file = BUFFER_INIT;
    struct spend_chain chain = {.n = 0};
    uint8_t cti[5][SPEND_CTI_LEN];
    world_make(&w, 12, 1000);
    world_issuer(&w, 1);
    add_device(&w);
    const uint32_t set = world_batch(&w, 10, true);
    for (unsigned i = 0; i < CM_ARRAY_N(cti); i++)
        cti_of(&w, 1, set, i, cti[i]);
    admit(&chain, "", cti[0], &file);
    admit(&chain, WORLD_ISSUER, cti[0], &file);
    struct spend_chain branch = chain;
    admit(&chain, WORLD_ISSUER, cti[1], &file);
    admit(&chain, WORLD_ISSUER, cti[2], &file);
    admit(&branch, WORLD_ISSUER, cti[3], &file); /* the same number, the same entry before it */
    admit(&branch, WORLD_ISSUER, cti[4], &file);
    CM_CLEANUP(buffer_free) struct buffer args = sync_args(&file, true);
    for (int again = 0; again < 2; again++) {
        must(&w, "ticket.sync", buffer_slice(&args), &out);
        has(&out, again == 0 ? "{\"redeemed\":5," : "\"already\":5,");
        has(&out, "\"forked\":1,"); /* where it forks, and nowhere else */
    }
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_with_many_key_versions_are_revoked_and_listed_whole),
        cmocka_unit_test(lists_forget_tickets_whose_time_is_over),
        cmocka_unit_test(tickets_of_several_keys_in_one_portion_find_their_units),
        cmocka_unit_test(a_changed_bit_anywhere_in_a_portion_is_refused_and_the_entry_named),
        cmocka_unit_test(two_branches_in_one_portion_that_is_saved_are_told_as_a_fork),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
