/* The JSON body of a request, read strictly into what the engine or the vault is asked. Pure.
 *
 *     one code      {"code": "HW34-9PXK", "redeemer": "...", "hold_seconds": 900, "door": "shop"}
 *     an array      {"codes": ["...", ...], "redeemers": ["...", ...], ...}
 *     issue         {"batch": "cola-42", "count": 10}
 *
 * pin(s) for cards whose pool has one, always;
 * redeemer(s) for redeem, reserve, confirm and reverse; hold_seconds for reserve alone, and needed
 * there; what cards with a life take: request_card.h. Unknown members are refused. The interface:
 * docs/openapi.yaml. */
#ifndef CM_EDGE_REQUEST_H
#define CM_EDGE_REQUEST_H

#include "base/diag.h"
#include "countermark/engine.h"

#define REQUEST_SINGLE_MAX 16384u   /* bytes of a body with one code */
#define REQUEST_BODY_MAX   1048576u /* bytes of any body */

enum route {
    ROUTE_CHECK,
    ROUTE_REDEEM,
    ROUTE_RESERVE,
    ROUTE_CONFIRM,
    ROUTE_RELEASE,
    ROUTE_REVERSE,
    ROUTE_ACTIVATE, /* from here on, for cards with a life alone */
    ROUTE_DEACTIVATE,
    ROUTE_LOAD,
    ROUTE_BLOCK,
    ROUTE_UNBLOCK,
    ROUTE_LOSE,
    ROUTE_REPLACE,
    ROUTE_RENEW_PIN,
    ROUTE_ISSUE,
    ROUTE_RUN,  /* the acts on runs: /v1/runs/start and its like */
    ROUTE_CARD, /* those on a card: /v1/cards/show and its like */
    ROUTE_LIVEZ,
    ROUTE_READYZ,
    ROUTE_METRICS,
    ROUTE_NONE
};
#define ROUTE_N ((unsigned)ROUTE_NONE + 1u)

/* The route of a path, and its short name for metrics. */
enum route route_of(const char *path);
const char *route_name(enum route route);
static inline bool route_is_post(enum route r) { return r <= ROUTE_CARD; }
/* Whether codes are asked about: a call of the engine. */
static inline bool route_is_call(enum route r) { return r <= ROUTE_RENEW_PIN; }
/* Whether the path names an act of the vault. */
static inline bool route_is_act(enum route r) { return r == ROUTE_RUN || r == ROUTE_CARD; }
/* The act that a path names, or NULL. */
const char *route_act(const char *path);
/* The operation of a route that is a call. */
enum cm_operation route_operation(enum route route);

#define REQUEST_NAME_MAX 63u /* bytes of a door's or batch's name */

struct request {
    struct json_doc *doc; /* owns the texts below, or NULL: then they are the body's */
    bool single;
    struct cm_request *items; /* n, room for cap */
    size_t n, cap;
    struct cm_card_ask *asks; /* n of them when asked, room for ask_cap */
    size_t ask_cap;
    bool asked;            /* the body asks something of cards */
    struct cm_slice door;  /* name, or empty */
    struct cm_slice batch; /* issue */
    uint32_t count;        /* issue */
};
#define REQUEST_INIT ((struct request){.doc = NULL})
void request_wipe(struct request *r);
/* Make it empty for the next body; a usual amount of room is kept. */
void request_clear(struct request *r);

/** Read a body.
 * @param[in]     body  borrowed until request_clear or request_wipe
 * @param[in,out] r     initialised; empty on error
 * @retval CM_E_FORMAT, CM_E_RANGE  malformed: diag tells the place, never the text
 * @retval CM_E_LIMIT   more codes or bytes than allowed      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err request_read(enum route route, struct cm_slice body, struct request *r,
                                  struct cm_diag *diag);

/** The Idempotency-Key header: a structured-field string ("..." with \\ and \" escapes) or the same
 * bytes bare; 1 to CM_KEY_TEXT_MAX printable ASCII characters.
 * @retval CM_E_FORMAT  anything else; *len is 0 */
CM_MUST_CHECK cm_err idempotency_key_read(const char *header, char out[static CM_KEY_TEXT_MAX],
                                          size_t *len);

#endif
