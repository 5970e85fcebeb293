/* Between raw.c, which says and hears, and raw_judge.c, which judges what was printed. */
#ifndef CM_LINE_RAW_INSIDE_H
#define CM_LINE_RAW_INSIDE_H

#include "line/kind.h"
#include "line/protocol.h"

#define RAW_MESSAGE_MAX 128u

enum { ASK_OFF = ASK_OWN, ASK_ON, ASK_SYNC, ASK_STATUS, ASK_COUNT, ASK_READBACK, ASK_SETUP };

struct raw {
    struct line_protocol p;
    char message[RAW_MESSAGE_MAX];
    uint8_t text[DRIVER_TEXT_MAX]; /* of the last unit's first field, to be read back */
    size_t text_len;
    bool on, based, wrong_text;
    bool by_hand;    /* it cannot be told to let go of what it holds */
    uint64_t off_us; /* since when it is off */
    uint64_t base, count;
};

/* Questions that switch it off and read it then. */
extern const int raw_off_plan[];

/* ---- raw_judge.c */
/* Units that the printer said it has. */
size_t raw_taken_n(const struct driver *d);
/* What is in flight is unknown, and the run is held. */
void raw_contradicts(struct driver *d, uint64_t copies, const char *why);
bool raw_rested(struct driver *d);
void raw_polled(struct driver *d);
bool raw_blind(const struct driver *d);
void raw_passed(struct driver *d, uint64_t n);
void raw_clear(struct driver *d);
void raw_lost(struct driver *d);
void raw_memory(const struct driver *d, struct buffer *out);
bool raw_remember(struct driver *d, struct cm_slice memory);
bool raw_reads(const struct driver *d, int ask);

#endif
