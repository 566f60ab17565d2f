"""Our own expectation: a query that must return no rows, or no more than allowed.

Great Expectations' UnexpectedRowsExpectation runs the query twice and fetches every row in each result format.
This one only counts while nobody asks for details, and then fetches no more rows than are shown.
"""

from functools import cache
from typing import Any

SAMPLE_ROWS = 50


@cache
def no_rows_expectation() -> type[Any]:
    """The expectation class `expect_query_to_return_no_rows`; made on first use because GX is slow to import."""
    import great_expectations.expectations as gxe
    from great_expectations.compatibility import pydantic
    from great_expectations.core.result_format import ResultFormat
    from great_expectations.validator.metric_configuration import MetricConfiguration

    rows, count = "unexpected_rows_query.table", "unexpected_rows_query.row_count"

    class ExpectQueryToReturnNoRows(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]
        """Violating rows of a query, compared with an allowed number."""

        allowed_rows: int = 0

        # Replaces the inherited validator, which prints a warning where the query does not name {batch}.
        @pydantic.validator("unexpected_rows_query", allow_reuse=True)  # type: ignore[untyped-decorator]
        def _validate_query(cls, query: str) -> str:
            return query.rstrip("; \t\r\n")

        def get_validation_dependencies(self, execution_engine: Any = None, runtime_configuration: Any = None) -> Any:
            dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
            if dependencies.result_format.get("result_format") != ResultFormat.COMPLETE:
                dependencies.remove_metric_configuration(rows)
                return dependencies
            whole = dependencies.metric_configurations[rows]
            limited = f"select * from ({self.unexpected_rows_query}) as violating limit {SAMPLE_ROWS}"
            dependencies.set_metric_configuration(
                rows,
                MetricConfiguration(
                    metric_name=rows,
                    metric_domain_kwargs=whole.metric_domain_kwargs,
                    metric_value_kwargs={**whole.metric_value_kwargs, "unexpected_rows_query": limited},
                ),
            )
            return dependencies

        def _validate(self, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None) -> Any:
            violating = metrics[count]
            return {
                "success": violating <= self.allowed_rows,
                "result": {
                    "observed_value": violating,
                    "details": {"unexpected_rows": metrics.get(rows, [])},
                },
            }

    return ExpectQueryToReturnNoRows
