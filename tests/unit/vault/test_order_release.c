/* Sealed files change hands in steps, between which a vault serves others; nothing of it is seen
 * before the last one. The certificate is the openssl program's; 40 MiB are three steps to hash and
 * three to copy, at 16 MiB each (docs/design/orders.md, "Two people"). */
#include "vault/order_release.h"

#include "support/cm.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../crypto/cms_kit.h"
#include "crypto/cms_stream.h"
#include "support/world.h"
#include "vault/order_keys.h"
#include "vault/order_recipients.h"

#define NOW_S       ((uint64_t)time(NULL)) /* the certificates are made now */
#define CONTENT_LEN (40u << 20)
#define HELD        "ORDER-000001.held"
#define PATH_CAP    (SCRATCH_CAP + 128u)
#define FILE_NAME   "ORDER-000001-numbers-0001.csv.cms"

struct desk {
    const struct cms_kit *kit;
    struct world w;
    struct order o;
    struct act_context ctx;
};

static void path_of(const struct desk *d, const char *name, char out[static PATH_CAP]) {
    (void)snprintf(out, PATH_CAP, "%s/orders/%s", d->w.dir, name);
}

static bool there(const struct desk *d, const char *name) {
    char path[PATH_CAP];
    path_of(d, name, path);
    return access(path, F_OK) == 0;
}

