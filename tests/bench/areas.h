/* What the bench can measure, area by area. An area makes what it needs, runs its cases and cleans
 * up; a new area is a file, a line here and a line in the table of areas.c. */
#ifndef CM_TESTS_BENCH_AREAS_H
#define CM_TESTS_BENCH_AREAS_H

#include "bench.h"

typedef cm_err bench_area(struct bench *b);

bench_area area_ff1;           /* FF1 in arrays beside BIGNUM and beside bare AES */
bench_area area_mint;          /* codes to memory beside node */
bench_area area_mint_file;     /* codes to a CSV file beside node */
bench_area area_open;          /* reading codes back, as a share of minting */
bench_area area_cards;         /* card numbers beside node */
bench_area area_redeem;        /* durable redemption in groups beside bare append + fdatasync */
bench_area area_redeem_stores; /* the same beside PostgreSQL and Redis */
bench_area area_single;        /* the same, one at a time: latencies */
bench_area area_http; /* the daemon under load beside the constant answer of its HTTP library */
bench_area area_open_at_scale; /* from a kill to the first answer */
bench_area area_scale;         /* costs and sizes from a million live codes to a thousand million */
bench_area area_lines;         /* printers: one fast line, 64 usual ones */
bench_area
    area_orders; /* cards to sealed files beside openssl, imports, spends beside PostgreSQL */
bench_area
    area_symbols;       /* QR codes to SVG and PNG beside libzint, libqrencode, bwip-js, programs */
bench_area area_bulk;   /* QR codes into a ZIP, labels on sheets, by the program, beside node */
bench_area area_passes; /* tickets and Apple passes beside npm packages and openssl */

struct area {
    const char *name;
    bench_area *run;
    bool pinned;      /* one core for us and the peers */
    unsigned share_s; /* of the 20 minutes that the usual bench may last */
};

extern const struct area areas[];
extern const size_t areas_n;

#endif
