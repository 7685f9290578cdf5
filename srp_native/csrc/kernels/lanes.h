/*
 * Eight numbers of 64 bits side by side, and the few operations on them that the avx512ifma kernel
 * is written in: as AVX-512 instructions, or, with SRP_PLAIN_LANES defined, as the loops over
 * arrays of lanes_plain.h, so that valgrind and the sanitizers can run the very same kernel.
 *
 * Functions that use lanes stand between LANES_BEGIN and LANES_END, which switch the instruction
 * set on for them alone: the rest of the library must run on every CPU. Where the compiler has no
 * such instructions SRP_HAVE_LANES is not defined and the kernel is left out.
 *
 * CT: all of it. No operation branches on a value or uses one as an address.
 */
#ifndef SRP_LANES_H
#define SRP_LANES_H

#include <stddef.h>
#include <stdint.h>

#define LANES 8

#if defined(SRP_PLAIN_LANES)
#define SRP_HAVE_LANES 1
#include "kernels/lanes_plain.h"
#elif defined(__x86_64__) && (defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 7))
#define SRP_HAVE_LANES 1
#include <immintrin.h>

#define LANES_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define LANES_BEGIN                                                                  \
    LANES_PRAGMA(clang attribute push(__attribute__((target("avx512f,avx512ifma"))), \
                                      apply_to = function))
#define LANES_END LANES_PRAGMA(clang attribute pop)
#else
#define LANES_BEGIN LANES_PRAGMA(GCC push_options) LANES_PRAGMA(GCC target("avx512f,avx512ifma"))
#define LANES_END LANES_PRAGMA(GCC pop_options)
#endif

#define LANES_INLINE static inline __attribute__((always_inline))

LANES_BEGIN

typedef __m512i lanes;
typedef __mmask8 lanes_mask; /* bit i is lane i */

/* The same number in every lane. */
LANES_INLINE lanes lanes_splat(uint64_t value) { return _mm512_set1_epi64((long long)value); }

/* Eight numbers in a row, at any address. */
LANES_INLINE lanes lanes_load(const uint64_t *source) { return _mm512_loadu_si512(source); }

LANES_INLINE void lanes_store(uint64_t *target, lanes a) { _mm512_storeu_si512(target, a); }

LANES_INLINE lanes lanes_add(lanes a, lanes b) { return _mm512_add_epi64(a, b); }

LANES_INLINE lanes lanes_sub(lanes a, lanes b) { return _mm512_sub_epi64(a, b); }

LANES_INLINE lanes lanes_and(lanes a, lanes b) { return _mm512_and_si512(a, b); }

/* a / 2^52: what a digit carries */
LANES_INLINE lanes lanes_carry(lanes a) { return _mm512_srli_epi64(a, 52); }

/* 2^bits[i], 0 where bits[i] > 63 */
LANES_INLINE lanes lanes_power_of_2(lanes bits) {
    return _mm512_sllv_epi64(_mm512_set1_epi64(1), bits);
}

/* sum + the low, or high, 52 bits of the product of the low 52 bits of a and b */
LANES_INLINE lanes lanes_mul_low(lanes sum, lanes a, lanes b) {
    return _mm512_madd52lo_epu64(sum, a, b);
}

LANES_INLINE lanes lanes_mul_high(lanes sum, lanes a, lanes b) {
    return _mm512_madd52hi_epu64(sum, a, b);
}

/* The lanes in which a == b, a > b, and a & b is not 0. */
LANES_INLINE lanes_mask lanes_equal(lanes a, lanes b) { return _mm512_cmpeq_epi64_mask(a, b); }

LANES_INLINE lanes_mask lanes_above(lanes a, lanes b) { return _mm512_cmpgt_epu64_mask(a, b); }

LANES_INLINE lanes_mask lanes_test(lanes a, lanes b) { return _mm512_test_epi64_mask(a, b); }

/* yes[i] in the lanes of the mask, no[i] in the others */
LANES_INLINE lanes lanes_choose(lanes_mask mask, lanes yes, lanes no) {
    return _mm512_mask_mov_epi64(no, mask, yes);
}

/* Sixteen words of 32 bits: halves of digits while they are selected. */
typedef __m512i lanes_words;
typedef __mmask16 lanes_words_mask;

LANES_INLINE lanes_words lanes_words_load(const uint32_t *source) {
    return _mm512_loadu_si512(source);
}

/* The words with this bit. */
LANES_INLINE lanes_words_mask lanes_words_test(lanes_words a, uint32_t bit) {
    return _mm512_test_epi32_mask(a, _mm512_set1_epi32((int)bit));
}

/* yes[i] in the words of the mask, no[i] in the others */
LANES_INLINE lanes_words lanes_words_choose(lanes_words_mask mask, lanes_words yes,
                                            lanes_words no) {
    return _mm512_mask_mov_epi32(no, mask, yes);
}

/* table[index[i] mod 32], the table's first half in `low` */
LANES_INLINE lanes_words lanes_words_pick(lanes_words low, lanes_words high, lanes_words index) {
    return _mm512_permutex2var_epi32(low, index, high);
}

/* The numbers of these lower and upper halves: words 0, 1, 4, 5, ..., 13, or 2, 3, 6, 7, ..., 15. */
LANES_INLINE lanes lanes_from_words(lanes_words lower, lanes_words upper) {
    return _mm512_unpacklo_epi32(lower, upper);
}

LANES_INLINE lanes lanes_from_other_words(lanes_words lower, lanes_words upper) {
    return _mm512_unpackhi_epi32(lower, upper);
}

/* One lane in every lane. */
LANES_INLINE lanes lanes_lane(lanes a, unsigned lane) {
    return _mm512_permutexvar_epi64(_mm512_set1_epi64(lane), a);
}

/* An address that the compiler knows nothing about. */
LANES_INLINE const uint64_t *lanes_hidden(const uint64_t *address) {
    __asm__("" : "+r"(address));
    return address;
}

/* Have a line of memory brought to the outer cache. Any address will do. */
LANES_INLINE void lanes_prefetch(const char *address) { _mm_prefetch(address, _MM_HINT_T1); }

/* below[7], a[0], ..., a[6] */
LANES_INLINE lanes lanes_up(lanes a, lanes below) { return _mm512_alignr_epi64(a, below, 7); }

LANES_END

#endif
#endif
