from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from payments import PaymentError, RedirectNeeded

from tests.shop.models import Payment


def checkout(request: HttpRequest, variant: str, order_number: str) -> HttpResponse:
    """What sites do: a payment for each click, and its form."""
    payment = Payment.objects.create(
        variant=variant,
        order_number=order_number,
        total=request.POST.get("total", "499.90"),
        currency="EUR",
    )
    payment.refresh_from_db()
    try:
        payment.get_form()
    except RedirectNeeded as redirect:
        return HttpResponseRedirect(str(redirect))
    except PaymentError as error:
        return HttpResponse(str(error), status=422)
    return HttpResponse()
