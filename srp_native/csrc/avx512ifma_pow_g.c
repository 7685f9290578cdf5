/*
 * 2^x mod N for exponents of up to 256 bits, by windows of 6 bits and no squaring: 2^(x mod 2^11) as
 * a plain number, then one factor from each of 41 tables. The entries are stored times R, so that
 * every multiplication takes out the R that its factor brings in: nothing is ever converted.
 *
 * A factor is selected in registers: `lanes_pick` takes one of 16 entries for each lane, four of
 * them cover a window, and the two upper bits of the index choose between the four. Every entry
 * is loaded whatever the index.
 *
 * Up to 32 numbers walk the tables together: a window's 60 KB are then read from the cache next
 * to the core for all of them but the first eight.
 */
#include <string.h>

#include "avx512ifma.h"

#ifdef SRP_HAVE_LANES

#define GROUPS 4
#define BATCH (GROUPS * LANES)

/* So many numbers are done sooner one after the other than as a group of eight. */
#define SINGLES 3

/* An index of up to 6 bits in each lane, and its upper bits as masks. */
typedef struct {
    lanes index;
    lanes_mask bit_4, bit_5;
} selector;

/* What one batch writes; wiped as a whole. */
typedef struct {
    ifma_scratch field;
    lanes factor[2 * SRP_IFMA_DIGITS];
    lanes product[GROUPS][SRP_IFMA_DIGITS];
    uint64_t index[GROUPS][SRP_IFMA_WINDOWS][LANES];
    uint64_t power[LANES]; /* x mod 2^11 */
} batch_workspace;

/* And one number alone. */
typedef struct {
    uint64_t factor[SRP_IFMA_ROW];
    uint64_t product[SRP_IFMA_ROW];
} single_workspace;

static uint64_t free_bits(const uint8_t *exponent, size_t length) {
    return ifma_window(exponent, length, 0, SRP_FREE_BITS);
}

static uint64_t index_of(const uint8_t *exponent, size_t length, size_t window) {
    size_t position = SRP_FREE_BITS + window * SRP_IFMA_WINDOW;
    return ifma_window(exponent, length, position, SRP_IFMA_WINDOW);
}

LANES_BEGIN

LANES_INLINE selector selector_of(lanes index) {
    selector s = {index, lanes_test(index, lanes_splat(16)), lanes_test(index, lanes_splat(32))};
    return s;
}

/* entries[index] of SRP_IFMA_ENTRIES, for each lane */
LANES_INLINE lanes pick_entry(const uint64_t *entries, selector s) {
    lanes quarter[4];
    for (int i = 0; i < 4; i++)
        quarter[i] =
            lanes_pick(lanes_load(entries + 16 * i), lanes_load(entries + 16 * i + 8), s.index);
    lanes low = lanes_choose(s.bit_4, quarter[1], quarter[0]);
    lanes high = lanes_choose(s.bit_4, quarter[3], quarter[2]);
    return lanes_choose(s.bit_5, high, low);
}

/* 2^power for digits that begin at bit `start`: those of its bits that fall into the digit */
LANES_INLINE lanes power_digit(lanes power, lanes start) {
    return lanes_and(lanes_power_of_2(lanes_sub(power, start)), lanes_splat(IFMA_DIGIT_MASK));
}

/* ---- eight at a time ---------------------------------------------------------------------- */

static void start_group(batch_workspace *w, size_t group, const uint8_t *exponents, size_t length,
                        size_t count) {
    for (size_t lane = 0; lane < LANES; lane++) {
        /* Lanes without a number raise 2 to the power of 0. */
        size_t size = lane < count ? length : 0;
        const uint8_t *exponent = exponents + (lane < count ? lane : 0) * length;
        w->power[lane] = free_bits(exponent, size);
        for (size_t window = 0; window < SRP_IFMA_WINDOWS; window++)
            w->index[group][window][lane] = index_of(exponent, size, window);
    }
    lanes power = lanes_load(w->power);
    for (unsigned i = 0; i < SRP_IFMA_DIGITS; i++)
        w->product[group][i] = power_digit(power, lanes_splat(SRP_IFMA_DIGIT_BITS * i));
}

static void multiply_group(batch_workspace *w, size_t group, size_t window) {
    selector s = selector_of(lanes_load(w->index[group][window]));
    for (size_t i = 0; i < 2 * SRP_IFMA_DIGITS; i++)
        w->factor[i] = pick_entry(srp_ifma_table[window][i], s);
    ifma_mul_fixed(w->product[group], w->product[group], w->factor, w->factor + SRP_IFMA_DIGITS,
                   &w->field);
}

