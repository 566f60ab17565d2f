"""The layers of the dbt project, and what dbt is asked to build for each."""

# in the order in which they are built
LAYERS = ("staging", "thematic", "evaluation", "sharing")


def selection(layer: str, *, with_seeds: bool, with_rules: bool = True) -> list[str]:
    """dbt's arguments for one layer and the tests that it completes.

    A test that also looks at a later layer waits for that one: it would look at yesterday's table, or at none.
    In a run that follows another, rules and views are what they were: `with_rules=False` spares making them anew.
    """
    later = [f"path:models/{name}+" for name in LAYERS[LAYERS.index(layer) + 1 :]]
    selected = ["--select", f"path:models/{layer}", *(["path:seeds"] if with_seeds else [])]
    excluded = [*later, *([] if with_rules else ["path:models/evaluation/rule", "config.materialized:view"])]
    return [*selected, *(["--exclude", *excluded] if excluded else [])]
