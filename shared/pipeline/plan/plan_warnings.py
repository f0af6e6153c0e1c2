"""What a customer should know before paying: where the planned film differs from the one asked for, with numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from shared.pipeline.plan import prompts
from shared.pipeline.plan.advice import of_film, warning
from shared.pipeline.plan.beside import beside_paths, carded
from shared.pipeline.plan.blends import blend_warnings
from shared.pipeline.plan.capabilities import AvatarService
from shared.pipeline.plan.composition import alone
from shared.pipeline.plan.glyphs import drawable, named
from shared.pipeline.plan.insets import filled_by, inset_warnings
from shared.pipeline.plan.looks import dearest
from shared.pipeline.plan.picture import Hold, Role
from shared.pipeline.plan.plan import Clip, Length, Speech, Stretch
from shared.pipeline.plan.reading import unread
from shared.pipeline.plan.request import FilmRequest, ImageFit, VoiceSettings, label_of, of_kit, script_of
from shared.pipeline.plan.ssml import Passage, read_script
from shared.pipeline.plan.timing import lasting, say, say_scenes
from shared.pipeline.plan.typography import LEGIBLE, USUAL_TEXT, contrast
from shared.pipeline.plan.warned import Warned, WarningText
from shared.pipeline.vendors.names import called

ABOUT_PRESENTERS = (
    *("persona", "avatar_id", "voice_id", "avatar_position", "inset", "provider", "prefer"),
    *("on_presenter_failure", "if_unclear"),
)
EMPTY = 2.0  # seconds a background may be seen alone
ESTIMATE_ERROR = 0.5  # seconds; less is within the estimate's error


def plan_warnings(
    request: FilmRequest, clips: tuple[Clip, ...], stretches: tuple[Stretch, ...], takes: tuple[Speech, ...]
) -> tuple[WarningText, ...]:
    """Return the warnings about speech, texts, prompts, letters and unused fields; those about footage come with it.

    What is true of some of several films alone, for their shape or their brand kit, says of which.
    """
    if not request.outputs:
        return _warnings(request, clips, stretches, takes)
    told = [_warnings(alone(request, each), clips, stretches, takes) for each in request.outputs]
    made = list[WarningText]()
    for number, output in enumerate(request.outputs):
        kit = label_of(request, number)
        worn = f", {kit or 'no brand kit'}" if any(each.dress for each in request.outputs) else ""
        name = f"Film {number + 1} ({output.aspect_ratio}, {output.resolution}{worn})"
        made += [says if all(says in each for each in told) else of_film(name, says) for says in told[number]]
    return tuple(dict.fromkeys(made))


def _warnings(
    request: FilmRequest, clips: tuple[Clip, ...], stretches: tuple[Stretch, ...], takes: tuple[Speech, ...]
) -> tuple[WarningText, ...]:
    said = (*_speech(request, stretches, takes), *_texts(request, stretches, takes), *_prompts(request, clips))
    unused = (*_unused(request, clips, stretches, takes), *blend_warnings(request, clips, stretches))
    return (*said, *_undrawable(request, takes), *unused, *inset_warnings(request, stretches, takes))


def engine_warnings(provider: str, service: AvatarService, takes: Sequence[Speech]) -> Iterator[WarningText]:
    """Say whose price is a guess: which engine films a look is known when the look has been asked."""
    unknown = tuple(dict.fromkeys(take.avatar_id for take in takes if take.engine is None))
    if unknown:
        yield warning(
            Warned.ENGINE_UNKNOWN,
            f"{called(provider)} did not tell which engine films {', '.join(unknown)}: priced as "
            f"{dearest(service.engines).id}, the dearest; its own price is booked when the take is asked for, "
            "never more",
        )


def _speech(request: FilmRequest, stretches: tuple[Stretch, ...], takes: tuple[Speech, ...]) -> Iterator[WarningText]:
    shown = {stretch.scene: stretch for stretch in stretches}
    for take in takes:
        if take.scene is None and request.scenes:
            asked = sum(scene.seconds for scene in request.scenes) if request.length is Length.SCRIPT else 0.0
            yield from _whole(request, stretches, take.seconds, asked)
        elif take.scene is not None:
            yield from _scene(request, shown[take.scene], take.scene, take.seconds)


def _whole(request: FilmRequest, stretches: tuple[Stretch, ...], spoken: float, asked: float) -> Iterator[WarningText]:
    length = request.length
    shown = max(asked, sum(one.seconds for one in stretches))
    lines = f"The script takes about {say(spoken)} to speak, the scenes {say(shown)}: "
    over = spoken - shown
    if over > ESTIMATE_ERROR and length is Length.FILM:
        yield warning(Warned.SCRIPT_UNHEARD, f"{lines}about {say(over)} of it will not be heard (length film)")
    elif over > ESTIMATE_ERROR and stretches[-1].backdrop is None:
        yield warning(Warned.FOOTAGE_STRETCHED, f"{lines}{_filled(request.hold, over)}")
    elif over < -ESTIMATE_ERROR and length is Length.SCRIPT:
        yield warning(Warned.SCENES_UNSEEN, f"{lines}about {say(-over)} of the scenes will not be seen (length script)")


def _scene(request: FilmRequest, stretch: Stretch, number: int, spoken: float) -> Iterator[WarningText]:
    length = request.length
    shown = stretch.seconds
    if stretch.backdrop and length is Length.LONGER and stretch.least is None and shown - spoken > EMPTY:
        yield warning(
            Warned.BACKGROUND_ALONE,
            f"Scene {number + 1} lasts {say(shown)}, as asked, its script about {say(spoken)}: the background alone is "
            f"seen for about {say(shown - spoken)}",
        )
    if length is Length.FILM and spoken - shown > ESTIMATE_ERROR:
        yield warning(
            Warned.SCRIPT_UNHEARD,
            f"The script of scene {number + 1} takes about {say(spoken)} to speak, the scene {say(shown)}: "
            f"about {say(spoken - shown)} of it will not be heard (length film)",
        )
    lasts = lasting(length, shown, spoken)
    if abs(lasts - shown) > ESTIMATE_ERROR:
        says = f"Scene {number + 1} will last about {say(lasts)} instead of {say(shown)}: its script takes that long"
        if lasts > shown and stretch.backdrop is None:
            yield warning(Warned.FOOTAGE_STRETCHED, f"{says}; {_filled(request.hold, lasts - shown)}")
        else:
            yield warning(Warned.SCRIPT_DECIDES, says)


def _filled(hold: Hold | None, lack: float) -> str:
    """Say what will be seen where footage is lacking."""
    if hold not in (None, Hold.AUTO):
        return filled_by(hold, lack, lack, "about ")
    return f"for about {say(lack)} footage is seen again, or the picture moves slowly into its last frame"


def _texts(request: FilmRequest, stretches: tuple[Stretch, ...], takes: tuple[Speech, ...]) -> Iterator[WarningText]:
    spoken = {take.scene: take.seconds for take in takes}
    written = bool(request.captions and takes) or any(scene.text_overlay is not None for scene in request.scenes)
    if not written and _says_text(request):
        yield warning(Warned.TEXT_UNUSED, "text is not used: the film has no text_overlay and no captions")
    elif written and (ratio := contrast(request.text)) < LEGIBLE:
        says = f"Letters in {request.text.color} can be hard to read: their contrast may be {ratio:.1f} to 1"
        yield warning(Warned.TEXT_FAINT, says)
    if request.captions_by and takes and not request.captions and not of_kit(request, "captions_by"):
        yield warning(Warned.LIGHT_UNUSED, "captions_by is not used: captions are not turned on")
    for stretch in stretches:
        text = None if stretch.scene is None else request.scenes[stretch.scene].text_overlay
        if stretch.scene is None or text is None:
            continue
        lasts = lasting(request.length, stretch.seconds, spoken.get(stretch.scene))
        if said := unread(stretch.scene, text, lasts, request.aspect_ratio):
            yield said


def _says_text(request: FilmRequest) -> bool:
    """Tell whether an order says itself how its texts look."""
    own = [each.name for each in fields(request.text) if not of_kit(request, f"text.{each.name}")]
    return any(getattr(request.text, name) != getattr(USUAL_TEXT, name) for name in own)


def _prompts(request: FilmRequest, clips: tuple[Clip, ...]) -> Iterator[WarningText]:
    cut = [clip.scene for clip in clips if prompts.is_cut(request, clip.scene)]
    if cut:
        says = f"The words of {say_scenes(cut)} are more than Veo reads ({prompts.TOKENS} tokens); their end is cut"
        yield warning(Warned.PROMPT_CUT, says)


def _undrawable(request: FilmRequest, takes: tuple[Speech, ...]) -> Iterator[WarningText]:
    for number, scene in enumerate(request.scenes):
        drawn, lost = drawable(scene.text_overlay or "")
        if lost:
            left = "will be shown without some of its characters" if drawn else "will not be shown"
            yield warning(Warned.TEXT_UNDRAWN, f"The text of scene {number + 1} {left}: no font has {named(lost)}")
    scripts = (script_of(request, take.scene) for take in takes) if request.captions else ()
    shown = (part.shown for script in scripts for part in read_script(script) if isinstance(part, Passage))
    if lost := drawable("\n".join(shown))[1]:
        says = f"Captions will be shown without some characters of the script: no font has {named(lost)}"
        yield warning(Warned.CAPTIONS_UNDRAWN, says)


def _unused(
    request: FilmRequest, clips: tuple[Clip, ...], stretches: tuple[Stretch, ...], takes: tuple[Speech, ...]
) -> Iterator[WarningText]:
    used = {clip.image for clip in clips}
    for name in ("image_url", "image"):
        if getattr(request, name) is not None and name not in used and not carded(request):
            yield warning(Warned.IMAGE_UNUSED, f"{name} is not used: no shot starts from it", field=name)
    pictured = any(used) or any(stretch.backdrop is not None and stretch.backdrop.image for stretch in stretches)
    pictured = pictured or Role.POSTER in beside_paths(request)
    if request.image_fit is not ImageFit.CROP and not pictured:
        yield warning(Warned.FIT_UNUSED, "image_fit is not used: the film has no image")
    if request.image_fit_color is not None and request.image_fit is not ImageFit.COLOR:
        yield warning(Warned.FIT_COLOR_UNUSED, 'image_fit_color is not used: image_fit is not "color"')
    own = {number for number, scene in enumerate(request.scenes) if scene.background is not None}
    bare = any(stretch.backdrop is not None and stretch.scene not in own for stretch in stretches)
    if request.background is not None and not bare:
        says = "background is not used: every scene has footage or a background of its own"
        yield warning(Warned.BACKGROUND_UNUSED, says)
    if not takes:
        idle = [name for name in ABOUT_PRESENTERS if getattr(request, name) is not None]
        idle += ["voice"] if request.voice != VoiceSettings() else []
        idle += [name for name in ("captions", "captions_by") if getattr(request, name)]
        for name in (each for each in idle if not of_kit(request, each)):
            yield warning(Warned.PRESENTER_UNUSED, f"{name} is not used: nobody speaks in this film", field=name)
