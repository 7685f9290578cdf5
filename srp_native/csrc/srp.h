/*
 * srp-native's C routines: arithmetic modulo the 3072-bit prime N of RFC 3526, section 5, with
 * g = 2, SHA-256, and the SRP formulas on top of them.
 *
 * Numbers are big-endian bytes. An element of the group is SRP_ELEMENT_SIZE bytes. Nothing is
 * allocated, and nothing is kept between calls: every function may run in any thread, and after
 * fork. The comment above a function says what the function computes. Then it says, as far as they
 * apply,
 *
 *   sizes   the sizes of its buffers
 *   in      what the caller has to make sure of
 *   out     what the caller may rely on, and what is returned
 *   CT      what may be secret
 *
 * For all functions: `out` must not overlap an input. A pointer may be NULL if its length is 0. "CT
 * values" means that no value in any buffer decides a branch or an address; lengths, counts and
 * offsets do. A function wipes all its own memory that may hold a secret before it returns, on
 * errors too.
 *
 * The lines between the two cffi marks are also what srp_native/ffi_build.py hands to cffi: plain
 * declarations only.
 */
#ifndef SRP_H
#define SRP_H

#include <stddef.h>
#include <stdint.h>

/* cffi: begin */

#define SRP_ELEMENT_SIZE 384
#define SRP_DIGEST_SIZE 32

/* What a function that returns int can answer. `out` is untouched unless it is SRP_OK. */
enum {
    SRP_OK = 0,
    /* an argument is longer than the function takes */
    SRP_ERROR_LENGTH = -1,
    /* offsets run backwards */
    SRP_ERROR_OFFSETS = -2,
    /* a salt is empty, zero, or longer than SRP_SALT_MAX */
    SRP_ERROR_SALT = -3,
    /* the system's random generator failed */
    SRP_ERROR_RANDOM = -4,
    /* a text is not the base64 of a number, 0 or more, in its minimal signed form */
    SRP_ERROR_TEXT = -5,
    /* a verifier is N or more */
    SRP_ERROR_RANGE = -6
};

/* Bytes of the whole row: of salts, random passwords, and of the texts that stand for them. */
#define SRP_SALT_MAX 64
#define SRP_SALT_RANDOM 16
#define SRP_PASSWORD_RANDOM 40
#define SRP_PASSWORD_SIZE 56
#define SRP_SALT_TEXT_MAX 88
#define SRP_DRAWN_SALT_TEXT_MAX 24
#define SRP_VERIFIER_TEXT_MAX 516
#define SRP_BATCH_CHECK_SIZE 13952

/* Strings one after the other: string i is the bytes [offsets[i], offsets[i + 1]). */
typedef struct {
    const uint8_t *bytes;
    const uint64_t *offsets;
} srp_column;

/* The same, to be written. */
typedef struct {
    uint8_t *bytes;
    uint64_t *offsets;
} srp_new_column;

/* What rows are made from: identity = realm || name || ":" || password. */
typedef struct {
    srp_column realms, names, passwords, salts;
} srp_rows;

/* What is made of them. */
typedef struct {
    srp_new_column verifiers, salts, passwords;
} srp_new_rows;

/* One implementation of the arithmetic, for one instruction set. */
typedef struct srp_kernel srp_kernel;

/*
 * A kernel that is compiled in, and its name.
 *   in      any index
 *   out     the fastest first; NULL when `index` is past the last one
 */
const srp_kernel *srp_kernel_at(size_t index);
const char *srp_kernel_name(const srp_kernel *kernel);

/*
 * Whether this CPU and operating system can run the kernel: ask before using it.
 *   out     1 or 0
 */
int srp_kernel_runs_here(const srp_kernel *kernel);

/*
 * out = SHA-256 (FIPS 180-4) of `data`.
 *   sizes   `length` bytes
 *   CT      values
 */
void srp_sha256(uint8_t out[32], const uint8_t *data, size_t length);

/*
 * out[i] = 2^exponent[i] mod N.
 *   sizes   `count` exponents of `length` bytes, one after the other; SRP_ELEMENT_SIZE bytes a
 *           result
 *   in      any exponents, of any length: up to 32 bytes are fastest, 0 bytes are the number 0
 *   out     below N
 *   CT      values
 */
void srp_pow_g(const srp_kernel *kernel, uint8_t *out, const uint8_t *exponents, size_t length,
               size_t count);

/*
 * out[i] = base[i]^exponent[i] mod N, with 0^0 = 1.
 *   sizes   `count` bases of SRP_ELEMENT_SIZE bytes and exponents of `length` bytes;
 *           SRP_ELEMENT_SIZE bytes a result
 *   in      any bases and exponents
 *   out     below N
 *   CT      values
 */
void srp_powmod(const srp_kernel *kernel, uint8_t *out, const uint8_t *bases,
                const uint8_t *exponents, size_t length, size_t count);

