/* What each grammar does beyond its golden conversations: its delivery model at work, its limits,
 * and hostile bytes. Sections are those of the printers' reference. */
#include "support/cm.h"

#include <string.h>

#include "base/text.h"
#include "support/splitmix.h"
#include "talk.h"

#define NOISE_LEN  512u
#define NOISE_RUNS 400u

/* A client's session with a label printer, as one writes it. */
static void a_label_is_taken_printed_and_on_record(void **state) {
    (void)state;
    struct talk t;
    talk_open(&t, "zpl", "");
    talk_say(&t, "^XA^DFR:BOX.ZPL^FS^FO40,40^BXN,6,200,,,,@^FN1^FS^XZ");
    talk_say(&t, "^XA^XFR:BOX.ZPL^FS^FN1^FDAB12^FS^PQ1^XZ");
    assert_int_equal(talk_count(&t, RECORD_TAKEN), 1);
    assert_int_equal(talk_count(&t, RECORD_PRINTED), 0);
    talk_print(&t, 1);
    assert_int_equal(record_count_of(t.printer->record, RECORD_PRINTED, "R:BOX.ZPL|1=AB12"), 1);
    talk_close(&t);
}

/* ---- ZPL, section 1 ------------------------------------------------------------------------- */

static void zpl_reads_a_format_however_the_bytes_arrive(void **state) {
    (void)state;
    static const char stream[] =
        "^XA^FDone^FS^XZ~HS^XA^FDtwo^FS^XZ! U1 getvar \"device.unique_id\"\r\n";
    for (size_t cut = 1; cut < sizeof stream - 1; cut++) {
        struct talk t;
        talk_open(&t, "zpl", "");
        printer_hear(t.printer, t.link, slice_of(stream, cut), 0);
        printer_hear(t.printer, t.link, slice_of(stream + cut, sizeof stream - 1 - cut), 0);
        talk_print(&t, 9);
        assert_int_equal(talk_count(&t, RECORD_PRINTED), 2);
        assert_int_equal(t.pieces, 2);
        talk_close(&t);
    }
}

static void zpl_stops_reading_when_its_buffer_is_full(void **state) {
    (void)state;
    struct talk t;
    talk_open_with(&t, "zpl", (struct printer_options){.depth = 2});
    talk_say(&t, "^XA^FD1^FS^XZ^XA^FD2^FS^XZ^XA^FD3^FS^XZ");
    assert_int_equal(talk_count(&t, RECORD_TAKEN), 2);
    talk_say(&t, "~HS"); /* behind the third format: not seen */
    assert_string_equal(talk_got(&t), "");
    talk_print(&t, 1);
    assert_int_equal(talk_count(&t, RECORD_TAKEN), 3);
    assert_non_null(strstr(talk_got(&t), ",002,1,")); /* two formats, buffer full */
    talk_close(&t);
}

static void zpl_flash_formats_survive_the_power_and_jz_does_not(void **state) {
    (void)state;
    struct talk t;
    talk_open(&t, "zpl", "at print 1 power lose for 10\nat print 2 paper-out\n");
    talk_say(&t, "^XA^JZN^XZ^XA^DFE:F.ZPL^FS^FN1^FS^XZ^XA^XFE:F.ZPL^FS^FN1^FDa^FS^XZ");
    talk_print(&t, 1);
    assert_int_equal(talk_count(&t, RECORD_CUT), 1);
    talk_wait(&t, 10);
    talk_again(&t);
    talk_say(&t, "^XA^XFE:F.ZPL^FS^FN1^FDb^FS^XZ");
    talk_print(&t, 1);
    printer_mend(t.printer);
    assert_int_equal(record_count_of(t.printer->record, RECORD_RETRIED, "E:F.ZPL|1=b"), 1);
    talk_close(&t);
}

static void zpl_forgets_a_cut_label_with_the_power(void **state) {
    (void)state;
    struct talk t;
    struct fault_script s;
    talk_open(&t, "zpl", "at print 1 paper-out\n");
    talk_say(&t, "^XA^FDa^FS^XZ");
    talk_print(&t, 1);
    assert_true(t.printer->again); /* ^JZ is Y: it waits for paper */
    assert_ok(fault_parse(slice_text("at item 1 power lose for 10"), "test", &s, NULL));
    printer_fault(t.printer, &s.faults[0]);
    printer_mend(t.printer);
    talk_wait(&t, 10);
    talk_print(&t, 1);
    assert_int_equal(talk_count(&t, RECORD_CUT), 1);
    assert_int_equal(talk_count(&t, RECORD_RETRIED), 0);
    fault_script_free(&s);
    talk_close(&t);
}

