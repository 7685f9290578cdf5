/*
 * One number alone: its digits side by side in eight registers, 8 r + l in lane l of register r.
 *
 * Operand scanning, one digit of b at a time (Gueron and Krasnov, "Software implementation of
 * modular exponentiation, using advanced vector instructions architectures", WAIFI 2012; "almost
 * Montgomery", with no subtraction at the end). Digit 0 of N is 2^52 - 1, so the quotient digit q
 * is the low digit of the sum itself. To add q N, this digit is subtracted and q (N + 1) is added,
 * whose digit 0 is 0:
 *
 *     sum = (sum + a b[i] + q N) / 2^52
 *
 * The sum is not moved down a lane in each step. It stays in its nine registers, and a and N + 1
 * are moved up instead, by one more lane in each step: moving nine registers would take cycles that
 * the products need. Every eight steps the sum goes down by a whole register. There are 60 steps,
 * so the first one has position 4 of 8, and the result begins in lane 0 of a register.
 *
 * The high half of a product belongs one column further up. So the high halves of step i are added
 * in step i + 1, where a and N + 1 have moved to that column. The next q depends on the lowest
 * register, so this register gets as few additions as possible; `early` collects its others.
 *
 * In each step a lane gets four halves of products below 2^52, and once a carry. After 60 steps the
 * lane has left the sum, so it stays below 241 * 2^52 < 2^60. The result is below
 * (4 N^2 + R N) / R < 2 N.
 */
#include "kernels/avx512ifma/avx512ifma.h"

#ifdef SRP_HAVE_LANES

LANES_BEGIN

#define EACH_REGISTER(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)

/* Register r of a and of N + 1, moved up by t lanes. */
#define A(t, r) lanes_load(a_at + LANES * (1 + (r)) - (t))
#define N(t, r) lanes_load(n_at + SRP_IFMA_SHIFTED * (t) + LANES * (r))

#define ADD_PRODUCTS(t, r)                                    \
    do {                                                      \
        const lanes a_##r = A(t, r), n_##r = N(t, r);         \
        sum##r = lanes_mul_low(sum##r, a_##r, x);             \
        sum##r = lanes_mul_high(sum##r, a_##r, x_before);     \
        sum##r = lanes_mul_low(sum##r, n_##r, q);             \
        sum##r = lanes_mul_high(sum##r, n_##r, q_before);     \
    } while (0)

/* One digit of b at position t of eight, whose carry goes to the lane above. */
#define STEP(t, HIGHEST, CARRY)                               \
    do {                                                      \
        const lanes x = lanes_splat_digit(*b++);                    \
        const lanes a_0 = A(t, 0), n_0 = N(t, 0);             \
        early = lanes_mul_high(early, a_0, x_before);         \
        early = lanes_mul_high(early, n_0, q_before);         \
        sum0 = lanes_mul_low(sum0, a_0, x);                   \
        sum0 = lanes_add(sum0, early);                        \
        const lanes q = lanes_lane(sum0, t);                  \
        sum0 = lanes_mul_low(sum0, n_0, q);                   \
        CARRY(t);                                             \
        ADD_PRODUCTS(t, 1);                                   \
        ADD_PRODUCTS(t, 2);                                   \
        ADD_PRODUCTS(t, 3);                                   \
        ADD_PRODUCTS(t, 4);                                   \
        ADD_PRODUCTS(t, 5);                                   \
        ADD_PRODUCTS(t, 6);                                   \
        ADD_PRODUCTS(t, 7);                                   \
        HIGHEST(t);                                           \
        x_before = x;                                         \
        q_before = q;                                         \
        if (entries) TAKE_ENTRY;                              \
    } while (0)

/* Digit 59, lane 3 of register 7, comes as far as register 8 when it moves up by 5 and more. */
#define NO_PRODUCTS(t) (void)0
#define HIGHEST_PRODUCTS(t) ADD_PRODUCTS(t, 8)

#define CARRY_IN_REGISTER(t) early = lanes_choose(lanes_only((t) + 1), lanes_carry(q), zero)
#define CARRY_TO_NEXT(t) sum1 = lanes_add(sum1, lanes_choose(lanes_only(0), lanes_carry(q), zero))

#define STEPS_4_TO_7                                  \
    STEP(4, NO_PRODUCTS, CARRY_IN_REGISTER);          \
    STEP(5, HIGHEST_PRODUCTS, CARRY_IN_REGISTER);     \
    STEP(6, HIGHEST_PRODUCTS, CARRY_IN_REGISTER);     \
    STEP(7, HIGHEST_PRODUCTS, CARRY_TO_NEXT)

#define NEXT_REGISTERS                                \
    sum0 = sum1; sum1 = sum2; sum2 = sum3;            \
    sum3 = sum4; sum4 = sum5; sum5 = sum6;            \
    sum6 = sum7; sum7 = sum8; sum8 = early = zero

#define ADD_LAST_HIGH_PRODUCTS(r)                             \
    sum##r = lanes_mul_high(sum##r, A(0, r), x_before);       \
    sum##r = lanes_mul_high(sum##r, N(0, r), q_before);

/* First every digit gives its carry to the next: a digit is then at most 2^52 - 1 + 2^8. */
#define SPLIT(r)                                \
    const lanes carry##r = lanes_carry(sum##r); \
    sum##r = lanes_and(sum##r, mask);

