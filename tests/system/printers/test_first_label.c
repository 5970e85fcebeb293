/* One TEST label on every emulated printer: its record is the judge of what came out, and nothing
 * but TEST stands there. Where none comes, the words say why. Grammars: lines-emulators.md. */
#include "shop.h"
#include "support/cm.h"

#include "base/file.h"
#include "base/macros.h"
#include "line/probe.h"
#include "support/printers/grammars.h"
#include "support/scratch.h"

#define TEXT_CAP  128u
#define WAIT_MS   4000u
#define FILE_MOST 65536u
#define MANY      UINT64_MAX /* one at least */

static const char label[] = "^XA^PW400^LL200^FO30,60^A0N,56,50^FD{human}^FS"
                            "^FO30,140^A0N,22,20^FD{gtin} {product}^FS^XZ";

struct expected {
    size_t kind;        /* of the printer */
    size_t with;        /* the kind that it is taken for */
    const char *faults; /* the emulator's script */
    bool moves;
    enum stop stop; /* STOP_N: none */
    enum probe_test_verdict verdict;
    const char *words;
    uint64_t on_paper;
};

static const struct expected all[] = {
    {0, 0, "", true, STOP_N, TEST_PRINTED, "1 label printed", 1},
    {1, 1, "", true, STOP_N, TEST_PRINTED, "1 label printed", 1},
    {2, 2, "", true, STOP_N, TEST_PRINTED, "1 label printed", 1},
    {3, 3, "", true, STOP_N, TEST_PRINTED, "1 label printed", 1},
    {4, 4, "", true, STOP_N, TEST_PRINTED, "1 label printed", 1},
    {5, 5, "", true, STOP_N, TEST_DELIVERED, "cannot tell", MANY}, /* it knows no stop */
    {0, 0, "", false, STOP_N, TEST_WAITING, "has not printed it", 0},
    {2, 2, "", false, STOP_N, TEST_WAITING, "taken back", 0},
    {0, 0, "", true, STOP_HEAD_OPEN, TEST_FAILED, "head open", 0},
    {0, 0, "at print 1 reprint", true, STOP_N, TEST_COPIES, "more came out", 2},
    {1, 0, "", true, STOP_N, TEST_FAILED, "did not take", 0},
    {0, 2, "", true, STOP_N, TEST_FAILED, "did not take", 0},
};
#define TRIALS CM_ARRAY_N(all)

struct trial {
    const struct expected *e;
    char uri[TEXT_CAP];
    struct buffer protocol;
    struct probe_test test;
    struct cm_diag diag;
    cm_err err;
    pthread_t thread;
};
static struct trial trials[TRIALS];

static void *test_it(void *ctx) {
    struct trial *t = ctx;
    const struct probe_test_plan plan = {.uri = t->uri,
                                         .template_text = slice_text(t->e->with == 0 ? label : ""),
                                         .template_name = t->e->with == 0 ? "label.zpl" : NULL,
                                         .protocol_text = buffer_slice(&t->protocol),
                                         .wait_ms = WAIT_MS};
    t->err = probe_test(&plan, &t->test, &t->diag);
    return NULL;
}

static void prepare(struct shop *s, size_t i) {
    struct trial *t = &trials[i];
    t->e = &all[i];
    shop_add(s, t->e->kind, t->e->faults, t->e->moves);
    if (t->e->stop != STOP_N) {
        hall_printer(s->hall, i)->stops |= 1u << t->e->stop;
        hall_printer(s->hall, i)->until_us[t->e->stop] = UINT64_MAX;
    }
    (void)snprintf(t->uri, TEXT_CAP, "%s127.0.0.1:%u%s", shop_addresses[t->e->with].address,
                   (unsigned)hall_port(s->hall, i), shop_addresses[t->e->with].option);
    if (shop_addresses[t->e->with].option[0] == '\0') return;
    char path[1024];
    (void)snprintf(path, sizeof path, CM_SOURCE_DIR "/templates/protocols/%s.protocol",
                   shop_addresses[t->e->with].kind);
    assert_ok(file_read(path, FILE_MOST, &t->protocol, NULL));
}

