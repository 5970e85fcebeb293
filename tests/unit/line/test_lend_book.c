/* The line computer's book: what was taken is never taken again, whatever happens to the process,
 * and nobody else's book is believed. */
#include "support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "line/lend_claim.h"
#include "support/scratch.h"

static const struct cm_key key = {{1, 2, 3}};
static const struct cm_key other_key = {{3, 2, 1}};

static void lend_of(struct lend *l, const struct cm_key *k) {
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    assert_ok(lend_put_head(&b, &(struct lend_head){.number = 7,
                                                    .until_ms = 1795000000000,
                                                    .units = 5,
                                                    .report_key = k,
                                                    .run = slice_text("{\"name\":\"r\"}")}));
    buffer_text(&b, "{\"set\":3,\"batch\":{},\"first\":10,\"count\":3,"
                    "\"codes\":[\"AAAA\",\"BBBB\",\"CCCC\"]}\n"
                    "{\"set\":3,\"batch\":{},\"first\":13,\"count\":2,"
                    "\"codes\":[\"DDDD\",\"EEEE\"]}\n");
    assert_ok(lend_put_end(&b, 5));
    assert_ok(lend_parse(buffer_slice(&b), l, NULL));
}

static void folder_of(char out[static 64]) {
    (void)snprintf(out, 64, "/tmp/lend-XXXXXX");
    assert_non_null(mkdtemp(out));
}

static uint64_t taken(struct lend_book *b, uint64_t units, uint64_t *first) {
    const struct lend_chunk *c = NULL;
    uint64_t count = 0;
    assert_ok(lend_book_take(b, units, 1, &c, first, &count, NULL));
    return c == NULL ? 0 : count;
}

static cm_err tell(struct lend_book *b, const char *text) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(json_doc_new(&doc, slice_text(text), "test", &JSON_LIMITS_DEFAULT, NULL));
    return lend_book_report(b, json_root(doc), 2, NULL);
}

static void another_life_goes_on_where_the_last_one_ended(void **state) {
    (void)state;
    CM_CLEANUP(lend_wipe) struct lend l;
    struct lend_book b;
    char folder[64];
    uint64_t first = 0;
    lend_of(&l, &key);
    folder_of(folder);
    assert_ok(lend_book_open(&b, &l, folder, 1, NULL));
    assert_int_equal(taken(&b, 2, &first), 2);
    assert_int_equal(first, 10);
    lend_book_wipe(&b); /* killed: the texts were in the line's hands */
    assert_ok(lend_book_open(&b, &l, folder, 1, NULL));
    assert_int_equal(taken(&b, 100, &first), 1); /* the rest of its chunk */
    assert_int_equal(first, 12);
    assert_ok(tell(&b, "{\"moves\":[[3,10,2,\"printed\",\"none\"]],\"state\":\"running\","
                       "\"words\":\"\",\"duplicates\":1,\"down\":{\"paper out\":500}}"));
    lend_book_wipe(&b);
    assert_ok(lend_book_open(&b, &l, folder, 1, NULL));
    assert_int_equal(lend_book_count(&b, CM_STAGE_PRINTED), 2);
    assert_int_equal(lend_book_count(&b, CM_STAGE_RESERVED), 1);
    assert_int_equal(b.duplicates, 1);
    assert_int_equal(taken(&b, 100, &first), 2);
    assert_int_equal(first, 13);
    assert_int_equal(taken(&b, 100, &first), 0);
    scratch_remove(folder);
    lend_book_wipe(&b);
}

