/*
 * What do the routines leave on the stack? The same calls are made twice, with two sets of secrets
 * of the same sizes, over a stack painted beforehand. Whatever differs afterwards depends on a
 * secret. Exits with 1 when anything does. Takes the kernel's name; `portable` without one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "kernel.h"

/* The largest workspace has 90 KB: tables of powers for eight numbers. */
#define STACK_SIZE 262144
#define REPEATS 20 /* of 50 powers: one after the other, in batches and in rows */
#define CALLS 10
#define BATCH 12
#define ROWS 10
#define NEVER_INLINE __attribute__((noinline))

static uint8_t secret[BATCH * SRP_ELEMENT_SIZE], out[BATCH * SRP_ELEMENT_SIZE];
static const srp_kernel *kernel;
static uint8_t left[STACK_SIZE], seen[2][STACK_SIZE];

/* Paints the stack below the caller, or copies it: one function, so that both see the same bytes. */
static NEVER_INLINE void below(uint8_t *copy) {
    uint8_t area[STACK_SIZE];
    /* Tells the compiler that the memory has been written, which is true. */
    __asm__ volatile("" : : "r"(area) : "memory");
    if (copy) {
        memcpy(copy, area, sizeof area);
    } else {
        memset(area, 0xA5, sizeof area);
        __asm__ volatile("" : : "r"(area) : "memory");
    }
}

/* Rows of fixed salts and secret passwords, and checks of them. */
static uint64_t names[ROWS + 1], passwords[ROWS + 1], salts[ROWS + 1], ends[3][ROWS + 1];
static uint8_t texts[ROWS * SRP_VERIFIER_TEXT_MAX], salt_texts[ROWS * SRP_SALT_TEXT_MAX];

static const srp_rows rows = {{(const uint8_t *)"realm", names},
                              {(const uint8_t *)"name", names},
                              {secret, passwords},
                              {(const uint8_t *)"0123456789abcdef", salts}};

static void make(void) {
    const srp_new_rows made = {{texts, ends[0]}, {salt_texts, ends[1]}, {NULL, NULL}};
    for (size_t i = 0; i <= ROWS; i++) passwords[i] = 56 * i, salts[i] = i;
    srp_make_rows(kernel, &made, &rows, ROWS);
}

static void count_in(uint8_t *check) {
    const srp_column verifiers = {texts, ends[0]};
    srp_rows used = rows;
    used.salts.bytes = salt_texts;
    used.salts.offsets = ends[1];
    srp_batch_check_start(kernel, check);
    srp_batch_check_rows(kernel, check, &used, &verifiers, ROWS);
}

static void check_batch(void) {
    static uint8_t check[SRP_BATCH_CHECK_SIZE], other[SRP_BATCH_CHECK_SIZE];
    make();
    count_in(check);
    count_in(other);
    srp_batch_check_join(kernel, check, other);
    if (!srp_batch_check_holds(kernel, check)) abort();
}

static void call(int which) {
    static const uint64_t salt[2] = {0, 16}, identity[2] = {16, 96};
    switch (which) {
    case 0: srp_sha256(out, secret, 100); break;
    case 1: srp_pow_g(kernel, out, secret, 32, 1); break;
    case 2: srp_pow_g(kernel, out, secret, 40, 1); break;
    case 3: srp_powmod(kernel, out, secret, secret + 7, 32, 1); break;
    case 4: srp_verifiers(kernel, out, secret, salt, secret, identity, 1); break;
    case 5: srp_pow_g(kernel, out, secret, 32, BATCH); break;
    case 6: srp_powmod(kernel, out, secret, secret + 7, 5, BATCH); break;
    case 7: make(); break;
    case 8: check_batch(); break;
    default: srp_premaster(kernel, out, secret, secret + 1, 32, secret + 33, 32, secret + 65, 32,
                           secret + 97, 32);
    }
}

/*
 * Out of line, and told `seed` through memory, so that return addresses and registers are the same
 * for both seeds while the routines run.
 */
static volatile unsigned seed;

static NEVER_INLINE void observe(int which) {
    for (size_t i = 0; i < sizeof secret; i++)
        secret[i] = (uint8_t)((i + 1) * (seed ? 151 : 77) >> (i % 3));
    below(NULL);
    for (int i = 0; i < REPEATS; i++) call(which);
    below(left);
    memcpy(seen[seed], left, sizeof left);
}

int main(int count, char **arguments) {
    kernel = kernel_called(count > 1 ? arguments[1] : "portable");
    int differing_calls = 0;
    for (int which = 0; which < CALLS; which++) {
        for (seed = 0; seed < 2; seed++) observe(which);
        size_t differing = 0;
        for (size_t i = 0; i < STACK_SIZE; i++) differing += seen[0][i] != seen[1][i];
        if (differing) printf("call %d leaves %zu secret bytes\n", which, differing);
        differing_calls += differing > 0;
    }
    return differing_calls > 0;
}
