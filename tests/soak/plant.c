/* References as in plant.h. */
#include "soak/plant.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/fsck.h"
#include "line/lines.h"
#include "soak/own_random.h"
#include "soak/own_time.h"
#include "support/cm.h"
#include "support/must.h"
#include "support/splitmix.h"

#define US_PER_S     1000000u
#define US_PER_HOUR  (3600u * (uint64_t)US_PER_S)
#define LOOK_US      (20u * US_PER_S)
#define SETTLE_MS    5000u
#define HOME_US      (6u * US_PER_HOUR) /* until the last run is closed, at most */
#define REST_US      (600u * (uint64_t)US_PER_S)
#define TURNS_A_LOOK 4096u /* between two looks at this machine's clock */
#define JOURNAL_MOST ((size_t)256 << 20)
#define GROWTH_KIB   16384u /* that memory may grow from a tenth of the time to its end */
#define STEADY_HOURS 10.0   /* shorter plants are not judged by their memory */
#define CODES_A_LINE 40000u /* beyond what it prints */
#define PATH_CAP     1024u

enum disaster { NO_DISASTER, KILL, KILL_AMID_WRITES, END, LOSE_JOURNAL, RESTART_VAULT, OUTAGE };

struct plant {
    struct plant_options o;
    struct plant_result *out;
    struct loop *loop;
    struct scratch folder;
    struct judge *judge;
    struct office office;
    struct lines *lines;
    struct site **sites;
    struct station *stations;
    struct loop_timer look, disaster_timer, outage;
    enum disaster disaster;
    uint64_t rng, begun_us, wall_us, told_n;
    bool late; /* this machine's time is up */
};

/* The last one takes longer for a label than a driver rests: print-and-apply. */
static const struct station_kind kinds[] = {
    {"zpl", "zpl", NULL, false, 70},          {"ztc", "ztc", "DM24", false, 80},
    {"sppl", "sppl", "dm_53.rox", false, 75}, {"wsi", "wsi", NULL, true, 40},
    {"raw", "codenet", NULL, true, 40},       {"zpl", "zpl", NULL, false, 45},
};

static uint64_t draw(struct plant *p, uint64_t n) { return splitmix_next(&p->rng) % n; }

static uint64_t wall_ms(void *self) {
    const struct plant *p = self;
    return office_now_ms(&p->office);
}

/* ---- The line process ----------------------------------------------------------------------- */

static void begin_lines(struct plant *p) {
    const struct lines_options o = {.loop = p->loop,
                                    .folder = p->folder.path,
                                    .files = p->folder.path,
                                    .clock = {.now_ms = wall_ms, .self = p},
                                    .supply = office_supply(&p->office),
                                    .seed = p->o.seed};
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = lines_new(&o, &p->lines, &diag);
    if (err != CM_OK) fail_msg("the line process: %s: %s", cm_err_name(err), diag.problem);
}

static void end_lines(struct plant *p) {
    lines_free(p->lines);
    p->lines = NULL;
}

static void pass(struct plant *p, uint64_t us) {
    const uint64_t until_us = loop_now_us(p->loop) + us;
    while (loop_now_us(p->loop) < until_us)
        assert_ok(loop_turn(p->loop, until_us - loop_now_us(p->loop)));
}

static void journal_path(const struct plant *p, char out[static PATH_CAP]) {
    (void)snprintf(out, PATH_CAP, "%s/" RUN_JOURNAL_NAME, p->folder.path);
}

/* The process is gone in an instant: its journal is what was written by then, and nothing more. */
static void kill_lines(struct plant *p) {
    char path[PATH_CAP];
    struct buffer was = BUFFER_INIT;
    journal_path(p, path);
    assert_ok(file_read(path, JOURNAL_MOST, &was, NULL));
    end_lines(p);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(was.p, 1, was.len, f), was.len);
    assert_int_equal(fclose(f), 0);
    buffer_free(&was);
}

static void drown(struct plant *p, bool drowning) {
    for (unsigned i = 0; i < p->o.lines; i++)
        site_drown(p->sites[i], drowning);
}

static void end_in_order(struct plant *p) {
    lines_stop(p->lines, SETTLE_MS);
    while (!lines_ended(p->lines))
        assert_ok(loop_turn(p->loop, US_PER_S));
    end_lines(p);
    p->out->ends++;
}

static void lose_journal(struct plant *p) {
    char path[PATH_CAP];
    end_lines(p);
    journal_path(p, path);
    assert_int_equal(unlink(path), 0);
    p->out->journals_lost++;
}

/* ---- What befalls it ------------------------------------------------------------------------ */

static void outage_ends(void *ctx) {
    struct plant *p = ctx;
    p->office.away = false;
    office_push(&p->office);
}

static void begin_outage(struct plant *p) {
    p->office.away = true;
    p->out->outages++;
    loop_timer_at(p->loop, &p->outage, loop_now_us(p->loop) + draw(p, 900) * US_PER_S, outage_ends,
                  p);
}

