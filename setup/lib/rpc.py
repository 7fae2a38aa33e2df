"""Talking to a running Odoo as one of its users, through the door the browser uses: no more rights than that person."""

from typing import Any

import requests

from services import OdooServer

TIMEOUT_SECONDS = 120


class RpcError(RuntimeError):
    """Odoo refused a call; the text is what the user would have read."""


class Person:
    """One logged-in user of a running Odoo."""

    def __init__(self, odoo: OdooServer, database: str, login: str, password: str) -> None:
        self._url = odoo.url
        self._session = requests.Session()
        self._session.trust_env = False
        answer = self._post("/web/session/authenticate", {"db": database, "login": login, "password": password})
        self._context = answer["user_context"]
        self.uid: int = answer["uid"]
        self.name: str = answer["name"]

    @property
    def language(self) -> str:
        """The language in which this person was greeted at logging in."""
        return self._context["lang"]

    def call(self, model: str, method: str, *arguments: Any, **keywords: Any) -> Any:
        """Call a public method of a model; `context` adds to the user's own.

        :raises RpcError: with the words of the refusal.
        """
        keywords["context"] = {**self._context, **keywords.get("context", {})}
        parameters = {"model": model, "method": method, "args": list(arguments), "kwargs": keywords}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", parameters)

    def search_read(self, model: str, domain: list, fields: list[str], **keywords: Any) -> list[dict[str, Any]]:
        """Records as dictionaries."""
        return self.call(model, "search_read", domain, fields=fields, **keywords)

    def search(self, model: str, domain: list, **keywords: Any) -> list[int]:
        """Ids of records."""
        return self.call(model, "search", domain, **keywords)

    def _post(self, path: str, parameters: dict[str, Any]) -> Any:
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        answer = self._session.post(f"{self._url}{path}", json=body, timeout=TIMEOUT_SECONDS).json()
        if "error" in answer:
            raise RpcError(answer["error"]["data"]["message"])
        return answer.get("result")
