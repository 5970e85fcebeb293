/* The areas, in the order in which they run. */
#include "areas.h"

const struct area areas[] = {
    {"ff1", area_ff1, true, 170},
    {"mint", area_mint, true, 105},
    {"mint-file", area_mint_file, false, 70},
    {"open", area_open, true, 40},
    {"cards", area_cards, true, 45},
    {"redeem", area_redeem, false, 105},
    {"redeem-stores", area_redeem_stores, false, 125},
    {"single", area_single, false, 25},
    {"http", area_http, false, 190},
    {"open-at-scale", area_open_at_scale, false, 60},
    {"scale", area_scale, false, 45},
    {"lines", area_lines, false, 50},
    {"orders", area_orders, false, 170},
    {"symbols", area_symbols, true, 60},
    {"bulk", area_bulk, false, 45},
    {"passes", area_passes, true, 70},
};
const size_t areas_n = CM_ARRAY_N(areas);
