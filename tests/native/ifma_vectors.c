/*
 * The avx512ifma kernel on test vectors, eight numbers at a time: one command a line on stdin, its
 * results in hex on stdout, one a line. `vectors.c` runs the same kernel one number at a time.
 *
 *   fixed A.. T.. I..   mul A.. B..   sqr A..      products of eight numbers (I = -T / N mod R)
 *   row A.. B..                                    the same, one by one
 *   pow_g LENGTH E..   powmod LENGTH COUNT B.. E..    up to 40 exponents of LENGTH bytes
 *
 * Field elements are 60 digits of 16 hex digits each, the lowest first, here and there. With
 * MARK_SECRETS every number is marked undefined for valgrind's memcheck.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/avx512ifma/avx512ifma.h"

#ifdef MARK_SECRETS
#include <valgrind/memcheck.h>
#define SECRET(bytes, size) VALGRIND_MAKE_MEM_UNDEFINED(bytes, size)
#define PUBLISH(bytes, size) VALGRIND_MAKE_MEM_DEFINED(bytes, size)
#else
#define SECRET(bytes, size) (void)0
#define PUBLISH(bytes, size) (void)0
#endif

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
    uint8_t bytes[8 * SRP_IFMA_DIGITS];
    if (!next_bytes(bytes, sizeof bytes)) exit(2);
    for (size_t i = 0; i < SRP_IFMA_DIGITS; i++) digits[i * stride] = digit_load(bytes + 8 * i);
}

static void print_digits(const srp_digit *digits, size_t stride) {
    uint8_t bytes[8];
    for (size_t i = 0; i < SRP_IFMA_DIGITS; i++) {
        digit_store(bytes, digits[i * stride]);
        PUBLISH(bytes, sizeof bytes);
        for (size_t j = 0; j < sizeof bytes; j++) printf("%02x", bytes[j]);
    }
    putchar('\n');
}

static void products(const char *command) {
    static lanes operand[3][SRP_IFMA_DIGITS];
    static ifma_scratch scratch;
    size_t operands = !strcmp(command, "fixed") ? 3 : !strcmp(command, "sqr") ? 1 : 2;
    for (size_t i = 0; i < operands; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            next_digits(lanes_digits(operand[i]) + lane, LANES);
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

static void rows(void) {
    static srp_digit operand[2][LANES][SRP_IFMA_ROW];
    for (size_t i = 0; i < 2; i++)
        for (size_t row = 0; row < LANES; row++) next_digits(operand[i][row], 1);
    for (size_t row = 0; row < LANES; row++) {
        ifma_row_mul(operand[0][row], operand[0][row], operand[1][row]);
        print_digits(operand[0][row], 1);
    }
}

static void powers(int any_base) {
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
        avx512ifma_powmod(out, base, exponent, length, count);
    else
        avx512ifma_pow_g(out, exponent, length, count);
    PUBLISH(out, count * SRP_ELEMENT_SIZE);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < SRP_ELEMENT_SIZE; j++) printf("%02x", out[i * SRP_ELEMENT_SIZE + j]);
        putchar('\n');
    }
}

int main(void) {
    const srp_kernel *kernel = srp_kernel_at(0);
    if (strcmp(srp_kernel_name(kernel), "avx512ifma") || !srp_kernel_runs_here(kernel)) return 3;
    while (fgets(line, sizeof line, stdin)) {
        const char *command = strtok(line, " \n");
        if (!strcmp(command, "row"))
            rows();
        else if (!strcmp(command, "pow_g") || !strcmp(command, "powmod"))
            powers(!strcmp(command, "powmod"));
        else
            products(command);
    }
    return 0;
}
