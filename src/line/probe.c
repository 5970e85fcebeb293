/* Which language answers. The one that is named goes first and is given time; the others follow
 * when it does not answer, those first that the answers smell of. References as in probe.h. */
#include "line/probe.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/probe_talk.h"

#define NAMED_MS   2000u
#define OTHERS_MS  1000u
#define GAP_US     150000u /* a printer of one connection takes a moment to free it */
#define LANGUAGES  8u
#define SAMPLE_CAP 256u
#define PORT_IPP   631u
#define ANY_SCHEME "tcp://"
#define IAC        0xFFu /* of telnet */

const char *probe_verdict_name(enum probe_verdict verdict) {
    static const char *const names[PROBE_VERDICT_N] = {"speaks", "other", "strange",
                                                       "silent", "cut",   "unreachable"};
    return (unsigned)verdict < PROBE_VERDICT_N ? names[verdict] : "unknown";
}

/* What is known so far. */
struct hunt {
    struct probe_desk desk;
    struct printer_uri uri;
    const struct probe_language *named; /* NULL: any */
    bool tried[LANGUAGES];
    const struct probe_language *hint;
    bool up, silent; /* ever connected; ever kept a connection and said nothing */
    char words[LINK_WORDS_CAP];
    uint8_t sample[SAMPLE_CAP]; /* of the first bytes heard */
    size_t sample_len;
};

static cm_err read_uri(const char *text, struct hunt *h, struct cm_diag *diag) {
    char whole[PRINTER_URI_MAX + 8] = "";
    const bool any = strncmp(text, ANY_SCHEME, sizeof ANY_SCHEME - 1) == 0;
    text_append(whole, sizeof whole, "%s%s", any ? "zpl+" : "", text);
    TRY(printer_uri_parse(slice_text(whole), &h->uri, diag));
    if (h->uri.transport == TRANSPORT_FILE)
        return diag_fail(diag, CM_E_ARGUMENT, text, NULL, "give the address of a printer",
                         "a file does not answer");
    if (h->uri.tls)
        return diag_fail(diag, CM_E_UNSUPPORTED, text, NULL, "try it as ipp://, or print a test",
                         "an encrypted queue is not probed");
    /* Its questions are put as plain HTTP. */
    if (h->uri.transport == TRANSPORT_HTTP) h->uri.transport = TRANSPORT_TCP;
    h->named = any ? NULL : probe_language_of(&h->uri);
    return CM_OK;
}

static void address_of(const struct hunt *h, const struct probe_language *l, char *out,
                       size_t cap) {
    const bool v6 = strchr(h->uri.host, ':') != NULL;
    out[0] = '\0';
    if (h->uri.transport != TRANSPORT_TCP) {
        text_append(out, cap, "%s+serial:%s", l->kind, h->uri.path);
        return;
    }
    text_append(out, cap, "%s%s%s%s:%u%s", l->address, v6 ? "[" : "", h->uri.host, v6 ? "]" : "",
                h->uri.port, l->option);
}

static void remember(struct hunt *h, const struct probe_talk *talk) {
    const size_t n = talk->heard.len < SAMPLE_CAP ? talk->heard.len : SAMPLE_CAP;
    h->up |= talk->up;
    h->silent |= talk->up && !talk->down && talk->heard.len == 0;
    if (talk->down) memcpy(h->words, talk->words, sizeof h->words);
    if (n == 0 || h->sample_len > 0) return;
    memcpy(h->sample, talk->heard.p, n);
    h->sample_len = n;
}

/* Which language these bytes smell of. */
static void take_hint(struct hunt *h, struct cm_slice heard) {
    const struct probe_language *l;
    for (size_t i = 0; (l = probe_language_at(i)) != NULL; i++)
        if (!h->tried[i] && h->hint == NULL && l->smells(heard)) h->hint = l;
}

/* Ask in one language; whether it is spoken. */
static cm_err try_one(struct hunt *h, const struct probe_language *l, uint64_t patience_ms,
                      struct probe *out, bool *spoken, struct cm_diag *diag) {
    struct probe_talk talk;
    struct cm_slice answers[PROBE_QUESTIONS];
    const cm_err err = probe_talk(&h->desk, &h->uri, l, patience_ms, &talk, diag);
    for (size_t i = 0; i < PROBE_QUESTIONS; i++)
        answers[i] = probe_talk_heard(&talk, i);
    if (err == CM_OK) {
        remember(h, &talk);
        *spoken = answers[0].len > 0 && l->read(answers, out);
        if (!*spoken) out->fact_n = 0;
        if (!*spoken && talk.heard.len > 0) take_hint(h, buffer_slice(&talk.heard));
    }
    probe_talk_wipe(&talk);
    return err;
}

/* IPP, the last in line, is asked at its port, and where everything else was cut off unanswered. */
static bool is_worth(const struct hunt *h, const struct probe_language *l) {
    const bool cut = h->up && !h->silent && h->sample_len == 0;
    return strcmp(l->kind, "ipp") != 0 || h->uri.port == PORT_IPP || cut;
}

