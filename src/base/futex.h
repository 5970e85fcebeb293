/* Sleeping on a word until somebody changes it: the kernel's futex, within one process. For places
 * where one waker serves many sleepers at once; elsewhere use condition variables.
 * Refuses nothing; wake-ups may come for no reason. Source: futex(2). */
#ifndef CM_BASE_FUTEX_H
#define CM_BASE_FUTEX_H

#include <stdatomic.h>
#include <stdint.h>

/* Sleep while *word is `seen`; check again on return. */
void futex_wait(_Atomic uint32_t *word, uint32_t seen);
/* Wake up to n of those who sleep on the word. */
void futex_wake(_Atomic uint32_t *word, int n);

#endif
