"""The group's constants are derived again from their definitions."""

import gmpy2

from srp_native.group import ELEMENT_SIZE, EXPONENT_BITS, G, N


def test_n_is_rfc_3526_group_15() -> None:
    # RFC 3526, section 5: 2^3072 - 2^3008 - 1 + 2^64 * ([2^2942 pi] + 1690314)
    with gmpy2.context(precision=3200):
        pi = int(gmpy2.floor(gmpy2.const_pi() * (gmpy2.mpfr(2) ** 2942)))
    assert 2**3072 - 2**3008 - 1 + 2**64 * (pi + 1690314) == N


def test_n_is_a_safe_prime_and_g_generates_its_large_subgroup() -> None:
    assert gmpy2.is_prime(N)
    assert gmpy2.is_prime((N - 1) // 2)
    assert pow(G, (N - 1) // 2, N) == 1


def test_sizes() -> None:
    assert N.bit_length() == EXPONENT_BITS == 8 * ELEMENT_SIZE
