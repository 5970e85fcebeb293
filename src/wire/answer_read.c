/* Reading FRAME_ANSWERS: first everything is checked against the questions, then it is written into
 * them, so that a malformed frame changes nothing. */
#include <stdlib.h>

#include "base/macros.h"
#include "wire/call_columns.h"
#include "wire/call_frame.h"
#include "wire/card_columns.h"
#include "wire/item.h"

struct answer_columns {
    struct cm_slice statuses, answers, words_rows, words_text, told;
    size_t words_n, told_n;
};

static cm_err check_statuses(struct cm_slice rows, const struct cm_call *calls, size_t n,
                             size_t *answer_n) {
    struct cursor c = cursor_over(rows);
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t status = cursor_u8(&c);
        const uint16_t answers = cursor_u16be(&c);
        if (status > CM_CALL_RESTORED) return CM_E_FORMAT;
        if (answers != (status == CM_CALL_DONE ? calls[i].n : 0)) return CM_E_FORMAT;
        total += answers;
    }
    *answer_n = total;
    return cursor_end(&c);
}

/* The answers of a call: what is told of cards needs a place. */
static cm_err check_answers(struct answer_columns *a, const struct cm_call *calls, size_t n) {
    const uint8_t *status = a->statuses.p, *row = a->answers.p;
    for (size_t i = 0; i < n; i++, status += STATUS_ROW)
        for (uint16_t k = get_u16be(status + 1); k > 0; k--, row += ANSWER_ROW) {
            const uint8_t most = ANSWER_REPLAYED | (calls[i].told != NULL ? ANSWER_TOLD : 0u);
            if (row[0] >= CM_VERDICT_N || (row[1] & ~most) != 0) return CM_E_FORMAT;
            a->told_n += (row[1] & ANSWER_TOLD) != 0;
        }
    return a->told.len == a->told_n * TOLD_ROW ? card_told_check(a->told) : CM_E_FORMAT;
}

/* A row whose length and ranges were checked. */
static void read_answer(const uint8_t *row, struct cm_answer *a) {
    *a = (struct cm_answer){.verdict = (enum cm_verdict)row[0],
                            .replayed = (row[1] & ANSWER_REPLAYED) != 0,
                            .set = get_u32be(row + 2),
                            .serial = get_u64be(row + 6),
                            .sequence = get_u64be(row + 14),
                            .time_ms = get_u64be(row + 22),
                            .until_ms = get_u64be(row + 30),
                            .use = get_u32be(row + 38),
                            .prize = get_u16be(row + 42)};
}

static cm_err read_words(const struct answer_columns *a, struct set_words *words) {
    struct cursor rows = cursor_over(a->words_rows), text = cursor_over(a->words_text);
    for (size_t i = 0; i < a->words_n; i++) {
        words[i].set = cursor_u32be(&rows);
        const uint32_t description = cursor_u32be(&rows), receipt = cursor_u32be(&rows);
        words[i].description = cursor_bytes(&text, description);
        words[i].receipt = cursor_bytes(&text, receipt);
        if (i > 0 && words[i].set <= words[i - 1].set) return CM_E_FORMAT;
    }
    return cursor_end(&text) == CM_OK ? CM_OK : CM_E_FORMAT;
}

static cm_err read_columns(struct cm_slice body, const struct cm_call *calls, size_t n,
                           struct answer_columns *a) {
    const bool told = item_map_has(body, ANSWERS_ITEMS + TOLD_ITEMS);
    struct item_reader r = item_reader_over(body, ANSWERS_ITEMS + (told ? TOLD_ITEMS : 0));
    if (item_read_uint(&r, FRAME_CALLS_MAX) != n) return CM_E_FORMAT;
    a->statuses = item_read_rows(&r, n, STATUS_ROW);
    a->answers = item_read_bytes(&r);
    a->words_rows = item_read_bytes(&r);
    a->words_text = item_read_bytes(&r);
    if (told) a->told = item_read_bytes(&r);
    TRY(item_read_end(&r));
    size_t answer_n = 0;
    TRY(check_statuses(a->statuses, calls, n, &answer_n));
    if (a->answers.len != answer_n * ANSWER_ROW || a->words_rows.len % WORDS_ROW != 0)
        return CM_E_FORMAT;
    a->words_n = a->words_rows.len / WORDS_ROW;
    TRY(check_answers(a, calls, n));
    return told == (a->told_n > 0) ? CM_OK : CM_E_FORMAT;
}

static void fill(const struct answer_columns *a, struct cm_call *calls, size_t n) {
    const uint8_t *status = a->statuses.p, *row = a->answers.p, *told = a->told.p;
    for (size_t i = 0; i < n; i++, status += STATUS_ROW) {
        calls[i].status = (enum cm_call_status)status[0];
        const uint16_t answer_n = get_u16be(status + 1);
        for (size_t k = 0; k < answer_n; k++, row += ANSWER_ROW) {
            read_answer(row, &calls[i].answers[k]);
            if (calls[i].told == NULL) continue;
            calls[i].told[k] = (struct cm_card_told){.card = false};
            if (!(row[1] & ANSWER_TOLD)) continue;
            card_told_read(told, &calls[i].told[k]);
            told += TOLD_ROW;
        }
    }
}

static void words_freep(struct set_words **words) { free(*words); }

cm_err answers_decode(struct cm_slice body, struct cm_call *calls, size_t n,
                      struct set_words **words, size_t *words_n) {
    struct answer_columns a = {.words_n = 0};
    TRY(read_columns(body, calls, n, &a));
    CM_CLEANUP(words_freep) struct set_words *read = calloc(a.words_n + 1, sizeof *read);
    if (read == NULL) return CM_E_NO_MEMORY;
    TRY(read_words(&a, read));
    fill(&a, calls, n);
    if (words == NULL) return CM_OK;
    *words = take(&read);
    *words_n = a.words_n;
    return CM_OK;
}

struct set_words set_words_find(const struct set_words *words, size_t n, uint32_t set) {
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (words[middle].set < set)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && words[low].set == set ? words[low] : (struct set_words){.set = set};
}
