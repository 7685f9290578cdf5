/*
 * Numbers modulo N in 60 digits of 52 bits, R = 2^3120. The kernels with lanes, which all use such
 * digits, share this file. A row is the digits of one number in order, and then four zeros.
 */
#ifndef SRP_RADIX52_H
#define SRP_RADIX52_H

#include "internal.h"

#define SRP_52_BITS 52
#define SRP_52_DIGITS 60
#define SRP_52_ROW 64

#define SRP_52_MASK ((UINT64_C(1) << SRP_52_BITS) - 1)

/*
 * Windows of the exponent above the SRP_FREE_BITS: 11 + 35 * 7 = 256 bits. docs/kernels.md has the
 * measurements behind the width.
 */
#define SRP_52_WINDOW 7
#define SRP_52_WINDOWS 35
#define SRP_52_ENTRIES (1 << SRP_52_WINDOW)

/* The tables are compiled if one of those kernels may be compiled. */
#if defined(SRP_PLAIN_LANES) || SRP_X86_64
#define SRP_HAS_RADIX52 1
#else
#define SRP_HAS_RADIX52 0
#endif

#if SRP_HAS_RADIX52

/* ---- constants, computed at build time by srp_native/csrc/tables.py -------------------------- */

extern const srp_digit srp_52_modulus[SRP_52_ROW];        /* N */
extern const srp_digit srp_52_inverse[SRP_52_ROW];        /* -N^-1 mod R */
extern const srp_digit srp_52_one[SRP_52_ROW];            /* R mod N */
extern const srp_digit srp_52_r2[SRP_52_ROW];             /* R^2 mod N */

/*
 * Entry e of window w is T = R 2^(e 2^(11 + 7 w)) mod N: digits 0 to 59 of T, and after them the 60
 * digits of -T N^-1 mod R. All entries of a digit lie side by side, so that one is selected in
 * registers: first the lower 32 bits of the entries, then their upper 20. A selection of words
 * serves twice as many numbers as a selection of digits.
 */
extern _Alignas(64) const srp_word
    srp_52_table[SRP_52_WINDOWS][2 * SRP_52_DIGITS][2][SRP_52_ENTRIES];

/* ---- radix52.c ------------------------------------------------------------------- */

/*
 * digits[i * stride], i < SRP_52_DIGITS, = the number that `bytes` are.
 *   sizes   SRP_52_DIGITS digits, SRP_ELEMENT_SIZE bytes; stride 1 or LANES
 *   in      any bytes
 *   out     below 2^3072 < 2 N, digits below 2^52
 *   CT      values
 */
void radix52_from_bytes(srp_digit *digits, size_t stride, const uint8_t *bytes);

/*
 * bytes = the number of digits[i * stride].
 *   sizes   SRP_ELEMENT_SIZE bytes, SRP_52_DIGITS digits; stride 1 or LANES
 *   in      below N, digits below 2^52
 *   out     below N
 *   CT      values
 */
void radix52_to_bytes(uint8_t *bytes, const srp_digit *digits, size_t stride);

/*
 * bytes = row mod N.
 *   sizes   SRP_ELEMENT_SIZE bytes, SRP_52_ROW digits
 *   in      below 2 N, digits below 2^52
 *   out     below N
 *   CT      values
 */
void radix52_row_to_bytes(uint8_t *bytes, const srp_digit *row);

/*
 * Bits [position, position + width) of a number of big-endian bytes, 0 past its end.
 *   sizes   `length` bytes
 *   in      position mod 8 + width at most 16
 *   out     below 2^width
 *   CT      values
 */
srp_index radix52_window(const uint8_t *bytes, size_t length, size_t position, unsigned width);

#endif
#endif
