/* The time zone of this machine by its name, as /etc/localtime tells it. */
#ifndef CM_CLI_ZONE_H
#define CM_CLI_ZONE_H

#include <stddef.h>

#define ZONE_CAP 64u

/* The zone that the target of a link names: what stands behind "zoneinfo/". Empty when it names
 * none. */
void zone_of_link(const char *target, char out[static ZONE_CAP]);
/* This machine's; "UTC" where none is set. */
void zone_here(char out[static ZONE_CAP]);

#endif
