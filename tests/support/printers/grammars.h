/* The grammars there are. Each stands in a file of its own and is described in printers' reference
 * terms in docs/design/lines-emulators.md. */
#ifndef CM_TESTS_PRINTERS_GRAMMARS_H
#define CM_TESTS_PRINTERS_GRAMMARS_H

#include "support/printers/printer.h"

extern const struct grammar grammar_zpl;  /* ZPL II over TCP 9100 */
extern const struct grammar grammar_ztc;  /* Videojet/Linx ZTC with the serialization set */
extern const struct grammar grammar_sppl; /* Savema SPPL Rev.12 */
extern const struct grammar grammar_wsi;  /* Videojet 1000-line WSI */
extern const struct grammar grammar_raw;  /* any line protocol, its rules as data (protocol.h) */

/* By name; NULL: there is none. */
const struct grammar *grammar_named(const char *name);
/* The i-th; NULL behind the last. */
const struct grammar *grammar_at(size_t i);

#endif
