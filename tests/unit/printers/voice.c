/* The words of each kind of printer. References as in voice.h. */
#include "voice.h"

#include <string.h>

#include "base/text.h"
#include "support/cm.h"

#define TEXT_CAP 256u

const struct voice voices[VOICES] = {
    {.grammar = "zpl",
     .setup = "^XA^DFR:T.ZPL^FS^FN1^FS^XZ",
     .unit = "^XA^XFR:T.ZPL^FS^FN1^FD%s^FS^XZ",
     .record = "R:T.ZPL|1=%s",
     .ask = "! U1 getvar \"device.unique_id\"\r\n",
     .told = "\"CM0000000001\"",
     .retries = true},
    {.grammar = "ztc",
     .setup = "SHO|code|\rSST|3|\r",
     .unit = "SID|1|%s|\r",
     .record = "code=%s",
     .ask = "SGM\r",
     .told = "SGM|1000|\r",
     .menu_is_deaf = true},
    {.grammar = "sppl",
     .setup = "~SPLLTF{t}^",
     .unit = "~SPLAQD{code~gt~%s}|SPPSAP^",
     .record = "code=%s",
     .ask = "~SPLGAT^",
     .told = "~SPGRES{SPLGAT:t}^",
     .menu_is_deaf = true},
    {.grammar = "wsi",
     .setup = "\x02MBOX\x03",
     .unit = "\x02Ucode\n%s\x03",
     .record = "code=%s",
     .ask = "\x02Q\x03",
     .told = "\x02"
             "BOX\x03",
     .slot = true,
     .menu_is_deaf = true},
    {.grammar = "codenet",
     .setup = "\x1bQ1Y\x04",
     .unit = "\x1bS001%s\x04",
     .record = "001=%s",
     .ask = "\x1bQ1?\x04",
     .told = "\x1bQ1Y\x04",
     .slot = true,
     .menu_is_deaf = true},
    {.grammar = "ngpcl",
     .setup = "{~JS0|BOX|1|}\r",
     .unit = "{~JU0||0|code|%s|}\r",
     .record = "code=%s",
     .ask = "{~JR|}\r",
     .told = "{~JN0|BOX|}\r",
     .slot = true,
     .menu_is_deaf = true},
};

/* The text with the code in the place of its %s. */
static void fill(char out[TEXT_CAP], const char *text, const char *code) {
    const char *at = strstr(text, "%s");
    out[0] = '\0';
    text_append(out, TEXT_CAP, "%.*s%s%s", (int)(at - text), text, code, at + 2);
}

void voice_say_unit(struct talk *t, const struct voice *v, const char *code) {
    char text[TEXT_CAP];
    fill(text, v->unit, code);
    talk_say(t, text);
}

uint64_t voice_met(struct talk *t, const struct voice *v, enum record_event event,
                   const char *code) {
    char text[TEXT_CAP];
    fill(text, v->record, code);
    return record_count_of(t->printer->record, event, text);
}

void voice_begin(struct talk *t, const struct voice *v, const char *faults) {
    talk_open(t, v->grammar, faults);
    talk_say(t, v->setup);
}

void voice_strike(struct talk *t, struct fault_script *s, const char *what) {
    char line[TEXT_CAP];
    (void)snprintf(line, sizeof line, "at item 1 %s", what);
    assert_ok(fault_parse(slice_text(line), "test", s, NULL));
    printer_fault(t->printer, &s->faults[0]);
}
