/* The same conversation in the words of each kind of printer (reference sections 1 to 4), for tests
 * that hold for all of them. */
#ifndef CM_TESTS_UNIT_PRINTERS_VOICE_H
#define CM_TESTS_UNIT_PRINTERS_VOICE_H

#include "talk.h"

/* How one kind of printer is spoken to. */
struct voice {
    const char *grammar;
    const char *setup;  /* up to where it prints */
    const char *unit;   /* with %s for the code */
    const char *record; /* the same as its record tells it */
    const char *ask;    /* any question */
    const char *told;   /* its answer, the same every time */
    bool slot;          /* holds one unit, and prints it again */
    bool retries;       /* prints a cut unit again */
    bool menu_is_deaf;  /* an operator in a menu changes the answer to a unit */
};

#define VOICES 6u
extern const struct voice voices[VOICES];

/* A conversation up to where units are taken; the script counts from its first moment. */
void voice_begin(struct talk *t, const struct voice *v, const char *faults);
void voice_say_unit(struct talk *t, const struct voice *v, const char *code);
/* How often the unit of that code met the event. */
uint64_t voice_met(struct talk *t, const struct voice *v, enum record_event event,
                   const char *code);
/* Let a fault strike now, in the words of fault.h; free the script when it has. */
void voice_strike(struct talk *t, struct fault_script *s, const char *what);

#endif
