/*
 * srp-native's C routines: arithmetic modulo the 3072-bit prime N of RFC 3526, section 5, with
 * g = 2, SHA-256, and the SRP formulas on top of them.
 *
 * Numbers are big-endian bytes. An element of the group is SRP_ELEMENT_SIZE bytes; results are
 * always in [0, N). Nothing is allocated and nothing is kept between calls: every function may
 * run in any thread, and after fork. `out` must not overlap an input. A pointer may be NULL where
 * its length is 0.
 *
 * CT: the VALUES of exponents, bases, salts, identities, a, x, u, k and B never decide a branch or
 * an address; their LENGTHS, counts and offsets do. What the routines write to memory that may
 * hold a secret is wiped before they return, on errors too.
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

/* The kernels compiled in, the fastest first; NULL when `index` is past the last one. */
const srp_kernel *srp_kernel_at(size_t index);
const char *srp_kernel_name(const srp_kernel *kernel);

/* 1 when this CPU and operating system can run the kernel: always ask before using it. */
int srp_kernel_runs_here(const srp_kernel *kernel);

/* SHA-256 (FIPS 180-4) of `length` bytes. */
void srp_sha256(uint8_t out[32], const uint8_t *data, size_t length);

/*
 * out[i] = 2^exponent[i] mod N for `count` exponents of `length` bytes each, one after the other.
 * Fastest for up to 32 bytes; any length works, 0 bytes are the number 0.
 */
void srp_pow_g(const srp_kernel *kernel, uint8_t *out, const uint8_t *exponents, size_t length,
               size_t count);

/*
 * out[i] = base[i]^exponent[i] mod N for `count` bases of 384 bytes, of any value, and exponents
 * of `length` bytes. 0^0 = 1.
 */
void srp_powmod(const srp_kernel *kernel, uint8_t *out, const uint8_t *bases,
                const uint8_t *exponents, size_t length, size_t count);

/*
 * out[i] = 2^x mod N, x = SHA-256(salt[i] || SHA-256(identity[i])), for `count` rows. Row i of a
 * buffer is the bytes [offsets[i], offsets[i + 1]): count + 1 offsets each.
 * Returns SRP_OK or SRP_ERROR_OFFSETS.
 */
int srp_verifiers(const srp_kernel *kernel, uint8_t *out, const uint8_t *salts,
                  const uint64_t *salt_offsets, const uint8_t *identities,
                  const uint64_t *identity_offsets, size_t count);

/*
 * out = S = (B - k 2^x)^(a + u x) mod N. B: 384 bytes, of any value; a, u, x and k: at most 384
 * bytes each. Returns SRP_OK or SRP_ERROR_LENGTH.
 */
int srp_premaster(const srp_kernel *kernel, uint8_t *out, const uint8_t *B, const uint8_t *a,
                  size_t a_length, const uint8_t *u, size_t u_length, const uint8_t *x,
                  size_t x_length, const uint8_t *k, size_t k_length);

/*
 * The first of `count` rows whose offsets run backwards or past `size`, or that is not `shortest`
 * to `longest` bytes long; `count` when there is none. Nothing below checks offsets again.
 */
size_t srp_first_invalid_row(const uint64_t *offsets, size_t count, uint64_t size, uint64_t shortest,
                   uint64_t longest);

/* Adds `by` to `count` offsets. */
void srp_shift(uint64_t *offsets, size_t count, uint64_t by);

/*
 * For `count` rows: x = SHA-256(salt || SHA-256(identity)), v = 2^x mod N. Salts are unsigned
 * numbers, hashed in their minimal signed form; they (16 bytes) and the passwords (base64 of 40
 * bytes) are drawn from the system's generator where in->salts.offsets or in->passwords.offsets is
 * NULL. Writes the base64 of v and of the salt, both in minimal signed form, and the passwords
 * that were drawn (out->passwords is unused otherwise). A column needs room for its longest text in
 * every row (SRP_DRAWN_SALT_TEXT_MAX for salts that are drawn) and for count + 1 offsets; they begin
 * at 0.
 * Returns SRP_OK, SRP_ERROR_SALT or SRP_ERROR_RANDOM; on errors all columns are zeroed.
 */
int srp_make_rows(const srp_kernel *kernel, const srp_new_rows *out, const srp_rows *in,
                  size_t count);

/*
 * A check of many verifiers at once, SRP_BATCH_CHECK_SIZE bytes at any address: products of random
 * halves of the verifiers, and what they have to be. It is this kernel's alone and holds sums of x:
 * wipe it.
 */
void srp_batch_check_start(const srp_kernel *kernel, uint8_t *check);

/*
 * Count in the texts that srp_make_rows made, salts and passwords as it returned them. A number has
 * one text and a power of 2 one number: any other text of it is an error.
 * Returns SRP_OK, SRP_ERROR_TEXT, SRP_ERROR_RANGE or SRP_ERROR_RANDOM.
 */
int srp_batch_check_rows(const srp_kernel *kernel, uint8_t *check, const srp_rows *in,
                         const srp_column *verifiers, size_t count);

/* Count in what srp_verifiers made. Returns SRP_OK, SRP_ERROR_RANGE or SRP_ERROR_RANDOM. */
int srp_batch_check_verifiers(const srp_kernel *kernel, uint8_t *check, const uint8_t *elements,
                        const srp_column *salts, const srp_column *identities, size_t count);

/* Count in all that another check has. */
void srp_batch_check_join(const srp_kernel *kernel, uint8_t *check, const uint8_t *other);

/*
 * 1 when the products are what they have to be, 0 otherwise: always when exactly one of the verifiers
 * is wrong, and at least half the time when several are or when two of them changed places.
 */
int srp_batch_check_holds(const srp_kernel *kernel, const uint8_t *check);

/* cffi: end */

#endif
