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

#include "argument.h"
#include "kernels/adx/adx.h"
#include "kernels/portable/portable.h"

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
    const char *command;
    argument v[ARGUMENTS];
    const srp_kernel *kernel = kernel_called(count > 1 ? arguments[1] : "portable");
    while ((command = next_command(v))) {
        if (!product(command, v)) run(kernel, command, v);
        free_arguments(v);
    }
    return 0;
}
