/*
 * Four numbers of 64 bits side by side ("lanes"), and the few operations on them that kernel avx2
 * is written in. They are AVX2 and FMA instructions, or, with SRP_PLAIN_LANES defined, the loops
 * over arrays of fma_lanes_plain.h. With those, valgrind and the sanitizers can run the very same
 * kernel.
 *
 *   sums       four integers: digits of 52 bits, and sums of products of digits
 *   factors    four doubles: digits that are to be multiplied, whole numbers below 2^52
 *   words      eight integers of 32 bits: halves of digits while they are selected
 *
 * Products of doubles in two exact halves are from Emmart, Zheng and Weems, "Faster modular
 * exponentiation using double precision floating point arithmetic on the GPU", ARITH 2018. Let h be
 * a b div 2^52. Rounded towards zero, 2^104 + a b is 2^104 + h 2^52, as doubles of that size count
 * in units of 2^52. Then 2^52 - h 2^52 + a b is 2^52 + (a b mod 2^52), exactly. The bit patterns of
 * these two doubles are h and a b mod 2^52, under an exponent that never changes. Columns add the
 * patterns up as integers. A sum then has all the halves, and for each half the exponent: a bias of
 * FMA_LOW_BIAS or FMA_HIGH_BIAS. All biases are known beforehand, so a column begins with minus
 * their sum, modulo 2^64.
 *
 * No operand and no result is ever subnormal, infinite or not a number. Only with such values may
 * the time of an addition or a multiplication of doubles depend on the value.
 *
 * Functions that use lanes stand between FMA_BEGIN and FMA_END. These switch the instruction set on
 * for such functions alone, because the rest of the library must run on every CPU. If the compiler
 * has no such instructions, SRP_HAVE_FMA_LANES is not defined, and the kernel is left out. The same
 * holds with -ffast-math, which changes the order of additions.
 *
 * Sums, factors and words are as hidden as the digits of secret.h: no operator takes one.
 * CT: all of it. No operation branches on a value or uses a value as an address.
 */
#ifndef SRP_FMA_LANES_H
#define SRP_FMA_LANES_H

#include "secret.h"
#include "x86_64.h"

#define FMA_LANES 4
#define FMA_WORDS 8

#define FMA_LOW_BIAS (UINT64_C(0x433) << 52)  /* the exponent of 2^52, where doubles have it */
#define FMA_HIGH_BIAS (UINT64_C(0x467) << 52) /* the exponent of 2^104 */

#if defined(SRP_PLAIN_LANES)
#define SRP_HAVE_FMA_LANES 1
#include "kernels/fma_lanes_plain.h"
#elif SRP_X86_64 && !defined(__FAST_MATH__)
#define SRP_HAVE_FMA_LANES 1
#include <immintrin.h>

#define FMA_BEGIN SRP_TARGET_BEGIN("avx2,fma")
#define FMA_END SRP_TARGET_END

#define FMA_INLINE static inline __attribute__((always_inline))

/* Unrolls the next loop, of at most 8 turns, so that its columns stay in registers. */
#define FMA_UNROLL SRP_PRAGMA(GCC unroll 8)

FMA_BEGIN

typedef struct {
    __m256i hidden;
} sums;

typedef struct {
    __m256d hidden;
} factors;

typedef struct {
    __m256i hidden;
} words;

/* In each lane all ones or 0. */
typedef struct {
    __m256i hidden;
} sums_mask;

typedef struct {
    __m256i hidden;
} words_mask;

FMA_INLINE sums sums_of(__m256i value) { return (sums){value}; }

FMA_INLINE factors factors_of(__m256d value) { return (factors){value}; }

FMA_INLINE words words_of(__m256i value) { return (words){value}; }

/* ---- rounding ----------------------------------------------------------------------------- */

/*
 * Rounding towards zero, and no exception trapped. The flags of all exceptions are set beforehand,
 * because on some CPUs the first exception that sets a flag takes time (Intel, "MXCSR Configuration
 * Dependent Timing").
 */
#define FMA_MXCSR 0x7FBF

/*
 * Products are right from here to fma_leave, which takes what this returns. Compilers do not know
 * that products depend on these two calls. So a function that multiplies must never be inlined into
 * the function that makes these calls.
 */
FMA_INLINE unsigned fma_enter(void) {
    unsigned before = _mm_getcsr();
    _mm_setcsr(FMA_MXCSR);
    return before;
}

FMA_INLINE void fma_leave(unsigned before) { _mm_setcsr(before); }

/* ---- sums --------------------------------------------------------------------------------- */

/* The same number in every lane: a public number, or a digit. */
FMA_INLINE sums sums_splat(uint64_t value) { return sums_of(_mm256_set1_epi64x((long long)value)); }

FMA_INLINE sums sums_splat_digit(srp_digit a) { return sums_splat(a.hidden); }

/* Four digits, or indices, one after the other, at any address. */
FMA_INLINE sums sums_load(const srp_digit *source) {
    return sums_of(_mm256_loadu_si256((const __m256i *)source));
}

FMA_INLINE sums sums_load_indices(const srp_index *source) {
    return sums_of(_mm256_loadu_si256((const __m256i *)source));
}

FMA_INLINE void sums_store(srp_digit *target, sums a) {
    _mm256_storeu_si256((__m256i *)target, a.hidden);
}

FMA_INLINE sums sums_add(sums a, sums b) { return sums_of(_mm256_add_epi64(a.hidden, b.hidden)); }

FMA_INLINE sums sums_sub(sums a, sums b) { return sums_of(_mm256_sub_epi64(a.hidden, b.hidden)); }

