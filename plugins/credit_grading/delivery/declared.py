"""The deliveries that department files declare, found by their names."""

from collections.abc import Iterable

from credit_grading.department.model import Department, OutgoingDelivery


def declared(
    departments: Iterable[Department], department_id: str | None = None, delivery_id: str | None = None
) -> list[tuple[str, OutgoingDelivery]]:
    """Department id and delivery, in the files' order: all, those of one department, or one of them.

    Raises LookupError where one is named that no readable file declares.
    """
    found = [
        (department.id, delivery)
        for department in departments
        if department_id in (None, department.id)
        for delivery in department.deliveries
        if delivery_id in (None, delivery.id)
    ]
    if not found and (department_id or delivery_id):
        name = "/".join(part or "*" for part in (department_id, delivery_id))
        raise LookupError(
            f"没有推送 {name}，或部门文件有错 (no department file declares this delivery, or it has mistakes)"
        )
    return found
