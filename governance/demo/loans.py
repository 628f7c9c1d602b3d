"""Synthetic loan applications with a known bias, and a model trained on them.

The bias is written here, so that the demo's findings can be checked against
it: equally able women were approved less often in the (invented) past, by
``BIAS`` times the weight of an occupation score. A model that sees the score which
carries that history repeats it; a model without it does so far less.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np

ROWS: Final = 6000
SEED: Final = 20261123
BIAS: Final = 1.1
SHARE_OF_WOMEN: Final = 0.46
SHARE_OF_YOUNG: Final = 0.22
THRESHOLD: Final = 0.5
FEATURES: Final = ("income", "debt_ratio", "years_employed", "late_payments", "occupation_score")


@dataclass(frozen=True)
class Trained:
    """A trained model's predictions on held-out applications.

    Attributes:
        predictions: CSV with a header, UTF-8.
        weights: the fitted coefficients as text, which is the artifact.
        accuracy: share of right predictions, to three decimals.
        auc: area under the ROC curve, to three decimals.
        rows: held-out applications.
    """

    predictions: bytes
    weights: bytes
    accuracy: str
    auc: str
    rows: int


def train(*, with_occupation: bool) -> Trained:
    """Train a logistic regression on generated applications and predict the held-out half."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, roc_auc_score
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    features, label, people = _applications()
    used = features if with_occupation else features[:, :-1]
    parts = train_test_split(used, label, people, test_size=0.5, random_state=SEED)
    train_x, test_x, train_y, test_y, _, test_people = parts
    scaler = StandardScaler().fit(train_x)
    model = LogisticRegression(random_state=SEED).fit(scaler.transform(train_x), train_y)
    score = model.predict_proba(scaler.transform(test_x))[:, 1]
    predicted = (score >= THRESHOLD).astype(int)
    names = FEATURES if with_occupation else FEATURES[:-1]
    weights = "\n".join(f"{name}\t{weight:.6f}" for name, weight in zip(names, model.coef_[0], strict=True))
    return Trained(
        predictions=_csv(test_people, test_y, score, predicted),
        weights=f"intercept\t{model.intercept_[0]:.6f}\n{weights}\n".encode(),
        accuracy=f"{accuracy_score(test_y, predicted):.3f}",
        auc=f"{roc_auc_score(test_y, score):.3f}",
        rows=len(test_y),
    )


def _applications() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    import numpy as np

    random = np.random.default_rng(SEED)
    is_woman = random.random(ROWS) < SHARE_OF_WOMEN
    is_young = random.random(ROWS) < SHARE_OF_YOUNG
    income = random.lognormal(10.4, 0.35, ROWS) * np.where(is_young, 0.9, 1.0)
    debt_ratio = random.beta(2, 5, ROWS)
    years_employed = np.clip(random.gamma(2.5, 3.0, ROWS) * np.where(is_young, 0.5, 1.0), 0, 40)
    late_payments = random.poisson(0.8, ROWS)
    occupation = random.normal(0, 1, ROWS) - BIAS * is_woman
    able = 1.6 * np.log(income / 33_000) - 3.2 * (debt_ratio - 0.28) + 0.09 * years_employed - 0.55 * late_payments
    chance = 1 / (1 + np.exp(-(0.9 + able + 0.85 * occupation)))
    label = (random.random(ROWS) < chance).astype(int)
    features = np.column_stack([income, debt_ratio, years_employed, late_payments, occupation])
    people = np.column_stack([np.where(is_woman, "female", "male"), np.where(is_young, "25 or under", "over 25")])
    return features, label, people


def _csv(people: np.ndarray, truth: np.ndarray, score: np.ndarray, predicted: np.ndarray) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["application", "sex", "age_group", "repaid", "score", "approved"])
    rows = zip(people, truth, score, predicted, strict=True)
    for number, (person, label, chance, decision) in enumerate(rows, start=1):
        writer.writerow([number, person[0], person[1], label, f"{chance:.6f}", decision])
    return text.getvalue().encode()
