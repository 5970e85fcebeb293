/* Whose template a file is. The words are those of Apple's and Google's public references; the
 * shipped templates are the examples. */
#include "support/cm.h"

#include "pass/pass_seems.h"
#include "support/scratch_file.h"

static enum pass_seems seems_of(struct cm_slice file) {
    enum pass_seems seems = PASS_SEEMS_ELSE;
    assert_ok(pass_seems(file, &seems));
    return seems;
}

static void shipped_templates_are_known_by_their_members(void **state) {
    static const struct {
        const char *path;
        enum pass_seems seems;
    } cases[] = {{"apple-coupon.json", PASS_SEEMS_APPLE},
                 {"apple-event-ticket.json", PASS_SEEMS_APPLE},
                 {"apple-store-card.json", PASS_SEEMS_APPLE},
                 {"google-event-ticket.json", PASS_SEEMS_GOOGLE},
                 {"google-gift-card.json", PASS_SEEMS_GOOGLE},
                 {"google-loyalty.json", PASS_SEEMS_GOOGLE},
                 {"google-offer.json", PASS_SEEMS_GOOGLE},
                 {"icon/icon.png", PASS_SEEMS_ELSE}};
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        char path[SCRATCH_CAP];
        (void)snprintf(path, sizeof path, CM_SOURCE_DIR "/templates/passes/%s", cases[i].path);
        CM_CLEANUP(buffer_free) struct buffer file = scratch_read(path);
        assert_int_equal(seems_of(buffer_slice(&file)), cases[i].seems);
    }
}

static void everything_else_is_told_apart(void **state) {
    static const struct {
        const char *text;
        enum pass_seems seems;
    } cases[] = {
        {"{\"payload\": {}}", PASS_SEEMS_GOOGLE},
        {"{\"giftCardObjects\": []}", PASS_SEEMS_GOOGLE}, /* without its payload */
        {"{\"id\": \"1.a\", \"classId\": \"1.b\"}", PASS_SEEMS_GOOGLE},
        {"{\"payload\": {}, \"formatVersion\": 1}", PASS_SEEMS_GOOGLE},
        {"{\"serialNumber\": \"1\"}", PASS_SEEMS_APPLE},
        {"{}", PASS_SEEMS_JSON},
        {"[1, 2]", PASS_SEEMS_JSON},
        {"17", PASS_SEEMS_JSON},
        {" \n{\"payload\": ", PASS_SEEMS_BROKEN},
        {"\xEF\xBB\xBF{\"payload\"", PASS_SEEMS_BROKEN},
        {"PK\x03\x04", PASS_SEEMS_PACKED},
        {"PK", PASS_SEEMS_ELSE},
        {"serial,code", PASS_SEEMS_ELSE},
        {"", PASS_SEEMS_ELSE},
    };
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++)
        assert_int_equal(seems_of(slice_text(cases[i].text)), cases[i].seems);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_templates_are_known_by_their_members),
        cmocka_unit_test(everything_else_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