/*
 * out[i] = 2^x mod N, x = SHA-256(salt[i] || SHA-256(identity[i])).
 *   sizes   `count` rows: row i of a buffer is the bytes [offsets[i], offsets[i + 1]), so count + 1
 *           offsets each; SRP_ELEMENT_SIZE bytes a result
 *   in      any bytes, hashed as they are
 *   out     below N; SRP_OK, or SRP_ERROR_OFFSETS and nothing written
 *   CT      values
 */
int srp_verifiers(const srp_kernel *kernel, uint8_t *out, const uint8_t *salts,
                  const uint64_t *salt_offsets, const uint8_t *identities,
                  const uint64_t *identity_offsets, size_t count);

/*
 * out = S = (B - k 2^x)^(a + u x) mod N.
 *   sizes   SRP_ELEMENT_SIZE bytes for `out` and B, at most as many for a, u, x and k
 *   in      any numbers
 *   out     below N; SRP_OK, or SRP_ERROR_LENGTH and nothing written
 *   CT      values
 */
int srp_premaster(const srp_kernel *kernel, uint8_t *out, const uint8_t *B, const uint8_t *a,
                  size_t a_length, const uint8_t *u, size_t u_length, const uint8_t *x,
                  size_t x_length, const uint8_t *k, size_t k_length);

/*
 * The first row whose offsets run backwards or past `size`, or that is not `shortest` to `longest`
 * bytes long. Nothing below checks offsets again.
 *   sizes   count + 1 offsets
 *   out     the row's number, or `count` when there is none
 */
size_t srp_first_invalid_row(const uint64_t *offsets, size_t count, uint64_t size,
                             uint64_t shortest, uint64_t longest);

/*
 * Adds `by` to each offset.
 *   sizes   `count` offsets
 */
void srp_shift(uint64_t *offsets, size_t count, uint64_t by);

/*
 * For each row: x = SHA-256(salt || SHA-256(identity)), v = 2^x mod N. Writes the base64 of v and
 * of the salt, both in minimal signed form. Salts of SRP_SALT_RANDOM bytes, and passwords, which
 * are the base64 of SRP_PASSWORD_RANDOM bytes, are drawn from the system's generator where
 * in->salts.offsets or in->passwords.offsets is NULL; drawn passwords are written, too.
 *   sizes   `count` rows; a new column has room for count + 1 offsets and its longest text in every
 *           row: SRP_VERIFIER_TEXT_MAX, SRP_SALT_TEXT_MAX or for drawn ones
 *           SRP_DRAWN_SALT_TEXT_MAX, SRP_PASSWORD_SIZE
 *   in      offsets are sound (srp_first_invalid_row); salts are unsigned numbers
 *   out     offsets begin at 0; SRP_OK, or SRP_ERROR_SALT or SRP_ERROR_RANDOM and all columns are
 *           zeroed
 *   CT      values
 */
int srp_make_rows(const srp_kernel *kernel, const srp_new_rows *out, const srp_rows *in,
                  size_t count);

/*
 * Begins a check of many verifiers at once: products of random halves of the verifiers, and what
 * they have to be. It is this kernel's alone and holds sums of x: wipe it.
 *   sizes   SRP_BATCH_CHECK_SIZE bytes, at any address
 *   CT      values
 */
void srp_batch_check_start(const srp_kernel *kernel, uint8_t *check);

/*
 * Counts in the texts that srp_make_rows made. A number has one text and a power of 2 one number:
 * any other text of it is an error.
 *   sizes   `count` rows
 *   in      salts and passwords as srp_make_rows returned them; offsets are sound
 *   out     SRP_OK, SRP_ERROR_TEXT, SRP_ERROR_RANGE or SRP_ERROR_RANDOM
 *   CT      values, but for whether a text is valid
 */
int srp_batch_check_rows(const srp_kernel *kernel, uint8_t *check, const srp_rows *in,
                         const srp_column *verifiers, size_t count);

/*
 * Counts in what srp_verifiers made.
 *   sizes   `count` elements and rows
 *   in      offsets are sound
 *   out     SRP_OK, SRP_ERROR_RANGE or SRP_ERROR_RANDOM
 *   CT      values, but for whether an element is below N
 */
int srp_batch_check_verifiers(const srp_kernel *kernel, uint8_t *check, const uint8_t *elements,
                              const srp_column *salts, const srp_column *identities,
                              size_t count);

/*
 * Counts in all that another check has.
 *   in      both checks are this kernel's
 *   CT      values
 */
void srp_batch_check_join(const srp_kernel *kernel, uint8_t *check, const uint8_t *other);

/*
 * Whether the products are what they have to be.
 *   out     1 or 0: always 0 when exactly one of the verifiers is wrong, and at least half the time
 *           when several are or when two of them changed places
 *   CT      values, but for the result
 */
int srp_batch_check_holds(const srp_kernel *kernel, const uint8_t *check);

/* cffi: end */

#endif
