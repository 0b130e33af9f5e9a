"""What the demo says, in both languages. (Texts of the hub itself are translated by gettext, for staff.)"""

from __future__ import annotations

import os
from collections.abc import Callable

LANGUAGES = ("de", "en")
Translate = Callable[[str], str]

# key: English, German
_TEXTS: dict[str, tuple[str, str]] = {
    "welcome": (
        "A small law firm with invented cases; EspoCRM, Advoware, Google Calendar and xAI as sandboxes, "
        "and the hub between them.",
        "Eine kleine Kanzlei mit erfundenen Akten; EspoCRM, Advoware, Google Kalender und xAI als Sandbox, "
        "dazwischen der Hub.",
    ),
    "prepare": ("Preparing database and pages", "Datenbank und Seiten werden vorbereitet"),
    "start": ("Starting sandbox, web server and workers", "Sandbox, Webserver und Arbeiter starten"),
    "stock": ("First comparison: what the firm has already", "Erster Abgleich: was die Kanzlei schon hat"),
    "day": ("A working day: webhooks tell what changes", "Ein Arbeitstag: Webhooks melden Änderungen"),
    "result": ("What is there now, as the sandbox sees it", "Was jetzt da ist, aus Sicht der Sandbox"),
    "expected": ("expected", "erwartet"),
    "found": ("found", "gefunden"),
    "searchable": (
        "documents searchable in all their collections",
        "Dokumente in allen ihren Collections durchsuchbar",
    ),
    "left_out": ("documents left out, EspoCRM says why", "Dokumente ausgelassen, EspoCRM sagt warum"),
    "rejected": ("documents that xAI rejected, EspoCRM says so", "Dokumente von xAI abgelehnt, EspoCRM sagt es"),
    "collections": ("cases and parties with a collection of their name", "Akten und Beteiligte mit ihrer Collection"),
    "places": ("files in collections, exactly those of EspoCRM", "Dateien in Collections, genau die aus EspoCRM"),
    "delivered": ("messages of EspoCRM that the hub accepted", "Meldungen von EspoCRM, die der Hub annahm"),
    "pending": ("messages that still wait in EspoCRM", "Meldungen, die noch in EspoCRM warten"),
    "pauses": ("refusals for too many requests, survived", "Abweisungen wegen zu vieler Anfragen, überstanden"),
    "uploads": ("uploads: every content once", "Uploads: jeder Inhalt nur einmal"),
    "quarantined": ("answer to an unreadable message, now in quarantine", "Antwort auf Unlesbares, nun in Quarantäne"),
    "parties": ("parties that are the same in EspoCRM and Advoware", "Beteiligte, in EspoCRM und Advoware gleich"),
    "numbers": ("parties in Advoware: each once", "Beteiligte in Advoware: jeder nur einmal"),
    "accounts": ("bank accounts that are in Advoware: each once", "Bankverbindungen in Advoware: jede nur einmal"),
    "conflicts": (
        "fields changed on both sides: a person chooses, nothing is overwritten",
        "beiderseits geänderte Felder: ein Mensch wählt, nichts wird überschrieben",
    ),
    "bank_task": (
        "task: a changed bank account, which only a person can change there",
        "Aufgabe: geänderte Bankverbindung, die dort nur ein Mensch ändern kann",
    ),
    "notices": (
        "notices: a value was replaced by the other side's, staff are told",
        "Hinweise: ein Wert wurde durch den der anderen Seite ersetzt",
    ),
    "calendars": (
        "employees with a Google calendar of their own that reports to the hub",
        "Beschäftigte mit eigenem Google-Kalender, der sich beim Hub meldet",
    ),
    "appointments": (
        "appointments that are the same in Advoware and Google: each once",
        "Termine, in Advoware und Google gleich: jeder nur einmal",
    ),
    "edits": (
        "appointments edited, made and moved on one side: on both now",
        "Termine, auf einer Seite geändert, angelegt, verschoben: nun auf beiden",
    ),
    "series_task": (
        "task: a series in Google that Advoware can't hold",
        "Aufgabe: eine Serie in Google, die Advoware nicht kennt",
    ),
    "exceptions": ("Not searchable, on purpose", "Nicht durchsuchbar, mit Absicht"),
    "document": ("document", "Dokument"),
    "says": ("EspoCRM says", "EspoCRM sagt"),
    "no_case": ("(belongs to no case)", "(gehört zu keiner Akte)"),
    "all_right": ("Everything is as it should be.", "Alles ist, wie es sein soll."),
    "not_right": (
        "Not everything is as it should be; the logs are in {folder}.",
        "Nicht alles ist, wie es sein soll; die Protokolle liegen in {folder}.",
    ),
    "look": ("Where to look", "Wo man hinschaut"),
    "admin": ("the hub's pages for staff", "Seiten des Hubs für Mitarbeitende"),
    "login": ("logins: {names}, password {password}", "Logins: {names}, Passwort {password}"),
    "crm": ("EspoCRM (sandbox): work as a colleague does", "EspoCRM (Sandbox): arbeiten wie eine Kollegin"),
    "advoware": (
        "Advoware (sandbox): parties and calendars, as at its own screen",
        "Advoware (Sandbox): Beteiligte und Kalender, wie an seinem eigenen Bildschirm",
    ),
    "google": (
        "Google Calendar (sandbox): one calendar for each employee",
        "Google Kalender (Sandbox): je Beschäftigte einer",
    ),
    "xai": ("xAI (sandbox): what became searchable", "xAI (Sandbox): was durchsuchbar wurde"),
    "faults": ("let something go wrong", "etwas schiefgehen lassen"),
    "logs": ("what the processes say", "was die Prozesse sagen"),
    "try": ("Worth trying", "Zum Ausprobieren"),
    "try_edit": (
        "Change a document in EspoCRM (new file, other case) and watch it travel: here, in the hub, at xAI.",
        "In EspoCRM ein Dokument ändern (neue Datei, andere Akte) und zusehen: hier, im Hub, bei xAI.",
    ),
    "try_mend": (
        "Failures in the hub: read why, follow the link to EspoCRM, upload a readable file there; they are gone.",
        "Fehler im Hub: Grund lesen, dem Link ins CRM folgen, dort eine lesbare Datei hochladen; weg sind sie.",
    ),
    "try_wait": (
        "One document waits, because xAI asked for a pause of 90 seconds. It goes on by itself.",
        "Ein Dokument wartet, weil xAI um 90 Sekunden Pause bat. Es geht von selbst weiter.",
    ),
    "try_break": (
        "Faults: let xAI answer 503 for a minute. The hub shows the outage, waits, and catches up.",
        "Störungen: xAI eine Minute lang mit 503 antworten lassen. Der Hub zeigt den Ausfall, wartet und holt auf.",
    ),
    "try_party": (
        "A party on both sides: change a field or a phone number here and there; a few seconds later both have it. "
        "(Advoware tells nobody of changes: here the hub compares at once, in real use every 15 minutes.)",
        "Ein Beteiligter auf beiden Seiten: hier und dort ein Feld oder eine Rufnummer ändern, Sekunden später haben "
        "es beide. (Advoware meldet nichts: hier vergleicht der Hub sofort, im echten Betrieb alle 15 Minuten.)",
    ),
    "try_conflict": (
        "A conflict: first name and date of birth were changed on both sides. Choose, and see both sides follow.",
        "Ein Konflikt: Vorname und Geburtsdatum wurden auf beiden Seiten geändert. Wählen, und beide Seiten folgen.",
    ),
    "try_task": (
        "A task: the new IBAN must be entered in Advoware by hand. Do it there; the task closes by itself.",
        "Eine Aufgabe: Die neue IBAN muss in Advoware von Hand eingetragen werden. Dort tun; die Aufgabe schließt sich "
        "von selbst.",
    ),
    "try_undo": (
        "The journal: every write of the hub. Open a party changed in Advoware and undo it.",
        "Das Journal: alles, was der Hub schrieb. Eine Änderung an einem Beteiligten öffnen und rückgängig machen.",
    ),
    "try_calendar": (
        "Calendars: move an appointment in either system's page and see it move in the other. A series on two days of "
        "the week is a task: Advoware can't hold it. The hub's page shows all employees.",
        "Kalender: einen Termin auf einer der beiden Seiten verschieben und auf der anderen wandern sehen. Eine Serie "
        "an zwei Wochentagen ist eine Aufgabe: Advoware kennt so etwas nicht. Die Seite des Hubs zeigt alle.",
    ),
    "stay": (
        "Ctrl-C ends all of it. What happens to documents, parties and appointments:",
        "Strg-C beendet alles. Was mit Dokumenten, Beteiligten und Terminen geschieht:",
    ),
    "deleted": ("deleted", "gelöscht"),
    "ending": ("Ending all processes …", "Alle Prozesse werden beendet …"),
    "ended": ("Ended.", "Beendet."),
}


def of(language: str) -> Translate:
    column = 0 if language == "en" else 1
    return lambda key: _TEXTS[key][column]


def of_this_shell() -> str:
    """German where the shell speaks German, else English."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "de" if spoken.lower().startswith("de") else "en"