/* The next one to try; NULL: all were, or none is worth it. */
static const struct probe_language *next_one(struct hunt *h, const struct probe_language *last) {
    const struct probe_language *l = h->hint;
    if (last == NULL && h->named != NULL) l = h->named;
    h->hint = NULL;
    for (size_t i = 0; l == NULL; i++) {
        const struct probe_language *at = probe_language_at(i);
        if (at == NULL) return NULL;
        if (!h->tried[i] && is_worth(h, at)) l = at;
    }
    for (size_t i = 0; i < LANGUAGES; i++)
        h->tried[i] |= probe_language_at(i) == l;
    return l;
}

static void say(struct probe *out, enum probe_verdict verdict, const char *words,
                const char *remedy) {
    out->verdict = verdict;
    text_append(out->words, sizeof out->words, "%s", words);
    text_append(out->remedy, sizeof out->remedy, "%s", remedy);
}

static void say_spoken(const struct hunt *h, const struct probe_language *l, struct probe *out) {
    char address[PROBE_WORDS_CAP];
    const bool other = h->named != NULL && h->named != l;
    address_of(h, l, address, sizeof address);
    text_append(out->kind, sizeof out->kind, "%s", l->kind);
    say(out, other ? PROBE_OTHER : PROBE_SPEAKS, "", "");
    if (other) text_append(out->words, sizeof out->words, "this is no %s: ", h->named->people);
    text_append(out->words, sizeof out->words, "%s is spoken there", l->people);
    if (h->named != l) text_append(out->remedy, sizeof out->remedy, "use %s", address);
}

/* Bytes came, and no language of ours. */
static void say_strange(const struct hunt *h, struct probe *out) {
    const char *s = (const char *)h->sample;
    const size_t n = h->sample_len;
    if (n >= 5 && memcmp(s, "HTTP/", 5) == 0) {
        say(out, PROBE_STRANGE, "a web server answers there, and no IPP at /ipp/print",
            "look for the printer's data port: 9100 is usual; or give the queue's whole ipp:// "
            "address");
    } else if (n >= 4 && memcmp(s, "SSH-", 4) == 0) {
        say(out, PROBE_STRANGE, "a login (SSH) answers there", "look for the printer's data port");
    } else if ((n >= 4 && memcmp(s, "220 ", 4) == 0) || h->sample[0] == IAC) {
        say(out, PROBE_STRANGE, "a file transfer or a terminal answers there",
            "look for the printer's data port");
    } else if (n >= 3 && memcmp(s, "ERR", 3) == 0) {
        say(out, PROBE_STRANGE, "it answers ERR to everything, also to GST of ZTC",
            "it may be starting, or text communication may be switched off in its menu");
    } else if (n >= 1 && h->sample[0] < ' ' && n <= 4) {
        say(out, PROBE_STRANGE, "it answers with bare control bytes and tells nothing of itself",
            "see its manual for the line protocol; docs/guide/lines.md says how one is added");
    } else {
        say(out, PROBE_STRANGE, "it answers in no language that we know",
            "see its manual; another line protocol can be added as data (docs/guide/lines.md)");
    }
}

static void say_nothing(const struct hunt *h, struct probe *out) {
    if (!h->up) {
        say(out, PROBE_UNREACHABLE, h->words[0] == '\0' ? "no connection" : h->words,
            "check address, port, cable and firewall; a port for one client (9300 of a Zebra) "
            "refuses a second one");
    } else if (h->sample_len > 0) {
        say_strange(h, out);
    } else if (!h->silent) {
        say(out, PROBE_CUT, "it takes connections and ends them at once",
            "another program may hold it: a port for one client, such as 9300 of a Zebra, ends a "
            "second one");
    } else {
        say(out, PROBE_SILENT, "it takes connections and says nothing in any language that we know",
            "check the port (ZPL 9100, SPPL 9100, ZTC 3001, WSI 3100, Codenet 7000, NGPCL 21000) "
            "and whether the printer's menu allows remote control");
    }
}

static cm_err hunt(struct hunt *h, struct probe *out, struct cm_diag *diag) {
    const struct probe_language *l = NULL;
    bool spoken = false;
    while ((l = next_one(h, l)) != NULL && loop_now_us(h->desk.loop) < h->desk.end_us) {
        TRY(try_one(h, l, l == h->named ? NAMED_MS : OTHERS_MS, out, &spoken, diag));
        if (spoken) {
            say_spoken(h, l, out);
            return CM_OK;
        }
        if (!h->up) break; /* no printer, no language */
        const bool never = false;
        TRY(probe_desk_wait(&h->desk, &never, loop_now_us(h->desk.loop) + GAP_US));
    }
    say_nothing(h, out);
    return CM_OK;
}

cm_err probe_printer(const char *uri, struct probe *out, struct cm_diag *diag) {
    struct hunt h = {.named = NULL};
    struct probe found = {.verdict = PROBE_UNREACHABLE};
    TRY(read_uri(uri, &h, diag));
    TRY(probe_desk_open(&h.desk, PROBE_WHOLE_MS - NAMED_MS / 2));
    const cm_err err = hunt(&h, &found, diag);
    probe_desk_close(&h.desk);
    wipe(h.sample, sizeof h.sample);
    if (err == CM_OK) *out = found;
    return err;
}
