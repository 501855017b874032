"""Examples of the API, asked of a city as they say; where one names a thing, with one it has.

who     as whom: a session or a key of `Served`
path, query, body, media   what is sent; `media` is the content type when it is not JSON
take    what stands for a name in these: [another example, way], which is asked before, or
        [address, way]; the way leads through the answer, as `cases.0.ref`
after   examples that are asked between these two, with the same names
status, answer, xml, csv   what comes back, by media type
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from tests.api.conftest import Served

Example = Mapping[str, Any]
FORM = "application/x-www-form-urlencoded"


class Asking:
    """Somebody who tries out examples."""

    def __init__(
        self, client: httpx2.AsyncClient, served: Served, examples: Mapping[str, Example]
    ) -> None:
        self.client = client
        self.served = served
        self.examples = examples
        self.operations: dict[str, tuple[str, str]] = {}

    async def read(self) -> dict[str, Any]:
        """Read the description, which says where each example is asked."""
        document = (await self.client.get("/openapi.json")).json()
        for path, item in document["paths"].items():
            for method, operation in item.items():
                self.operations[operation["operationId"]] = (path, method)
        return document

    async def ask(
        self, name: str, given: Mapping[str, Any] | None = None, at: str = ""
    ) -> httpx2.Response:
        """Ask an example, and before it whatever it needs; `at` is another of its addresses."""
        example = self.examples[name]
        taken = dict(given or {})
        missing = {n: from_ for n, from_ in example.get("take", {}).items() if n not in taken}
        for part, (other, way) in missing.items():
            if not other.startswith("/"):
                taken[part] = follow((await self.ask(other)).json(), way)
        for other in example.get("after", ()):
            answer = await self.ask(other, taken)
            assert answer.is_success, (name, other, answer.text)
        for part, (address, way) in missing.items():
            if address.startswith("/"):
                headers = self._as(example)
                answer = await self.client.get(address.format(**taken), headers=headers)
                taken[part] = follow(answer.json(), way)
        return await self._send(at or name, example, taken)

    async def _send(self, id: str, example: Example, taken: Mapping[str, Any]) -> httpx2.Response:
        path, method = self.operations[id]
        query = _with(example.get("query", {}), taken)
        address = path.format(**_with(example.get("path", {}), taken))
        sent: dict[str, Any] = {}
        headers = self._as(example)
        media = example.get("media", "")
        if media == FORM:
            sent["data"] = _with(example["body"], taken)
        elif isinstance(example.get("body"), str):
            headers["content-type"] = media
            sent["content"] = example["body"].encode()
        elif "body" in example:
            body = example["body"]
            sent["json"] = _with(body, taken) if isinstance(body, dict) else body
        return await self.client.request(method, address, params=query, headers=headers, **sent)

    def _as(self, example: Example) -> dict[str, str]:
        who = example.get("who", "resident")
        worn = getattr(self.served, who)
        return {"x-api-key": worn} if who == "program" else {"cookie": f"session={worn}"}


def follow(value: Any, way: str) -> Any:
    """Follow a way such as `cases.0.ref`; `?open` takes the first thing that is open."""
    for part in way.split("."):
        if part.startswith("?"):
            value = next(one for one in value if one[part[1:]])
        else:
            value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def _with(values: Mapping[str, Any], taken: Mapping[str, Any]) -> dict[str, Any]:
    return {name: taken.get(name, value) for name, value in values.items()}
