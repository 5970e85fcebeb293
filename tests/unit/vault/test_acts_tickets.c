/* Acts of tickets at their edges: more numbers than one document of revoked tickets holds. What
 * they do from end to end: tests/system/passes, tests/system/cli/tickets_sync.sh. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_with_many_key_versions_are_revoked_and_listed_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
