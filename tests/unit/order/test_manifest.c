/* Manifests: made, read, and refused where they say what they may not. Outside programs check
 * whole manifests in tests/system/orders. */
#include "support/cm.h"

#include <stdlib.h>

#include "bundle_kit.h"
#include "wire/atom.h"
#include "wire/cose.h"

static void a_manifest_is_signed_and_read_back(void **state) {
    (void)state;
    const struct manifest m = kit_manifest();
    struct buffer message = BUFFER_INIT;
    assert_ok(manifest_make(&m, &kit_seed, &message, NULL));
    const struct sign_public key = kit_key();
    CM_CLEANUP(manifest_doc_freep) struct manifest_doc *d = NULL;
    assert_ok(manifest_read(buffer_slice(&message), &key, &d, NULL));
    assert_true(slice_equal(d->m.name, slice_text("summer cards")));
    assert_int_equal(d->m.order, 12);
    assert_int_equal(d->m.files_n, 2);
    assert_true(slice_equal(d->m.files[0].name, slice_text("cards-1.cms")));
    assert_int_equal(d->m.files[0].hash_total, 77);
    assert_true(d->m.test && !d->m.has_previous && !d->m.is_reseal);
    assert_int_equal(d->m.created_unix_s, 1795000000);
    /* Made again from what was read, it is the same: nothing was lost. */
    struct buffer again = BUFFER_INIT;
    assert_ok(manifest_make(&d->m, &kit_seed, &again, NULL));
    assert_true(slice_equal(buffer_slice(&message), buffer_slice(&again)));
    buffer_free(&message);
    buffer_free(&again);
}

static void chain_reseal_and_link_come_back(void **state) {
    (void)state;
    struct manifest m = kit_manifest();
    m.has_previous = m.is_reseal = true;
    m.previous.b[0] = 9;
    m.reseal_of.b[31] = 8;
    m.linked_order = 11;
    m.test = false;
    struct buffer message = BUFFER_INIT;
    assert_ok(manifest_make(&m, &kit_seed, &message, NULL));
    CM_CLEANUP(manifest_doc_freep) struct manifest_doc *d = NULL;
    assert_ok(manifest_read(buffer_slice(&message), NULL, &d, NULL));
    assert_true(d->m.has_previous && d->m.is_reseal && !d->m.test);
    assert_memory_equal(d->m.previous.b, m.previous.b, HASH_LEN);
    assert_memory_equal(d->m.reseal_of.b, m.reseal_of.b, HASH_LEN);
    assert_int_equal(d->m.linked_order, 11);
    buffer_free(&message);
}

static void names_that_leave_the_folder_and_texts_that_steer_terminals_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {"",           "../x", "a/b",  ".hidden", "manifest.cose",
                                        "SHA256SUMS", "a\nb", "a\\b", "\x1b[2J", "\xff"};
    struct buffer message = BUFFER_INIT;
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        struct manifest m = kit_manifest();
        struct manifest_file file = m.files[0];
        file.name = slice_text(names[i]);
        m.files = &file;
        m.files_n = 1;
        assert_err(CM_E_RANGE, manifest_make(&m, &kit_seed, &message, NULL));
    }
    struct manifest m = kit_manifest();
    const struct manifest_file twice[] = {m.files[0], m.files[0]};
    m.files = twice;
    assert_err(CM_E_RANGE, manifest_make(&m, &kit_seed, &message, NULL));
    m = kit_manifest();
    m.brand = slice_text("co\x1bla");
    assert_err(CM_E_RANGE, manifest_make(&m, &kit_seed, &message, NULL));
    m = kit_manifest();
    m.sequence = 0;
    assert_err(CM_E_RANGE, manifest_make(&m, &kit_seed, &message, NULL));
    assert_int_equal(message.len, 0);
    buffer_free(&message);
}

