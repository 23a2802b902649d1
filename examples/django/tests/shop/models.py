from django.db import models
from payments.models import BasePayment


class Payment(BasePayment):
    """A try to pay an order of the shop."""

    order_number = models.CharField(max_length=40, db_index=True)

    def get_success_url(self) -> str:
        return f"/thanks/{self.order_number}/"

    def get_failure_url(self) -> str:
        return f"/again/{self.order_number}/"
