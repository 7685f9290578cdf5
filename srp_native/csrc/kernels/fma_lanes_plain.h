/* The operations of fma_lanes.h in plain C. fma_lanes.h says what each of them does. */
#ifndef SRP_FMA_LANES_PLAIN_H
#define SRP_FMA_LANES_PLAIN_H

#include "kernels/wide.h"

#define FMA_BEGIN
#define FMA_END
#define FMA_UNROLL

#if defined(__GNUC__)
#define FMA_INLINE static __attribute__((noinline, unused))
#else
#define FMA_INLINE static
#endif

typedef struct {
    uint64_t hidden[FMA_LANES];
} sums;

/* The doubles of fma_lanes.h are whole numbers: here they are integers. */
typedef struct {
    uint64_t hidden[FMA_LANES];
} factors;

typedef struct {
    uint32_t hidden[FMA_WORDS];
} words;

typedef struct {
    uint64_t hidden[FMA_LANES];
} sums_mask;

typedef struct {
    uint32_t hidden[FMA_WORDS];
} words_mask;

#define FMA_EACH(type, lanes, expression)                                        \
    type result;                                                                 \
    for (unsigned i = 0; i < (lanes); i++) result.hidden[i] = (expression);      \
    return result
#define FMA_SUMS(expression) FMA_EACH(sums, FMA_LANES, expression)
#define FMA_FACTORS(expression) FMA_EACH(factors, FMA_LANES, expression)
#define FMA_EACH_WORD(expression) FMA_EACH(words, FMA_WORDS, expression)

#define FMA_LOW_52 ((UINT64_C(1) << 52) - 1)

FMA_INLINE unsigned fma_enter(void) { return 0; }

FMA_INLINE void fma_leave(unsigned before) { (void)before; }

/* All ones when a == b, else 0; without a branch, for valgrind to see none. */
FMA_INLINE uint64_t fma_equal(uint64_t a, uint64_t b) {
    uint64_t difference = a ^ b;
    return ((difference | (0 - difference)) >> 63) - 1;
}

FMA_INLINE sums sums_splat(uint64_t value) { FMA_SUMS(value); }

FMA_INLINE sums sums_splat_digit(srp_digit a) { FMA_SUMS(a.hidden); }

FMA_INLINE sums sums_load(const srp_digit *source) { FMA_SUMS(source[i].hidden); }

FMA_INLINE sums sums_load_indices(const srp_index *source) { FMA_SUMS(source[i].hidden); }

FMA_INLINE void sums_store(srp_digit *target, sums a) {
    for (unsigned i = 0; i < FMA_LANES; i++) target[i].hidden = a.hidden[i];
}

FMA_INLINE sums sums_add(sums a, sums b) { FMA_SUMS(a.hidden[i] + b.hidden[i]); }

FMA_INLINE sums sums_sub(sums a, sums b) { FMA_SUMS(a.hidden[i] - b.hidden[i]); }

FMA_INLINE sums sums_and(sums a, sums b) { FMA_SUMS(a.hidden[i] & b.hidden[i]); }

FMA_INLINE sums sums_carry(sums a) { FMA_SUMS(a.hidden[i] >> 52); }

FMA_INLINE sums sums_power_of_2(sums bits) {
    FMA_SUMS((fma_equal(bits.hidden[i] >> 6, 0) & 1) << (bits.hidden[i] & 63));
}

FMA_INLINE sums_mask sums_equal(sums a, sums b) {
    FMA_EACH(sums_mask, FMA_LANES, fma_equal(a.hidden[i], b.hidden[i]));
}

FMA_INLINE sums sums_choose(sums_mask mask, sums yes, sums no) {
    FMA_SUMS(no.hidden[i] ^ ((no.hidden[i] ^ yes.hidden[i]) & mask.hidden[i]));
}

FMA_INLINE factors factors_from(sums digits) { FMA_FACTORS(digits.hidden[i]); }

FMA_INLINE sums factors_digits(factors a) { FMA_SUMS(a.hidden[i]); }

FMA_INLINE factors factors_keep(sums_mask mask, factors a) {
    FMA_FACTORS(a.hidden[i] & mask.hidden[i]);
}

FMA_INLINE factors factors_join(factors a, factors b) { FMA_FACTORS(a.hidden[i] | b.hidden[i]); }

FMA_INLINE srp_wide fma_product(factors a, factors b, unsigned i) {
    return wide_mul_add(wide_zero(), digit_of(a.hidden[i]), digit_of(b.hidden[i]));
}

FMA_INLINE void factors_multiply_high(sums *high, factors a, factors b) {
    for (unsigned i = 0; i < FMA_LANES; i++)
        high->hidden[i] +=
            FMA_HIGH_BIAS + wide_low(wide_down(fma_product(a, b, i), 52)).hidden;
}

FMA_INLINE void factors_multiply(sums *low, sums *high, factors a, factors b) {
    for (unsigned i = 0; i < FMA_LANES; i++)
        low->hidden[i] += FMA_LOW_BIAS + (wide_low(fma_product(a, b, i)).hidden & FMA_LOW_52);
    factors_multiply_high(high, a, b);
}

FMA_INLINE words words_zero(void) { FMA_EACH_WORD(0); }

FMA_INLINE words words_load(const srp_word *source) { FMA_EACH_WORD(source[i].hidden); }

FMA_INLINE words_mask words_in_eight(words a, uint32_t eighth) {
    FMA_EACH(words_mask, FMA_WORDS, (uint32_t)(fma_equal(a.hidden[i] >> 3, eighth) & UINT32_MAX));
}

/* Reads all eight. */
FMA_INLINE words words_pick(words table, words index) {
    words result = words_zero();
    for (unsigned entry = 0; entry < FMA_WORDS; entry++)
        for (unsigned i = 0; i < FMA_WORDS; i++)
            result.hidden[i] |= table.hidden[entry] &
                                (uint32_t)(fma_equal(index.hidden[i] & 7, entry) & UINT32_MAX);
    return result;
}

FMA_INLINE words words_keep(words_mask mask, words a) {
    FMA_EACH_WORD(a.hidden[i] & mask.hidden[i]);
}

FMA_INLINE words words_join(words a, words b) { FMA_EACH_WORD(a.hidden[i] | b.hidden[i]); }

FMA_INLINE sums sums_from_words(words lower, words upper) {
    FMA_SUMS((uint64_t)upper.hidden[i + (i & 2)] << 32 | lower.hidden[i + (i & 2)]);
}

FMA_INLINE sums sums_from_other_words(words lower, words upper) {
    FMA_SUMS((uint64_t)upper.hidden[i + (i & 2) + 2] << 32 | lower.hidden[i + (i & 2) + 2]);
}

FMA_INLINE void fma_prefetch(const char *address) { (void)address; }

#undef FMA_EACH
#undef FMA_SUMS
#undef FMA_FACTORS
#undef FMA_EACH_WORD

#endif
