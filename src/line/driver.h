/* One printer's language, sans I/O: bytes, units and the time come in through calls; bytes, reports
 * and a wish for time go out. So one event loop carries many printers, and every split of bytes can
 * be tested. A driver never opens a socket, reads no clock and sends no unit twice: what was given
 * once leaves it with exactly one fate. docs/design/lines.md tells what each language can prove.
 *
 *     driver_connected(d, now);                      the link is up
 *     while (driver_room(d) > 0) driver_give(d, &unit, now, diag);
 *     n = write(fd, driver_out(d)); driver_left(d, n);
 *     driver_hear(d, bytes_read, now);  driver_tick(d, now);  wait until driver_wakes_us(d)
 *     while (driver_report(d, &report)) ...          journal it, show it
 *
 * The caller journals a unit as sent before it gives it. Not thread-safe; one driver a printer. */
#ifndef CM_LINE_DRIVER_H
#define CM_LINE_DRIVER_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/diag.h"

#define DRIVER_FIELDS     16u   /* texts of one unit */
#define DRIVER_TEXT_MAX   512u  /* bytes of one text; a QR of a short address fits many times */
#define DRIVER_WINDOW_MAX 4096u /* units in flight */

/* Where a unit waits between our bytes and its product (printers reference section 0). */
enum driver_model {
    DRIVER_INDEXED, /* a buffer that knows our own numbers */
    DRIVER_FIFO,    /* a queue whose depth can be asked */
    DRIVER_SLOT,    /* one text, printed until it is replaced */
    DRIVER_STREAM,  /* labels without identity */
    DRIVER_SINK,    /* a file: nothing is printed */
    DRIVER_JOB      /* a queue that takes documents of several labels */
};

/* How a unit left the driver. Only the first is good; none of them is ever sent again. */
enum unit_fate {
    FATE_PRINTED, /* the printer's own word proves it; for a sink: delivered */
    FATE_UNSENT,  /* its first byte never left us */
    FATE_REFUSED, /* the printer said no, or proves that it has not got it */
    FATE_CLEARED, /* it was in the printer and was proved to leave it unprinted */
    FATE_UNKNOWN, /* a camera or voiding must close it */
    /* a queue took it whole: nothing tells of paper; as unknown, but that nobody need be alarmed */
    FATE_DELIVERED,
    FATE_N
};
const char *unit_fate_name(enum unit_fate fate);

/* What the operator sees. */
enum driver_state {
    DRIVER_DOWN,    /* no link */
    DRIVER_OPENING, /* asking what became of earlier units, setting the printer up */
    DRIVER_RUNNING,
    DRIVER_SETTLING, /* waiting for units in flight before new ones may go */
    DRIVER_SILENT,   /* the printer does not answer */
    DRIVER_PAPER_OUT,
    DRIVER_RIBBON_OUT,
    DRIVER_HEAD_OPEN,
    DRIVER_PAUSED,
    DRIVER_MENU,  /* an operator is in a menu of the printer */
    DRIVER_FULL,  /* its buffer takes no more */
    DRIVER_FAULT, /* another fault of the printer; the report's words name it */
    DRIVER_HELD,  /* counts contradict what was sent: waits for driver_resume */
    DRIVER_STOPPING,
    DRIVER_STOPPED,
    DRIVER_STATE_N
};
const char *driver_state_name(enum driver_state state);

enum report_kind {
    REPORT_STATE,     /* state, words */
    REPORT_ACCEPTED,  /* serial..serial+n-1: the printer has them */
    REPORT_FATE,      /* serial..serial+n-1 left the driver with that fate */
    REPORT_COUNTER,   /* counter, depth: what the printer says of itself */
    REPORT_DUPLICATE, /* n prints more than units: copies are on the line */
    REPORT_RECONNECT  /* the link looks dead: cut it and connect anew */
};
#define REPORT_WORDS_CAP 80u
struct report {
    enum report_kind kind;
    enum unit_fate fate;
    enum driver_state state;
    uint64_t serial, n;
    uint64_t counter, depth;
    char words[REPORT_WORDS_CAP]; /* for people; never a code */
};

/* One product's texts, in the order of driver_options.fields. */
struct unit {
    uint64_t serial;
    struct cm_slice texts[DRIVER_FIELDS];
};

struct driver_kind;
struct driver;

/* Zero means: as the kind likes it. Texts are borrowed until driver_new returns. */
struct driver_options {
    const struct driver_kind *kind;
    const char *fields[DRIVER_FIELDS]; /* names of a unit's texts; NULL ends them */
    struct cm_slice template_text;     /* ZPL, file: the label; raw: its rules */
    const char *template_name;         /* names it in errors; ZTC, SPPL, WSI, raw: the message */
    const char *name;                  /* of the run: ipp finds its jobs again by it */
    const char *address;               /* of the printer (uri.h): ipp names its queue by it */
    size_t window;                     /* units in flight at most */
    uint64_t reply_ms;                 /* until a question counts as unanswered */
    uint64_t poll_ms;                  /* between two looks at the counters */
    uint64_t rest_ms;                  /* counters that stand so long are at rest */
};