static void the_wrong_key_and_every_flipped_bit_are_found(void **state) {
    (void)state;
    const struct manifest m = kit_manifest();
    const struct sign_public key = kit_key();
    struct sign_public other;
    sign_public_of(&(struct cm_key){{1}}, &other);
    struct buffer message = BUFFER_INIT;
    struct manifest_doc *d = NULL;
    assert_ok(manifest_make(&m, &kit_seed, &message, NULL));
    assert_err(CM_E_AUTH, manifest_read(buffer_slice(&message), &other, &d, NULL));
    for (size_t bit = 0; bit < message.len * 8; bit++) {
        message.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const cm_err err = manifest_read(buffer_slice(&message), &key, &d, NULL);
        assert_true(err == CM_E_AUTH || err == CM_E_FORMAT);
        assert_null(d);
        message.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t len = 0; len < message.len; len++)
        assert_err(CM_E_FORMAT, manifest_read(slice_of(message.p, len), &key, &d, NULL));
    buffer_free(&message);
}

/* A signature of the right key over something that is no manifest: a newer version, another type,
 * items out of order, a map with one item too many. */
static void signed_nonsense_is_refused(void **state) {
    (void)state;
    struct buffer payload = BUFFER_INIT, message = BUFFER_INIT;
    struct manifest_doc *d = NULL;
    const struct sign_public key = kit_key();
    atom_put(&payload, ATOM_MAP, 16);
    atom_put_uint(&payload, 1);
    atom_put_uint(&payload, 2);
    assert_ok(cose_sign1_make(&kit_seed, MANIFEST_TYPE, buffer_slice(&payload), &message));
    assert_err(CM_E_VERSION, manifest_read(buffer_slice(&message), &key, &d, NULL));
    buffer_clear(&message);
    buffer_clear(&payload);
    atom_put(&payload, ATOM_MAP, 16);
    atom_put_uint(&payload, 2);
    atom_put_text(&payload, slice_text("cola"));
    assert_ok(cose_sign1_make(&kit_seed, MANIFEST_TYPE, buffer_slice(&payload), &message));
    assert_err(CM_E_FORMAT, manifest_read(buffer_slice(&message), &key, &d, NULL));
    buffer_clear(&message);
    const struct manifest m = kit_manifest();
    struct buffer good = BUFFER_INIT;
    struct cose_sign1 cose;
    assert_ok(manifest_make(&m, &kit_seed, &good, NULL));
    assert_ok(cose_sign1_read(buffer_slice(&good), &cose));
    assert_ok(cose_sign1_make(&kit_seed, "text/plain", cose.payload, &message));
    assert_err(CM_E_FORMAT, manifest_read(buffer_slice(&message), &key, &d, NULL));
    assert_null(d);
    buffer_free(&good);
    buffer_free(&payload);
    buffer_free(&message);
}

static void people_read_the_same_as_programs(void **state) {
    (void)state;
    const struct manifest m = kit_manifest();
    struct buffer json = BUFFER_INIT, text = BUFFER_INIT;
    manifest_json(&m, &json);
    manifest_text(&m, &text);
    assert_non_null(strstr(buffer_cstr(&json), "\"mode\": \"TEST\""));
    assert_non_null(strstr(buffer_cstr(&json), "\"created\": \"2026-11-18T"));
    assert_non_null(strstr(buffer_cstr(&text), "*** TEST: nothing"));
    assert_non_null(strstr(buffer_cstr(&text), "cards-1.cms  numbers, 1000 bytes, 10 records"));
    buffer_free(&json);
    buffer_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_manifest_is_signed_and_read_back),
        cmocka_unit_test(chain_reseal_and_link_come_back),
        cmocka_unit_test(names_that_leave_the_folder_and_texts_that_steer_terminals_are_refused),
        cmocka_unit_test(the_wrong_key_and_every_flipped_bit_are_found),
        cmocka_unit_test(signed_nonsense_is_refused),
        cmocka_unit_test(people_read_the_same_as_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
