/*
 * What the files of kernel avx2 share: four numbers modulo N at a time, each in 60 digits of
 * 52 bits, R = 2^3120, as doubles (fma_lanes.h). Constants, table and bytes are those of radix52.h.
 *
 * Operands and results are below 2 N. CT: values, as in internal.h.
 */
#ifndef SRP_AVX2_H
#define SRP_AVX2_H

#include "internal.h"
#include "kernels/comb.h"
#include "kernels/fma_lanes.h"
#include "kernels/radix52.h"

#ifdef SRP_HAVE_FMA_LANES

/* Digit i of number l is lane l of element i. */
typedef struct {
    factors digit[SRP_52_DIGITS];
} avx2_number;

/* The same as integers in memory. */
typedef struct {
    _Alignas(32) srp_digit digit[SRP_52_DIGITS][FMA_LANES];
} avx2_digits;

/* ---- avx2_field.c, avx2_square.c: between fma_enter and fma_leave ---------------------------- */

/* What a multiplication needs besides its operands. Holds secrets: wipe it. */
typedef struct {
    avx2_number modulus; /* N and -N^-1 mod R, the same in every lane */
    avx2_number inverse;
    avx2_number product;
    avx2_number quotient;
} avx2_scratch;

/* Fills in the two constants. */
void avx2_start(avx2_scratch *scratch);

/*
 * Memory to prefetch while something else is computed: `step` bytes with each of the AVX2_STEPS
 * blocks of a multiplication by a known operand, because a cache does not take all of it at once.
 */
#define AVX2_STEPS 30
typedef struct {
    const char *next;
    size_t step;
} avx2_ahead;

/*
 * result = a t / R mod N, for an operand known beforehand.
 *   sizes   `result` may be `a`
 *   in      a below R, t below N, t_inverse = -t N^-1 mod R; digits below 2^52
 *   out     below 2 N, digits below 2^52
 *   CT      values
 */
void avx2_mul_fixed(avx2_number *result, const avx2_number *a, const avx2_number *t,
                    const avx2_number *t_inverse, avx2_ahead *ahead, avx2_scratch *scratch);

/*
 * result = a b / R mod N.
 *   sizes   `result` may be an operand
 *   in      a and b below 2 N, digits below 2^52
 *   out     below N (1 + 2^-46), digits below 2^52
 *   CT      values
 */
void avx2_mul(avx2_number *result, const avx2_number *a, const avx2_number *b,
              avx2_scratch *scratch);

/*
 * result = a^2 / R mod N.
 *   sizes   `result` may be `a`
 *   in      a below 2 N, digits below 2^52
 *   out     below N (1 + 2^-46), digits below 2^52
 *   CT      values
 */
void avx2_sqr(avx2_number *result, const avx2_number *a, avx2_scratch *scratch);

/*
 * result = a b mod R.
 *   sizes   `result` must not be an operand
 *   in      a and b below R, digits below 2^52
 *   out     below R, digits below 2^52
 *   CT      values
 */
void avx2_low_half(avx2_number *result, const avx2_number *a, const avx2_number *b);

/* ---- avx2_convert.c ----------------------------------------------------------------------- */

/* number = a row of radix52.h in every lane */
void avx2_splat(avx2_number *number, const srp_digit *row);

/*
 * Between doubles and digits in memory.
 *   in      digits below 2^52
 *   CT      values
 */
void avx2_from_digits(avx2_number *number, const avx2_digits *digits);
void avx2_to_digits(avx2_digits *digits, const avx2_number *number);

/*
 * number = `count` elements; lanes beyond repeat the first one. `digits` is scratch.
 *   sizes   SRP_ELEMENT_SIZE bytes an element
 *   in      count at least 1; any bytes
 *   out     below 2^3072 < 2 N, digits below 2^52
 *   CT      values
 */
void avx2_from_bytes(avx2_number *number, const uint8_t *elements, size_t count,
                     avx2_digits *digits);

/*
 * out = the first `count` numbers mod N. `digits` is scratch.
 *   sizes   SRP_ELEMENT_SIZE bytes for each of FMA_LANES numbers, or of `count` if that is less
 *   in      below 2 N, digits below 2^52
 *   out     below N
 *   CT      values
 */
void avx2_to_bytes(uint8_t *out, const avx2_number *number, size_t count, avx2_digits *digits);

/* ---- avx2_pow_g.c ------------------------------------------------------------------------- */

/* How many of `count` powers of 2, the last ones, are left to a kernel for one number at a time. */
size_t avx2_singles(size_t count);

/* ---- kernel functions; internal.h says what they do ----------------------------------------- */

/* avx2_pow_g.c */
void avx2_pow_g(uint8_t *out, const uint8_t *exponents, size_t length, size_t count);

/* avx2_powmod.c */
void avx2_powmod(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                 size_t count);

/* avx2_product.c */
void avx2_product_start(srp_product *product);
void avx2_product_add(srp_product *product, const uint8_t *elements, size_t count);
void avx2_product_finish(uint8_t *out, const srp_product *product);

#endif
#endif
