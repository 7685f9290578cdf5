/*
 * The shape of the comb table for powers of 2 (scalar_comb.inc says how it is used).
 * srp_native/csrc/tables.py reads these three numbers and computes the table at build time.
 */
#ifndef SRP_COMB_H
#define SRP_COMB_H

#define SRP_COMB_TEETH 6
#define SRP_COMB_TABLES 14
#define SRP_COMB_COLUMNS 3

/* Bits of the exponent that need no table: 2^(x mod 2^11) < 2^2048 < N as it stands. */
#define SRP_FREE_BITS 11

#define SRP_COMB_ENTRIES (1 << SRP_COMB_TEETH)

#endif
