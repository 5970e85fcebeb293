/* The QR code of a fresh code of 12 characters to a picture in memory, SVG and 1-bit PNG, level M,
 * 5 dots a module, on one core. Beside it: libqrencode alone (modules, no picture: the least that
 * any maker over it costs), libzint with its own pictures, which it gives to files only, bwip-js in
 * node, and the programs qrencode (a process a picture) and zint --batch.
 * Reference: docs/design/performance.md, "symbols". */
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <zint.h>

#include "areas.h"
#include "job.h"
#include "meter.h"
#include "peer.h"
#include "symbol/picture.h"

#define CODE_N    12u
#define ROUND     50u
#define SVG_GOAL  20000.0 /* pictures a second and core, of the issue */
#define PNG_GOAL  8000.0
#define DOTS      5u
#define LEG_SHARE 0.4   /* of the usual leg: seven contestants, twice */
#define PROGRAM_N 200u  /* pictures of a leg of a program a picture */
#define BATCH_N   1000u /* of a leg of a batch */
#define ALPHABET  "234679BCDFGHJKMPQRTVWXY"
#define PATH_CAP  (SERVER_PATH_CAP + 32u)
#define STEP      2654435761u /* odd: every state comes up */

/* One for each format: what its legs share. */
struct symbols {
    struct picture_maker *maker;
    struct buffer out;
    struct server folder;
    struct cm_diag *diag;
    const char *format, *zint_file; /* "svg", "png" */
    uint32_t state;
    char code[CODE_N + 1];
};

/* A fresh code; speed counts here, not odds. */
static struct cm_slice next_code(struct symbols *t) {
    t->state += STEP;
    uint64_t x = ((uint64_t)t->state << 32 | t->state) * STEP;
    for (size_t i = 0; i < CODE_N; i++, x /= sizeof ALPHABET - 1)
        t->code[i] = ALPHABET[x % (sizeof ALPHABET - 1)];
    return slice_of(t->code, CODE_N);
}

typedef cm_err one(struct symbols *t);

