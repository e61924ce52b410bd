"""Results that are tables too: for notebooks, and for pandas."""

from abc import abstractmethod
from collections.abc import Sequence
from html import escape
from typing import Any

#: Rows that notebooks show.
_SHOWN = 100


class Tabular:
    """A result with a table; notebooks show it."""

    @abstractmethod
    def table(self) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return the headings, and the rows."""

    def to_pandas(self) -> Any:
        """Return the table as a `pandas.DataFrame`.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        from fastvec.vectors.interop import library

        headings, rows = self.table()
        return library("pandas").DataFrame(rows, columns=headings)

    def _repr_html_(self) -> str:
        headings, rows = self.table()
        omitted = f"<p>{len(rows) - _SHOWN:,} more</p>" if len(rows) > _SHOWN else ""
        head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
        lines = ("".join(f"<td>{escape(_shown(value))}</td>" for value in row) for row in rows[:_SHOWN])
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{omitted}"


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