/* 1 to BATCH numbers; the last group need not be full. */
static void batch(uint8_t *out, const uint8_t *exponents, size_t length, size_t count,
                  batch_workspace *w) {
    size_t groups = (count + LANES - 1) / LANES;
    for (size_t group = 0; group < groups; group++)
        start_group(w, group, exponents + group * LANES * length, length, count - group * LANES);
    for (size_t window = 0; window < SRP_IFMA_WINDOWS; window++)
        for (size_t group = 0; group < groups; group++) multiply_group(w, group, window);
    for (size_t i = 0; i < count; i++) {
        const uint64_t *digits = (const uint64_t *)w->product[i / LANES] + i % LANES;
        ifma_to_bytes(out + i * SRP_ELEMENT_SIZE, digits, LANES);
    }
}

static SRP_NEVER_INLINE void run_batches(uint8_t *out, const uint8_t *exponents, size_t length,
                                         size_t count, batch_workspace *w) {
    ifma_start(&w->field);
    for (size_t done = 0; done < count; done += BATCH) {
        size_t size = count - done < BATCH ? count - done : BATCH;
        batch(out + done * SRP_ELEMENT_SIZE, exponents + done * length, length, size, w);
    }
}

/*
 * The workspace is larger than what srp_wipe_stack reaches past, so the frames below it, which
 * start with run_batches, are wiped from here.
 */
static void batches(uint8_t *out, const uint8_t *exponents, size_t length, size_t count) {
    batch_workspace w;
    run_batches(out, exponents, length, count, &w);
    srp_wipe(&w, sizeof w);
    srp_wipe_stack();
}

/* ---- one alone ---------------------------------------------------------------------------- */

static void start_single(single_workspace *w, const uint8_t *exponent, size_t length) {
    lanes power = lanes_splat(free_bits(exponent, length));
    for (size_t i = 0; i < SRP_IFMA_ROW; i += LANES) {
        uint64_t start[LANES];
        for (size_t lane = 0; lane < LANES; lane++) start[lane] = SRP_IFMA_DIGIT_BITS * (i + lane);
        lanes_store(w->product + i, power_digit(power, lanes_load(start)));
    }
}

/* The same index in every lane; lane l keeps digit 8 i + l. */
static void select_single(uint64_t *factor, size_t window, uint64_t index) {
    selector s = selector_of(lanes_splat(index));
    for (size_t i = 0; i < SRP_IFMA_ROW; i += LANES) {
        lanes digits = lanes_splat(0);
        for (size_t lane = 0; lane < LANES && i + lane < SRP_IFMA_DIGITS; lane++) {
            lanes digit = pick_entry(srp_ifma_table[window][i + lane], s);
            digits = lanes_choose((lanes_mask)(1u << lane), digit, digits);
        }
        lanes_store(factor + i, digits);
    }
}

static void single(uint8_t *out, const uint8_t *exponent, size_t length) {
    single_workspace w;
    start_single(&w, exponent, length);
    for (size_t window = 0; window < SRP_IFMA_WINDOWS; window++) {
        select_single(w.factor, window, index_of(exponent, length, window));
        ifma_row_mul(w.product, w.product, w.factor);
    }
    ifma_to_bytes(out, w.product, 1);
    srp_wipe(&w, sizeof w);
}

LANES_END

/* Exponents of more bytes than this do not fit in the windows. */
#define WINDOW_BYTES ((SRP_FREE_BITS + SRP_IFMA_WINDOWS * SRP_IFMA_WINDOW) / 8)

/* Long exponents are rare in SRP (256 bits do for a): they take the way of any other base. */
static void long_powers(uint8_t *out, const uint8_t *exponents, size_t length, size_t count) {
    uint8_t two[LANES * SRP_ELEMENT_SIZE];
    memset(two, 0, sizeof two);
    for (size_t i = 0; i < LANES; i++) two[i * SRP_ELEMENT_SIZE + SRP_ELEMENT_SIZE - 1] = 2;
    for (size_t done = 0; done < count; done += LANES)
        avx512ifma_powmod(out + done * SRP_ELEMENT_SIZE, two, exponents + done * length, length,
                          count - done < LANES ? count - done : LANES);
}

void avx512ifma_pow_g(uint8_t *out, const uint8_t *exponents, size_t length, size_t count) {
    if (length > WINDOW_BYTES) {
        long_powers(out, exponents, length, count);
        return;
    }
    size_t rest = count % LANES <= SINGLES ? count % LANES : 0;
    if (count > rest) batches(out, exponents, length, count - rest);
    for (size_t i = count - rest; i < count; i++)
        single(out + i * SRP_ELEMENT_SIZE, exponents + i * length, length);
    /* The workspaces lie on the stack: what was below them is out of the caller's reach. */
    srp_wipe_stack();
}

#else
typedef int srp_no_lanes; /* ISO C wants something in every file */
#endif
