"""The second factor of a login: django-otp's device, whose seed lies sealed in its column.

django-otp reckons with `bin_key`, and looks at nothing else of the seed; so this is all that is ours.
"""

from __future__ import annotations

from binascii import unhexlify
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from syncapp.kit import sealing


class SecondFactor(TOTPDevice):
    """`key` is sealed when it is first stored, for this user only: in another row, or without the installation's secret
    key, it opens nothing."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    @property
    def readable(self) -> bool:
        """False: its seed was sealed with a secret key that is gone; only a new factor helps."""
        return sealing.opened_seed(self.key, self.user_id) is not None

    @property
    def bin_key(self) -> bytes:
        seed = sealing.opened_seed(self.key, self.user_id)
        if seed is None:
            raise ValueError("the seed of a second factor can't be opened")
        return seed

    def verify_token(self, token: str) -> bool:
        return self.readable and bool(super().verify_token(token))  # type: ignore[no-untyped-call]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.key.startswith(sealing.MARK):
            self.key = sealing.seal_seed(unhexlify(self.key), self.user_id)
        super().save(*args, **kwargs)

    @classmethod
    def seal_anew(cls) -> int:
        """Whatever an earlier secret key sealed, with the present one. How many there were."""
        earlier = [row for row in cls.objects.all() if not sealing.sealed_lately(row.key, row.user_id) and row.readable]
        for row in earlier:
            again = sealing.seal_seed(row.bin_key, row.user_id)
            cls.objects.filter(pk=row.pk, key=row.key).update(key=again)
        return len(earlier)
