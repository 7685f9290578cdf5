/* The operations of fma_lanes.h in plain C; it says what each of them does. */
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
    uint64_t lane[FMA_LANES];
} sums;

/* Whole numbers, which is what the doubles are. */
typedef struct {
    uint64_t lane[FMA_LANES];
} factors;

typedef struct {
    uint32_t lane[FMA_WORDS];
} words;

#define FMA_EACH(type, lanes, expression)                                        \
    type result;                                                                 \
    for (unsigned i = 0; i < (lanes); i++) result.lane[i] = (expression);        \
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

FMA_INLINE sums sums_load(const uint64_t *source) { FMA_SUMS(source[i]); }

FMA_INLINE void sums_store(uint64_t *target, sums a) {
    for (unsigned i = 0; i < FMA_LANES; i++) target[i] = a.lane[i];
}

FMA_INLINE sums sums_add(sums a, sums b) { FMA_SUMS(a.lane[i] + b.lane[i]); }

FMA_INLINE sums sums_sub(sums a, sums b) { FMA_SUMS(a.lane[i] - b.lane[i]); }

FMA_INLINE sums sums_and(sums a, sums b) { FMA_SUMS(a.lane[i] & b.lane[i]); }

FMA_INLINE sums sums_carry(sums a) { FMA_SUMS(a.lane[i] >> 52); }

FMA_INLINE sums sums_power_of_2(sums bits) {
    FMA_SUMS((fma_equal(bits.lane[i] >> 6, 0) & 1) << (bits.lane[i] & 63));
}

FMA_INLINE sums sums_equal(sums a, sums b) { FMA_SUMS(fma_equal(a.lane[i], b.lane[i])); }

FMA_INLINE sums sums_choose(sums mask, sums yes, sums no) {
    FMA_SUMS(no.lane[i] ^ ((no.lane[i] ^ yes.lane[i]) & mask.lane[i]));
}

FMA_INLINE factors factors_from(sums digits) { FMA_FACTORS(digits.lane[i]); }

FMA_INLINE sums factors_digits(factors a) { FMA_SUMS(a.lane[i]); }

FMA_INLINE factors factors_where(sums mask, factors a) { FMA_FACTORS(a.lane[i] & mask.lane[i]); }

FMA_INLINE factors factors_join(factors a, factors b) { FMA_FACTORS(a.lane[i] | b.lane[i]); }

FMA_INLINE srp_wide fma_product(factors a, factors b, unsigned i) {
    return wide_mul_add(wide_from(0), a.lane[i], b.lane[i]);
}

FMA_INLINE void factors_multiply_high(sums *high, factors a, factors b) {
    for (unsigned i = 0; i < FMA_LANES; i++)
        high->lane[i] += FMA_HIGH_BIAS + wide_low(wide_shift_right(fma_product(a, b, i), 52));
}

FMA_INLINE void factors_multiply(sums *low, sums *high, factors a, factors b) {
    for (unsigned i = 0; i < FMA_LANES; i++)
        low->lane[i] += FMA_LOW_BIAS + (wide_low(fma_product(a, b, i)) & FMA_LOW_52);
    factors_multiply_high(high, a, b);
}

FMA_INLINE words words_splat(uint32_t value) { FMA_EACH_WORD(value); }

FMA_INLINE words words_load(const uint32_t *source) { FMA_EACH_WORD(source[i]); }

FMA_INLINE void words_store(uint32_t *target, words a) {
    for (unsigned i = 0; i < FMA_WORDS; i++) target[i] = a.lane[i];
}

FMA_INLINE words words_and(words a, words b) { FMA_EACH_WORD(a.lane[i] & b.lane[i]); }

FMA_INLINE words words_or(words a, words b) { FMA_EACH_WORD(a.lane[i] | b.lane[i]); }

FMA_INLINE words words_eighth(words a) { FMA_EACH_WORD(a.lane[i] >> 3); }

FMA_INLINE words words_equal(words a, words b) {
    FMA_EACH_WORD((uint32_t)(fma_equal(a.lane[i], b.lane[i]) & UINT32_MAX));
}

/* Reads all eight. */
FMA_INLINE words words_pick(words table, words index) {
    words result = words_splat(0);
    for (uint32_t entry = 0; entry < FMA_WORDS; entry++) {
        words eighth = words_and(index, words_splat(FMA_WORDS - 1));
        words wanted = words_equal(eighth, words_splat(entry));
        result = words_or(result, words_and(words_splat(table.lane[entry]), wanted));
    }
    return result;
}

FMA_INLINE sums words_numbers(words lower, words upper) {
    FMA_SUMS((uint64_t)upper.lane[i + (i & 2)] << 32 | lower.lane[i + (i & 2)]);
}

FMA_INLINE sums words_other_numbers(words lower, words upper) {
    FMA_SUMS((uint64_t)upper.lane[i + (i & 2) + 2] << 32 | lower.lane[i + (i & 2) + 2]);
}

FMA_INLINE void fma_prefetch(const char *address) { (void)address; }

#undef FMA_EACH
#undef FMA_SUMS
#undef FMA_FACTORS
#undef FMA_EACH_WORD

#endif
