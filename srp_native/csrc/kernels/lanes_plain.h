/* The operations of lanes.h in plain C. lanes.h says what each of them does. */
#ifndef SRP_LANES_PLAIN_H
#define SRP_LANES_PLAIN_H

#include "kernels/wide.h"

#define LANES_BEGIN
#define LANES_END

/* Not inline: the kernel unrolls thousands of these calls, and inlining them takes minutes. */
#if defined(__GNUC__)
#define LANES_INLINE static __attribute__((noinline, unused))
#else
#define LANES_INLINE static
#endif

typedef struct {
    uint64_t hidden[LANES];
} lanes;

typedef struct {
    uint8_t hidden;
} lanes_mask;

typedef struct {
    uint64_t hidden;
} lanes_bits;

#define LANES_EACH(expression)                                             \
    lanes result;                                                          \
    for (unsigned i = 0; i < LANES; i++) result.hidden[i] = (expression);  \
    return result

#define LANES_MASK(expression)                                                             \
    unsigned result = 0;                                                                   \
    for (unsigned i = 0; i < LANES; i++) result |= (unsigned)((expression) & 1) << i;      \
    return (lanes_mask){(uint8_t)result}

#define LANES_LOW_52 ((UINT64_C(1) << 52) - 1)

LANES_INLINE lanes lanes_splat(uint64_t value) { LANES_EACH(value); }

LANES_INLINE lanes lanes_splat_digit(srp_digit a) { LANES_EACH(a.hidden); }

LANES_INLINE lanes lanes_splat_index(srp_index a) { LANES_EACH(a.hidden); }

LANES_INLINE lanes lanes_load(const srp_digit *source) { LANES_EACH(source[i].hidden); }

LANES_INLINE lanes lanes_load_indices(const srp_index *source) { LANES_EACH(source[i].hidden); }

LANES_INLINE void lanes_store(srp_digit *target, lanes a) {
    for (unsigned i = 0; i < LANES; i++) target[i].hidden = a.hidden[i];
}

LANES_INLINE lanes lanes_add(lanes a, lanes b) { LANES_EACH(a.hidden[i] + b.hidden[i]); }

LANES_INLINE lanes lanes_sub(lanes a, lanes b) { LANES_EACH(a.hidden[i] - b.hidden[i]); }

LANES_INLINE lanes lanes_and(lanes a, lanes b) { LANES_EACH(a.hidden[i] & b.hidden[i]); }

LANES_INLINE lanes lanes_carry(lanes a) { LANES_EACH(a.hidden[i] >> 52); }

/* 1 when a < b */
LANES_INLINE uint64_t lanes_less(uint64_t a, uint64_t b) {
    return ((~a & b) | ((~a | b) & (a - b))) >> 63;
}

LANES_INLINE lanes lanes_power_of_2(lanes bits) {
    LANES_EACH(lanes_less(bits.hidden[i], 64) << (bits.hidden[i] & 63));
}

LANES_INLINE srp_wide lanes_product(uint64_t a, uint64_t b) {
    return wide_mul_add(wide_zero(), digit_of(a & LANES_LOW_52), digit_of(b & LANES_LOW_52));
}

LANES_INLINE lanes lanes_mul_low(lanes sum, lanes a, lanes b) {
    LANES_EACH(sum.hidden[i] +
               (wide_low(lanes_product(a.hidden[i], b.hidden[i])).hidden & LANES_LOW_52));
}

LANES_INLINE lanes lanes_mul_high(lanes sum, lanes a, lanes b) {
    LANES_EACH(sum.hidden[i] +
               wide_low(wide_down(lanes_product(a.hidden[i], b.hidden[i]), 52)).hidden);
}

LANES_INLINE lanes_mask lanes_equal(lanes a, lanes b) {
    LANES_MASK(1 ^ lanes_less(0, a.hidden[i] ^ b.hidden[i]));
}

LANES_INLINE lanes_mask lanes_above(lanes a, lanes b) {
    LANES_MASK(lanes_less(b.hidden[i], a.hidden[i]));
}

LANES_INLINE lanes_mask lanes_test(lanes a, lanes b) {
    LANES_MASK(lanes_less(0, a.hidden[i] & b.hidden[i]));
}

