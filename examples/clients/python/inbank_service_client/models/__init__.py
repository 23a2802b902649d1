"""Contains all the data models used in inputs/outputs"""

from .accept import Accept
from .activate import Activate
from .applied import Applied
from .apply_body import ApplyBody
from .asked import Asked
from .attempt_answer import AttemptAnswer
from .commanded import Commanded
from .confirm import Confirm
from .event_answer import EventAnswer
from .events import Events
from .example import Example
from .healthy import Healthy
from .link import Link
from .model_answer import ModelAnswer
from .opened import Opened
from .order_answer import OrderAnswer
from .orders import Orders
from .pay import Pay
from .pay_request import PayRequest
from .payment_link import PaymentLink
from .printout_answer import PrintoutAnswer
from .problem import Problem
from .product_answer import ProductAnswer
from .progress import Progress
from .quote_answer import QuoteAnswer
from .ready import Ready
from .rent_body import RentBody
from .sign import Sign
from .signing import Signing
from .status import Status

__all__ = (
    "Accept",
    "Activate",
    "Applied",
    "ApplyBody",
    "Asked",
    "AttemptAnswer",
    "Commanded",
    "Confirm",
    "EventAnswer",
    "Events",
    "Example",
    "Healthy",
    "Link",
    "ModelAnswer",
    "Opened",
    "OrderAnswer",
    "Orders",
    "Pay",
    "PayRequest",
    "PaymentLink",
    "PrintoutAnswer",
    "Problem",
    "ProductAnswer",
    "Progress",
    "QuoteAnswer",
    "Ready",
    "RentBody",
    "Sign",
    "Signing",
    "Status",
)
