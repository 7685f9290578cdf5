/*
 * Eight numbers of 64 bits side by side ("lanes"), and the few operations on them that kernel
 * avx512ifma is written in. They are AVX-512 instructions, or, with SRP_PLAIN_LANES defined, the
 * loops over arrays of lanes_plain.h. With those, valgrind and the sanitizers can run the very same
 * kernel.
 *
 * Functions that use lanes stand between LANES_BEGIN and LANES_END. These switch the instruction
 * set on for such functions alone, because the rest of the library must run on every CPU. If the
 * compiler has no such instructions, SRP_HAVE_LANES is not defined, and the kernel is left out.
 *
 * Lanes and masks of lanes are as hidden as the digits of secret.h: no operator takes one.
 * CT: all of it. No operation branches on a value or uses a value as an address.
 */
#ifndef SRP_LANES_H
#define SRP_LANES_H

#include "secret.h"
#include "x86_64.h"

#define LANES 8

#if defined(SRP_PLAIN_LANES)
#define SRP_HAVE_LANES 1
#include "kernels/lanes_plain.h"
#elif SRP_X86_64
#define SRP_HAVE_LANES 1
#include <immintrin.h>

#define LANES_BEGIN SRP_TARGET_BEGIN("avx512f,avx512ifma")
#define LANES_END SRP_TARGET_END

#define LANES_INLINE static inline __attribute__((always_inline))

LANES_BEGIN

typedef struct {
    __m512i hidden;
} lanes;

/* Bit i is lane i. */
typedef struct {
    __mmask8 hidden;
} lanes_mask;

/* A bit for each of 64 digits, eight for each of eight registers. */
typedef struct {
    uint64_t hidden;
} lanes_bits;

LANES_INLINE lanes lanes_of(__m512i value) { return (lanes){value}; }

LANES_INLINE lanes_mask lanes_mask_of(__mmask8 value) { return (lanes_mask){value}; }

/* The same number in every lane: a public number, a digit, or an index. */
LANES_INLINE lanes lanes_splat(uint64_t value) {
    return lanes_of(_mm512_set1_epi64((long long)value));
}

LANES_INLINE lanes lanes_splat_digit(srp_digit a) { return lanes_splat(a.hidden); }

LANES_INLINE lanes lanes_splat_index(srp_index a) { return lanes_splat(a.hidden); }

/* Eight digits, or indices, one after the other, at any address. */
LANES_INLINE lanes lanes_load(const srp_digit *source) {
    return lanes_of(_mm512_loadu_si512(source));
}

LANES_INLINE lanes lanes_load_indices(const srp_index *source) {
    return lanes_of(_mm512_loadu_si512(source));
}

LANES_INLINE void lanes_store(srp_digit *target, lanes a) {
    _mm512_storeu_si512(target, a.hidden);
}

LANES_INLINE lanes lanes_add(lanes a, lanes b) {
    return lanes_of(_mm512_add_epi64(a.hidden, b.hidden));
}

LANES_INLINE lanes lanes_sub(lanes a, lanes b) {
    return lanes_of(_mm512_sub_epi64(a.hidden, b.hidden));
}

LANES_INLINE lanes lanes_and(lanes a, lanes b) {
    return lanes_of(_mm512_and_si512(a.hidden, b.hidden));
}

/* a / 2^52: what a digit carries */
LANES_INLINE lanes lanes_carry(lanes a) { return lanes_of(_mm512_srli_epi64(a.hidden, 52)); }

/* 2^bits[i], or 0 if bits[i] > 63 */
LANES_INLINE lanes lanes_power_of_2(lanes bits) {
    return lanes_of(_mm512_sllv_epi64(_mm512_set1_epi64(1), bits.hidden));
}

/* sum + the low, or high, 52 bits of the product of the low 52 bits of a and b */
LANES_INLINE lanes lanes_mul_low(lanes sum, lanes a, lanes b) {
    return lanes_of(_mm512_madd52lo_epu64(sum.hidden, a.hidden, b.hidden));
}

LANES_INLINE lanes lanes_mul_high(lanes sum, lanes a, lanes b) {
    return lanes_of(_mm512_madd52hi_epu64(sum.hidden, a.hidden, b.hidden));
}

/* The lanes in which a == b, a > b, and a & b is not 0. */
LANES_INLINE lanes_mask lanes_equal(lanes a, lanes b) {
    return lanes_mask_of(_mm512_cmpeq_epi64_mask(a.hidden, b.hidden));
}

LANES_INLINE lanes_mask lanes_above(lanes a, lanes b) {
    return lanes_mask_of(_mm512_cmpgt_epu64_mask(a.hidden, b.hidden));
}

