/*
 * 2^x mod N for exponents of up to 256 bits, by the windows and the table of radix52.h:
 * 2^(x mod 2^11) as a plain number, then one factor from each of 35 tables.
 *
 * A digit of a factor is selected for eight numbers at once, in two halves of 32 bits: `words_pick`
 * takes one of 8 entries for each lane, sixteen of them cover a window, and a mask keeps the right
 * one of the sixteen. Every entry is loaded whatever the index, and a digit's entries stay in the
 * inner cache while up to 32 numbers pick theirs.
 *
 * Two groups of four numbers make an octet; sums_from_words has in which lanes their words are.
 */
#include <string.h>

#include "kernels/avx2/avx2.h"

#ifdef SRP_HAVE_FMA_LANES

#define OCTET FMA_WORDS
#define OCTETS 4
#define BATCH (OCTETS * OCTET)
#define GROUPS (BATCH / FMA_LANES)

/*
 * So many numbers take less time one after the other than as a group of four, whether the group
 * walks the table by itself or along with others. docs/kernels.md has the measurements.
 */
#define SINGLES 1

#define PICKS (SRP_52_ENTRIES / FMA_WORDS)

_Static_assert(SRP_52_WINDOW == 7 && PICKS == 16, "sixteen picks cover a window");

/* Which entry the numbers of an octet want: as words_pick takes it, and of which pick. */
typedef struct {
    words index;
    words_mask mask[PICKS];
} selector;

/* What one batch writes; wiped as a whole. */
typedef struct {
    avx2_scratch field;
    avx2_number product[GROUPS];
    avx2_number t[GROUPS], t_inverse[GROUPS];
    selector wanted[OCTETS];
    srp_word index[SRP_52_WINDOWS][OCTETS][FMA_WORDS];
    srp_index power[FMA_LANES]; /* x mod 2^11 */
    avx2_digits digits;
} batch_workspace;

/* The lane of number l of an octet. */
static size_t word_lane(size_t l) { return l % 4 + (l & 2) + (l < 4 ? 0 : 2); }

#define KERNEL(name) avx2_##name
#define FIELD(name) avx2_##name
#define TOGETHER FMA_LANES
#include "kernels/window_batches.inc"

static srp_word *window_index(batch_workspace *w, size_t window, size_t l) {
    return &w->index[window][l / OCTET][word_lane(l % OCTET)];
}

FMA_BEGIN

/* product = 2^(x mod 2^11) */
static void start_group(avx2_number *product, const uint8_t *exponents, size_t length,
                        size_t count, srp_index *power) {
    for (size_t lane = 0; lane < FMA_LANES; lane++) {
        const uint8_t *exponent = exponents + (lane < count ? lane : 0) * length;
        power[lane] = radix52_window(exponent, lane < count ? length : 0, 0, SRP_FREE_BITS);
    }
    const sums mask = sums_splat(SRP_52_MASK);
    for (size_t i = 0; i < SRP_52_DIGITS; i++) {
        sums bit = sums_sub(sums_load_indices(power), sums_splat(SRP_52_BITS * i));
        product->digit[i] = factors_from(sums_and(sums_power_of_2(bit), mask));
    }
}

static void prepare(selector *s, const srp_word *index) {
    s->index = words_load(index);
    for (uint32_t j = 0; j < PICKS; j++) s->mask[j] = words_in_eight(s->index, j);
}

FMA_INLINE words pick(const srp_word *half, const selector *s) {
    words found = words_zero();
    for (size_t j = 0; j < PICKS; j++) {
        words entry = words_pick(words_load(half + FMA_WORDS * j), s->index);
        found = words_join(found, words_keep(s->mask[j], entry));
    }
    return found;
}

/* Digit i of the factors of all octets; of T, and with i past its digits those of -T / N. */
static void select_digit(batch_workspace *w, size_t window, size_t i, size_t octets) {
    const srp_word(*entries)[SRP_52_ENTRIES] = srp_52_table[window][i];
    avx2_number *factor = i < SRP_52_DIGITS ? w->t : w->t_inverse;
    for (size_t octet = 0; octet < octets; octet++) {
        const words lower = pick(entries[0], &w->wanted[octet]);
        const words upper = pick(entries[1], &w->wanted[octet]);
        factor[2 * octet].digit[i % SRP_52_DIGITS] = factors_from(sums_from_words(lower, upper));
        factor[2 * octet + 1].digit[i % SRP_52_DIGITS] =
            factors_from(sums_from_other_words(lower, upper));
    }
}

static void multiply_window(batch_workspace *w, size_t window, size_t groups) {
    const size_t octets = (groups + 1) / 2;
    for (size_t octet = 0; octet < octets; octet++)
        prepare(&w->wanted[octet], w->index[window][octet]);
    for (size_t i = 0; i < 2 * SRP_52_DIGITS; i++)
        select_digit(w, window, i, octets);
    /* After the last window comes the first one of the next batch. */
    avx2_ahead ahead = {(const char *)srp_52_table[(window + 1) % SRP_52_WINDOWS],
                        sizeof srp_52_table[0] / (groups * AVX2_STEPS)};
    for (size_t g = 0; g < groups; g++)
        avx2_mul_fixed(&w->product[g], &w->product[g], &w->t[g], &w->t_inverse[g], &ahead,
                       &w->field);
}

static void batch(uint8_t *out, const uint8_t *exponents, size_t length, size_t count,
                  batch_workspace *w) {
    const size_t groups = (count + FMA_LANES - 1) / FMA_LANES;
    read_windows(w, exponents, length, count);
    for (size_t g = 0; g < groups; g++)
        start_group(&w->product[g], exponents + g * FMA_LANES * length, length,
                    count - g * FMA_LANES, w->power);
    for (size_t window = 0; window < SRP_52_WINDOWS; window++)
        multiply_window(w, window, groups);
    for (size_t g = 0; g < groups; g++)
        avx2_to_bytes(out + g * FMA_LANES * SRP_ELEMENT_SIZE, &w->product[g],
                      count - g * FMA_LANES, &w->digits);
}

static void batches(uint8_t *out, const uint8_t *exponents, size_t length, size_t count) {
    batch_workspace w;
    const unsigned before = fma_enter();
    run_batches(out, exponents, length, count, &w);
    fma_leave(before);
    srp_wipe(&w, sizeof w);
    srp_wipe_stack();
}

FMA_END

size_t avx2_singles(size_t count) {
    size_t rest = count % FMA_LANES;
    return rest <= SINGLES ? rest : 0;
}

void avx2_pow_g(uint8_t *out, const uint8_t *exponents, size_t length, size_t count) {
    if (length > WINDOW_BYTES) {
        long_powers(out, exponents, length, count);
        return;
    }
    size_t rest = avx2_singles(count);
    if (count > rest) batches(out, exponents, length, count - rest);
    if (rest)
        srp_scalar_kernel()->pow_g(out + (count - rest) * SRP_ELEMENT_SIZE,
                                   exponents + (count - rest) * length, length, rest);
    /* The workspaces lie on the stack: what was below them is out of the caller's reach. */
    srp_wipe_stack();
}

#else
typedef int srp_no_fma_lanes; /* ISO C wants something in every file */
#endif
