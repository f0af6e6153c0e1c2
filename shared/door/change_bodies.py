"""The bodies of retry and regenerate: new words, avatars and voices for a film that exists."""

from typing import Annotated

from pydantic import Field

from shared.door.bodies import Body
from shared.door.body_types import Name, Script, Text500, Text1000
from shared.pipeline.job.revision import Change, SceneChange

Key = Annotated[str, Field(pattern=r"^(clip|presenter)-\d+$")]

LinkName = Annotated[str, Field(pattern=r"^(film|poster|footage-[1-9][0-9]?)$")]


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
