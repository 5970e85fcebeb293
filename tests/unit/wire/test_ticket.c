/* Tickets: claims, text, and the judge. The worked example was made by programs of other authors
 * (npm cbor 10.0.12 encodeCanonical, base45 3.0.0, node:crypto over a Sig_structure laid out by
 * hand) with the seed of RFC 8032 section 7.1 test 1. */
#include "support/cm.h"

#include "base/text.h"
#include "claims_kit.h"
#include "wire/atom.h"
#include "wire/ticket_judge.h"

#define NOW 1795000000u

static const struct cm_key seed = {{0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60,
                                    0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
                                    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19,
                                    0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60}};
static const char worked_text[] =
    "CM1:RRQT 9P60GO0HD4WD6ZHKYNK8CK 8A-70CB8QY9FN0FPDUOQ1T0/LDMN7WY0RLD/MVJ-0X507H0QS00+0/E7360%"
    "AE-70319PVDQD0*A8NE65KGPA1XOCHZA$M02T0000841RE9.ISH 0/IAV2FXB8998LUR NSD$9CLPAHO35L0/P%$4H4RR"
    "+9GHFRGU343AO2$-A+%FMQVK*O57I 8MY5N3L4+JGTSH+/AMUJYYC-Z4%SN83AJ5I70";
static const char worked_payload[] =
    "a6016441434d45041a6b49d200051a6ab13b80061a6aa1f940074801020304050607083a00011170a6016447616c61"
    "026341313203821909c4634555520403051b000008a549c2e0d00665526f772041";

static struct ticket_claims worked(void) {
    return (struct ticket_claims){.iss = "ACME",
                                  .exp_unix_s = 1800000000,
                                  .nbf_unix_s = 1790000000,
                                  .iat_unix_s = 1789000000,
                                  .cti = {1, 2, 3, 4, 5, 6, 7, 8},
                                  .flags = TICKET_TEST | TICKET_SINGLE,
                                  .event = "Gala",
                                  .seat = "A12",
                                  .title = "Row A",
                                  .currency = "EUR",
                                  .value = 2500,
                                  .gtin = 9506000134352};
}

static struct ticket_key key_of(const struct cm_key *secret) {
    struct ticket_key k = {.iss = "ACME",
                           .version = 1,
                           .not_before_unix_s = 1788000000,
                           .not_after_unix_s = 1810000000};
    sign_public_of(secret, &k.public_key);
    cose_kid(&k.public_key, k.kid);
    return k;
}

static struct ticket_judged judged(struct cm_slice text, const struct ticket_key *keys, size_t n,
                                   uint64_t now) {
    struct ticket_message m;
    struct ticket_judged out = {.verdict = TICKET_NO_TICKET};
    if (ticket_open(text, &m) == CM_OK) assert_ok(ticket_judge(&m, keys, n, now, &out));
    return out;
}

static void a_ticket_is_made_taken_apart_and_judged(void **state) {
    (void)state;
    struct buffer text = BUFFER_INIT;
    struct ticket_message message;
    struct ticket_judged answer;
    const struct ticket_claims claims = worked();
    const struct ticket_key key = key_of(&seed);
    assert_ok(ticket_make(&seed, &claims, &text));
    assert_true(ticket_text_is(buffer_slice(&text)));
    assert_ok(ticket_open(buffer_slice(&text), &message));
    assert_ok(ticket_judge(&message, &key, 1, NOW, &answer));
    assert_int_equal(answer.verdict, TICKET_VALID);
    assert_ptr_equal(answer.key, &key);
    assert_string_equal(answer.claims.seat, "A12");
    assert_same_claims(&answer.claims, &claims);
    buffer_free(&text);
}

static void its_bytes_are_those_of_other_programs(void **state) {
    (void)state;
    struct buffer text = BUFFER_INIT, payload = BUFFER_INIT;
    const struct ticket_claims claims = worked();
    char hex[2 * 200 + 1] = "";
    assert_ok(ticket_claims_write(&claims, &payload));
    assert_in_range(payload.len, 1, 200);
    hex_format(payload.p, payload.len, hex);
    assert_string_equal(hex, worked_payload);
    assert_ok(ticket_make(&seed, &claims, &text));
    assert_true(slice_equal(buffer_slice(&text), slice_text(worked_text)));
    buffer_free(&text);
    buffer_free(&payload);
}

static void white_space_around_a_ticket_does_not_matter(void **state) {
    (void)state;
    const struct ticket_key key = key_of(&seed);
    char text[sizeof worked_text + 8];
    (void)snprintf(text, sizeof text, " %s\r\n", worked_text);
    assert_true(ticket_text_is(slice_text(text)));
    assert_int_equal(judged(slice_text(text), &key, 1, NOW).verdict, TICKET_VALID);
    assert_false(ticket_text_is(slice_text("CM2:ABC")));
    assert_false(ticket_text_is(slice_text("CM1:")));
    assert_false(ticket_text_is(slice_text("cm1:ABC")));
}