/** Make a driver, not yet connected.
 * @retval CM_E_FORMAT     the template, diag says where    @retval CM_E_NOT_FOUND  a field it names
 * @retval CM_E_RANGE      window or times                  @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err driver_new(const struct driver_options *o, struct driver **out,
                                struct cm_diag *diag);
void driver_free(struct driver *d);
void driver_freep(struct driver **d);

/* ---- Another life of the program. A driver that is made anew for the same run and printer settles
 * what an earlier one left in flight, by its usual proofs; the two calls below hand over the little
 * that it needs for that. For the proofs to hold, the run's journal keeps these rules:
 *  - a unit is written as sent before driver_give, and units are given in the order written; one
 *    that driver_give refuses for its text is still a try, and keeps its place until its fate is
 *    written;
 *  - driver_memory goes into each commit that writes units as sent or fates: called when no reports
 *    wait (their fates are in that commit) and before the units of that commit are given;
 *  - units that were written but not given in that turn may be given later, as long as
 *    driver_memory says byte for byte what was written last; if not, it is written first. */

#define DRIVER_MEMORY_MAX 64u /* bytes, at most */

/* A unit of an earlier life that has no fate; its bytes may or may not have left. */
struct unit_past {
    uint64_t serial; /* as it was given */
};

/* Append what another life needs. Holds no code. Giving a unit changes it only where none was in
 * flight. */
void driver_memory(const struct driver *d, struct buffer *out);

/** Take over the units of an earlier life: before the first driver_connected, once.
 * @param[in] memory   as last written; one that is empty, damaged or another language's makes all
 *                     units unknown at once: no error
 * @param[in] flights  all that were written as sent and have no fate, in that order; may be more
 *                     than the window
 * They count as given in this life. @retval CM_E_STATE  too late    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err driver_remember(struct driver *d, struct cm_slice memory,
                                     const struct unit_past *flights, size_t n);

/* ---- What comes in. Times are monotonic microseconds and never go back. */

void driver_connected(struct driver *d, uint64_t now_us);
/* Units whose first byte has not left are settled as unsent; the others wait for the next link. */
void driver_disconnected(struct driver *d, uint64_t now_us);
void driver_hear(struct driver *d, struct cm_slice bytes, uint64_t now_us);
void driver_tick(struct driver *d, uint64_t now_us);

/** Send one unit; its bytes are in driver_out afterwards.
 * @retval CM_E_STATE   driver_room is 0
 * @retval CM_E_FORMAT  a text cannot be said in this language: nothing left, the driver has no part
 *                      in the unit (the caller voids it)
 * @retval CM_E_RANGE   a text longer than DRIVER_TEXT_MAX, as above   @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err driver_give(struct driver *d, const struct unit *u, uint64_t now_us,
                                 struct cm_diag *diag);
/* Somebody beside the printer saw n products pass it: frees the slot of a coder that counts
 * nothing; others pay no heed. */
void driver_passed(struct driver *d, uint64_t n, uint64_t now_us);
/* Whether only driver_passed can tell that a unit was printed: without it the slot is never free,
 * and each product carries the first text. */
bool driver_is_blind(const struct driver *d);
/* An operator saw to it: a held driver goes on. */
void driver_resume(struct driver *d, uint64_t now_us);
/* A stop is taken back: once the link is down, so that it goes on as with any new one. */
void driver_restart(struct driver *d);
/* No more units: bring the printer to rest and settle what is in flight, then DRIVER_STOPPED. */
void driver_stop(struct driver *d, uint64_t now_us);
/* After a jam: what is in flight is given up as unknown (unsent, where nothing of it left), and the
 * printer must let go of all that it holds before it gets anything new; one that is not linked, as
 * soon as it is. A stop waits for it. What came out meanwhile is told as copies, and held. */
void driver_clear(struct driver *d, uint64_t now_us);
/* Stop at once: whatever is in flight is unknown. Works without a link. */
void driver_abandon(struct driver *d, uint64_t now_us);

/* ---- What goes out. */

struct cm_slice driver_out(const struct driver *d);
/* The transport has handed over the first len bytes of driver_out. */
void driver_left(struct driver *d, size_t len, uint64_t now_us);
bool driver_report(struct driver *d, struct report *out);
/* When driver_tick has something to do, or UINT64_MAX. */
uint64_t driver_wakes_us(const struct driver *d);

/* ---- What stands. */

size_t driver_room(const struct driver *d); /* units that may be given now */
size_t driver_in_flight(const struct driver *d);
bool driver_clears(const struct driver *d); /* the printer still has to let go */
enum driver_state driver_state(const struct driver *d);
enum driver_model driver_model(const struct driver *d);
/* A driver that was given n units in its life: n = in flight + the sum of all fates. */
uint64_t driver_given(const struct driver *d);
uint64_t driver_fated(const struct driver *d, enum unit_fate fate);

#endif
