/* A driver's questions: one at a time, from short plans, each with its time; what the operator sees
 * of it. References as in kind.h. */
#include <stdio.h>

#include "base/text.h"
#include "line/kind.h"

#define SILENT_SHOWN       2u        /* unanswered questions before the operator hears of it */
#define SILENT_RECONNECT   6u        /* and before a link that says other things is called dead */
#define DEAD_US            15000000u /* a link on which nothing at all comes is called dead after that, */
#define DEAD_REPLIES       7u        /* or after that many replies' times, the shorter one, */
#define DEAD_REPLIES_LEAST 2u        /* but not before these */
#define DENIED_SHOWN       10u       /* refusals in a row, likewise */
#define BACKOFF_MOST       4u        /* doublings of the waiting time */
#define POLL_LEAST_US      1000u /* the shortest wait between two looks */
#define LAG_PRINTS         3u    /* of the longest, on top of a rest: then no print is to come */
#define LAG_UNSEEN         10u   /* rests, where none was seen yet: printers of 6 labels a minute */
#define LAG_MOST           60u   /* rests: a line may have stood for an hour */
#define STEPS_MOST         64u /* questions without an answer in one go: a plan that runs in a ring */

void driver_walk(struct driver *d, const int *plan) { d->plan = d->walk = plan; }

/* How long a link may say nothing at all while an answer is owed. */
static uint64_t dead_us(const struct driver *d) {
    const uint64_t by_replies = d->reply_us * DEAD_REPLIES;
    const uint64_t least = d->reply_us * DEAD_REPLIES_LEAST;
    const uint64_t most = by_replies < DEAD_US ? by_replies : DEAD_US;
    return most > least ? most : least;
}

void driver_owed(struct driver *d, int what) {
    const unsigned doublings = d->silent_n < BACKOFF_MOST ? d->silent_n : BACKOFF_MOST;
    if (d->silent_n == 0) d->quiet_since_us = d->now_us;
    const uint64_t dead_at_us = d->quiet_since_us + dead_us(d);
    d->asking = what;
    d->due_us = d->now_us + (d->reply_us << doublings);
    if (d->due_us > dead_at_us && dead_at_us > d->now_us) d->due_us = dead_at_us;
}

static bool reads(const struct driver *d, int what) {
    return d->kind->reads != NULL && d->kind->reads(d, what);
}

static void ask(struct driver *d, int what) {
    if (!d->kind->say(d, what)) return;
    driver_owed(d, what);
    if (!reads(d, what) || d->reads_n == READS_MAX) return;
    d->asked_us[(d->reads_first + d->reads_n++) % READS_MAX] = d->now_us;
}

/* Answers come in order, and some never: this is the oldest owed one's, or a later one's. One more
 * than are on the list is as late as the one before, at least. */
static void heard_reading(struct driver *d) {
    if (d->reads_n == 0) return;
    d->read_us = d->asked_us[d->reads_first];
    d->reads_first = (d->reads_first + 1) % READS_MAX;
    d->reads_n--;
}