static void zpl_clients_interleave(void **state) {
    (void)state;
    struct talk t;
    talk_open(&t, "zpl", "");
    struct link *other = printer_connect(t.printer, 0);
    assert_non_null(other);
    talk_say(&t, "^XA^FDhalf");
    printer_hear(t.printer, other, slice_text("^XA^FDwhole^FS^XZ~HS"), 0);
    assert_non_null(
        memmem(other->out.bytes.p, other->out.bytes.len, ",001,0,0,1,", 11)); /* h: partial */
    talk_say(&t, "^FS^XZ");
    talk_print(&t, 2);
    assert_int_equal(talk_count(&t, RECORD_PRINTED), 2);
    talk_close(&t);
}

static void zpl_tells_what_remains_of_a_batch(void **state) {
    (void)state;
    struct talk t;
    talk_open(&t, "zpl", "");
    talk_say(&t, "^XA^FDx^FS^PQ12^XZ");
    talk_print(&t, 5);
    talk_say(&t, "~HS");
    assert_non_null(strstr(talk_got(&t), ",00000007,1,000\x03"));
    talk_say(&t, "~JA");
    talk_print(&t, 5);
    assert_int_equal(t.printer->total, 5);
    talk_close(&t);
}

static void a_rate_gives_every_label_its_time(void **state) {
    (void)state;
    struct talk t;
    talk_open_with(&t, "zpl", (struct printer_options){.rate_per_minute = 600}); /* 100 ms */
    talk_say(&t, "^XA^FD1^FS^XZ^XA^FD2^FS^XZ^XA^FD3^FS^XZ");
    assert_int_equal(printer_wakes_us(t.printer), 100000);
    talk_wait(&t, 250);
    assert_int_equal(t.printer->total, 2);
    assert_int_equal(printer_wakes_us(t.printer), 300000);
    talk_wait(&t, 5000);
    assert_int_equal(t.printer->total, 3);
    const struct record_entry last = record_at(t.printer->record, record_n(t.printer->record) - 1);
    assert_int_equal(last.time_us, 300000); /* when it came out, not when somebody looked */
    talk_close(&t);
}

/* ---- ZTC, section 2 ------------------------------------------------------------------------- */

static void ztc_takes_the_same_index_twice(void **state) {
    (void)state;
    struct talk t; /* no description says that it refuses: a driver must not count on it */
    talk_open(&t, "ztc", "");
    talk_say(&t, "SHO|code|\rSST|3|\rSID|5|A|\rSID|5|A|\r");
    assert_int_equal(record_count_of(t.printer->record, RECORD_TAKEN, "code=A"), 2);
    assert_int_equal(record_duplicates(t.printer->record, 1u << RECORD_TAKEN), 1);
    talk_close(&t);
}

static void ztc_starts_when_it_has_booted(void **state) {
    (void)state;
    struct talk t;
    struct fault_script s;
    talk_open_with(&t, "ztc", (struct printer_options){.boot_ms = 60000});
    assert_ok(fault_parse(slice_text("at item 1 power keep for 100"), "test", &s, NULL));
    printer_fault(t.printer, &s.faults[0]);
    talk_wait(&t, 100);
    talk_again(&t);
    talk_say(&t, "SST|3|\r");
    assert_string_equal(talk_got(&t), "ERR\r"); /* starting */
    talk_wait(&t, 60000);
    talk_say(&t, "SST|3|\rSST|2|\rSST|0|\rSST|1|\r");
    assert_string_equal(talk_got(&t), "ACK\rACK\rACK\rACK\r");
    fault_script_free(&s);
    talk_close(&t);
}

