"""How far a linear model gets on the chest X-ray phantoms: ridge regression on 64 x 64 pixels and
logistic regression on 40 principal components, trained on train_val_list.txt, scored on test_list.txt
(AUROC of each finding with at least 8 positives on either side, and their mean).

    npx pcrl data phantom nih --out phantoms/nih --cases 300 --side 64
    /usr/bin/python3 bench/phantom_linear.py phantoms/nih
"""

import csv
import glob
import sys

import numpy as np
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

folder = sys.argv[1]
with open(f"{folder}/Data_Entry_2017.csv") as file:
    labels = {row["Image Index"]: row["Finding Labels"].split("|") for row in csv.DictReader(file)}
paths = {path.split("/")[-1]: path for path in glob.glob(f"{folder}/images_*/images/*.png")}


def load(name):
    """Names and pixels of a list, each image with mean 0 and deviation 1."""
    names = open(f"{folder}/{name}").read().split()
    images = [Image.open(paths[n]).convert("L").resize((64, 64), Image.BOX) for n in names]
    pixels = np.stack([np.asarray(image, float).ravel() for image in images])
    pixels -= pixels.mean(1, keepdims=True)
    return names, pixels / pixels.std(1, keepdims=True)


train, x_train = load("train_val_list.txt")
test, x_test = load("test_list.txt")
print(f"{len(train)} images to train on, {len(test)} to test on")
models = {
    "ridge on pixels": lambda: make_pipeline(StandardScaler(), Ridge(1000.0)),
    "logistic on PCA": lambda: make_pipeline(
        StandardScaler(), PCA(min(40, len(train) - 1), random_state=0), LogisticRegression(max_iter=2000, C=0.1)
    ),
}
scores = {name: [] for name in models}
for finding in sorted({label for found in labels.values() for label in found} - {"No Finding"}):
    y_train = np.array([finding in labels[n] for n in train])
    y_test = np.array([finding in labels[n] for n in test])
    if min(y_train.sum(), y_test.sum()) < 8:
        print(f"{finding:20s} {y_train.sum():4d} {y_test.sum():4d}  too few")
        continue
    line = f"{finding:20s} {y_train.sum():4d} {y_test.sum():4d}"
    for name, make in models.items():
        model = make().fit(x_train, y_train)
        score = model.predict_proba(x_test)[:, 1] if hasattr(model, "predict_proba") else model.predict(x_test)
        scores[name].append(roc_auc_score(y_test, score))
        line += f"  {name} {scores[name][-1]:.3f}"
    print(line)
print("mean" + "".join(f"  {name} {np.mean(values):.3f}" for name, values in scores.items()))