/* ---- The judge ------------------------------------------------------------------------------- */

static void time_is_judged_to_the_second(void **state) {
    (void)state;
    static const struct {
        uint64_t now;
        enum ticket_verdict verdict;
    } rows[] = {{1790000000 - 1, TICKET_NOT_YET},      {1790000000, TICKET_VALID},
                {1800000000 - 1, TICKET_VALID},        {1800000000, TICKET_EXPIRED},
                {1810000000 - 1, TICKET_EXPIRED},      {1810000000, TICKET_OUT_OF_KEY},
                {1788000000 - 121, TICKET_OUT_OF_KEY}, {1788000000 - 120, TICKET_NOT_YET}};
    const struct ticket_key key = key_of(&seed);
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++)
        assert_int_equal(judged(slice_text(worked_text), &key, 1, rows[i].now).verdict,
                         rows[i].verdict);
}

/* A key that ended early ends its tickets; one that was made outside its time never was valid. */
static void no_ticket_is_valid_beyond_its_key(void **state) {
    (void)state;
    struct ticket_key key = key_of(&seed);
    key.retired = true; /* signs no more; what it signed stands */
    assert_int_equal(judged(slice_text(worked_text), &key, 1, NOW).verdict, TICKET_VALID);
    key.not_after_unix_s = NOW;
    assert_int_equal(judged(slice_text(worked_text), &key, 1, NOW).verdict, TICKET_OUT_OF_KEY);
    assert_int_equal(judged(slice_text(worked_text), &key, 1, NOW - 1).verdict, TICKET_VALID);
    key = key_of(&seed);
    key.not_before_unix_s = 1789000000 + TICKET_CLOCK_SKEW_S;
    assert_int_equal(judged(slice_text(worked_text), &key, 1, NOW).verdict, TICKET_VALID);
    key.not_before_unix_s++;
    assert_int_equal(judged(slice_text(worked_text), &key, 1, NOW).verdict, TICKET_OUT_OF_KEY);
}

static void strangers_and_forgers_are_told_apart(void **state) {
    (void)state;
    const struct cm_key other_seed = {{7}};
    struct ticket_key other = key_of(&other_seed);
    struct ticket_judged j = judged(slice_text(worked_text), &other, 1, NOW);
    assert_int_equal(j.verdict, TICKET_UNKNOWN_KEY);
    assert_false(j.has_claims);
    memcpy(other.kid, key_of(&seed).kid, COSE_KID_LEN); /* right key id, another key */
    j = judged(slice_text(worked_text), &other, 1, NOW);
    assert_int_equal(j.verdict, TICKET_FORGED);
    assert_false(j.has_claims);
    const struct ticket_key both[] = {other, key_of(&seed)};
    j = judged(slice_text(worked_text), both, 2, NOW); /* every key of that id is tried */
    assert_int_equal(j.verdict, TICKET_VALID);
    assert_ptr_equal(j.key, &both[1]);
    struct ticket_key foreign = key_of(&seed);
    memcpy(foreign.iss, "OTHER", sizeof "OTHER");
    assert_int_equal(judged(slice_text(worked_text), &foreign, 1, NOW).verdict, TICKET_FOREIGN);
    assert_int_equal(judged(slice_text(worked_text), NULL, 0, NOW).verdict, TICKET_UNKNOWN_KEY);
}

static void no_flipped_bit_of_a_ticket_goes_unseen(void **state) {
    (void)state;
    const struct ticket_key key = key_of(&seed);
    struct ticket_message m;
    assert_ok(ticket_open(slice_text(worked_text), &m));
    const size_t len = m.len;
    uint8_t bytes[TICKET_BYTES_MAX];
    memcpy(bytes, m.bytes, len);
    for (size_t bit = 0; bit < len * 8; bit++) {
        struct buffer text = BUFFER_INIT;
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        buffer_text(&text, TICKET_PREFIX);
        base45_put(&text, slice_of(bytes, len));
        assert_int_not_equal(judged(buffer_slice(&text), &key, 1, NOW).verdict, TICKET_VALID);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        buffer_free(&text);
    }
    for (size_t cut = 0; cut < sizeof worked_text - 1; cut++)
        assert_err(CM_E_FORMAT, ticket_open(slice_of(worked_text, cut), &m));
}

/* A message of another kind by the same key is no ticket: it has a content type. */
static void other_messages_of_the_issuer_are_no_tickets(void **state) {
    (void)state;
    struct buffer payload = BUFFER_INIT, message = BUFFER_INIT, text = BUFFER_INIT;
    const struct ticket_claims claims = worked();
    struct ticket_message m;
    assert_ok(ticket_claims_write(&claims, &payload));
    assert_ok(cose_sign1_make(&seed, "application/cwt", buffer_slice(&payload), &message));
    buffer_text(&text, TICKET_PREFIX);
    base45_put(&text, buffer_slice(&message));
    assert_err(CM_E_FORMAT, ticket_open(buffer_slice(&text), &m));
    buffer_free(&payload);
    buffer_free(&message);
    buffer_free(&text);
}

