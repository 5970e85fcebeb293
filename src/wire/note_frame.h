/* The small frames: acts of the operator, faults, status, issue. Strict both ways like all frames;
 * texts are UTF-8. Byte tables: docs/design/processes.md, "Frames". */
#ifndef CM_WIRE_NOTE_FRAME_H
#define CM_WIRE_NOTE_FRAME_H

#include "base/buffer.h"
#include "base/diag.h"
#include "countermark/verdict.h"

/* FRAME_ACT: name and arguments. */
struct act_frame {
    struct cm_slice name, args_json;
};
CM_MUST_CHECK cm_err act_encode(struct buffer *out, const struct act_frame *act);
CM_MUST_CHECK cm_err act_decode(struct cm_slice body, struct act_frame *out);

/* FRAME_ACT_ANSWER, FRAME_ISSUE_ANSWER and FRAME_FAULT: a status, a JSON text, a diag. */
struct outcome_frame {
    cm_err err;
    struct cm_slice result_json;
    struct cm_diag diag;
};
CM_MUST_CHECK cm_err outcome_encode(struct buffer *out, const struct outcome_frame *o);
CM_MUST_CHECK cm_err outcome_decode(struct cm_slice body, struct outcome_frame *out);

#define STATUS_GUESSES_MAX 64u /* pools told of; our choice */
#define STATUS_POOL_CAP    64u /* bytes of a name with its NUL */
/* FRAME_STATUS_ANSWER; FRAME_STATUS has an empty map. */
struct status_frame {
    uint64_t sequence, folded_to, journal_bytes, groups, events, unit_memory, busy;
    uint64_t verdicts[CM_VERDICT_N];
    bool dead, restored;
    size_t guess_n; /* pools at which somebody guessed */
    struct status_guess {
        char pool[STATUS_POOL_CAP]; /* NUL-terminated */
        uint64_t n;
    } guesses[STATUS_GUESSES_MAX];
};
CM_MUST_CHECK cm_err status_encode(struct buffer *out, const struct status_frame *s);
CM_MUST_CHECK cm_err status_decode(struct cm_slice body, struct status_frame *out);

/* FRAME_KEYED_ACT: who asks, and an act. */
struct keyed_act_frame {
    uint32_t actor;
    struct cm_slice name, args_json;
};
CM_MUST_CHECK cm_err keyed_act_encode(struct buffer *out, const struct keyed_act_frame *act);
CM_MUST_CHECK cm_err keyed_act_decode(struct cm_slice body, struct keyed_act_frame *out);

/* FRAME_ISSUE: codes of a batch for an API key. */
#define ISSUE_COUNT_MAX 10000u
struct issue_frame {
    uint32_t actor;
    struct cm_slice batch, key; /* name; idempotency key or empty */
    uint32_t count;             /* 1..ISSUE_COUNT_MAX */
};
CM_MUST_CHECK cm_err issue_encode(struct buffer *out, const struct issue_frame *i);
CM_MUST_CHECK cm_err issue_decode(struct cm_slice body, struct issue_frame *out);

/* FRAME_RUNS: the runs as docs/design/acts.md shapes them. The JSON is borrowed from the body. */
CM_MUST_CHECK cm_err runs_encode(struct buffer *out, struct cm_slice runs_json);
CM_MUST_CHECK cm_err runs_decode(struct cm_slice body, struct cm_slice *runs_json);

#endif
