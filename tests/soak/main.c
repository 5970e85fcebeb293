/* ./dev soak: a plant for some days in some minutes. It measures nothing; it looks for a code that
 * was sent twice, and for sums that do not add up. References: plant.h, docs/design/testing.md. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "soak/plant.h"

#define USAGE_EXIT 2

static const char help[] =
    "usage: countermark_soak [--seed N] [--lines N] [--hours N] [--most SECONDS] [--twice]\n"
    "\n"
    "A plant of emulated lines of all languages, with faults at random from the seed, restarts of\n"
    "the line process and of the vault, pauses, jams, cameras, and days that end. It closes with\n"
    "\n"
    "    soak: sent=N duplicates=0 unknown=N sums=ok seed=S\n"
    "\n"
    "and exit code 0, else 1. `duplicates` counts codes that a printer was given twice by us, as\n"
    "its own record has it. Copies that printers make themselves (a reprint, an empty buffer that\n"
    "repeats) are faults that are tried here: they are told apart, and do not count.\n"
    "\n"
    "  --lines N       emulated lines (32)\n"
    "  --hours N       hours of the plant (30)\n"
    "  --most SECONDS  of this machine: then the plant goes home early (270; 0: no limit)\n"
    "  --seed N        of everything (drawn from the clock)\n"
    "  --twice         control: printers get some bytes twice, and the soak must fail\n";

static bool number(const char *text, uint64_t most, uint64_t *out) {
    if (text_u64(slice_text(text), most, out) == CM_OK) return true;
    (void)fprintf(stderr, "soak: '%s' is no number up to %" PRIu64 "\n", text, most);
    return false;
}

static bool read_option(int c, struct plant_options *o) {
    uint64_t n = 0;
    switch (c) {
    case 's': return number(optarg, UINT32_MAX, &o->seed);
    case 'm': return number(optarg, 86400, &o->most_s);
    case 'l':
        if (!number(optarg, 1000, &n) || n == 0) return false;
        o->lines = (unsigned)n;
        return true;
    case 'h':
        if (!number(optarg, 1000, &n) || n == 0) return false;
        o->hours = (unsigned)n;
        return true;
    case 't': o->twice = true; return true;
    default: return false;
    }
}

static void tell(const struct plant_result *r, unsigned hours) {
    const struct judged *j = &r->judged;
    const struct station_sums *s = &r->sums;
    (void)printf("\n%.1f hours: %" PRIu64 " runs, %" PRIu64 " stops, %" PRIu64 " pauses, %" PRIu64
                 " jams (%" PRIu64 " settled by a last good code), %" PRIu64 " holds ended\n",
                 r->hours, s->runs, s->stops, s->pauses, s->jams, s->jams_settled, s->resumes);
    if (r->hours < hours)
        (void)printf("this machine's time was up: the plant went home early (--most)\n");
    (void)printf("line process: %" PRIu64 " killed, %" PRIu64 " ended, %" PRIu64
                 " journals lost; vault: %" PRIu64 " restarts, %" PRIu64 " outages\n",
                 r->kills, r->ends, r->journals_lost, r->vaults, r->outages);
    (void)printf("printers: %" PRIu64 " faults, %" PRIu64
                 " copies of their own making, of which %" PRIu64 " were told; %" PRIu64
                 " units on nothing that their counts call printed\n",
                 r->faults, r->copies, s->duplicates, j->deceived);
    (void)printf("units: given %" PRIu64 ", taken %" PRIu64 "; printed %" PRIu64 ", good %" PRIu64
                 ", rejected %" PRIu64 ", void %" PRIu64 ", unknown %" PRIu64 " (%" PRIu64
                 " of them on a product), returned %" PRIu64 "\n",
                 j->given, j->taken, s->printed, s->good, s->rejected, s->voided, s->unknown,
                 j->unknown_on_product, s->returned);
    (void)printf("reports %" PRIu64 ", refused %" PRIu64 ", wrong sums %" PRIu64 "; memory %" PRIu64
                 " KiB, then %" PRIu64 " KiB; fsck %s\n",
                 r->reports, r->refused_reports, r->sums_wrong, r->early_kib, r->late_kib,
                 r->fsck ? "ok" : "BAD");
    (void)printf("against the records: void on a product %" PRIu64 ", unsent but taken %" PRIu64
                 ", printed on nothing %" PRIu64 ", good on nothing %" PRIu64 ", strange %" PRIu64
                 ", two owners %" PRIu64 ", unsettled %" PRIu64 ", unheld %" PRIu64 "\n",
                 j->void_on_product, j->unsent_taken, j->printed_on_nothing, j->good_on_nothing,
                 j->strange, j->two_owners, j->unsettled, j->unheld);
}

int main(int argc, char **argv) {
    static const struct option longs[] = {{"seed", required_argument, NULL, 's'},
                                          {"lines", required_argument, NULL, 'l'},
                                          {"hours", required_argument, NULL, 'h'},
                                          {"most", required_argument, NULL, 'm'},
                                          {"twice", no_argument, NULL, 't'},
                                          {"help", no_argument, NULL, '?'},
                                          {NULL, 0, NULL, 0}};
    struct plant_options o = {
        .seed = clock_monotonic_us() % 1000000u, .lines = 32, .hours = 30, .most_s = 270};
    struct plant_result r;
    int c = 0;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (c == '?' && strcmp(argv[optind - 1], "--help") == 0) {
            (void)fputs(help, stdout);
            return EXIT_SUCCESS;
        }
        if (!read_option(c, &o)) {
            (void)fputs(help, stderr);
            return USAGE_EXIT;
        }
    }
    plant_run(&o, &r);
    tell(&r, o.hours);
    const bool sound = plant_is_sound(&r);
    (void)printf("soak: sent=%" PRIu64 " duplicates=%" PRIu64 " unknown=%" PRIu64
                 " sums=%s seed=%" PRIu64 "\n",
                 r.sums.sent, r.judged.twice, r.sums.unknown, sound ? "ok" : "BAD", o.seed);
    return sound ? EXIT_SUCCESS : EXIT_FAILURE;
}