static void befalls(void *ctx) {
    static const enum disaster all[] = {KILL, KILL,          KILL_AMID_WRITES, KILL_AMID_WRITES,
                                        END,  RESTART_VAULT, OUTAGE,           KILL_AMID_WRITES};
    struct plant *p = ctx;
    p->disaster = all[draw(p, CM_ARRAY_N(all))];
    if (draw(p, 150) == 0) p->disaster = LOSE_JOURNAL;
    loop_timer_at(p->loop, &p->disaster_timer,
                  loop_now_us(p->loop) + (30 + draw(p, 1500)) * US_PER_S, befalls, p);
}

/* Outside of any turn. */
static void suffer(struct plant *p) {
    const enum disaster d = p->disaster;
    p->disaster = NO_DISASTER;
    if (d == NO_DISASTER) return;
    if (d == OUTAGE) {
        if (!p->office.away) begin_outage(p);
        return;
    }
    if (p->office.away) return; /* a line process that starts needs the vault */
    if (d == KILL_AMID_WRITES) {
        drown(p, true);
        for (uint64_t turns = 1 + draw(p, 60); turns > 0; turns--)
            assert_ok(loop_turn(p->loop, US_PER_S));
    }
    switch (d) {
    case END: end_in_order(p); break;
    case LOSE_JOURNAL: lose_journal(p); break;
    case RESTART_VAULT:
        kill_lines(p);
        office_reopen(&p->office);
        p->out->vaults++;
        break;
    case NO_DISASTER:
    case OUTAGE:
    case KILL:
    case KILL_AMID_WRITES:
    default:
        kill_lines(p);
        p->out->kills++;
        break;
    }
    drown(p, false);
    p->office.away = false;
    loop_timer_cancel(p->loop, &p->outage);
    pass(p, draw(p, 60) * US_PER_S);
    begin_lines(p);
}

/* ---- Its day -------------------------------------------------------------------------------- */

static void met(void *ctx, unsigned index, enum site_event event, struct cm_slice code) {
    struct plant *p = ctx;
    if (event == SITE_TAKEN) judge_taken(p->judge, code);
    if (event != SITE_PAPER) return;
    judge_on_paper(p->judge, code);
    station_product(&p->stations[index], code);
}

static void looks(void *ctx) {
    struct plant *p = ctx;
    for (unsigned i = 0; i < p->o.lines; i++)
        site_drain(p->sites[i], met, p);
    for (unsigned i = 0; p->lines != NULL && i < p->o.lines; i++)
        station_look(&p->stations[i]);
    office_push(&p->office);
    loop_timer_at(p->loop, &p->look, loop_now_us(p->loop) + LOOK_US, looks, p);
}

static uint64_t memory_kib(void) {
    char line[256];
    unsigned long kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "RssAnon:", 8) == 0) kib = strtoul(line + 8, NULL, 10);
    if (f != NULL) (void)fclose(f);
    return kib;
}

static double hours_of(const struct plant *p) {
    return (double)(loop_now_us(p->loop) - p->begun_us) / (double)US_PER_HOUR;
}

static void progress(struct plant *p) {
    const struct judged *j = judge_so_far(p->judge);
    if (p->told_n == 1) p->out->early_kib = memory_kib();
    p->told_n++;
    if (p->o.quiet) return;
    (void)printf("%5.1f h  taken %8" PRIu64 "  twice %" PRIu64 "  lives %4" PRIu64
                 "  runs %4" PRIu64 "  %6" PRIu64 " KiB  %4.0f s\n",
                 hours_of(p), j->taken, j->twice, p->out->kills + p->out->ends + p->out->vaults,
                 p->out->sums.runs, memory_kib(),
                 (double)(clock_monotonic_us() - p->wall_us) / (double)US_PER_S);
    (void)fflush(stdout);
}

static void check_late(struct plant *p) {
    const uint64_t us = clock_monotonic_us() - p->wall_us;
    if (p->o.most_s > 0 && us > p->o.most_s * US_PER_S) p->late = true;
}

static void work(struct plant *p) {
    const uint64_t length_us = p->o.hours * US_PER_HOUR, end_us = p->begun_us + length_us;
    for (uint64_t turns = 1; loop_now_us(p->loop) < end_us && !p->late; turns++) {
        assert_ok(loop_turn(p->loop, LOOP_FOREVER));
        suffer(p);
        if (loop_now_us(p->loop) - p->begun_us >= length_us / 10 * p->told_n) progress(p);
        if (turns % TURNS_A_LOOK == 0) check_late(p);
    }
    p->out->hours = hours_of(p);
    p->out->late_kib = memory_kib();
}

static bool all_went_home(const struct plant *p) {
    bool all = true;
    for (unsigned i = 0; i < p->o.lines; i++)
        all = all && station_has_ended(&p->stations[i]);
    return all;
}

