/* Columns of cards. Expected: the worked examples C and D of docs/design/construction.md (node
 * oracle); LRCs by the rule that test_track.c proves on published vectors. */
#include "support/cm.h"

#include <string.h>

#include "cards/faces.h"
#include "crypto/secret.h"
#include "support/scratch.h"

#define FACED                                                                                      \
    "{\"kind\": \"ean13\", \"prefix\": \"29\"}, {\"kind\": \"gsrn\", \"prefix\": \"9506000\"}, "   \
    "{\"kind\": \"tags\", \"items\": 3, \"numbers\": \"own\", \"prefix\": \"9644\", "              \
    "\"digits\": 16}, {\"kind\": \"track1\", \"name\": \"GIFT/CARD\", \"service\": \"000\"}, "     \
    "{\"kind\": \"track2\", \"service\": \"000\"}, "                                               \
    "{\"kind\": \"control\", \"prefix\": \"G\", \"digits\": 12}"
#define SHARED "{\"kind\": \"tags\", \"items\": 12, \"numbers\": \"same\"}"

static struct keystore *keystore;
static struct scratch scratch;

static int make_keystore(void **state) {
    (void)state;
    struct scratch path;
    const struct keystore_unlock unlock = {.kind = SLOT_PASSPHRASE,
                                           .secret = slice_text("only for tests"),
                                           .allow_weak_for_tests = true};
    struct words_text words;
    struct cm_key key = {{0}};
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        key.b[i] = (uint8_t)(0x40 + i);
    assert_ok(crypto_init());
    assert_true(scratch_make(&scratch));
    path = scratch_below(&scratch, "keys");
    assert_ok(keystore_create(path.path, &unlock, &words, &keystore, NULL));
    assert_ok(keystore_add(keystore, KEY_POOL, 7, 3, 1, &key));
    key.b[0] ^= 1u;
    return keystore_add(keystore, KEY_POOL, 7, 4, 1, &key) == CM_OK ? 0 : -1;
}

static int drop_keystore(void **state) {
    (void)state;
    keystore_close(keystore);
    scratch_remove(scratch.path);
    return 0;
}

static void pool_of(const char *identifiers, struct pool *out) {
    char text[2048];
    struct cm_diag diag = DIAG_INIT;
    (void)snprintf(
        text, sizeof text,
        "{\"format\": 1, \"name\": \"p\", \"brand\": \"b\", \"id\": 7, \"mode\": \"TEST\", "
        "\"prefix\": \"9643\", \"body_digits\": 11, \"number_digits\": 16, \"pin_digits\": 6, "
        "\"volume\": 1000, \"odds\": 1000000, \"payment_prefix_forced\": false, "
        "\"identifiers\": [%s], \"rules\": [{\"version\": 1, \"from_index\": 0, "
        "\"held_out\": \"0\", \"held_below\": 0, \"patterns\": [], \"listed\": []}], "
        "\"keys\": [{\"version\": 3, \"from_index\": 0}, {\"version\": 4, "
        "\"from_index\": 20000000}]}",
        identifiers);
    if (pool_read(slice_text(text), "pool", out, &diag) != CM_OK)
        fail_msg("%s: %s", diag.place, diag.problem);
}

#define POOL_SCOPED  CM_CLEANUP(pool_clear) struct pool
#define MAKER_SCOPED CM_CLEANUP(face_maker_freep) struct face_maker

static void assert_text(const struct face_rows *rows, enum face_column column, size_t row,
                        const char *expected) {
    assert_int_equal(rows->column[column].width, strlen(expected));
    assert_memory_equal(rows->column[column].rows + row * rows->column[column].stride, expected,
                        strlen(expected));
}

