"""Describing the registry of text encoders: what there is, and what is missing before it can be used."""

from __future__ import annotations

from xdrec_app.models.text_encoder import text_encoders
from xdrec_app.services.encoder_results import EncoderInfo, EncoderInfos


def describe_encoders() -> EncoderInfos:
    """Return all text encoders of the registry; none is loaded."""
    found = []
    for encoder in text_encoders:
        lacks = encoder.lacks()
        found.append(
            EncoderInfo(
                key=encoder.key,
                title=encoder.title,
                reference=encoder.reference,
                needs_place=encoder.needs_place,
                has_gradients=encoder.has_gradients,
                is_installed=not lacks,
                lacks=lacks,
            )
        )
    return EncoderInfos(encoders=tuple(found), broken=text_encoders.broken)
