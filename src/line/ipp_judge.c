/* What a queue answered, and what that proves. A no to Print-Job that can only come before a job is
 * made refuses its labels; every other failure leaves a doubt, which the list of jobs may lift. A
 * queue that fails job after job gets ever longer pauses: each costs labels.
 * References: RFC 8011 (4.1.6, 4.2.1, 5.3.7, appendix B.1). */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/ipp_inside.h"

#define US_PER_S 1000000u
#define IDLE_US  (UINT64_C(5) * US_PER_S) /* between two looks at a queue without a job of ours */
#define TROUBLE_US                                                                                 \
    (UINT64_C(5) * US_PER_S) /* after a job that failed, doubled for each in a row                 \
                              */
#define DOUBLINGS           6u
#define LOOKS_LEAST         2u
#define TELLS_LABELS        2u /* a queue that counts documents never says so many of one job */
#define HTTP_OK             200u
#define HTTP_CLIENT         400u
#define HTTP_SERVER         500u
#define STATUS_YES          0x0100u /* below it: done */
#define STATUS_NOT_POSSIBLE 0x0404u /* client-error-not-possible: it has ended */
#define STATUS_ABSENT       0x0406u /* client-error-not-found */

/* Of job-state. */
#define JOB_CANCELED  7
#define JOB_ABORTED   8
#define JOB_COMPLETED 9

/* ---- The end of a job */

static void end_job(struct driver *d) {
    struct ipp *p = d->own;
    const uint32_t last = p->highest > p->number ? p->highest : p->number;
    p->number = last % UINT32_MAX + 1;
    p->job = (struct ipp_job){.id = 0};
    p->gone = false;
    p->missed_n = 0;
    d->poll_due_us = d->now_us;
}

static void settle(struct driver *d, enum unit_fate fate) {
    driver_settle(d, d->flight_n, fate);
    end_job(d);
}

/* The operator reads why, and the next job waits. */
static void trouble(struct driver *d, const char *words) {
    struct ipp *p = d->own;
    const unsigned doublings = p->troubles < DOUBLINGS ? p->troubles : DOUBLINGS;
    p->troubles++;
    p->trouble_until_us = d->now_us + ((uint64_t)TROUBLE_US << doublings);
    p->trouble[0] = '\0';
    text_append(p->trouble, sizeof p->trouble, "%s", words);
    driver_block(d, DRIVER_FAULT, p->trouble);
}

static void look_at_printer(struct driver *d) {
    struct ipp *p = d->own;
    if (d->now_us < p->trouble_until_us) {
        driver_block(d, DRIVER_FAULT, p->trouble);
    } else {
        driver_block(d, p->printer.cause, p->printer.words);
    }
}

/* ---- The answer to Print-Job */

/* Nos that come before a job is made (RFC 8011, 4.2.1): all of the client's, some of the server's.
 */
static bool says_not_made(unsigned status) {
    static const uint16_t busy[] = {0x0501, 0x0502, 0x0503, 0x0505, 0x0506, 0x0507, 0x050A, 0x050B};
    if (status >= 0x0400u && status < 0x0500u) return true;
    for (size_t i = 0; i < CM_ARRAY_N(busy); i++)
        if (busy[i] == status) return true;
    return false;
}

static void refuse(struct driver *d, const char *words) {
    settle(d, FATE_REFUSED);
    trouble(d, words);
}

static void take_job(void *ctx, const struct ipp_job *job) {
    struct driver *d = ctx;
    struct ipp *p = d->own;
    p->job.id = job->id;
    p->taken = true;
}

