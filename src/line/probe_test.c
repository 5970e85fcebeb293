/* One TEST label through the driver itself, over one link, on a loop of its own. What the printer
 * counts is the judge, as in a run; nothing is journaled, since a specimen is no code.
 * References as in probe.h. */
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"
#include "line/kinds.h"
#include "line/probe_talk.h"
#include "line/run_document.h"
#include "line/specimen.h"

#define US_PER_MS     1000u
#define TEST_NAME_CAP 32u
#define MUTE_US       6000000u /* without a word, or without a link: nothing will come */
#define CALM_US       500000u  /* a copy follows its label at once */
#define REST_MS       5000u    /* to bring the printer to rest afterwards */

const char *probe_test_verdict_name(enum probe_test_verdict verdict) {
    static const char *const names[TEST_VERDICT_N] = {"printed", "delivered", "refused",
                                                      "waiting", "copies",    "failed"};
    return (unsigned)verdict < TEST_VERDICT_N ? names[verdict] : "unknown";
}

struct trial {
    struct probe_desk desk;
    struct printer_uri uri;
    struct driver *driver;
    struct link *link;
    struct specimen specimen;
    struct unit unit;
    bool given, settled;
    enum unit_fate fate;
    uint64_t copies;
    uint64_t mute_us; /* since when there is no link or no word; 0: there is */
    uint64_t calm_us; /* when it was settled */
    cm_err give_err;
    char words[REPORT_WORDS_CAP];
    enum driver_state state; /* before it was brought to rest */
};

static uint64_t now_us(const struct trial *t) { return loop_now_us(t->desk.loop); }

static void send_out(struct trial *t) {
    const struct cm_slice out = driver_out(t->driver);
    if (out.len == 0) return;
    driver_left(t->driver, link_write(t->link, out), now_us(t));
}

static void came_up(void *ctx) {
    struct trial *t = ctx;
    driver_connected(t->driver, now_us(t));
    send_out(t);
}

static void went_down(void *ctx, const char *words) {
    struct trial *t = ctx;
    driver_disconnected(t->driver, now_us(t));
    t->words[0] = '\0';
    text_append(t->words, sizeof t->words, "%s", words);
}

static void heard(void *ctx, struct cm_slice bytes) {
    struct trial *t = ctx;
    driver_hear(t->driver, bytes, now_us(t));
    send_out(t);
}

static void writable(void *ctx) { send_out(ctx); }

static void take_reports(struct trial *t) {
    struct report r;
    bool cut = false;
    while (driver_report(t->driver, &r)) {
        if (r.kind == REPORT_DUPLICATE) t->copies += r.n;
        cut |= r.kind == REPORT_RECONNECT;
        if (r.kind == REPORT_STATE && r.words[0] != '\0')
            memcpy(t->words, r.words, sizeof t->words);
        if (r.kind != REPORT_FATE) continue;
        t->settled = true;
        t->fate = r.fate;
        t->calm_us = now_us(t);
    }
    if (cut) link_cut(t->link);
}

static void give(struct trial *t, struct cm_diag *diag) {
    if (t->given || driver_room(t->driver) == 0) return;
    t->given = true;
    t->give_err = driver_give(t->driver, &t->unit, now_us(t), diag);
}

/* Whether there is nothing more to wait for. */
static bool is_over(struct trial *t) {
    const enum driver_state state = driver_state(t->driver);
    const bool mute = state == DRIVER_DOWN || state == DRIVER_SILENT;
    if (!mute) t->mute_us = 0;
    if (mute && t->mute_us == 0) t->mute_us = now_us(t);
    if (t->give_err != CM_OK || state == DRIVER_HELD || state == DRIVER_STOPPED) return true;
    if (t->settled) return now_us(t) - t->calm_us >= CALM_US;
    return mute && !t->given && now_us(t) - t->mute_us >= MUTE_US;
}

/* One turn; it waits no longer than the driver would. */
static cm_err turn(struct trial *t, uint64_t end_us) {
    const uint64_t least = US_PER_MS, most = CALM_US;
    const uint64_t wakes = driver_wakes_us(t->driver), now = now_us(t);
    uint64_t wait = wakes <= now ? least : wakes - now;
    if (wait > most) wait = most;
    if (now + wait > end_us) wait = end_us - now;
    TRY(loop_turn(t->desk.loop, wait));
    driver_tick(t->driver, now_us(t));
    send_out(t);
    take_reports(t);
    return CM_OK;
}

static cm_err print_one(struct trial *t, uint64_t wait_ms, struct cm_diag *diag) {
    uint64_t end_us = now_us(t) + wait_ms * US_PER_MS;
    while (now_us(t) < end_us && !is_over(t)) {
        TRY(turn(t, end_us));
        give(t, diag);
        send_out(t);
    }
    TRY(t->give_err);
    t->state = driver_state(t->driver);
    end_us = now_us(t) + (uint64_t)REST_MS * US_PER_MS;
    driver_stop(t->driver, now_us(t));
    send_out(t);
    while (now_us(t) < end_us && driver_state(t->driver) != DRIVER_STOPPED &&
           driver_state(t->driver) != DRIVER_DOWN)
        TRY(turn(t, end_us));
    take_reports(t);
    return CM_OK;
}

/* ---- What it means */

