/* Emulated ZPL printers on loopback ports, behind a door of their own: their headers and the line
 * room's use some names twice. Design: docs/design/lines-emulators.md. */
#ifndef CM_TESTS_UNIT_LINE_LINES_HALL_H
#define CM_TESTS_UNIT_LINE_LINES_HALL_H

#include <stddef.h>
#include <stdint.h>

struct hall;

struct hall *lines_hall_open(size_t n, uint64_t rate_per_minute);
void lines_hall_close(struct hall *h);
void lines_hall_turn(struct hall *h);
uint16_t lines_hall_port(const struct hall *h, size_t i);
/* Switch a printer off for good. */
void lines_hall_off(struct hall *h, size_t i);
/* Units taken, printed, and taken twice. */
uint64_t lines_hall_taken(const struct hall *h, size_t i);
uint64_t lines_hall_printed(const struct hall *h, size_t i);
size_t lines_hall_twice(const struct hall *h, size_t i);

#endif