static void go_home(struct plant *p) {
    const uint64_t end_us = loop_now_us(p->loop) + HOME_US;
    loop_timer_cancel(p->loop, &p->disaster_timer);
    if (p->office.away) outage_ends(p);
    for (unsigned i = 0; i < p->o.lines; i++)
        station_end(&p->stations[i]);
    while (!all_went_home(p) && loop_now_us(p->loop) < end_us)
        assert_ok(loop_turn(p->loop, LOOP_FOREVER));
    p->out->closed = all_went_home(p);
    for (unsigned i = 0; i < p->o.lines; i++)
        if (p->stations[i].number != 0)
            (void)fprintf(stderr, "soak: run %s is not closed: %s: %s\n", p->stations[i].run,
                          p->office.diag.problem, p->office.diag.remedy);
    end_lines(p);
    pass(p, REST_US); /* what printers still had comes out */
}

/* ---- Its life ------------------------------------------------------------------------------- */

static void make_line(struct plant *p, unsigned i) {
    const struct station_kind *kind = &kinds[i % CM_ARRAY_N(kinds)];
    const struct site_options site = {.loop = p->loop,
                                      .index = i,
                                      .grammar = kind->grammar,
                                      .folder = p->folder.path,
                                      .seed = splitmix_next(&p->rng),
                                      .rate_per_minute = kind->rate_per_minute,
                                      .slot = kind->slot,
                                      .lies = draw(p, 2) == 0,
                                      .twice = p->o.twice};
    p->sites[i] = site_new(&site);
    p->stations[i] = (struct station){.index = i,
                                      .kind = kind,
                                      .production = draw(p, 2) == 0,
                                      .camera = draw(p, 3) == 0,
                                      .lies = site.lies,
                                      .loop = p->loop,
                                      .office = &p->office,
                                      .site = p->sites[i],
                                      .sums = &p->out->sums,
                                      .rng = splitmix_next(&p->rng)};
    station_open(&p->stations[i]);
}

static void begin(struct plant *p) {
    p->rng = p->o.seed;
    own_random_seed(p->o.seed);
    p->wall_us = clock_monotonic_us();
    log_set_level(LOG_ERROR);
    assert_ok(loop_new(&p->loop));
    assert_true(scratch_make(&p->folder));
    p->judge = judge_new(p->o.lines * (p->o.hours * 60 * 80ull + CODES_A_LINE));
    office_open(&p->office, p->judge, p->loop);
    p->sites = must_calloc(p->o.lines, sizeof(struct site *));
    p->stations = must_calloc(p->o.lines, sizeof *p->stations);
    own_time_sites(p->loop, p->sites, p->o.lines);
    p->begun_us = loop_now_us(p->loop);
    for (unsigned i = 0; i < p->o.lines; i++)
        make_line(p, i);
    begin_lines(p);
    looks(p);
    loop_timer_at(p->loop, &p->disaster_timer, p->begun_us + 600 * US_PER_S, befalls, p);
}

static void judge_all(struct plant *p) {
    struct plant_result *out = p->out;
    for (unsigned i = 0; i < p->o.lines; i++) {
        site_drain(p->sites[i], met, p);
        out->faults += site_faults(p->sites[i]);
        out->copies += site_copies(p->sites[i]);
    }
    assert_ok(judge_ledger(p->judge, p->office.world.engine, &out->judged));
    out->reports = p->office.reports;
    out->sums_wrong = p->office.sums_wrong;
    out->refused_reports = p->office.refused;
    world_close(&p->office.world);
    struct fsck_report report;
    struct cm_diag diag = DIAG_INIT;
    const struct fsck_options fsck = {.workspace = p->office.world.dir};
    const cm_err err = engine_fsck(&fsck, &report, &diag);
    out->fsck = err == CM_OK && report.image_agrees;
    if (!out->fsck)
        (void)fprintf(stderr, "soak: fsck: %s: %s: %s\n", cm_err_name(err), diag.place,
                      diag.problem);
}

void plant_run(const struct plant_options *o, struct plant_result *out) {
    struct plant p = {.o = *o, .out = out};
    *out = (struct plant_result){.hours = 0};
    begin(&p);
    work(&p);
    go_home(&p);
    judge_all(&p);
    for (unsigned i = 0; i < o->lines; i++) {
        station_close(&p.stations[i]);
        site_free(p.sites[i]);
    }
    free(p.stations);
    free(p.sites);
    office_close(&p.office);
    judge_free(p.judge);
    loop_free(p.loop);
    scratch_remove(p.folder.path);
}

bool plant_is_sound(const struct plant_result *r) {
    const struct judged *j = &r->judged;
    const uint64_t wrong = j->twice + j->strange + j->two_owners + j->void_on_product +
                           j->unsent_taken + j->printed_on_nothing + j->good_on_nothing +
                           j->unsettled + j->unheld + r->sums_wrong + r->refused_reports;
    /* The first hour fills caches and buffers. */
    const bool steady = r->hours < STEADY_HOURS || r->late_kib <= r->early_kib + GROWTH_KIB;
    return wrong == 0 && j->taken > 0 && r->fsck && r->closed && steady;
}
