from enum import StrEnum


class Progress(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    PENDING = "pending"
    UNCLEAR = "unclear"

    def __str__(self) -> str:
        return str(self.value)
