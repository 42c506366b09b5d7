"""The models that only kie.ai's live list has, for the completion of the shells."""

from __future__ import annotations

from contextlib import suppress

from kie_cli.catalog.models import ids
from kie_cli.catalog.offers import offers
from kie_cli.context import Kie
from kie_cli.errors import KieError
from kie_cli.jobs.market import Market
from kie_cli.output.index import keep


def keep_models(kie: Kie) -> None:
    """Renew the index of models: those that no record describes, and what they take."""
    if kie.use_sandbox:
        return
    with suppress(KieError):
        own, market = {*ids()}, Market(kie)
        listing = market.listing()
        models, values = [], []
        for model_id in sorted({*listing.told} - own):
            with suppress(KieError):  # not made by createTask
                if model := market.model(model_id, listing, market.schema(model_id)):
                    models.append((model_id, model.media))
                    for flag, words in offers(model).items():
                        values.append((f"{flag} {model_id}", " ".join(words)))
        folder = kie.places.cache_dir / "completion"
        keep(folder / "models", models)
        keep(folder / "values", values)
