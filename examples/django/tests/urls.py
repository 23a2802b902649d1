from django.urls import include, path

from tests.shop.views import checkout

urlpatterns = [
    path("checkout/<variant>/<order_number>/", checkout),
    path("payments/", include("payments.urls")),
]