static void an_index_becomes_all_that_is_printed(void **state) {
    (void)state;
    POOL_SCOPED pool = POOL_INIT;
    MAKER_SCOPED *m = NULL;
    pool_of(FACED, &pool);
    const struct face_options options = {
        .want = (1u << FACES_COLUMN_N) - 1u, .sets = true, .expiry = "3012"};
    const uint64_t index = 12345678;
    struct face_rows rows;
    assert_ok(face_maker_new(&m, &pool, keystore, &options, NULL));
    assert_int_equal(faces_cards_max(m), FACES_CHUNK / 3);
    assert_ok(faces_make(m, &index, 1, &rows));
    assert_int_equal(rows.n, 3);
    for (size_t i = 0; i < 3; i++) {
        const char member[2] = {(char)('1' + i), '\0'};
        assert_text(&rows, FACES_NUMBER, i, "9643632930836097");
        assert_text(&rows, FACES_NUMBER_HUMAN, i, "9643 6329 3083 6097");
        assert_text(&rows, FACES_EAN13, i, "2916837271910");
        assert_text(&rows, FACES_GSRN, i, "950600037855869911");
        assert_text(&rows, FACES_MEMBER, i, member);
        assert_text(&rows, FACES_TRACK1, i, "%B9643632930836097^GIFT/CARD^3012000?");
        assert_text(&rows, FACES_TRACK2, i, ";9643632930836097=3012000?");
        assert_text(&rows, FACES_CONTROL, i, "G000012345678");
        assert_text(&rows, FACES_PIN, i, "031327");
    }
    assert_text(&rows, FACES_TAG, 1, "9644842796424990");
    const char lrc[2] = {track_lrc(1, slice_text("%B9643632930836097^GIFT/CARD^3012000?")), '\0'};
    assert_int_equal(rows.column[FACES_TRACK1_LRC].rows[rows.column[FACES_TRACK1].width], lrc[0]);
}

/* Across the border of two key versions, in any order, the columns are the numberers' own. */
static void every_index_is_made_under_its_key_version(void **state) {
    (void)state;
    POOL_SCOPED pool = POOL_INIT;
    MAKER_SCOPED *m = NULL;
    pool_of(FACED, &pool);
    const struct face_options options = {.want = FACES_WANT(FACES_EAN13) | FACES_WANT(FACES_PIN),
                                         .pin_issue = 2};
    static uint64_t indices[FACES_CHUNK];
    struct face_rows rows;
    assert_ok(face_maker_new(&m, &pool, keystore, &options, NULL));
    for (size_t i = 0; i < FACES_CHUNK; i++)
        indices[i] = i % 5 == 0 ? 10000000 + i : 19999000 + i; /* 1,000 from the border */
    assert_ok(faces_make(m, indices, FACES_CHUNK, &rows));
    assert_null(rows.column[FACES_NUMBER].rows);
    for (uint8_t version = 3; version <= 4; version++) {
        const struct cm_key *root = NULL;
        struct cm_numberer *nb = NULL;
        assert_ok(keystore_find(keystore, KEY_POOL, 7, version, &root));
        assert_ok(cm_numberer_new(&nb, &pool.numbers, root, version));
        for (size_t i = 0; i < FACES_CHUNK; i += 13) {
            const struct cm_card_item item = {.index = indices[i]};
            const struct cm_card_pin asked = {.index = indices[i], .issue = 2};
            char ean[CM_CARD_EAN13_N], pin[6];
            if ((indices[i] >= 20000000) != (version == 4)) continue;
            assert_ok(cm_numberer_face(nb, CM_FACE_EAN13, &item, 1, ean));
            assert_memory_equal(rows.column[FACES_EAN13].rows + i * 13, ean, 13);
            assert_ok(cm_numberer_pin(nb, &asked, 1, pin));
            assert_memory_equal(rows.column[FACES_PIN].rows + i * 6, pin, 6);
        }
        cm_numberer_free(nb);
    }
    assert_err(CM_E_RANGE, faces_make(m, indices, FACES_CHUNK + 1, &rows));
    indices[0] = 10000000000u; /* the EAN-13 has no more */
    assert_err(CM_E_RANGE, faces_make(m, indices, 1, &rows));
    assert_int_equal(rows.n, FACES_CHUNK);
}

static void tags_that_share_the_number_carry_it(void **state) {
    (void)state;
    POOL_SCOPED pool = POOL_INIT;
    MAKER_SCOPED *m = NULL;
    pool_of(SHARED, &pool);
    const struct face_options options = {.want = FACES_WANT(FACES_TAG) | FACES_WANT(FACES_MEMBER) |
                                                 FACES_WANT(FACES_CONTROL),
                                         .sets = true};
    const uint64_t indices[] = {12345678, 12345679};
    struct face_rows rows;
    assert_ok(face_maker_new(&m, &pool, keystore, &options, NULL));
    assert_ok(faces_make(m, indices, 2, &rows));
    assert_int_equal(rows.n, 24);
    assert_text(&rows, FACES_TAG, 0, "9643632930836097");
    assert_text(&rows, FACES_TAG, 11, "9643632930836097");
    assert_text(&rows, FACES_MEMBER, 11, "12");
    assert_text(&rows, FACES_CONTROL, 12, "00012345679"); /* as many digits as the body */
    assert_text(&rows, FACES_MEMBER, 12, "01");
}

