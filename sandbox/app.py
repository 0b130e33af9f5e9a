"""The sandbox as one program: systems, control API and pages behind one port."""

from __future__ import annotations

from werkzeug.wrappers import Request

from sandbox.advoware.config import AdvowareSettings
from sandbox.advoware.system import Advoware
from sandbox.answers import Answer
from sandbox.control import PREFIX, Control
from sandbox.espocrm.config import EspoSettings
from sandbox.espocrm.system import EspoCrm
from sandbox.google.config import GoogleSettings
from sandbox.google.system import GoogleCalendar
from sandbox.pages import Pages
from sandbox.settings import Settings
from sandbox.world import World
from sandbox.xai.config import XaiSettings
from sandbox.xai.system import Xai


class Sandbox:
    """Everything, without a server: call it with a request."""

    def __init__(self) -> None:
        espo_settings, xai_settings, advoware_settings = EspoSettings(), XaiSettings(), AdvowareSettings()
        google_settings = GoogleSettings()
        settings = Settings()
        settings.add("espocrm", espo_settings)
        settings.add("xai", xai_settings)
        settings.add("advoware", advoware_settings)
        settings.add("google", google_settings)
        self.world = World(settings)
        self.espocrm = EspoCrm(espo_settings)
        self.xai = Xai(xai_settings)
        self.advoware = Advoware(advoware_settings)
        self.google = GoogleCalendar(google_settings, self.world.faults, self.world.calls)
        for system in (self.espocrm, self.xai, self.advoware, self.google):
            self.world.add(system)
        self.control = Control(self.world)
        self.pages = Pages(self.world, self.espocrm, self.xai, self.advoware, self.google)

    def __call__(self, request: Request) -> Answer:
        path = request.path
        mount = self.world.mount_for(path)
        if mount:
            return self.world.call(mount, request)
        if path.startswith(PREFIX):
            return self.control.answer(request)
        return self.pages.answer(request)

    def close(self) -> None:
        self.world.close()
