"""What the tables say of vendors' times before anything was learnt: the usual wait, and the slow one."""

from collections.abc import Mapping

from shared.pipeline.plan.capabilities import Tables, Wait
from shared.pipeline.vendors.figures import OUR_MACHINES, Prior

OUR_OWN = Prior(3.0)  # three times the usual where a new instance starts, or a film is hard to encode


def priors(tables: Tables) -> Mapping[str, Prior]:
    """Return the prior of each footage model by its id, of each avatar service by its name, and of our machines."""
    footage = (tables.footage, *tables.tenant_footage.values())
    models = {model.id: _prior(model.wait) for each in footage for model in each.values()}
    services = {name: _prior(service.wait) for name, service in tables.presenters.items()}
    return {**models, **services, OUR_MACHINES: OUR_OWN}


def _prior(wait: Wait) -> Prior:
    return Prior(max(wait.slow / max(wait.typical, 1.0), 1.0))