static void a_move_that_no_unit_may_make_changes_nothing(void **state) {
    (void)state;
    CM_CLEANUP(lend_wipe) struct lend l;
    struct lend_book b;
    char folder[64];
    uint64_t first = 0;
    lend_of(&l, &key);
    folder_of(folder);
    assert_ok(lend_book_open(&b, &l, folder, 1, NULL));
    assert_int_equal(taken(&b, 2, &first), 2);
    assert_ok(tell(&b, "{\"moves\":[[3,10,2,\"void\",\"unsent\"]],\"state\":\"\",\"words\":\"\"}"));
    static const char *const bad[] = {
        "{\"moves\":[[3,10,1,\"sent\",\"none\"]],\"state\":\"\",\"words\":\"\"}", /* a way back */
        "{\"moves\":[[3,12,1,\"sent\",\"none\"]],\"state\":\"\",\"words\":\"\"}", /* not taken */
        "{\"moves\":[[3,11,2,\"void\",\"none\"]],\"state\":\"\",\"words\":\"\"}", /* partly so */
        "{\"moves\":[[4,10,1,\"void\",\"none\"]],\"state\":\"\",\"words\":\"\"}",
        "{\"moves\":[[3,10,0,\"void\",\"none\"]],\"state\":\"\",\"words\":\"\"}",
        "{\"moves\":[[3,10,1,\"gone\",\"none\"]],\"state\":\"\",\"words\":\"\"}",
        "{\"moves\":[[3,10,1,\"void\"]],\"state\":\"\",\"words\":\"\"}",
        "{\"moves\":{},\"state\":\"\",\"words\":\"\"}",
        "{\"moves\":[]}", /* how does it stand? */
        "{}"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        assert_int_not_equal(tell(&b, bad[i]), CM_OK);
        assert_int_equal(lend_book_count(&b, CM_STAGE_VOID), 2);
        assert_int_equal(b.spans.n, 1);
    }
    scratch_remove(folder);
    lend_book_wipe(&b);
}

static void a_book_of_other_hands_is_refused(void **state) {
    (void)state;
    CM_CLEANUP(lend_wipe) struct lend l, other;
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    struct lend_book b, again;
    char folder[64], path[LEND_BOOK_PATH_CAP];
    uint64_t first = 0;
    lend_of(&l, &key);
    lend_of(&other, &other_key);
    folder_of(folder);
    assert_ok(lend_book_open(&b, &l, folder, 1, NULL));
    assert_int_equal(taken(&b, 3, &first), 3);
    memcpy(path, b.path, sizeof path);
    lend_book_wipe(&b);
    assert_err(CM_E_AUTH, lend_book_open(&again, &other, folder, 1, NULL));
    assert_ok(file_read(path, LEND_REPORT_MAX, &bytes, NULL));
    for (size_t at = 0; at < bytes.len; at++) { /* one bit of every byte */
        bytes.p[at] ^= 1;
        assert_ok(file_replace(path, buffer_slice(&bytes), 0600, NULL));
        bytes.p[at] ^= 1;
        const cm_err err = lend_book_open(&again, &l, folder, 1, NULL);
        assert_int_not_equal(err, CM_OK);
        assert_int_not_equal(err, CM_E_NOT_FOUND); /* which would begin it anew */
    }
    scratch_remove(folder);
}

static void what_could_not_be_written_was_not_taken(void **state) {
    (void)state;
    CM_CLEANUP(lend_wipe) struct lend l;
    struct lend_book b;
    char folder[64];
    const struct lend_chunk *c = NULL;
    uint64_t first = 0, count = 0;
    lend_of(&l, &key);
    folder_of(folder);
    assert_ok(lend_book_open(&b, &l, folder, 1, NULL));
    scratch_remove(folder);
    assert_int_not_equal(lend_book_take(&b, 2, 1, &c, &first, &count, NULL), CM_OK);
    assert_int_equal(b.spans.n, 0);
    lend_book_wipe(&b);
}

/* Two agents on one lend would each print what the other has not written down yet. */
static void one_agent_at_a_time_has_the_book(void **state) {
    (void)state;
    CM_CLEANUP(lend_wipe) struct lend l;
    struct lend_book b, other;
    char folder[64];
    uint64_t first = 0;
    lend_of(&l, &key);
    folder_of(folder);
    assert_ok(lend_book_open(&b, &l, folder, 1, NULL));
    assert_err(CM_E_BUSY, lend_book_open(&other, &l, folder, 1, NULL));
    assert_int_equal(taken(&b, 2, &first), 2);
    lend_book_wipe(&b);
    assert_ok(lend_book_open(&other, &l, folder, 1, NULL));
    assert_int_equal(taken(&other, 1, &first), 1);
    assert_int_equal(first, 12);
    lend_book_wipe(&other);
    scratch_remove(folder);
}

