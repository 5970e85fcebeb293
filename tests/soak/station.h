/* One line of the plant with the people on it: somebody begins runs, loads paper, pauses, clears
 * jams with the last good code, stops and closes; on some lines a camera reads what passes. What
 * they do is drawn from the seed, in the plant's own time. A refusal that a person may meet is
 * counted and tried otherwise; any other ends the soak. References: docs/design/acts.md. */
#ifndef CM_TESTS_SOAK_STATION_H
#define CM_TESTS_SOAK_STATION_H

#include "line/loop.h"
#include "soak/office.h"
#include "soak/site.h"

#define STATION_CODE_CAP 64u
#define STATION_READS    512u /* products that pass between two looks, at most */

/* What stands on it. */
struct station_kind {
    const char *kind, *grammar, *message;
    bool slot;
    uint64_t rate_per_minute;
};

enum station_phase { STATION_STREAMS, STATION_PAUSED, STATION_JAMMED, STATION_STOPS };

/* Of all stations together. */
struct station_sums {
    uint64_t runs, closed, pauses, jams, jams_settled, stops, mends, resumes, reads, only_good;
    uint64_t refused; /* acts that a person was refused */
    uint64_t sent, printed, unknown, good, rejected, voided, returned; /* of closed runs */
    uint64_t duplicates; /* copies that printers' counters told */
};

struct station {
    unsigned index;
    const struct station_kind *kind;
    bool production, camera, lies;
    struct loop *loop;
    struct office *office;
    struct site *site;
    struct station_sums *sums;
    uint64_t rng;

    char run[64];
    uint32_t number; /* 0: none is open */
    unsigned batch_n;
    enum station_phase phase;
    uint64_t until_us, next_us, trouble_us;
    bool ending;                 /* the plant goes home */
    char last[STATION_CODE_CAP]; /* the code on the last product */
    char (*passed)[STATION_CODE_CAP];
    size_t passed_n;
};

void station_open(struct station *s);
void station_close(struct station *s);
/* Twenty seconds have passed. */
void station_look(struct station *s);
/* A product left the printer with that code. */
void station_product(struct station *s, struct cm_slice code);
/* No more runs: stop and close the one there is. */
void station_end(struct station *s);
bool station_has_ended(const struct station *s);

#endif