/* RFC 8392 appendix A.3: its claims lie in the order of ours, under the same keys; but it is signed
 * with ES256 and its audience is none of our claims. */
static void the_standards_own_token_is_read_and_is_no_ticket(void **state) {
    (void)state;
    static const char token[] =
        "d28443a10126a104524173796d6d657472696345434453413235365850a70175636f61703a2f2f61732e6578"
        "616d706c652e636f6d02656572696b77037818636f61703a2f2f6c696768742e6578616d706c652e636f6d04"
        "1a5612aeb0051a5610d9f0061a5610d9f007420b7158405427c1ff28d23fbad1f29c4c7c6a555e601d6fa29f"
        "9179bc3d7438bacaca5acd08c8d4d4f96131680c429a01f85951ecee743a52b9b63632c57209120e1c9e30";
    uint8_t bytes[sizeof token / 2];
    static const uint64_t want[][2] = {{4, 1444064944}, {5, 1443944944}, {6, 1443944944}};
    struct buffer text = BUFFER_INIT;
    struct ticket_message m;
    struct ticket_claims c;
    assert_ok(hex_parse(slice_of(token, sizeof token - 1), bytes, sizeof bytes));
    buffer_text(&text, TICKET_PREFIX);
    base45_put(&text, slice_of(bytes, sizeof bytes));
    assert_int_not_equal(ticket_open(buffer_slice(&text), &m), CM_OK);
    buffer_free(&text);
    const struct cm_slice payload = slice_of(bytes + 29, 80); /* behind the headers */
    assert_err(CM_E_FORMAT, ticket_claims_read(payload, &c));
    struct atom_reader r = atom_reader_over(payload);
    assert_int_equal(atom_read(&r, ATOM_MAP, 7), 7);
    for (uint64_t key = 1; key <= 3; key++) {
        assert_int_equal(atom_read(&r, ATOM_UINT, 3), key);
        (void)atom_read_string(&r, ATOM_TEXT, 80);
    }
    for (size_t i = 0; i < CM_ARRAY_N(want); i++) {
        assert_int_equal(atom_read(&r, ATOM_UINT, 6), want[i][0]);
        assert_int_equal(atom_read(&r, ATOM_UINT, UINT32_MAX), want[i][1]);
    }
    assert_int_equal(atom_read(&r, ATOM_UINT, 7), 7);
    assert_int_equal(atom_read_string(&r, ATOM_BYTES, 2).len, 2);
    assert_ok(atom_end(&r));
}

/* ---- Claims ---------------------------------------------------------------------------------- */

static void claims_that_no_ticket_can_have_are_refused(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    struct ticket_claims c[9];
    for (size_t i = 0; i < CM_ARRAY_N(c); i++)
        c[i] = worked();
    memcpy(c[0].iss, "A", 2);
    memcpy(c[1].iss, "acme", 5);
    c[2].exp_unix_s = c[2].nbf_unix_s;
    c[3].exp_unix_s = TICKET_TIME_MAX + 1;
    memcpy(c[4].currency, "EU", 3);
    c[5].currency[0] = '\0'; /* a value of nothing */
    c[6].flags = 4;
    c[7].gtin = TICKET_GTIN_MAX + 1;
    memcpy(c[8].seat, "A\n12", 5);
    for (size_t i = 0; i < CM_ARRAY_N(c); i++)
        assert_err(CM_E_RANGE, ticket_claims_write(&c[i], &out));
    assert_int_equal(out.len, 0);
}

static void every_verdict_has_its_words(void **state) {
    (void)state;
    for (unsigned v = 0; v < TICKET_VERDICT_N; v++) {
        assert_true(strlen(ticket_verdict_name((enum ticket_verdict)v)) > 0);
        assert_true(strlen(ticket_verdict_text((enum ticket_verdict)v)) > 0);
    }
    assert_string_equal(ticket_verdict_name((enum ticket_verdict)TICKET_VERDICT_N),
                        "unknown_verdict");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_is_made_taken_apart_and_judged),
        cmocka_unit_test(its_bytes_are_those_of_other_programs),
        cmocka_unit_test(white_space_around_a_ticket_does_not_matter),
        cmocka_unit_test(time_is_judged_to_the_second),
        cmocka_unit_test(no_ticket_is_valid_beyond_its_key),
        cmocka_unit_test(strangers_and_forgers_are_told_apart),
        cmocka_unit_test(no_flipped_bit_of_a_ticket_goes_unseen),
        cmocka_unit_test(other_messages_of_the_issuer_are_no_tickets),
        cmocka_unit_test(the_standards_own_token_is_read_and_is_no_ticket),
        cmocka_unit_test(claims_that_no_ticket_can_have_are_refused),
        cmocka_unit_test(every_verdict_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
