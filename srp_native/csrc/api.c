/*
 * The public functions that compute: each calls its worker in another file and then wipes the stack
 * that the worker used, whatever the compiler kept there.
 */
#include "internal.h"

void srp_sha256(uint8_t out[SRP_DIGEST_SIZE], const uint8_t *data, size_t length) {
    sha256_digest(out, data, length);
    srp_wipe_stack();
}

void srp_pow_g(const srp_kernel *kernel, uint8_t *out, const uint8_t *exponents, size_t length,
               size_t count) {
    if (count) kernel->pow_g(out, exponents, length, count);
    srp_wipe_stack();
}

void srp_powmod(const srp_kernel *kernel, uint8_t *out, const uint8_t *bases,
                const uint8_t *exponents, size_t length, size_t count) {
    if (count) kernel->powmod(out, bases, exponents, length, count);
    srp_wipe_stack();
}

static int runs_backwards(const uint64_t *offsets, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (offsets[i] > offsets[i + 1]) return 1;
    return 0;
}

int srp_verifiers(const srp_kernel *kernel, uint8_t *out, const uint8_t *salts,
                  const uint64_t *salt_offsets, const uint8_t *identities,
                  const uint64_t *identity_offsets, size_t count) {
    if (runs_backwards(salt_offsets, count) || runs_backwards(identity_offsets, count))
        return SRP_ERROR_OFFSETS;
    protocol_verifiers(kernel, out, salts, salt_offsets, identities, identity_offsets, count);
    srp_wipe_stack();
    return SRP_OK;
}

int srp_premaster(const srp_kernel *kernel, uint8_t *out, const uint8_t *B, const uint8_t *a,
                  size_t a_length, const uint8_t *u, size_t u_length, const uint8_t *x,
                  size_t x_length, const uint8_t *k, size_t k_length) {
    if (a_length > SRP_ELEMENT_SIZE || u_length > SRP_ELEMENT_SIZE || x_length > SRP_ELEMENT_SIZE ||
        k_length > SRP_ELEMENT_SIZE)
        return SRP_ERROR_LENGTH;
    protocol_premaster(kernel, out, B, a, a_length, u, u_length, x, x_length, k, k_length);
    srp_wipe_stack();
    return SRP_OK;
}

int srp_make_rows(const srp_kernel *kernel, const srp_new_rows *out, const srp_rows *in,
                  size_t count) {
    int code = rows_make(kernel, out, in, count);
    srp_wipe_stack();
    return code;
}

void srp_batch_check_start(const srp_kernel *kernel, uint8_t *check) {
    batch_check_start(kernel, check);
}

int srp_batch_check_rows(const srp_kernel *kernel, uint8_t *check, const srp_rows *in,
                         const srp_column *verifiers, size_t count) {
    int code = batch_check_rows(kernel, check, in, verifiers, count);
    srp_wipe_stack();
    return code;
}

int srp_batch_check_verifiers(const srp_kernel *kernel, uint8_t *check, const uint8_t *elements,
                              const srp_column *salts, const srp_column *identities, size_t count) {
    int code = batch_check_verifiers(kernel, check, elements, salts, identities, count);
    srp_wipe_stack();
    return code;
}

void srp_batch_check_join(const srp_kernel *kernel, uint8_t *check, const uint8_t *other) {
    batch_check_join(kernel, check, other);
    srp_wipe_stack();
}

int srp_batch_check_holds(const srp_kernel *kernel, const uint8_t *check) {
    int holds = batch_check_holds(kernel, check);
    srp_wipe_stack();
    return holds;
}
