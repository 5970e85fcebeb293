/* What is done when. References as in station.h. */
#include "soak/station.h"

#include <stdlib.h>
#include <string.h>

#include "line/lines.h"
#include "soak/station_acts.h"
#include "support/must.h"
#include "support/splitmix.h"

#define US_PER_S      1000000u
#define US_PER_MINUTE (60u * US_PER_S)
#define TROUBLE_US    (120u * US_PER_S) /* until somebody comes */
#define STUCK_US      (120u * US_PER_MINUTE)

static uint64_t draw(struct station *s, uint64_t n) { return splitmix_next(&s->rng) % n; }

void station_open(struct station *s) {
    s->passed = must_calloc(STATION_READS, sizeof *s->passed);
    s->next_us = loop_now_us(s->loop) + draw(s, 60) * US_PER_MINUTE;
    if (!station_begin(s)) abort(); /* a fresh workspace refuses nothing */
}

void station_close(struct station *s) { free(s->passed); }

void station_product(struct station *s, struct cm_slice code) {
    if (code.len >= STATION_CODE_CAP) return;
    memset(s->last, 0, sizeof s->last);
    memcpy(s->last, code.p, code.len);
    if (s->camera && s->passed_n < STATION_READS)
        memcpy(s->passed[s->passed_n++], s->last, sizeof s->last);
}

/* How the line process sees it; false: it is not there, or has no such run. */
static bool view_of(const struct station *s, struct run_view *view) {
    const struct lines *l = s->office->host;
    for (size_t i = 0; l != NULL && i < lines_n(l); i++) {
        lines_view(l, i, view);
        if (view->number == s->number) return true;
    }
    return false;
}

static bool in_trouble(const struct run_view *v) {
    static const char *const words[] = {"paper out", "ribbon out", "head open", "paused",
                                        "menu",      "fault",      "held",      "no answer"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(v->state, words[i]) != NULL) return true;
    return false;
}

/* Somebody comes when a line has stood for a while: whatever it is, it is put right, and a run that
 * holds is told so. */
static void help(struct station *s, const struct run_view *v) {
    const uint64_t now_us = loop_now_us(s->loop);
    if (!in_trouble(v)) {
        s->trouble_us = 0;
        return;
    }
    if (s->trouble_us == 0) s->trouble_us = now_us;
    if (now_us - s->trouble_us < TROUBLE_US) return;
    s->trouble_us = 0;
    site_mend(s->site);
    s->sums->mends++;
    if (strstr(v->state, "held") == NULL || s->phase != STATION_STREAMS) return;
    s->sums->resumes++;
    (void)station_act(s, "run.resume", NULL);
}

static void pause_line(struct station *s, bool jam) {
    if (!station_act(s, "run.pause", NULL)) return;
    s->phase = jam ? STATION_JAMMED : STATION_PAUSED;
    s->until_us = loop_now_us(s->loop) + (1 + draw(s, 8)) * US_PER_MINUTE;
    if (jam) s->sums->jams++;
    if (!jam) s->sums->pauses++;
}

static void stop_line(struct station *s) {
    if (!station_act(s, "run.stop", NULL)) return;
    s->sums->stops++;
    s->phase = STATION_STOPS;
    s->until_us = loop_now_us(s->loop) + STUCK_US;
}

static void go_on(struct station *s) {
    const bool jam = s->phase == STATION_JAMMED && s->last[0] != '\0';
    s->phase = STATION_STREAMS;
    if (jam && station_act(s, "run.resume", s->last)) {
        s->sums->jams_settled++;
        return;
    }
    (void)station_act(s, "run.resume", NULL);
}

static void choose(struct station *s) {
    const uint64_t now_us = loop_now_us(s->loop);
    if (now_us < s->next_us) return;
    s->next_us = now_us + (10 + draw(s, 80)) * US_PER_MINUTE;
    switch (draw(s, 10)) {
    case 0:
    case 1: stop_line(s); break;
    case 2:
    case 3:
    case 4: pause_line(s, true); break;
    default: pause_line(s, false); break;
    }
}

static void wait_for_end(struct station *s, const struct run_view *v, bool seen) {
    const uint64_t now_us = loop_now_us(s->loop);
    if (seen && !v->done && now_us < s->until_us) return;
    if (!seen && s->office->host == NULL) return;
    if (station_finish(s)) {
        s->passed_n = 0;
        s->phase = STATION_STREAMS;
        if (!s->ending) (void)station_begin(s);
    }
}

void station_look(struct station *s) {
    struct run_view view = {.number = 0};
    if (s->office->away) return;
    if (s->number == 0) {
        if (!s->ending) (void)station_begin(s);
        return;
    }
    const bool seen = view_of(s, &view);
    if (s->camera) station_read(s);
    if (seen) help(s, &view);
    /* The batch is used up, or the day's order: the run has ended by itself. */
    if (seen && view.done && s->phase != STATION_STOPS) {
        s->phase = STATION_STOPS;
        s->until_us = loop_now_us(s->loop);
    }
    if (s->phase == STATION_STOPS) {
        wait_for_end(s, &view, seen);
    } else if (s->ending) {
        stop_line(s);
    } else if (s->phase != STATION_STREAMS) {
        if (loop_now_us(s->loop) >= s->until_us) go_on(s);
    } else {
        choose(s);
    }
}

void station_end(struct station *s) { s->ending = true; }
bool station_has_ended(const struct station *s) { return s->ending && s->number == 0; }
