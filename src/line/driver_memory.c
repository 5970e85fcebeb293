/* What one life of the program tells the next about units in flight (driver.h has the rules of the
 * journal). A memory is a head, which is ours, and some bytes of the kind's own:
 *
 *     version u8, tag of the kind u8, whether units were in flight u8, serial of the first u64
 *
 * Numbers are big-endian. Whatever does not fit is not believed: then nothing proves what became of
 * the units, and they are unknown. It refuses nothing else: a damaged memory stops no line. */
#include <stdlib.h>

#include "base/macros.h"
#include "line/kind.h"

#define VERSION 1u

void driver_memory(const struct driver *d, struct buffer *out) {
    if (d->kind->memory == NULL) return;
    buffer_u8(out, VERSION);
    buffer_u8(out, d->kind->memory_tag);
    buffer_u8(out, d->flight_n > 0 ? 1 : 0);
    buffer_u64be(out, d->flight_n > 0 ? d->flights[d->flight_first].serial : 0);
    d->kind->memory(d, out);
}

/* Whether it is of this kind and of these units; the kind's own bytes then. */
static bool fits(const struct driver *d, struct cm_slice memory, struct cm_slice *own) {
    struct cursor c = cursor_over(memory);
    const uint8_t version = cursor_u8(&c), tag = cursor_u8(&c), flew = cursor_u8(&c);
    const uint64_t serial = cursor_u64be(&c);
    if (cursor_err(&c) != CM_OK || memory.len > DRIVER_MEMORY_MAX) return false;
    if (version != VERSION || tag != d->kind->memory_tag || flew > 1) return false;
    *own = slice_of(c.p, c.left);
    return flew == 0 ? serial == 0 : serial == d->flights[0].serial;
}

static cm_err take_over(struct driver *d, const struct unit_past *flights, size_t n) {
    if (n > d->flight_cap) {
        struct flight *more = realloc(d->flights, n * sizeof *more);
        if (more == NULL) return CM_E_NO_MEMORY;
        d->flights = more;
        d->flight_cap = n;
    }
    if (!report_room(d, n)) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        d->flights[i] = (struct flight){.serial = flights[i].serial};
    d->flight_n = n;
    d->given = n;
    d->out_before = 1; /* their bytes count as left: none of them is provably unsent */
    return CM_OK;
}

cm_err driver_remember(struct driver *d, struct cm_slice memory, const struct unit_past *flights,
                       size_t n) {
    struct cm_slice own = slice_of(NULL, 0);
    if (d->linked || d->given > 0 || d->phase != PHASE_DOWN) return CM_E_STATE;
    if (n == 0) return CM_OK;
    if (n > SIZE_MAX / sizeof(struct flight)) return CM_E_NO_MEMORY;
    TRY(take_over(d, flights, n));
    d->past = d->relinked = d->late = true;
    const bool known = d->kind->remember != NULL && fits(d, memory, &own);
    if (!known || !d->kind->remember(d, own)) driver_settle(d, n, FATE_UNKNOWN);
    d->doubt = d->past && !d->kind->piped;
    return CM_OK;
}
