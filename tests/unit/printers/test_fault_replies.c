/* Faults of answers and links, on every grammar: what a client sees of each. */
#include "support/cm.h"

#include <string.h>

#include "voice.h"

static void no_reply_swallows_one_answer(void **state) {
    (void)state;
    for (const struct voice *v = voices; v < voices + VOICES; v++) {
        struct talk t;
        struct fault_script s;
        voice_begin(&t, v, "");
        voice_strike(&t, &s, "no-reply");
        talk_say(&t, v->ask);
        assert_string_equal(talk_got(&t), "");
        talk_say(&t, v->ask);
        assert_string_equal(talk_got(&t), v->told);
        fault_script_free(&s);
        talk_close(&t);
    }
}

static void a_late_reply_comes_late_and_in_order(void **state) {
    (void)state;
    for (const struct voice *v = voices; v < voices + VOICES; v++) {
        struct talk t;
        struct fault_script s;
        voice_begin(&t, v, "");
        voice_strike(&t, &s, "late 500");
        talk_say(&t, v->ask);
        talk_wait(&t, 499);
        assert_string_equal(talk_got(&t), "");
        talk_say(&t, v->ask); /* its answer must not overtake */
        assert_string_equal(talk_got(&t), "");
        talk_wait(&t, 1);
        assert_int_equal(t.pieces, 2);
        assert_int_equal(t.got.len, 2 * strlen(v->told));
        fault_script_free(&s);
        talk_close(&t);
    }
}

static void a_split_reply_comes_byte_by_byte(void **state) {
    (void)state;
    for (const struct voice *v = voices; v < voices + VOICES; v++) {
        struct talk t;
        struct fault_script s;
        voice_begin(&t, v, "");
        voice_strike(&t, &s, "split");
        talk_say(&t, v->ask);
        assert_int_equal(t.pieces, 1);
        assert_int_equal(t.got.len, 1);
        talk_wait(&t, 100);
        assert_int_equal(t.pieces, strlen(v->told) - 1);
        assert_string_equal(talk_got(&t), v->told + 1);
        fault_script_free(&s);
        talk_close(&t);
    }
}

static void joined_replies_leave_in_one_write(void **state) {
    (void)state;
    for (const struct voice *v = voices; v < voices + VOICES; v++) {
        struct talk t;
        struct fault_script s;
        voice_begin(&t, v, "");
        voice_strike(&t, &s, "join");
        talk_say(&t, v->ask);
        assert_string_equal(talk_got(&t), "");
        talk_say(&t, v->ask);
        assert_int_equal(t.pieces, 1);
        assert_int_equal(t.got.len, 2 * strlen(v->told));
        fault_script_free(&s);
        talk_close(&t);
    }
}

static void an_unsolicited_line_comes_before_the_reply(void **state) {
    (void)state;
    for (const struct voice *v = voices; v < voices + VOICES; v++) {
        struct talk t;
        struct fault_script own, given;
        voice_begin(&t, v, "");
        voice_strike(&t, &given, "unsolicited NOISE\\r");
        talk_say(&t, v->ask);
        assert_int_equal(t.pieces, 2);
        assert_memory_equal(t.got.p, "NOISE\r", 6);
        assert_string_equal(talk_got(&t) + 6, v->told);
        voice_strike(&t, &own, "unsolicited"); /* without a text: what such a printer may say */
        talk_say(&t, v->ask);
        assert_int_equal(t.pieces, 2);
        assert_true(t.got.len > strlen(v->told));
        fault_script_free(&own);
        fault_script_free(&given);
        talk_close(&t);
    }
}

static void a_reset_comes_after_the_unit_was_taken_and_answers_nothing(void **state) {
    (void)state;
    for (const struct voice *v = voices; v < voices + VOICES; v++) {
        struct talk t;
        voice_begin(&t, v, "at item 1 reset\n");
        voice_say_unit(&t, v, "A");
        assert_true(t.link->reset);
        assert_string_equal(talk_got(&t), "");
        assert_int_equal(voice_met(&t, v, RECORD_TAKEN, "A"), 1);
        talk_again(&t);
        talk_say(&t, v->ask);
        assert_string_equal(talk_got(&t), v->told);
        talk_close(&t);
    }
}

static void a_reset_at_connect_cuts_the_new_link(void **state) {
    (void)state;
    for (const struct voice *v = voices; v < voices + VOICES; v++) {
        struct talk t;
        voice_begin(&t, v, "at connect 2 reset\n");
        talk_again(&t);
        assert_true(t.link->reset);
        talk_say(&t, v->ask);
        assert_string_equal(talk_got(&t), "");
        talk_close(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_reply_swallows_one_answer),
        cmocka_unit_test(a_late_reply_comes_late_and_in_order),
        cmocka_unit_test(a_split_reply_comes_byte_by_byte),
        cmocka_unit_test(joined_replies_leave_in_one_write),
        cmocka_unit_test(an_unsolicited_line_comes_before_the_reply),
        cmocka_unit_test(a_reset_comes_after_the_unit_was_taken_and_answers_nothing),
        cmocka_unit_test(a_reset_at_connect_cuts_the_new_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
