/* Row lengths of the columns in FRAME_CALLS and FRAME_ANSWERS, for their writer and their reader.
 * Source: docs/design/processes.md, "Frames". */
#ifndef CM_WIRE_CALL_COLUMNS_H
#define CM_WIRE_CALL_COLUMNS_H

#define CALLS_ITEMS   11u /* items of FRAME_CALLS */
#define ANSWERS_ITEMS 5u  /* items of FRAME_ANSWERS */
#define CALL_ROW      16u /* actor 4, brand 4, test 1, door 4, key length 1, requests 2 */
#define CODE_ROW      2u  /* bytes of a code */
#define REDEEMER_ROW  1u  /* bytes of a redeemer */
#define HOLD_ROW      4u  /* ms */
#define PIN_ROW       1u  /* bytes of a PIN */
#define STATUS_ROW    3u  /* status 1, answers 2 */
#define ANSWER_ROW    42u /* verdict 1, replayed 1, set 4, serial, sequence, time, until 8, use 4 */
#define WORDS_ROW     8u  /* set 4, bytes 4 */

#endif
