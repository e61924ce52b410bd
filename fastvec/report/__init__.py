"""A report on vectors: one page of HTML that needs no network."""

from fastvec.report.page import write_report

__all__ = ["write_report"]
