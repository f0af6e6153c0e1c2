"""How secrets are called: the one place that composes a name; Terraform grants by the same prefixes, by test."""

CALLBACK_KEY = "abroll-callback-key"  # the platform's: signs the paths vendors call back
SIGNER_PREFIX = "whsec_"  # how the text of a secret begins that webhooks are signed with (Standard Webhooks)
SESSION_KEYS = "abroll-session-keys"  # the platform's: sign the cookies, forms and tickets of its pages


def vendor_key(vendor: str, mode: str, tenant: str) -> str:
    """Name the secret that holds a tenant's API key at a vendor."""
    return f"abroll-{vendor}-{mode}-{tenant}"


def vendor_webhook(vendor: str, mode: str, tenant: str) -> str:
    """Name the secret a vendor signs a tenant's registered endpoint with."""
    return f"abroll-{vendor}-webhook-{mode}-{tenant}"


def customer_webhook(tenant: str) -> str:
    """Name the secret our webhooks to a tenant are signed with."""
    return f"abroll-webhook-production-{tenant}"
