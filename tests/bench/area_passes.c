/* Tickets and Apple passes, made and judged in memory on one core. A ticket is signed, written as
 * base45, read back and judged, each with fresh claims; beside it @auth0/cose and base45 in node
 * with the same claims. A pass is pass.json filled from a row, the manifest, an RSA-2048 signature
 * and the ZIP; beside it passkit-generator in node with the same folder and certificates, and
 * openssl cms, a process a signature and nothing else.
 * Reference: docs/design/performance.md, "passes". */
#include <stdio.h>

#include "areas.h"
#include "base/file.h"
#include "job.h"
#include "meter.h"
#include "pass/pkpass.h"
#include "peer.h"
#include "wire/ticket_judge.h"

#define NOW       1795000000u /* 2026-11-18 */
#define ROUND     20u
#define SIGN_N    50u           /* processes of a leg */
#define PASS_GOAL (1000.0 / 60) /* passes a second and core, of the issue */
#define PATH_CAP  (SERVER_PATH_CAP + 64u)
#define TEXT_CAP  32u
#define PEM_MAX   16384u
#define MAKE_FOLDER                                                                                \
    "bash " CM_SOURCE_DIR "/tests/support/pass_ca.sh . && mkdir card && cp " CM_SOURCE_DIR         \
    "/templates/passes/icon/*.png card/ && printf '%s' '{\"formatVersion\":1,"                     \
    "\"serialNumber\":\"{serial}\",\"organizationName\":\"Shop\",\"description\":\"Card\","        \
    "\"barcodes\":[{\"format\":\"PKBarcodeFormatQR\",\"message\":\"{code}\","                      \
    "\"messageEncoding\":\"iso-8859-1\"}],\"storeCard\":{\"primaryFields\":[{\"key\":\"balance\"," \
    "\"value\":\"{balance}\"}]}}' >card/pass.json && printf manifest >manifest.json"

/* RFC 8032, 7.1, test 1. */
static const struct cm_key seed = {{0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60,
                                    0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
                                    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19,
                                    0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60}};

struct passes {
    struct server folder;
    struct pass_folder *card;
    struct cms_detached *signer;
    struct pkpass_maker *maker;
    struct ticket_key key;
    struct ticket_claims claims;
    struct buffer out;
    uint64_t row;
    struct cm_diag *diag;
};

typedef cm_err one(struct passes *t);

