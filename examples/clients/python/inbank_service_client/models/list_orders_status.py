from enum import StrEnum


class ListOrdersStatus(StrEnum):
    ACTION_WANTED = "action_wanted"
    AWAITS_MERCHANT = "awaits_merchant"
    NEEDS_PERSON = "needs_person"
    NOT_PAID = "not_paid"
    OPEN = "open"
    PAID = "paid"
    TERMINATED = "terminated"

    def __str__(self) -> str:
        return str(self.value)
