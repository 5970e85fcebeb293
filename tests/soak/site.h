/* One printer of the plant with its cable: an emulated printer, what happens to it beside us, and
 * its record, which is read as it grows. Our side comes in as bytes alone: nothing of the line room
 * is seen here (both use some names). References: docs/design/lines-emulators.md. */
#ifndef CM_TESTS_SOAK_SITE_H
#define CM_TESTS_SOAK_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

struct loop;
struct site;

struct site_options {
    struct loop *loop;
    unsigned index;      /* of the line */
    const char *grammar; /* of the emulator, or the name of its rules */
    const char *folder;  /* where its record grows */
    uint64_t seed;
    uint64_t rate_per_minute;
    bool slot;  /* prints when a product passes */
    bool lies;  /* its counts may deceive */
    bool twice; /* control: now and then bytes of ours reach it twice */
};

struct site *site_new(const struct site_options *o);
void site_free(struct site *s);

/* ---- The cable. `stir` is called from the loop when there is something to hear or a cut. */
typedef void site_stir(void *ctx);
bool site_connect(struct site *s, site_stir *stir, void *ctx);
void site_disconnect(struct site *s);
/* How many of the bytes the cable took. */
size_t site_hear(struct site *s, struct cm_slice bytes);
struct cm_slice site_next(struct site *s);
void site_left(struct site *s, size_t len);
bool site_is_cut(const struct site *s);

/* ---- Beside the printer */

/* Somebody loads paper and closes doors. */
void site_mend(struct site *s);
/* From here on the cable takes a part of what it is given and loses the rest: our computer falls
 * amid its writes. False again: a new life. */
void site_drown(struct site *s, bool drowning);

/* ---- Its record */

enum site_event { SITE_TAKEN, SITE_PAPER, SITE_OTHER };
typedef void site_met(void *ctx, unsigned index, enum site_event event, struct cm_slice code);
/* Tell what was recorded since the last call, oldest first, and forget it. */
void site_drain(struct site *s, site_met *met, void *ctx);
/* Faults that struck. */
uint64_t site_faults(const struct site *s);
/* Further copies of the printer's own making. */
uint64_t site_copies(const struct site *s);

#endif
