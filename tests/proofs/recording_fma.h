/*
 * The operations of fma_lanes.h, which append to the trace of recording.h. A factor is the digit that it
 * was made of, and OP_FACTOR says that it was: a proof has to show that it was below 2^52. The biases
 * of products are additions of their own. Products outside fma_enter and fma_leave are refused.
 */
#ifndef RECORDING_FMA_H
#define RECORDING_FMA_H

/* fma_lanes.h is there for its constants, and the operations are not those of fma_lanes_plain.h. */
#define SRP_PLAIN_LANES
#define SRP_FMA_LANES_PLAIN_H
#include "kernels/fma_lanes.h"

#define FMA_BEGIN
#define FMA_END
#define FMA_UNROLL
#define FMA_INLINE RECORDED

typedef struct { uint64_t hidden[FMA_LANES]; } sums;
typedef struct { uint64_t hidden[FMA_LANES]; } factors;
typedef struct { uint64_t hidden[FMA_LANES]; } sums_mask;
typedef struct { uint64_t hidden[FMA_WORDS]; } words;
typedef struct { uint64_t hidden[FMA_WORDS]; } words_mask;

#define FMA_EACH(type, lanes, expression)                                        \
    type result;                                                                 \
    for (unsigned i = 0; i < (lanes); i++) result.hidden[i] = (expression);      \
    return result
#define FMA_SUMS(expression) FMA_EACH(sums, FMA_LANES, expression)
#define FMA_BINARY(type, name, op) \
    RECORDED type name(sums a, sums b) { FMA_EACH(type, FMA_LANES, record(op, 0, a.hidden[i], b.hidden[i], 0)); }

RECORDED unsigned fma_enter(void) { return record_rounding(1); }
RECORDED void fma_leave(unsigned before) { record_rounding(before); }

RECORDED sums sums_splat(uint64_t value) { FMA_SUMS(record_constant(value)); }
RECORDED sums sums_splat_digit(srp_digit a) { FMA_SUMS(a.hidden); }
RECORDED sums sums_load(const srp_digit *source) { FMA_SUMS(source[i].hidden); }
RECORDED sums sums_load_indices(const srp_index *source) { FMA_SUMS(source[i].hidden); }
RECORDED void sums_store(srp_digit *target, sums a) {
    for (unsigned i = 0; i < FMA_LANES; i++) target[i].hidden = a.hidden[i];
}
FMA_BINARY(sums, sums_add, OP_ADD)
FMA_BINARY(sums, sums_sub, OP_SUB)
FMA_BINARY(sums, sums_and, OP_AND)
FMA_BINARY(sums_mask, sums_equal, OP_EQUAL)
RECORDED sums sums_carry(sums a) { FMA_SUMS(record(OP_DOWN, 52, a.hidden[i], 0, 0)); }
RECORDED sums sums_power_of_2(sums a) { FMA_SUMS(record(OP_POWER, 0, a.hidden[i], 0, 0)); }
RECORDED sums sums_choose(sums_mask mask, sums yes, sums no) {
    FMA_SUMS(record(OP_CHOOSE, 0, mask.hidden[i], yes.hidden[i], no.hidden[i]));
}

RECORDED uint64_t record_factor(uint64_t digit) {
    record(OP_FACTOR, 0, digit, 0, 0);
    return digit;
}
RECORDED factors factors_from(sums a) { FMA_EACH(factors, FMA_LANES, record_factor(a.hidden[i])); }
RECORDED sums factors_digits(factors a) { FMA_SUMS(record_factor(a.hidden[i])); }
RECORDED factors factors_keep(sums_mask mask, factors a) {
    FMA_EACH(factors, FMA_LANES, record(OP_CHOOSE, 0, mask.hidden[i], a.hidden[i], 0));
}
RECORDED factors factors_join(factors a, factors b) {
    FMA_EACH(factors, FMA_LANES, record(OP_OR, 0, a.hidden[i], b.hidden[i], 0));
}
RECORDED void record_half(record_op op, uint64_t bias, sums *sum, factors a, factors b) {
    unsigned rounding = record_rounding(0);
    record_rounding(rounding);
    if (!rounding) record_refuse("a product outside fma_enter and fma_leave");
    for (unsigned i = 0; i < FMA_LANES; i++) {
        uint64_t half = record(op, 0, sum->hidden[i], a.hidden[i], b.hidden[i]);
        sum->hidden[i] = record(OP_ADD, 0, half, record_constant(bias), 0);
    }
}
RECORDED void factors_multiply_high(sums *high, factors a, factors b) {
    record_half(OP_MUL_HIGH, FMA_HIGH_BIAS, high, a, b);
}
RECORDED void factors_multiply(sums *low, sums *high, factors a, factors b) {
    record_half(OP_MUL_LOW, FMA_LOW_BIAS, low, a, b);
    factors_multiply_high(high, a, b);
}

#define FMA_EACH_WORD(expression) FMA_EACH(words, FMA_WORDS, expression)

RECORDED words words_zero(void) { FMA_EACH_WORD(0); }
RECORDED words words_load(const srp_word *source) {
    FMA_EACH_WORD(word_load(source, FMA_WORDS, i));
}
RECORDED words_mask words_in_eight(words a, uint32_t eighth) {
    FMA_EACH(words_mask, FMA_WORDS, word_in_eight(a.hidden[i], eighth));
}
RECORDED words words_pick(words table, words index) {
    FMA_EACH_WORD(word_pick(table.hidden, i, index.hidden[i]));
}
RECORDED words words_keep(words_mask mask, words a) {
    FMA_EACH_WORD(word_keep(mask.hidden[i], a.hidden[i]));
}
RECORDED words words_join(words a, words b) {
    FMA_EACH_WORD(word_join(a.hidden[i], b.hidden[i]));
}
RECORDED sums sums_from_words(words lower, words upper) {
    FMA_SUMS(word_digit(lower.hidden[i + (i & 2)], upper.hidden[i + (i & 2)]));
}
RECORDED sums sums_from_other_words(words lower, words upper) {
    FMA_SUMS(word_digit(lower.hidden[i + (i & 2) + 2], upper.hidden[i + (i & 2) + 2]));
}
RECORDED void fma_prefetch(const char *address) { (void)address; }

#endif
