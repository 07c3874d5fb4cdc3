"""How a workbook looks: the desk's colours (design tokens), number formats, charts."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format as localised

from reports.metrics.catalogue import Unit

INK, SOFT, LINE = "#235789", "#7EAEDF", "#D6D2CD"  # zucchero 700 and 400, stone 300
TEXT, MUTED, PALE = "#24221F", "#635E58", "#F1F7FE"
GOOD, BAD = "#1F6F43", "#A3291F"
FONT = "Calibri"
# 1:48 for minutes, 1 h 22 from an hour on: a day is 1.
DURATION = '[<0.0416666]m:ss;[<1]h" h "mm;[h]" h "mm'
FORMATS = {Unit.COUNT: "#,##0", Unit.SECONDS: DURATION, Unit.SHARE: "0.0 %"}


class Look:
    """The formats of one workbook, each made once."""

    duration = DURATION

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[Any, ...], Any] = {}
        frame = {"bottom": 1, "bottom_color": LINE}
        head = {"bold": True, "font_color": INK, "bg_color": PALE, "bottom": 2, "bottom_color": INK, "text_wrap": True}
        self.title = self._format(bold=True, font_size=18, font_color=INK)
        self.subtitle = self._format(font_color=MUTED, font_size=11)
        self.note = self._format(italic=True, font_color=MUTED, font_size=9)
        self.head = self._format(**head, align="left")
        self.head_right = self._format(**head, align="right")
        self.head_indented = self._format(**head, align="left", indent=1)
        self.name = self._format(**frame)
        self.sentence = self._format(**frame, font_color=MUTED, font_size=10, indent=1)
        self.change = self._format(**frame, align="right", font_color=MUTED)
        self.empty = self._format(**frame, align="right", font_color=MUTED)
        self._frame = frame

    def plain(self, unit: Unit, met: bool | None = None) -> Any:
        return self._number(unit, met, bold=False)

    def strong(self, unit: Unit, met: bool | None) -> Any:
        return self._number(unit, met, bold=True)

    def _number(self, unit: Unit, met: bool | None, *, bold: bool) -> Any:
        key = (unit, met, bold)
        if key not in self._made:
            colour = {True: GOOD, False: BAD, None: TEXT}[met]
            self._made[key] = self._format(
                **self._frame, num_format=FORMATS[unit], align="right", font_color=colour, bold=bold
            )
        return self._made[key]

    def _format(self, **values: Any) -> Any:
        return self._book.add_format(
            {"font_name": FONT, "font_size": 11, "font_color": TEXT, "valign": "vcenter", **values}
        )

    def dress(
        self, chart: Any, title: str, *, width: int, height: int, number_format: str, unit: float | None = None
    ) -> Any:
        """Title, axes, legend and size in one manner for all charts."""
        small = {"color": MUTED, "size": 9, "name": FONT}
        title_font = {"color": INK, "size": 12, "bold": True, "name": FONT}
        chart.set_title({"name": title, "name_font": title_font, "overlay": False, "layout": {"x": 0.02, "y": 0.03}})
        chart.set_x_axis({"num_font": small, "line": {"color": LINE}, "major_tick_mark": "none"})
        chart.set_y_axis(
            {
                "num_font": small,
                "num_format": number_format,
                "min": 0,
                **({"major_unit": unit} if unit else {}),
                "line": {"none": True},
                "major_tick_mark": "none",
                "major_gridlines": {"visible": True, "line": {"color": "#E5E2DE", "width": 0.75}},
            }
        )
        chart.set_legend({"position": "bottom", "font": small})
        chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": "#FFFFFF"}})
        chart.set_size({"width": width, "height": height})
        return chart


def shown(number: float, *, signed: bool = False) -> str:
    """A number as the active language writes it; with a real minus."""
    places = 0 if number == int(number) else 1
    text = str(localised(abs(number), decimal_pos=places))
    if number < 0:
        return f"−{text}"
    return f"+{text}" if signed and number > 0 else text
