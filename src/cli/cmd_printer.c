/* printer probe: the first contact with a printer, before any run. Nothing is printed and no
 * workspace is needed. */
#include "base/macros.h"
#include "cli/command.h"
#include "cli/output.h"
#include "doc/json_write.h"
#include "line/probe.h"

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
