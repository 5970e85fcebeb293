/* Steps and their bar: see order_drive.h. */
#include "cli/order_drive.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define BAR_WIDTH 30u

static cm_err arguments(uint64_t order, struct buffer *args) {
    char text[24];
    struct json_writer w = json_writer_into(args, false);
    (void)snprintf(text, sizeof text, "%" PRIu64, order);
    buffer_clear(args);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "order", text);
    json_object_end(&w);
    return buffer_err(args);
}

static cm_err step(struct cli *cli, uint64_t order, uint64_t *done, uint64_t *total, bool *ended) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(arguments(order, &args));
    TRY(session_act(&cli->session, "order.step", buffer_slice(&args), &result, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "order.step", &JSON_LIMITS_DEFAULT, cli->diag));
    TRY(json_u64(json_get(json_root(doc), "done"), 0, INT64_MAX, done));
    TRY(json_u64(json_get(json_root(doc), "total"), 1, INT64_MAX, total));
    return json_bool(json_get(json_root(doc), "ended"), ended);
}

static void bar(uint64_t done, uint64_t total, bool ended) {
    char line[BAR_WIDTH + 1];
    const unsigned full = (unsigned)(done * BAR_WIDTH / total);
    for (unsigned i = 0; i < BAR_WIDTH; i++)
        line[i] = i < full ? '#' : '.';
    line[BAR_WIDTH] = '\0';
    (void)fprintf(stderr, "\r[%s] %" PRIu64 " of %" PRIu64 " units, %u %%%s", line, done, total,
                  (unsigned)(done * 100 / total), ended ? "\n" : "");
}

/* Nobody waits for it: whatever it says, the order is in the ledger. */
static void pause_job(struct cli *cli, uint64_t order) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    if (arguments(order, &args) != CM_OK) return;
    cm_ignore(session_act(&cli->session, "order.pause", buffer_slice(&args), &result, NULL));
}

cm_err order_drive(struct cli *cli, uint64_t order) {
    const bool shown = isatty(STDERR_FILENO) == 1 && !cli->json;
    uint64_t done = 0, total = 0;
    bool ended = false;
    while (!ended) {
        if (interrupt_came()) {
            pause_job(cli, order);
            return diag_fail(cli->diag, CM_E_CANCELLED, NULL, NULL,
                             "'countermark order resume' goes on: its units are kept",
                             "order %" PRIu64 " was stopped; no file was left", order);
        }
        TRY(step(cli, order, &done, &total, &ended));
        if (shown) bar(done, total, ended);
    }
    return CM_OK;
}

/* Whether an answer is a change's progress, and not its end. */
static cm_err under_way(struct cm_slice result, bool *yes, uint64_t *order, struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    bool ended = true;
    TRY(json_doc_new(&doc, result, "order", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value v = json_get(json_root(doc), "ended");
    if (json_present(v)) TRY(json_bool(v, &ended));
    *yes = !ended;
    return *yes ? json_u64(json_get(json_root(doc), "order"), 1, INT64_MAX, order) : CM_OK;
}

cm_err order_change(struct cli *cli, const char *act, struct cm_slice args, struct buffer *result) {
    uint64_t order = 0;
    for (bool more = true; more;) {
        if (order != 0 && interrupt_came()) {
            pause_job(cli, order);
            return diag_fail(cli->diag, CM_E_CANCELLED, NULL, NULL, "run it again",
                             "order %" PRIu64 " was stopped; nothing went out", order);
        }
        buffer_clear(result);
        TRY(session_act(&cli->session, act, args, result, cli->diag));
        TRY(under_way(buffer_slice(result), &more, &order, cli->diag));
    }
    return CM_OK;
}

cm_err order_show(struct cli *cli, uint64_t order) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    TRY(arguments(order, &args));
    TRY(session_act(&cli->session, "order.show", buffer_slice(&args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

cm_err order_of_result(struct cm_slice result, uint64_t *order) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, result, "order", &JSON_LIMITS_DEFAULT, NULL));
    return json_u64(json_get(json_root(doc), "order"), 1, INT64_MAX, order);
}
