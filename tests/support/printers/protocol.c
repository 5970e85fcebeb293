/* Reads line protocols and matches their patterns. References as in protocol.h. */
#include "support/printers/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "support/printers/escape.h"

#define DEPTH_MAX 1000000u
#define PLACE_CAP 32u

void protocol_free(struct protocol *r) {
    if (r == NULL) return;
    struct buffer *own[] = {&r->name, &r->confidence, &r->start,   &r->end,         &r->forbid,
                            &r->ack,  &r->refuse,     &r->printed, &r->printed_when};
    for (size_t i = 0; i < CM_ARRAY_N(own); i++)
        buffer_free(own[i]);
    for (size_t i = 0; i < RULE_STATE_N; i++)
        buffer_free(&r->states[i]);
    for (size_t i = 0; i < r->n; i++) {
        buffer_free(&r->rules[i].pattern);
        for (size_t k = 0; k < r->rules[i].n; k++) {
            buffer_free(&r->rules[i].actions[k].name);
            buffer_free(&r->rules[i].actions[k].value);
        }
    }
    free(r);
}

void protocol_freep(struct protocol **r) { protocol_free(*r); }

/* ---- Words ---------------------------------------------------------------------------------- */

/* The first word of the rest, and one space behind it. */
static struct cm_slice word(struct cm_slice *rest) {
    size_t len = 0;
    while (len < rest->len && rest->p[len] != ' ')
        len++;
    const struct cm_slice first = slice_of(rest->p, len);
    const size_t eaten = len < rest->len ? len + 1 : len;
    *rest = slice_of(rest->p + eaten, rest->len - eaten);
    return first;
}

static bool is(struct cm_slice s, const char *text) { return slice_equal(s, slice_text(text)); }

/* Which of the names the word is, or n. */
static size_t which(struct cm_slice s, const char *const *names, size_t n) {
    size_t i = 0;
    while (i < n && !is(s, names[i]))
        i++;
    return i;
}

/* ---- Lines of the head ---------------------------------------------------------------------- */

static cm_err put_state(struct protocol *r, struct cm_slice rest) {
    static const char *const names[RULE_STATE_N] = {"idle", "running", "stopped", "fault", "menu"};
    const size_t state = which(word(&rest), names, RULE_STATE_N);
    return state == RULE_STATE_N ? CM_E_FORMAT : escape_parse(rest, &r->states[state]);
}

static cm_err put_checksum(struct protocol *r, struct cm_slice rest) {
    static const char *const names[] = {"none", "sum8", "xor8"};
    const size_t sum = which(rest, names, CM_ARRAY_N(names));
    if (sum == CM_ARRAY_N(names)) return CM_E_FORMAT;
    r->checksum = (enum rule_checksum)sum;
    return CM_OK;
}

static cm_err put_model(struct protocol *r, struct cm_slice rest) {
    r->slot = is(rest, "slot");
    return r->slot || is(rest, "fifo") ? CM_OK : CM_E_FORMAT;
}

/* BYTES [when NAME] */
static cm_err put_printed(struct protocol *r, struct cm_slice rest) {
    TRY(escape_parse(word(&rest), &r->printed));
    if (rest.len == 0) return CM_OK;
    return is(word(&rest), "when") ? escape_parse(rest, &r->printed_when) : CM_E_FORMAT;
}

static cm_err head_line(struct protocol *r, struct cm_slice key, struct cm_slice rest) {
    const struct {
        const char *name;
        struct buffer *to;
    } plain[] = {{"name", &r->name},    {"confidence", &r->confidence}, {"start", &r->start},
                 {"end", &r->end},      {"forbid", &r->forbid},         {"ack", &r->ack},
                 {"refuse", &r->refuse}};
    for (size_t i = 0; i < CM_ARRAY_N(plain); i++)
        if (is(key, plain[i].name))
            return rest.len == 0 || plain[i].to->len > 0 ? CM_E_FORMAT
                                                         : escape_parse(rest, plain[i].to);
    if (is(key, "state")) return put_state(r, rest);
    if (is(key, "checksum")) return put_checksum(r, rest);
    if (is(key, "model")) return put_model(r, rest);
    if (is(key, "printed")) return put_printed(r, rest);
    return is(key, "depth") ? text_u64(rest, DEPTH_MAX, &r->depth) : CM_E_FORMAT;
}

/* ---- Rules ---------------------------------------------------------------------------------- */

