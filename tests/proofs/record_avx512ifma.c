/* Records one function of kernel avx512ifma: FUNCTION ALIAS FILE, the result being operand ALIAS or none. */
#include "kernels/avx512ifma/avx512ifma.h"

#include "kernels/avx512ifma/avx512ifma_pow_g.c"

static lanes operand[4][SRP_52_DIGITS];
static srp_digit row[4][SRP_52_ROW];
static ifma_scratch scratch;
static uint8_t bytes[SRP_ELEMENT_SIZE];
static srp_digit entries[SRP_COMB_ENTRIES][SRP_52_ROW];

static void start(void) {
    memset(operand, NEVER_WRITTEN, sizeof operand);
    memset(row, NEVER_WRITTEN, sizeof row);
    memset(&scratch, NEVER_WRITTEN, sizeof scratch);
    for (unsigned k = 0; k < 3; k++) {
        for (size_t i = 0; i < SRP_52_DIGITS; i++)
            for (size_t lane = 0; lane < LANES; lane++)
                operand[k][i].hidden[lane] = record_input(k, i, lane).hidden;
        for (size_t i = 0; i < SRP_52_ROW; i++)
            row[k][i] = i < SRP_52_DIGITS ? record_input(k, i, LANES) : digit_of(0);
    }
    for (size_t e = 0; e < SRP_COMB_ENTRIES; e++)
        for (size_t i = 0; i < SRP_52_ROW; i++) entries[e][i] = record_input(4, i, e);
    record_region(bytes, sizeof bytes);
    ifma_start(&scratch);
    for (size_t i = 0; i < SRP_52_DIGITS; i++) { /* results 5 and 6, and from here on operands */
        for (size_t lane = 0; lane < LANES; lane++) {
            record_output(5, i, lane, (srp_digit){scratch.modulus[i].hidden[lane]});
            record_output(6, i, lane, (srp_digit){scratch.inverse[i].hidden[lane]});
            scratch.modulus[i].hidden[lane] = record_input(5, i, lane).hidden;
            scratch.inverse[i].hidden[lane] = record_input(6, i, lane).hidden;
        }
    }
}

static void put_lanes(unsigned result, const lanes *a, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            record_output(result, i, lane, (srp_digit){a[i].hidden[lane]});
}

static void put_row(unsigned result, const srp_digit *a, size_t count) {
    for (size_t i = 0; i < count; i++) record_output(result, i, LANES, a[i]);
}

static int record_eight(const char *function, lanes *result) {
    const ifma_ahead ahead = {(const char *)srp_52_table, sizeof srp_52_table[0]};
    if (!strcmp(function, "mul"))
        ifma_mul(result, operand[0], operand[1], &scratch);
    else if (!strcmp(function, "sqr"))
        ifma_sqr(result, operand[0], &scratch);
    else if (!strcmp(function, "mul_fixed"))
        ifma_mul_fixed(result, operand[0], operand[1], operand[2], ahead, &scratch);
    else if (!strcmp(function, "reduce"))
        ifma_reduce(result, operand[0]);
    else
        return 0;
    put_lanes(0, result, SRP_52_DIGITS);
    put_lanes(1, scratch.quotient, strcmp(function, "reduce") ? SRP_52_DIGITS : 0);
    const int general = !strcmp(function, "mul") || !strcmp(function, "sqr");
    put_lanes(2, scratch.product, general ? 2 * SRP_52_DIGITS : 0);
    return 1;
}

static int record_row(const char *function, srp_digit *result) {
    const srp_index index = {record_input(3, 0, LANES).hidden};
    if (!strcmp(function, "row_mul")) {
        ifma_row_mul(result, row[0], row[1]);
    } else if (!strcmp(function, "row_sqr")) {
        ifma_row_mul(result, row[0], row[0]);
    } else if (!strcmp(function, "row_mul_and_select")) {
        ifma_row_mul_and_select(result, row[0], row[1], row[1], entries[0], index);
        put_row(3, row[1], SRP_52_ROW);
    } else if (!strcmp(function, "row_select")) {
        ifma_row_select(result, entries[0], SRP_COMB_ENTRIES, index);
    } else {
        return 0;
    }
    put_row(0, result, SRP_52_ROW);
    return 1;
}

static int record_bytes(const char *function, srp_digit *result) {
    if (!strcmp(function, "from_bytes")) {
        radix52_from_bytes(result, 1, bytes);
        put_row(0, result, SRP_52_DIGITS);
    } else if (!strcmp(function, "from_bytes_lanes")) {
        radix52_from_bytes(lanes_digits(operand[3]) + 5, LANES, bytes);
        for (size_t i = 0; i < SRP_52_DIGITS; i++)
            record_output(0, i, LANES, (srp_digit){operand[3][i].hidden[5]});
    } else if (!strcmp(function, "to_bytes")) {
        radix52_to_bytes(bytes, row[0], 1);
    } else if (!strcmp(function, "row_to_bytes")) {
        radix52_row_to_bytes(bytes, row[0]);
    } else {
        return 0;
    }
    return 1;
}

/* Words from 128 entries, and the digits that two words make, by the number that each is of. */
static void record_words(const char *function, lanes *result) {
    lanes_words index, upper, table[ENTRY_REGISTERS];
    for (size_t word = 0; word < PAIR; word++) {
        index.hidden[word] = record_input(3, 0, word).hidden;
        upper.hidden[word] = record_input(1, 0, word).hidden;
        for (size_t j = 0; j < ENTRY_REGISTERS; j++)
            table[j].hidden[word] = record_input(4, 0, PAIR * j + word).hidden;
    }
    if (!strcmp(function, "pick_128")) {
        const lanes_words picked = pick_128(table, selector_of(index));
        for (size_t word = 0; word < PAIR; word++)
            record_output(0, 0, word, (srp_digit){picked.hidden[word]});
        return;
    }
    result[0] = lanes_from_words(index, upper);
    result[1] = lanes_from_other_words(index, upper);
    for (size_t l = 0; l < PAIR; l++)
        record_output(0, word_of(l), l, (srp_digit){result[l / LANES].hidden[l % LANES]});
}

static int record_parts(const char *function, lanes *result) {
    if (!strcmp(function, "pick_128") || !strcmp(function, "words")) {
        record_words(function, result);
    } else if (!strcmp(function, "power_digits")) {
        lanes power;
        for (size_t lane = 0; lane < LANES; lane++)
            power.hidden[lane] = record_input(3, 0, lane).hidden;
        for (unsigned i = 0; i < SRP_52_DIGITS; i++)
            result[i] = ifma_power_digit(power, lanes_splat(SRP_52_BITS * i));
        put_lanes(0, result, SRP_52_DIGITS);
    } else {
        return 0;
    }
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    const int alias = atoi(argv[2]);
    start();
    if (!record_eight(argv[1], operand[alias]) && !record_row(argv[1], row[alias]) &&
        !record_bytes(argv[1], row[alias]) && !record_parts(argv[1], operand[alias]))
        return 2;
    record_write(argv[3]);
    return 0;
}