static void say(struct probe_test *out, enum probe_test_verdict verdict, const char *words,
                const char *remedy) {
    out->verdict = verdict;
    text_append(out->words, sizeof out->words, "%s", words);
    text_append(out->remedy, sizeof out->remedy, "%s", remedy);
}

static void say_delivered(const struct trial *t, struct probe_test *out) {
    say(out, TEST_DELIVERED, "1 label delivered; whether it came out, this printer cannot tell",
        driver_model(t->driver) == DRIVER_SLOT
            ? "look for it; it may print TEST on every product until another text replaces it"
            : "look for it: a camera behind the printer would");
}

static void say_copies(const struct trial *t, struct probe_test *out) {
    say(out, TEST_COPIES, "more came out than was sent",
        driver_model(t->driver) == DRIVER_SLOT
            ? "a coder of one text needs time between two products, or a gate: slow the line"
            : "switch off reprinting (ZPL: ezpl.reprint_mode) and look for another program");
}

static void say_settled(const struct trial *t, struct probe_test *out) {
    if (t->copies > 0) {
        say_copies(t, out);
        return;
    }
    switch (t->fate) {
    case FATE_PRINTED:
        if (driver_model(t->driver) == DRIVER_SINK) {
            say_delivered(t, out);
        } else {
            say(out, TEST_PRINTED, "1 label printed", "");
        }
        break;
    case FATE_DELIVERED:
    case FATE_UNKNOWN: say_delivered(t, out); break;
    case FATE_CLEARED:
        say(out, TEST_WAITING, "no product passed; the label was taken back",
            "let a product pass the sensor, or start the line, and try again");
        break;
    case FATE_UNSENT:
        say(out, TEST_FAILED, "the link ended before the label left", "try again");
        break;
    case FATE_REFUSED:
    case FATE_N:
    default:
        say(out, TEST_REFUSED, t->words[0] == '\0' ? "the printer refused the label" : t->words,
            "check that the printer has the message and the field of that name");
    }
}

static void say_unsettled(const struct trial *t, struct probe_test *out) {
    char words[PROBE_WORDS_CAP] = "";
    const char *state = driver_state_name(out->state);
    if (t->given) {
        text_append(words, sizeof words, "the printer has the label and has not printed it: %s%s%s",
                    state, t->words[0] == '\0' ? "" : ", ", t->words);
        say(out, TEST_WAITING, words, "it may still come out: look before you start a run");
        return;
    }
    text_append(words, sizeof words, "the printer did not take the label: %s%s%s", state,
                t->words[0] == '\0' ? "" : ", ", t->words);
    say(out, TEST_FAILED, words, "mend that, then try again");
}

/* ---- Setting up */

static cm_err set_up(struct trial *t, const struct probe_test_plan *plan, struct cm_diag *diag) {
    static const struct link_events events = {
        .up = came_up, .down = went_down, .heard = heard, .writable = writable};
    struct run_document d = {.template_text = plan->template_text,
                             .protocol_text = plan->protocol_text};
    struct driver_options o;
    text_append(d.printer, sizeof d.printer, "%s", plan->uri);
    text_append(d.template_name, sizeof d.template_name, "%s",
                plan->template_name == NULL ? "" : plan->template_name);
    TRY(run_document_driver(&d, t->uri.kind, &o, diag));
    char name[TEST_NAME_CAP] = ""; /* its own: an IPP job of an earlier test is another one */
    text_append(name, sizeof name, "TEST-%llu", (unsigned long long)clock_now_ms(clock_wall()));
    o.name = name;
    specimen_unit(&t->specimen, o.fields, &t->unit);
    TRY(driver_new(&o, &t->driver, diag));
    const struct link_options options = {.resolver = t->desk.resolver};
    return link_new(t->desk.loop, &t->uri, &options, &events, t, &t->link, diag);
}

static cm_err run_trial(struct trial *t, const struct probe_test_plan *plan, struct probe_test *out,
                        struct cm_diag *diag) {
    const uint64_t wait_ms = plan->wait_ms == 0 ? PROBE_WHOLE_MS : plan->wait_ms;
    TRY(probe_desk_open(&t->desk, wait_ms + REST_MS));
    TRY(set_up(t, plan, diag));
    t->mute_us = now_us(t);
    TRY(print_one(t, wait_ms, diag));
    out->state = t->state;
    if (t->settled) say_settled(t, out);
    if (!t->settled) say_unsettled(t, out);
    return CM_OK;
}

cm_err probe_test(const struct probe_test_plan *plan, struct probe_test *out,
                  struct cm_diag *diag) {
    struct trial t = {.driver = NULL};
    struct probe_test found = {.verdict = TEST_FAILED};
    TRY(printer_uri_parse(slice_text(plan->uri), &t.uri, diag));
    specimen_init(&t.specimen);
    cm_err err = run_trial(&t, plan, &found, diag);
    link_free(t.link);
    driver_free(t.driver);
    probe_desk_close(&t.desk);
    if (err != CM_OK) return err;
    const bool can_ask = t.uri.transport != TRANSPORT_FILE && !t.uri.tls;
    if (found.verdict == TEST_FAILED && can_ask) {
        found.probed = true;
        err = probe_printer(plan->uri, &found.probe, diag);
    }
    if (err == CM_OK) *out = found;
    return err;
}
