/* A line protocol as data, so that an emulator needs no code of its own. One thing a line:
 *
 *     name WORD                     what it is called
 *     confidence WORD               how well its source is known
 *     model slot|fifo               the last unit stays and prints again, or units wait in a queue
 *     depth N                       units of the queue
 *     start BYTES                   what a request begins with; without it, with anything
 *     end BYTES                     what it ends with
 *     checksum none|sum8|xor8       over the body, as two hex digits before its end
 *     forbid BYTES                  what no value may hold; such a request is refused
 *     ack BYTES | refuse BYTES      the plain answers
 *     printed BYTES [when NAME]     sent unasked after each print, if the variable is 1
 *     state idle|running|stopped|fault|menu BYTES      what <state> stands for
 *     on PATTERN                    a request's body; <name> is any text up to what follows it
 *       ack | refuse | say BYTES | take FIELD VALUE | set NAME VALUE | clear | zero | run | halt
 *
 * BYTES are escaped (escape.h). Those of say, take, set, ack and refuse may hold <name>: what the
 * pattern caught, a variable, or total (life count), count (since `zero`), queued, state, sum (of
 * the request's body); <=name> is the field of the label that is called what <name> holds. A rule
 * whose texts name what is not there does not apply, and the next one that matches is tried. */
#ifndef CM_TESTS_PRINTERS_PROTOCOL_H
#define CM_TESTS_PRINTERS_PROTOCOL_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/diag.h"

#define PROTOCOL_RULES   48u
#define PROTOCOL_ACTIONS 6u

enum rule_state { RULE_IDLE, RULE_RUNNING, RULE_STOPPED, RULE_FAULT, RULE_MENU, RULE_STATE_N };
enum rule_checksum { RULE_PLAIN, RULE_SUM8, RULE_XOR8 };

enum rule_act {
    RULE_ACK,
    RULE_REFUSE,
    RULE_SAY,
    RULE_TAKE,
    RULE_SET,
    RULE_CLEAR,
    RULE_ZERO,
    RULE_RUN,
    RULE_HALT,
    RULE_ACT_N
};

struct rule {
    struct buffer pattern;
    struct rule_action {
        enum rule_act act;
        struct buffer name, value; /* say has a value alone */
    } actions[PROTOCOL_ACTIONS];
    size_t n;
};

struct protocol {
    struct buffer name, confidence, start, end, forbid, ack, refuse, printed, printed_when;
    struct buffer states[RULE_STATE_N];
    enum rule_checksum checksum;
    bool slot;
    uint64_t depth;
    struct rule rules[PROTOCOL_RULES];
    size_t n;
};

/** Read rules. @param[in] name  what to call the text in errors
 * @retval CM_E_FORMAT  diag names the line      @retval CM_E_LIMIT  too many rules or actions
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err protocol_parse(struct cm_slice text, const char *name, struct protocol **out,
                                    struct cm_diag *diag);
void protocol_free(struct protocol *r);
void protocol_freep(struct protocol **r);

/* Names caught by a pattern: parts of the body. */
struct rule_catch {
    struct cm_slice name, text;
};
#define PROTOCOL_CATCHES 8u
/* Whether the body matches; catches[n] filled. */
bool protocol_matches(struct cm_slice pattern, struct cm_slice body, struct rule_catch *catches,
                      size_t *n);

#endif
