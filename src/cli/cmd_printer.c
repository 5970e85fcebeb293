/* printer probe, printer test: the first contact with a printer, before any run. Probing prints
 * nothing; a test prints one label that is no product's; no workspace is needed. */
#include "base/macros.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/run_order.h"
#include "doc/json_write.h"
#include "line/probe.h"

#define WAIT_MAX_S 600u
#define MS_PER_S   1000u

const struct option_spec printer_test_options[] = {
    {"template", OPTION_TEXT, "FILE", "the label: a file, or plain, qr, gs1-datamatrix", NULL,
     false},
    {"protocol", OPTION_TEXT, "FILE", "raw printers: a file, or codenet, ngpcl", NULL, false},
    {"wait", OPTION_NUMBER, "SECONDS", "for the product to pass (10)", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* ---- Probe ------------------------------------------------------------------------------------
 */

static void put_facts(struct json_writer *w, const struct probe *p) {
    if (p->fact_n == 0) return;
    json_array_begin(w, "facts");
    for (size_t i = 0; i < p->fact_n; i++) {
        json_object_begin(w, NULL);
        json_put_cstr(w, "fact", p->facts[i].name);
        json_put_cstr(w, "value", p->facts[i].value);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_words(struct json_writer *w, const char *words, const char *remedy) {
    json_put_cstr(w, "words", words);
    if (remedy[0] != '\0') json_put_cstr(w, "remedy", remedy);
}

cm_err cmd_printer_probe(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    struct probe p = {.kind = ""};
    TRY(probe_printer(position(cli, 0), &p, cli->diag));
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "printer", position(cli, 0));
    json_put_cstr(&w, "verdict", probe_verdict_name(p.verdict));
    if (p.kind[0] != '\0') json_put_cstr(&w, "language", p.kind);
    put_words(&w, p.words, p.remedy);
    put_facts(&w, &p);
    json_object_end(&w);
    TRY(buffer_err(&out));
    if (p.verdict != PROBE_SPEAKS) cli->exit_code = EXIT_NEGATIVE;
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

/* ---- Test -------------------------------------------------------------------------------------
 */

static cm_err show_test(struct cli *cli, const struct probe_test *t) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "printer", position(cli, 0));
    json_put_cstr(&w, "verdict", probe_test_verdict_name(t->verdict));
    json_put_cstr(&w, "state", driver_state_name(t->state));
    put_words(&w, t->words, t->remedy);
    if (t->verdict == TEST_FAILED && t->probe.words[0] != '\0') {
        json_object_begin(&w, "probe");
        json_put_cstr(&w, "verdict", probe_verdict_name(t->probe.verdict));
        put_words(&w, t->probe.words, t->probe.remedy);
        json_object_end(&w);
    }
    json_object_end(&w);
    TRY(buffer_err(&out));
    if (t->verdict != TEST_PRINTED && t->verdict != TEST_DELIVERED) cli->exit_code = EXIT_NEGATIVE;
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

cm_err cmd_printer_test(struct cli *cli) {
    CM_CLEANUP(run_texts_wipe) struct run_texts texts = {.template_text = BUFFER_INIT};
    CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT;
    struct probe_test t = {.words = ""};
    uint64_t wait_s = PROBE_WHOLE_MS / MS_PER_S;
    TRY(option_u64(&cli->options, "wait", 1, WAIT_MAX_S, &wait_s, cli->diag));
    TRY(run_texts_read(&cli->options, position(cli, 0), &texts, cli->diag));
    buffer_put(&name, texts.template_name.p, texts.template_name.len);
    const struct probe_test_plan plan = {.uri = position(cli, 0),
                                         .template_text = buffer_slice(&texts.template_text),
                                         .protocol_text = buffer_slice(&texts.protocol_text),
                                         .template_name = name.len > 0 ? buffer_cstr(&name) : NULL,
                                         .wait_ms = wait_s * MS_PER_S};
    TRY(buffer_err(&name));
    TRY(probe_test(&plan, &t, cli->diag));
    return show_test(cli, &t);
}
