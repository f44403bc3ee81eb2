"""The weights a request goes on from, read and held against the model and the text encoder that are asked for."""

from __future__ import annotations

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params
from xdrec_app.models.base import Carrying, recommenders
from xdrec_app.models.pretrained import Pretrained
from xdrec_app.models.text_encoder import open_encoder
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.experiments import ENCODER


def pretrained_of(request: Train, params: Params) -> Job[Pretrained | None]:
    """Return the weights a request names, if any.

    Raises
    ------
    UserError
        When the model cannot go on from weights, or they are of another model or text encoder, or damaged.
    """
    if request.pretrained is None:
        return None
    if not issubclass(recommenders[request.model], Carrying):
        raise UserError(f"The model '{request.model}' does not go on from pre-trained weights.", "Choose unisrec.")
    yield Progress(done=0, message="Reading the pre-trained weights")
    found = Pretrained.load(request.pretrained)
    found.require(request.model, open_encoder(getattr(params, ENCODER)).fingerprint)
    return found
