/* The daemon as an operator starts it. References as in plant.h. */
#include "plant.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "doc/json.h"
#include "engine/remote.h"
#include "process_cost.h"

#define PATH_CAP   1100u
#define FAMILY_N   8u
#define WAIT_STEPS 300u /* of 100 ms */
#define STEP_MS    100
#define SETTLE_MS  3000 /* until what a start needs has been given back */

static void nap_ms(long ms) {
    const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&t, NULL);
}

/* A process of the daemon by the name that its fence gave it. */
static pid_t child_named(pid_t daemon, const char *name) {
    pid_t family[FAMILY_N];
    process_family(daemon, family, FAMILY_N);
    for (size_t i = 1; i < FAMILY_N && family[i] != 0; i++) {
        CM_CLEANUP(buffer_free) struct buffer comm = BUFFER_INIT;
        char path[64];
        (void)snprintf(path, sizeof path, "/proc/%ld/comm", (long)family[i]);
        if (file_read(path, 64, &comm, NULL) != CM_OK || comm.len == 0) continue;
        if (slice_equal(slice_of(comm.p, comm.len - 1), slice_text(name))) return family[i];
    }
    return 0;
}

static double resident(pid_t pid) {
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    return meter_proc(path, "VmRSS:") * 1024;
}

static cm_err connect_admin(struct plant *p) {
    char path[PATH_CAP];
    (void)snprintf(path, sizeof path, "%s/run/%s", p->stand.shop.dir, SOCKET_ADMIN);
    p->stand.session = (struct session){.workspace = p->stand.shop.dir, .remote = true};
    return remote_open(path, &p->stand.session.engine, p->stand.diag);
}

/* How many runs have printed something, by the vault's own word. */
static cm_err count_printing(struct plant *p, size_t *n) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(session_act(&p->stand.session, "run.list", slice_text("{}"), &result, p->stand.diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "run.list", &JSON_LIMITS_DEFAULT, NULL));
    *n = 0;
    for (size_t i = 0;; i++) {
        uint64_t rate = 0;
        const struct json_value run = json_at(json_get(json_root(doc), "runs"), i);
        if (!json_present(run)) return CM_OK;
        if (json_u64(json_get(run, "rate"), 0, INT64_MAX, &rate) == CM_OK && rate > 0) ++*n;
    }
}

static cm_err wait_for(struct plant *p, size_t lines) {
    for (unsigned i = 0; i < WAIT_STEPS; i++) {
        size_t n = 0;
        TRY(count_printing(p, &n));
        if (n >= lines) {
            nap_ms(SETTLE_MS);
            return CM_OK;
        }
        nap_ms(STEP_MS);
    }
    return diag_fail(p->stand.diag, CM_E_STATE, "lines", NULL, NULL,
                     "not every line of the daemon prints after 30 s");
}

cm_err plant_open(struct plant *p, const struct stand_plan *plan, const char *scratch,
                  struct cm_diag *diag) {
    cpu_set_t home;
    *p = (struct plant)PLANT_INIT;
    p->stand.diag = diag;
    p->rate = (double)plan->rate / 60 * (double)plan->lines;
    meter_home(&home);
    TRY(stand_printers(&p->stand, plan, scratch));
    TRY(shop_open(&p->stand.shop, scratch, diag));
    TRY(stand_batches(&p->stand, plan));
    shop_leave(&p->stand.shop);
    const struct http_host_options o = {.home = &home};
    TRY(http_host_daemon(&p->daemon, p->stand.shop.dir, &o, diag));
    TRY(connect_admin(p));
    /* It serves before its last child has its name. */
    for (unsigned i = 0; i < WAIT_STEPS && (p->line == 0 || p->vault == 0); i++) {
        if (i > 0) nap_ms(STEP_MS);
        p->line = child_named(p->daemon.pid, "cm-line");
        p->vault = child_named(p->daemon.pid, "cm-vault");
    }
    if (p->line == 0 || p->vault == 0)
        return diag_fail(diag, CM_E_STATE, "countermarkd", NULL, NULL,
                         "it has no line process, or no vault");
    TRY(stand_start(&p->stand, plan, 0));
    TRY(wait_for(p, 1));
    const double one = resident(p->line);
    for (size_t i = 1; i < plan->lines; i++)
        TRY(stand_start(&p->stand, plan, i));
    TRY(wait_for(p, plan->lines));
    p->line_each = (resident(p->line) - one) / (double)(plan->lines - 1);
    return CM_OK;
}

void plant_close(struct plant *p) {
    if (p->stand.session.engine != NULL) cm_engine_close(p->stand.session.engine);
    http_host_stop(&p->daemon);
    stand_close(&p->stand);
}

static cm_err watch(const struct plant *p, pid_t pid, double seconds, struct leg *leg) {
    const struct process_cost before = process_cost_now(&pid, 1);
    const uint64_t begun_ns = meter_now_ns();
    nap_ms((long)(seconds * 1000));
    const struct process_cost after = process_cost_now(&pid, 1);
    leg->seconds = (double)(meter_now_ns() - begun_ns) / 1e9;
    leg->items = p->rate * leg->seconds;
    leg->cpu_s = after.cpu_s - before.cpu_s;
    leg->written = after.written - before.written;
    leg->peak = after.peak;
    return CM_OK;
}

cm_err plant_run_line(void *ctx, double seconds, struct leg *leg) {
    const struct plant *p = ctx;
    return watch(p, p->line, seconds, leg);
}

cm_err plant_run_vault(void *ctx, double seconds, struct leg *leg) {
    const struct plant *p = ctx;
    return watch(p, p->vault, seconds, leg);
}

cm_err plant_run_memory(void *ctx, double seconds, struct leg *leg) {
    const struct plant *p = ctx;
    (void)seconds;
    leg->items = p->line_each;
    leg->seconds = 1;
    return CM_OK;
}
