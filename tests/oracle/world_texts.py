"""Write random rulebooks as YAML, with numbers as officials write them."""

from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from random import Random

import yaml

# enough for every product of weights, slopes and quotients of 20 decimals in a chain of rulebooks
DIGITS = 400


def decimal(number: Fraction) -> Decimal:
    """The finite decimal that the fraction is: weights, points and rounded quotients all are finite decimals."""
    with localcontext() as context:
        context.prec = DIGITS
        context.traps[Inexact] = True
        return Decimal(number.numerator) / Decimal(number.denominator)


def is_short(number: Fraction, decimals: int = 40) -> bool:
    """Whether it ends within so many decimals: nobody writes a longer number into a rulebook."""
    return (number * 10**decimals).denominator == 1


def to_yaml(book: dict) -> str:
    class Dumper(yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    def plain(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
        text = format(value, "f")
        return dumper.represent_scalar("tag:yaml.org,2002:" + ("float" if "." in text else "int"), text)

    Dumper.add_representer(Decimal, plain)
    return yaml.dump(book, Dumper=Dumper, allow_unicode=True, sort_keys=False)


def quarter(random: Random, low: int, high: int) -> Decimal:
    return Decimal(random.randint(low * 4, high * 4)) / 4
