/* The two readers behind request_read: the scanner takes bodies of the usual shape in one pass and
 * without a tree, the parser takes all of JSON and tells precisely what is wrong. Whatever the
 * scanner takes, the parser takes with the same result (tests/unit/edge/test_request.c and
 * fuzz/fuzz_request.c compare them); what it leaves is the parser's to judge. Pure. */
#ifndef CM_EDGE_REQUEST_SCAN_H
#define CM_EDGE_REQUEST_SCAN_H

#include "edge/request.h"

/* Read a body of codes: an object of the members of the route, each once, texts of printable ASCII
 * without escapes, within the limits, of a route that codes know. False: r is clear, ask the
 * parser. */
bool request_scan(enum route route, struct cm_slice body, struct request *r);
/** Read any body; as request_read. */
CM_MUST_CHECK cm_err request_parse(enum route route, struct cm_slice body, struct request *r,
                                   struct cm_diag *diag);
/* Whether bodies of the route name who redeems. */
bool request_names_redeemers(enum route route);
/** Room for n items; those there are stay. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err request_room(struct request *r, size_t n);

#endif
