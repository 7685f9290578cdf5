/*
 * The avx2 kernel's files among themselves: four numbers modulo N at a time, each in 60 digits of 52
 * bits, R = 2^3120, as doubles (fma_lanes.h). Those are the digits of kernel avx512ifma, whose
 * constants, table and bytes this kernel uses.
 *
 * Operands and results are below 2 N. CT: values, as in internal.h.
 */
#ifndef SRP_AVX2_H
#define SRP_AVX2_H

#include "internal.h"
#include "kernels/avx512ifma/avx512ifma.h"
#include "kernels/fma_lanes.h"

#ifdef SRP_HAVE_FMA_LANES

#define AVX2_DIGITS SRP_IFMA_DIGITS

/* Digit i of number l is lane l of element i. */
typedef struct {
    factors digit[AVX2_DIGITS];
} avx2_number;

/* The same as integers in memory. */
typedef struct {
    _Alignas(32) srp_digit digit[AVX2_DIGITS][FMA_LANES];
} avx2_digits;

/* ---- avx2_field.c, avx2_square.c: between fma_enter and fma_leave ----------------------------- */

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
 * Memory that is to be on its way to the caches while something else is computed: a step, in bytes, for each of
 * the AVX2_STEPS blocks of a multiplication by a known operand. A cache does not take it all at once.
 */
#define AVX2_STEPS 30
typedef struct {
    const char *next;
    size_t step;
} avx2_ahead;

/*
 * result = a t / R for an operand known beforehand: t_inverse = -t N^-1 mod R. `a` may be any
 * number below R. `result` may be `a`. CT: values.
 */
void avx2_mul_fixed(avx2_number *result, const avx2_number *a, const avx2_number *t,
                    const avx2_number *t_inverse, avx2_ahead *ahead, avx2_scratch *scratch);

/* result = a b / R. `result` may be an operand. CT: values. */
void avx2_mul(avx2_number *result, const avx2_number *a, const avx2_number *b,
              avx2_scratch *scratch);

/* result = a^2 / R. `result` may be `a`. CT: values. */
void avx2_sqr(avx2_number *result, const avx2_number *a, avx2_scratch *scratch);

/* result = a b mod R. Not in place. CT: values. */
void avx2_low_half(avx2_number *result, const avx2_number *a, const avx2_number *b);

/* ---- avx2_convert.c ----------------------------------------------------------------------- */

/* The same row of kernel avx512ifma in every lane. */
void avx2_splat(avx2_number *number, const srp_digit *row);

/* CT: values. */
void avx2_from_digits(avx2_number *number, const avx2_digits *digits);
void avx2_to_digits(avx2_digits *digits, const avx2_number *number);

/*
 * `count` elements of SRP_ELEMENT_SIZE bytes; lanes beyond repeat the first one. `digits` is what
 * it needs besides. CT: values.
 */
void avx2_from_bytes(avx2_number *number, const uint8_t *elements, size_t count,
                     avx2_digits *digits);

/* The bytes of the first `count` numbers, reduced to [0, N). CT: values. */
void avx2_to_bytes(uint8_t *out, const avx2_number *number, size_t count, avx2_digits *digits);

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
