/* A return file in pieces is the file that was named, in every pass. */
#include "support/cm.h"

#include "base/text.h"
#include "crypto/secret.h"
#include "vault/return_pieces.h"

static const char head[] = "control,state\n", one[] = "1,produced\n", two[] = "2,spoiled\n";

static struct return_pieces begin(const char *whole) {
    struct hash256 hash;
    struct return_pieces p;
    hash_sha256(slice_text(whole), &hash);
    assert_ok(return_pieces_init(&p, &hash, slice_text(head)));
    return p;
}

static void the_named_file_passes_as_often_as_it_is_read(void **state) {
    (void)state;
    struct return_pieces p = begin("control,state\n1,produced\n2,spoiled\n");
    for (unsigned pass = 0; pass < 3; pass++) {
        assert_ok(return_pieces_next(&p, slice_text(one), NULL));
        assert_ok(return_pieces_next(&p, slice_text(two), NULL));
        assert_ok(return_pieces_turn(&p, NULL));
    }
    return_pieces_wipe(&p);
}

static void lines_of_another_file_are_not_what_was_named(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    struct return_pieces p = begin("control,state\n1,produced\n2,produced\n");
    assert_ok(return_pieces_next(&p, slice_text(one), &diag));
    assert_ok(return_pieces_next(&p, slice_text(two), &diag));
    assert_int_equal(return_pieces_turn(&p, &diag), CM_E_CONFLICT);
    return_pieces_wipe(&p);
}

static void a_later_pass_may_not_say_something_else(void **state) {
    (void)state;
    struct return_pieces p = begin("control,state\n1,produced\n2,spoiled\n");
    assert_ok(return_pieces_next(&p, slice_text(one), NULL));
    assert_ok(return_pieces_next(&p, slice_text(two), NULL));
    assert_ok(return_pieces_turn(&p, NULL));
    assert_ok(return_pieces_next(&p, slice_text(one), NULL));
    assert_int_equal(return_pieces_next(&p, slice_text("2,produced\n"), NULL), CM_E_CONFLICT);
    assert_int_equal(return_pieces_turn(&p, NULL), CM_E_CONFLICT); /* one is missing */
    assert_ok(return_pieces_next(&p, slice_text(two), NULL));
    assert_int_equal(return_pieces_next(&p, slice_text(two), NULL),
                     CM_E_CONFLICT); /* one too many */
    return_pieces_wipe(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_named_file_passes_as_often_as_it_is_read),
        cmocka_unit_test(lines_of_another_file_are_not_what_was_named),
        cmocka_unit_test(a_later_pass_may_not_say_something_else),
    };
    if (crypto_init() != CM_OK) return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
