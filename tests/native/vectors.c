/*
 * Runs the C routines on test vectors: one command a line on stdin, its result in hex on stdout.
 * Arguments are hex; "-" is the empty string.
 *
 *   sha256 DATA              pow_g EXPONENT        powmod BASE EXPONENT
 *   verifier SALT IDENTITY   premaster B A U X K
 *   mul A B    sqr A         Montgomery products of raw digits, lowest digit first, 16 hex digits
 *                            each; result in the same form. Digits as the kernel has them: adx_mul
 *                            and adx_sqr for that one
 *
 *     vectors KERNEL
 *
 * With MARK_SECRETS every secret argument is marked undefined for valgrind's memcheck, which then
 * reports each branch and each address that depends on one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "kernels/adx/adx.h"
#include "kernels/portable/portable.h"

#ifdef MARK_SECRETS
#include <valgrind/memcheck.h>
#define SECRET(bytes, size) VALGRIND_MAKE_MEM_UNDEFINED(bytes, size)
#define PUBLISH(bytes, size) VALGRIND_MAKE_MEM_DEFINED(bytes, size)
#else
#define SECRET(bytes, size) (void)0
#define PUBLISH(bytes, size) (void)0
#endif

#define ARGUMENTS 5
#define LINE_MAX_SIZE 65536

typedef struct {
    uint8_t *bytes;
    size_t length;
} argument;

static void fail(const char *message) {
    fprintf(stderr, "vectors: %s\n", message);
    exit(2);
}

static argument parse(const char *hex) {
    argument result = {NULL, strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2};
    /* Exactly as long as it is said to be, so that reading past it shows. */
    result.bytes = malloc(result.length ? result.length : 1);
    if (!result.bytes) fail("out of memory");
    for (size_t i = 0; i < result.length; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) fail("bad hex");
        result.bytes[i] = (uint8_t)byte;
    }
    return result;
}

static void print(uint8_t *bytes, size_t size) {
    PUBLISH(bytes, size);
    for (size_t i = 0; i < size; i++) printf("%02x", bytes[i]);
    putchar('\n');
}

static void digits_from(srp_digit *digits, size_t count, argument from) {
    if (from.length != 8 * count) fail("wrong number of digits");
    for (size_t i = 0; i < count; i++) digits[i] = digit_load(from.bytes + 8 * i);
}

static void print_digits(const srp_digit *digits, size_t count) {
    uint8_t bytes[8 * SRP_DIGITS];
    for (size_t i = 0; i < count; i++) digit_store(bytes + 8 * i, digits[i]);
    print(bytes, 8 * count);
}

/* Tells whether the command was a product of raw digits. */
static int product(const char *command, const argument *v) {
    srp_digit x[SRP_DIGITS], y[SRP_DIGITS];
    size_t count = SRP_DIGITS;
    if (!strcmp(command, "mul")) {
        static field_scratch scratch;
        digits_from(x, count, v[0]), digits_from(y, count, v[1]);
        field_mul(x, x, y, &scratch);
    } else if (!strcmp(command, "sqr")) {
        static field_scratch scratch;
        digits_from(x, count, v[0]);
        field_sqr(x, x, &scratch);
#if SRP_X86_64
    } else if (!strcmp(command, "adx_mul")) {
        static adx_scratch scratch;
        count = SRP_ADX_LIMBS;
        digits_from(x, count, v[0]), digits_from(y, count, v[1]);
        adx_mul(x, x, y, &scratch);
    } else if (!strcmp(command, "adx_sqr")) {
        static adx_scratch scratch;
        count = SRP_ADX_LIMBS;
        digits_from(x, count, v[0]);
        adx_sqr(x, x, &scratch);
#endif
    } else {
        return 0;
    }
    print_digits(x, count);
    return 1;
}

static void run(const srp_kernel *kernel, const char *command, const argument *v) {
    uint8_t out[SRP_ELEMENT_SIZE];
    int code = SRP_OK;
    size_t size = sizeof out;
    if (!strcmp(command, "sha256")) {
        srp_sha256(out, v[0].bytes, v[0].length);
        size = SRP_DIGEST_SIZE;
    } else if (!strcmp(command, "pow_g")) {
        srp_pow_g(kernel, out, v[0].bytes, v[0].length, 1);
    } else if (!strcmp(command, "powmod")) {
        if (v[0].length != SRP_ELEMENT_SIZE) fail("bases have 384 bytes");
        srp_powmod(kernel, out, v[0].bytes, v[1].bytes, v[1].length, 1);
    } else if (!strcmp(command, "verifier")) {
        uint64_t salt[2] = {0, v[0].length}, identity[2] = {0, v[1].length};
        code = srp_verifiers(kernel, out, v[0].bytes, salt, v[1].bytes, identity, 1);
    } else if (!strcmp(command, "premaster")) {
        if (v[0].length != SRP_ELEMENT_SIZE) fail("B has 384 bytes");
        code = srp_premaster(kernel, out, v[0].bytes, v[1].bytes, v[1].length, v[2].bytes,
                             v[2].length, v[3].bytes, v[3].length, v[4].bytes, v[4].length);
    } else {
        fail("unknown command");
    }
    if (code == SRP_OK)
        print(out, size);
    else
        printf("error %d\n", code);
}

int main(int count, char **arguments) {
    static char line[LINE_MAX_SIZE];
    const srp_kernel *kernel = kernel_called(count > 1 ? arguments[1] : "portable");
    while (fgets(line, sizeof line, stdin)) {
        argument v[ARGUMENTS] = {{NULL, 0}};
        char *command = strtok(line, " \n");
        for (size_t i = 0; i < ARGUMENTS; i++) {
            char *word = strtok(NULL, " \n");
            if (!word) break;
            v[i] = parse(word);
            SECRET(v[i].bytes, v[i].length);
        }
        if (!product(command, v)) run(kernel, command, v);
        for (size_t i = 0; i < ARGUMENTS; i++) free(v[i].bytes);
    }
    return 0;
}
