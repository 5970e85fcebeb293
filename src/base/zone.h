/* A time zone out of a TZif file (RFC 8536), without the C library's global state: what a plant's
 * clocks show at an instant, and when they will show a time of the day. Refused: version 1 files,
 * files that break the format, leap seconds (unix time has none). Instants before 1970 are not
 * asked about. */
#ifndef CM_BASE_ZONE_H
#define CM_BASE_ZONE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"

#define ZONE_FOLDER   "/usr/share/zoneinfo"
#define ZONE_NAME_CAP 64u     /* bytes of a name with its NUL: "America/Argentina/Rio_Gallegos" */
#define ZONE_LEN_MAX  262144u /* bytes of a file; the largest that is shipped has 4 KiB */

struct zone;

/** Read a zone by its name, as "Europe/Berlin".
 * @param[in]  folder  of TZif files
 * @retval CM_E_NOT_FOUND  no such zone here     @retval CM_E_FORMAT  not a zone's name, or its file
 *                         is damaged            @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err zone_load(const char *folder, struct cm_slice name, struct zone **out,
                               struct cm_diag *diag);
/** The same from a file's bytes. @retval CM_E_FORMAT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err zone_parse(struct cm_slice bytes, struct zone **out);
void zone_free(struct zone *z);
void zone_freep(struct zone **z);

/* The name of a zone that somebody may have meant: written otherwise, its last part alone, or
 * misspelt. False: none comes near, or the folder has no list of names (tzdata.zi). */
bool zone_nearest(const char *folder, struct cm_slice typed, char out[static ZONE_NAME_CAP]);

#define ZONE_TIME_CAP 26u /* "2026-12-25T00:00:00+01:00" and NUL */
/* RFC 3339 to the second, as clocks show it, with the offset; z NULL is UTC. Offsets of the past
 * that are no whole minutes are cut to minutes. */
void zone_time_format(const struct zone *z, uint64_t unix_s, char out[static ZONE_TIME_CAP]);

/* Seconds east of UTC at an instant. */
int32_t zone_offset(const struct zone *z, int64_t unix_s);
/* The first instant at which clocks show `second` of civil `day` or later. Where clocks jump over
 * that time it is the jump; where they show it twice it is the first. */
int64_t zone_instant(const struct zone *z, int32_t day, int32_t second);
/* The civil day that clocks show at an instant. */
int32_t zone_day(const struct zone *z, int64_t unix_s);

#endif
