"""The sandbox put together: shared parts, platforms and the HTTP server in a thread of its own."""

from __future__ import annotations

import threading
from types import TracebackType

from .admin import Admin
from .alipay.platform import Alipay
from .control import Control
from .core import Core
from .persons import Persons, PersonsAdmin
from .router import Router
from .unionpay.platform import UnionPay
from .wechatpay.platform import WechatPay
from .wire import Server


class Sandbox:
    """A running sandbox: `with Sandbox() as sandbox: sandbox.url, sandbox.admin.post("faults", …)`."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, seed: int | None = None) -> None:
        self.core = Core(seed)
        router = Router()
        Admin(self.core).routes(router)
        self.alipay = Alipay(self.core)
        self.alipay.routes(router)
        self.wechatpay = WechatPay(self.core)
        self.wechatpay.routes(router)
        self.unionpay = UnionPay(self.core)
        self.unionpay.routes(router)
        persons: list[Persons] = [
            self.alipay.persons,
            self.wechatpay,
            self.unionpay.persons,
        ]
        PersonsAdmin(persons).routes(router)
        self._server = Server((host, port), router.answer)
        self.url = self.core.base_url = f"http://{host}:{self._server.server_address[1]}"
        self.admin = Control(self.url)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox-http", daemon=True
        )

    def __enter__(self) -> Sandbox:
        self.core.scheduler.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self.core.scheduler.stop()
        self._thread.join()
