/*
 * A kernel with lanes on test vectors, several numbers at a time: one command a line on stdin, its
 * results in hex on stdout, one a line. `vectors.c` runs kernels one number at a time.
 *
 *   fixed A.. T.. I..   mul A.. B..   sqr A..      products of as many numbers as there are lanes
 *                                                  (I = -T / N mod R)
 *   row A.. B..                                    eight of kernel avx512ifma, one by one
 *   singles COUNT                  how many of so many powers of 2 the kernel does one by one
 *   pow_g LENGTH E..   powmod LENGTH COUNT B.. E..    up to 40 exponents of LENGTH bytes
 *
 *     lanes_vectors KERNEL
 *
 * Field elements are 60 digits of 16 hex digits each, the lowest first, here and there. With
 * MARK_SECRETS every number is marked undefined for valgrind's memcheck.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/avx2/avx2.h"
#include "kernels/avx512ifma/avx512ifma.h"
#include "kernel.h"

#define ROWS_MAX 40

static char line[1 << 20];

static const char *next_word(void) {
    const char *word = strtok(NULL, " \n");
    return word ? word : "";
}

/* The hex digits of the next word as bytes; returns 0 at the end of the line. */
static int next_bytes(uint8_t *bytes, size_t size) {
    const char *hex = next_word();
    if (strlen(hex) != 2 * size) return 0;
    for (size_t i = 0; i < size; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) exit(2);
        bytes[i] = (uint8_t)byte;
    }
    SECRET(bytes, size);
    return 1;
}

static void next_digits(srp_digit *digits, size_t stride) {
    uint8_t bytes[8 * SRP_52_DIGITS];
    if (!next_bytes(bytes, sizeof bytes)) exit(2);
    for (size_t i = 0; i < SRP_52_DIGITS; i++) digits[i * stride] = digit_load(bytes + 8 * i);
}

static void print_digits(const srp_digit *digits, size_t stride) {
    uint8_t bytes[8];
    for (size_t i = 0; i < SRP_52_DIGITS; i++) {
        digit_store(bytes, digits[i * stride]);
        PUBLISH(bytes, sizeof bytes);
        for (size_t j = 0; j < sizeof bytes; j++) printf("%02x", bytes[j]);
    }
    putchar('\n');
}

static void next_operands(srp_digit *digits, size_t operands, size_t numbers) {
    for (size_t i = 0; i < operands; i++, digits += SRP_52_DIGITS * numbers)
        for (size_t l = 0; l < numbers; l++) next_digits(digits + l, numbers);
}

static size_t operands_of(const char *command) {
    return !strcmp(command, "fixed") ? 3 : !strcmp(command, "sqr") ? 1 : 2;
}

static void ifma_products(const char *command) {
    static lanes operand[3][SRP_52_DIGITS];
    static ifma_scratch scratch;
    size_t operands = operands_of(command);
    next_operands(lanes_digits(operand[0]), operands, LANES);
    ifma_start(&scratch);
    if (operands == 3)
        ifma_mul_fixed(operand[0], operand[0], operand[1], operand[2], (ifma_ahead){NULL, 0},
                       &scratch);
    else if (operands == 2)
        ifma_mul(operand[0], operand[0], operand[1], &scratch);
    else
        ifma_sqr(operand[0], operand[0], &scratch);
    for (size_t lane = 0; lane < LANES; lane++)
        print_digits(lanes_digits(operand[0]) + lane, LANES);
}

FMA_BEGIN

static void avx2_products(const char *command) {
    static avx2_digits digits[3];
    static avx2_number operand[3];
    static avx2_scratch scratch;
    avx2_ahead nothing = {NULL, 0};
    size_t operands = operands_of(command);
    next_operands(digits[0].digit[0], operands, FMA_LANES);
    unsigned before = fma_enter();
    avx2_start(&scratch);
    for (size_t i = 0; i < operands; i++) avx2_from_digits(&operand[i], &digits[i]);
    if (operands == 3)
        avx2_mul_fixed(&operand[0], &operand[0], &operand[1], &operand[2], &nothing,
                       &scratch);
    else if (operands == 2)
        avx2_mul(&operand[0], &operand[0], &operand[1], &scratch);
    else
        avx2_sqr(&operand[0], &operand[0], &scratch);
    avx2_to_digits(&digits[0], &operand[0]);
    fma_leave(before);
    for (size_t lane = 0; lane < FMA_LANES; lane++)
        print_digits(digits[0].digit[0] + lane, FMA_LANES);
}

FMA_END

static void rows(void) {
    static srp_digit operand[2][LANES][SRP_52_ROW];
    for (size_t i = 0; i < 2; i++)
        for (size_t row = 0; row < LANES; row++) next_digits(operand[i][row], 1);
    for (size_t row = 0; row < LANES; row++) {
        ifma_row_mul(operand[0][row], operand[0][row], operand[1][row]);
        print_digits(operand[0][row], 1);
    }
}

static void powers(const srp_kernel *kernel, int any_base) {
    static uint8_t out[ROWS_MAX * SRP_ELEMENT_SIZE], base[ROWS_MAX * SRP_ELEMENT_SIZE];
    static uint8_t exponent[ROWS_MAX * SRP_ELEMENT_SIZE];
    size_t length = strtoul(next_word(), NULL, 10), count = 0, bases = 0;
    if (any_base) {
        bases = strtoul(next_word(), NULL, 10);
        for (size_t i = 0; i < bases; i++)
            if (!next_bytes(base + i * SRP_ELEMENT_SIZE, SRP_ELEMENT_SIZE)) exit(2);
    }
    while (count < ROWS_MAX && next_bytes(exponent + count * length, length)) count++;
    if (any_base)
        kernel->powmod(out, base, exponent, length, count);
    else
        kernel->pow_g(out, exponent, length, count);
    PUBLISH(out, count * SRP_ELEMENT_SIZE);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < SRP_ELEMENT_SIZE; j++) printf("%02x", out[i * SRP_ELEMENT_SIZE + j]);
        putchar('\n');
    }
}

static void singles(int is_avx2) {
    size_t count = strtoul(next_word(), NULL, 10);
    printf("%zu\n", is_avx2 ? avx2_singles(count) : ifma_singles(count));
}

int main(int count, char **arguments) {
    const srp_kernel *kernel = kernel_called(count > 1 ? arguments[1] : "");
    int is_avx2 = !strcmp(srp_kernel_name(kernel), "avx2");
    while (fgets(line, sizeof line, stdin)) {
        const char *command = strtok(line, " \n");
        if (!strcmp(command, "row"))
            rows();
        else if (!strcmp(command, "pow_g") || !strcmp(command, "powmod"))
            powers(kernel, !strcmp(command, "powmod"));
        else if (!strcmp(command, "singles"))
            singles(is_avx2);
        else if (is_avx2)
            avx2_products(command);
        else
            ifma_products(command);
    }
    return 0;
}
