"""Run as a program: what do all images of one order cost? Prints the peak over the base, MiB, and their count."""

import os
import sys
from dataclasses import replace

from tests.media.photo_memory import peak, warmed

SETTINGS = {
    "ABROLL_PROJECT": "demo",
    "ABROLL_PUBLIC_URL": "https://functions.example",
    "ABROLL_TASK_URL": "https://functions.example/{function}",
    "ABROLL_INVOKER": "tasks@demo.iam.gserviceaccount.com",
    "ABROLL_TAKES_BUCKET": "takes",
    "ABROLL_FILMS_BUCKET": "films",
    "ABROLL_EGRESS_ALLOW": "http://127.0.0.1:*",
}


def main(link: str, count: int) -> None:
    """Make the images of an order ready: one link a scene, all different."""
    os.environ.update(SETTINGS)
    from shared.egress.client import Egress
    from shared.pipeline.plan.plan import Join
    from shared.pipeline.plan.planner import Defaults, plan
    from shared.pipeline.plan.request import BRoll, FilmRequest, SceneRequest
    from shared.wiring import wiring

    scenes = tuple(
        SceneRequest(visual_description="A mug", duration=4, image_url=f"{link}/{number}") for number in range(count)
    )
    request = FilmRequest("Mug", scenes=scenes, b_roll=BRoll(join=Join.CUT))
    planned = plan(request, wiring().tables, Defaults())
    egress = Egress(wiring().settings.allowed, monotonic=lambda: 0.0)
    images = replace(
        wiring().preflight.images, egress=egress, monotonic=lambda: 0.0, seconds=600.0
    )  # however slow the machine
    base = warmed()
    ready = images.ready("acme", request, planned)
    print((peak() - base) // 1024, len(ready))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
