/* Claims of tickets compared claim by claim: what lies between them in memory may differ. */
#ifndef CM_TESTS_UNIT_WIRE_CLAIMS_KIT_H
#define CM_TESTS_UNIT_WIRE_CLAIMS_KIT_H

#include "support/cm.h"

#include "wire/ticket.h"

static inline void assert_same_claims(const struct ticket_claims *got,
                                      const struct ticket_claims *want) {
    assert_string_equal(got->iss, want->iss);
    assert_int_equal(got->exp_unix_s, want->exp_unix_s);
    assert_int_equal(got->nbf_unix_s, want->nbf_unix_s);
    assert_int_equal(got->iat_unix_s, want->iat_unix_s);
    assert_memory_equal(got->cti, want->cti, sizeof got->cti);
    assert_int_equal(got->flags, want->flags);
    assert_string_equal(got->event, want->event);
    assert_string_equal(got->seat, want->seat);
    assert_string_equal(got->title, want->title);
    assert_string_equal(got->currency, want->currency);
    assert_int_equal(got->value, want->value);
    assert_int_equal(got->gtin, want->gtin);
}

#endif
