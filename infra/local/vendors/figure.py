"""Draws the presenter: head and shoulders in a printed shirt, with a mouth that follows the voice and eyes that blink.

Everything is measured in a figure of 600 x 1000 units, drawn at twice the final size and scaled down. Hair, skin and
shirt follow from the avatar's id, so every look is somebody else.
"""

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 600, 1000  # units
BADGE_LEFT, BADGE_TOP, BADGE_WIDTH = 150, 590, 300  # low on the chest, below where captions are
VISIBLE = (8, 73, 592, 1000)  # the box that is drawn on, units, give or take the head's sway
HEAD = (150, 20, 450, 470)  # the box that moves, units
_SHUT, _CLOSED, _TONGUE = 0.3, 0.12, 0.5  # below: the eye is a line, the mouth is one; above: the tongue shows
_OVER = 2  # drawn this much larger than shown

_SKINS = ("#f3cfb3", "#e4b08c", "#c98d64", "#9a6440", "#6f4529", "#f0c3a5")
_HAIRS = ("#2a1d17", "#4a2f20", "#7a4a25", "#b98546", "#1c1a1f", "#5c3d3a")
_SHIRTS = ("#24425f", "#6d2f48", "#3c3a5c", "#8a5a2b", "#4f4350", "#7b3f3a")
_LIP, _MOUTH, _TEETH, _EYE = "#a4494a", "#4a1c22", "#f7f2ec", "#2b2326"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Person:
    """Who is drawn: colours, and whether the hair is long."""

    skin: str
    hair: str
    shirt: str
    long_hair: bool

    @classmethod
    def of(cls, seed: int, *, woman: bool) -> "Person":
        """Return the person a seed stands for."""
        return cls(_SKINS[seed % 6], _HAIRS[seed // 6 % 6], _SHIRTS[seed // 36 % 6], woman)


@dataclass(frozen=True, slots=True)
class Pose:
    """A moment: how far the head has moved (units), how open mouth and eyes are (0..1)."""

    dx: float = 0.0
    dy: float = 0.0
    mouth: float = 0.0
    eyes: float = 1.0


def draw(person: Person, pose: Pose, scale: float, box: tuple[int, int, int, int]) -> Image.Image:
    """Draw what lies in `box` (pixels of a figure `scale` pixels a unit), RGBA, transparent around the figure."""
    left, top, right, bottom = box
    canvas = Image.new("RGBA", ((right - left) * _OVER, (bottom - top) * _OVER))
    pen = _Pen(canvas, scale * _OVER, left / scale, top / scale)
    if person.long_hair:
        _hair_behind(pen, person, pose)
    _body(pen, person)
    _head(pen, person, pose)
    return canvas.resize((right - left, bottom - top), Image.Resampling.BOX)


class _Pen:
    """ImageDraw in figure units."""

    def __init__(self, canvas: Image.Image, scale: float, left: float, top: float) -> None:
        self._draw = ImageDraw.Draw(canvas)
        self._scale, self._left, self._top = scale, left, top

    def ellipse(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        self._draw.ellipse(
            [self._at((x - width / 2, y - height / 2)), self._at((x + width / 2, y + height / 2))], fill=fill
        )

    def polygon(self, points: list[Point], fill: str) -> None:
        self._draw.polygon([self._at(point) for point in points], fill=fill)

    def rounded(self, box: tuple[float, float, float, float], radius: float, fill: str) -> None:
        self._draw.rounded_rectangle([self._at(box[:2]), self._at(box[2:])], radius * self._scale, fill=fill)

    def line(self, points: list[Point], width: float, fill: str) -> None:
        self._draw.line(
            [self._at(point) for point in points], fill=fill, width=max(1, round(width * self._scale)), joint="curve"
        )

    def chord(self, box: tuple[float, float, float, float], start: float, end: float, fill: str) -> None:
        self._draw.chord([self._at(box[:2]), self._at(box[2:])], start, end, fill=fill)

    def _at(self, point: Point) -> Point:
        return (point[0] - self._left) * self._scale, (point[1] - self._top) * self._scale


def _hair_behind(pen: _Pen, person: Person, pose: Pose) -> None:
    x, y = pose.dx * 0.7, pose.dy * 0.7
    pen.rounded((172 + x, 120 + y, 428 + x, 500 + y), 110, _shade(person.hair, 0.82))


def _body(pen: _Pen, person: Person) -> None:
    dark, light = _shade(person.shirt, 0.8), _shade(person.shirt, 1.14)
    pen.polygon(
        _curve(
            [(300, 425), (205, 452), (90, 492), (40, 560), (12, 720), (0, 1600)],
            [(600, 1600), (588, 720), (560, 560), (510, 492), (395, 452)],
        ),
        person.shirt,
    )
    pen.polygon([(100, 1000), (112, 760), (128, 660), (134, 760), (132, 1000)], dark)
    pen.polygon([(500, 1000), (488, 760), (472, 660), (466, 760), (468, 1000)], dark)
    pen.polygon(_curve([(40, 560), (26, 640), (16, 720)], [(40, 720), (58, 620)]), light)
    pen.polygon(_curve([(560, 560), (574, 640), (584, 720)], [(560, 720), (542, 620)]), dark)
    pen.polygon(
        _curve([(238, 400), (240, 440), (262, 485), (300, 500), (338, 485), (360, 440), (362, 400)], []),
        _shade(person.skin, 0.86),
    )
    pen.line([(226, 444), (250, 486), (300, 510), (350, 486), (374, 444)], 13, dark)


def _head(pen: _Pen, person: Person, pose: Pose) -> None:
    x, y = 300 + pose.dx, 245 + pose.dy
    shadow = _shade(person.skin, 0.9)
    pen.ellipse(300 + pose.dx * 0.6, 406 + pose.dy * 0.4, 108, 52, _shade(person.skin, 0.74))
    for side in (-1, 1):
        pen.ellipse(x + side * 113, y + 18, 40, 66, shadow)
    pen.ellipse(x, y - 10, 226, 270, person.skin)
    pen.ellipse(x, y + 52, 196, 226, person.skin)
    _hair(pen, person, x, y)
    for side in (-1, 1):
        _eye(pen, person, x + side * 50, y + 4, pose.eyes)
        pen.line(
            [(x + side * 76, y - 26), (x + side * 52, y - 36), (x + side * 28, y - 30)], 9, _shade(person.hair, 0.9)
        )
        pen.ellipse(x + side * 68, y + 62, 46, 30, _mix(person.skin, "#d9705f", 0.22))
    pen.line([(x + 4, y + 8), (x + 13, y + 56), (x - 6, y + 60)], 6, _shade(person.skin, 0.8))
    _mouth(pen, x, y + 104, pose.mouth)


def _hair(pen: _Pen, person: Person, x: float, y: float) -> None:
    if not person.long_hair:
        pen.chord((x - 122, y - 166, x + 122, y + 112), 206, 334, person.hair)
        quiff: list[Point] = [
            (x - 116, y - 66),
            (x - 96, y - 112),
            (x - 10, y - 98),
            (x + 88, y - 62),
            (x + 116, y - 70),
        ]
        pen.polygon(
            _curve(quiff, [(x + 112, y - 118), (x + 40, y - 178), (x - 70, y - 172), (x - 118, y - 120)]), person.hair
        )
        for side in (-1, 1):
            pen.polygon(
                [(x + side * 116, y - 84), (x + side * 117, y + 2), (x + side * 102, y - 40), (x + side * 92, y - 90)],
                person.hair,
            )
        pen.line([(x - 62, y - 140), (x + 6, y - 152), (x + 64, y - 132)], 9, _shade(person.hair, 1.35))
        return
    pen.chord((x - 124, y - 168, x + 124, y + 118), 190, 350, person.hair)
    fringe: list[Point] = [
        (x - 122, y + 4),
        (x - 122, y - 60),
        (x - 84, y - 76),
        (x - 20, y - 88),
        (x + 70, y - 70),
        (x + 120, y - 30),
    ]
    pen.polygon(_curve(fringe, [(x + 122, y + 4), (x + 126, y - 90), (x, y - 172), (x - 128, y - 90)]), person.hair)
    pen.line([(x - 70, y - 128), (x - 14, y - 142), (x + 48, y - 130)], 10, _shade(person.hair, 1.35))
    for side in (-1, 1):
        outer: list[Point] = [(x + side * 122, y - 30), (x + side * 136, y + 60), (x + side * 128, y + 190)]
        pen.polygon(
            _curve(outer, [(x + side * 98, y + 206), (x + side * 106, y + 60), (x + side * 102, y - 30)]), person.hair
        )


def _eye(pen: _Pen, person: Person, x: float, y: float, opened: float) -> None:
    if opened < _SHUT:
        pen.line([(x - 22, y + 2), (x, y + 8), (x + 22, y + 2)], 6, _shade(person.skin, 0.6))
        return
    pen.ellipse(x, y, 48, 32 * opened, "#fbf8f4")
    pen.ellipse(x, y, 25, min(25.0, 30 * opened), "#4d3a2c")
    pen.ellipse(x, y, 12, 12, _EYE)
    pen.ellipse(x + 5, y - 5, 7, 7, "#ffffff")
    pen.line([(x - 25, y - 4), (x - 14, y - 15 * opened), (x + 14, y - 15 * opened), (x + 25, y - 4)], 5, _EYE)


def _mouth(pen: _Pen, x: float, y: float, opened: float) -> None:
    if opened < _CLOSED:
        pen.line([(x - 38, y - 3), (x - 16, y + 5), (x + 16, y + 5), (x + 38, y - 3)], 10, _LIP)
        return
    wide, high = 78 - 20 * opened, 12 + 46 * opened
    pen.ellipse(x, y + high * 0.25, wide + 14, high + 14, _LIP)
    pen.ellipse(x, y + high * 0.25, wide, high, _MOUTH)
    pen.chord((x - wide * 0.42, y - high * 0.23, x + wide * 0.42, y + high * 0.4), 180, 360, _TEETH)
    if opened > _TONGUE:
        pen.ellipse(x, y + high * 0.52, wide * 0.5, high * 0.3, "#b4585a")


def _curve(there: list[Point], back: list[Point]) -> list[Point]:
    """Return a closed outline with its corners rounded off, by two rounds of corner cutting."""
    points = there + back
    for _ in range(2):
        points = [point for at, one in enumerate(points) for point in _cut(one, points[(at + 1) % len(points)])]
    return points


def _cut(one: Point, two: Point) -> tuple[Point, Point]:
    (a, b), (c, d) = one, two
    return (0.75 * a + 0.25 * c, 0.75 * b + 0.25 * d), (0.25 * a + 0.75 * c, 0.25 * b + 0.75 * d)


def _shade(color: str, factor: float) -> str:
    return "#" + "".join(f"{min(255, round(int(color[at : at + 2], 16) * factor)):02x}" for at in (1, 3, 5))


def _mix(one: str, two: str, share: float) -> str:
    parts = ((int(one[at : at + 2], 16), int(two[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a * (1 - share) + b * share):02x}" for a, b in parts)


def studio(width: int, height: int, seed: int) -> Image.Image:
    """Draw a presenter's own room, out of focus: a lit wall, a shelf, a lamp."""
    hue = ("#c9b8a4", "#a9b6bd", "#b9a9b8", "#bdb49a")[seed % 4]
    room = Image.new("RGB", (max(2, width // 4), max(2, height // 4)), hue)
    pen = ImageDraw.Draw(room)
    wide, high = room.size
    for at in range(high):
        pen.line([(0, at), (wide, at)], fill=_shade(hue, 1.12 - 0.45 * at / high))
    pen.rectangle((0, high * 0.72, wide, high), fill=_shade(hue, 0.5))
    pen.rectangle((wide * 0.04, high * 0.24, wide * 0.34, high * 0.26), fill="#6b4a34")
    for at, color in enumerate(("#7a3b3b", "#2f4a63", "#c59a4a", "#4a4a4a")):
        pen.rectangle(
            (wide * (0.06 + 0.055 * at), high * (0.15 + 0.012 * (at % 3)), wide * (0.105 + 0.055 * at), high * 0.24),
            fill=color,
        )
    pen.ellipse((wide * 0.74, high * 0.1, wide * 0.98, high * 0.1 + wide * 0.24), fill="#ffe9bd")
    return room.filter(ImageFilter.GaussianBlur(max(1, wide / 60))).resize((width, height), Image.Resampling.BICUBIC)
