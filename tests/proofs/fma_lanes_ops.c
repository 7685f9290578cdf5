/*
 * lanes_ops.c for fma_lanes.h: prints what every operation gives for edges and random numbers, digits
 * of 52 bits where they become doubles. Exit code 77 where the CPU has no such instructions.
 */
#include <stdio.h>

#include "kernels/fma_lanes.h"

FMA_BEGIN

#define ROUNDS 4000

static uint64_t state = 88172645463325252u;

static uint64_t next_number(void) {
    static const uint64_t edges[] = {0, 1, 2, 7, 8, 51, 52, 63, 64, UINT64_C(1) << 26,
                                     (UINT64_C(1) << 52) - 2, (UINT64_C(1) << 52) - 1,
                                     UINT64_C(1) << 52, (UINT64_C(1) << 63) - 1, UINT64_MAX};
    state ^= state << 13, state ^= state >> 7, state ^= state << 17; /* Marsaglia's xorshift */
    return state % 3 ? edges[state / 3 % (sizeof edges / sizeof *edges)] : state;
}

static sums next_sums(void) {
    srp_digit digits[FMA_LANES];
    for (int i = 0; i < FMA_LANES; i++) digits[i] = digit_of(next_number());
    return sums_load(digits);
}

static factors next_factors(void) {
    return factors_from(sums_and(next_sums(), sums_splat((UINT64_C(1) << 52) - 1)));
}

static void print(const char *name, sums a) {
    srp_digit digits[FMA_LANES];
    uint8_t bytes[8 * FMA_LANES];
    sums_store(digits, a);
    printf("%s ", name);
    for (int i = 0; i < FMA_LANES; i++) digit_store(bytes + 8 * i, digits[i]);
    for (int i = 0; i < 8 * FMA_LANES; i++) printf("%02x", bytes[i]);
    printf("\n");
}

static void integers(sums a, sums b) {
    print("add", sums_add(a, b));
    print("sub", sums_sub(a, b));
    print("and", sums_and(a, b));
    print("carry", sums_carry(a));
    print("power", sums_power_of_2(a));
    print("choose", sums_choose(sums_equal(a, b), sums_splat(1), a));
    print("splat", sums_splat(next_number()));
    print("splat_digit", sums_splat_digit(digit_of(next_number())));
    srp_index indices[FMA_LANES];
    for (int i = 0; i < FMA_LANES; i++) indices[i] = index_of(next_number());
    print("indices", sums_load_indices(indices));
}

static __attribute__((noinline)) void doubles(sums low, sums high, sums_mask some) {
    const factors a = next_factors(), b = next_factors();
    sums alone = high;
    print("digits", factors_digits(a));
    factors_multiply(&low, &high, a, b);
    print("low", low);
    print("high", high);
    factors_multiply_high(&alone, a, b);
    print("alone", alone);
    print("keep", factors_digits(factors_keep(some, a)));
    const sums_mask none = sums_equal(sums_splat(0), sums_splat(1));
    print("join", factors_digits(factors_join(factors_keep(none, a), b)));
}

static words next_words(void) {
    srp_word numbers[FMA_WORDS];
    for (int i = 0; i < FMA_WORDS; i++) numbers[i] = index_word(index_of(next_number()));
    return words_load(numbers);
}

static void print_words(const char *name, words a) {
    print(name, sums_from_words(a, words_zero()));
    print(name, sums_from_other_words(words_zero(), a));
}

static void halves(void) {
    const words table = next_words(), index = next_words();
    print_words("pick", words_pick(table, index));
    for (uint32_t eighth = 0; eighth < 10; eighth++)
        print_words("eighth", words_keep(words_in_eight(index, eighth), table));
    print_words("join", words_join(words_zero(), table));
    print("halves", sums_from_words(table, index));
    print("others", sums_from_other_words(table, index));
}

static __attribute__((noinline)) void run(void) {
    for (int i = 0; i < ROUNDS; i++) {
        const sums a = next_sums(), b = next_sums();
        integers(a, i % 7 ? b : a);
        doubles(a, b, sums_equal(a, i % 3 ? b : a));
        halves();
    }
}

static void run_entered(void) {
    const unsigned before = fma_enter();
    run();
    fma_leave(before);
}

FMA_END

int main(void) {
#if !defined(SRP_PLAIN_LANES)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 77;
#endif
    run_entered();
    return 0;
}
