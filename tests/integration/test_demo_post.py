"""The demo's mail server takes what the hub sends, and nothing else happens with it."""

from __future__ import annotations

import time

import pytest
from django.core.mail import EmailMessage
from django.test import override_settings

from bitbylaw.email_url import django_settings
from syncapp.management.demo.post import Mail, Post
from syncapp.notify import mail
from tests.world import configured


def came(post: Post, count: int) -> list[Mail]:
    found: list[Mail] = []
    deadline = time.monotonic() + 60
    while len(found) < count and time.monotonic() < deadline:
        found += post.news()
        time.sleep(0.05)
    return found


def test_what_the_hub_sends_arrives_as_it_was_written() -> None:
    text = "Die Größe stimmt nicht.\n.ein Punkt am Anfang\n..zwei\n" + "lang " * 400
    with Post() as post:
        sending = django_settings(post.settings["EMAIL_URL"], post.settings["EMAIL_FROM"])
        with override_settings(**sending), configured(EMAIL_FROM=post.settings["EMAIL_FROM"]):
            for number in range(2):
                mail.send(EmailMessage(f"xAI antwortet nicht ({number})", text, to=["betreuung@kanzlei.example"]))
        first, second = came(post, 2)
    assert (first.to, first.subject) == ("betreuung@kanzlei.example", "xAI antwortet nicht (0)")
    assert first.text.split() == text.split()
    assert second.subject.endswith("(1)")


def test_it_ends_with_its_block() -> None:
    with Post() as post:
        sending = django_settings(post.settings["EMAIL_URL"], post.settings["EMAIL_FROM"])
    with override_settings(**sending), pytest.raises(mail.NotSent):
        mail.send(EmailMessage("x", "y", to=["betreuung@kanzlei.example"]))
