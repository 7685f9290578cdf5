/*
 * Prints what every operation of lanes.h gives for edges and random numbers: compiled with and without
 * SRP_PLAIN_LANES the same is to be printed. Exit code 77 where the CPU has no such instructions.
 */
#include <stdio.h>

#include "kernels/lanes.h"

LANES_BEGIN

#define ROUNDS 4000

static uint64_t state = 88172645463325252u;

static uint64_t next_number(void) {
    static const uint64_t edges[] = {0, 1, 2, 15, 16, 51, 52, 63, 64, (UINT64_C(1) << 52) - 1,
                                     UINT64_C(1) << 52, (UINT64_C(1) << 63) - 1, UINT64_C(1) << 63,
                                     UINT64_MAX - 1, UINT64_MAX};
    state ^= state << 13, state ^= state >> 7, state ^= state << 17; /* Marsaglia's xorshift */
    return state % 3 ? edges[state / 3 % (sizeof edges / sizeof *edges)] : state;
}

static lanes next_lanes(void) {
    srp_digit digits[LANES];
    for (int i = 0; i < LANES; i++) digits[i] = digit_of(next_number());
    return lanes_load(digits);
}

static void print(const char *name, lanes a) {
    srp_digit digits[LANES];
    uint8_t bytes[8 * LANES];
    lanes_store(digits, a);
    printf("%s ", name);
    for (int i = 0; i < LANES; i++) digit_store(bytes + 8 * i, digits[i]);
    for (int i = 0; i < 8 * LANES; i++) printf("%02x", bytes[i]);
    printf("\n");
}

static void print_mask(const char *name, lanes_mask mask) {
    print(name, lanes_choose(mask, lanes_splat(1), lanes_splat(0)));
}

static void arithmetic(lanes a, lanes b, lanes c) {
    print("add", lanes_add(a, b));
    print("sub", lanes_sub(a, b));
    print("and", lanes_and(a, b));
    print("carry", lanes_carry(a));
    print("power", lanes_power_of_2(a));
    print("mul_low", lanes_mul_low(c, a, b));
    print("mul_high", lanes_mul_high(c, a, b));
}

static void masks(lanes a, lanes b, lanes c) {
    const lanes_mask equal = lanes_equal(a, b), above = lanes_above(a, b), test = lanes_test(a, b);
    print_mask("equal", equal);
    print_mask("above", above);
    print_mask("test", test);
    print("choose", lanes_choose(above, a, c));
    lanes_bits over = lanes_no_bits(), full = lanes_no_bits();
    for (unsigned r = 0; r < 8; r++) {
        const lanes n = next_lanes(), limit = lanes_splat((UINT64_C(1) << 52) - 1);
        over = lanes_put_bits(over, r, lanes_above(n, limit));
        full = lanes_put_bits(full, r, lanes_equal(n, limit));
    }
    const lanes_bits carries = lanes_carry_bits(over, full);
    for (unsigned r = 0; r < 8; r++) print_mask("carries", lanes_get_bits(carries, r));
}

static lanes_words next_words(void) {
    srp_word numbers[2 * LANES];
    for (int i = 0; i < 2 * LANES; i++) numbers[i] = index_word(index_of(next_number()));
    return lanes_words_load(numbers);
}

static void words(void) {
    const lanes_words low = next_words(), high = next_words(), index = next_words();
    const lanes_words picked = lanes_words_pick(low, high, index);
    print("pick", lanes_from_words(picked, low));
    print("other", lanes_from_other_words(picked, high));
    const lanes_words chosen = lanes_words_choose(lanes_words_test(index, 32), low, high);
    print("chosen", lanes_from_words(chosen, chosen));
    print("chosen", lanes_from_other_words(chosen, chosen));
}

static void places(lanes a, lanes b, lanes c) {
    words();
    print("up", lanes_up(a, b));
    for (unsigned lane = 0; lane < LANES; lane++) {
        print("lane", lanes_lane(a, lane));
        print_mask("only", lanes_only(lane));
    }
    print("splat", lanes_splat(next_number()));
    print("splat_digit", lanes_splat_digit(digit_of(next_number())));
    print("splat_index", lanes_splat_index(index_of(next_number())));
    srp_index indices[LANES];
    for (int i = 0; i < LANES; i++) indices[i] = index_of(next_number());
    print("indices", lanes_load_indices(indices));
}

static void run(void) {
    for (int i = 0; i < ROUNDS; i++) {
        const lanes a = next_lanes(), b = next_lanes(), c = next_lanes();
        arithmetic(a, i % 7 ? b : a, c);
        masks(a, i % 7 ? b : a, c);
        places(a, b, c);
    }
}

LANES_END

int main(void) {
#if !defined(SRP_PLAIN_LANES)
    if (!__builtin_cpu_supports("avx512ifma") || !__builtin_cpu_supports("avx512f")) return 77;
#endif
    run();
    return 0;
}
