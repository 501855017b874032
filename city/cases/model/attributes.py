"""What is asked about a case of a category besides what everybody is asked."""

from typing import Literal

from msgspec import Struct

Datatype = Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
"""What kind of answer is wanted; the words are those of Open311 GeoReport v2."""


class AttributeValue(Struct, frozen=True, kw_only=True):
    """One of the answers that a list offers: what is kept, and what people read, by language."""

    key: str
    name: dict[str, str]


class Attribute(Struct, frozen=True, kw_only=True):
    """A question that a category asks, by language; `values` are the answers of a list.

    Where `variable` is false there is nothing to answer: it is a notice to be read.
    """

    code: str
    datatype: Datatype
    question: dict[str, str]
    hint: dict[str, str] = {}
    required: bool = False
    variable: bool = True
    values: list[AttributeValue] = []

    @property
    def is_list(self) -> bool:
        """Whether the answer is chosen among `values`."""
        return self.datatype in ("singlevaluelist", "multivaluelist")
