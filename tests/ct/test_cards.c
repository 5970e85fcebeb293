/* Cards under a key that valgrind holds for secret: numbering, faces, opening and PINs never branch
 * on the key, the judgement of a PIN never on the PIN that was typed nor on the right one, and the
 * hash of another name never on key or name. Control: what comes out must itself be marked, or the
 * key never reached it. */
#include "support/cm.h"
#include "support/scheme.h"
#include "support/undefined.h"

#include <string.h>

#include "countermark/card.h"
#include "engine/alias.h"

#define CARDS_N  32u
#define NUMBER_N 16u
#define PIN_N    6u

static const struct cm_pool_numbers pool = {.id = 7,
                                            .test = true,
                                            .prefix_n = 6,
                                            .prefix = "952812",
                                            .body_n = 9,
                                            .pin_n = PIN_N,
                                            .faces = {.ean13 = {CM_CARD_EAN13_N, 2, "29"}}};

static void numberer_freep(struct cm_numberer **n) { cm_numberer_free(*n); }

static struct cm_numberer *numberer_under(uint8_t first_byte, bool secret) {
    struct cm_key root = counting_key(first_byte);
    if (secret) ct_secret(&root, sizeof root);
    struct cm_numberer *numberer = NULL;
    cm_err err = cm_numberer_new(&numberer, &pool, &root, 1);
    ct_public(&err, sizeof err);
    assert_ok(err);
    return numberer;
}

static void numbers_of(struct cm_numberer *numberer, char *numbers) {
    uint8_t skip[CARDS_N];
    cm_err err = cm_numberer_make(numberer, 1000, CARDS_N, numbers, skip);
    ct_public(&err, sizeof err);
    assert_ok(err);
}

static void numbers_and_faces_never_branch_on_the_key(void **state) {
    (void)state;
    ct_require_valgrind();
    CM_CLEANUP(numberer_freep) struct cm_numberer *numberer = numberer_under(0, true);
    char numbers[CARDS_N * NUMBER_N], faces[CARDS_N * CM_CARD_EAN13_N];
    struct cm_card_item items[CARDS_N];
    for (size_t i = 0; i < CARDS_N; i++)
        items[i] = (struct cm_card_item){.index = 1000 + i};
    const unsigned before = ct_complaints();
    numbers_of(numberer, numbers);
    cm_err err = cm_numberer_face(numberer, CM_FACE_EAN13, items, CARDS_N, faces);
    ct_public(&err, sizeof err);
    assert_ok(err);
    assert_int_equal(ct_complaints(), before);
}

/* Numbers of the same key and of another: opened alike. */
static void open_secretly(uint8_t made_under) {
    CM_CLEANUP(numberer_freep) struct cm_numberer *maker = numberer_under(made_under, false);
    CM_CLEANUP(numberer_freep) struct cm_numberer *numberer = numberer_under(0, true);
    char numbers[CARDS_N * NUMBER_N];
    struct cm_card_opened opened[CARDS_N];
    numbers_of(maker, numbers);
    const unsigned before = ct_complaints();
    cm_err err = cm_numberer_open(numberer, numbers, CARDS_N, opened);
    const unsigned after = ct_complaints();
    ct_public(&err, sizeof err);
    assert_ok(err);
    assert_true(ct_is_secret(opened, sizeof opened));
    assert_int_equal(after, before);
    ct_public(opened, sizeof opened);
    assert_int_equal(opened[0].index == 1000, made_under == 0);
}

static void opening_numbers_never_branches_on_the_key(void **state) {
    (void)state;
    ct_require_valgrind();
    open_secretly(0);
    open_secretly(1);
}

static void the_judgement_of_a_pin_never_branches_on_it(void **state) {
    (void)state;
    ct_require_valgrind();
    CM_CLEANUP(numberer_freep) struct cm_numberer *plain = numberer_under(0, false);
    CM_CLEANUP(numberer_freep) struct cm_numberer *numberer = numberer_under(0, true);
    struct cm_card_pin asked[CARDS_N];
    char pins[CARDS_N * PIN_N];
    bool right[CARDS_N];
    for (size_t i = 0; i < CARDS_N; i++)
        asked[i] = (struct cm_card_pin){.index = i, .issue = 1};
    assert_ok(cm_numberer_pin(plain, asked, CARDS_N, pins));
    pins[0] = (char)(pins[0] == '0' ? '1' : '0');                         /* first digit */
    pins[2 * PIN_N - 1] = (char)(pins[2 * PIN_N - 1] == '0' ? '1' : '0'); /* last digit */
    memset(pins + (size_t)2 * PIN_N, 0, PIN_N);                           /* no PIN at all */
    ct_secret(pins, sizeof pins);
    const unsigned before = ct_complaints();
    cm_err err = cm_numberer_pin_check(numberer, asked, CARDS_N, pins, right);
    const unsigned after = ct_complaints();
    ct_public(&err, sizeof err);
    assert_ok(err);
    assert_true(ct_is_secret(right, sizeof right));
    assert_int_equal(after, before);
    ct_public(right, sizeof right);
    for (size_t i = 0; i < CARDS_N; i++)
        assert_int_equal(right[i], i > 2);
}

static void the_hash_of_a_name_never_branches_on_key_or_name(void **state) {
    (void)state;
    ct_require_valgrind();
    struct cm_key key = counting_key(0);
    uint8_t name[] = "+49 151 1234567", hash[EVENT_HASH_LEN];
    ct_secret(&key, sizeof key);
    ct_secret(name, sizeof name);
    CM_CLEANUP(cmac_freep) struct cmac *cmac = NULL;
    const unsigned before = ct_complaints();
    cm_err err = cmac_new(&cmac, &key);
    ct_public(&err, sizeof err);
    assert_ok(err);
    err = alias_hash(cmac, 1, slice_of(name, sizeof name - 1), hash);
    const unsigned after = ct_complaints();
    ct_public(&err, sizeof err);
    assert_ok(err);
    assert_true(ct_is_secret(hash, sizeof hash));
    assert_int_equal(after, before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_faces_never_branch_on_the_key),
        cmocka_unit_test(opening_numbers_never_branches_on_the_key),
        cmocka_unit_test(the_judgement_of_a_pin_never_branches_on_it),
        cmocka_unit_test(the_hash_of_a_name_never_branches_on_key_or_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