static void hear_print(struct driver *d, const struct ipp_frame *f) {
    struct ipp *p = d->own;
    unsigned status = 0;
    char words[REPORT_WORDS_CAP] = "";
    p->printing = false;
    d->poll_due_us = d->now_us;
    if (f->status == IPP_CUT_BEFORE) {
        settle(d, FATE_UNSENT);
    } else if (f->status >= HTTP_CLIENT && f->status < HTTP_SERVER) {
        text_append(words, sizeof words, "the queue refused a job: HTTP status %u", f->status);
        refuse(d, words);
    } else if (f->status == HTTP_OK &&
               ipp_read(f->message, &p->queue, &status, NULL, NULL, NULL) == CM_OK) {
        if (status < STATUS_YES) {
            cm_ignore(ipp_read(f->message, &p->queue, &status, NULL, take_job, d)); /* as above */
        } else if (says_not_made(status)) {
            text_append(words, sizeof words, "the queue refused a job: %s",
                        ipp_status_name(status));
            refuse(d, words);
        }
    } /* else: a doubt, which the list of jobs may lift */
}

/* ---- Answers to questions */

static void hear_printer(struct driver *d, struct cm_slice message) {
    struct ipp *p = d->own;
    unsigned status = 0;
    char words[REPORT_WORDS_CAP] = "the queue's answer is not IPP";
    struct ipp_printer printer;
    const cm_err err = ipp_read(message, &p->queue, &status, &printer, NULL, NULL);
    if (err == CM_OK && status < STATUS_YES) {
        p->printer = printer;
        p->seen = true;
        driver_answered(d);
        look_at_printer(d);
        return;
    }
    if (err == CM_OK) {
        words[0] = '\0';
        text_append(words, sizeof words, "is the queue's path right? %s", ipp_status_name(status));
    }
    driver_block(d, DRIVER_FAULT, words);
    driver_denied(d);
}

/* Units behind the last one that the job's name tells never left: they were journaled, and then
 * another life began. */
static void cut_behind(struct driver *d, uint64_t last) {
    size_t n = d->flight_n;
    while (n > 0 && d->flights[(d->flight_first + n - 1) % d->flight_cap].serial != last)
        n--;
    while (n > 0 && d->flight_n > n)
        driver_settle_last(d, FATE_UNSENT);
}

static void see_job(void *ctx, const struct ipp_job *job) {
    struct driver *d = ctx;
    struct ipp *p = d->own;
    uint32_t number = 0;
    uint64_t last = 0;
    if (!ipp_job_read(job->name, p->prefix, &number, &last)) return;
    if (number > p->highest) p->highest = number;
    if (d->clear && job->state < JOB_CANCELED) p->open = job->id;
    if (number != p->number || d->flight_n == 0) return;
    p->job.id = job->id;
    if (d->past) cut_behind(d, last);
}

static void hear_jobs(struct driver *d, struct cm_slice message) {
    struct ipp *p = d->own;
    unsigned status = 0;
    p->open = 0;
    /* A queue that does not tell its jobs knows none: then a lost answer stays a doubt. */
    cm_ignore(ipp_read(message, &p->queue, &status, NULL, see_job, d));
    p->numbered = true;
    if (d->flight_n == 0 && p->number <= p->highest) p->number = p->highest % UINT32_MAX + 1;
    if (d->flight_n > 0 && p->job.id == 0 && p->missed_n++ == 0) p->missed_since_us = d->now_us;
    driver_answered(d);
}

/* The list of jobs is asked for again: it tells whether the job has ended. */
static void hear_cancel(struct driver *d, struct cm_slice message) {
    struct ipp *p = d->own;
    unsigned status = 0;
    char words[REPORT_WORDS_CAP] = "";
    const cm_err err = ipp_read(message, &p->queue, &status, NULL, NULL, NULL);
    driver_answered(d);
    p->troubles = 0; /* no job failed, and none waits longer for it */
    if (err == CM_OK && (status < STATUS_YES || status == STATUS_NOT_POSSIBLE)) {
        p->trouble_until_us = 0;
        return;
    }
    text_append(words, sizeof words, "cancel the job at the queue: it refuses us: %s",
                err == CM_OK ? ipp_status_name(status) : cm_err_name(err));
    trouble(d, words);
}

/* Numbers of jobs begin again where a printer was switched off: the name tells. */
static void see_state(void *ctx, const struct ipp_job *job) {
    struct driver *d = ctx;
    struct ipp *p = d->own;
    uint32_t number = 0;
    uint64_t last = 0;
    if (job->id != p->job.id) return;
    const bool ours = ipp_job_read(job->name, p->prefix, &number, &last) && number == p->number;
    if (job->name[0] != '\0' && !ours) {
        p->gone = true;
    } else {
        p->job = *job;
    }
}