static void ztc_refuses_a_list_without_its_last_bar(void **state) {
    (void)state;
    struct talk t;
    talk_open(&t, "ztc", "");
    talk_say(&t, "SHO|code\rSID|1|A\rSMR|x|\rSMR||\rSAN|on|\rGST|\r\nSRC\r\n");
    assert_string_equal(talk_got(&t), "ERR\rERR\rERR\rERR\rERR\rSTS|4|0||0|0|\rSRC|0|\r");
    talk_close(&t);
}

static void ztc_counts_what_it_missed(void **state) {
    (void)state;
    struct talk t;
    talk_open(&t, "ztc", "at print 2 skip\n");
    talk_say(&t, "SHO|code|\rSST|3|\rSID|1|A|\rSID|2|B|\rSID|3|C|\r");
    talk_print(&t, 3);
    talk_say(&t, "GPC\rSLR\r");
    assert_string_equal(talk_got(&t), "PCS|2|0|1|0|\rSLR|3|\r");
    talk_close(&t);
}

/* ---- SPPL, section 3 ------------------------------------------------------------------------ */

static void sppl_pairs_the_rows_of_its_fields(void **state) {
    (void)state;
    struct talk t;
    talk_open_with(&t, "sppl", (struct printer_options){.fields = "a,b", .depth = 2});
    talk_say(&t, "~SPLAQD{a~gt~1\n2}^~SPLAQD{b~gt~x}^~SPLAQD{b~gt~y\nz}^~SPPSAP^");
    assert_string_equal(talk_got(&t), "~SPGRES{SPLAQD:OK}^~SPGRES{SPLAQD:OK}^~SPGRES{SPLAQD:FAIL}^"
                                      "~SPGRES{SPPSAP:OK}^");
    talk_print(&t, 5);
    assert_int_equal(talk_count(&t, RECORD_PRINTED), 1);
    assert_int_equal(record_count_of(t.printer->record, RECORD_PRINTED, "a=1|b=x"), 1);
    talk_say(&t, "~SPLGQC{a}^~SPPSTA^");
    assert_string_equal(talk_got(&t), "~SPGRES{SPLGQC:1}^~SPGRES{SPPSTA:WAITING<}^");
    talk_close(&t);
}

static void sppl_templates_with_rows_of_their_own_preload_the_queue(void **state) {
    (void)state;
    struct talk t;
    talk_open_with(&t, "sppl", (struct printer_options){.quirks = "spaced"});
    talk_say(&t, "~SPLLTF{csv_box.rox}^~SPLGQC{code}^");
    assert_string_equal(talk_got(&t), "~ SPGRES{SPLLTF:OK}^~ SPGRES{SPLGQC:3}^");
    assert_int_equal(talk_count(&t, RECORD_TAKEN), 0); /* nobody sent them */
    talk_say(&t, "~SPLCQD{code}^");
    assert_int_equal(talk_count(&t, RECORD_CLEARED), 3);
    talk_close(&t);
}

/* ---- Rules, section 4 ----------------------------------------------------------------------- */

static void rules_check_sums_and_fill_queues(void **state) {
    (void)state;
    static const char text[] = "name own\nstart <\nend >\nchecksum sum8\nmodel fifo\ndepth 2\n"
                               "ack +<sum>\nrefuse -<sum>\nforbid !\n"
                               "on P<text>\n  take code <text>\n  ack\n"
                               "on N\n  say <queued>/<count>/<total>\non C\n  clear\n  ack\n";
    struct protocol *r = NULL;
    struct printer *p = NULL;
    assert_ok(protocol_parse(slice_text(text), "own", &r, NULL));
    const struct printer_options o = {
        .grammar = &grammar_raw, .grammar_data = r, .keep_record = true, .manual = true};
    assert_ok(printer_new(&o, &p, NULL));
    struct link *l = printer_connect(p, 0);
    /* P + A = 50 + 41 hex; a wrong sum; a full queue; N = 4E */
    printer_hear(p, l, slice_text("<PA91><PA92><PB92><PC93><P!71><N4E>"), 0);
    static const char said[] = "+91-91+92-93-712/0/0";
    assert_true(slice_equal(buffer_slice(&l->out.bytes), slice_text(said)));
    printer_products(p, 1);
    assert_int_equal(record_count_of(p->record, RECORD_PRINTED, "code=A"), 1);
    struct fault_script s;
    assert_ok(fault_parse(slice_text("at item 1 power lose for 10"), "test", &s, NULL));
    printer_fault(p, &s.faults[0]);
    assert_int_equal(record_count_of(p->record, RECORD_LOST, "code=B"), 1);
    fault_script_free(&s);
    printer_free(p);
    protocol_free(r);
}