LANES_INLINE lanes_mask lanes_test(lanes a, lanes b) {
    return lanes_mask_of(_mm512_test_epi64_mask(a.hidden, b.hidden));
}

/* The mask of one lane. */
LANES_INLINE lanes_mask lanes_only(unsigned lane) { return lanes_mask_of((__mmask8)(1u << lane)); }

/* yes[i] in the lanes of the mask, no[i] in the others */
LANES_INLINE lanes lanes_choose(lanes_mask mask, lanes yes, lanes no) {
    return lanes_of(_mm512_mask_mov_epi64(no.hidden, mask.hidden, yes.hidden));
}

/* Sixteen words of 32 bits: halves of digits while they are selected. */
typedef struct {
    __m512i hidden;
} lanes_words;

/* Bit i is word i. */
typedef struct {
    __mmask16 hidden;
} lanes_words_mask;

LANES_INLINE lanes_words lanes_words_of(__m512i value) { return (lanes_words){value}; }

LANES_INLINE lanes_words lanes_words_load(const srp_word *source) {
    return lanes_words_of(_mm512_loadu_si512(source));
}

/* The words with this bit. */
LANES_INLINE lanes_words_mask lanes_words_test(lanes_words a, uint32_t bit) {
    return (lanes_words_mask){
        _mm512_test_epi32_mask(a.hidden, _mm512_set1_epi32((int)bit))};
}

/* yes[i] in the words of the mask, no[i] in the others */
LANES_INLINE lanes_words lanes_words_choose(lanes_words_mask mask, lanes_words yes,
                                            lanes_words no) {
    return lanes_words_of(_mm512_mask_mov_epi32(no.hidden, mask.hidden, yes.hidden));
}

/* table[index[i] mod 32], the table's first half in `low` */
LANES_INLINE lanes_words lanes_words_pick(lanes_words low, lanes_words high, lanes_words index) {
    return lanes_words_of(_mm512_permutex2var_epi32(low.hidden, index.hidden, high.hidden));
}

/*
 * The numbers of these lower and upper halves: words 0, 1, 4, 5, ..., 13, or 2, 3, 6, 7, ..., 15.
 */
LANES_INLINE lanes lanes_from_words(lanes_words lower, lanes_words upper) {
    return lanes_of(_mm512_unpacklo_epi32(lower.hidden, upper.hidden));
}

LANES_INLINE lanes lanes_from_other_words(lanes_words lower, lanes_words upper) {
    return lanes_of(_mm512_unpackhi_epi32(lower.hidden, upper.hidden));
}

/* The value of one lane, in every lane. */
LANES_INLINE lanes lanes_lane(lanes a, unsigned lane) {
    return lanes_of(_mm512_permutexvar_epi64(_mm512_set1_epi64(lane), a.hidden));
}

/* No bits; and `bits` with the mask of register r added. */
LANES_INLINE lanes_bits lanes_no_bits(void) { return (lanes_bits){0}; }

LANES_INLINE lanes_bits lanes_put_bits(lanes_bits bits, unsigned r, lanes_mask mask) {
    return (lanes_bits){bits.hidden | (uint64_t)mask.hidden << 8 * r};
}

LANES_INLINE lanes_mask lanes_get_bits(lanes_bits bits, unsigned r) {
    return lanes_mask_of((__mmask8)(bits.hidden >> 8 * r));
}

/*
 * The digits that get a carry of 1. A carry begins above each digit in `over`, and runs on through
 * the digits in `full`. These are the carries of an addition of two 64-bit numbers with one bit a
 * digit.
 */
LANES_INLINE lanes_bits lanes_carry_bits(lanes_bits over, lanes_bits full) {
    return (lanes_bits){(2 * over.hidden + full.hidden) ^ full.hidden};
}

/* The same address, about which the compiler now knows nothing. */
LANES_INLINE const srp_digit *lanes_address_barrier(const srp_digit *address) {
    __asm__("" : "+r"(address));
    return address;
}

/* Asks for a line of memory in the outer cache. Any address is allowed. */
LANES_INLINE void lanes_prefetch(const char *address) { _mm_prefetch(address, _MM_HINT_T1); }

/* below[7], a[0], ..., a[6] */
LANES_INLINE lanes lanes_up(lanes a, lanes below) {
    return lanes_of(_mm512_alignr_epi64(a.hidden, below.hidden, 7));
}

LANES_END

#endif

#if defined(SRP_HAVE_LANES)
/* The digits of an array of lanes: lane l of element i is digit LANES i + l. */
static inline srp_digit *lanes_digits(lanes *array) { return (srp_digit *)array; }
#endif

#endif
