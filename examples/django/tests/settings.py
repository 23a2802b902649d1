"""A site with one app."""

import os
from pathlib import Path

SECRET_KEY = "of the tests"
DEBUG = True
USE_TZ = True
STATIC_URL = "/static/"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.urls"
INSTALLED_APPS = ["payments", "tests.shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        # A file, so that the live server's threads and the tests have connections of their own.
        "TEST": {"NAME": str(Path(os.environ.get("INBANK_TEST_FOLDER", ".")) / "test.db")},
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    },
}
PAYMENT_HOST = "localhost"
PAYMENT_MODEL = "shop.Payment"
# The variants are set when the service has said where it is.
PAYMENT_VARIANTS: dict[str, tuple[str, dict[str, object]]] = {}
