/* Tracks. Expected LRCs: the published vectors of reference cards.md 2.7, the rule of
 * samyk/magspoof (exclusive or of the data bits from sentinel to sentinel); limits: ISO/IEC 7813.
 */
#include "support/cm.h"

#include <string.h>

#include "cards/track.h"

#define NUMBER "6035718888880528923"

static struct track track_of(uint8_t no, const char *layout, struct track_words words) {
    struct track t = {.on = false};
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = track_init(&t, no, slice_text(layout), &words, strlen(NUMBER), &diag);
    if (err != CM_OK) fail_msg("%s: %s: %s", layout, cm_err_name(err), diag.problem);
    return t;
}

static void a_number_goes_on_both_tracks_and_comes_off_again(void **state) {
    (void)state;
    const struct track tracks[TRACKS] = {
        track_of(1, "iso",
                 (struct track_words){.name = "GIFT/CARD", .expiry = "4912", .service = "000"}),
        track_of(2, "iso", (struct track_words){.expiry = "4912", .service = "000"})};
    struct track_form form;
    char row[TRACK_TEXT_MAX], both[2 * TRACK_TEXT_MAX];
    assert_ok(track_form(&tracks[0], NULL, &form));
    size_t n = track_fill(&form, NUMBER, 1, true, row);
    assert_int_equal(n, 41);
    assert_memory_equal(row, "%B6035718888880528923^GIFT/CARD^4912000?P", 41);
    memcpy(both, row, n);
    assert_ok(track_form(&tracks[1], NULL, &form));
    n += track_fill(&form, NUMBER, 1, true, both + n);
    assert_memory_equal(both + 41, ";6035718888880528923=4912000?6", 30);
    struct cm_slice number;
    assert_int_equal(swipe_read(tracks, slice_of(both, n), &number), SWIPE_NUMBER);
    assert_true(slice_equal(number, slice_text(NUMBER)));
}

static void the_published_lrcs_are_met(void **state) {
    (void)state;
    assert_int_equal(track_lrc(1, slice_text("%B6035718888880528923^GIFT/CARD^4912000?")), 'P');
    assert_int_equal(track_lrc(2, slice_text(";6035718888880528923=4912000?")), '6');
    assert_int_equal(track_lrc(2, slice_text(";1234567890=2512?")), '<');
    assert_int_equal(track_lrc(1, slice_text("%HELLO?")), 'X');
}

