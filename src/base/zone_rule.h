/* The rule at the end of a time zone file: what holds after its last written transition, such as
 * "CET-1CEST,M3.5.0,M10.5.0/3". Pure. References: POSIX.1-2017 section 8.3 (TZ), RFC 8536
 * section 3.3.1 (hours from -167 to 167). */
#ifndef CM_BASE_ZONE_RULE_H
#define CM_BASE_ZONE_RULE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/macros.h"

enum zone_day_kind { ZONE_DAY_MONTH, ZONE_DAY_JULIAN, ZONE_DAY_ZERO };
struct zone_change {
    enum zone_day_kind kind;
    int32_t month, week, weekday; /* ZONE_DAY_MONTH: week 5 is the last one */
    int32_t day;                  /* the other two */
    int32_t second;               /* local time of the day, may lie outside of it */
};
struct zone_rule {
    int32_t standard_s, summer_s; /* seconds east of UTC */
    bool has_summer;
    struct zone_change begin, end; /* of summer time */
};

/** @retval CM_E_FORMAT  not such a text */
CM_MUST_CHECK cm_err zone_rule_parse(struct cm_slice text, struct zone_rule *out);
/* Seconds east of UTC at an instant. */
int32_t zone_rule_offset(const struct zone_rule *rule, int64_t unix_s);

#endif
