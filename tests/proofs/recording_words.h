/*
 * Words of the table srp_52_table for programs that record loops (RECORD_LOOPS): not a step for
 * each choice between two entries, but in each lane which entries a word may be. Selections with other
 * steps than those of the kernels are refused.
 *
 *   loaded   entry 8 j + lane, or 16 j + lane, of a row of 128 words
 *   part     entry start + index mod size of a row
 *   kept     the entry of the index if that is in [start, start + size), else 0
 *   test     a mask of whether a bit of an index is 1, or whether index / 8 is a number
 */
#ifndef RECORDING_WORDS_H
#define RECORDING_WORDS_H

typedef enum { WORD_LOADED = 1, WORD_PART, WORD_KEPT, WORD_TEST } word_kind;

typedef struct {
    unsigned kind, start, size, row;
    uint32_t step; /* of the index; 0 for the constant */
} word_place;

RECORDED uint64_t word_packed(word_place p) {
    return (uint64_t)p.kind << 61 | (uint64_t)(p.row) << 47 | (uint64_t)p.start << 40 |
           (uint64_t)p.size << 32 | p.step;
}
RECORDED word_place word_of_lane(uint64_t packed, word_kind kind) {
    word_place p = {packed >> 61, packed >> 40 & 0x7F, packed >> 32 & 0xFF, packed >> 47 & 0x3FFF,
                    (uint32_t)packed};
    if (p.kind != kind) record_refuse("words that are selected in another way");
    return p;
}
RECORDED uint32_t word_index(uint64_t handle) {
    if (handle && handle >> 32 != 0xC0DE0000) record_refuse("an index that is no handle");
    return (uint32_t)handle;
}

/* The words of srp_52_table. */
extern const uint64_t *record_table;
extern size_t record_table_words;

/* A lane of a vector of `width` words; words of anything else are what they are. */
RECORDED uint64_t word_load(const srp_word *source, unsigned width, unsigned lane) {
    uintptr_t at = (uintptr_t)source, start = (uintptr_t)record_table;
    if (at < start || at >= start + 8 * record_table_words) return source[lane].hidden;
    size_t word = (at - start) / 8;
    if (word % width) record_refuse("a vector that begins between two");
    return word_packed((word_place){WORD_LOADED, word % 128, width, (unsigned)(word / 128), 0});
}
RECORDED uint64_t word_pick(const uint64_t *table, unsigned lane, uint64_t index) {
    word_place p = word_of_lane(table[lane], WORD_LOADED);
    return word_packed((word_place){WORD_PART, p.start, p.size, p.row, word_index(index)});
}
RECORDED uint64_t word_pick_two(const uint64_t *low, const uint64_t *high, unsigned lane,
                                uint64_t index) {
    word_place p = word_of_lane(low[lane], WORD_LOADED), q = word_of_lane(high[lane], WORD_LOADED);
    if (p.row != q.row || q.start != p.start + p.size) record_refuse("two vectors that are apart");
    return word_packed((word_place){WORD_PART, p.start, 2 * p.size, p.row, word_index(index)});
}
RECORDED uint64_t word_test(uint64_t index, unsigned number) {
    return word_packed((word_place){WORD_TEST, number, 0, 0, word_index(index)});
}
#define word_in_eight word_test
RECORDED uint64_t word_choose(uint64_t mask, uint64_t yes, uint64_t no) {
    word_place m = word_of_lane(mask, WORD_TEST), y = word_of_lane(yes, WORD_PART),
               n = word_of_lane(no, WORD_PART);
    int alike = y.row == n.row && y.step == n.step && y.step == m.step && y.size == n.size;
    if (!alike || m.start != n.size || y.start != n.start + n.size)
        record_refuse("a choice between other entries");
    n.size *= 2;
    return word_packed(n);
}
RECORDED uint64_t word_keep(uint64_t mask, uint64_t a) {
    word_place m = word_of_lane(mask, WORD_TEST), p = word_of_lane(a, WORD_PART);
    if (p.size != 8 || m.step != p.step || p.start != 8 * m.start)
        record_refuse("words are kept where others are wanted");
    p.kind = WORD_KEPT;
    return word_packed(p);
}
RECORDED uint64_t word_join(uint64_t a, uint64_t b) {
    if (!a) return b;
    word_place p = word_of_lane(a, WORD_KEPT), q = word_of_lane(b, WORD_KEPT);
    if (p.row != q.row || p.step != q.step || q.start != p.start + p.size)
        record_refuse("words that do not follow each other");
    p.size += q.size;
    return word_packed(p);
}
/* Digit `row` / 2 of the entry of an index, from both halves. */
RECORDED uint64_t word_digit(uint64_t lower, uint64_t upper) {
    word_kind kind = lower >> 61 == WORD_PART ? WORD_PART : WORD_KEPT;
    word_place p = word_of_lane(lower, kind), q = word_of_lane(upper, kind);
    if (p.size != 128 || q.size != 128 || p.start || q.start || p.step != q.step)
        record_refuse("a digit of which not every entry is there");
    if (p.row % 2 || q.row != p.row + 1) record_refuse("halves of two digits");
    uint64_t index = p.step ? UINT64_C(0xC0DE0000) << 32 | p.step : 0;
    return record_value(OP_ENTRY, 0, index, p.row / 2);
}

#endif
