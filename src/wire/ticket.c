/* Claims to deterministic CBOR and back, and the text around them. */
#include "wire/ticket.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "wire/atom.h"

/* RFC 8392 section 4, and one private claim, a map of its own: -70001 as -1 - 70000. */
enum claim { CLAIM_ISS = 1, CLAIM_EXP = 4, CLAIM_NBF = 5, CLAIM_IAT = 6, CLAIM_CTI = 7 };
#define CLAIM_PRIVATE 70000u
#define CLAIMS_ALWAYS 5u /* all but nbf */
enum item { ITEM_EVENT = 1, ITEM_SEAT, ITEM_VALUE, ITEM_FLAGS, ITEM_GTIN, ITEM_TITLE };
#define ITEMS_MAX ITEM_TITLE
#define VALUE_N   2u /* minor units, currency */

/* ---- What claims must be --------------------------------------------------------------------- */

static bool iss_fits(const char *iss) {
    const size_t len = strlen(iss);
    return len >= TICKET_ISS_MIN && len <= TICKET_ISS_MAX &&
           strspn(iss, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == len;
}

static bool currency_fits(const struct ticket_claims *c) {
    const size_t len = strlen(c->currency);
    if (len == 0) return c->value == 0;
    return len == TICKET_CURRENCY_LEN && c->value <= TICKET_VALUE_MAX &&
           strspn(c->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == len;
}

static bool times_fit(const struct ticket_claims *c) {
    return c->exp_unix_s > 0 && c->exp_unix_s <= TICKET_TIME_MAX &&
           c->nbf_unix_s <= TICKET_TIME_MAX && c->iat_unix_s <= TICKET_TIME_MAX &&
           c->nbf_unix_s < c->exp_unix_s;
}

static bool claims_fit(const struct ticket_claims *c) {
    return iss_fits(c->iss) && times_fit(c) && currency_fits(c) &&
           (c->flags & ~TICKET_FLAGS_ALL) == 0 && c->gtin <= TICKET_GTIN_MAX &&
           text_prints(slice_text(c->event)) && text_prints(slice_text(c->seat)) &&
           text_prints(slice_text(c->title));
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void put_text(struct buffer *out, enum item key, const char *text) {
    if (text[0] == '\0') return;
    atom_put_uint(out, key);
    atom_put_text(out, slice_text(text));
}

static void put_private(struct buffer *out, const struct ticket_claims *c) {
    const unsigned n = 1u + (c->event[0] != '\0') + (c->seat[0] != '\0') +
                       (c->currency[0] != '\0') + (c->gtin != 0) + (c->title[0] != '\0');
    atom_put(out, ATOM_NEGATIVE, CLAIM_PRIVATE);
    atom_put(out, ATOM_MAP, n);
    put_text(out, ITEM_EVENT, c->event);
    put_text(out, ITEM_SEAT, c->seat);
    if (c->currency[0] != '\0') {
        atom_put_uint(out, ITEM_VALUE);
        atom_put(out, ATOM_ARRAY, VALUE_N);
        atom_put_uint(out, c->value);
        atom_put_text(out, slice_text(c->currency));
    }
    atom_put_uint(out, ITEM_FLAGS);
    atom_put_uint(out, c->flags);
    if (c->gtin != 0) {
        atom_put_uint(out, ITEM_GTIN);
        atom_put_uint(out, c->gtin);
    }
    put_text(out, ITEM_TITLE, c->title);
}

static void put_claim(struct buffer *out, enum claim key, uint64_t value) {
    atom_put_uint(out, key);
    atom_put_uint(out, value);
}

cm_err ticket_claims_write(const struct ticket_claims *c, struct buffer *out) {
    if (!claims_fit(c)) return CM_E_RANGE;
    atom_put(out, ATOM_MAP, CLAIMS_ALWAYS + (c->nbf_unix_s != 0));
    atom_put_uint(out, CLAIM_ISS);
    atom_put_text(out, slice_text(c->iss));
    put_claim(out, CLAIM_EXP, c->exp_unix_s);
    if (c->nbf_unix_s != 0) put_claim(out, CLAIM_NBF, c->nbf_unix_s);
    put_claim(out, CLAIM_IAT, c->iat_unix_s);
    atom_put_uint(out, CLAIM_CTI);
    atom_put_bytes(out, slice_of(c->cti, sizeof c->cti));
    put_private(out, c);
    return buffer_err(out);
}

cm_err ticket_make(const struct cm_key *seed, const struct ticket_claims *c, struct buffer *out) {
    CM_CLEANUP(buffer_wipe) struct buffer payload = BUFFER_INIT, message = BUFFER_INIT;
    TRY(ticket_claims_write(c, &payload));
    TRY(cose_sign1_make(seed, NULL, buffer_slice(&payload), &message));
    if (message.len > TICKET_BYTES_MAX) return CM_E_LIMIT;
    buffer_text(out, TICKET_PREFIX);
    base45_put(out, buffer_slice(&message));
    return buffer_err(out);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* A text that is there has at least one character: absent is written by leaving it out. */
static void read_text(struct atom_reader *r, char *out, size_t cap) {
    const struct cm_slice text = atom_read_string(r, ATOM_TEXT, cap - 1);
    if (text.len == 0 || memchr(text.p, 0, text.len) != NULL) {
        r->failed = true;
        return;
    }
    memcpy(out, text.p, text.len);
    out[text.len] = '\0';
}

/* Whether the next pair's key is `key`; it is consumed when it is. */
static bool has(struct atom_reader *r, uint64_t key) {
    struct atom_reader ahead = *r;
    if (atom_peek(r) != ATOM_UINT || atom_read(&ahead, ATOM_UINT, UINT64_MAX) != key) return false;
    *r = ahead;
    return true;
}

static void want(struct atom_reader *r, uint64_t key) {
    if (!has(r, key)) r->failed = true;
}

static uint64_t read_uint(struct atom_reader *r, enum claim key, uint64_t max) {
    want(r, key);
    return atom_read(r, ATOM_UINT, max);
}

static uint64_t read_value(struct atom_reader *r, struct ticket_claims *c) {
    if (!has(r, ITEM_VALUE)) return 0;
    if (atom_read(r, ATOM_ARRAY, VALUE_N) != VALUE_N) r->failed = true;
    c->value = atom_read(r, ATOM_UINT, TICKET_VALUE_MAX);
    read_text(r, c->currency, sizeof c->currency);
    return 1;
}

static uint64_t read_item(struct atom_reader *r, enum item key, char *out, size_t cap) {
    if (!has(r, key)) return 0;
    read_text(r, out, cap);
    return 1;
}

static void read_private(struct atom_reader *r, struct ticket_claims *c) {
    if (atom_read(r, ATOM_NEGATIVE, CLAIM_PRIVATE) != CLAIM_PRIVATE) r->failed = true;
    const uint64_t n = atom_read(r, ATOM_MAP, ITEMS_MAX);
    uint64_t found = read_item(r, ITEM_EVENT, c->event, sizeof c->event);
    found += read_item(r, ITEM_SEAT, c->seat, sizeof c->seat);
    found += read_value(r, c);
    want(r, ITEM_FLAGS);
    c->flags = (uint32_t)atom_read(r, ATOM_UINT, TICKET_FLAGS_ALL);
    found++;
    if (has(r, ITEM_GTIN)) {
        c->gtin = atom_read(r, ATOM_UINT, TICKET_GTIN_MAX);
        if (c->gtin == 0) r->failed = true;
        found++;
    }
    found += read_item(r, ITEM_TITLE, c->title, sizeof c->title);
    if (found != n) r->failed = true;
}

cm_err ticket_claims_read(struct cm_slice payload, struct ticket_claims *out) {
    struct ticket_claims c = {.exp_unix_s = 0};
    struct atom_reader r = atom_reader_over(payload);
    const uint64_t n = atom_read(&r, ATOM_MAP, CLAIMS_ALWAYS + 1);
    want(&r, CLAIM_ISS);
    read_text(&r, c.iss, sizeof c.iss);
    c.exp_unix_s = read_uint(&r, CLAIM_EXP, TICKET_TIME_MAX);
    const bool begins = has(&r, CLAIM_NBF);
    if (begins) c.nbf_unix_s = atom_read(&r, ATOM_UINT, TICKET_TIME_MAX);
    if (begins && c.nbf_unix_s == 0) r.failed = true;
    c.iat_unix_s = read_uint(&r, CLAIM_IAT, TICKET_TIME_MAX);
    want(&r, CLAIM_CTI);
    atom_read_exact(&r, c.cti, sizeof c.cti);
    read_private(&r, &c);
    if (n != CLAIMS_ALWAYS + begins) r.failed = true;
    TRY(atom_end(&r));
    if (!claims_fit(&c)) return CM_E_FORMAT;
    *out = c;
    return CM_OK;
}

/* ---- The text -------------------------------------------------------------------------------- */

/* No ticket ends in a space, although base45 knows it: the last character of a group is small. */
static bool blank(uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static struct cm_slice trimmed(struct cm_slice text) {
    while (text.len > 0 && blank(text.p[0]))
        text = slice_of(text.p + 1, text.len - 1);
    while (text.len > 0 && blank(text.p[text.len - 1]))
        text.len--;
    return text;
}

static bool begins(struct cm_slice text) {
    return text.len > TICKET_PREFIX_LEN && memcmp(text.p, TICKET_PREFIX, TICKET_PREFIX_LEN) == 0;
}

bool ticket_text_is(struct cm_slice text) {
    /* One compare for what is no ticket: codes come by the million. */
    return text.len > TICKET_PREFIX_LEN && (blank(text.p[0]) || text.p[0] == TICKET_PREFIX[0]) &&
           begins(trimmed(text));
}

cm_err ticket_open(struct cm_slice text, struct ticket_message *out) {
    const struct cm_slice t = trimmed(text);
    out->len = 0;
    if (!begins(t) || t.len > TICKET_TEXT_MAX) return CM_E_FORMAT;
    const struct cm_slice body = slice_of(t.p + TICKET_PREFIX_LEN, t.len - TICKET_PREFIX_LEN);
    const cm_err err = base45_read(body, out->bytes, sizeof out->bytes, &out->len);
    if (err != CM_OK) return err == CM_E_LIMIT ? CM_E_FORMAT : err;
    TRY(cose_sign1_read(slice_of(out->bytes, out->len), &out->cose));
    return out->cose.content_type.len == 0 ? CM_OK : CM_E_FORMAT;
}
