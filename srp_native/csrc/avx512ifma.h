/*
 * The avx512ifma kernel's files among themselves. Numbers modulo N in 60 digits of 52 bits, in two
 * shapes:
 *
 *   eight at a time   lanes[60]: digit i of number l is lane l of element i     ("lanes")
 *   one alone         uint64_t[64]: digit after digit, the last four of them 0  ("row")
 *
 * R = 2^3120. Operands and results are below 2 N, every digit below 2^52. CT: values, as in
 * internal.h.
 */
#ifndef SRP_AVX512IFMA_H
#define SRP_AVX512IFMA_H

#include "internal.h"
#include "lanes.h"

#define SRP_IFMA_DIGIT_BITS 52
#define SRP_IFMA_DIGITS 60
#define SRP_IFMA_ROW 64

/*
 * Windows of the exponent above the SRP_FREE_BITS: 11 + 41 * 6 = 257 bits. docs/kernels.md has the
 * measurements behind the width.
 */
#define SRP_IFMA_WINDOW 6
#define SRP_IFMA_WINDOWS 41
#define SRP_IFMA_ENTRIES (1 << SRP_IFMA_WINDOW)

#ifdef SRP_HAVE_LANES

/* ---- constants, computed at build time by srp_native/csrc/tables.py ---------------------------- */

extern const uint64_t srp_ifma_modulus[SRP_IFMA_ROW];        /* N */
extern const uint64_t srp_ifma_modulus_plus_1[SRP_IFMA_ROW]; /* N + 1; digit 0 is 0 */
extern const uint64_t srp_ifma_inverse[SRP_IFMA_ROW];        /* -N^-1 mod R */
extern const uint64_t srp_ifma_one[SRP_IFMA_ROW];            /* R mod N */
extern const uint64_t srp_ifma_r2[SRP_IFMA_ROW];             /* R^2 mod N */

/*
 * Entry e of window w is T = R 2^(e 2^(11 + 6 w)) mod N: digits 0 to 59, and after them those of
 * -T N^-1 mod R. All entries of a digit lie side by side, to be selected from in registers.
 */
extern _Alignas(64) const uint64_t
    srp_ifma_table[SRP_IFMA_WINDOWS][2 * SRP_IFMA_DIGITS][SRP_IFMA_ENTRIES];

#define IFMA_DIGIT_MASK ((UINT64_C(1) << SRP_IFMA_DIGIT_BITS) - 1)

/* ---- avx512ifma_bytes.c ------------------------------------------------------------------- */

/* digits[i * stride], i < 60 = the number of SRP_ELEMENT_SIZE bytes. CT: values. */
void ifma_from_bytes(uint64_t *digits, size_t stride, const uint8_t *bytes);

/* The bytes of digits[i * stride], a number below 2 N, reduced to [0, N). CT: values. */
void ifma_to_bytes(uint8_t *bytes, const uint64_t *digits, size_t stride);

/*
 * Bits [position, position + width) of a number of `length` big-endian bytes, 0 past its end;
 * position mod 8 + width is at most 16. CT: values.
 */
uint64_t ifma_window(const uint8_t *bytes, size_t length, size_t position, unsigned width);

/* ---- avx512ifma_field.c: eight numbers ---------------------------------------------------- */

/* What a multiplication needs besides its operands. Holds secrets: wipe it. */
typedef struct {
    lanes modulus[SRP_IFMA_DIGITS]; /* N and -N^-1 mod R, the same in every lane */
    lanes inverse[SRP_IFMA_DIGITS];
    lanes product[2 * SRP_IFMA_DIGITS];
    lanes quotient[SRP_IFMA_DIGITS];
} ifma_scratch;

/* Fills in the two constants. */
void ifma_start(ifma_scratch *scratch);

/*
 * result = a t / R for an operand known beforehand: t_inverse = -t N^-1 mod R. `a` may be any
 * number below R. `result` may be `a`. CT: values.
 */
void ifma_mul_fixed(lanes *result, const lanes *a, const lanes *t, const lanes *t_inverse,
                    ifma_scratch *scratch);

/* result = a b / R. `result` may be an operand. CT: values. */
void ifma_mul(lanes *result, const lanes *a, const lanes *b, ifma_scratch *scratch);

/* result = a^2 / R. `result` may be `a`. CT: values. */
void ifma_sqr(lanes *result, const lanes *a, ifma_scratch *scratch);

/* ---- avx512ifma_row.c: one number --------------------------------------------------------- */

/* result = a b / R. `result` may be an operand. CT: values. */
void ifma_row_mul(uint64_t *result, const uint64_t *a, const uint64_t *b);

/* ---- kernel functions; internal.h says what they do ----------------------------------------- */

/* avx512ifma_pow_g.c */
void avx512ifma_pow_g(uint8_t *out, const uint8_t *exponents, size_t length, size_t count);

/* avx512ifma_powmod.c */
void avx512ifma_powmod(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                       size_t count);

#endif
#endif
