"""Bodies of the public calls as somebody would send them, for the OpenAPI description; a test sends every one."""

from collections.abc import Mapping
from typing import Any

_SCENE = {"visual_description": "A barista sets a fresh cup on a wooden counter, steam rising"}

_PIKOLO = {"product_title": "Pikolo Espresso", "product_id": "sku-1042", "scenes": [_SCENE]}
_LUNGO = {"product_title": "Lungo", "product_id": "sku-1043", "scenes": [_SCENE]}

TABLE_EXAMPLES: Mapping[str, Mapping[str, Any]] = {  # of bodies that may be CSV
    "Batch": {"example": "product_id,product_title,scenes.0.visual_description\nsku-1042,Pikolo,A cup on a counter\n"},
}

EXAMPLES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "Batch": {
        "price": {
            "summary": "What two films would cost together; nothing is stored.",
            "value": {"rows": [_PIKOLO, _LUNGO], "dry_run": True},
        },
    },
    "Film": {
        "price": {
            "summary": "What one filmed scene would cost; nothing is stored.",
            "value": {"product_title": "Pikolo Espresso", "scenes": [_SCENE], "dry_run": True},
        },
        "presenter": {
            "summary": "Two filmed scenes, and the presenter set at the account over both.",
            "value": {
                "product_title": "Pikolo Espresso",
                "product_id": "sku-1042",
                "scenes": [_SCENE, {"visual_description": "A guest lifts the cup", "mood": "calm"}],
                "avatar_script": "Meet Pikolo: a small coffee with a big heart.",
                "metadata": {"campaign": "spring"},
                "dry_run": True,
            },
        },
        "workflow": {
            "summary": "What a workflow sends where the tenant has a template.",
            "value": {"content_id": "sku-1042", "script": "Meet Pikolo.", "dry_run": True},
        },
    },
    "BrandKit": {
        "colors": {
            "summary": "Letters and panel in the brand's colours, with captions.",
            "value": {"colors": {"primary": "#1a3c34", "text": "#ffffff", "panel": "#1a3c34"}, "captions": True},
        },
    },
    "CancelMany": {"found": {"summary": "What would be cancelled; nothing is.", "value": {}}},
    "Edit": {
        "square": {
            "summary": "The same film in a square, with captions; nothing is bought.",
            "value": {"aspect_ratio": "1:1", "captions": True},
        },
        "files": {
            "summary": "The same film as WebM, too, with a moving preview; nothing is bought.",
            "value": {"container": "webm", "preview": "gif"},
        },
    },
    "Integration": {
        "key": {
            "summary": "A key and who speaks.",
            "value": {"api_key": "hg_demo_key", "avatar_id": "look_ana_studio"},
        },
    },
    "IntegrationChange": {
        "speaker": {
            "summary": "Another voice, a little faster.",
            "value": {"voice_id": "voice_en_ana", "provider_config": {"speed": 1.1}},
        },
        "pause": {"summary": "Take no more orders.", "value": {"status": "inactive"}},
        "resume": {
            "summary": "Take orders again, with the look's own voice.",
            "value": {"status": "active", "voice_id": None},
        },
    },
    "Feedback": {
        "good": {"summary": "Published as it is.", "value": {"score": 10}},
        "late": {
            "summary": "What is wrong with it.",
            "value": {"score": 4, "about": ["sound"], "says": "She says the name too fast."},
        },
    },
    "ClipLink": {
        "cup": {"summary": "A clip that lies on a server.", "value": {"clip_url": "https://cdn.example.com/cup.mp4"}},
    },
    "Keep": {
        "keep": {"summary": "Keep it beyond its days.", "value": {"keep": True}},
        "release": {"summary": "Its days begin anew.", "value": {"keep": False}},
    },
    "Key": {
        "shop": {
            "summary": "A key that orders and reads, for a year.",
            "value": {"name": "shop", "scopes": ["jobs:read", "jobs:write"], "expires_in_days": 365},
        },
    },
    "Links": {"film": {"summary": "A new link to the film only.", "value": {"links": ["film"]}}},
    "NamedTemplate": {
        "launch": {
            "summary": "A film for each new product; an order brings its title, and may say what it is called.",
            "value": {
                "title": "A product's launch",
                "variables": {"what": {"example": "a small coffee"}, "call": {"default": "Now in our shop"}},
                "order": {
                    "scenes": [{"visual_description": "{{what}} on a table", "text_overlay": "{{call}}"}],
                    "avatar_script": "Meet {{product_title}}: {{what}} with a big heart.",
                },
            },
        },
    },
    "Persona": {
        "anna": {
            "summary": "One presenter.",
            "value": {"title": "Anna", "at": {"heygen": {"avatar_id": "look_ana_studio"}}},
        },
    },
    "Regenerate": {
        "words": {
            "summary": "Another mood in the first scene.",
            "value": {"scenes": [{"scene": 0, "mood": "calm"}], "dry_run": True},
        },
    },
    "Replay": {"outage": {"summary": "What was not taken since noon.", "value": {"since": "2026-11-20T12:00:00Z"}}},
    "Retry": {"as_it_was": {"summary": "The same again; what is finished is kept.", "value": {}}},
    "RetryMany": {"price": {"summary": "What the retries of failed jobs would cost; nothing is bought.", "value": {}}},
    "Rotate": {"day": {"summary": "Both keys work for a day.", "value": {"overlap_hours": 24}}},
    "Template": {
        "look": {
            "summary": "What all films of the shop share.",
            "value": {"background": {"type": "color", "color": "#204060"}, "aspect_ratio": "9:16", "captions": True},
        },
    },
    "Webhook": {
        "endings": {"summary": "Every ending of every job.", "value": {"url": "https://shop.example/hooks/abroll"}},
        "chosen": {
            "summary": "Failures, and each change of stage.",
            "value": {
                "url": "https://shop.example/hooks/watch",
                "events": ["job.failed", "job.progress"],
                "name": "watch",
            },
        },
    },
    "WebhookChange": {"pause": {"summary": "Send nothing for now.", "value": {"status": "paused"}}},
}
