/*
 * The shape of the comb table for powers of 2 (scalar_comb.inc says how it is used).
 * srp_native/csrc/tables.py reads these three numbers and computes the table at build time.
 */
#ifndef SRP_COMB_H
#define SRP_COMB_H

#include "secret.h"

#define SRP_COMB_TEETH 6
#define SRP_COMB_TABLES 14
#define SRP_COMB_COLUMNS 3

/* Bits of the exponent that need no table: 2^(x mod 2^11) < 2^2048 < N as it stands. */
#define SRP_FREE_BITS 11

#define SRP_COMB_ENTRIES (1 << SRP_COMB_TEETH)

/*
 * Which entry of a comb's table: one bit of each block of the exponent, tooth i being bit
 * (i TABLES + table) COLUMNS + column above the free ones. CT: values.
 */
static inline srp_index comb_index(const uint8_t *exponent, size_t length, size_t table,
                                   size_t column) {
    srp_index index = index_of(0);
    for (unsigned tooth = 0; tooth < SRP_COMB_TEETH; tooth++) {
        size_t bit = (tooth * SRP_COMB_TABLES + table) * SRP_COMB_COLUMNS + column;
        index = index_add_bit(index, tooth, exponent, length, SRP_FREE_BITS + bit);
    }
    return index;
}

#endif