static cm_err repeat(struct passes *t, one *make, double seconds, struct leg *leg) {
    const struct meter m = meter_begin();
    do {
        for (unsigned i = 0; i < ROUND; i++)
            TRY(make(t));
        leg->items += ROUND;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

/* ---- Tickets ----------------------------------------------------------------------------------
 */

static cm_err make_ticket(struct passes *t) {
    t->claims.cti[0]++;
    t->claims.iat_unix_s = NOW - 1 - ++t->row % 1000;
    buffer_clear(&t->out);
    return ticket_make(&seed, &t->claims, &t->out);
}

/* The text stays what the last maker left: Ed25519 costs the same for any. */
static cm_err judge_ticket(struct passes *t) {
    struct ticket_message message;
    struct ticket_judged judged;
    TRY(ticket_open(buffer_slice(&t->out), &message));
    TRY(ticket_judge(&message, &t->key, 1, NOW, &judged));
    return judged.verdict == TICKET_VALID ? CM_OK : CM_E_STATE;
}

static cm_err run_issue(void *ctx, double seconds, struct leg *leg) {
    return repeat(ctx, make_ticket, seconds, leg);
}
static cm_err run_judge(void *ctx, double seconds, struct leg *leg) {
    TRY(make_ticket(ctx));
    return repeat(ctx, judge_ticket, seconds, leg);
}

static void open_tickets(struct passes *t) {
    t->claims = (struct ticket_claims){.iss = "ACME",
                                       .exp_unix_s = NOW + 5000000,
                                       .nbf_unix_s = NOW - 5000000,
                                       .cti = {1, 2, 3, 4, 5, 6, 7, 8},
                                       .flags = TICKET_SINGLE,
                                       .event = "Gala",
                                       .seat = "A12",
                                       .title = "Row A",
                                       .currency = "EUR",
                                       .value = 2500};
    t->key = (struct ticket_key){.iss = "ACME",
                                 .version = 1,
                                 .not_before_unix_s = NOW - 7000000,
                                 .not_after_unix_s = NOW + 7000000};
    sign_public_of(&seed, &t->key.public_key);
    cose_kid(&t->key.public_key, t->key.kid);
}

static cm_err compare_tickets(struct bench *b, struct passes *t, struct peer *peer) {
    struct peer_task issue = {peer, "tickets.issue", t->diag};
    struct peer_task judge = {peer, "tickets.verify", t->diag};
    const struct bench_case c = {
        .area = "passes",
        .unit = "tickets/s",
        .contestants = {{"tickets issued", run_issue, t},
                        {"@auth0/cose + base45, issued", peer_run, &issue},
                        {"tickets verified", run_judge, t},
                        {"@auth0/cose + base45, verified", peer_run, &judge}},
        .contestant_n = 4,
        .goals = {{"tickets issued / @auth0/cose", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 1},
                  {"tickets verified / @auth0/cose", 2, 3, METRIC_RATE, SENSE_AT_LEAST, 1}},
        .goal_n = 2};
    return bench_case_run(b, &c);
}

/* ---- Passes -----------------------------------------------------------------------------------
 */

static cm_err make_pass(struct passes *t) {
    char serial[TEXT_CAP], code[TEXT_CAP];
    (void)snprintf(serial, sizeof serial, "%llu", (unsigned long long)++t->row);
    (void)snprintf(code, sizeof code, "7K2Q9MX%llu", (unsigned long long)t->row);
    const struct cm_slice cells[] = {slice_text(serial), slice_text(code), slice_text("25.00")};
    buffer_clear(&t->out);
    TRY(pkpass_fill(t->maker, t->row, cells, t->diag));
    return pkpass_sign(t->maker, &t->out, t->diag);
}

static cm_err run_pass(void *ctx, double seconds, struct leg *leg) {
    return repeat(ctx, make_pass, seconds, leg);
}

static cm_err run_openssl(void *ctx, double seconds, struct leg *leg) {
    struct passes *t = ctx;
    char count[TEXT_CAP];
    const char *const argv[] = {
        "bash", "-c",
        ("for ((i = 0; i < $0; i++)); do openssl cms -sign -binary -in manifest.json"
         " -signer pass.pem -inkey pass.key -certfile wwdr.pem -outform DER -out signature; done"),
        count, NULL};
    (void)seconds;
    (void)snprintf(count, sizeof count, "%u", SIGN_N);
    TRY(job_run(&t->folder, argv, leg, t->diag));
    leg->items = SIGN_N;
    return CM_OK;
}

static cm_err read_whole(const struct passes *t, const char *name, struct buffer *out) {
    char path[PATH_CAP];
    (void)snprintf(path, sizeof path, "%s/%s", t->folder.dir, name);
    return file_read(path, PEM_MAX, out, t->diag);
}

static cm_err open_signer(struct passes *t) {
    CM_CLEANUP(buffer_free) struct buffer cert = BUFFER_INIT;
    CM_CLEANUP(buffer_wipe) struct buffer key = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer chain = BUFFER_INIT;
    TRY(read_whole(t, "pass.pem", &cert));
    TRY(read_whole(t, "pass.key", &key));
    TRY(read_whole(t, "wwdr.pem", &chain));
    const struct cms_detached_files files = {.cert = buffer_slice(&cert),
                                             .key = buffer_slice(&key),
                                             .chain = buffer_slice(&chain),
                                             .now_unix_s = NOW};
    return cms_detached_new(&files, &t->signer, t->diag);
}

static cm_err open_passes(struct passes *t, const char *scratch) {
    static const char *const columns[] = {"serial", "code", "balance"};
    static const char *const prepare[] = {"bash", "-c", MAKE_FOLDER, NULL};
    char path[PATH_CAP];
    TRY(server_folder(&t->folder, "passes", NULL, scratch, t->diag));
    TRY(server_run(&t->folder, prepare, t->diag));
    (void)snprintf(path, sizeof path, "%s/card", t->folder.dir);
    TRY(pass_folder_read(path, &t->card, t->diag));
    TRY(open_signer(t));
    const struct pkpass_options options = {.columns = columns,
                                           .column_n = CM_ARRAY_N(columns),
                                           .signer = t->signer,
                                           .now_unix_s = NOW};
    return pkpass_maker_new(t->card, &options, &t->maker, t->diag);
}

static cm_err compare_passes(struct bench *b, struct passes *t, struct peer *peer) {
    char task[PATH_CAP];
    (void)snprintf(task, sizeof task, "passes.make %s", t->folder.dir);
    struct peer_task node = {peer, task, t->diag};
    const struct bench_case c = {
        .area = "passes",
        .unit = "passes/s",
        .contestants = {{"pkpass", run_pass, t},
                        {"passkit-generator", peer_run, &node},
                        {"openssl cms, the signature alone", run_openssl, t}},
        .contestant_n = 3,
        .goals = {{"Apple passes, one core", 0, BENCH_THE_GOAL, METRIC_RATE, SENSE_AT_LEAST,
                   PASS_GOAL},
                  {"... / passkit-generator", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 1},
                  {"... / openssl cms, a process each", 0, 2, METRIC_RATE, SENSE_NONE, 0}},
        .goal_n = 3};
    return bench_case_run(b, &c);
}

static void passes_close(struct passes *t) {
    pkpass_maker_free(t->maker);
    cms_detached_free(t->signer);
    pass_folder_free(t->card);
    buffer_free(&t->out);
    server_stop(&t->folder);
}

cm_err area_passes(struct bench *b) {
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    CM_CLEANUP(passes_close) struct passes t = {.folder = SERVER_INIT, .diag = &b->diag};
    TRY(open_passes(&t, b->scratch));
    open_tickets(&t);
    TRY(peer_start(&peer, b->peers, &b->diag));
    TRY(compare_tickets(b, &t, &peer));
    return compare_passes(b, &t, &peer);
}