#define CARRY_UP(r, below) sum##r = lanes_add(sum##r, lanes_up(carry##r, below));

/*
 * What is left are carries of 1, out of digits above 2^52 - 1 and through digits equal to it:
 * the carries of an addition of two 64-bit numbers with one bit a digit.
 */
#define COLLECT(r)                                                  \
    over = lanes_put_bits(over, r, lanes_above(sum##r, mask));      \
    full = lanes_put_bits(full, r, lanes_equal(sum##r, mask));

#define FINISH(r)                                                                            \
    sum##r = lanes_add(sum##r, lanes_choose(lanes_get_bits(carries, r), one, zero));     \
    lanes_store(result + 8 * r, lanes_and(sum##r, mask));

/* Reads the next row of a table, and keeps it if it is the wanted one. */
#define TAKE_REGISTER(r) taken##r = lanes_choose(chosen, lanes_load(entries + LANES * r), taken##r);
#define TAKE_ENTRY                                             \
    do {                                                       \
        const lanes_mask chosen = lanes_equal(entry, index);   \
        EACH_REGISTER(TAKE_REGISTER)                           \
        entry = lanes_add(entry, one);                         \
        entries += SRP_52_ROW;                               \
    } while (0)
#define TAKE_FROM(r) lanes taken##r = lanes_splat(0);
#define PUT_TAKEN(r) lanes_store(factor + LANES * r, taken##r);

/* `entries` NULL, or the table whose entry `wanted_entry` becomes `factor` meanwhile. */
LANES_INLINE void multiply(srp_digit *result, const srp_digit *a, const srp_digit *b,
                           srp_digit *factor, const srp_digit *entries, srp_index wanted_entry) {
    const lanes zero = lanes_splat(0), one = lanes_splat(1), mask = lanes_splat(SRP_52_MASK);
    const lanes index = lanes_splat_index(wanted_entry);
    lanes entry = zero, early = zero, x_before = zero, q_before = zero;
    lanes sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero, sum4 = zero, sum5 = zero;
    lanes sum6 = zero, sum7 = zero, sum8 = zero;
    EACH_REGISTER(TAKE_FROM)
    /* A register of zeros below a, and one above. */
    _Alignas(64) srp_digit padded[SRP_52_ROW + 2 * LANES];
    lanes_store(padded, zero);
    for (size_t i = 0; i < SRP_52_ROW; i += LANES)
        lanes_store(padded + LANES + i, lanes_load(a + i));
    lanes_store(padded + LANES + SRP_52_ROW, zero);

    const srp_digit *a_at = padded, *n_at = srp_ifma_shifted[0];
    STEPS_4_TO_7;
    for (size_t i = 4; i < SRP_52_DIGITS; i += LANES) {
        NEXT_REGISTERS;
        /* Loaded in each turn; otherwise compilers load all 140 once and spill them. */
        a_at = lanes_address_barrier(a_at);
        n_at = lanes_address_barrier(n_at);
        STEP(0, NO_PRODUCTS, CARRY_IN_REGISTER);
        STEP(1, NO_PRODUCTS, CARRY_IN_REGISTER);
        STEP(2, NO_PRODUCTS, CARRY_IN_REGISTER);
        STEP(3, NO_PRODUCTS, CARRY_IN_REGISTER);
        STEPS_4_TO_7;
    }
    NEXT_REGISTERS;
    EACH_REGISTER(ADD_LAST_HIGH_PRODUCTS)
    if (entries) {
        for (size_t i = SRP_52_DIGITS; i < SRP_COMB_ENTRIES; i++) TAKE_ENTRY;
        EACH_REGISTER(PUT_TAKEN)
    }

    EACH_REGISTER(SPLIT)
    CARRY_UP(0, zero) CARRY_UP(1, carry0) CARRY_UP(2, carry1) CARRY_UP(3, carry2)
    CARRY_UP(4, carry3) CARRY_UP(5, carry4) CARRY_UP(6, carry5) CARRY_UP(7, carry6)
    lanes_bits over = lanes_no_bits(), full = lanes_no_bits();
    EACH_REGISTER(COLLECT)
    const lanes_bits carries = lanes_carry_bits(over, full);
    EACH_REGISTER(FINISH)
}

void ifma_row_mul(srp_digit *result, const srp_digit *a, const srp_digit *b) {
    multiply(result, a, b, NULL, NULL, index_of(0));
}

void ifma_row_mul_and_select(srp_digit *result, const srp_digit *a, const srp_digit *b,
                             srp_digit *factor, const srp_digit *table, srp_index index) {
    multiply(result, a, b, factor, table, index);
}

void ifma_row_select(srp_digit *factor, const srp_digit *entries, size_t count, srp_index wanted) {
    const lanes one = lanes_splat(1), index = lanes_splat_index(wanted);
    lanes entry = lanes_splat(0);
    EACH_REGISTER(TAKE_FROM)
    for (size_t i = 0; i < count; i++) TAKE_ENTRY;
    EACH_REGISTER(PUT_TAKEN)
}

LANES_END

#else
typedef int srp_no_lanes; /* ISO C wants something in every file */
#endif
