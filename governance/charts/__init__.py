"""Where the marks of a chart stand; a Django template draws them as SVG.

The rule: numbers come in as exact fractions and leave as coordinates, with no
colour and no HTML; groups differ by marker, dash and a label of their own.
One chart serves the screen and the PDF, and none stands alone: a table beside
it holds the same numbers.
"""

from __future__ import annotations

from governance.charts.curves import Curve, CurvePlot, calibration_plot, roc_plot
from governance.charts.dots import DotPlot, Estimate, dot_plot, percent
from governance.charts.matrix import Entry, GapMatrix, fits, gap_matrix
from governance.charts.risks import RiskMatrix, RiskTrend, TrendPoint, risk_matrix, risk_trend
from governance.charts.timeline import Point, Span, Timeline, timeline

__all__ = [
    "Curve",
    "CurvePlot",
    "DotPlot",
    "Entry",
    "Estimate",
    "GapMatrix",
    "Point",
    "RiskMatrix",
    "RiskTrend",
    "Span",
    "Timeline",
    "TrendPoint",
    "calibration_plot",
    "dot_plot",
    "fits",
    "gap_matrix",
    "percent",
    "risk_matrix",
    "risk_trend",
    "roc_plot",
    "timeline",
]