FMA_INLINE sums sums_and(sums a, sums b) { return sums_of(_mm256_and_si256(a.hidden, b.hidden)); }

/* a / 2^52: what a digit carries */
FMA_INLINE sums sums_carry(sums a) { return sums_of(_mm256_srli_epi64(a.hidden, 52)); }

/* 2^bits[i], or 0 if bits[i] > 63 */
FMA_INLINE sums sums_power_of_2(sums bits) {
    return sums_of(_mm256_sllv_epi64(_mm256_set1_epi64x(1), bits.hidden));
}

/* The lanes in which a == b. */
FMA_INLINE sums_mask sums_equal(sums a, sums b) {
    return (sums_mask){_mm256_cmpeq_epi64(a.hidden, b.hidden)};
}

/* yes[i] in the lanes of the mask, no[i] in the others */
FMA_INLINE sums sums_choose(sums_mask mask, sums yes, sums no) {
    return sums_of(_mm256_blendv_epi8(no.hidden, yes.hidden, mask.hidden));
}

/* ---- factors ------------------------------------------------------------------------------ */

/* Digits as factors: under the exponent of 2^52 they are 2^52 more. */
FMA_INLINE factors factors_from(sums digits) {
    const __m256i more = _mm256_or_si256(digits.hidden, sums_splat(FMA_LOW_BIAS).hidden);
    return factors_of(_mm256_sub_pd(_mm256_castsi256_pd(more), _mm256_set1_pd(0x1p52)));
}

/* Factors as digits. */
FMA_INLINE sums factors_digits(factors a) {
    const __m256d more = _mm256_add_pd(a.hidden, _mm256_set1_pd(0x1p52));
    return sums_of(_mm256_xor_si256(_mm256_castpd_si256(more), sums_splat(FMA_LOW_BIAS).hidden));
}

/* a[i] in the lanes of the mask, 0 in the others */
FMA_INLINE factors factors_keep(sums_mask mask, factors a) {
    return factors_of(_mm256_and_pd(_mm256_castsi256_pd(mask.hidden), a.hidden));
}

/* a or b, one of which is 0 in every lane */
FMA_INLINE factors factors_join(factors a, factors b) {
    return factors_of(_mm256_or_pd(a.hidden, b.hidden));
}

/* high += a b div 2^52, with the bias */
FMA_INLINE void factors_multiply_high(sums *high, factors a, factors b) {
    const __m256d h = _mm256_fmadd_pd(a.hidden, b.hidden, _mm256_set1_pd(0x1p104));
    high->hidden = _mm256_add_epi64(high->hidden, _mm256_castpd_si256(h));
}

/*
 * low += a b mod 2^52 and high += a b div 2^52, each with its bias. The empty statement makes the
 * compiler finish one product before the next. Several products at a time would leave too few of
 * the 16 registers for the columns.
 */
FMA_INLINE void factors_multiply(sums *low, sums *high, factors a, factors b) {
    const __m256d h = _mm256_fmadd_pd(a.hidden, b.hidden, _mm256_set1_pd(0x1p104));
    const __m256d rest = _mm256_sub_pd(_mm256_set1_pd(0x1p104 + 0x1p52), h);
    const __m256d l = _mm256_fmadd_pd(a.hidden, b.hidden, rest);
    high->hidden = _mm256_add_epi64(high->hidden, _mm256_castpd_si256(h));
    low->hidden = _mm256_add_epi64(low->hidden, _mm256_castpd_si256(l));
    __asm__ volatile("" : "+x"(low->hidden), "+x"(high->hidden));
}

/* ---- words -------------------------------------------------------------------------------- */

FMA_INLINE words words_zero(void) { return words_of(_mm256_setzero_si256()); }

/* Eight words one after the other, at any address. */
FMA_INLINE words words_load(const srp_word *source) {
    return words_of(_mm256_loadu_si256((const __m256i *)source));
}

/* The lanes in which a / 8 is `eighth`. */
FMA_INLINE words_mask words_in_eight(words a, uint32_t eighth) {
    const __m256i eighths = _mm256_srli_epi32(a.hidden, 3);
    return (words_mask){_mm256_cmpeq_epi32(eighths, _mm256_set1_epi32((int)eighth))};
}

/* table[index[i] mod 8] */
FMA_INLINE words words_pick(words table, words index) {
    return words_of(_mm256_permutevar8x32_epi32(table.hidden, index.hidden));
}

/* a[i] in the lanes of the mask, 0 in the others */
FMA_INLINE words words_keep(words_mask mask, words a) {
    return words_of(_mm256_and_si256(a.hidden, mask.hidden));
}

/* a or b, one of which is 0 in every lane */
FMA_INLINE words words_join(words a, words b) {
    return words_of(_mm256_or_si256(a.hidden, b.hidden));
}

/*
 * The numbers of these lower and upper halves: those of lanes 0, 1, 4, 5, or of lanes 2, 3, 6, 7.
 */
FMA_INLINE sums sums_from_words(words lower, words upper) {
    return sums_of(_mm256_unpacklo_epi32(lower.hidden, upper.hidden));
}

FMA_INLINE sums sums_from_other_words(words lower, words upper) {
    return sums_of(_mm256_unpackhi_epi32(lower.hidden, upper.hidden));
}

/* Asks for a line of memory in the outer cache. Any address is allowed. */
FMA_INLINE void fma_prefetch(const char *address) { _mm_prefetch(address, _MM_HINT_T1); }

FMA_END

#endif
#endif