/* The held file as an order's job leaves it: sealed to our own key alone. */
static void seal(struct desk *d, struct cms_sealed *sealed) {
    static const uint8_t piece[65536];
    struct order_keys keys;
    struct buffer pem = BUFFER_INIT;
    struct cms_signer *signer = NULL;
    struct cms_sealer *sealer = NULL;
    CM_CLEANUP(recipient_freep) struct recipient *hold = NULL;
    char path[PATH_CAP];
    path_of(d, "", path);
    assert_int_equal(mkdir(path, 0700), 0);
    path_of(d, HELD, path);
    assert_int_equal(mkdir(path, 0700), 0);
    path_of(d, HELD "/" FILE_NAME, path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_ok(order_keys(d->w.keystore, NOW_S, &keys, NULL));
    assert_ok(order_signer(&keys, d->w.dir, NOW_S, &signer, &pem, NULL));
    assert_ok(p256_hold(keys.hold, &hold, NULL));
    const struct recipient *const to[] = {hold};
    assert_ok(cms_sealer_open(fd, signer, to, 1, &sealer, NULL));
    for (size_t at = 0; at < CONTENT_LEN; at += sizeof piece)
        assert_ok(cms_sealer_write(sealer, slice_of(piece, sizeof piece), NULL));
    assert_ok(cms_sealer_finish(sealer, sealed, NULL));
    cms_sealer_close(sealer);
    cms_signer_free(signer);
    buffer_free(&pem);
    assert_int_equal(close(fd), 0);
}

static void desk_open(struct desk *d, void **state) {
    *d = (struct desk){.kit = *state, .o = ORDER_INIT};
    struct cms_sealed sealed;
    struct order_file file = {.name = FILE_NAME, .records = 10};
    world_make(&d->w, 12, 1000);
    seal(d, &sealed);
    file.bytes = sealed.len;
    file.hash = sealed.sha256;
    d->o.id = 1;
    d->o.set = world_batch(&d->w, 10, false);
    d->o.test = true;
    d->o.count = d->o.issued = 10;
    d->o.state = ORDER_SEALED;
    d->o.approval = true;
    d->o.part_n = 1;
    (void)snprintf(d->o.name, sizeof d->o.name, "spring");
    (void)snprintf(d->o.parts[0].recipient, sizeof d->o.parts[0].recipient, "CN = ec");
    (void)snprintf(d->o.parts[0].template_name, sizeof d->o.parts[0].template_name, "plain-list");
    d->o.parts[0].keys = cms_kit_read(d->kit, "ec.crt");
    buffer_text(&d->o.parts[0].template_text, "{}");
    d->o.parts[0].sequence = 1;
    assert_ok(order_add_file(&d->o.parts[0], &file));
    d->ctx = (struct act_context){
        .engine = d->w.engine, .keystore = d->w.keystore, .workspace = d->w.dir};
}

static void desk_close(struct desk *d) {
    order_wipe(&d->o);
    world_remove(&d->w);
}

static cm_err begin(struct desk *d, struct order_change **c, struct cm_diag *diag) {
    const struct order_change_ask ask = {
        .ctx = &d->ctx, .order = &d->o, .from = {HELD}, .of = {{7}}, .now_unix_s = NOW_S};
    return order_change_open(c, &ask, diag);
}

static void files_change_hands_in_steps_and_appear_in_the_last(void **state) {
    struct desk d;
    struct order_change *c = NULL;
    struct order_change_progress p = {.ended = false};
    size_t steps = 0;
    desk_open(&d, state);
    assert_ok(begin(&d, &c, NULL));
    assert_true(order_change_is(c, &(struct hash256){{7}}));
    assert_false(order_change_is(c, &(struct hash256){{8}}));
    assert_int_equal(order_change_order(c), 1);
    for (; !p.ended; steps++) {
        assert_ok(order_change_step(c, &p, NULL));
        assert_false(there(&d, "ORDER-000001"));
    }
    assert_true(steps >= 6);
    assert_int_equal(p.total, d.o.parts[0].files[0].bytes);
    assert_int_equal(p.done, p.total);
    assert_ok(order_change_seal(c, &d.o, NULL));
    assert_false(there(&d, "ORDER-000001"));
    assert_ok(order_change_appear(c, NULL));
    assert_true(there(&d, "ORDER-000001/" FILE_NAME));
    assert_true(there(&d, "ORDER-000001/manifest.cose"));
    order_change_close(c);

    /* whoever has the certificate's key opens it, and so does openssl */
    char path[PATH_CAP], command[PATH_CAP + 512];
    path_of(&d, "ORDER-000001/" FILE_NAME, path);
    (void)snprintf(command, sizeof command,
                   "openssl cms -decrypt -binary -inform DER -in %s -inkey ec.key -recip ec.crt | "
                   "openssl cms -verify -binary -noverify -inform DER -out content 2>/dev/null && "
                   "test $(stat -c %%s content) = %u",
                   path, CONTENT_LEN);
    assert_int_equal(cms_kit_run(d.kit, command), 0);
    desk_close(&d);
}

static void a_change_that_is_dropped_leaves_nothing(void **state) {
    struct desk d;
    struct order_change *c = NULL;
    struct order_change_progress p;
    desk_open(&d, state);
    assert_ok(begin(&d, &c, NULL));
    for (int i = 0; i < 5; i++)
        assert_ok(order_change_step(c, &p, NULL));
    assert_false(p.ended);
    assert_true(there(&d, "ORDER-000001.part/" FILE_NAME));
    order_change_close(c);
    assert_false(there(&d, "ORDER-000001.part"));
    assert_true(there(&d, HELD "/" FILE_NAME));
    desk_close(&d);
}

/* As far as it can be without looking into the files. */
static void what_is_lost_is_known_and_what_is_changed_is_found_out(void **state) {
    struct desk d;
    struct order_change *c = NULL;
    struct order_change_progress p = {.ended = false};
    struct cm_diag diag = DIAG_INIT;
    char path[PATH_CAP];
    bool lost = true;
    desk_open(&d, state);
    path_of(&d, HELD "/" FILE_NAME, path);
    assert_ok(order_held_lost(d.w.dir, &d.o, &lost, NULL));
    assert_false(lost);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "x", 1, CONTENT_LEN / 2), 1);
    assert_int_equal(close(fd), 0);
    assert_ok(order_held_lost(d.w.dir, &d.o, &lost, NULL));
    assert_false(lost); /* as long as before */
    assert_ok(begin(&d, &c, NULL));
    cm_err err = CM_OK;
    while (err == CM_OK && !p.ended)
        err = order_change_step(c, &p, &diag);
    assert_int_equal(err, CM_E_CORRUPT);
    assert_non_null(strstr(diag.remedy, "or remove it: then 'countermark order resume'"));
    order_change_close(c);
    assert_int_equal(truncate(path, CONTENT_LEN / 2), 0);
    assert_ok(order_held_lost(d.w.dir, &d.o, &lost, NULL));
    assert_true(lost);
    assert_int_equal(unlink(path), 0);
    assert_ok(order_held_lost(d.w.dir, &d.o, &lost, NULL));
    assert_true(lost);
    diag = (struct cm_diag)DIAG_INIT;
    assert_ok(begin(&d, &c, NULL));
    assert_int_equal(order_change_step(c, &p, &diag), CM_E_NOT_FOUND);
    assert_non_null(strstr(diag.remedy, "'countermark order resume' makes its files again"));
    order_change_close(c);
    d.o.state = ORDER_RELEASED; /* what was out once is not made again */
    diag = (struct cm_diag)DIAG_INIT;
    assert_ok(begin(&d, &c, NULL));
    assert_int_equal(order_change_step(c, &p, &diag), CM_E_NOT_FOUND);
    assert_string_equal(diag.remedy, "bring its folder back from a copy");
    order_change_close(c);
    desk_close(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_change_hands_in_steps_and_appear_in_the_last),
        cmocka_unit_test(a_change_that_is_dropped_leaves_nothing),
        cmocka_unit_test(what_is_lost_is_known_and_what_is_changed_is_found_out),
    };
    return cmocka_run_group_tests(tests, cms_kit_setup, cms_kit_teardown);
}
