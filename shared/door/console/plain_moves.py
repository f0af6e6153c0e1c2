"""What can be done on the pages about a warning and a film's lost points; the API's own moves are calls."""

from collections.abc import Mapping

from shared.pipeline.plan.warned import Warned
from shared.pipeline.quality.rules import Fault

_MADE_ONCE_MORE = '"Make it again…" on the film\'s page'
_FOR_FREE = '"Change it for free" on the film\'s page'
_FILMED_AGAIN = f"{_MADE_ONCE_MORE} films this part again."
_OWN_KEY = "Put a key of your own into Settings"
_COMPOSED_AGAIN = f"{_FOR_FREE} composes it anew; if it is so again, send abroll's operator the job's id."
_PLACED_AGAIN = f"Move the presenter: {_FOR_FREE}."
_OTHER_LETTERS = "Choose other colours or another style of letters in the brand kit."

MOVES: Mapping[Warned, str] = {
    Warned.SCENES_LEFT_OUT: "Give a longer script, and they are made.",
    Warned.SHOT_CUT: "Leave that scene's own picture out, and the shot goes on.",
    Warned.SHOT_DIVIDED: "Fewer scenes are one shot.",
    Warned.PHOTO_UNSEEN: "Show a clip of your own there instead of footage.",
    Warned.FIXED_STEPS: "Orders over the API may ask for single clips, which keep exact lengths.",
    Warned.FOOTAGE_UNSHOWN: "Give these scenes more seconds, and it is shown.",
    Warned.SCRIPT_UNHEARD: "Shorten the script, and all of it is heard.",
    Warned.SCENES_UNSEEN: "Lengthen the script, and all of them are seen.",
    Warned.FOOTAGE_STRETCHED: "Shorten the script, or add a scene with footage.",
    Warned.BACKGROUND_ALONE: "Leave the seconds empty, and the scene ends with its script.",
    Warned.SCRIPT_DECIDES: "Give a script of another length.",
    Warned.TEXT_UNREAD: "Shorten the text to about {letters} letters, or split it over scenes.",
    Warned.TEXT_FAINT: "Choose colours of letters and their panel further apart; white on the dark panel is read well.",
    Warned.TEXT_UNUSED: "Give a scene a text, or turn captions on.",
    Warned.POSTER_BEYOND: f"Choose an earlier second: {_FOR_FREE}.",
    Warned.LIGHT_UNUSED: "Turn captions on, or light no words.",
    Warned.PROMPT_CUT: "Shorten what is said to be seen in these scenes.",
    Warned.TEXT_UNDRAWN: "Write the text without them.",
    Warned.CAPTIONS_UNDRAWN: "Write the script without them, or leave captions out.",
    Warned.IMAGE_UNUSED: "Leave it out, or describe what is seen in a scene without a picture of its own.",
    Warned.CARD_UNSEEN: "Let the card be shown always, or leave it out.",
    Warned.FIT_UNUSED: "Leave that choice out, or give a picture.",
    Warned.FIT_COLOR_UNUSED: "Leave the colour out, or show pictures whole before a colour.",
    Warned.BACKGROUND_UNUSED: "Leave it out, or give a scene words and no footage.",
    Warned.PRESENTER_UNUSED: "Leave it out, or say what the presenter says.",
    Warned.TRANSITION_UNUSED: "Leave it out.",
    Warned.FOOTAGE_HIDDEN: "Show the presenter in a circle or a rounded frame, or give the scene no footage.",
    Warned.POSITION_UNUSED: "Leave the place out, or show the presenter in another frame.",
    Warned.IMAGE_CROPPED: "Send one of {size}, or show all of it before its own blur or a colour.",
    Warned.IMAGE_ENLARGED: "Upload a larger one.",
    Warned.CLIP_CROPPED: "Send a clip of {size}.",
    Warned.CLIP_ENLARGED: "Upload a larger one.",
    Warned.ENGINE_UNKNOWN: "Ask for the price again for the exact one.",
    Warned.KEY_LACKING: f"{_OWN_KEY} before the order.",
    Warned.PLATFORM_ACCOUNT: f"{_OWN_KEY}: later orders are billed to it.",
    Warned.TEST_INSTEAD: "Put a production key into Settings, then order anew: this film stays a test film.",
    Warned.PRESENTERS_UNCHECKED: "Compare presenter and voice with your account there, or ask for the price again.",
    Warned.BALANCE_UNKNOWN: "Look into your account there; if it cannot pay, top it up, then try the film again.",
    Warned.WATERMARKED: "Change the plan there, have Settings check the account again, and order again.",
    Warned.STYLE_UNSPOKEN: "Choose a voice that has the style under Presenters, or no style.",
    Warned.TAKE_CHEAPER: "The bill on the film's page has what it cost.",
    Warned.FALLBACK_LACKING: "Give the persona a presenter of a second service whose key works, and order by persona.",
    Warned.PRESENTER_SWITCHED: f"{_MADE_ONCE_MORE} orders it of the first service again; the bill has what each bills.",
    Warned.PRESENTER_LEFT_OUT: f"{_MADE_ONCE_MORE} orders it again.",
    Warned.FOOTAGE_SHORT: _FILMED_AGAIN,
    Warned.TAKE_AS_PICTURE: "Choose another presenter; some can be cut out.",
    Warned.TAKE_SILENT: _FILMED_AGAIN,
    Warned.TAKE_NARROWED: "Leave the height empty, and the size follows the take.",
    Warned.BACKGROUND_HIDDEN: "Choose another presenter; one that can be cut out stands before the background.",
    Warned.CAPTIONS_ESTIMATED: f"{_MADE_ONCE_MORE} orders it again, subtitles with it.",
    Warned.TEXT_SHORTENED: "Shorten the text, or the script it is from.",
    Warned.LOGO_MOVED: f"Choose another corner in the brand kit, or move the presenter: {_FOR_FREE}.",
    Warned.OUTPUT_LACKING: "Send abroll's operator the job's id: it can be composed from the same takes.",
    Warned.FILE_LACKING: f"Choose the file anew: {_FOR_FREE}.",
}
FAULT_MOVES: Mapping[Fault, str] = {
    Fault.TOO_LOUD_OR_QUIET: _COMPOSED_AGAIN,
    Fault.PEAKS: _COMPOSED_AGAIN,
    Fault.NOTHING_HEARD: "Put music into the brand kit, and make another film with it.",
    Fault.SILENCE: "Put music into the brand kit, and make another film with it.",
    Fault.SPEECH_QUIET: _FILMED_AGAIN,
    Fault.SPEECH_DROWNED: "Choose quieter music in the brand kit, or music that goes down while somebody speaks.",
    Fault.SPEECH_CLIPPED: _FILMED_AGAIN,
    Fault.SOUND_OFF: _COMPOSED_AGAIN,
    Fault.LENGTH: _COMPOSED_AGAIN,
    Fault.FROZEN: _FILMED_AGAIN,
    Fault.BLACK: _FILMED_AGAIN,
    Fault.FLAT: _FILMED_AGAIN,
    Fault.FACE_OUTSIDE: _PLACED_AGAIN,
    Fault.FACE_SMALL: _PLACED_AGAIN,
    Fault.PRODUCT_HIDDEN: _PLACED_AGAIN,
    Fault.TEXT_OVER_PRODUCT: "Let texts stand at the top: the brand kit says where they are.",
    Fault.TEXT_OVER_FACE: f"Move the presenter, or shorten the text: {_FOR_FREE}.",
    Fault.TEXT_FAINT: _OTHER_LETTERS,
    Fault.TEXT_SMALL: f"Shorten the scene's text: {_FOR_FREE}.",
    Fault.TEXT_OUTSIDE: _OTHER_LETTERS,
    Fault.TEXT_SHORTENED: f"Shorten the text: {_FOR_FREE}.",
}
OWN_CLIP_MOVE = f"Choose another clip for that scene, or another second it begins at: {_FOR_FREE}."