static void hear_job(struct driver *d, struct cm_slice message) {
    struct ipp *p = d->own;
    unsigned status = 0;
    const cm_err err = ipp_read(message, &p->queue, &status, NULL, see_state, d);
    if (err != CM_OK || (status >= STATUS_YES && status != STATUS_ABSENT)) {
        driver_denied(d);
        return;
    }
    if (status == STATUS_ABSENT) p->gone = true;
    driver_answered(d);
}

void ipp_heard(struct driver *d, struct cm_slice frame) {
    struct ipp *p = d->own;
    struct ipp_frame f;
    char words[REPORT_WORDS_CAP] = "";
    if (ipp_frame(frame, &f) == 0) return;
    if (p->printing && f.request == p->print_request) {
        hear_print(d, &f);
        return;
    }
    if (d->asking < ASK_OWN || f.request != p->asked || f.status < IPP_CUT_N) return;
    if (f.status != HTTP_OK) {
        text_append(words, sizeof words, "is the queue's path right? HTTP status %u", f.status);
        driver_block(d, DRIVER_FAULT, words);
        driver_denied(d);
        return;
    }
    switch (d->asking) {
    case ASK_JOBS: hear_jobs(d, f.message); break;
    case ASK_CANCEL: hear_cancel(d, f.message); break;
    case ASK_JOB: hear_job(d, f.message); break;
    default: hear_printer(d, f.message); break;
    }
}

/* ---- Judging */

static void judge_missing(struct driver *d) {
    const struct ipp *p = d->own;
    if (p->missed_n < LOOKS_LEAST || d->now_us - p->missed_since_us < d->rest_us) return;
    /* That it is not there proves nothing: printers print what came of a job, and forget it when
     * they are switched off. */
    settle(d, FATE_UNKNOWN);
    trouble(d, "a job's answer was lost, and the queue does not know it");
}

/* Without the queue's yes it may have only a part of the job: ippeveprinter prints what came before
 * the connection broke, and calls that completed. */
static void judge_completed(struct driver *d) {
    struct ipp *p = d->own;
    const bool equal = p->job.impressions >= 0 && (uint64_t)p->job.impressions == d->flight_n;
    if (equal && d->flight_n >= TELLS_LABELS) p->tells_labels = true;
    p->troubles = 0;
    if (equal && p->tells_labels) {
        settle(d, FATE_PRINTED);
    } else {
        settle(d, p->taken ? FATE_DELIVERED : FATE_UNKNOWN);
    }
}

static void judge(struct driver *d) {
    const struct ipp *p = d->own;
    char words[REPORT_WORDS_CAP] = "";
    if (d->flight_n == 0 || p->building || p->printing) return;
    if (p->job.id == 0) {
        judge_missing(d);
    } else if (p->gone) {
        settle(d, FATE_UNKNOWN);
        trouble(d, "the queue forgot a job before it told its end");
    } else if (p->job.state == JOB_COMPLETED) {
        judge_completed(d);
    } else if (p->job.state == JOB_CANCELED || p->job.state == JOB_ABORTED) {
        text_append(words, sizeof words, "a job was %s: %s",
                    p->job.state == JOB_ABORTED ? "aborted" : "canceled", p->job.reasons);
        settle(d, FATE_UNKNOWN);
        trouble(d, words);
    }
}

bool ipp_rested(struct driver *d) {
    const struct ipp *p = d->own;
    judge(d);
    return d->flight_n == 0 && p->numbered && p->seen && p->open == 0 && !p->printing;
}

/* A job whose answer is awaited is listed, and cancelled, behind it. */
void ipp_clear(struct driver *d) {
    struct ipp *p = d->own;
    p->building = p->numbered = false;
    end_job(d);
}

void ipp_polled(struct driver *d) {
    judge(d);
    if (d->flight_n == 0) d->poll_due_us = d->now_us + IDLE_US;
}
