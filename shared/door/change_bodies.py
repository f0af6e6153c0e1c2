"""The bodies of retry and regenerate: new words, avatars and voices for a film that exists."""

from typing import Annotated

from pydantic import AfterValidator, Field

from shared.door.bodies import Body
from shared.door.body_types import Name, Script, Text500, Text1000, of_form
from shared.pipeline.job.revision import Change, SceneChange

_PART_PATTERN, _LINK_PATTERN = r"^(clip|presenter)-[0-9]{1,3}$", r"^(film|poster|footage-[1-9][0-9]?)$"
Key = Annotated[
    str,
    Field(json_schema_extra={"pattern": _PART_PATTERN}),
    AfterValidator(of_form(_PART_PATTERN, 'must be a part\'s key like "clip-1" or "presenter-1"')),
]
LinkName = Annotated[
    str,
    Field(json_schema_extra={"pattern": _LINK_PATTERN}),
    AfterValidator(of_form(_LINK_PATTERN, 'must be a link: "film", "poster", "footage-1"')),
]


class SceneChangeBody(Body):
    """New words for one scene, which is counted from 0."""

    scene: Annotated[int, Field(ge=0, le=19)]
    visual_description: Text1000 | None = None
    camera_movement: Text500 | None = None
    mood: Text500 | None = None
    text_overlay: Text500 | None = None
    script: Script | None = None
    avatar_id: Name | None = None
    voice_id: Name | None = None


class RetryBody(Body):
    """What to change before a failed job is tried again; nothing is fine."""

    avatar_script: Script | None = None
    avatar_id: Name | None = None
    voice_id: Name | None = None
    scenes: Annotated[list[SceneChangeBody], Field(max_length=20)] | None = None
    dry_run: bool = False

    def change(self) -> Change:
        """Return the change."""
        scenes = {one.scene: SceneChange(**one.model_dump(exclude={"scene"})) for one in self.scenes or ()}
        return Change(self.avatar_script, self.avatar_id, self.voice_id, scenes)


class RegenerateBody(RetryBody):
    """What to make anew: parts by key, and what to change."""

    nodes: Annotated[list[Key], Field(max_length=40)] | None = None


class LinksBody(Body):
    """Which permanent links to revoke, by name; all of them when none is named."""

    links: Annotated[list[LinkName], Field(min_length=1, max_length=100)] | None = None
