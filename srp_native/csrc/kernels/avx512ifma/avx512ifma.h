/*
 * The avx512ifma kernel's files among themselves. Numbers modulo N in 60 digits of 52 bits, in two
 * shapes:
 *
 *   eight at a time   lanes[60]: digit i of number l is lane l of element i     ("lanes")
 *   one alone         srp_digit[64]: digit after digit, the last four of them 0  ("row")
 *
 * R = 2^3120. Operands and results are below 2 N, every digit below 2^52. CT: values, as in
 * internal.h.
 */
#ifndef SRP_AVX512IFMA_H
#define SRP_AVX512IFMA_H

#include "internal.h"
#include "kernels/comb.h"
#include "kernels/lanes.h"

#define SRP_IFMA_DIGIT_BITS 52
#define SRP_IFMA_DIGITS 60
#define SRP_IFMA_ROW 64

/*
 * Windows of the exponent above the SRP_FREE_BITS: 11 + 35 * 7 = 256 bits. docs/kernels.md has the
 * measurements behind the width.
 */
#define SRP_IFMA_WINDOW 7
#define SRP_IFMA_WINDOWS 35
#define SRP_IFMA_ENTRIES (1 << SRP_IFMA_WINDOW)

#ifdef SRP_HAVE_LANES

/* ---- constants, computed at build time by srp_native/csrc/tables.py ---------------------------- */

extern const srp_digit srp_ifma_modulus[SRP_IFMA_ROW];        /* N */
extern const srp_digit srp_ifma_inverse[SRP_IFMA_ROW];        /* -N^-1 mod R */
extern const srp_digit srp_ifma_one[SRP_IFMA_ROW];            /* R mod N */
extern const srp_digit srp_ifma_r2[SRP_IFMA_ROW];             /* R^2 mod N */

/*
 * Entry e of window w is T = R 2^(e 2^(11 + 7 w)) mod N: digits 0 to 59, and after them those of
 * -T N^-1 mod R. All entries of a digit lie side by side, to be selected from in registers.
 */
extern _Alignas(64) const srp_digit
    srp_ifma_table[SRP_IFMA_WINDOWS][2 * SRP_IFMA_DIGITS][SRP_IFMA_ENTRIES];

/* For one number alone: N + 1 moved up by 0 to 7 digits, and the comb of comb.h. */
#define SRP_IFMA_SHIFTED 72
extern _Alignas(64) const srp_digit srp_ifma_shifted[8][SRP_IFMA_SHIFTED];
extern _Alignas(64) const srp_digit
    srp_ifma_comb[SRP_COMB_TABLES][SRP_COMB_ENTRIES][SRP_IFMA_ROW];

#define IFMA_DIGIT_MASK ((UINT64_C(1) << SRP_IFMA_DIGIT_BITS) - 1)

LANES_BEGIN

/*
 * A digit of 2^power, for digits that begin at bit `start`: that bit of it which falls into the
 * digit.
 */
LANES_INLINE lanes ifma_power_digit(lanes power, lanes start) {
    return lanes_and(lanes_power_of_2(lanes_sub(power, start)), lanes_splat(IFMA_DIGIT_MASK));
}

LANES_END

/* ---- avx512ifma_bytes.c ------------------------------------------------------------------- */

/*
 * digits[i * stride], i < SRP_IFMA_DIGITS, = the number that `bytes` are.
 *   sizes   SRP_IFMA_DIGITS digits, SRP_ELEMENT_SIZE bytes; stride 1 or LANES
 *   in      any bytes
 *   out     below 2^3072 < 2 N, digits below 2^52
 *   CT      values
 */
void ifma_from_bytes(srp_digit *digits, size_t stride, const uint8_t *bytes);

/*
 * bytes = the number of digits[i * stride].
 *   sizes   SRP_ELEMENT_SIZE bytes, SRP_IFMA_DIGITS digits; stride 1 or LANES
 *   in      below N, digits below 2^52
 *   out     below N
 *   CT      values
 */
void ifma_to_bytes(uint8_t *bytes, const srp_digit *digits, size_t stride);

/*
 * bytes = row mod N.
 *   sizes   SRP_ELEMENT_SIZE bytes, SRP_IFMA_ROW digits
 *   in      below 2 N, digits below 2^52
 *   out     below N
 *   CT      values
 */
void ifma_row_to_bytes(uint8_t *bytes, const srp_digit *row);

/*
 * Bits [position, position + width) of a number of big-endian bytes, 0 past its end.
 *   sizes   `length` bytes
 *   in      position mod 8 + width at most 16
 *   out     below 2^width
 *   CT      values
 */
