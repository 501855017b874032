"""Square codes that a phone reads (ISO/IEC 18004), drawn as part of a page."""

import io

import segno
from markupsafe import Markup, escape


def qr_picture(text: str, label: str = "") -> Markup:
    """Return the QR code of a text as an SVG element, black on white in every theme.

    It bears no style of its own (the content policy forbids that) and scales to its box. Error
    correction is M or better: it is still read with a seventh of it scratched off.
    """
    written = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(
        written,
        kind="svg",
        border=4,
        light="#fff",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
    )
    drawn = written.getvalue().decode().strip()
    named = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    return Markup(drawn.replace("<svg", f"<svg{named}", 1))  # noqa: S704 (its parts are ours)
