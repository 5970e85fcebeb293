/* The areas, in the order in which they run. */
#include "areas.h"

const struct area areas[] = {
    {"ff1", area_ff1, true, 200},
    {"mint", area_mint, true, 120},
    {"mint-file", area_mint_file, false, 85},
    {"open", area_open, true, 45},
    {"cards", area_cards, true, 50},
    {"redeem", area_redeem, false, 115},
    {"redeem-stores", area_redeem_stores, false, 145},
    {"single", area_single, false, 30},
    {"http", area_http, false, 225},
    {"open-at-scale", area_open_at_scale, false, 75},
    {"scale", area_scale, false, 50},
    {"lines", area_lines, false, 60},
};
const size_t areas_n = CM_ARRAY_N(areas);
