"""Every warning a film may carry, with what can be done about it: the one register.

The reference page is printed from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.pipeline.plan.warned import Warned, WarningText


@dataclass(frozen=True, slots=True)
class Advice:
    """What a kind of warning says to a person; `{…}` in a next move is filled in where the warning is made."""

    says: str
    next_move: str


_MADE_ANEW = 'POST /jobs/{id}/regenerate with "nodes": ["{node}"]'

ADVICE: Mapping[Warned, Advice] = {
    # Before paying: how the plan differs from the order.
    Warned.SCENES_LEFT_OUT: Advice(
        "Scenes behind the end of the script are not made.",
        'Give a longer script, or "length": "longer", and they are made.',
    ),
    Warned.SHOT_CUT: Advice(
        "A scene's own image begins a new shot.", "Leave that scene's image_url out, and the shot goes on."
    ),
    Warned.SHOT_DIVIDED: Advice(
        "More scenes than Veo makes one shot of are filmed as several.", "Fewer scenes are one shot."
    ),
    Warned.PHOTO_UNSEEN: Advice(
        "The photo is not in every shot.", 'Give each such scene an image_url, or order with b_roll.join "extend".'
    ),
    Warned.FIXED_STEPS: Advice(
        "Scenes last as long as Veo's steps, not as asked.", 'Order with b_roll.join "cut", which keeps exact lengths.'
    ),
    Warned.FOOTAGE_UNSHOWN: Advice(
        "More footage is bought than is shown.", "Give these scenes a longer duration, and it is shown."
    ),
    Warned.SCRIPT_UNHEARD: Advice(
        "The film ends before its script.", 'Shorten the script, or use "length": "longer", and all of it is heard.'
    ),
    Warned.SCENES_UNSEEN: Advice(
        "The film ends before its scenes.", 'Lengthen the script, or use "length": "longer", and all of them are seen.'
    ),
    Warned.FOOTAGE_STRETCHED: Advice(
        "A script lasts longer than its footage.", "Shorten the script, or add a scene with footage."
    ),
    Warned.BACKGROUND_ALONE: Advice(
        "A background is seen for a while after its script.", "Leave duration out, and the scene ends with its script."
    ),
    Warned.SCRIPT_DECIDES: Advice(
        "A scene lasts as long as its script, not as asked.",
        'Give a script of another length, or use "length": "film", which keeps the duration.',
    ),
    Warned.TEXT_UNREAD: Advice(
        "A text has more letters than there is time or room for.",
        "Shorten text_overlay to about {letters} letters, or split it over scenes.",
    ),
    Warned.TEXT_FAINT: Advice(
        "Letters may be hard to read on what is around them.",
        "Choose a text.color and a text.panel further apart: 4.5 to 1 is the least; white on the dark panel has it.",
    ),
    Warned.TEXT_UNUSED: Advice("The look of words is not used.", "Leave text out, or give a scene a text_overlay."),
    Warned.POSTER_BEYOND: Advice(
        "The film ends before its poster's second.",
        "Give an earlier `poster`: POST /jobs/{id}/edit changes it for nothing.",
    ),
    Warned.LIGHT_UNUSED: Advice("Words cannot be lit without captions.", "Turn captions on, or leave captions_by out."),
    Warned.PROMPT_CUT: Advice(
        "A scene has more words than Veo reads.", "Shorten visual_description, camera_movement or mood."
    ),
    Warned.TEXT_UNDRAWN: Advice("No font has some characters of a text.", "Write text_overlay without them."),
    Warned.CAPTIONS_UNDRAWN: Advice(
        "No font has some characters of a script.", "Write the script without them, or leave captions out."
    ),
    Warned.IMAGE_UNUSED: Advice(
        "An image is not used.", "Leave {field} out, or give a scene without an image_url a visual_description."
    ),
    Warned.CARD_UNSEEN: Advice("The product's card is not seen.", 'Use "when": "always", or leave it out.'),
    Warned.FIT_UNUSED: Advice("image_fit is not used.", "Leave image_fit out, or give an image_url."),
    Warned.FIT_COLOR_UNUSED: Advice(
        "image_fit_color is not used.", 'Leave image_fit_color out, or use "image_fit": "color".'
    ),
    Warned.BACKGROUND_UNUSED: Advice(
        "The background is not used.", "Leave background out, or give a scene a script and no visual_description."
    ),
    Warned.PRESENTER_UNUSED: Advice(
        "Something about the presenter is not used.", "Leave {field} out, or give a script or an avatar_script."
    ),
    Warned.TRANSITION_UNUSED: Advice(
        "A transition is not seen.", 'Leave {field} out, or order with b_roll.join "cut", which films separate clips.'
    ),
    Warned.FOOTAGE_HIDDEN: Advice(
        "A presenter hides footage that is bought.", 'Use "inset": "circle" or "rounded", or give the scene no footage.'
    ),
    Warned.POSITION_UNUSED: Advice("avatar_position is not used.", "Leave it out, or use another inset."),
    Warned.IMAGE_CROPPED: Advice(
        "Part of an image lies outside the film's shape.",
        'Send one of {size}, or show all of it with "image_fit": "blur" or "color".',
    ),
    Warned.IMAGE_ENLARGED: Advice(
        "An image is smaller than the film and looks soft.",
        "Give a larger one as {field}, or upload it (POST /tenant/uploads).",
    ),
    Warned.CLIP_CROPPED: Advice(
        "Part of a clip of your own lies outside the film's shape.",
        "Say what stays seen with focus, or send a clip of {size}.",
    ),
    Warned.CLIP_ENLARGED: Advice(
        "A clip of your own is smaller than the film and looks soft.",
        "Upload a larger one (POST /tenant/uploads/clip) as {field}.",
    ),
    # Before paying: what the avatar service did not tell, or does otherwise.
    Warned.ENGINE_UNKNOWN: Advice(
        "The avatar service did not tell which engine films a look.",
        'Ask again with "dry_run": true for the exact price.',
    ),
    Warned.KEY_LACKING: Advice(
        "There is no working key at the avatar service, so nothing could be checked there.",
        "Before the order itself, PUT /tenant/integrations/{provider} with your key (mode {mode}).",
    ),
    Warned.PLATFORM_ACCOUNT: Advice(
        "The avatar service films with abroll's own account, whose takes abroll pays and charges you.",
        "PUT /tenant/integrations/{provider} with a key of your own (mode {mode}): later orders are billed to it.",
    ),
    Warned.TEST_INSTEAD: Advice(
        "No production account can be used, so the test account films, as mode_fallback asks.",
        "PUT /tenant/integrations/{provider} with a production key, then order anew: this film stays a test film.",
    ),
    Warned.PRESENTERS_UNCHECKED: Advice(
        "The avatar service did not answer in time.",
        'Compare avatar_id and voice_id with your account there, or ask again with "dry_run": true.',
    ),
    Warned.BALANCE_UNKNOWN: Advice(
        "The avatar service does not say what the account can still spend.",
        "Look into your account there; if it cannot pay, top it up, then POST /jobs/{id}/retry.",
    ),
    Warned.WATERMARKED: Advice(
        "The account's plan puts the avatar service's watermark on the presenter.",
        "Change the plan there, then POST /tenant/integrations/{provider}/sync?mode={mode} and order again.",
    ),
    Warned.STYLE_UNSPOKEN: Advice(
        "A take is spoken in the voice's own way, not in the style that was asked for.",
        "Choose a voice that has the style (GET /catalog/voices lists them), or leave the style out.",
    ),
    Warned.TAKE_CHEAPER: Advice(
        "A take costs less than was told.", "GET /jobs/{id}/bill has it; a max_cost is held against the estimate."
    ),
    # What becomes of a presenter whose avatar service cannot be had.
    Warned.FALLBACK_LACKING: Advice(
        "No other avatar service can take over from the first.",
        "PUT /tenant/personas/{persona} with ids of a second service whose key works, and order by persona.",
    ),
    Warned.PRESENTER_SWITCHED: Advice(
        "Another avatar service films the presenter.",
        "POST /jobs/{id}/regenerate with this node orders it of the first service again; the bill has what each bills.",
    ),
    Warned.PRESENTER_LEFT_OUT: Advice(
        "The film is made without a presenter that could not be had.",
        'POST /jobs/{id}/regenerate with "nodes": ["{nodes}"] orders it again.',
    ),
    # How the finished film differs from its plan.
    Warned.FOOTAGE_SHORT: Advice("A clip came in another length than was ordered.", f"{_MADE_ANEW} films it again."),
    Warned.TAKE_AS_PICTURE: Advice(
        "A take could not be cut out and is shown as a picture.",
        "POST /jobs/{id}/regenerate with another avatar_id; some can be cut out.",
    ),
    Warned.TAKE_SILENT: Advice("A take cannot be heard.", f"{_MADE_ANEW} orders it again."),
    Warned.TAKE_NARROWED: Advice(
        "A take is too wide for the size that was asked for.",
        "Leave avatar_position.scale out, and the size follows the take.",
    ),
    Warned.BACKGROUND_HIDDEN: Advice(
        "A take with a background of its own hides the film's.",
        "POST /jobs/{id}/regenerate with another avatar_id; one that can be cut out stands before the background.",
    ),
    Warned.CAPTIONS_ESTIMATED: Advice(
        "A take's subtitles are lacking; its captions are estimated from the script.",
        f"{_MADE_ANEW} orders it again, subtitles with it.",
    ),
    Warned.TEXT_SHORTENED: Advice(
        "A text is too long for the frame.", "Shorten the text_overlay or the script it is from."
    ),
    Warned.LOGO_MOVED: Advice(
        "A face is in the corner of the logo, so the logo stands in another.",
        "Choose another logo.place in the kit, or POST /jobs/{id}/edit with another avatar_position.",
    ),
    Warned.OUTPUT_LACKING: Advice(
        "One of several films could not be composed; the others are there.",
        'POST /jobs/{id}/edit with "outputs": [{output}] makes it as a version, for nothing but its composition.',
    ),
    Warned.FILE_LACKING: Advice(
        "A file that is made of the finished film could not be made; the film itself is there, as MP4.",
        "POST /jobs/{id}/edit with {{asked}} makes it, and buys nothing.",
    ),
}


def warning(kind: Warned, says: str, **names: str) -> WarningText:
    """Return a warning: the case in words, then the register's next move with `names` filled in."""
    move = ADVICE[kind].next_move
    for name, value in names.items():
        move = move.replace(f"{{{name}}}", value)
    return WarningText(f"{says.rstrip('.')}. {move}")


def of_film(film: str, says: WarningText) -> WarningText:
    """Return a warning as one about this film of several alone."""
    return WarningText(f"{film}: {says}")
