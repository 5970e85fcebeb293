/* What the options of `run start` mean, where no workspace is needed. Links of /etc/localtime look
 * as localtime(5) of systemd describes them. */
#include "cli/run_order.h"

#include <string.h>

#include "cli/shipped.h"
#include "cli/zone.h"
#include "support/cm.h"

static struct options options_of(const char *const *words) {
    static char *argv[16];
    static const struct option_spec none[] = {{NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
    struct options o = {.tables = {run_start_options, none}};
    int argc = 0;
    for (; words[argc] != NULL; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc];
    assert_ok(options_parse(&o, argc, argv, NULL));
    return o;
}

static void a_shipped_template_is_found_by_its_name(void **state) {
    (void)state;
    const char *const words[] = {"--printer", "zpl+tcp://10.0.0.5", "--template", "plain", NULL};
    CM_CLEANUP(options_free) struct options o = options_of(words);
    CM_CLEANUP(run_texts_wipe) struct run_texts t = {.template_text = BUFFER_INIT};
    assert_ok(run_texts_read(&o, option_text(&o, "printer"), &t, NULL));
    assert_memory_equal(t.template_text.p, "^XA^PW400", 9); /* templates/labels/plain.zpl */
    assert_true(slice_equal(t.template_name, slice_text("plain")));
    assert_int_equal(t.protocol_text.len, 0);
}

/* A coder holds its layouts: the template is the name of one. */
static void coders_get_the_name_of_their_message(void **state) {
    (void)state;
    const char *const words[] = {"--printer", "raw+tcp://10.0.0.9?protocol=codenet", "--template",
                                 "JOB1", NULL};
    CM_CLEANUP(options_free) struct options o = options_of(words);
    CM_CLEANUP(run_texts_wipe) struct run_texts t = {.template_text = BUFFER_INIT};
    assert_ok(run_texts_read(&o, option_text(&o, "printer"), &t, NULL));
    assert_true(slice_equal(t.template_name, slice_text("JOB1")));
    assert_int_equal(t.template_text.len, 0);
    assert_non_null(strstr(buffer_cstr(&t.protocol_text), "name codenet\n"));
}

static void what_a_printer_lacks_is_named_with_its_remedy(void **state) {
    (void)state;
    static const struct {
        const char *const words[6];
        const char *problem;
        cm_err err;
    } cases[] = {
        {{"--printer", "zpl+tcp://h", NULL}, "this printer needs a label template", CM_E_ARGUMENT},
        {{"--printer", "raw+tcp://h", NULL},
         "a raw printer needs its line protocol",
         CM_E_ARGUMENT},
        {{"--printer", "ztc+tcp://h", "--protocol", "codenet", NULL},
         "only raw printers are told their language",
         CM_E_ARGUMENT},
        {{"--printer", "zpl+tcp://h", "--template", "plane", NULL},
         "there is no file 'plane'",
         CM_E_NOT_FOUND},
        {{"--printer", "raw+tcp://h", "--protocol", "codnet", NULL},
         "there is no file 'codnet'",
         CM_E_NOT_FOUND}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        CM_CLEANUP(options_free) struct options o = options_of(cases[i].words);
        CM_CLEANUP(run_texts_wipe) struct run_texts t = {.template_text = BUFFER_INIT};
        struct cm_diag diag = DIAG_INIT;
        assert_err(cases[i].err, run_texts_read(&o, option_text(&o, "printer"), &t, &diag));
        assert_string_equal(diag.problem, cases[i].problem);
        assert_true(diag.remedy[0] != '\0');
    }
}

static void rates_are_units_a_minute(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t rate; /* 0: refused */
    } cases[] = {
        {"250/min", 250}, {"250", 250},    {"5/s", 300},    {"15000/h", 250},     {"1/h", 1},
        {"0", 0},         {"-1", 0},       {"", 0},         {"/min", 0},          {"250/day", 0},
        {"1e3", 0},       {"250 /min", 0}, {"100001/s", 0}, {"6000000", 6000000}, {"6000001", 0}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct cm_diag diag = DIAG_INIT;
        uint64_t rate = 0;
        assert_err(cases[i].rate > 0 ? CM_OK : CM_E_ARGUMENT,
                   rate_read(cases[i].text, &rate, &diag));
        assert_int_equal(rate, cases[i].rate);
    }
}

static void the_zone_is_what_the_link_names(void **state) {
    (void)state;
    static const struct {
        const char *link, *zone;
    } cases[] = {
        {"/usr/share/zoneinfo/Europe/Berlin", "Europe/Berlin"},
        {"../usr/share/zoneinfo/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"},
        {"/usr/share/zoneinfo/UTC", "UTC"},
        {"/etc/somewhere", ""},
        {"", ""}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        char zone[ZONE_CAP];
        zone_of_link(cases[i].link, zone);
        assert_string_equal(zone, cases[i].zone);
    }
}

static void a_printers_kind_stands_before_its_transport(void **state) {
    (void)state;
    static const char *const cases[][2] = {{"zpl+tcp://10.0.0.5:9100", "zpl"},
                                           {"ipp://h/ipp/print", "ipp"},
                                           {"file:out.txt", "file"},
                                           {"ztc+serial:/dev/ttyS0?baud=9600", "ztc"},
                                           {"nothing", ""},
                                           {"", ""}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++)
        assert_true(slice_equal(printer_kind(cases[i][0]), slice_text(cases[i][1])));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shipped_template_is_found_by_its_name),
        cmocka_unit_test(coders_get_the_name_of_their_message),
        cmocka_unit_test(what_a_printer_lacks_is_named_with_its_remedy),
        cmocka_unit_test(rates_are_units_a_minute),
        cmocka_unit_test(the_zone_is_what_the_link_names),
        cmocka_unit_test(a_printers_kind_stands_before_its_transport),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
