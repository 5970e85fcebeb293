/* The acts of the people on a line, as JSON, and what they make of the answers. References as in
 * station.h. */
#ifndef CM_TESTS_SOAK_STATION_ACTS_H
#define CM_TESTS_SOAK_STATION_ACTS_H

#include "soak/station.h"

/* An act that takes the run's name and maybe the last good code; false: it was refused. */
bool station_act(struct station *s, const char *act, const char *last_good);
/* A new run, of a new batch or of a production. */
bool station_begin(struct station *s);
/* Close the run and keep its report; false: it streams still. */
bool station_finish(struct station *s);
/* The camera tells what has passed. */
void station_read(struct station *s);

#endif
