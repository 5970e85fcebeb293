/* Admissions of devices that check tickets offline, as the ledger takes them in: units redeemed by
 * number, and a document that says what became of every entry, in one group: no crash parts them,
 * so that the same file may come again at any time and changes nothing.
 *
 * It refuses units that are no codes of a batch, and redeems nothing that the decider would not:
 * first in the ledger wins. Whose entries they are, and who signed them, the vault has asked.
 * Source: docs/design/tickets.md, "Sync". */
#ifndef CM_ENGINE_SPENDS_H
#define CM_ENGINE_SPENDS_H

#include "engine/engine.h"
#include "wire/spend.h"

#define SPENDS_ROWS_MAX  1000u /* entries of one document: one group */
#define SPENDS_ENTRY_LEN 16u   /* bytes kept of an entry's hash */
/* Bytes of a row of a document: number (4), hash (16), previous (16), time (8), cti (8), set (4),
 * serial (8), fate, flags; and of one that says who was first: row (4), way, who (4), number (4),
 * the device's time (8), the ledger's (8). */
#define SPENDS_ROW_LEN   66u
#define SPENDS_FIRST_LEN 29u

/* What became of an entry. Append only: the numbers stand in documents. */
enum spend_fate {
    FATE_REDEEMED, /* by this entry */
    FATE_CONFLICT, /* used up before: struct spend_first says by whom */
    FATE_REVOKED,  /* taken back before: on the issuer's list */
    FATE_VOID,     /* worthless before, or recalled */
    FATE_EXPIRED,  /* its terms, batch or cap had ended in the ledger */
    FATE_NOT_OPEN, /* not begun, or held by a reservation: asked again at the next sync */
    FATE_UNKNOWN,  /* no ticket of this workspace, or of no batch behind the door */
    FATE_NOTED     /* no admission: the chain's start, a list that was taken */
};
#define SPEND_FATE_N 8u
/* "redeemed", "conflict" ...: static text. */
const char *spend_fate_name(enum spend_fate fate);
/* Decided anew when its entry comes again: the ledger may know better by then. */
bool spend_fate_is_open(enum spend_fate fate);

/* What is strange about an entry's time, and refuses nothing. Bits. */
#define SPEND_FUTURE    1u /* later than the ledger's clock, by more than SPEND_SKEW_MS */
#define SPEND_TOO_EARLY 2u /* before the ticket was made */
#define SPEND_BACKWARDS 4u /* before the entry before it */
#define SPEND_FORKED    8u /* another entry of this device has this number and the same start */
#define SPEND_SKEW_MS   300000u

struct spend_row {
    uint32_t n;                                                 /* entry of its chain */
    uint8_t hash[SPENDS_ENTRY_LEN], previous[SPENDS_ENTRY_LEN]; /* first bytes of both */
    uint64_t time_ms;                                           /* the device's */
    uint8_t cti[SPEND_CTI_LEN];
    uint32_t set; /* 0 where none was found */
    uint64_t serial;
    uint8_t fate, flags;
};
/* Who was first, of a conflict. */
enum spend_way { WAY_ONLINE, WAY_DEVICE };
struct spend_first {
    uint32_t row; /* of the same document */
    uint8_t way;
    uint32_t who;       /* number of the API key (0 = the operator), or of the device */
    uint32_t n;         /* WAY_DEVICE: its entry */
    uint64_t device_ms; /* WAY_DEVICE: by its clock */
    uint64_t ledger_ms; /* when the ledger took it */
};

/* One document: part of what a device admitted. */
struct spends_part {
    uint32_t id, device, door;
    uint64_t at_ms; /* when it was synced */
    struct spend_row *rows;
    size_t row_n;
    struct spend_first *firsts; /* ascending by row */
    size_t first_n;
};
void spends_part_free(struct spends_part *p);
/* Append its document. */
void spends_part_write(const struct spends_part *p, struct buffer *out);
/** @param[out] out  spends_part_free wants it on the heap: what it points to is malloc'ed
 * @retval CM_E_FORMAT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err spends_part_read(struct cm_slice text, struct spends_part *out,
                                      struct cm_diag *diag);

/* Units to redeem, each by its ticket, and what the ledger said. */
struct spend_unit {
    uint32_t set;
    uint64_t serial;
    uint8_t cti[SPEND_CTI_LEN];
};
struct spend_answer {
    enum cm_verdict verdict; /* CM_V_NOT_A_CODE: no unit */
    uint64_t time_ms;        /* accepted: now; used up, void: since when */
    uint32_t actor;          /* used up: who did it; 0 = the operator, or a device */
};
/* Makes the document of what became of them; it may look at the registry, and must not fail but for
 * want of memory: the units are redeemed by then, and the engine stops. No document is fine when
 * nothing was redeemed: then nothing is written down. */
typedef cm_err spend_tell(void *ctx, const struct registry *r, const struct spend_answer *answers,
                          uint64_t now_ms, struct buffer *document);

/* A unit that an id opens to; an id that is none of a brand opens to one that is not there. */
struct spend_sought {
    uint32_t brand, set;
    uint64_t serial;
    bool there;      /* issued, of a batch of that brand; then: */
    uint32_t scheme; /* of its batch */
    bool test;
};
/** Which of some units are there, all in one turn of the owner.
 * @param[in,out] units  n, at most SPENDS_ROWS_MAX
 * @retval CM_E_ARGUMENT  too many      @retval CM_E_IO, CM_E_CORRUPT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err engine_seek(struct cm_engine *engine, struct spend_sought *units, size_t n);

/** Redeem units and lay down the document, durable together or not at all.
 * @param[in] units  n, at most SPENDS_ROWS_MAX; 0 is fine
 * @retval CM_E_ARGUMENT  too many      @retval CM_E_STATE  restored, not yet accepted
 * @retval CM_E_NO_SPACE, CM_E_DEAD, CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err engine_spend(struct cm_engine *engine, const struct spend_unit *units,
                                  size_t n, uint32_t actor, spend_tell *tell, void *ctx,
                                  struct cm_diag *diag);

#endif
