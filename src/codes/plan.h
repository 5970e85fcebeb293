/* The planner: from volume, odds, fields and printing technology to the shortest code that keeps
 * the promise S >= volume * G with a tag of T >= 2^16. Exact integers throughout. It refuses what
 * cannot be and says what would make it fit. Reference: docs/design/plan.md, docs/design/odds.md.
 *
 *     struct plan_request request = PLAN_REQUEST_DEFAULTS;
 *     TRY(plan_use_technology(&request, technology, diag));
 *     request.volume = 4000000;
 *     TRY(plan_make(&request, &plan, diag));
 */
#ifndef CM_CODES_PLAN_H
#define CM_CODES_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/macros.h"
#include "codes/scheme.h"
#include "codes/technology.h"

#define PLAN_ATTACKS_N 3u                      /* door limit, campaign cap, flood */
#define PLAN_FIELDS_N  (CM_ATTRIBUTES_MAX + 1) /* attributes and the date */
#define PLAN_DATE      CM_ATTRIBUTES_MAX       /* place of the date in cost[] */

struct plan_field {
    char name[SCHEME_WORD_CAP];
    struct cm_radix_field radix;
};

struct plan_request {
    uint64_t volume;                     /* codes live at once, over the scheme's life */
    uint64_t one_in;                     /* G: a guess hits at most once in so many */
    const struct technology *technology; /* for names in texts; NULL: none stated */
    struct cm_alphabet alphabet;
    char alphabet_name[SCHEME_WORD_CAP];
    uint8_t length_max; /* printed characters, check character included */
    bool check;         /* add a check character where the alphabet has one */
    uint8_t attribute_n;
    struct plan_field attribute[CM_ATTRIBUTES_MAX];
    bool has_date;
    struct cm_radix_field date;
    int32_t epoch_day;
    uint64_t batches, serials;
    uint64_t door_per_hour,
        campaign_per_hour; /* guesses that the door, the campaign lets through */
    uint8_t filter_version;
    bool rotation;
};

/* One in 10^9: under the campaign cap, 7.2 million guesses a month, that is 0.0072 hits a month
 * with every planned code live. Batches and serials: room that costs nothing at these odds. */
#define PLAN_REQUEST_DEFAULTS                                                                      \
    {                                                                                              \
        .volume = 1000000, .one_in = 1000000000, .length_max = 16, .check = true, .batches = 1024, \
        .serials = 1u << 20, .door_per_hour = 1000, .campaign_per_hour = 10000,                    \
        .filter_version = 1                                                                        \
    }

struct plan {
    struct cm_scheme_numbers numbers; /* frozen; id 0 and key version 1 */
    cm_u128 space, payloads, tag_modulus;
    uint64_t volume, one_in;
    uint64_t most_live;          /* floor(S / G), at most 2^64 - 1: minting beyond is refused */
    uint32_t filtered_ppm;       /* texts that the filter skips, parts per million, rounded up */
    uint8_t printed;             /* characters, check character included, separators not */
    uint8_t cost[PLAN_FIELDS_N]; /* characters that a field takes, or would take, inline */
    uint64_t per_hour[PLAN_ATTACKS_N];
    cm_u128 hits_numerator[PLAN_ATTACKS_N]; /* expected hits a month = this / space */
};

/** Take alphabet, length and rotation of a technology.
 * @retval CM_E_NOT_FOUND  its preset is missing */
CM_MUST_CHECK cm_err plan_use_technology(struct plan_request *request,
                                         const struct technology *technology, struct cm_diag *diag);

/** Plan one code.
 * @param[out] out   untouched on error
 * @param[out] diag  may be NULL; problem and remedy name what would make it fit
 * @retval CM_E_LIMIT  too long for the technology, beyond 2^120 or P beyond 2^88, or less room in
 *                     batches and serials than the volume
 * @retval CM_E_RANGE  a number of the request is 0 or too large */
CM_MUST_CHECK cm_err plan_make(const struct plan_request *request, struct plan *out,
                               struct cm_diag *diag);

/* floor(S / volume) for a guesser who knows the filter and leaves out what it skips. */
cm_u128 plan_odds_informed(const struct plan *plan);

/** Data characters that a request needs, whatever the technology takes.
 * @retval CM_E_RANGE  P beyond 2^88 or S beyond 2^120 */
CM_MUST_CHECK cm_err plan_length(const struct plan_request *request, uint8_t *length);
/* Check kind that the request leads to. */
enum cm_check plan_check_kind(const struct plan_request *request);
/* What would make a request fit, as one line; empty when nothing simple does. (plan_fit.c) */
void plan_remedy(const struct plan_request *request, char *out, size_t cap);

/** The scheme document of a plan, lists still empty.
 * @param[out] out  initialised by scheme_init; untouched on error
 * @retval CM_E_FORMAT  no fit name or brand, CM_E_... as scheme_check */
CM_MUST_CHECK cm_err plan_scheme(const struct plan_request *request, const struct plan *plan,
                                 const char *name, const char *brand, bool test, struct scheme *out,
                                 struct cm_diag *diag);

#endif