LANES_INLINE lanes_mask lanes_only(unsigned lane) { return (lanes_mask){(uint8_t)(1u << lane)}; }

LANES_INLINE lanes lanes_choose(lanes_mask mask, lanes yes, lanes no) {
    LANES_EACH(no.hidden[i] ^
               ((no.hidden[i] ^ yes.hidden[i]) & (0 - (uint64_t)(mask.hidden >> i & 1))));
}

typedef struct {
    uint32_t hidden[2 * LANES];
} lanes_words;

typedef struct {
    uint16_t hidden;
} lanes_words_mask;

#define LANES_EACH_WORD(expression)                                             \
    lanes_words result;                                                         \
    for (unsigned i = 0; i < 2 * LANES; i++) result.hidden[i] = (expression);     \
    return result

LANES_INLINE lanes_words lanes_words_load(const srp_word *source) {
    LANES_EACH_WORD(source[i].hidden);
}

LANES_INLINE lanes_words_mask lanes_words_test(lanes_words a, uint32_t bit) {
    unsigned result = 0;
    for (unsigned i = 0; i < 2 * LANES; i++)
        result |= (unsigned)lanes_less(0, a.hidden[i] & bit) << i;
    return (lanes_words_mask){(uint16_t)result};
}

LANES_INLINE lanes_words lanes_words_choose(lanes_words_mask mask, lanes_words yes,
                                            lanes_words no) {
    LANES_EACH_WORD(no.hidden[i] ^ ((no.hidden[i] ^ yes.hidden[i]) &
                                    (0 - (uint32_t)(mask.hidden >> i & 1))));
}

/* Reads all 32 entries. */
LANES_INLINE lanes_words lanes_words_pick(lanes_words low, lanes_words high, lanes_words index) {
    lanes_words result = {{0}};
    for (uint32_t entry = 0; entry < 4 * LANES; entry++) {
        uint32_t value = (entry < 2 * LANES ? low : high).hidden[entry % (2 * LANES)];
        for (unsigned i = 0; i < 2 * LANES; i++)
            result.hidden[i] |=
                value & (uint32_t)(lanes_less(0, (index.hidden[i] & 31) ^ entry) - 1);
    }
    return result;
}

/* Lane i is word i / 2 * 2 + i of both; in the second function, the word two further on. */
LANES_INLINE lanes lanes_from_words(lanes_words lower, lanes_words upper) {
    LANES_EACH((uint64_t)upper.hidden[i / 2 * 2 + i] << 32 | lower.hidden[i / 2 * 2 + i]);
}

LANES_INLINE lanes lanes_from_other_words(lanes_words lower, lanes_words upper) {
    LANES_EACH((uint64_t)upper.hidden[i / 2 * 2 + i + 2] << 32 | lower.hidden[i / 2 * 2 + i + 2]);
}

LANES_INLINE lanes lanes_lane(lanes a, unsigned lane) { LANES_EACH(a.hidden[lane]); }

LANES_INLINE lanes_bits lanes_no_bits(void) { return (lanes_bits){0}; }

LANES_INLINE lanes_bits lanes_put_bits(lanes_bits bits, unsigned r, lanes_mask mask) {
    return (lanes_bits){bits.hidden | (uint64_t)mask.hidden << 8 * r};
}

LANES_INLINE lanes_mask lanes_get_bits(lanes_bits bits, unsigned r) {
    return (lanes_mask){(uint8_t)(bits.hidden >> 8 * r & 0xFF)};
}

LANES_INLINE lanes_bits lanes_carry_bits(lanes_bits over, lanes_bits full) {
    return (lanes_bits){(2 * over.hidden + full.hidden) ^ full.hidden};
}

LANES_INLINE const srp_digit *lanes_address_barrier(const srp_digit *address) { return address; }

LANES_INLINE void lanes_prefetch(const char *address) { (void)address; }

LANES_INLINE lanes lanes_up(lanes a, lanes below) {
    LANES_EACH(i ? a.hidden[i - 1] : below.hidden[7]);
}

#undef LANES_EACH
#undef LANES_EACH_WORD
#undef LANES_MASK

#endif