static cm_err repeat(struct symbols *t, one *make, double seconds, struct leg *leg) {
    const struct meter m = meter_begin();
    do {
        for (unsigned i = 0; i < ROUND; i++)
            TRY(make(t));
        leg->items += ROUND;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static cm_err make_ours(struct symbols *t) {
    struct symbol s;
    const struct symbol_wish wish = {.kind = SYMBOL_QR, .payload = next_code(t), .level = 'M'};
    TRY(symbol_make(&wish, &s, t->diag));
    buffer_clear(&t->out);
    const cm_err err = picture_make(t->maker, &s, &t->out, t->diag);
    symbol_free(&s);
    return err;
}

static cm_err make_modules(struct symbols *t) {
    (void)next_code(t);
    QRcode *const qr = QRcode_encodeString(t->code, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (qr == NULL) return CM_E_STATE;
    QRcode_free(qr);
    return CM_OK;
}

static cm_err make_zint(struct symbols *t) {
    struct zint_symbol *const z = ZBarcode_Create();
    if (z == NULL) return CM_E_NO_MEMORY;
    z->symbology = BARCODE_QRCODE;
    z->option_1 = 2; /* M */
    z->output_options = BARCODE_QUIET_ZONES;
    z->scale = (float)DOTS / 2; /* zint draws two dots a module at 1 */
    (void)snprintf(z->outfile, sizeof z->outfile, "%s", t->zint_file);
    const struct cm_slice code = next_code(t);
    const int err = ZBarcode_Encode_and_Print(z, code.p, (int)code.len, 0);
    ZBarcode_Delete(z);
    return err < ZINT_ERROR ? CM_OK : CM_E_STATE;
}

static cm_err run_ours(void *ctx, double seconds, struct leg *leg) {
    return repeat(ctx, make_ours, seconds, leg);
}
static cm_err run_modules(void *ctx, double seconds, struct leg *leg) {
    return repeat(ctx, make_modules, seconds, leg);
}
static cm_err run_zint(void *ctx, double seconds, struct leg *leg) {
    return repeat(ctx, make_zint, seconds, leg);
}

/* $0: the format; $1: how many. */
static cm_err run_program(struct symbols *t, const char *script, unsigned n, struct leg *leg) {
    char count[16];
    const char *const argv[] = {"bash", "-c", script, t->format, count, NULL};
    (void)snprintf(count, sizeof count, "%u", n);
    TRY(job_run(&t->folder, argv, leg, t->diag));
    leg->items = n;
    return CM_OK;
}

static cm_err run_qrencode(void *ctx, double seconds, struct leg *leg) {
    (void)seconds;
    return run_program(ctx,
                       "for ((i = 0; i < $1; i++)); do"
                       " qrencode -t \"${0^^}\" -s 5 -l M -8 -o q \"7K2Q9MX$((10000 + i))\"; done",
                       PROGRAM_N, leg);
}

static cm_err run_zint_batch(void *ctx, double seconds, struct leg *leg) {
    (void)seconds;
    return run_program(ctx,
                       "mkdir -p z && cd z && seq 1 $1 | sed 's/^/7K2Q9MX1/;s/$/00/' >codes &&"
                       " zint --batch --barcode=58 --secure=2 --quietzones --scale=2.5"
                       " --filetype=\"$0\" --input=codes",
                       BATCH_N, leg);
}

static void symbols_close(struct symbols *t) {
    picture_maker_free(t->maker);
    buffer_free(&t->out);
    server_stop(&t->folder);
}

static cm_err compare(struct bench *b, enum picture_format format, struct peer *peer, double goal) {
    const bool svg = format == PICTURE_SVG;
    char file[PATH_CAP];
    CM_CLEANUP(symbols_close)
    struct symbols t = {.folder = SERVER_INIT,
                        .diag = &b->diag,
                        .format = picture_format_name(format),
                        .zint_file = file};
    const struct picture_look look = {.format = format, .dots = DOTS};
    struct peer_task node = {peer, svg ? "symbols.svg" : "symbols.png", &b->diag};
    TRY(server_folder(&t.folder, "symbols", NULL, b->scratch, &b->diag));
    (void)snprintf(file, sizeof file, "%s/zint.%s", t.folder.dir, t.format);
    TRY(picture_maker_new(&look, &t.maker, &b->diag));
    const struct bench_case c = {
        .area = "symbols",
        .unit = "pictures/s",
        .contestants = {{svg ? "QR to SVG" : "QR to PNG", run_ours, &t},
                        {"libqrencode, modules only", run_modules, &t},
                        {"libzint, to a file", run_zint, &t},
                        {"bwip-js", peer_run, &node},
                        {"zint --batch, to files", run_zint_batch, &t},
                        {"qrencode, a process each", run_qrencode, &t}},
        .contestant_n = 6,
        .goals = {{svg ? "QR to SVG, one core" : "QR to 1-bit PNG, one core", 0, BENCH_THE_GOAL,
                   METRIC_RATE, SENSE_AT_LEAST, goal},
                  {"... / libqrencode, modules only", 0, 1, METRIC_RATE, SENSE_NONE, 0},
                  {"... / libzint", 0, 2, METRIC_RATE, SENSE_AT_LEAST, 1},
                  {"... / bwip-js", 0, 3, METRIC_RATE, SENSE_AT_LEAST, 1},
                  {"... / zint --batch", 0, 4, METRIC_RATE, SENSE_NONE, 0},
                  {"... / qrencode, a process each", 0, 5, METRIC_RATE, SENSE_NONE, 0}},
        .goal_n = 6};
    return bench_case_run(b, &c);
}

cm_err area_symbols(struct bench *b) {
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    const double usual = b->leg_s;
    TRY(peer_start(&peer, b->peers, &b->diag));
    b->leg_s = usual * LEG_SHARE;
    cm_err err = compare(b, PICTURE_SVG, &peer, SVG_GOAL);
    if (err == CM_OK) err = compare(b, PICTURE_PNG, &peer, PNG_GOAL);
    b->leg_s = usual;
    return err;
}
