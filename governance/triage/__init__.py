"""From what people answer about a model to its tier, with the reasons in words; pure.

The rule: the tier is a function of the answers alone, and a more severe answer
never lowers it. Questions, options and what each option weighs are data
(``questionnaire.yaml``); a triage that was saved names the digest of the
questionnaire that it answered.
"""

from governance.triage.keydates import TAGS, KeyDate, dates_for, shipped_dates
from governance.triage.questionnaire import Option, Question, Questionnaire, questionnaire
from governance.triage.rules import Answers, Reason, Result, is_at_least, judge

__all__ = [
    "TAGS",
    "Answers",
    "KeyDate",
    "Option",
    "Question",
    "Questionnaire",
    "Reason",
    "Result",
    "dates_for",
    "is_at_least",
    "judge",
    "questionnaire",
    "shipped_dates",
]