void driver_answered(struct driver *d) {
    if (reads(d, d->asking)) heard_reading(d);
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

void driver_alive(struct driver *d) {
    d->silent_n = 0;
    d->quiet_since_us = d->now_us;
}

void driver_silence(struct driver *d) {
    const int was = d->asking;
    d->silent_n++;
    const bool dead = d->now_us - d->quiet_since_us >= dead_us(d);
    if (dead) d->quiet_since_us = d->now_us;
    if (dead || d->silent_n % SILENT_RECONNECT == 0) report_reconnect(d);
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
    d->peeks_left = 0;
    d->phase = d->halting ? PHASE_STOPPING : PHASE_OPENING;
    d->poll_due_us = d->now_us;
    d->still_since_us = d->now_us;
    driver_walk(d, d->kind->rest_plan);
}

void driver_peek(struct driver *d) {
    driver_reopen(d);
    if (d->kind->peek_plan == NULL || d->flight_n == 0 || d->halting) return;
    d->peeks_left = PEEKS;
    driver_walk(d, d->kind->peek_plan);
}

void driver_keep(struct driver *d) {
    d->peeks_left = 0;
    d->phase = PHASE_RUNNING;
    d->doubt = d->past = d->relinked = false;
    d->still_since_us = d->now_us;
}

/* The printer was read as it runs: go on with what it holds, look again, or bring it to rest. */
static void peek_ends(struct driver *d) {
    const enum peek peek = d->kind->peeked(d);
    if (d->phase != PHASE_OPENING) return;
    d->peeks_left = peek == PEEK_AGAIN && d->flight_n > 0 ? d->peeks_left - 1 : 0;
    if (d->peeks_left > 0) return;
    if (peek == PEEK_KEEP && d->flight_n > 0) {
        driver_keep(d);
    } else {
        driver_reopen(d);
    }
}

void driver_drain(struct driver *d) {
    if (d->phase == PHASE_RUNNING) d->phase = PHASE_SETTLING;
}

/* A printer that empties half its window between two looks waits for us: the next look comes after
 * half the time. One that is slow is left alone again. */
static void pace(struct driver *d, size_t settled) {
    const uint64_t wait_us = d->poll_us - d->sooner_us;
    if (!d->kind->piped) return;
    if (settled > 1 && settled * 2 >= d->window && wait_us > POLL_LEAST_US)
        d->sooner_us += wait_us / 2;
    else if (settled * 8 < d->window)
        d->sooner_us = d->sooner_us > wait_us ? d->sooner_us - wait_us : 0;
}

/* The printer has let go of what was given up. Whatever came out since then is on the line, and
 * dead: false, an operator must see to it first. */
static bool has_let_go(struct driver *d) {
    const uint64_t n = d->told_counter - d->clear_from;
    d->clear = false;
    if (!d->clear_knows || d->told_counter <= d->clear_from) return true;
    driver_hold(d, n, "more came out while it was cleared: throw out what is behind the last good");
    return false;
}

static void rest_ends(struct driver *d) {
    if (d->now_us < d->late_until_us) return;
    if (d->clear && !has_let_go(d)) return;
    if (d->phase == PHASE_STOPPING) d->phase = PHASE_STOPPED;
    if (d->phase == PHASE_OPENING) driver_walk(d, d->kind->open_plan);
}

static void plan_ends(struct driver *d) {
    const int *walked = d->walk;
    const size_t before = d->flight_n;
    d->plan = d->walk = NULL;
    d->poll_due_us = d->now_us + d->poll_us - d->sooner_us;
    if (walked == d->kind->open_plan) {
        if (d->phase == PHASE_OPENING) d->phase = PHASE_RUNNING;
        return;
    }
    if (walked == d->kind->peek_plan) {
        peek_ends(d);
        return;
    }
    if (walked == d->kind->poll_plan || walked == d->kind->shut_plan) d->kind->polled(d);
    if (walked == d->kind->poll_plan && d->flight_n <= before) pace(d, before - d->flight_n);
    const bool rests = walked == d->kind->rest_plan && d->kind->rested(d);
    if (d->flight_n > 0 || d->plan != NULL) return;
    if (d->phase == PHASE_SETTLING) d->phase = PHASE_RUNNING;
    if (rests) rest_ends(d);
}

/* Nothing runs: is it time to look again? */
static bool look(struct driver *d) {
    if (d->now_us < d->poll_due_us || d->phase == PHASE_HELD) return false;
    const bool rests = d->phase == PHASE_OPENING || d->phase == PHASE_STOPPING;
    const int *plan = rests ? d->kind->rest_plan : d->kind->poll_plan;
    if (d->peeks_left > 0) plan = d->kind->peek_plan;
    driver_walk(d, plan);
    return plan != NULL;
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
    if (d->clear && waits)
        text_append(words, sizeof words, "the printer must let go of what it holds first");
    if (waits && d->flight_n > 0)
        text_append(words, sizeof words, "waiting for %zu units", d->flight_n);
    if (now == d->state && slice_equal(slice_text(words), slice_text(d->words))) return;
    d->state = now;
    d->words[0] = '\0';
    text_append(d->words, sizeof d->words, "%s", words);
    report_state(d, now, words);
}

void driver_advance(struct driver *d) {
    for (unsigned i = 0; i < STEPS_MOST; i++) {
        if (!d->linked || d->phase == PHASE_STOPPED || d->asking != ASK_NONE) break;
        if (d->now_us < d->pause_us) break;
        if (d->plan == NULL && !look(d)) break;
        const int *step = d->plan;
        if (*step == ASK_NONE) {
            plan_ends(d);
        } else {
            d->plan = step + 1;
            ask(d, *step);
        }
    }
    show(d);
}

void driver_hold(struct driver *d, uint64_t copies, const char *why) {
    report_copies(d, copies);
    if (d->halting) { /* nothing more will be sent: there is nothing to wait for */
        report_state(d, d->state, why);
        driver_reopen(d);
        return;
    }
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

void driver_stirs(struct driver *d) { d->still_since_us = d->now_us; }

uint64_t driver_lag_us(const struct driver *d) {
    const uint64_t most_us = d->rest_us * LAG_MOST;
    if (d->longest_us == 0) return d->rest_us * LAG_UNSEEN;
    if (d->longest_us > most_us / LAG_PRINTS) return most_us;
    const uint64_t lag_us = d->rest_us + d->longest_us * LAG_PRINTS;
    return lag_us < most_us ? lag_us : most_us;
}

uint64_t driver_copy_lag_us(const struct driver *d) {
    const uint64_t most_us = d->rest_us * LAG_UNSEEN;
    return d->rest_us + (d->longest_us < most_us ? d->longest_us : most_us);
}

bool driver_still(struct driver *d, uint64_t a, uint64_t b, uint64_t rest_us) {
    if (a != d->still_a || b != d->still_b) {
        d->still_a = a;
        d->still_b = b;
        d->still_since_us = d->now_us;
    }
    const uint64_t as_of_us = reads(d, d->kind->sync) ? d->read_us : d->now_us;
    return as_of_us >= d->still_since_us && as_of_us - d->still_since_us >= rest_us;
}
