/* doctor's questions to the ledger: does it open, are the files of imported lists those that were
 * imported, do half-made folders of orders lie about? Heads of lists are proved; every row is
 * fsck's work. Nothing is written. References: docs/design/imports.md, orders.md. */
#include "base/clock.h"
#include "base/macros.h"
#include "cli/doctor.h"
#include "doc/json.h"

static const struct json_limits limits = {.text_max = 1u << 26, .depth_max = JSON_DEPTH_MAX};

/* Asked for as any command would. */
static cm_err tell_lists(struct checkup *c, struct session *s, size_t *lists, size_t *damaged,
                         struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(session_act(s, "import.list", slice_text("{}"), &result, diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "lists", &limits, diag));
    TRY(json_items(json_get(json_root(doc), "lists"), 0, SIZE_MAX, lists));
    const struct json_value bad = json_get(json_root(doc), "damaged");
    if (json_present(bad)) TRY(json_items(bad, 0, SIZE_MAX, damaged));
    for (size_t i = 0; i < *damaged; i++) {
        char file[DIAG_PART_CAP], problem[DIAG_PART_CAP];
        TRY(json_copy_text(json_get(json_at(bad, i), "file"), 1, file, sizeof file));
        TRY(json_copy_text(json_get(json_at(bad, i), "problem"), 1, problem, sizeof problem));
        doctor_report(c, "imported list", WRONG, "%s: %s; bring it back from a backup", file,
                      problem);
    }
    return CM_OK;
}

static void check_lists(struct checkup *c, struct session *s) {
    struct cm_diag why = DIAG_INIT;
    char line[DOCTOR_DETAIL_CAP];
    size_t lists = 0, damaged = 0;
    const cm_err err = tell_lists(c, s, &lists, &damaged, &why);
    if (err == CM_OK && damaged > 0) return;
    (void)diag_text(&why, err, line, sizeof line);
    if (err != CM_OK)
        doctor_report(c, "imported lists", WRONG, "%s", line);
    else
        doctor_report(c, "imported lists", FINE, "%zu of them, none known to be damaged", lists);
}

/* Folders of orders that never got their name. */
static cm_err tell_leftovers(struct checkup *c, struct session *s, size_t *n,
                             struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(session_act(s, "order.list", slice_text("{}"), &result, diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "orders", &limits, diag));
    const struct json_value left = json_get(json_root(doc), "leftovers");
    if (json_present(left)) TRY(json_items(left, 0, SIZE_MAX, n));
    for (size_t i = 0; i < *n; i++) {
        char folder[DIAG_PART_CAP], why[DIAG_PART_CAP], remedy[DIAG_PART_CAP];
        TRY(json_copy_text(json_get(json_at(left, i), "folder"), 1, folder, sizeof folder));
        TRY(json_copy_text(json_get(json_at(left, i), "why"), 1, why, sizeof why));
        TRY(json_copy_text(json_get(json_at(left, i), "remedy"), 1, remedy, sizeof remedy));
        doctor_report(c, "folder of an order", WORTH_KNOWING, "%s: %s; %s", folder, why, remedy);
    }
    return CM_OK;
}

static void check_orders(struct checkup *c, struct session *s) {
    struct cm_diag why = DIAG_INIT;
    char line[DOCTOR_DETAIL_CAP];
    size_t n = 0;
    const cm_err err = tell_leftovers(c, s, &n, &why);
    if (err == CM_OK && n > 0) return;
    (void)diag_text(&why, err, line, sizeof line);
    if (err != CM_OK)
        doctor_report(c, "folders of orders", WRONG, "%s", line);
    else
        doctor_report(c, "folders of orders", FINE, "nothing half-made lies there");
}

void doctor_ask(struct checkup *c, struct cm_engine *remote) {
    struct session s = {.workspace = c->cli->workspace, .engine = remote, .remote = true};
    check_lists(c, &s);
    check_orders(c, &s);
}

void doctor_open(struct checkup *c, struct keystore *ks) {
    const struct engine_options options = {
        .workspace = c->cli->workspace, .keystore = ks, .clock = clock_wall(), .read_only = true};
    struct session s = {.workspace = c->cli->workspace, .keystore = ks};
    struct cm_diag why = DIAG_INIT;
    char line[DOCTOR_DETAIL_CAP];
    if (c->running) return; /* asked when it was found */
    const cm_err err = engine_open(&s.engine, &options, &why);
    if (err == CM_OK) {
        doctor_report(c, "ledger opens", FINE, "every event is read");
        check_lists(c, &s);
        check_orders(c, &s);
        cm_engine_close(s.engine);
        return;
    }
    (void)diag_text(&why, err, line, sizeof line);
    doctor_report(c, "ledger opens", err == CM_E_BUSY ? WORTH_KNOWING : WRONG, "%s", line);
}
