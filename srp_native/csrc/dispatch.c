/*
 * Which kernels there are: the only file that knows more than one, and the only one that may ask
 * the CPU what it can do. Nothing is cached: the caller picks a kernel once and passes it to every
 * call.
 */
#include "internal.h"

static int always(void) { return 1; }

static const struct srp_kernel kernels[] = {
    {"portable", 0, always, portable_pow_g, portable_powmod},
};

const srp_kernel *srp_kernel_at(size_t index) {
    return index < sizeof kernels / sizeof kernels[0] ? &kernels[index] : NULL;
}

const char *srp_kernel_name(const srp_kernel *kernel) { return kernel->name; }

int srp_kernel_runs_here(const srp_kernel *kernel) { return kernel->runs_here(); }

int srp_kernel_vectorised(const srp_kernel *kernel) { return kernel->vectorised; }
