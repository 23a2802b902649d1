"""Contains all the data models used in inputs/outputs"""

from .accept import Accept
from .activate import Activate
from .applied import Applied
from .apply_body import ApplyBody
from .asked import Asked
from .attempt_answer import AttemptAnswer
from .bank import Bank
from .banks import Banks
from .commanded import Commanded
from .conditions import Conditions
from .confirm import Confirm
from .event_answer import EventAnswer
from .events import Events
from .example import Example
from .file import File
from .healthy import Healthy
from .history import History
from .key_setting import KeySetting
from .link import Link
from .list_orders_status import ListOrdersStatus
from .model_answer import ModelAnswer
from .offer_answer import OfferAnswer
from .opened import Opened
from .order_answer import OrderAnswer
from .orders import Orders
from .pay import Pay
from .pay_request import PayRequest
from .payment import Payment
from .payment_link import PaymentLink
from .printout_answer import PrintoutAnswer
from .problem import Problem
from .product_answer import ProductAnswer
from .progress import Progress
from .proof import Proof
from .proving import Proving
from .quote_answer import QuoteAnswer
from .ready import Ready
from .rent_body import RentBody
from .resend import Resend
from .resent import Resent
from .shop_answer import ShopAnswer
from .shop_setting import ShopSetting
from .sign import Sign
from .signing import Signing
from .status import Status
from .unreadable import Unreadable
from .webhook_answer import WebhookAnswer
from .webhook_data import WebhookData
from .webhook_failure import WebhookFailure
from .webhook_message import WebhookMessage
from .webhook_set import WebhookSet
from .webhook_setting import WebhookSetting
from .webhook_state import WebhookState
from .webhook_test import WebhookTest

__all__ = (
    "Accept",
    "Activate",
    "Applied",
    "ApplyBody",
    "Asked",
    "AttemptAnswer",
    "Bank",
    "Banks",
    "Commanded",
    "Conditions",
    "Confirm",
    "EventAnswer",
    "Events",
    "Example",
    "File",
    "Healthy",
    "History",
    "KeySetting",
    "Link",
    "ListOrdersStatus",
    "ModelAnswer",
    "OfferAnswer",
    "Opened",
    "OrderAnswer",
    "Orders",
    "Pay",
    "PayRequest",
    "Payment",
    "PaymentLink",
    "PrintoutAnswer",
    "Problem",
    "ProductAnswer",
    "Progress",
    "Proof",
    "Proving",
    "QuoteAnswer",
    "Ready",
    "RentBody",
    "Resend",
    "Resent",
    "ShopAnswer",
    "ShopSetting",
    "Sign",
    "Signing",
    "Status",
    "Unreadable",
    "WebhookAnswer",
    "WebhookData",
    "WebhookFailure",
    "WebhookMessage",
    "WebhookSet",
    "WebhookSetting",
    "WebhookState",
    "WebhookTest",
)