static void what_is_not_there_leaves_its_separator(void **state) {
    (void)state;
    static const struct {
        uint8_t no;
        const char *layout, *expiry, *text;
    } rows[] = {
        {1, "iso", NULL, "%B6035718888880528923^ /^^^?"},
        {1, "iso", "3012", "%B6035718888880528923^ /^3012^?"},
        {2, "iso", NULL, ";6035718888880528923===?"},
        {2, "iso", "3012", ";6035718888880528923=3012=?"},
        {1, "%B{number}^^{expiry}?", "4912", "%B6035718888880528923^^4912?"},
        {2, ";{number}={expiry}?", "4912", ";6035718888880528923=4912?"},
        {1, "%G5  GIFT OR LOYALTY CARD     {number}?", NULL,
         "%G5  GIFT OR LOYALTY CARD     6035718888880528923?"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        const struct track t =
            track_of(rows[i].no, rows[i].layout, (struct track_words){.name = ""});
        struct track_form form;
        char row[TRACK_TEXT_MAX];
        assert_ok(track_form(&t, rows[i].expiry, &form));
        const size_t n = track_fill(&form, NUMBER, 1, false, row);
        assert_int_equal(n, strlen(rows[i].text));
        assert_memory_equal(row, rows[i].text, n);
    }
}

static void the_limits_of_iso_7813_hold(void **state) {
    (void)state;
    static const struct {
        uint8_t no;
        const char *layout;
        struct track_words words;
        cm_err err;
    } rows[] = {
        {1, "iso", {.name = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, CM_OK}, /* 26 */
        {1, "iso", {.name = "A"}, CM_E_RANGE},
        {1, "iso", {.name = "Gift/Card"}, CM_E_FORMAT}, /* upper case alone */
        {1, "iso", {.name = "GIFT^CARD"}, CM_E_FORMAT},
        {1, "iso", {.name = "GIFT?"}, CM_E_FORMAT},
        {1, "iso", {.expiry = "1299"}, CM_E_FORMAT}, /* month 99 */
        {1, "iso", {.expiry = "991"}, CM_E_FORMAT},
        {1, "iso", {.service = "12"}, CM_E_FORMAT},
        /* sentinels 2, B 1, number 19, two ^, name 26, expiry 4, service 3, LRC: 58; 21 are left */
        {1, "iso", {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "3012", "000", "123456789012345678901"}, CM_OK},
        {1,
         "iso",
         {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "3012", "000", "1234567890123456789012"},
         CM_E_RANGE},
        /* sentinels 2, number 19, =, expiry 4, service 3, LRC: 30; 10 are left of 40 */
        {2, "iso", {"", "3012", "000", "1234567890"}, CM_OK},
        {2, "iso", {"", "3012", "000", "12345678901"}, CM_E_RANGE},
        {2, "iso", {"", "3012", "000", "ABC"}, CM_E_FORMAT},
        {2, "iso", {.name = "12"}, CM_E_FORMAT}, /* no hole for it */
        {1, "%B{number}", {.name = ""}, CM_E_FORMAT},
        {1, ";{number}?", {.name = ""}, CM_E_FORMAT},
        {2, "%{number}?", {.name = ""}, CM_E_FORMAT},
        {1, "%B?", {.name = ""}, CM_E_FORMAT},
        {1, "%{number}^{number}?", {.name = ""}, CM_E_FORMAT},
        {1, "%{numbers}?", {.name = ""}, CM_E_FORMAT},
        {1, "%{number?", {.name = ""}, CM_E_FORMAT},
        {1, "%b{number}?", {.name = ""}, CM_E_FORMAT},
        {1, "%{name}{number}?", {.name = ""}, CM_E_FORMAT},
        {1, "%{data}1{number}?", {.data = "1"}, CM_E_FORMAT}, /* cannot be read back */
        {1, "", {.name = ""}, CM_E_FORMAT},
        {1, "%?", {.name = ""}, CM_E_FORMAT},
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        struct track t, before;
        struct cm_diag diag = DIAG_INIT;
        memset(&t, 0xA5, sizeof t);
        before = t;
        const cm_err err =
            track_init(&t, rows[i].no, slice_text(rows[i].layout), &rows[i].words, 19, &diag);
        if (err != rows[i].err) fail_msg("row %zu: %s (%s)", i, cm_err_name(err), diag.problem);
        if (err == CM_OK) continue;
        assert_memory_equal(&t, &before, sizeof t);
        assert_true(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
    }
}

static void readers_send_swipes_in_many_ways(void **state) {
    (void)state;
    const struct track tracks[TRACKS] = {
        track_of(1, "iso", (struct track_words){.name = "GIFT/CARD"}),
        track_of(2, "iso", (struct track_words){.name = ""})};
#define T1 "%B6035718888880528923^GIFT/CARD^4912000?"
#define T2 ";6035718888880528923=4912000?"
    static const struct {
        const char *text;
        enum swipe is;
    } rows[] = {
        {T1, SWIPE_NUMBER},
        {T2, SWIPE_NUMBER},
        {T1 "P", SWIPE_NUMBER},
        {T1 "P" T2 "6", SWIPE_NUMBER},
        {T1 T2, SWIPE_NUMBER},
        {T1 T2 "\r\n", SWIPE_NUMBER},
        {T1 T2 ";123456789?", SWIPE_NUMBER}, /* a third track is read past */
        {T1 T2 "+123456789?", SWIPE_NUMBER},
        {"%E?" T2, SWIPE_NUMBER}, /* track 1 could not be read */
        {T1 ";E?", SWIPE_NUMBER},
        {"%E?;E?", SWIPE_BAD},
        {"B6035718888880528923^GIFT/CARD^4912000", SWIPE_NUMBER}, /* sentinels taken off */
        {"6035718888880528923=4912000", SWIPE_NUMBER},
        {"%B6035718888880528923^X/Y Z^^^?", SWIPE_NUMBER}, /* another name, no expiry */
        {T1 "Q", SWIPE_BAD},                               /* LRC */
        {T2 "7", SWIPE_BAD},
        {T1 "P;6035718888880528924=4912000?", SWIPE_BAD}, /* the tracks disagree */
        {"%B603571888888052892^GIFT/CARD^4912000?", SWIPE_BAD},
        {"%B60357188888805289233^GIFT/CARD^4912000?", SWIPE_BAD},
        {"%B6035718888880528923^GIFT/CARD^491?", SWIPE_BAD},
        {"%B6035718888880528923^gift^4912000?", SWIPE_BAD},
        {"%B6035718888880528923^GIFT/CARD^4912000", SWIPE_BAD},
        {T2 T1, SWIPE_BAD},
        {T1 T1, SWIPE_BAD},
        {"%", SWIPE_BAD},
        {";?", SWIPE_BAD},
        {"?", SWIPE_NOT},
        {"", SWIPE_NOT},
        {"\r\n", SWIPE_NOT},
        {NUMBER, SWIPE_NOT},
        {"6035718888880528923=49", SWIPE_NOT},
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        struct cm_slice number = slice_text("before");
        const enum swipe is = swipe_read(tracks, slice_text(rows[i].text), &number);
        if (is != rows[i].is) fail_msg("row %zu: %d", i, (int)is);
        assert_true(slice_equal(number, slice_text(is == SWIPE_NUMBER ? NUMBER : "before")));
    }
}

/* Every LRC that a number can have on the tracks: it may look like the sentinel of a next track. */
static void any_lrc_is_told_from_the_next_track(void **state) {
    (void)state;
    const struct track tracks[TRACKS] = {track_of(1, "iso", (struct track_words){.name = ""}),
                                         track_of(2, "iso", (struct track_words){.name = ""})};
    struct track_form one, two;
    unsigned long seen[2] = {0, 0};
    assert_ok(track_form(&tracks[0], "3012", &one));
    assert_ok(track_form(&tracks[1], "3012", &two));
    for (unsigned i = 0; i < 1000; i++) {
        char number[20], text[2 * TRACK_TEXT_MAX];
        (void)snprintf(number, sizeof number, "60357188888805%05u", i * 97u);
        size_t n = track_fill(&one, number, 1, true, text);
        seen[0] |= 1ul << (text[n - 1] & 63);
        n += track_fill(&two, number, 1, true, text + n);
        seen[1] |= 1ul << (text[n - 1] & 63);
        struct cm_slice found;
        if (swipe_read(tracks, slice_of(text, n), &found) != SWIPE_NUMBER)
            fail_msg("%.*s", (int)n, text);
        assert_true(slice_equal(found, slice_text(number)));
    }
    assert_int_equal(__builtin_popcountl(seen[0]), 16);
    assert_int_equal(__builtin_popcountl(seen[1]), 16);
}

static void pools_without_tracks_take_no_swipes(void **state) {
    (void)state;
    const struct track none[TRACKS] = {{.on = false}, {.on = false}};
    struct cm_slice number;
    assert_int_equal(swipe_read(none, slice_text("%B1^ /^^?"), &number), SWIPE_NOT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_goes_on_both_tracks_and_comes_off_again),
        cmocka_unit_test(the_published_lrcs_are_met),
        cmocka_unit_test(what_is_not_there_leaves_its_separator),
        cmocka_unit_test(the_limits_of_iso_7813_hold),
        cmocka_unit_test(readers_send_swipes_in_many_ways),
        cmocka_unit_test(any_lrc_is_told_from_the_next_track),
        cmocka_unit_test(pools_without_tracks_take_no_swipes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