/* For one row a card, and for a row each key tag. */
static void numbers_that_are_known_are_taken(void **state) {
    (void)state;
    static const char *const identifiers[] = {FACED, SHARED};
    const uint64_t indices[] = {12345678, 12345679, 12345690};
    for (size_t k = 0; k < CM_ARRAY_N(identifiers); k++) {
        POOL_SCOPED pool = POOL_INIT;
        MAKER_SCOPED *m = NULL;
        pool_of(identifiers[k], &pool);
        const struct face_options options = {
            .want = FACES_WANT(FACES_NUMBER) | FACES_WANT(FACES_NUMBER_HUMAN) |
                    (k == 1 ? FACES_WANT(FACES_TAG) : FACES_WANT(FACES_PIN)),
            .sets = k == 1};
        struct face_rows rows;
        assert_ok(face_maker_new(&m, &pool, keystore, &options, NULL));
        assert_ok(faces_make(m, indices, 3, &rows));
        const size_t number_n = rows.column[FACES_NUMBER].width, each = rows.n / 3;
        char numbers[3 * CM_CARD_NUMBER_MAX], made[64 * CM_CARD_NUMBER_MAX];
        for (size_t i = 0; i < 3; i++)
            memcpy(numbers + i * number_n, rows.column[FACES_NUMBER].rows + i * each * number_n,
                   number_n);
        memcpy(made, rows.column[FACES_NUMBER].rows, rows.n * number_n);
        assert_ok(faces_make_of(m, indices, numbers, 3, &rows));
        assert_int_equal(rows.n, 3 * each);
        assert_memory_equal(rows.column[FACES_NUMBER].rows, made, rows.n * number_n);
        numbers[0] ^= 1; /* what is given is believed, and everything is made of it */
        assert_ok(faces_make_of(m, indices, numbers, 3, &rows));
        assert_int_equal(rows.column[FACES_NUMBER].rows[0], made[0] ^ 1);
        assert_int_equal(rows.column[FACES_NUMBER_HUMAN].rows[0], made[0] ^ 1);
    }
}

static void what_the_pool_lacks_is_refused(void **state) {
    (void)state;
    POOL_SCOPED pool = POOL_INIT;
    pool_of(SHARED, &pool);
    static const struct {
        struct face_options options;
        cm_err err;
    } rows[] = {
        {{.want = FACES_WANT(FACES_EAN13)}, CM_E_STATE},
        {{.want = FACES_WANT(FACES_GSRN)}, CM_E_STATE},
        {{.want = FACES_WANT(FACES_TRACK1)}, CM_E_STATE},
        {{.want = FACES_WANT(FACES_TRACK2_LRC)}, CM_E_STATE},
        {{.want = FACES_WANT(FACES_TAG)}, CM_OK}, /* it is the number */
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        MAKER_SCOPED *m = NULL;
        struct cm_diag diag = DIAG_INIT;
        assert_err(rows[i].err, face_maker_new(&m, &pool, keystore, &rows[i].options, &diag));
        assert_true((m != NULL) == (rows[i].err == CM_OK));
        assert_true((diag.remedy[0] != '\0') == (rows[i].err != CM_OK));
    }
    pool_clear(&pool);
    pool_of(FACED, &pool);
    MAKER_SCOPED *m = NULL;
    const struct face_options loose = {.want = FACES_WANT(FACES_TAG)};
    assert_err(CM_E_STATE, face_maker_new(&m, &pool, keystore, &loose, NULL));
    const struct face_options late = {.want = FACES_WANT(FACES_TRACK1), .expiry = "3013"};
    assert_err(CM_E_FORMAT, face_maker_new(&m, &pool, keystore, &late, NULL));
    pool.numbers.faces.tag_n = 0;
    pool.numbers.faces.tag.number_n = 0;
    const struct face_options sets = {.want = FACES_WANT(FACES_NUMBER), .sets = true};
    assert_err(CM_E_STATE, face_maker_new(&m, &pool, keystore, &sets, NULL));
    pool.numbers.id = 8; /* no keys */
    const struct face_options plain = {.want = FACES_WANT(FACES_NUMBER)};
    const uint64_t index = 1;
    struct face_rows made;
    assert_ok(face_maker_new(&m, &pool, keystore, &plain, NULL));
    assert_err(CM_E_NOT_FOUND, faces_make(m, &index, 1, &made));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_becomes_all_that_is_printed),
        cmocka_unit_test(every_index_is_made_under_its_key_version),
        cmocka_unit_test(tags_that_share_the_number_carry_it),
        cmocka_unit_test(numbers_that_are_known_are_taken),
        cmocka_unit_test(what_the_pool_lacks_is_refused),
    };
    return cmocka_run_group_tests(tests, make_keystore, drop_keystore);
}
