/*
 * 2^x mod N for exponents of up to 256 bits, by windows of 7 bits and no squaring: 2^(x mod 2^11) as
 * a plain number, then one factor from each of 35 tables. The entries are stored times R, so that
 * every multiplication takes out the R that its factor brings in: nothing is ever converted.
 *
 * A factor is selected in registers: `lanes_pick` takes one of 16 entries for each lane, eight of
 * them cover a window, and the three upper bits of the index choose between the eight. Every entry
 * is loaded whatever the index.
 *
 * Up to 32 numbers walk the tables together, because loading a window's 120 KB takes longer than
 * picking from them: each digit's entries are loaded once, and stay in 16 registers while each of
 * the numbers picks its own. The next window is on its way from the outer caches meanwhile.
 *
 * One number alone takes another way: avx512ifma_comb.c.
 */
#include <string.h>

#include "kernels/avx512ifma/avx512ifma.h"

#ifdef SRP_HAVE_LANES

#define GROUPS 4
#define BATCH (GROUPS * LANES)

/* So many numbers are done sooner one after the other than as a group of eight. */
#define SINGLES 4

/* An index of 7 bits in each lane, and its upper bits as masks. */
typedef struct {
    lanes index;
    lanes_mask bit_4, bit_5, bit_6;
} selector;

_Static_assert(SRP_IFMA_WINDOW == 7, "a selector has as many bits as a window");

/* What one batch writes; wiped as a whole. */
typedef struct {
    ifma_scratch field;
    lanes factor[GROUPS][2 * SRP_IFMA_DIGITS];
    lanes product[GROUPS][SRP_IFMA_DIGITS];
    srp_index index[GROUPS][SRP_IFMA_WINDOWS][LANES];
    srp_index power[LANES]; /* x mod 2^11 */
} batch_workspace;

static srp_index window_index(const uint8_t *exponent, size_t length, size_t window) {
    size_t position = SRP_FREE_BITS + window * SRP_IFMA_WINDOW;
    return ifma_window(exponent, length, position, SRP_IFMA_WINDOW);
}

LANES_BEGIN

LANES_INLINE selector selector_of(lanes index) {
    selector s = {index, lanes_test(index, lanes_splat(16)), lanes_test(index, lanes_splat(32)),
                  lanes_test(index, lanes_splat(64))};
    return s;
}

/* entries[index mod 32], and so on, for each lane; eight entries to a register */
LANES_INLINE lanes pick_32(const lanes *entries, selector s) {
    return lanes_choose(s.bit_4, lanes_pick(entries[2], entries[3], s.index),
                        lanes_pick(entries[0], entries[1], s.index));
}

LANES_INLINE lanes pick_64(const lanes *entries, selector s) {
    return lanes_choose(s.bit_5, pick_32(entries + 4, s), pick_32(entries, s));
}

LANES_INLINE lanes pick_128(const lanes *entries, selector s) {
    return lanes_choose(s.bit_6, pick_64(entries + 8, s), pick_64(entries, s));
}

static void start_group(batch_workspace *w, size_t group, const uint8_t *exponents, size_t length,
                        size_t count) {
    for (size_t lane = 0; lane < LANES; lane++) {
        /* Lanes without a number raise 2 to the power of 0. */
        size_t size = lane < count ? length : 0;
        const uint8_t *exponent = exponents + (lane < count ? lane : 0) * length;
        w->power[lane] = ifma_window(exponent, size, 0, SRP_FREE_BITS);
        for (size_t window = 0; window < SRP_IFMA_WINDOWS; window++)
            w->index[group][window][lane] = window_index(exponent, size, window);
    }
    lanes power = lanes_load_indices(w->power);
    for (unsigned i = 0; i < SRP_IFMA_DIGITS; i++)
        w->product[group][i] = ifma_power_digit(power, lanes_splat(SRP_IFMA_DIGIT_BITS * i));
}

/* The factors of `groups` groups from `first` on: a constant, so that all is in registers. */
LANES_INLINE void select_groups(batch_workspace *w, size_t window, size_t first, size_t groups) {
    selector s[GROUPS];
    for (size_t g = 0; g < groups; g++)
        s[g] = selector_of(lanes_load_indices(w->index[first + g][window]));
    for (size_t i = 0; i < 2 * SRP_IFMA_DIGITS; i++) {
        lanes entries[SRP_IFMA_ENTRIES / LANES];
        for (size_t j = 0; j < SRP_IFMA_ENTRIES / LANES; j++)
            entries[j] = lanes_load(srp_ifma_table[window][i] + LANES * j);
        for (size_t g = 0; g < groups; g++) w->factor[first + g][i] = pick_128(entries, s[g]);
    }
}

static void multiply_window(batch_workspace *w, size_t window, size_t groups) {
    if (groups == GROUPS)
        select_groups(w, window, 0, GROUPS);
    else
        for (size_t group = 0; group < groups; group++) select_groups(w, window, group, 1);
    /* After the last window comes the first one of the next batch. */
    ifma_ahead ahead = {(const char *)srp_ifma_table[(window + 1) % SRP_IFMA_WINDOWS],
                        sizeof srp_ifma_table[0] / groups};
    for (size_t group = 0; group < groups; group++) {
        lanes *factor = w->factor[group], *product = w->product[group];
        ifma_mul_fixed(product, product, factor, factor + SRP_IFMA_DIGITS, ahead, &w->field);
        ahead.next += ahead.size;
    }
}

/* 1 to BATCH numbers; the last group need not be full. */
static void batch(uint8_t *out, const uint8_t *exponents, size_t length, size_t count,
                  batch_workspace *w) {
    size_t groups = (count + LANES - 1) / LANES;
    for (size_t group = 0; group < groups; group++)
        start_group(w, group, exponents + group * LANES * length, length, count - group * LANES);
    for (size_t window = 0; window < SRP_IFMA_WINDOWS; window++)
        multiply_window(w, window, groups);
    for (size_t group = 0; group < groups; group++)
        ifma_reduce(w->factor[group], w->product[group]);
    for (size_t i = 0; i < count; i++) {
        const srp_digit *digits = lanes_digits(w->factor[i / LANES]) + i % LANES;
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
        ifma_comb(out + i * SRP_ELEMENT_SIZE, exponents + i * length, length);
    /* The workspaces lie on the stack: what was below them is out of the caller's reach. */
    srp_wipe_stack();
}

#else
typedef int srp_no_lanes; /* ISO C wants something in every file */
#endif
