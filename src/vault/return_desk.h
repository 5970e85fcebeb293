/* A return file being judged: its lines come in pieces, once or more often, and nothing changes
 * before all of them were seen. Lines that do not hold are kept out with the cartons they are in;
 * what is left can be taken with a second person's approval, or as it is when there is nothing to
 * keep out. Memory is three bytes a record, and an entry a carton.
 * Design: docs/design/orders.md, "The life of an order". */
#ifndef CM_VAULT_RETURN_DESK_H
#define CM_VAULT_RETURN_DESK_H

#include "base/map.h"
#include "cards/identifiers.h"
#include "order/return.h"
#include "vault/acts.h"
#include "vault/order.h"
#include "vault/order_serials.h"
#include "vault/return_pieces.h"
#include "vault/return_remakes.h"

#define RETURN_OFFENCES_MAX 200u /* told line by line; further ones are counted */
#define RETURN_PASSES_MAX   16u

struct return_offence {
    uint64_t line;
    enum return_problem problem;
    char carton[32]; /* for people: cut */
};

struct return_desk {
    struct act_context ctx;
    struct order order;
    struct hash256 hash;         /* of the file */
    struct return_pieces pieces; /* prove that it is the file which comes */
    bool known;                  /* this file was taken before: its lines change nothing */
    struct return_head head;
    struct order_serials *serials;
    struct control control;    /* digits not 0: the pool's own control numbers */
    struct remakes remakes;    /* what "as" may name */
    bool in_stock;             /* cards that lie somewhere until they are activated */
    struct book_of_order book; /* as it is */
    uint8_t *next;             /* as the file has it, one a record */
    uint8_t *bad;              /* not believed, one a record */
    struct map cartons;        /* hashes of cartons with a line that is not believed */
    unsigned pass;             /* 1 = judging; then spreading, until nothing more is found */
    bool spread;               /* this pass found something */
    bool judged;               /* all passes are over */
    uint64_t lines, bad_lines; /* bad_lines: of this pass */
    struct return_offence offences[RETURN_OFFENCES_MAX];
    size_t offence_n;
    uint64_t offences_more; /* not told one by one */
    uint64_t names, names_taken, voids, redeemed, shipped;
    bool taken;
};

/** Begin with the file's first line.
 * @retval CM_E_STATE   the order was not released, or is closed
 * @retval as return_head_read, order_serials_new */
CM_MUST_CHECK cm_err return_desk_new(struct return_desk **out, const struct act_context *ctx,
                                     uint32_t order, const struct hash256 *hash,
                                     struct cm_slice head, struct cm_diag *diag);
void return_desk_free(struct return_desk *d);
void return_desk_freep(struct return_desk **d);
/* The record, from 1, that a line names, its first one where it names several; false: none. */
bool return_desk_record(const struct return_desk *d, const struct return_line *l, uint64_t *record);
/** The next lines of the present pass. @retval as return_pieces_next, return_read */
CM_MUST_CHECK cm_err return_desk_rows(struct return_desk *d, struct cm_slice text, uint64_t line,
                                      struct cm_diag *diag);
/** All lines were given.
 * @param[out] more  give them once more: cartons were found whose other lines are to be found
 * @retval as return_pieces_turn    @retval CM_E_LIMIT  mistakes run through too many cartons */
CM_MUST_CHECK cm_err return_desk_turn(struct return_desk *d, bool *more, struct cm_diag *diag);
/* What taking the file would make of the order. */
struct return_foresight {
    struct order_counts counts;
    uint64_t voids, shipped;
};

/** For a dry run: nothing is changed. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err return_desk_foresee(const struct return_desk *d, struct return_foresight *out);
/** Take what is believed: spoiled units become void, shipped cards are on their way, the book and
 * the order say so. Repeating it after a stop changes nothing further.
 * @retval as engine_void, engine_stock, engine_document */
CM_MUST_CHECK cm_err return_desk_take(struct return_desk *d, struct cm_diag *diag);
/** Names of cards (uid): lines once more, after return_desk_take. @retval as engine_alias */
CM_MUST_CHECK cm_err return_desk_names(struct return_desk *d, struct cm_slice text, uint64_t line,
                                       struct cm_diag *diag);

#endif