/* What came out, and that all of it says TEST. */
static uint64_t on_paper(const struct record *r) {
    uint64_t n = 0;
    for (size_t i = 0; i < record_n(r); i++) {
        const struct record_entry e = record_at(r, i);
        if ((RECORD_ON_PAPER & 1u << e.event) == 0) continue;
        assert_non_null(memmem(e.text.p, e.text.len, "TEST", 4));
        n++;
    }
    return n;
}

static void one_test_label_comes_out_or_it_is_said_why(void **state) {
    (void)state;
    struct shop s;
    shop_open(&s);
    for (size_t i = 0; i < TRIALS; i++)
        prepare(&s, i);
    shop_serve(&s);
    for (size_t i = 0; i < TRIALS; i++)
        assert_int_equal(pthread_create(&trials[i].thread, NULL, test_it, &trials[i]), 0);
    for (size_t i = 0; i < TRIALS; i++)
        assert_int_equal(pthread_join(trials[i].thread, NULL), 0);
    shop_stop(&s);
    for (size_t i = 0; i < TRIALS; i++) {
        const struct trial *t = &trials[i];
        const struct probe_test *r = &t->test;
        if (t->err != CM_OK) fail_msg("%zu %s: %s: %s", i, t->uri, t->diag.input, t->diag.problem);
        if (r->verdict != t->e->verdict || strstr(r->words, t->e->words) == NULL)
            fail_msg("%zu %s: %s: %s; %s", i, t->uri, probe_test_verdict_name(r->verdict), r->words,
                     r->remedy);
        assert_int_equal(r->remedy[0] == '\0', r->verdict == TEST_PRINTED);
        assert_int_equal(r->probed, r->verdict == TEST_FAILED);
        const uint64_t n = on_paper(hall_printer(s.hall, i)->record);
        if (t->e->on_paper == MANY ? n == 0 : n != t->e->on_paper)
            fail_msg("%zu %s: %u on paper", i, t->uri, (unsigned)n);
        buffer_free(&trials[i].protocol);
    }
    assert_string_equal(trials[10].test.probe.kind, "ztc");
    assert_int_equal(trials[10].test.probe.verdict, PROBE_OTHER);
    assert_string_equal(trials[11].test.probe.kind, "zpl");
    shop_close(&s);
}

static void a_file_takes_the_label_and_proves_no_more(void **state) {
    (void)state;
    struct scratch dir;
    char uri[SCRATCH_CAP + 32];
    struct buffer text = BUFFER_INIT;
    struct probe_test r;
    assert_true(scratch_make(&dir));
    (void)snprintf(uri, sizeof uri, "file:%s/labels.txt", dir.path);
    assert_ok(probe_test(&(struct probe_test_plan){.uri = uri}, &r, NULL));
    assert_int_equal(r.verdict, TEST_DELIVERED);
    assert_ok(file_read(uri + 5, FILE_MOST, &text, NULL));
    assert_non_null(strstr(buffer_cstr(&text), "TEST\tTEST\t"));
    assert_non_null(strstr(buffer_cstr(&text), "\t00000000000000\t"));
    buffer_free(&text);
    scratch_remove(dir.path);
}

static void mistakes_are_told_before_anything_is_sent(void **state) {
    (void)state;
    static const struct {
        const char *uri, *label;
        cm_err err;
    } bad[] = {{"zpl+tcp://127.0.0.1:9", "^XA^FD{nobody}^FS^XZ", CM_E_NOT_FOUND},
               {"zpl+tcp://127.0.0.1:9", "", CM_E_FORMAT},
               {"raw+tcp://127.0.0.1:9?protocol=codenet", "", CM_E_FORMAT},
               {"nonsense", label, CM_E_FORMAT}};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag = DIAG_INIT;
        struct probe_test r = {.verdict = TEST_VERDICT_N};
        const struct probe_test_plan plan = {.uri = bad[i].uri,
                                             .template_text = slice_text(bad[i].label)};
        assert_err(bad[i].err, probe_test(&plan, &r, &diag));
        assert_true(diag.problem[0] != '\0');
        assert_int_equal(r.verdict, TEST_VERDICT_N);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_test_label_comes_out_or_it_is_said_why),
        cmocka_unit_test(a_file_takes_the_label_and_proves_no_more),
        cmocka_unit_test(mistakes_are_told_before_anything_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
