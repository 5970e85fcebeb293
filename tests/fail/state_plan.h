/* What the state's power-loss test folds: fold after fold by a fixed plan, so that whoever opens an
 * image later knows from its position alone what every table must hold. */
#ifndef CM_TESTS_FAIL_STATE_PLAN_H
#define CM_TESTS_FAIL_STATE_PLAN_H

#include <string.h>

#include "base/macros.h"
#include "ledger/state_page.h"

#define PLAN_PAGES   12u /* units' pages; each fold changes three of them */
#define PLAN_UNITS   2800u
#define PLAN_AT_ONCE 100u
#define PLAN_MAP_LEN (64u * 1024u * 1024u)

/* The last fold at or below `position` that changed the page; 0 = none. Fold n changes pages
 * n, n + 1 and n + 5 modulo PLAN_PAGES and leads to position n. */
static inline bool plan_changes(uint64_t n, uint64_t page) {
    return n % PLAN_PAGES == page || (n + 1) % PLAN_PAGES == page || (n + 5) % PLAN_PAGES == page;
}
static inline uint64_t plan_last(uint64_t position, uint64_t page) {
    for (uint64_t n = position; n > 0; n--)
        if (plan_changes(n, page)) return n;
    return 0;
}

static inline struct state_options plan_options(const char *path, bool create) {
    return (struct state_options){
        .path = path, .workspace_id = {4, 5, 6}, .map_len = PLAN_MAP_LEN, .create = create};
}

static inline cm_err plan_page(struct state_fold *f, uint64_t n, uint64_t page) {
    uint8_t bytes[STATE_PAGE_LEN];
    memset(bytes, (int)(n & 0xFF), sizeof bytes);
    const struct detail_entry e = {.serial = page * STATE_PAGE_UNITS + n % 7,
                                   .detail = {.time_ms = n, .sequence = n, .actor = (uint32_t)n}};
    TRY(fold_page(f, 1, page, bytes));
    return fold_details(f, 1, page, &e, 1);
}

/* Every other unit of PLAN_UNITS of set 2, a hundred at a time: their changes gather in a tail,
 * which ends within four folds and then begins anew. */
static inline cm_err plan_units(struct state_fold *f, uint64_t n) {
    struct unit_change changes[PLAN_AT_ONCE];
    for (uint64_t first = 0; first < PLAN_UNITS / 2; first += PLAN_AT_ONCE) {
        for (uint64_t i = 0; i < PLAN_AT_ONCE; i++)
            changes[i] =
                (struct unit_change){.serial = 2 * (first + i) + n % 2,
                                     .detail = {.time_ms = n, .sequence = n, .actor = (uint32_t)n},
                                     .has_bits = true,
                                     .has_detail = true,
                                     .bits = (uint8_t)(1 + n % 3)};
        TRY(fold_units(f, 2, changes, PLAN_AT_ONCE));
    }
    return CM_OK;
}

/* Fold number n, from 1. */
static inline cm_err plan_fold(struct state *s, uint64_t n) {
    struct state_fold *f = NULL;
    TRY(state_fold_begin(s, &f));
    cm_err err = plan_units(f, n);
    for (uint64_t page = 0; page < PLAN_PAGES && err == CM_OK; page++)
        if (plan_changes(n, page)) err = plan_page(f, n, page);
    if (err == CM_OK) err = fold_counters(f, 1, &(struct set_counters){.redeemed = n});
    if (err == CM_OK) return fold_commit(f, n);
    fold_abort(f);
    return err;
}

/* One page with the detail of its last change; CM_E_CONFLICT if it is not that of the position. */
static inline cm_err plan_check_page(struct state *s, uint64_t position, uint64_t page) {
    const uint64_t n = plan_last(position, page);
    uint8_t bytes[STATE_PAGE_LEN];
    struct unit_detail detail;
    bool found = false, detail_found = false;
    TRY(state_page(s, 1, page, bytes, &found));
    TRY(state_detail(s, 1, page * STATE_PAGE_UNITS + n % 7, &detail, &detail_found));
    if (found != (n != 0) || (n != 0 && !detail_found)) return CM_E_CONFLICT;
    if (n == 0) return CM_OK;
    for (size_t i = 0; i < sizeof bytes; i++)
        if (bytes[i] != (n & 0xFF)) return CM_E_CONFLICT;
    return detail.sequence == n ? CM_OK : CM_E_CONFLICT;
}

/* First and last units of both kinds; CM_E_CONFLICT as above. */
static inline cm_err plan_check_units(struct state *s, uint64_t position) {
    static const uint64_t serials[] = {0, 1, PLAN_UNITS - 2, PLAN_UNITS - 1};
    uint8_t bytes[STATE_PAGE_LEN] = {0};
    bool page_found = false;
    TRY(state_page(s, 2, 0, bytes, &page_found));
    for (size_t i = 0; i < CM_ARRAY_N(serials); i++) {
        const uint64_t u = serials[i];
        const uint64_t n = position % 2 == u % 2 || position == 0 ? position : position - 1;
        struct unit_detail detail = {0};
        bool found = false;
        TRY(state_detail(s, 2, u, &detail, &found));
        const unsigned bits = (unsigned)(bytes[u / 4] >> (u % 4 * 2)) & 3u;
        if (found != (n != 0) || detail.sequence != n) return CM_E_CONFLICT;
        if (bits != (n == 0 ? 0 : 1 + n % 3)) return CM_E_CONFLICT;
    }
    return CM_OK;
}

static inline cm_err plan_check_counters(void *ctx, uint32_t set, const struct set_counters *c) {
    const uint64_t *position = ctx;
    return set == 1 && c->redeemed == *position ? CM_OK : CM_E_CONFLICT;
}

/* What the writer under the recorder acknowledges. */
struct state_mark {
    uint64_t created, position;
};

#endif
