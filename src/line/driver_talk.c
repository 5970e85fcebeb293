/* A driver's questions: one at a time, from short plans, each with its time; what the operator sees
 * of it. References as in kind.h. */
#include <stdio.h>

#include "base/text.h"
#include "line/kind.h"

#define SILENT_SHOWN     2u  /* unanswered questions before the operator hears of it */
#define SILENT_RECONNECT 6u  /* and before the link is called dead */
#define DENIED_SHOWN     10u /* refusals in a row, likewise */
#define BACKOFF_MOST     4u  /* doublings of the waiting time */
#define STEPS_MOST       64u /* questions without an answer in one go: a plan that runs in a ring */

void driver_walk(struct driver *d, const int *plan) { d->plan = d->walk = plan; }

static void ask(struct driver *d, int what) {
    if (!d->kind->say(d, what)) return;
    const unsigned doublings = d->silent_n < BACKOFF_MOST ? d->silent_n : BACKOFF_MOST;
    d->asking = what;
    d->due_us = d->now_us + (d->reply_us << doublings);
}

void driver_answered(struct driver *d) {
    d->asking = ASK_NONE;
    d->silent_n = 0;
    d->denied_n = 0;
}

/* The outstanding question will be asked again, if it came from a plan. */
static void step_back(struct driver *d) {
    if (d->plan != NULL && d->plan > d->walk && d->plan[-1] == d->asking) d->plan--;
}

void driver_denied(struct driver *d) {
    const unsigned denied_n = d->denied_n + 1;
    step_back(d);
    d->pause_us = d->now_us + d->poll_us;
    driver_answered(d);
    d->denied_n = denied_n;
    if (denied_n == DENIED_SHOWN && d->cause == DRIVER_RUNNING)
        driver_block(d, DRIVER_FAULT, "the printer keeps refusing what it is asked");
}

void driver_silence(struct driver *d) {
    const int was = d->asking;
    if (++d->silent_n % SILENT_RECONNECT == 0) (void)driver_push(d, REPORT_RECONNECT);
    if (was == ASK_UNIT) {
        d->doubt = d->flight_n > 0;
        d->poll_due_us = d->now_us;
    } else if (was != d->kind->sync) {
        step_back(d);
    }
    d->asking = ASK_NONE;
    ask(d, d->kind->sync);
}

void driver_say(struct driver *d, const char *text) { buffer_text(&d->out, text); }

void driver_put(struct driver *d, struct cm_slice bytes) {
    buffer_put(&d->out, bytes.p, bytes.len);
}

void driver_reopen(struct driver *d) {
    d->phase = d->halting ? PHASE_STOPPING : PHASE_OPENING;
    d->poll_due_us = d->now_us;
    d->still_since_us = d->now_us;
    driver_walk(d, d->kind->rest_plan);
}

void driver_drain(struct driver *d) {
    if (d->phase == PHASE_RUNNING) d->phase = PHASE_SETTLING;
}

static void plan_ends(struct driver *d) {
    const int *walked = d->walk;
    d->plan = d->walk = NULL;
    d->poll_due_us = d->now_us + d->poll_us;
    if (walked == d->kind->open_plan) {
        if (d->phase == PHASE_OPENING) d->phase = PHASE_RUNNING;
        return;
    }
    if (walked == d->kind->poll_plan) d->kind->polled(d);
    const bool rests = walked == d->kind->rest_plan && d->kind->rested(d);
    if (d->flight_n > 0 || d->plan != NULL) return;
    if (d->phase == PHASE_SETTLING) d->phase = PHASE_RUNNING;
    if (!rests) return;
    if (d->phase == PHASE_STOPPING) d->phase = PHASE_STOPPED;
    if (d->phase == PHASE_OPENING) driver_walk(d, d->kind->open_plan);
}

/* Nothing runs: is it time to look again? */
static bool look(struct driver *d) {
    if (d->now_us < d->poll_due_us || d->phase == PHASE_HELD) return false;
    const bool rests = d->phase == PHASE_OPENING || d->phase == PHASE_STOPPING;
    driver_walk(d, rests ? d->kind->rest_plan : d->kind->poll_plan);
    return true;
}

static enum driver_state state_now(const struct driver *d) {
    if (d->phase == PHASE_STOPPED) return DRIVER_STOPPED;
    if (d->phase == PHASE_HELD) return DRIVER_HELD;
    if (!d->linked) return DRIVER_DOWN;
    if (d->silent_n >= SILENT_SHOWN) return DRIVER_SILENT;
    if (d->cause != DRIVER_RUNNING) return d->cause;
    if (d->phase == PHASE_STOPPING) return DRIVER_STOPPING;
    if (d->phase == PHASE_OPENING) return DRIVER_OPENING;
    return d->phase == PHASE_SETTLING || d->doubt ? DRIVER_SETTLING : DRIVER_RUNNING;
}

/* Tell the operator, once each time it changes. */
static void show(struct driver *d) {
    const enum driver_state now = state_now(d);
    char words[REPORT_WORDS_CAP] = "";
    if (now == d->cause || now == DRIVER_HELD)
        text_append(words, sizeof words, "%s", d->cause_words);
    const bool waits = now == DRIVER_DOWN || now == DRIVER_OPENING || now == DRIVER_SETTLING ||
                       now == DRIVER_STOPPING || now == DRIVER_SILENT;
    if (waits && d->flight_n > 0)
        text_append(words, sizeof words, "waiting for %zu units", d->flight_n);
    if (now == d->state && slice_equal(slice_text(words), slice_text(d->words))) return;
    d->state = now;
    d->words[0] = '\0';
    text_append(d->words, sizeof d->words, "%s", words);
    struct report *r = driver_push(d, REPORT_STATE);
    if (r == NULL) return;
    r->state = now;
    text_append(r->words, sizeof r->words, "%s", words);
}

void driver_advance(struct driver *d) {
    for (unsigned i = 0; i < STEPS_MOST; i++) {
        if (!d->linked || d->phase == PHASE_STOPPED || d->asking != ASK_NONE) break;
        if (d->now_us < d->pause_us) break;
        if (d->plan == NULL && !look(d)) break;
        if (*d->plan == ASK_NONE) {
            plan_ends(d);
        } else {
            ask(d, *d->plan++);
        }
    }
    show(d);
}

void driver_hold(struct driver *d, uint64_t copies, const char *why) {
    struct report *r = driver_push(d, REPORT_DUPLICATE);
    if (r != NULL) r->n = copies;
    d->phase = PHASE_HELD;
    d->plan = d->walk = NULL;
    d->cause_words[0] = '\0';
    text_append(d->cause_words, sizeof d->cause_words, "%s", why);
}

void driver_block(struct driver *d, enum driver_state cause, const char *words) {
    d->cause = cause;
    d->cause_words[0] = '\0';
    text_append(d->cause_words, sizeof d->cause_words, "%s", words);
}

bool driver_still(struct driver *d, uint64_t a, uint64_t b) {
    if (a != d->still_a || b != d->still_b) {
        d->still_a = a;
        d->still_b = b;
        d->still_since_us = d->now_us;
    }
    return d->now_us - d->still_since_us >= d->rest_us;
}