/* Begin or go on, as the agent does. */
static cm_err work(const struct lend *l, const char *private_key, const char *folder) {
    CM_CLEANUP(lend_claim_close) struct lend_claim claim = LEND_CLAIM_INIT;
    CM_CLEANUP(lend_book_wipe) struct lend_book b = {.lend = NULL};
    TRY(lend_claim_open(&claim, private_key, l, folder, NULL));
    TRY(lend_book_open(&b, l, folder, 1, NULL));
    return lend_claim_note(&claim, NULL);
}

static void a_lend_goes_on_only_where_its_book_is(void **state) {
    (void)state;
    CM_CLEANUP(lend_wipe) struct lend l, other;
    char base[64], private_key[128], here[128], there[128], old[160], new[160];
    lend_of(&l, &key);
    lend_of(&other, &other_key);
    folder_of(base);
    (void)snprintf(private_key, sizeof private_key, "%s/line.key", base);
    (void)snprintf(here, sizeof here, "%s/here", base);
    (void)snprintf(there, sizeof there, "%s/there", base);
    (void)snprintf(old, sizeof old, "%s/lend-7.report", here);
    (void)snprintf(new, sizeof new, "%s/lend-7.report", there);
    assert_ok(file_replace(private_key, slice_text("a key"), 0600, NULL));
    assert_int_equal(mkdir(here, 0700), 0);
    assert_int_equal(mkdir(there, 0700), 0);

    assert_ok(work(&l, private_key, here));
    assert_ok(work(&l, private_key, here));
    assert_err(CM_E_CONFLICT, work(&l, private_key, there)); /* copied: it would print again */
    assert_int_equal(rename(old, new), 0);
    assert_ok(work(&l, private_key, there)); /* moved */
    assert_err(CM_E_CONFLICT, work(&l, private_key, here));
    assert_int_equal(unlink(new), 0);
    assert_err(CM_E_CONFLICT, work(&l, private_key, there)); /* what it printed nobody knows */
    assert_err(CM_E_CONFLICT, work(&l, private_key, here));
    assert_ok(work(&other, private_key, here)); /* another lend begins where it likes */
    scratch_remove(base);
}

/* A power cut before the line was whole: nothing was printed on it. */
static void a_line_that_was_cut_counts_for_nothing(void **state) {
    (void)state;
    CM_CLEANUP(lend_wipe) struct lend l;
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    char base[64], private_key[128], here[128], claims[160], book[160];
    lend_of(&l, &key);
    folder_of(base);
    (void)snprintf(private_key, sizeof private_key, "%s/line.key", base);
    (void)snprintf(here, sizeof here, "%s/here", base);
    (void)snprintf(claims, sizeof claims, "%s.lends", private_key);
    (void)snprintf(book, sizeof book, "%s/lend-7.report", here);
    assert_ok(file_replace(private_key, slice_text("a key"), 0600, NULL));
    assert_int_equal(mkdir(here, 0700), 0);
    assert_ok(work(&l, private_key, here));
    assert_ok(file_read(claims, 4096, &bytes, NULL));
    for (size_t len = 0; len <= bytes.len; len++) {
        (void)unlink(book);
        assert_ok(file_replace(claims, slice_of(bytes.p, len), 0600, NULL));
        assert_int_equal(work(&l, private_key, here), len < bytes.len ? CM_OK : CM_E_CONFLICT);
        (void)unlink(book);
        assert_err(CM_E_CONFLICT, work(&l, private_key, here)); /* it is whole now */
    }
    scratch_remove(base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_life_goes_on_where_the_last_one_ended),
        cmocka_unit_test(one_agent_at_a_time_has_the_book),
        cmocka_unit_test(a_lend_goes_on_only_where_its_book_is),
        cmocka_unit_test(a_line_that_was_cut_counts_for_nothing),
        cmocka_unit_test(a_move_that_no_unit_may_make_changes_nothing),
        cmocka_unit_test(a_book_of_other_hands_is_refused),
        cmocka_unit_test(what_could_not_be_written_was_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
