/* Claims of tickets as CBOR: the fewest, the longest, and every shape that is refused. What is
 * made and judged of them: test_ticket.c. Expected shapes: RFC 8949 section 4.2.1 (deterministic
 * encoding), RFC 8392 section 3.1 (numbers of claims), docs/design/tickets.md. */
#include "support/cm.h"

#include "claims_kit.h"
#include "wire/atom.h"

static void claims_may_be_as_few_as_five(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    const struct ticket_claims least = {.iss = "AB", .exp_unix_s = 1, .cti = {9}};
    struct ticket_claims read;
    assert_ok(ticket_claims_write(&least, &out));
    assert_ok(ticket_claims_read(buffer_slice(&out), &read));
    assert_same_claims(&read, &least);
    buffer_free(&out);
}

static void claims_at_their_limits_come_back(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    struct ticket_claims most = {.iss = "ABCDEFG8",
                                 .exp_unix_s = TICKET_TIME_MAX,
                                 .nbf_unix_s = TICKET_TIME_MAX - 1,
                                 .iat_unix_s = TICKET_TIME_MAX,
                                 .flags = TICKET_FLAGS_ALL,
                                 .currency = "EUR",
                                 .value = TICKET_VALUE_MAX,
                                 .gtin = TICKET_GTIN_MAX},
                         read;
    memset(most.event, 'e', TICKET_EVENT_MAX);
    memset(most.seat, 's', TICKET_SEAT_MAX);
    memset(most.title, 't', TICKET_TITLE_MAX);
    assert_ok(ticket_claims_write(&most, &out));
    assert_ok(ticket_claims_read(buffer_slice(&out), &read));
    assert_same_claims(&read, &most);
    buffer_free(&out);
}

/* Payloads that some other program could sign: each is the sound one with one thing bent. */
enum bend {
    SOUND,
    SWAPPED,      /* iat before exp */
    SHORT_CTI,    /* 7 bytes */
    STRANGER,     /* a claim that is not ours */
    TWICE,        /* exp two times */
    STRANGE_FLAG, /* 4 */
    NO_FLAGS,
    EMPTY_EVENT,
    NUL_EVENT,
    HALF_VALUE, /* without currency */
    GTIN_0,
    LONG_FORM, /* exp in two bytes where one does */
    NBF_0,
    NBF_LATE, /* not before its end */
    LEFT_OVER,
    LOW_ISS,
    LONG_EVENT,  /* a byte more than there is room for */
    OTHER_CLAIM, /* a map under another private number */
    BEND_N
};

static void put_pair(struct buffer *out, uint64_t key, uint64_t value) {
    atom_put_uint(out, key);
    atom_put_uint(out, value);
}

static void put_bent_private(struct buffer *out, enum bend b) {
    static const char full[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef+";
    _Static_assert(sizeof full == TICKET_EVENT_MAX + 2, "a byte too many, and its NUL");
    const bool event = b == EMPTY_EVENT || b == NUL_EVENT || b == LONG_EVENT;
    atom_put(out, ATOM_NEGATIVE, b == OTHER_CLAIM ? 69999 : 70000);
    atom_put(out, ATOM_MAP, (b != NO_FLAGS) + 0u + event + (b == HALF_VALUE) + (b == GTIN_0));
    if (event) {
        atom_put_uint(out, 1);
        if (b == LONG_EVENT)
            atom_put_text(out, slice_text(full));
        else
            atom_put_text(out, slice_of("A\0B", b == NUL_EVENT ? 3 : 0));
    }
    if (b == HALF_VALUE) {
        atom_put_uint(out, 3);
        atom_put(out, ATOM_ARRAY, 1);
        atom_put_uint(out, 1);
    }
    if (b != NO_FLAGS) put_pair(out, 4, b == STRANGE_FLAG ? 4 : 0);
    if (b == GTIN_0) put_pair(out, 5, 0);
}

static struct buffer bent(enum bend b) {
    struct buffer out = BUFFER_INIT;
    const bool nbf = b == NBF_0 || b == NBF_LATE;
    atom_put(&out, ATOM_MAP, 5u + (nbf || b == TWICE || b == STRANGER));
    atom_put_uint(&out, 1);
    atom_put_text(&out, slice_text(b == LOW_ISS ? "ab" : "AB"));
    if (b == SWAPPED) put_pair(&out, 6, 0);
    if (b == LONG_FORM)
        buffer_put(&out, "\x04\x18\x0A", 3);
    else
        put_pair(&out, 4, 10);
    if (b == TWICE) put_pair(&out, 4, 10);
    if (nbf) put_pair(&out, 5, b == NBF_0 ? 0 : 10);
    if (b != SWAPPED) put_pair(&out, 6, 0);
    atom_put_uint(&out, 7);
    atom_put_bytes(&out, slice_of("12345678", b == SHORT_CTI ? 7 : 8));
    if (b == STRANGER) put_pair(&out, 8, 0);
    put_bent_private(&out, b);
    if (b == LEFT_OVER) buffer_u8(&out, 0);
    return out;
}

static void claims_in_another_shape_are_refused(void **state) {
    (void)state;
    for (enum bend b = SOUND; b < BEND_N; b++) {
        struct buffer payload = bent(b);
        struct ticket_claims c, before;
        memset(&c, 0xA5, sizeof c);
        before = c;
        assert_err(b == SOUND ? CM_OK : CM_E_FORMAT,
                   ticket_claims_read(buffer_slice(&payload), &c));
        if (b != SOUND) assert_memory_equal(&c, &before, sizeof c);
        for (size_t cut = 0; b == SOUND && cut < payload.len; cut++)
            assert_err(CM_E_FORMAT, ticket_claims_read(slice_of(payload.p, cut), &before));
        buffer_free(&payload);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_may_be_as_few_as_five),
        cmocka_unit_test(claims_at_their_limits_come_back),
        cmocka_unit_test(claims_in_another_shape_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
