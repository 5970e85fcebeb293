/* Row lengths of the columns in FRAME_CALLS and FRAME_ANSWERS, for their writer and their reader.
 * Source: docs/design/processes.md, "Frames". */
#ifndef CM_WIRE_CALL_COLUMNS_H
#define CM_WIRE_CALL_COLUMNS_H

#define CALLS_ITEMS   11u /* items of FRAME_CALLS; two more where anything is asked of a card */
#define ANSWERS_ITEMS 5u  /* items of FRAME_ANSWERS; one more where anything is told of a card */
#define ASKS_ITEMS    2u
#define TOLD_ITEMS    1u
#define CALL_ROW      16u /* actor 4, brand 4, flags 1, door 4, key length 1, requests 2 */
#define CALL_TEST     1u  /* flags of a call */
#define CALL_ASKS     2u  /* has a row of asks for each of its requests */
#define CALL_TOLD     4u  /* wants to be told of cards */
#define CODE_ROW      2u  /* bytes of a code */
#define REDEEMER_ROW  1u  /* bytes of a redeemer */
#define HOLD_ROW      4u  /* ms */
#define PIN_ROW       1u  /* bytes of a PIN */
#define STATUS_ROW    3u  /* status 1, answers 2 */
/* verdict 1, flags 1, set 4, serial, sequence, time, until 8 each, use 4, prize 2 */
#define ANSWER_ROW      44u
#define ANSWER_REPLAYED 1u  /* flags of an answer */
#define ANSWER_TOLD     2u  /* has a row of what is told of its card */
#define WORDS_ROW       12u /* set 4, bytes of the description 4, of the receipt 4 */
#define ASK_ROW         23u /* amount 8, currency 3, reference 8, reason, checked 1, other 2 */
/* state, reason 1, currency 3, balance, held, amount, transaction, expires 8 each, tries left 1 */
#define TOLD_ROW 46u

#endif
