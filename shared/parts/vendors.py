"""The parts that speak to vendors, each through the one guarded way out."""

from functools import cached_property, partial
from typing import TYPE_CHECKING

from shared.cloud.clients import NoToken
from shared.parts.stores import StoreParts

if TYPE_CHECKING:  # each function imports only what its own property below names
    from shared.cloud.tenants import Integration
    from shared.egress.client import Egress
    from shared.providers.ports import KeyedFootageVendor, PresenterVendor
    from shared.providers.veo.client import Veo
    from shared.steps.vendor_endpoints import VendorEndpoints


class VendorParts(StoreParts):
    """Vendors' clients of one instance."""

    @cached_property
    def egress(self) -> "Egress":
        from shared.egress.client import Egress

        return Egress(self.settings.allowed)

    @cached_property
    def veo(self) -> "Veo":
        from shared.providers.veo.client import Veo

        url, project = self.settings.veo_endpoint, self.settings.project  # in us-central1, wherever the functions run
        token, refresh = self._veo_token, partial(self._veo_token, renew=True)
        return Veo(endpoint=url, project=project, token=token, refresh=refresh, egress=self.egress)

    @cached_property
    def presenters(self) -> "dict[str, PresenterVendor]":
        from shared.providers.did.client import DId
        from shared.providers.did.questions import KeyForm
        from shared.providers.heygen.client import HeyGen

        here, form = self.settings, KeyForm(self.settings.did_key_form)
        return {
            "heygen": HeyGen(endpoint=here.heygen_endpoint, egress=self.egress),
            "did": DId(endpoint=here.did_endpoint, egress=self.egress, key_form=form),
        }

    @cached_property
    def keyed_footage(self) -> "dict[str, KeyedFootageVendor]":
        from shared.providers.heygen_video.client import HeyGenVideo

        return {"heygen_video": HeyGenVideo(endpoint=self.settings.heygen_endpoint, egress=self.egress)}

    def vendor_hook_url(self, tenant: str, mode: str) -> str:
        """Return the address HeyGen is told for a tenant's account."""
        return f"{self.settings.public_url}/heygen_webhook/t/{tenant}/{mode}"

    @cached_property
    def vendor_endpoints(self) -> "VendorEndpoints":
        from shared.cloud.rates import RateCounts
        from shared.steps.vendor_endpoints import VendorEndpoints

        kept = self.tenants, self.secrets, self.replaced_secrets, RateCounts(self.clients)
        return VendorEndpoints(*kept, self.vendor_hook_url, self.now)

    def tidied(self, vendor: object, tenant: str, account: "Integration") -> "Integration":
        """Take what is left of our endpoints off an account's; light where none is left."""
        return self.vendor_endpoints.cleared(vendor, tenant, account) if account.webhooks_left else account

    def _veo_token(self, *, renew: bool = False) -> str:
        from shared.providers.ports import NotSent

        try:
            return self.clients.access_token(renew=renew)
        except NoToken as none:
            raise NotSent(str(none)) from none  # a decision the paid road knows
