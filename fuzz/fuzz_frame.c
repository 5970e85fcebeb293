/* Frames: any bytes, taken as a stream and as each kind of body. What decodes must encode to the
 * same bytes again. The first byte chooses the body. */
#include "base/macros.h"
#include "fuzz/fuzz.h"
#include "wire/call_frame.h"
#include "wire/frame.h"
#include "wire/key_frame.h"
#include "wire/note_frame.h"

static void same(const struct buffer *out, struct cm_slice body) {
    fuzz_require(slice_equal(buffer_slice(out), body));
}

static void try_calls(struct cm_slice body) {
    CM_CLEANUP(call_list_wipe) struct call_list list = CALL_LIST_INIT;
    if (calls_decode(body, &list) != CM_OK) return;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    fuzz_require(calls_encode(&out, list.calls, list.n) == CM_OK);
    same(&out, body);
}

static void try_answers(struct cm_slice body) {
    struct cm_answer answer;
    struct cm_card_told told;
    struct cm_call call = {.n = 1, .answers = &answer, .told = &told};
    struct set_words *words = NULL;
    size_t words_n = 0;
    if (answers_decode(body, &call, 1, &words, &words_n) != CM_OK) return;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    fuzz_require(answers_encode(&out, &call, 1, words, words_n) == CM_OK);
    same(&out, body);
    free(words);
}

static void try_keys(struct cm_slice body) {
    CM_CLEANUP(key_table_wipe) struct key_table table = KEY_TABLE_INIT;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    if (key_table_decode(body, &table) == CM_OK)
        fuzz_require(key_table_encode(&out, &table) == CM_OK);
}

static void try_notes(struct cm_slice body) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct act_frame act;
    struct issue_frame issue;
    struct status_frame status;
    struct outcome_frame outcome;
    struct keyed_act_frame keyed;
    struct cm_slice runs;
    if (keyed_act_decode(body, &keyed) == CM_OK)
        fuzz_require(keyed_act_encode(&out, &keyed) == CM_OK);
    if (out.len > 0) same(&out, body);
    buffer_clear(&out);
    if (act_decode(body, &act) == CM_OK) fuzz_require(act_encode(&out, &act) == CM_OK);
    if (out.len > 0) same(&out, body);
    buffer_clear(&out);
    if (issue_decode(body, &issue) == CM_OK) fuzz_require(issue_encode(&out, &issue) == CM_OK);
    if (out.len > 0) same(&out, body);
    buffer_clear(&out);
    if (runs_decode(body, &runs) == CM_OK) fuzz_require(runs_encode(&out, runs) == CM_OK);
    if (out.len > 0) same(&out, body);
    buffer_clear(&out);
    if (status_decode(body, &status) == CM_OK) fuzz_require(status_encode(&out, &status) == CM_OK);
    if (out.len > 0) same(&out, body);
    if (outcome_decode(body, &outcome) != CM_OK) return;
    fuzz_require((unsigned)outcome.err < CM_ERR_N);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct frame frame;
    size_t used = 0;
    const struct cm_slice all = slice_of(data, len);
    if (frame_take(all, &frame, &used) == CM_OK) fuzz_require(used <= len);
    if (len == 0) return 0;
    const struct cm_slice body = slice_of(data + 1, len - 1);
    switch (data[0] % 4) {
    case 0: try_calls(body); break;
    case 1: try_answers(body); break;
    case 2: try_keys(body); break;
    default: try_notes(body); break;
    }
    return 0;
}
