"""credit-grading (信用分级分类监管): from department feeds to published A–E grades."""

__version__ = "0.1.0"
