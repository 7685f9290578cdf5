/* libgcrypt's gcry_mpi_powm. */
#include <gcrypt.h>
#include <stdio.h>

#include "peer.h"

static gcry_mpi_t base, exponent, modulus, power;

static gcry_mpi_t number(const char *digits)
{
    gcry_mpi_t result;
    peer_expect(gcry_mpi_scan(&result, GCRYMPI_FMT_HEX, digits, 0, NULL) == 0, "gcry_mpi_scan");
    return result;
}

const char *peer_version(void)
{
    static char text[64];
    snprintf(text, sizeof text, "libgcrypt %s", gcry_check_version(NULL));
    return text;
}

void peer_set_up(const char *b, const char *e, const char *m)
{
    peer_expect(gcry_check_version(GCRYPT_VERSION) != NULL, "gcry_check_version");
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    base = number(b);
    exponent = number(e);
    modulus = number(m);
    power = gcry_mpi_new(0);
}

void peer_power(void)
{
    gcry_mpi_powm(power, base, exponent, modulus);
}

const char *peer_result(void)
{
    unsigned char *text;
    peer_expect(gcry_mpi_aprint(GCRYMPI_FMT_HEX, &text, NULL, power) == 0, "gcry_mpi_aprint");
    return (const char *)text;
}
