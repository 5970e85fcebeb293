/* secret_equal and secret_differ look at every byte whatever they find; the control shows that the
 * method would see a comparison that stops early. */
#include "support/undefined.h"

#include "crypto/secret.h"

#define TAG_LEN 32u /* bytes */

static void secret_equal_never_branches_on_its_bytes(void **state) {
    (void)state;
    ct_require_valgrind();
    for (size_t differ = 0; differ <= TAG_LEN; differ++) {
        uint8_t a[TAG_LEN] = {0}, b[TAG_LEN] = {0};
        if (differ < TAG_LEN) b[differ] = 1;
        const unsigned before = ct_complaints();
        ct_secret(a, sizeof a);
        ct_secret(b, sizeof b);
        bool equal = secret_equal(a, b, sizeof a);
        const unsigned after = ct_complaints();
        ct_public(&equal, sizeof equal);
        assert_int_equal(after, before);
        assert_int_equal(equal, differ == TAG_LEN);
    }
}

static void secret_differ_never_branches_on_its_words(void **state) {
    (void)state;
    ct_require_valgrind();
    uint64_t a[TAG_LEN] = {0}, b[TAG_LEN] = {0}, differ[TAG_LEN];
    for (size_t i = 0; i < TAG_LEN; i += 2)
        b[i] = i + 1;
    const unsigned before = ct_complaints();
    ct_secret(a, sizeof a);
    ct_secret(b, sizeof b);
    secret_differ(a, b, TAG_LEN, differ);
    const unsigned after = ct_complaints();
    assert_true(ct_is_secret(differ, sizeof differ));
    ct_public(differ, sizeof differ);
    assert_int_equal(after, before);
    for (size_t i = 0; i < TAG_LEN; i++)
        assert_int_equal(differ[i], i % 2 == 0);
}

/* The mistake that the method must see. */
__attribute__((noinline)) static bool stops_early(const uint8_t *a, const uint8_t *b, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i]) return false;
    return true;
}

static void a_comparison_that_stops_early_is_seen(void **state) {
    (void)state;
    ct_require_valgrind();
    uint8_t a[TAG_LEN] = {0}, b[TAG_LEN] = {1};
    const unsigned before = ct_complaints();
    ct_secret(a, sizeof a);
    bool equal = stops_early(a, b, sizeof a);
    ct_public(&equal, sizeof equal);
    assert_true(ct_complaints() > before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret_equal_never_branches_on_its_bytes),
        cmocka_unit_test(secret_differ_never_branches_on_its_words),
        cmocka_unit_test(a_comparison_that_stops_early_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
