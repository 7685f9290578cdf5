/* Records one function of kernel avx2: FUNCTION ALIAS FILE, the result being operand ALIAS or none. */
#include "kernels/avx2/avx2.h"

#include "kernels/avx2/avx2_pow_g.c"

#undef BATCH
#undef GROUPS

/* Numbers that are done one by one are not part of what is recorded here. */
const srp_kernel *srp_scalar_kernel(void) {
    record_refuse("a number alone");
    return NULL;
}

static avx2_number operand[4];
static avx2_scratch scratch;
static uint8_t bytes[FMA_LANES][SRP_ELEMENT_SIZE];

static void put(unsigned result, const avx2_number *a) {
    for (size_t i = 0; i < SRP_52_DIGITS; i++)
        for (size_t lane = 0; lane < FMA_LANES; lane++)
            record_output(result, i, lane, (srp_digit){a->digit[i].hidden[lane]});
}

static void give(unsigned number, avx2_number *a) {
    for (size_t i = 0; i < SRP_52_DIGITS; i++)
        for (size_t lane = 0; lane < FMA_LANES; lane++)
            a->digit[i].hidden[lane] = record_input(number, i, lane).hidden;
}

static void start(void) {
    memset(operand, NEVER_WRITTEN, sizeof operand);
    memset(&scratch, NEVER_WRITTEN, sizeof scratch);
    for (unsigned k = 0; k < 3; k++) give(k, &operand[k]);
    for (size_t lane = 0; lane < FMA_LANES; lane++) record_region(bytes[lane], sizeof bytes[lane]);
    avx2_start(&scratch);
    put(5, &scratch.modulus); /* results 5 and 6, and from here on operands */
    put(6, &scratch.inverse);
    give(5, &scratch.modulus);
    give(6, &scratch.inverse);
}

static int record_product(const char *function, avx2_number *result) {
    avx2_ahead ahead = {(const char *)srp_52_table, 64};
    const unsigned before = fma_enter();
    if (!strcmp(function, "mul"))
        avx2_mul(result, &operand[0], &operand[1], &scratch);
    else if (!strcmp(function, "sqr"))
        avx2_sqr(result, &operand[0], &scratch);
    else if (!strcmp(function, "mul_fixed"))
        avx2_mul_fixed(result, &operand[0], &operand[1], &operand[2], &ahead, &scratch);
    else if (!strcmp(function, "low_half"))
        avx2_low_half(result, &operand[0], &operand[1]);
    else
        return 0;
    fma_leave(before);
    put(0, result);
    if (strcmp(function, "low_half")) put(1, &scratch.quotient);
    if (!strcmp(function, "mul") || !strcmp(function, "sqr")) put(2, &scratch.product);
    return 1;
}

static int record_bytes(const char *function, size_t count, avx2_number *result) {
    avx2_digits digits;
    if (!strcmp(function, "from_bytes")) {
        avx2_from_bytes(result, bytes[0], count, &digits);
    } else if (!strcmp(function, "to_bytes")) {
        avx2_to_bytes(bytes[0], &operand[0], count, &digits);
        return 1;
    } else if (!strcmp(function, "digits")) {
        avx2_to_digits(&digits, &operand[0]);
        avx2_from_digits(result, &digits);
    } else if (!strcmp(function, "splat")) {
        srp_digit row[SRP_52_DIGITS];
        for (size_t i = 0; i < SRP_52_DIGITS; i++) row[i] = record_input(3, i, 0);
        avx2_splat(result, row);
    } else {
        return 0;
    }
    put(0, result);
    return 1;
}

/* The words of an octet from 128 entries. */
static void record_pick(const srp_word *index) {
    srp_word entries[SRP_52_ENTRIES];
    selector wanted;
    for (size_t e = 0; e < SRP_52_ENTRIES; e++) entries[e].hidden = record_input(4, 0, e).hidden;
    prepare(&wanted, index);
    const words picked = pick(entries, &wanted);
    for (size_t l = 0; l < OCTET; l++)
        record_output(0, 0, l, (srp_digit){picked.hidden[l]});
}

/* The digits that two words make, by the number that each is of. */
static void record_words(const srp_word *lower, const srp_word *upper) {
    const sums made[2] = {sums_from_words(words_load(lower), words_load(upper)),
                          sums_from_other_words(words_load(lower), words_load(upper))};
    for (size_t l = 0; l < OCTET; l++)
        record_output(0, word_lane(l), l,
                      (srp_digit){made[l / FMA_LANES].hidden[l % FMA_LANES]});
}

/* The free power of four indices, and words from 128 entries with the digits that they make. */
static int record_parts(const char *function, avx2_number *result) {
    srp_word word[2][OCTET];
    for (size_t l = 0; l < OCTET; l++) {
        word[0][l].hidden = record_input(3, 0, l).hidden;
        word[1][l].hidden = record_input(4, 1, l).hidden;
    }
    if (!strcmp(function, "power_digits")) {
        srp_index power[FMA_LANES];
        start_group(result, bytes[0], 1, FMA_LANES, power);
        put(0, result);
        for (size_t lane = 0; lane < FMA_LANES; lane++)
            record_output(3, 0, lane, (srp_digit){power[lane].hidden});
    } else if (!strcmp(function, "pick")) {
        record_pick(word[0]);
    } else if (!strcmp(function, "words")) {
        record_words(word[0], word[1]);
    } else {
        return 0;
    }
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    const int alias = atoi(argv[2]);
    start();
    if (!record_product(argv[1], &operand[alias]) && !record_bytes(argv[1], alias, &operand[3]) &&
        !record_parts(argv[1], &operand[alias]))
        return 2;
    record_write(argv[3]);
    return 0;
}
