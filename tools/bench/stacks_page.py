"""The page that ``make bench-stacks`` writes: rows, ratios, growth and the verdict."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

LIMIT = 1.3
"""Issue 4: overhead over plain resources."""


@dataclass(frozen=True)
class Sample:
    """What one command took: seconds by the clock, and of processors (the engine and all that it started)."""

    seconds: float
    cpu: float


@dataclass
class Pair:
    """The same command for both programs, one sample of each per round."""

    count: int
    resources: int
    what: str
    components: list[Sample] = field(default_factory=list)
    plain: list[Sample] = field(default_factory=list)

    def add(self, program: str, sample: Sample) -> None:
        """One sample of ``components`` or ``plain``."""
        (self.components if program == "components" else self.plain).append(sample)

    def ratio(self, figure: str) -> float:
        """The median of the rounds' ratios: both samples of a round saw much the same machine."""
        return statistics.median(
            getattr(mine, figure) / getattr(theirs, figure) for mine, theirs in zip(self.components, self.plain, strict=True)
        )

    def least(self, program: str, figure: str) -> float:
        """The smallest sample: what others do on the machine only ever adds."""
        return min(getattr(sample, figure) for sample in getattr(self, program))

    @property
    def over(self) -> bool:
        """Over the bound by the clock and by the processors too: one alone may be the neighbours' work."""
        return self.ratio("seconds") > LIMIT and self.ratio("cpu") > LIMIT

    def said(self) -> str:
        """The row and both its ratios, in words."""
        return f"{self.count}, {self.what} ({self.ratio('seconds'):.2f} by the clock, {self.ratio('cpu'):.2f} by CPU)"

    def row(self) -> str:
        """As a row of a Markdown table."""
        cells = [f"{self.count} component{'s' if self.count > 1 else ''}, {self.what}", str(self.resources), str(len(self.plain))]
        for figure in ("seconds", "cpu"):
            mine, theirs = (self.least(program, figure) for program in ("components", "plain"))
            cells += [f"{mine:.1f} s", f"{theirs:.1f} s", f"{self.ratio(figure):.2f}"]
        return f"| {' | '.join(cells)} |"


@dataclass(frozen=True)
class Alone:
    """A command without a counterpart."""

    title: str
    resources: int
    samples: list[Sample]

    def row(self) -> str:
        """As a row of a Markdown table."""
        seconds, cpu = (min(getattr(sample, figure) for sample in self.samples) for figure in ("seconds", "cpu"))
        return f"| {self.title} | {self.resources} | {len(self.samples)} | {seconds:.1f} s | {cpu:.1f} s |"


def page(facts: str, pairs: list[Pair], alone: list[Alone]) -> str:
    """The whole page."""
    parts = [
        f"# What components cost\n\n`make bench-stacks`: {facts}.",
        "\n".join([HEAD, *(pair.row() for pair in pairs)]),
        verdict(pairs),
        *growth(pairs),
        "\n".join([ALONE, *(each.row() for each in alone)]),
        EXPLAINED,
    ]
    return "\n\n".join(parts) + "\n"


def verdict(pairs: list[Pair]) -> str:
    """Which rows are within the bound; one that is over it by the clock or by the processors alone is named, too."""
    over = [pair.said() for pair in pairs if pair.over]
    half = [pair.said() for pair in pairs if not pair.over and max(pair.ratio("seconds"), pair.ratio("cpu")) > LIMIT]
    alone = f" By one of the two alone over it: {'; '.join(half)}." if half else ""
    if over:
        return f"Over the bound of {LIMIT}: {'; '.join(over)}.{alone}"
    return f"Every row is within the bound of {LIMIT} by clock {'or' if half else 'and'} CPU.{alone}"


def growth(pairs: list[Pair]) -> list[str]:
    """How much more the largest number of components takes than the second largest, beside how many more there are."""
    told = []
    for what in ("preview", "up"):
        sizes = sorted((pair for pair in pairs if pair.what == what), key=lambda pair: pair.count)
        if len(sizes) > 1:
            fewer, more = sizes[-2:]
            factors = [more.least(program, "cpu") / fewer.least(program, "cpu") for program in ("components", "plain")]
            told.append(
                f"From {fewer.count} to {more.count} components (x {more.count / fewer.count:.1f}), {what} takes x {factors[0]:.1f} the "
                f"processor seconds; plain x {factors[1]:.1f}."
            )
    return ["\n".join(told)] if told else []


HEAD = "| what | resources | rounds | components | plain | ratio | components, CPU | plain, CPU | ratio, CPU |\n|---|---|---|---|---|---|---|---|---|"
ALONE = "| the reference stack | resources | runs | seconds | CPU |\n|---|---|---|---|---|"
EXPLAINED = """*Plain* is the same set of resources, made by the SDK's own classes, with the same names, inputs, references and options, generated
by `tools/bench/plain_program.py`; the components themselves are not counted as resources. In a round both programs run one after the
other, each on a laptop cloud that holds nothing yet, and who begins changes from round to round. Seconds are the smallest of all rounds; a
ratio is the median of the rounds' own ratios. CPU is what the engine, the program and the stand-in provider used (the server that
stands for AWS is not among them): what else runs on the machine moves it little, while it moves the clock a lot. `up` on a laptop cloud
measures these programs, not AWS: there each resource takes seconds, and the ratio nears 1."""