srp_index ifma_window(const uint8_t *bytes, size_t length, size_t position, unsigned width);

/* ---- avx512ifma_field.c: eight numbers ---------------------------------------------------- */

/* What a multiplication needs besides its operands. Holds secrets: wipe it. */
typedef struct {
    lanes modulus[SRP_IFMA_DIGITS]; /* N and -N^-1 mod R, the same in every lane */
    lanes inverse[SRP_IFMA_DIGITS];
    lanes product[2 * SRP_IFMA_DIGITS];
    lanes quotient[SRP_IFMA_DIGITS];
} ifma_scratch;

/* Fills in the two constants, N and -N^-1 mod R. */
void ifma_start(ifma_scratch *scratch);

/* Memory that is to be on its way to the caches while something else is computed. */
typedef struct {
    const char *next;
    size_t size;
} ifma_ahead;

/*
 * result = a t / R mod N, for an operand known beforehand.
 *   sizes   SRP_IFMA_DIGITS lanes each; `result` may be `a`
 *   in      a below R, t below N, t_inverse = -t N^-1 mod R; digits below 2^52
 *   out     below 2 N, digits below 2^52
 *   CT      values
 */
void ifma_mul_fixed(lanes *result, const lanes *a, const lanes *t, const lanes *t_inverse,
                    ifma_ahead ahead, ifma_scratch *scratch);

/*
 * result = a b / R mod N.
 *   sizes   SRP_IFMA_DIGITS lanes each; `result` may be an operand
 *   in      a and b below 2 N, digits below 2^52
 *   out     below N (1 + 2^-46), digits below 2^52
 *   CT      values
 */
void ifma_mul(lanes *result, const lanes *a, const lanes *b, ifma_scratch *scratch);

/*
 * result = a^2 / R mod N.
 *   sizes   SRP_IFMA_DIGITS lanes each; `result` may be `a`
 *   in      a below 2 N, digits below 2^52
 *   out     below N (1 + 2^-46), digits below 2^52
 *   CT      values
 */
void ifma_sqr(lanes *result, const lanes *a, ifma_scratch *scratch);

/*
 * result = a mod N.
 *   sizes   SRP_IFMA_DIGITS lanes each; `result` must not be `a`
 *   in      a below 2 N, digits below 2^52
 *   out     below N, digits below 2^52
 *   CT      values
 */
void ifma_reduce(lanes *result, const lanes *a);

/* ---- avx512ifma_row.c: one number --------------------------------------------------------- */

/*
 * result = a b / R mod N.
 *   sizes   SRP_IFMA_ROW digits each; `result` may be an operand
 *   in      a and b below 2 N, digits below 2^52, the last four 0
 *   out     below 2 N, digits below 2^52, the last four 0
 *   CT      values
 */
void ifma_row_mul(srp_digit *result, const srp_digit *a, const srp_digit *b);

/*
 * The same, and on the side factor = table[index], reading every entry: next to nothing there.
 *   sizes   SRP_COMB_ENTRIES entries of SRP_IFMA_ROW digits; `factor` may be `b`
 *   in      as ifma_row_mul; index below SRP_COMB_ENTRIES
 *   out     factor as the entry
 *   CT      values and index
 */
void ifma_row_mul_and_select(srp_digit *result, const srp_digit *a, const srp_digit *b,
                             srp_digit *factor, const srp_digit *table, srp_index index);

/*
 * factor = table[index]; reads every entry.
 *   sizes   `entries` entries of SRP_IFMA_ROW digits
 *   in      index below `entries`
 *   out     as the entry
 *   CT      values and index
 */
void ifma_row_select(srp_digit *factor, const srp_digit *table, size_t entries, srp_index index);

/* ---- avx512ifma_comb.c -------------------------------------------------------------------- */

/*
 * out = 2^exponent mod N, for one number. Leaves the stack dirty.
 *   sizes   SRP_ELEMENT_SIZE bytes; `length` up to 32
 *   in      any exponent
 *   out     below N
 *   CT      values
 */
void ifma_comb(uint8_t *out, const uint8_t *exponent, size_t length);

/* ---- kernel functions; internal.h says what they do ----------------------------------------- */

/* avx512ifma_pow_g.c */
void avx512ifma_pow_g(uint8_t *out, const uint8_t *exponents, size_t length, size_t count);

/* avx512ifma_powmod.c */
void avx512ifma_powmod(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                       size_t count);

/* avx512ifma_product.c */
void avx512ifma_product_start(srp_product *product);
void avx512ifma_product_add(srp_product *product, const uint8_t *elements, size_t count);
void avx512ifma_product_finish(uint8_t *out, const srp_product *product);

#endif
#endif