/* ---- Hostile -------------------------------------------------------------------------------- */

/* Twelve words of all the languages, with a stray byte here and there. */
static void make_noise(char out[NOISE_LEN], uint64_t *seed) {
    static const char *const words[] = {
        "^XA",  "^XZ",  "^FN",  "^FD",       "^FH",  "^CC",  "~",    "~HQ",  "! U1 ", "getvar \"",
        "\"",   "|",    "\r",   "\n",        "SID",  "SHO",  "SHD",  "QLN",  "JDI",   "CQI",
        "{",    "}",    "^",    "~SPLAQD{",  "~gt~", "code", "\x02", "\x03", "U",     "D",
        "\x1b", "\x04", "S001", "{~JU0||0|", "1",    "^PQ",  ",",    "^DF",  "^XF"};
    for (unsigned k = 0; k < 12; k++) {
        const uint64_t pick = splitmix_next(seed);
        text_append(out, NOISE_LEN, "%s", words[pick % CM_ARRAY_N(words)]);
        if (pick % 7 == 0) text_append(out, NOISE_LEN, "%c", (int)(1 + pick / 64 % 255));
    }
}

/* Whatever comes, the answers and the record stay within what was asked, and a client that speaks
 * sense afterwards is understood. */
static void no_bytes_break_a_printer(void **state) {
    (void)state;
    static const struct {
        const char *grammar, *sense, *told;
    } speakers[] = {
        {"zpl", "! U1 getvar \"device.unique_id\"\r\n", "\"CM0000000001\""},
        {"ztc", "VER\r", "VER|1.28|0|\r"},
        {"sppl", "~SPLGFN{t}^", "~SPGRES{SPLGFN:code}^"},
        {"wsi", "\x02H\x03", "$48"},
        {"codenet",
         "\x1b"
         "0N0\x04",
         "\x06"},
        {"ngpcl", "{~ZZ|}\r", "{~NK1|}\r"},
        {"dynamark", "GETVERSION\r\n", "RESULT GETVERSION 1\r\n"},
    };
    uint64_t seed = 4;
    for (size_t g = 0; g < CM_ARRAY_N(speakers); g++) {
        struct talk t;
        talk_open_with(&t, speakers[g].grammar, (struct printer_options){.depth = 50});
        for (unsigned run = 0; run < NOISE_RUNS; run++) {
            char noise[NOISE_LEN] = "";
            make_noise(noise, &seed);
            talk_say(&t, noise);
            talk_print(&t, 1);
        }
        if (talk_count(&t, RECORD_PRINTED) > 0)
            assert_int_not_equal(talk_count(&t, RECORD_TAKEN), 0);
        talk_again(&t);
        talk_say(&t, speakers[g].sense);
        assert_string_equal(talk_got(&t), speakers[g].told);
        talk_close(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_is_taken_printed_and_on_record),
        cmocka_unit_test(zpl_reads_a_format_however_the_bytes_arrive),
        cmocka_unit_test(zpl_stops_reading_when_its_buffer_is_full),
        cmocka_unit_test(zpl_flash_formats_survive_the_power_and_jz_does_not),
        cmocka_unit_test(zpl_forgets_a_cut_label_with_the_power),
        cmocka_unit_test(zpl_clients_interleave),
        cmocka_unit_test(zpl_tells_what_remains_of_a_batch),
        cmocka_unit_test(a_rate_gives_every_label_its_time),
        cmocka_unit_test(ztc_takes_the_same_index_twice),
        cmocka_unit_test(ztc_starts_when_it_has_booted),
        cmocka_unit_test(ztc_refuses_a_list_without_its_last_bar),
        cmocka_unit_test(ztc_counts_what_it_missed),
        cmocka_unit_test(sppl_pairs_the_rows_of_its_fields),
        cmocka_unit_test(sppl_templates_with_rows_of_their_own_preload_the_queue),
        cmocka_unit_test(rules_check_sums_and_fill_queues),
        cmocka_unit_test(no_bytes_break_a_printer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