static cm_err action_line(struct protocol *r, struct cm_slice rest) {
    static const char *const names[RULE_ACT_N] = {"ack",   "refuse", "say", "take", "set",
                                                  "clear", "zero",   "run", "halt"};
    if (r->n == 0) return CM_E_FORMAT;
    struct rule *rule = &r->rules[r->n - 1];
    if (rule->n == PROTOCOL_ACTIONS) return CM_E_LIMIT;
    const size_t act = which(word(&rest), names, RULE_ACT_N);
    if (act == RULE_ACT_N) return CM_E_FORMAT;
    struct rule_action *a = &rule->actions[rule->n++];
    a->act = (enum rule_act)act;
    const bool named = act == RULE_TAKE || act == RULE_SET;
    if (named) TRY(escape_parse(word(&rest), &a->name));
    if (named || act == RULE_SAY)
        return rest.len == 0 ? CM_E_FORMAT : escape_parse(rest, &a->value);
    return rest.len == 0 ? CM_OK : CM_E_FORMAT;
}

static cm_err pattern_line(struct protocol *r, struct cm_slice rest) {
    if (r->n == PROTOCOL_RULES) return CM_E_LIMIT;
    struct rule *rule = &r->rules[r->n++];
    return escape_parse(rest, &rule->pattern);
}

static cm_err parse_line(struct protocol *r, struct cm_slice line) {
    if (line.len == 0 || line.p[0] == '#') return CM_OK;
    if (line.len > 2 && line.p[0] == ' ' && line.p[1] == ' ')
        return action_line(r, slice_of(line.p + 2, line.len - 2));
    const struct cm_slice key = word(&line);
    return is(key, "on") ? pattern_line(r, line) : head_line(r, key, line);
}

cm_err protocol_parse(struct cm_slice text, const char *name, struct protocol **out,
                      struct cm_diag *diag) {
    CM_CLEANUP(protocol_freep) struct protocol *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    r->depth = 1;
    for (unsigned number = 1; text.len > 0; number++) {
        const uint8_t *newline = memchr(text.p, '\n', text.len);
        const size_t len = newline == NULL ? text.len : (size_t)(newline - text.p);
        const cm_err err = parse_line(r, slice_of(text.p, len));
        char place[PLACE_CAP];
        (void)snprintf(place, sizeof place, "line %u", number);
        if (err != CM_OK)
            return diag_fail(diag, err, name, place, "see tests/support/printers/protocol.h",
                             "not a line of a protocol");
        const size_t eaten = newline == NULL ? len : len + 1;
        text = slice_of(text.p + eaten, text.len - eaten);
    }
    if (r->end.len == 0 || r->n == 0)
        return diag_fail(diag, CM_E_FORMAT, name, NULL, "see tests/support/printers/protocol.h",
                         "it has no end of a request, or no rule");
    *out = take(&r);
    return CM_OK;
}

/* ---- Patterns ------------------------------------------------------------------------------- */

static struct cm_slice skip(struct cm_slice s, size_t len) {
    return slice_of(s.p + len, s.len - len);
}

/* Catch the body up to the pattern's next plain byte; false when that never comes. */
static bool catch_text(struct cm_slice *pattern, struct cm_slice *body, struct rule_catch *c) {
    const uint8_t *close = memchr(pattern->p, '>', pattern->len);
    if (close == NULL) return false;
    c->name = slice_of(pattern->p + 1, (size_t)(close - pattern->p) - 1);
    *pattern = skip(*pattern, c->name.len + 2);
    size_t len = body->len;
    if (pattern->len > 0) {
        const uint8_t *at = body->len == 0 ? NULL : memchr(body->p, pattern->p[0], body->len);
        if (at == NULL) return false;
        len = (size_t)(at - body->p);
    }
    c->text = slice_of(body->p, len);
    *body = skip(*body, len);
    return true;
}

bool protocol_matches(struct cm_slice pattern, struct cm_slice body, struct rule_catch *catches,
                      size_t *n) {
    *n = 0;
    while (pattern.len > 0) {
        if (pattern.p[0] == '<') {
            if (*n == PROTOCOL_CATCHES || !catch_text(&pattern, &body, &catches[*n])) return false;
            ++*n;
            continue;
        }
        if (body.len == 0 || body.p[0] != pattern.p[0]) return false;
        pattern = skip(pattern, 1);
        body = skip(body, 1);
    }
    return body.len == 0;
}
