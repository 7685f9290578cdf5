/*
 * Does the time depend on the secret? dudect's test (Reparaz, Balasch and Verbauwhede, DATE 2017):
 * the time of many calls, half of them with one fixed secret and half with random ones in random
 * order, compared by Welch's t-test. No branch and no address depends on a secret if the means
 * differ by chance alone: |t| < 4.5.
 *
 *     timing KERNEL FUNCTION SECONDS          pow_g | powmod | verifier | pow_g_many | powmod_many
 *
 * takes a million measurements, or as many as there are seconds for, and prints the largest t^2, the
 * crop it belongs to, and their number. The last two functions compute eight powers with the same
 * secret, which in a kernel with lanes is other code.
 *
 * As dudect does, the times are also compared after dropping those above a limit: interrupts and
 * neighbours on a shared machine make long tails that hide small differences. The limits are
 * quantiles of the first measurements, of both classes together, which are not used otherwise. Few
 * limits, as the largest |t| of many is large by chance.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include <float.h>
#include <stdlib.h>
#include <time.h>

#include "kernel.h"

#define CROPS 4
static const double quantile[CROPS] = {0.25, 0.5, 0.9, 1.0};

#define WARM_UP 512  /* measurements that set the limits */
#define BATCH 64     /* secrets made before they are timed, so that making them is not */
#define EXPONENT_SIZE 32
#define MANY 8
#define MEASUREMENTS 1000000

/* Mean and variance as they come in (Welford). */
typedef struct {
    double count, mean, squares;
} sample;

static void push(sample *s, double value) {
    double delta = value - s->mean;
    s->count += 1;
    s->mean += delta / s->count;
    s->squares += delta * (value - s->mean);
}

/* The square of Welch's t. */
static double welch(const sample *a, const sample *b) {
    if (a->count < 2 || b->count < 2) return 0;
    double variance = a->squares / (a->count - 1) / a->count + b->squares / (b->count - 1) / b->count;
    double difference = a->mean - b->mean;
    return variance > 0 ? difference * difference / variance : 0;
}

/* xorshift64*: which secrets are random ones need not be unpredictable. */
static uint64_t random_state;

static uint8_t random_byte(void) {
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint8_t)((random_state * UINT64_C(0x2545F4914F6CDD1D)) >> 56);
}

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Finer than the clock where there is a counter. Differences are all that is used. */
static uint64_t ticks(void) {
#if defined(__x86_64__)
    uint32_t low, high;
    __asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
#else
    return nanoseconds();
#endif
}

static const srp_kernel *kernel;
static const char *function;

static int is(const char *name) { return !strcmp(function, name); }

static void call(const uint8_t *secret) {
    static uint8_t out[MANY * SRP_ELEMENT_SIZE];
    static const uint8_t base[MANY * SRP_ELEMENT_SIZE] = {[7] = 0xB7, [SRP_ELEMENT_SIZE - 1] = 5};
    static const uint8_t salt[16] = {1};
    static const uint64_t salt_offsets[2] = {0, sizeof salt}, offsets[2] = {0, EXPONENT_SIZE};
    if (is("powmod"))
        srp_powmod(kernel, out, base, secret, EXPONENT_SIZE, 1);
    else if (is("pow_g"))
        srp_pow_g(kernel, out, secret, EXPONENT_SIZE, 1);
    else if (is("powmod_many"))
        srp_powmod(kernel, out, base, secret, EXPONENT_SIZE, MANY);
    else if (is("pow_g_many"))
        srp_pow_g(kernel, out, secret, EXPONENT_SIZE, MANY);
    else
        srp_verifiers(kernel, out, salt, salt_offsets, secret, offsets, 1);
}

typedef struct {
    uint8_t secret[BATCH][EXPONENT_SIZE];
    int is_random[BATCH];
    double time[BATCH];
} batch;

/* Every secret is written in the same way and to the same place, whatever its class. */
static void measure(batch *b) {
    for (size_t i = 0; i < BATCH; i++) {
        b->is_random[i] = random_byte() & 1;
        uint8_t mask = (uint8_t)-b->is_random[i];
        /* The fixed secret is 1: as different from a random one as can be. */
        for (size_t j = 0; j < EXPONENT_SIZE; j++)
            b->secret[i][j] = (random_byte() & mask) | ((j == EXPONENT_SIZE - 1) & ~mask);
    }
    for (size_t i = 0; i < BATCH; i++) {
        static uint8_t secret[MANY][EXPONENT_SIZE];
        for (size_t j = 0; j < MANY; j++) memcpy(secret[j], b->secret[i], EXPONENT_SIZE);
        uint64_t start = ticks();
        call(secret[0]);
        b->time[i] = (double)(ticks() - start);
    }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void set_limits(double *limit) {
    static double times[WARM_UP];
    static batch b;
    for (size_t done = 0; done < WARM_UP; done++) {
        if (done % BATCH == 0) measure(&b);
        times[done] = b.time[done % BATCH];
    }
    qsort(times, WARM_UP, sizeof *times, ascending);
    for (size_t i = 0; i < CROPS - 1; i++) limit[i] = times[(size_t)(quantile[i] * WARM_UP)];
    limit[CROPS - 1] = DBL_MAX;
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    kernel = kernel_called(arguments[1]);
    function = arguments[2];
    random_state = nanoseconds() | 1;

    static batch b;
    static sample seen[CROPS][2];
    double limit[CROPS];
    set_limits(limit);
    uint64_t end = nanoseconds() + (uint64_t)(atof(arguments[3]) * 1e9);
    size_t done = 0;
    for (; done < MEASUREMENTS && nanoseconds() < end; done += BATCH) {
        measure(&b);
        for (size_t i = 0; i < BATCH; i++)
            for (size_t crop = 0; crop < CROPS; crop++)
                if (b.time[i] <= limit[crop]) push(&seen[crop][b.is_random[i]], b.time[i]);
    }

    size_t worst = 0;
    double t[CROPS]; /* squared */
    for (size_t crop = 0; crop < CROPS; crop++) {
        t[crop] = welch(&seen[crop][0], &seen[crop][1]);
        if (t[crop] > t[worst]) worst = crop;
    }
    printf("%.2f %.2f %zu\n", t[worst], quantile[worst], done);
    return 0;
}
