/* Asking about codes: arrays of texts to answers, at one door, as the operator. Whoever calls gives
 * the idempotency key; the operator sees batch and serial, too. */
#ifndef CM_CLI_ASK_H
#define CM_CLI_ASK_H

#include "cli/session.h"
#include "countermark/engine.h"
#include "engine/registry.h"

#define ASK_KEY_CAP (CM_KEY_TEXT_MAX + 1u)

struct set_name {
    uint32_t number;
    char name[REGISTRY_NAME_CAP];
};

struct asker {
    struct session *session;
    enum cm_operation operation;
    struct cm_caller caller;
    uint32_t door;
    uint64_t hold_ms;
    struct set_name *names; /* of every batch, for people */
    size_t name_n;
    struct cm_request *requests; /* CM_REQUESTS_MAX */
    struct cm_answer *answers;
    struct cm_card_ask *asks;  /* beside the requests; NULL: nothing is asked of cards */
    struct cm_card_told *told; /* beside the answers; NULL: nothing is wanted */
    bool doubt;                /* an answer was CM_V_BUSY */
};

/** Find the door and make room.
 * @retval CM_E_NOT_FOUND  no such door      @retval CM_E_NO_MEMORY, and as session_act */
CM_MUST_CHECK cm_err asker_open(struct asker *a, struct session *session,
                                enum cm_operation operation, const char *door,
                                struct cm_diag *diag);
/** Make room for what is asked and told of cards. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err asker_cards(struct asker *a);
void asker_close(struct asker *a);

/** Ask about a->requests[0 .. n), n at most CM_REQUESTS_MAX, under a key or "".
 * Operation and hold are filled in here; answers stand in a->answers.
 * @retval CM_E_CONFLICT  the key belongs to another request      @retval CM_E_NO_SPACE  disk full
 * @retval CM_E_DENIED    the door is not for this                @retval as cm_engine_run */
CM_MUST_CHECK cm_err asker_run(struct asker *a, size_t n, const char *key, struct cm_diag *diag);
/** When all was asked and told: why answers were CM_V_BUSY, for the operator is never throttled.
 * @retval CM_OK         none was, or no imported list is damaged
 * @retval CM_E_CORRUPT  diag names the list, its file and the remedy      @retval as session_act */
CM_MUST_CHECK cm_err asker_doubts(const struct asker *a, struct cm_diag *diag);
/* Name of a batch or pool, "" for 0. */
const char *asker_set_name(const struct asker *a, uint32_t set);

#endif
