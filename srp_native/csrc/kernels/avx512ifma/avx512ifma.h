/*
 * What the files of kernel avx512ifma share: numbers modulo N in 60 digits of 52 bits, in two
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
#include "kernels/radix52.h"

#ifdef SRP_HAVE_LANES

/* ---- constants, computed at build time by srp_native/csrc/tables.py -------------------------- */

/* For one number alone: N + 1 moved up by 0 to 7 digits, and the comb of comb.h. */
#define SRP_IFMA_SHIFTED 72
extern _Alignas(64) const srp_digit srp_ifma_shifted[8][SRP_IFMA_SHIFTED];
extern _Alignas(64) const srp_digit
    srp_ifma_comb[SRP_COMB_TABLES][SRP_COMB_ENTRIES][SRP_52_ROW];

LANES_BEGIN

/*
 * A digit of 2^power, for a digit that begins at bit `start` of the number.
 */
LANES_INLINE lanes ifma_power_digit(lanes power, lanes start) {
    return lanes_and(lanes_power_of_2(lanes_sub(power, start)), lanes_splat(SRP_52_MASK));
}

LANES_END

/* ---- avx512ifma_field.c: eight numbers ---------------------------------------------------- */

/* What a multiplication needs besides its operands. Holds secrets: wipe it. */
typedef struct {
    lanes modulus[SRP_52_DIGITS]; /* N and -N^-1 mod R, the same in every lane */
    lanes inverse[SRP_52_DIGITS];
    lanes product[2 * SRP_52_DIGITS];
    lanes quotient[SRP_52_DIGITS];
} ifma_scratch;

/* Fills in the two constants, N and -N^-1 mod R. */
void ifma_start(ifma_scratch *scratch);

/* Memory to prefetch while something else is computed: `size` bytes. */
typedef struct {
    const char *next;
    size_t size;
} ifma_ahead;

/*
 * result = a t / R mod N, for an operand known beforehand.
 *   sizes   SRP_52_DIGITS lanes each; `result` may be `a`
 *   in      a below R, t below N, t_inverse = -t N^-1 mod R; digits below 2^52
 *   out     below 2 N, digits below 2^52
 *   CT      values
 */
void ifma_mul_fixed(lanes *result, const lanes *a, const lanes *t, const lanes *t_inverse,
                    ifma_ahead ahead, ifma_scratch *scratch);

/*
 * result = a b / R mod N.
 *   sizes   SRP_52_DIGITS lanes each; `result` may be an operand
 *   in      a and b below 2 N, digits below 2^52
 *   out     below N (1 + 2^-46), digits below 2^52
 *   CT      values
 */
void ifma_mul(lanes *result, const lanes *a, const lanes *b, ifma_scratch *scratch);

/*
 * result = a^2 / R mod N.
 *   sizes   SRP_52_DIGITS lanes each; `result` may be `a`
 *   in      a below 2 N, digits below 2^52
 *   out     below N (1 + 2^-46), digits below 2^52
 *   CT      values
 */
void ifma_sqr(lanes *result, const lanes *a, ifma_scratch *scratch);

/*
 * result = a mod N.
 *   sizes   SRP_52_DIGITS lanes each; `result` must not be `a`
 *   in      a below 2 N, digits below 2^52
 *   out     below N, digits below 2^52
 *   CT      values
 */
void ifma_reduce(lanes *result, const lanes *a);

/* ---- avx512ifma_row.c: one number --------------------------------------------------------- */

/*
 * result = a b / R mod N.
 *   sizes   SRP_52_ROW digits each; `result` may be an operand
 *   in      a and b below 2 N, digits below 2^52, the last four 0
 *   out     below 2 N, digits below 2^52, the last four 0
 *   CT      values
 */
void ifma_row_mul(srp_digit *result, const srp_digit *a, const srp_digit *b);

/*
 * The same, and factor = table[index], reading every entry, which takes hardly any time beside the
 * multiplication.
 *   sizes   SRP_COMB_ENTRIES entries of SRP_52_ROW digits; `factor` may be `b`
 *   in      as ifma_row_mul; index below SRP_COMB_ENTRIES
 *   out     factor as the entry
 *   CT      values and index
 */
void ifma_row_mul_and_select(srp_digit *result, const srp_digit *a, const srp_digit *b,
                             srp_digit *factor, const srp_digit *table, srp_index index);

/*
 * factor = table[index]; reads every entry.
 *   sizes   `entries` entries of SRP_52_ROW digits
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

/* ---- avx512ifma_pow_g.c ------------------------------------------------------------------- */

/* How many of `count` powers of 2, the last ones, are done one after the other. */
size_t ifma_singles(size_t count);

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
