/* From text to unit: reads a call's codes through the schemes and key versions of a door, in order,
 * whole arrays at a time. Every code costs the same work, whatever it is.
 *
 * An opener belongs to one thread at a time and caches a coder per (scheme, key version); the
 * caller holds the registry lock for reading. Source: docs/design/construction.md, "Doors". */
#ifndef CM_ENGINE_OPENER_H
#define CM_ENGINE_OPENER_H

#include "base/clock.h"
#include "crypto/keystore.h"
#include "engine/decide.h"
#include "engine/registry.h"

struct opener;

/** @param[in] clock  tells whether a ticket is in its time      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err opener_new(struct opener **out, const struct registry *registry,
                                const struct keystore *keystore, struct clock_source clock);
void opener_free(struct opener *o);

/** Resolve every request of some calls at one door, together: a code alone in its call costs no
 * more than one of an array.
 * @param[out] out  an entry for each request, call after call; a unit found here has not been asked
 *                  whether it was issued
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err opener_resolve(struct opener *o, const struct door *door,
                                    const struct cm_call *calls, size_t call_n,
                                    struct resolved *out);

/** The unit that one request's text names under the readers after out->reader: the owner asks when
 * the unit found first turns out never to have been issued.
 * @retval as opener_resolve */
CM_MUST_CHECK cm_err opener_next(struct opener *o, const struct door *door,
                                 const struct cm_request *request, struct resolved *out);

/** A coder of a scheme under one key version; it stays the opener's, until the registry changes.
 * @retval CM_E_NOT_FOUND, CM_E_STATE  the key is not in the keystore, or was destroyed
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
struct cm_coder;
CM_MUST_CHECK cm_err opener_coder(struct opener *o, const struct scheme_entry *scheme,
                                  uint8_t version, struct cm_coder **out);

/** Compare a request's PIN with that of one card, of every issue up to the pool's newest: for cards
 * that the opener did not find by their number.
 * @param[in,out] r  of that card; pin, pin_right and pin_issues are filled
 * @retval as opener_resolve */
CM_MUST_CHECK cm_err opener_pin(struct opener *o, struct set_entry *entry,
                                const struct cm_request *request, struct resolved *r);

#endif
