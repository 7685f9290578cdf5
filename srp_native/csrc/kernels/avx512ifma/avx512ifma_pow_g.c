/*
 * 2^x mod N for exponents of up to 256 bits, by windows of 7 bits and no squaring: 2^(x mod 2^11)
 * as a plain number, then one factor from each of 35 tables. The entries are stored times R, so
 * that every multiplication takes out the R that its factor brings in: nothing is ever converted.
 *
 * A factor is selected in registers, a digit in two halves for two groups of eight numbers at once:
 * `lanes_words_pick` takes one of 32 entries for each, four of them cover a window, and the two
 * upper bits of the index choose between the four. Every entry is loaded whatever the index.
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

/*
 * Up to so many numbers are faster one after the other than as a group of eight: if the group walks
 * the table by itself, and if it does so along with others. docs/kernels.md has the measurements.
 */
#define SINGLES 5
#define SINGLES_BESIDE_GROUPS 2

/* Two groups of eight whose factors are selected together. */
#define PAIRS (GROUPS / 2)
#define PAIR (2 * LANES)

/* An index of 7 bits in each word, and its upper bits as masks. */
typedef struct {
    lanes_words index;
    lanes_words_mask bit_5, bit_6;
} selector;

_Static_assert(SRP_52_WINDOW == 7, "a selector has as many bits as a window");

/* What one batch writes; wiped as a whole. */
typedef struct {
    ifma_scratch field;
    lanes factor[GROUPS][2 * SRP_52_DIGITS];
    lanes product[GROUPS][SRP_52_DIGITS];
    srp_word index[PAIRS][SRP_52_WINDOWS][PAIR];
    srp_index power[LANES]; /* x mod 2^11 */
} batch_workspace;

/*
 * Which word number l of a pair of groups has; lanes_from_words takes the first eight from these.
 */
static size_t word_of(size_t l) { return l % 8 / 2 * 4 + l % 2 + (l < LANES ? 0 : 2); }

#define KERNEL(name) avx512ifma_##name
#define FIELD(name) ifma_##name
#define TOGETHER LANES
#include "kernels/window_batches.inc"

static srp_word *window_index(batch_workspace *w, size_t window, size_t l) {
    return &w->index[l / PAIR][window][word_of(l % PAIR)];
}

LANES_BEGIN

LANES_INLINE selector selector_of(lanes_words index) {
    selector s = {index, lanes_words_test(index, 32), lanes_words_test(index, 64)};
    return s;
}

/* entries[index mod 64], and so on, for each word; sixteen entries to a register */
LANES_INLINE lanes_words pick_64(const lanes_words *entries, selector s) {
    return lanes_words_choose(s.bit_5, lanes_words_pick(entries[2], entries[3], s.index),
                              lanes_words_pick(entries[0], entries[1], s.index));
}

LANES_INLINE lanes_words pick_128(const lanes_words *entries, selector s) {
    return lanes_words_choose(s.bit_6, pick_64(entries + 4, s), pick_64(entries, s));
}

static void start_group(batch_workspace *w, size_t group, const uint8_t *exponents, size_t length,
                        size_t count) {
    for (size_t lane = 0; lane < LANES; lane++) {
        const uint8_t *exponent = exponents + (lane < count ? lane : 0) * length;
        w->power[lane] = radix52_window(exponent, lane < count ? length : 0, 0, SRP_FREE_BITS);
    }
    lanes power = lanes_load_indices(w->power);
    for (unsigned i = 0; i < SRP_52_DIGITS; i++)
        w->product[group][i] = ifma_power_digit(power, lanes_splat(SRP_52_BITS * i));
}

/* The entries of a digit, half by half. */
#define ENTRY_REGISTERS (SRP_52_ENTRIES / (2 * LANES))

/* The factors of `pairs` pairs of groups: a constant, so that all is in registers. */
LANES_INLINE void select_pairs(batch_workspace *w, size_t window, size_t pairs) {
    selector s[PAIRS];
    for (size_t p = 0; p < pairs; p++)
        s[p] = selector_of(lanes_words_load(w->index[p][window]));
    for (size_t i = 0; i < 2 * SRP_52_DIGITS; i++) {
        lanes_words entries[2][ENTRY_REGISTERS];
        for (size_t half = 0; half < 2; half++)
            for (size_t j = 0; j < ENTRY_REGISTERS; j++)
                entries[half][j] =
                    lanes_words_load(srp_52_table[window][i][half] + 2 * LANES * j);
        for (size_t p = 0; p < pairs; p++) {
            const lanes_words lower = pick_128(entries[0], s[p]);
            const lanes_words upper = pick_128(entries[1], s[p]);
            w->factor[2 * p][i] = lanes_from_words(lower, upper);
            w->factor[2 * p + 1][i] = lanes_from_other_words(lower, upper);
        }
    }
}

static void multiply_window(batch_workspace *w, size_t window, size_t groups) {
    if (groups > 2)
        select_pairs(w, window, PAIRS);
    else
        select_pairs(w, window, 1);
    /* After the last window comes the first one of the next batch. */
    ifma_ahead ahead = {(const char *)srp_52_table[(window + 1) % SRP_52_WINDOWS],
                        sizeof srp_52_table[0] / groups};
    for (size_t group = 0; group < groups; group++) {
        lanes *factor = w->factor[group], *product = w->product[group];
        ifma_mul_fixed(product, product, factor, factor + SRP_52_DIGITS, ahead, &w->field);
        ahead.next += ahead.size;
    }
}

static void batch(uint8_t *out, const uint8_t *exponents, size_t length, size_t count,
                  batch_workspace *w) {
    size_t groups = (count + LANES - 1) / LANES;
    read_windows(w, exponents, length, count);
    for (size_t group = 0; group < groups; group++)
        start_group(w, group, exponents + group * LANES * length, length, count - group * LANES);
    for (size_t window = 0; window < SRP_52_WINDOWS; window++)
        multiply_window(w, window, groups);
    for (size_t group = 0; group < groups; group++)
        ifma_reduce(w->factor[group], w->product[group]);
    for (size_t i = 0; i < count; i++) {
        const srp_digit *digits = lanes_digits(w->factor[i / LANES]) + i % LANES;
        radix52_to_bytes(out + i * SRP_ELEMENT_SIZE, digits, LANES);
    }
}

static void batches(uint8_t *out, const uint8_t *exponents, size_t length, size_t count) {
    batch_workspace w;
    run_batches(out, exponents, length, count, &w);
    srp_wipe(&w, sizeof w);
    srp_wipe_stack();
}

LANES_END

size_t ifma_singles(size_t count) {
    size_t rest = count % LANES;
    size_t most = count % BATCH < LANES ? SINGLES : SINGLES_BESIDE_GROUPS;
    return rest <= most ? rest : 0;
}

void avx512ifma_pow_g(uint8_t *out, const uint8_t *exponents, size_t length, size_t count) {
    if (length > WINDOW_BYTES) {
        long_powers(out, exponents, length, count);
        return;
    }
    size_t rest = ifma_singles(count);
    if (count > rest) batches(out, exponents, length, count - rest);
    for (size_t i = count - rest; i < count; i++)
        ifma_comb(out + i * SRP_ELEMENT_SIZE, exponents + i * length, length);
    /* The workspaces lie on the stack: what was below them is out of the caller's reach. */
    srp_wipe_stack();
}

#else
typedef int srp_no_lanes; /* ISO C wants something in every file */
#endif
