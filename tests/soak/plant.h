/* The plant of the soak: lines, vault and the line process in one program and a time of their own,
 * with what befalls the process: it is killed amid its writes, ends in order, loses its journal, or
 * finds the vault away. References: docs/design/testing.md, "Soak". */
#ifndef CM_TESTS_SOAK_PLANT_H
#define CM_TESTS_SOAK_PLANT_H

#include "soak/judge.h"
#include "soak/station.h"

struct plant_options {
    uint64_t seed;
    unsigned lines, hours;
    uint64_t most_s; /* of this machine's time, 0: no limit; the plant then goes home early */
    bool twice;      /* control: printers get some bytes twice */
    bool quiet;
};

/* How it went. */
struct plant_result {
    struct judged judged;
    struct station_sums sums;
    uint64_t reports, sums_wrong, refused_reports;
    uint64_t kills, ends, vaults, outages, journals_lost;
    uint64_t faults, copies;
    uint64_t early_kib, late_kib; /* memory of the process at a tenth of the time, and at its end */
    double hours;
    bool fsck, closed; /* the ledger was judged sound; all runs were closed */
};

void plant_run(const struct plant_options *o, struct plant_result *out);
/* Whether all that must hold held. */
bool plant_is_sound(const struct plant_result *r);

#endif
